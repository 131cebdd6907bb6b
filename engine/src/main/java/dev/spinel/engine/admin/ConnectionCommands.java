package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.acl.User;
import dev.spinel.engine.acl.Users;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.Client.ReplyMode;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.dispatch.Monitors;
import dev.spinel.engine.hashimport.Fieldsets;
import dev.spinel.engine.pubsub.PubSub;
import dev.spinel.engine.tracking.ClientTracking;
import dev.spinel.engine.transaction.TransactionCommands;
import java.util.List;

/** AUTH, ECHO, HELLO, PING, QUIT, RESET and SELECT. Engine thread only. */
public final class ConnectionCommands implements ServerPlugin {
    private static final String WRONG_PASSWORD = "WRONGPASS invalid username-password pair or user is disabled.";

    private final Users users;
    private final Refusals refusals;
    private final TransactionCommands transactions;
    private final PubSub pubSub;
    private final Fieldsets fieldsets;
    private final Monitors monitors;
    private final ClientTracking tracking;
    private final String redisVersion;

    /**
     * The commands of a connection.
     *
     * @param redisVersion the version of Redis that HELLO names
     */
    public ConnectionCommands(
            Users users,
            Refusals refusals,
            TransactionCommands transactions,
            PubSub pubSub,
            Fieldsets fieldsets,
            Monitors monitors,
            ClientTracking tracking,
            String redisVersion) {
        this.users = users;
        this.refusals = refusals;
        this.transactions = transactions;
        this.pubSub = pubSub;
        this.fieldsets = fieldsets;
        this.monitors = monitors;
        this.tracking = tracking;
        this.redisVersion = redisVersion;
    }

    @Override
    public String name() {
        return "connection";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(ConnectionSpecs.AUTH, this::auth),
                Command.of(ConnectionSpecs.ECHO, call -> call.reply().bulk(call.arg(1))),
                Command.of(ConnectionSpecs.HELLO, this::hello),
                Command.of(ConnectionSpecs.PING, ConnectionCommands::ping),
                Command.of(ConnectionSpecs.QUIT, ConnectionCommands::quit),
                Command.of(ConnectionSpecs.RESET, this::reset),
                Command.of(ConnectionSpecs.SELECT, ConnectionCommands::select));
    }

    private void auth(Call call) {
        if (call.argCount() > 3) {
            throw Errors.syntax();
        }
        for (int i = 1; i < call.argCount(); i++) {
            ClientCall.of(call).redact(i);
        }
        if (call.argCount() == 2 && users.defaultUser().needsNoPassword()) {
            throw Errors.err("AUTH <password> called without any password configured for the default user."
                    + " Are you sure your configuration is correct?");
        }
        Bytes user = call.argCount() == 3 ? call.arg(1) : Bytes.of(Users.DEFAULT);
        authenticate(call, user, call.arg(call.argCount() - 1));
        call.reply().ok();
    }

    private void authenticate(Call call, Bytes name, Bytes password) {
        Client client = ClientCall.of(call).client();
        User user = users.authenticate(name, password);
        if (user == null) {
            refusals.notAuthenticated(client, call.arg(0), name);
            throw new CommandException(WRONG_PASSWORD);
        }
        client.unauthenticated(false);
        client.user(user);
    }

    private void hello(Call call) {
        Client client = ClientCall.of(call).client();
        int protocol = client.protocol();
        int next = 1;
        if (call.argCount() > 1) {
            if (!Numbers.isLong(call.arg(1))) {
                throw Errors.err("Protocol version is not an integer or out of range");
            }
            long version = Numbers.parseLong(call.arg(1));
            if (version < 2 || version > 3) {
                throw new CommandException("NOPROTO unsupported protocol version");
            }
            protocol = (int) version;
            next = 2;
        }
        int user = 0;
        int name = 0;
        while (next < call.argCount()) {
            int left = call.argCount() - next - 1;
            if (call.argIs(next, "AUTH") && left >= 2) {
                user = next + 1;
                ClientCall.of(call).redact(next + 1);
                ClientCall.of(call).redact(next + 2);
                next += 3;
            } else if (call.argIs(next, "SETNAME") && left >= 1) {
                name = next + 1;
                next += 2;
            } else {
                throw Errors.err("Syntax error in HELLO option '" + call.arg(next) + "'");
            }
        }
        if (user != 0) {
            authenticate(call, call.arg(user), call.arg(user + 1));
        }
        if (client.is(ClientFlag.UNAUTHENTICATED)) {
            throw new CommandException(
                    "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO"
                            + " AUTH <user> <pass> option can be used to authenticate the client and select the RESP"
                            + " protocol version at the same time");
        }
        if (name != 0) {
            ClientCommands.name(client, call.arg(name));
        }
        client.protocol(protocol);
        ReplyWriter reply = call.reply();
        reply.map(7);
        reply.bulk("server");
        reply.bulk("redis");
        reply.bulk("version");
        reply.bulk(redisVersion);
        reply.bulk("proto");
        reply.integer(protocol);
        reply.bulk("id");
        reply.integer(client.id());
        reply.bulk("mode");
        reply.bulk("standalone");
        reply.bulk("role");
        reply.bulk("master");
        reply.bulk("modules");
        reply.array(0);
    }

    private static void ping(Call call) {
        if (call.argCount() > 2) {
            throw Errors.wrongArity("ping");
        }
        Client client = ClientCall.of(call).client();
        ReplyWriter reply = call.reply();
        if (client.is(ClientFlag.SUBSCRIBED) && client.protocol() == 2) {
            reply.array(2);
            reply.bulk("pong");
            reply.bulk(call.argCount() == 2 ? call.arg(1) : new Bytes());
        } else if (call.argCount() == 2) {
            reply.bulk(call.arg(1));
        } else {
            reply.simple("PONG");
        }
    }

    private static void quit(Call call) {
        Client client = ClientCall.of(call).client();
        call.reply().ok();
        client.set(ClientFlag.CLOSE_AFTER_REPLY, true);
        client.connection().closeAfterReply();
    }

    private void reset(Call call) {
        Client client = ClientCall.of(call).client();
        transactions.end(client);
        pubSub.disconnect(client);
        fieldsets.discardAll(client);
        tracking.disable(client);
        monitors.remove(client);
        client.set(ClientFlag.NO_EVICT, false);
        client.set(ClientFlag.NO_TOUCH, false);
        client.set(ClientFlag.IMPORT_SOURCE, false);
        client.set(ClientFlag.READONLY, false);
        client.set(ClientFlag.REDIRECTABLE, false);
        client.unauthenticated(users.authenticationRequired());
        client.user(users.defaultUser());
        client.replyMode(ReplyMode.ON);
        client.database(0);
        client.name("");
        client.protocol(2);
        call.reply().simple("RESET");
    }

    private static void select(Call call) {
        int index = (int) call.integerArg(1, Integer.MIN_VALUE, Integer.MAX_VALUE);
        call.keys(index);
        ClientCall.of(call).client().database(index);
        call.reply().ok();
    }
}
