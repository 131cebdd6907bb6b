package dev.spinel.resp.transport;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.engine.client.Connection;
import dev.spinel.resp.codec.RespReplies;
import dev.spinel.resp.codec.RespWriter;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A client within the process of the server: requests come as arguments, and replies leave in RESP, with no socket between.
 *
 * <p>{@link #send} and {@link #end} are for any thread, all else for the engine's.
 *
 * @param <C> what the engine keeps of a connected client
 */
public final class LocalConnection<C> implements Connection, TurnMember {
    private final NettyTransport<C> transport;
    private final Output output;
    private final RespWriter writer;
    /** Requests that the client cannot execute yet. */
    private final ArrayDeque<List<byte[]>> waiting = new ArrayDeque<>();

    private int waitingBytes;
    private long receivedBytes;
    private @Nullable C client;
    private boolean suspended;
    /** No request is executed any more. */
    private boolean closing;

    private boolean closed;
    private boolean flushQueued;
    private boolean resumeQueued;

    /** Where replies go. Called on the engine thread: must not block. */
    public interface Output {
        /** Bytes of replies and messages, in order; belong to the receiver. A reply may be in several parts. */
        void replied(byte[] part);

        /** The connection has ended, from whichever side. Nothing follows. */
        void closed();
    }

    LocalConnection(NettyTransport<C> transport, Output output) {
        this.transport = transport;
        this.output = output;
        this.writer = transport.newWriter(this::mayGrow);
    }

    /** Takes the connection on, as one that was accepted. */
    void open() {
        if (transport.admit()) {
            client = transport.executor().connect(this);
        } else {
            reply().error("ERR max number of clients reached");
            closeAfterReply();
        }
    }

    /**
     * Has a request executed after all that were sent before.
     *
     * @param request the command's name and its arguments, which are not copied and must not change until the reply
     * @throws RejectedExecutionException if the server has stopped: the request is not executed
     */
    public void send(List<byte[]> request) {
        transport.onRunningEngine(() -> received(request));
    }

    /** Ends the connection; requests that were sent before are executed as far as they can be. */
    public void end() {
        try {
            transport.onRunningEngine(this::disconnect);
        } catch (RejectedExecutionException ignored) {
            // The server has stopped, and with it all connections.
        }
    }

    private void received(List<byte[]> request) {
        if (closing) {
            return;
        }
        waiting.add(request);
        int bytes = bytes(request);
        waitingBytes += bytes;
        transport.countInput(bytes);
        receivedBytes += bytes;
        executeRequests();
    }

    private static int bytes(List<byte[]> request) {
        int bytes = 0;
        for (byte[] argument : request) {
            bytes += argument.length;
        }
        return bytes;
    }

    private void executeRequests() {
        C executing = client;
        if (executing == null) {
            return;
        }
        while (!suspended && !closing && !waiting.isEmpty()) {
            List<byte[]> request = waiting.remove();
            Bytes[] args = new Bytes[request.size()];
            for (int i = 0; i < args.length; i++) {
                args[i] = Bytes.of(request.get(i));
            }
            suspended = !transport.executor().execute(executing, args, args.length);
            waitingBytes -= bytes(request);
        }
    }

    @Override
    public void runResumed() {
        resumeQueued = false;
        executeRequests();
    }

    @Override
    public void flushOutput() {
        flushQueued = false;
        if (closed) {
            writer.clear();
            return;
        }
        if (writer.length() > 0) {
            byte[] part = Arrays.copyOf(writer.array(), writer.length());
            writer.clear();
            transport.countOutput(part.length);
            output.replied(part);
        }
        if (closing) {
            disconnect();
        }
    }

    /** Forgets the client and tells its side; without effect if that was done. */
    void disconnect() {
        if (closed) {
            return;
        }
        closing = true;
        closed = true;
        waiting.clear();
        waitingBytes = 0;
        writer.clear();
        C leaving = client;
        if (leaving != null) {
            client = null;
            transport.leave();
            transport.executor().disconnect(leaving);
        }
        transport.forget(this);
        output.closed();
    }

    private void queueFlush() {
        if (!flushQueued) {
            flushQueued = true;
            transport.queueFlush(this);
        }
    }

    private boolean mayGrow(long bytes) {
        C growing = client;
        return growing == null || closed || transport.executor().mayGrow(growing, bytes);
    }

    @Override
    public ReplyWriter reply() {
        if (closed) {
            writer.clear();
        }
        queueFlush();
        return writer;
    }

    @Override
    public void send(byte[] source, int offset, int length) {
        if (closed) {
            return;
        }
        queueFlush();
        writer.raw(source, offset, length);
    }

    @Override
    public int mark() {
        return writer.length();
    }

    @Override
    public void rollback(int mark) {
        writer.rollback(mark);
    }

    @Override
    public int repliesSince(int mark) {
        return RespReplies.count(writer.array(), mark, writer.length());
    }

    @Override
    public void protocol(int version) {
        writer.protocol(version);
    }

    /** Requests of the same process are there already, however large. */
    @Override
    public void restrictRequests(boolean restricted) {}

    @Override
    public void closeAfterReply() {
        closing = true;
        queueFlush();
    }

    @Override
    public void close() {
        closing = true;
        end();
    }

    @Override
    public void resume() {
        suspended = false;
        if (!resumeQueued) {
            resumeQueued = true;
            transport.queueResume(this);
        }
    }

    @Override
    public void suspend(boolean value) {
        suspended = value;
        if (!value) {
            // The reply of the command in progress comes after what was flushed meanwhile.
            queueFlush();
        }
    }

    @Override
    public String remoteAddress() {
        return "127.0.0.1:0";
    }

    @Override
    public String localAddress() {
        return "127.0.0.1:0";
    }

    @Override
    public boolean isUnixSocket() {
        return false;
    }

    @Override
    public int fileDescriptor() {
        return -1;
    }

    @Override
    public long outputBytes() {
        return writer.length();
    }

    @Override
    public long receivedBytes() {
        return receivedBytes;
    }

    @Override
    public int queryBufferBytes() {
        return waitingBytes;
    }

    @Override
    public int decodedBytes() {
        return 0;
    }

    @Override
    public int queryBufferFreeBytes() {
        return 0;
    }
}
