package dev.spinel.resp.transport;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.engine.client.Connection;
import dev.spinel.engine.client.RequestExecutor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A tiny engine: PING, SET, GET, ECHO, BLOCK, RELEASE, ALLOW, QUIT, FILL, SERVE, INFO; anything else echoes the number of its arguments. */
final class StubExecutor implements RequestExecutor<StubExecutor.Client> {
    final List<Client> connected = new ArrayList<>();
    final Map<Bytes, byte[]> data = new HashMap<>();
    long executed;
    /** Polls and flushes. */
    Runnable others = () -> {};
    /** New clients may send small requests only, until ALLOW. */
    boolean restrictNew;

    record Client(Connection connection) {}

    @Override
    public Client connect(Connection connection) {
        Client client = new Client(connection);
        connected.add(client);
        connection.restrictRequests(restrictNew);
        return client;
    }

    @Override
    public boolean execute(Client client, Bytes[] args, int argCount) {
        executed++;
        ReplyWriter reply = client.connection().reply();
        Bytes name = args[0];
        if (name.isWord("PING")) {
            reply.simple("PONG");
        } else if (name.isWord("GET")) {
            byte[] value = data.get(args[1]);
            if (value == null) {
                reply.nil();
            } else {
                reply.bulk(value, 0, value.length);
            }
        } else if (name.isWord("SET")) {
            byte[] old = data.get(args[1]);
            if (old != null && old.length == args[2].length()) {
                System.arraycopy(args[2].array(), args[2].offset(), old, 0, old.length);
            } else {
                data.put(args[1].copy(), args[2].toByteArray());
            }
            reply.ok();
        } else if (name.isWord("ECHO")) {
            reply.bulk(args[1]);
        } else if (name.isWord("FILL")) {
            reply.bulk(new byte[Integer.parseInt(args[1].toString())], 0, Integer.parseInt(args[1].toString()));
        } else if (name.isWord("BLOCK")) {
            return false;
        } else if (name.isWord("RELEASE")) {
            for (Client other : connected) {
                if (other != client) {
                    other.connection().reply().simple("RELEASED");
                    other.connection().resume();
                }
            }
            reply.ok();
        } else if (name.isWord("ALLOW")) {
            client.connection().restrictRequests(false);
            reply.ok();
        } else if (name.isWord("QUIT")) {
            reply.ok();
            client.connection().closeAfterReply();
        } else if (name.isWord("SERVE")) {
            serve(client, Long.parseLong(args[1].toString()));
        } else if (name.isWord("INFO")) {
            reply.bulk("process_id:" + ProcessHandle.current().pid() + "\r\n");
        } else {
            reply.integer(argCount);
        }
        return true;
    }

    /** Serves others within a command, until so many requests have been executed in all. */
    private void serve(Client client, long requests) {
        client.connection().reply().ok();
        client.connection().suspend(true);
        while (executed < requests) {
            others.run();
        }
        client.connection().suspend(false);
    }

    @Override
    public boolean mayGrow(Client client, long outputBytes) {
        return true;
    }

    @Override
    public void outputWaits(Client client) {}

    @Override
    public void protocolError(Client client, String reason) {
        client.connection().reply().error("ERR Protocol error: " + reason);
        client.connection().closeAfterReply();
    }

    @Override
    public void disconnect(Client client) {
        connected.remove(client);
    }
}
