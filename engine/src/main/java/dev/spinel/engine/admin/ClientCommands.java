package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.acl.Users;
import dev.spinel.engine.blocking.BlockedClients;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.Client.ReplyMode;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientRegistry;
import dev.spinel.engine.client.PausedClients;
import dev.spinel.engine.tracking.ClientTracking;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** CLIENT and its subcommands. Engine thread only. */
public final class ClientCommands implements ServerPlugin {
    private static final String UNBLOCKED = "UNBLOCKED client unblocked via CLIENT UNBLOCK";

    private final ClientRegistry clients;
    private final Users users;
    private final BlockedClients blockedClients;
    private final PausedClients pausedClients;
    private final TrackingCommands tracking;
    private final BiConsumer<Client, String> failBlocked;
    private final Consumer<Client> forget;
    private final BooleanSupplier importMode;
    private final int databases;

    /**
     * The commands about clients.
     *
     * @param failBlocked answers a blocked client an error in place of what it waits for
     * @param forget removes a client whose connection was closed
     * @param importMode whether clients may be sources of data that are imported ({@code import-mode})
     * @param databases how many databases there are
     */
    public ClientCommands(
            ClientRegistry clients,
            Users users,
            BlockedClients blockedClients,
            PausedClients pausedClients,
            ClientTracking tracking,
            BiConsumer<Client, String> failBlocked,
            Consumer<Client> forget,
            BooleanSupplier importMode,
            int databases) {
        this.tracking = new TrackingCommands(clients, tracking);
        this.failBlocked = failBlocked;
        this.forget = forget;
        this.importMode = importMode;
        this.databases = databases;
        this.clients = clients;
        this.users = users;
        this.blockedClients = blockedClients;
        this.pausedClients = pausedClients;
    }

    @Override
    public String name() {
        return "client";
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.container(
                ClientSpecs.CLIENT,
                Command.of(ClientSpecs.CLIENT_CACHING, tracking::caching),
                Command.of(ClientSpecs.CLIENT_CAPA, ClientCommands::capa),
                Command.of(ClientSpecs.CLIENT_GETNAME, ClientCommands::getname),
                Command.of(ClientSpecs.CLIENT_GETREDIR, tracking::getredir),
                Command.of(
                        ClientSpecs.CLIENT_HELP,
                        HelpText.of(
                                "CLIENT",
                                "CACHING (YES|NO)",
                                "    Choose whether the keys of the next command are tracked.",
                                "CAPA <capability> [<capability> ...]",
                                "    Tell what this client can do: redirect.",
                                "GETNAME",
                                "    Return the name of this connection.",
                                "GETREDIR",
                                "    Return the ID of the client that is told of changed keys instead.",
                                "ID",
                                "    Return the ID of this connection.",
                                "IMPORT-SOURCE (ON|OFF)",
                                "    In import mode, let this connection see keys that have expired.",
                                "INFO",
                                "    Describe this connection.",
                                "KILL <ip:port>",
                                "    Close the connection from an address.",
                                "KILL <option> <value> [<option> <value> [...]]",
                                "    Close the connections that meet all conditions: ID, ADDR, LADDR, IP, TYPE, USER, NAME,",
                                "    LIB-NAME, LIB-VER, DB, FLAGS, CAPA, each with NOT- as well, MAXAGE, IDLE, SKIPME.",
                                "LIST [<option> <value> [<option> <value> [...]]]",
                                "    Describe all connections, or those that meet the conditions that KILL takes.",
                                "NO-EVICT (ON|OFF)",
                                "    Exempt this connection from client eviction.",
                                "NO-TOUCH (ON|OFF)",
                                "    Leave the access times of keys alone.",
                                "PAUSE <timeout> [WRITE|ALL]",
                                "    Have commands wait for some milliseconds.",
                                "REPLY (ON|OFF|SKIP)",
                                "    Choose whether this connection gets replies.",
                                "SETINFO <option> <value>",
                                "    Name the client library.",
                                "SETNAME <name>",
                                "    Name this connection.",
                                "TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]",
                                "         [OPTIN] [OPTOUT] [NOLOOP]",
                                "    Switch messages about changed keys for client side caching.",
                                "TRACKINGINFO",
                                "    Describe the tracking of this connection.",
                                "UNBLOCK <clientid> [TIMEOUT|ERROR]",
                                "    End the wait of a blocked client.",
                                "UNPAUSE",
                                "    End a pause.")),
                Command.of(ClientSpecs.CLIENT_ID, call -> call.reply()
                        .integer(ClientCall.of(call).client().id())),
                Command.of(ClientSpecs.CLIENT_IMPORT_SOURCE, this::importSource),
                Command.of(ClientSpecs.CLIENT_INFO, ClientCommands::info),
                Command.of(ClientSpecs.CLIENT_KILL, this::kill),
                Command.of(ClientSpecs.CLIENT_LIST, this::list),
                Command.of(ClientSpecs.CLIENT_NO_EVICT, call -> toggle(call, ClientFlag.NO_EVICT)),
                Command.of(ClientSpecs.CLIENT_NO_TOUCH, call -> toggle(call, ClientFlag.NO_TOUCH)),
                Command.of(ClientSpecs.CLIENT_PAUSE, this::pause),
                Command.of(ClientSpecs.CLIENT_REPLY, ClientCommands::reply),
                Command.of(ClientSpecs.CLIENT_SETINFO, ClientCommands::setinfo),
                Command.of(ClientSpecs.CLIENT_SETNAME, ClientCommands::setname),
                Command.of(ClientSpecs.CLIENT_TRACKING, tracking::tracking),
                Command.of(ClientSpecs.CLIENT_TRACKINGINFO, tracking::trackinginfo),
                Command.of(ClientSpecs.CLIENT_UNBLOCK, this::unblock),
                Command.of(ClientSpecs.CLIENT_UNPAUSE, this::unpause)));
    }

    private static void getname(Call call) {
        String name = ClientCall.of(call).client().name();
        if (name.isEmpty()) {
            call.reply().nil();
        } else {
            call.reply().bulk(name);
        }
    }

    private static void setname(Call call) {
        name(ClientCall.of(call).client(), call.arg(2));
        call.reply().ok();
    }

    /** Names a client. */
    static void name(Client client, Bytes name) {
        if (!isPrintable(name)) {
            throw Errors.err("Client names cannot contain spaces, newlines or special characters.");
        }
        client.name(name.toString());
    }

    private static boolean isPrintable(Bytes text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.at(i) < '!' || text.at(i) > '~') {
                return false;
            }
        }
        return true;
    }

    private static void setinfo(Call call) {
        Client client = ClientCall.of(call).client();
        boolean library = call.argIs(2, "LIB-NAME");
        if (!library && !call.argIs(2, "LIB-VER")) {
            throw Errors.err("Unrecognized option '" + call.arg(2) + "'");
        }
        if (!isPrintable(call.arg(3))) {
            throw Errors.err(call.arg(2) + " cannot contain spaces, newlines or special characters.");
        }
        if (library) {
            client.libraryName(call.arg(3).toString());
        } else {
            client.libraryVersion(call.arg(3).toString());
        }
        call.reply().ok();
    }

    private static void info(Call call) {
        Client client = ClientCall.of(call).client();
        call.reply().verbatim("txt", ClientDescription.of(client, call) + "\n");
    }

    private void list(Call call) {
        StringBuilder text = new StringBuilder();
        for (Client client : ClientFilter.ofList(call, users, databases).choose(clients)) {
            text.append(ClientDescription.of(client, call)).append('\n');
        }
        call.reply().verbatim("txt", text.toString());
    }

    private void kill(Call call) {
        if (call.argCount() == 3) {
            if (kill(call, ClientFilter.ofAddress(call, users)) == 0) {
                throw Errors.err("No such client");
            }
            call.reply().ok();
            return;
        }
        call.reply().integer(kill(call, ClientFilter.ofKill(call, users, databases)));
    }

    private int kill(Call call, ClientFilter filter) {
        Client caller = ClientCall.of(call).client();
        List<Client> killed = filter.choose(clients);
        for (Client client : killed) {
            if (client == caller) {
                client.set(ClientFlag.CLOSE_AFTER_REPLY, true);
                client.connection().closeAfterReply();
            } else {
                client.connection().close();
                forget.accept(client);
            }
        }
        return killed.size();
    }

    /** Only {@code redirect} is known, for which nothing is to be done before there is a cluster; others are ignored. */
    private static void capa(Call call) {
        for (int i = 2; i < call.argCount(); i++) {
            if (call.argIs(i, "REDIRECT")) {
                ClientCall.of(call).client().set(ClientFlag.REDIRECTABLE, true);
            }
        }
        call.reply().ok();
    }

    private static void toggle(Call call, ClientFlag flag) {
        boolean on = call.argIs(2, "ON");
        if (!on && !call.argIs(2, "OFF")) {
            throw Errors.syntax();
        }
        ClientCall.of(call).client().set(flag, on);
        call.reply().ok();
    }

    private void importSource(Call call) {
        if (!importMode.getAsBoolean() && !call.argIs(2, "OFF")) {
            throw Errors.err("Server is not in import mode");
        }
        toggle(call, ClientFlag.IMPORT_SOURCE);
    }

    private void pause(Call call) {
        if (call.argCount() > 4) {
            throw HelpText.unknownOrWrongArity("CLIENT", call.arg(1));
        }
        boolean all = call.argCount() == 3 || call.argIs(3, "ALL");
        if (!all && !call.argIs(3, "WRITE")) {
            throw Errors.err("CLIENT PAUSE mode must be WRITE or ALL");
        }
        if (!Numbers.isLong(call.arg(2))) {
            throw Errors.err("timeout is not an integer or out of range");
        }
        long millis = Numbers.parseLong(call.arg(2));
        if (millis < 0) {
            throw Errors.timeoutNegative();
        }
        if (millis > Long.MAX_VALUE - call.nowMillis()) {
            throw Errors.err("timeout is out of range");
        }
        pausedClients.pause(all, call.nowMillis() + millis);
        call.reply().ok();
    }

    private void unpause(Call call) {
        pausedClients.end();
        call.reply().ok();
    }

    private static void reply(Call call) {
        Client client = ClientCall.of(call).client();
        if (call.argIs(2, "ON")) {
            client.replyMode(ReplyMode.ON);
            call.reply().ok();
        } else if (call.argIs(2, "OFF")) {
            client.replyMode(ReplyMode.OFF);
        } else if (call.argIs(2, "SKIP")) {
            if (client.replyMode() != ReplyMode.OFF) {
                client.replyMode(ReplyMode.SKIP_NEXT);
            }
        } else {
            throw Errors.syntax();
        }
    }

    private void unblock(Call call) {
        if (call.argCount() > 4) {
            throw HelpText.unknownOrWrongArity("CLIENT", call.arg(1));
        }
        boolean error = call.argCount() == 4 && call.argIs(3, "ERROR");
        if (call.argCount() == 4 && !error && !call.argIs(3, "TIMEOUT")) {
            throw Errors.err("CLIENT UNBLOCK reason should be TIMEOUT or ERROR");
        }
        Client client = clients.get(call.integerArg(2));
        if (client == null || client.blocked() == null) {
            call.reply().integer(0);
            return;
        }
        if (error) {
            failBlocked.accept(client, UNBLOCKED);
        } else {
            blockedClients.timeOut(client);
        }
        call.reply().integer(1);
    }
}
