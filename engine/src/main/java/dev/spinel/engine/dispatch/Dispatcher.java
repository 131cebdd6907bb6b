package dev.spinel.engine.dispatch;

import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandHandler;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.engine.acl.AclLog.Context;
import dev.spinel.engine.acl.AclLog.Reason;
import dev.spinel.engine.client.Blocked;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.Client.ReplyMode;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.CommandRunner;
import dev.spinel.engine.client.Connection;
import dev.spinel.engine.client.TrackingState;
import dev.spinel.engine.client.Transaction;
import dev.spinel.engine.dispatch.AccessCheck.Verdict;
import dev.spinel.engine.loop.LoopStoppedException;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.propagate.Audience;
import dev.spinel.engine.stats.CommandLog;
import dev.spinel.engine.stats.CommandLogs;
import dev.spinel.engine.stats.LatencyMonitor;
import dev.spinel.engine.stats.ServerStatistics;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes one request through lookup, gates and handler, and takes care of what follows.
 *
 * <p>Engine thread only.
 */
public final class Dispatcher implements CommandRunner, ServerState, ScriptCalls {
    /*
     * The fast path is: table lookup on the bytes of the name, arity, one AND of the command's gate mask with the state
     * of server and client. Only when that is not zero does checkGates go through the states in Redis's order, because
     * the order decides which error a client sees.
     *
     * Commands nest: EXEC runs the queued ones, a served client's command runs inside the turn of the command that made
     * its key ready. Each depth has a CallContext of its own, and what belongs to the unit as a whole (time, effects,
     * serving blocked clients) happens at depth 0 only.
     */
    private static final int MAX_ERROR_ARGUMENT_BYTES = 128;

    /** Refused browsers are logged once in this time. */
    private static final int BROWSER_LOG_SECONDS = 60;

    private static final String NO_REPLICAS = "NOREPLICAS Not enough good replicas to write.";

    private final CommandTable table;
    private final DispatchServices services;
    private final ServerStatistics statistics;
    private final CommandLogs commandLogs;
    private final LatencyMonitor latencyMonitor;
    private final Monitors monitors;
    private final FailureLog failureLog;
    private final RefusalLog refusalLog;
    private final AccessCheck accessCheck = new AccessCheck();
    private final Consumer<String> log;
    private final List<CallContext> contexts = new ArrayList<>();
    private final KeyFinder keyFinder = new KeyFinder();
    private final CallModes callModes;
    private int depth;
    private int serverState;
    private final Map<DiskUser, String> diskErrors = new EnumMap<>(DiskUser.class);
    private long loadingTotalBytes;
    private long loadingLoadedBytes;
    private long browserRefusedSecond;
    private boolean tracksLatency = true;
    private Consumer<Client> transactionEnd = client -> client.transaction(null);
    private BiPredicate<String, Bytes> scriptReads = (command, script) -> false;
    private LackOfRoom lackOfRoom = (args, argCount) -> {};
    private Runnable others = () -> {};
    private String busyError = "";

    /** The log whose command runs, which is not accounted and passes all gates; null while none does. */
    private @Nullable LogReplay replay;

    public Dispatcher(
            CommandTable table,
            DispatchServices services,
            ServerStatistics statistics,
            CommandLogs commandLogs,
            LatencyMonitor latencyMonitor,
            Monitors monitors,
            FailureLog failureLog,
            RefusalLog refusalLog,
            Consumer<String> log) {
        this.table = table;
        this.services = services;
        this.statistics = statistics;
        this.commandLogs = commandLogs;
        this.latencyMonitor = latencyMonitor;
        this.monitors = monitors;
        this.failureLog = failureLog;
        this.refusalLog = refusalLog;
        this.log = log;
        this.callModes = new CallModes(services.keyspaces(), services.hotKeys());
        monitors.onChange(() -> serverState(Gate.MONITORED, !monitors.isEmpty()));
        services.hotKeys().onSwitch(on -> serverState(CallModes.HOT_KEYS, on));
    }

    /** Receives defects of handlers; any of them answers an error and leaves the server running. */
    @FunctionalInterface
    public interface FailureLog {
        void failed(String commandName, Throwable failure);
    }

    /** Whether times are recorded for percentiles ({@code latency-tracking}). */
    public void tracksLatency(boolean value) {
        tracksLatency = value;
    }

    /** Sets whether used memory is above its limit. */
    public void outOfMemory(boolean value) {
        serverState(Gate.OUT_OF_MEMORY, value);
        services.keptRequests().memoryIsShort(value);
    }

    /** Sets whether data are imported ({@code import-mode}). */
    public void imports(boolean value) {
        serverState(CallModes.IMPORT, value);
        if (!value) {
            services.keyspaces().expires(true);
        }
    }

    @Override
    public void tooFewReplicas(boolean value) {
        serverState(Gate.TOO_FEW_REPLICAS, value);
    }

    /** Sets how a transaction is forgotten whose EXEC is refused. */
    public void onTransactionRefused(Consumer<Client> end) {
        transactionEnd = end;
    }

    /** Sets how a script is asked whether it only reads, by the command that runs it and its first argument. */
    public void onlyReads(BiPredicate<String, Bytes> value) {
        scriptReads = value;
    }

    /** What tries to make room for a request that lacks it. */
    public interface LackOfRoom {
        /** Tries to, for a request with these arguments. */
        void makeRoom(Bytes[] args, int argCount);
    }

    /** Sets what tries to make room for a request. */
    public void onLackOfRoom(LackOfRoom value) {
        lackOfRoom = value;
    }

    /** Whether a call of a command that may write does not, so that it need not wait while writes are paused. */
    private boolean onlyReads(RegisteredCommand command, Bytes[] args) {
        CommandSpec spec = command.spec();
        return spec.group() == CommandGroup.SCRIPTING
                && spec.is(CommandFlag.MAY_REPLICATE)
                && scriptReads.test(spec.name(), args[1]);
    }

    /** Sets whether commands wait: all of them, or those that may write. */
    public void paused(boolean all, boolean writes) {
        serverState(Gate.PAUSE_ALL, all);
        serverState(Gate.PAUSE_WRITE, writes);
    }

    @Override
    public void loading(boolean value) {
        serverState(Gate.LOADING, value);
        loadingTotalBytes = 0;
        loadingLoadedBytes = 0;
    }

    @Override
    public void loadingProgress(long totalBytes, long loadedBytes) {
        loadingTotalBytes = totalBytes;
        loadingLoadedBytes = loadedBytes;
    }

    /** Whether data are being loaded. */
    public boolean isLoading() {
        return (serverState & Gate.LOADING) != 0;
    }

    /** Bytes of the files that are being loaded. */
    public long loadingTotalBytes() {
        return loadingTotalBytes;
    }

    /** Bytes of them that were loaded. */
    public long loadingLoadedBytes() {
        return loadingLoadedBytes;
    }

    @Override
    public void diskError(DiskUser user, @Nullable String error) {
        if (error == null) {
            diskErrors.remove(user);
        } else {
            diskErrors.put(user, error);
        }
        serverState(Gate.DISK_ERROR, !diskErrors.isEmpty());
    }

    private String diskError() {
        return diskErrors.values().iterator().next();
    }

    private void serverState(int bit, boolean on) {
        serverState = on ? serverState | bit : serverState & ~bit;
    }

    /**
     * Executes a request of a client at the top level.
     *
     * @return false when the client is now blocked or has to wait: the request is then kept where needed
     */
    public Outcome execute(Client client, Bytes[] args, int argCount) {
        services.clock().update();
        RegisteredCommand command = table.find(args[0]);
        if (command != null && !command.subcommands().isEmpty() && argCount > 1) {
            RegisteredCommand subcommand = command.subcommand(args[1]);
            if (subcommand != null) {
                command = subcommand;
            } else if (command.handler() == null) {
                reject(client, command, unknownSubcommand(command, args[1]));
                return Outcome.DONE;
            }
        }
        if (command == null) {
            if (args[0].isWord("POST") || args[0].isWord("HOST:")) {
                refuseBrowser(client);
            } else {
                reject(client, null, unknownCommand(args, argCount));
            }
            return Outcome.DONE;
        }
        if (!command.accepts(argCount) || command.handler() == null) {
            reject(client, command, Errors.wrongArity(command.fullName()).message());
            return Outcome.DONE;
        }
        client.interacted(services.clock().nowMillis(), command.fullName());
        int concerns = gateMask(client, command) & (serverState | client.flagBits());
        if (concerns != 0) {
            Outcome outcome = checkGates(client, command, concerns, args, argCount);
            if (outcome != Outcome.GO_ON) {
                return outcome;
            }
        }
        Bytes[] shown = call(client, command, args, argCount);
        // Only now, so that EXEC is shown after its commands, and RESET not to the monitor that sends it.
        if ((concerns & Gate.MONITORED) != 0) {
            monitors.feed(services.clock(), client, shown, argCount);
        }
        return client.is(ClientFlag.BLOCKED) ? Outcome.BLOCKED : Outcome.DONE;
    }

    /** Makes room for what a command adds, if need be; returns whether there is. */
    private boolean makeRoom(Client client, RegisteredCommand command, Bytes[] args, int argCount) {
        if (!command.addsData() || replay != null) {
            return true;
        }
        if (services.room().lackingBytes(args, argCount) == 0) {
            return true;
        }
        // Keys must not go while a command runs, or while those who wait for them are served.
        if (depth > 0 || client.is(ClientFlag.RETRYING)) {
            return false;
        }
        lackOfRoom.makeRoom(args, argCount);
        return services.room().lackingBytes(args, argCount) == 0;
    }

    /** The states that concern a command; EXEC has those of its queued commands too. */
    private static int gateMask(Client client, RegisteredCommand command) {
        Transaction transaction = client.transaction();
        return transaction == null || !command.isExec()
                ? command.gateMask()
                : command.gateMask() | (transaction.gateMask() & Gate.OF_TRANSACTION);
    }

    /** What became of a request. */
    public enum Outcome {
        /** It was answered. */
        DONE,
        /** Its client is blocked. */
        BLOCKED,
        /** It was not executed and must be offered again later. */
        POSTPONED,
        /** It passes the gates. */
        GO_ON
    }

    private Outcome checkGates(Client client, RegisteredCommand command, int concerns, Bytes[] args, int argCount) {
        if ((concerns & ClientFlag.UNAUTHENTICATED.bit()) != 0) {
            reject(client, command, "NOAUTH Authentication required.");
            return Outcome.DONE;
        }
        boolean inMulti = client.is(ClientFlag.MULTI);
        if (inMulti && command.spec().is(CommandFlag.NO_MULTI)) {
            reject(client, command, "ERR Command not allowed inside a transaction");
            return Outcome.DONE;
        }
        if ((concerns & ClientFlag.RESTRICTED.bit()) != 0) {
            Verdict verdict = checkAccess(client, command, args, argCount, inMulti ? Context.MULTI : Context.TOPLEVEL);
            if (verdict != Verdict.ALLOWED) {
                reject(client, command, notPermitted(verdict, command));
                return Outcome.DONE;
            }
        }
        boolean isQueued = (concerns & ClientFlag.MULTI.bit()) != 0;
        if ((concerns & Gate.OUT_OF_MEMORY) != 0 || (isQueued && (serverState & Gate.OUT_OF_MEMORY) != 0)) {
            reject(client, command, Errors.outOfMemory().message());
            return Outcome.DONE;
        }
        if ((concerns & Gate.DISK_ERROR) != 0) {
            reject(client, command, diskError());
            return Outcome.DONE;
        }
        if ((concerns & Gate.TOO_FEW_REPLICAS) != 0) {
            reject(client, command, NO_REPLICAS);
            return Outcome.DONE;
        }
        if ((concerns & ClientFlag.SUBSCRIBED.bit()) != 0 && client.protocol() == 2) {
            reject(
                    client,
                    command,
                    "ERR Can't execute '" + command.fullName()
                            + "': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are allowed"
                            + " in this context");
            return Outcome.DONE;
        }
        if ((concerns & Gate.LOADING) != 0) {
            reject(client, command, Errors.loading().message());
            return Outcome.DONE;
        }
        if ((concerns & Gate.BUSY) != 0) {
            reject(client, command, busyError);
            return Outcome.DONE;
        }
        if ((concerns & (ClientFlag.MONITOR.bit() | ClientFlag.REPLICA.bit())) != 0) {
            reject(client, command, "ERR Replica can't interact with the keyspace");
            return Outcome.DONE;
        }
        boolean pauses =
                (concerns & Gate.PAUSE_ALL) != 0 || ((concerns & Gate.PAUSE_WRITE) != 0 && !onlyReads(command, args));
        if (pauses && !client.is(ClientFlag.REPLICA)) {
            if (services.keptRequests().refuses(args, argCount)) {
                reject(client, command, Errors.outOfMemory().message());
                return Outcome.DONE;
            }
            client.set(ClientFlag.PAUSED, true);
            return Outcome.POSTPONED;
        }
        if (isQueued) {
            Transaction transaction = client.transaction();
            if (transaction != null) {
                makeRoom(client, command, args, argCount);
                int mask = command.gateMask();
                transaction.add(args, argCount, onlyReads(command, args) ? mask & ~Gate.PAUSE_WRITE : mask);
                answer(client, queued -> queued.reply().simple("QUEUED"));
                return Outcome.DONE;
            }
        }
        return Outcome.GO_ON;
    }

    /**
     * Decides whether the user of a client may run a command, and logs it when not. Scripts ask before each command that
     * they call.
     *
     * @param context where the command comes from
     */
    public Verdict checkAccess(Client client, RegisteredCommand command, Bytes[] args, int argCount, Context context) {
        Verdict verdict = accessCheck.check(client.user(), command, args, 0, argCount);
        switch (verdict) {
            case ALLOWED -> {}
            case COMMAND -> refusalLog.refused(client, Reason.COMMAND, context, Bytes.of(command.fullName()));
            case KEY -> refusalLog.refused(client, Reason.KEY, context, args[accessCheck.position()]);
            case CHANNEL -> refusalLog.refused(client, Reason.CHANNEL, context, args[accessCheck.position()]);
        }
        return verdict;
    }

    private static String notPermitted(Verdict verdict, RegisteredCommand command) {
        return switch (verdict) {
            case ALLOWED, COMMAND ->
                "NOPERM this user has no permissions to run the '" + command.fullName() + "' command";
            case KEY -> "NOPERM this user has no permissions to access one of the keys used as arguments";
            case CHANNEL -> "NOPERM this user has no permissions to access one of the channels used as arguments";
        };
    }

    private static String notPermittedToScript(Verdict verdict) {
        String reason =
                switch (verdict) {
                    case ALLOWED, COMMAND -> "can't run this command or subcommand";
                    case KEY -> "can't access at least one of the keys mentioned in the command arguments";
                    case CHANNEL -> "can't publish to the channel mentioned in the command";
                };
        return "ERR The user executing the script " + reason;
    }

    @Override
    public @Nullable Boolean mayCall(Bytes[] args, int argCount) {
        RegisteredCommand command = find(args, argCount);
        if (command == null) {
            return null;
        }
        Client user = Objects.requireNonNull(caller(), "a script runs within a command");
        return accessCheck.check(user.user(), command, args, 0, argCount) == Verdict.ALLOWED;
    }

    private static String notPermittedAnyMore(Verdict verdict) {
        String reason =
                switch (verdict) {
                    case ALLOWED, COMMAND -> "no permission to execute the command or subcommand";
                    case KEY -> "no permission to touch the specified keys";
                    case CHANNEL -> "no permission to access one of the channels used as arguments";
                };
        return "NOPERM ACLs rules changed between the moment the transaction was accumulated and the EXEC call. This"
                + " command is no longer allowed for the following reason: " + reason;
    }

    /** The client whose request is executed, null between requests. */
    public @Nullable Client caller() {
        return depth == 0 ? null : contexts.get(0).client();
    }

    private void reject(Client client, @Nullable RegisteredCommand command, String message) {
        boolean isExec = command != null && command.isExec();
        if (command != null) {
            command.rejected();
        }
        if (isExec) {
            transactionEnd.accept(client);
        }
        if (client.transaction() != null) {
            client.set(ClientFlag.DIRTY_EXEC, true);
        }
        String text = isExec ? transactionDiscarded(message) : message;
        statistics.errorReplied(text);
        answer(client, rejected -> rejected.reply().error(text));
    }

    private static String transactionDiscarded(String message) {
        String reason = message.startsWith("ERR ") ? message.substring("ERR ".length()) : message;
        return "EXECABORT Transaction discarded because of: " + reason;
    }

    /** Writes a reply that is not a handler's. */
    private void answer(Client client, Consumer<Client> reply) {
        int mark = client.connection().mark();
        services.limits().replyOrClose(client, reply);
        client.endReply(mark, false);
    }

    /** Closes a connection on which a browser was made to send commands in the body of an HTTP request. */
    private void refuseBrowser(Client client) {
        long second = services.clock().nowMillis() / 1000;
        if (second - browserRefusedSecond >= BROWSER_LOG_SECONDS) {
            browserRefusedSecond = second;
            log.accept("Possible SECURITY ATTACK detected. A client sends POST or Host: as commands, as"
                    + " browsers do that a web page makes attack a server in their network. Connection from "
                    + client.connection().remoteAddress() + " aborted.");
        }
        client.connection().close();
    }

    private static String unknownSubcommand(RegisteredCommand command, Bytes name) {
        return "ERR unknown subcommand '" + name.quotable(MAX_ERROR_ARGUMENT_BYTES) + "'. Try "
                + command.spec().name() + " HELP.";
    }

    private static String unknownCommand(Bytes[] args, int argCount) {
        StringBuilder message = new StringBuilder("ERR unknown command '");
        message.append(args[0].quotable(MAX_ERROR_ARGUMENT_BYTES)).append("', with args beginning with: ");
        int bytes = 0;
        for (int i = 1; i < argCount && bytes < MAX_ERROR_ARGUMENT_BYTES; i++) {
            int rest = MAX_ERROR_ARGUMENT_BYTES - bytes;
            message.append('\'').append(args[i].quotable(rest)).append("' ");
            bytes += args[i].quotableLength(rest) + "'' ".length();
        }
        return message.toString();
    }

    /** Runs a request of a transaction or of a served client; it passed lookup and gates when it first came. */
    @Override
    public void run(Client client, Bytes[] args, int argCount) {
        RegisteredCommand command = table.find(args[0]);
        if (command != null && !command.subcommands().isEmpty() && argCount > 1) {
            RegisteredCommand subcommand = command.subcommand(args[1]);
            command = subcommand == null ? command : subcommand;
        }
        if (command == null || command.handler() == null) {
            reject(client, command, unknownCommand(args, argCount));
            return;
        }
        int concerns = command.gateMask() & (serverState | client.flagBits());
        if ((concerns & ClientFlag.RESTRICTED.bit()) != 0) {
            // Permissions may have been lost since the request came.
            boolean inExec = client.is(ClientFlag.IN_EXEC);
            Verdict verdict = checkAccess(client, command, args, argCount, inExec ? Context.MULTI : Context.TOPLEVEL);
            if (verdict != Verdict.ALLOWED) {
                reject(client, command, inExec ? notPermittedAnyMore(verdict) : notPermitted(verdict, command));
                return;
            }
        }
        if ((concerns & Gate.OUT_OF_MEMORY) != 0 && client.is(ClientFlag.IN_EXEC) && replay == null) {
            reject(client, command, Errors.outOfMemory().message());
            return;
        }
        Bytes[] shown = call(client, command, args, argCount);
        if ((concerns & Gate.MONITORED) != 0 && client.is(ClientFlag.IN_EXEC)) {
            monitors.feed(services.clock(), client, shown, argCount);
        }
    }

    /** Answers a blocked client an error, which counts as a failure of the command that it waits with. */
    public void failBlocked(Client client, String message) {
        Blocked blocked = client.blocked();
        if (blocked == null) {
            return;
        }
        RegisteredCommand command =
                find(blocked.request().args(), blocked.request().argCount());
        if (command != null) {
            command.failed();
        }
        statistics.errorReplied(message);
        services.blockedClients().fail(client, message);
    }

    /** Sets how input is read, executed and answered within a command that takes long. */
    public void onServeOthers(Runnable serve) {
        others = serve;
    }

    /** What clients are answered while a command takes long, null while none does. */
    public @Nullable String busyError() {
        return (serverState & Gate.BUSY) != 0 ? busyError : null;
    }

    @Override
    public void serveOthers(String error) {
        // What is read now goes where the arguments of the commands in progress are.
        for (int i = 0; i < depth; i++) {
            contexts.get(i).keepArguments();
        }
        busyError = error;
        serverState(Gate.BUSY, true);
        LogReplay interrupted = replay;
        replay = null;
        // Not the script's caller, which is the log when DEBUG LOADAOF replays it.
        Connection outermost = contexts.get(0).client().connection();
        outermost.suspend(true);
        try {
            others.run();
        } finally {
            outermost.suspend(false);
            replay = interrupted;
            serverState(Gate.BUSY, false);
        }
    }

    @Override
    public void answersError(@Nullable String message) {
        contexts.get(depth - 1).answersError(true);
        if (message != null) {
            statistics.errorReplied(message);
        }
    }

    @Override
    public void show(ClientCall call) {
        if ((serverState & Gate.MONITORED) != 0) {
            monitors.feed(services.clock(), call.client(), call.args(), call.argCount());
        }
    }

    @Override
    public boolean isOutOfMemory() {
        return replay == null && (serverState & Gate.OUT_OF_MEMORY) != 0;
    }

    @Override
    public @Nullable String writeError() {
        if (replay != null) {
            return null;
        }
        if ((serverState & Gate.DISK_ERROR) != 0) {
            return diskError();
        }
        return (serverState & Gate.TOO_FEW_REPLICAS) != 0 ? NO_REPLICAS : null;
    }

    private @Nullable RegisteredCommand find(Bytes[] args, int argCount) {
        RegisteredCommand command = table.find(args[0]);
        if (command != null && !command.subcommands().isEmpty() && argCount > 1) {
            RegisteredCommand subcommand = command.subcommand(args[1]);
            return subcommand == null && command.handler() == null ? null : subcommand == null ? command : subcommand;
        }
        return command;
    }

    @Override
    public @Nullable String call(Client client, Bytes[] args, int argCount, Rules rules) {
        RegisteredCommand command = find(args, argCount);
        String refusal = command == null
                ? "ERR Unknown Redis command called from script"
                : refusalForScript(command, args, argCount, rules);
        if (command == null || refusal != null) {
            if (command != null) {
                command.rejected();
            }
            statistics.errorReplied(Objects.requireNonNull(refusal));
            return refusal;
        }
        Audience before = services.propagator().restrict(rules.audience());
        try {
            Bytes[] shown = call(client, command, args, argCount);
            if ((command.gateMask() & serverState & Gate.MONITORED) != 0) {
                monitors.feed(services.clock(), client, shown, argCount);
            }
        } finally {
            services.propagator().restore(before);
        }
        return null;
    }

    private @Nullable String refusalForScript(RegisteredCommand command, Bytes[] args, int argCount, Rules rules) {
        if (!command.accepts(argCount) || command.handler() == null) {
            return "ERR Wrong number of args calling Redis command from script";
        }
        if (command.spec().is(CommandFlag.NOSCRIPT) && !rules.runsDenied()) {
            return "ERR This Redis command is not allowed from script";
        }
        Client user = Objects.requireNonNull(caller(), "a script runs within a command");
        if (user.is(ClientFlag.RESTRICTED) && replay == null) {
            Verdict verdict = checkAccess(user, command, args, argCount, Context.LUA);
            if (verdict != Verdict.ALLOWED) {
                return notPermittedToScript(verdict);
            }
        }
        boolean writes = command.spec().is(CommandFlag.WRITE);
        if (rules.readOnly() && (writes || command.spec().is(CommandFlag.MAY_REPLICATE))) {
            return "ERR Write commands are not allowed from read-only scripts.";
        }
        if (rules.hasWritten()) {
            return null;
        }
        if (writes) {
            String error = writeError();
            if (error != null) {
                return error;
            }
        }
        boolean lacksMemory = isOutOfMemory() && (command.gateMask() & Gate.OUT_OF_MEMORY) != 0;
        return lacksMemory && !rules.ignoresMemoryLimit() ? Errors.outOfMemory().message() : null;
    }

    /** What runs the commands of a log. */
    public Replay replay() {
        return new LogReplay(this);
    }

    /** Runs a command of a log, at the top level or within DEBUG LOADAOF. */
    void replay(LogReplay log, Client client, Bytes[] args, int argCount) {
        services.clock().update();
        RegisteredCommand command = table.find(args[0]);
        if (command != null && argCount > 1 && command.subcommand(args[1]) != null) {
            command = command.subcommand(args[1]);
        }
        if (command == null || command.handler() == null) {
            reject(client, command, unknownCommand(args, argCount));
        } else if (!command.accepts(argCount)) {
            reject(client, command, Errors.wrongArity(command.fullName()).message());
        } else if (client.transaction() != null && (command.gateMask() & ClientFlag.MULTI.bit()) != 0) {
            client.transaction().add(args, argCount, command.gateMask());
        } else {
            services.keyspaces().expires(false);
            Audience before = services.propagator().restrict(Audience.NOBODY);
            replay = log;
            try {
                call(client, command, args, argCount);
            } finally {
                replay = null;
                services.propagator().restore(before);
                services.keyspaces().expires(true);
            }
        }
    }

    /** Has a client of a log that waits go on. */
    void unblock(Client client) {
        services.blockedClients().disconnect(client);
        client.set(ClientFlag.BLOCKED, false);
    }

    /** Has a client of a log that ended in a transaction forget it. */
    void endTransaction(Client client) {
        transactionEnd.accept(client);
    }

    /** Calls the handler and does what follows; returns the arguments as logs may show them. */
    private Bytes[] call(Client client, RegisteredCommand command, Bytes[] args, int argCount) {
        if (depth == contexts.size()) {
            contexts.add(new CallContext(services));
        }
        CallContext context = contexts.get(depth);
        boolean hasRoom = makeRoom(client, command, args, argCount);
        boolean tells = depth == 0 && services.tracking().isOn();
        if (depth == 0) {
            services.keyspaces().begin(services.clock().nowMillis());
            if (command.touchesArbitraryKeys()) {
                services.propagator().apart(true);
            }
        }
        services.keyspaces().beginCommand();
        if (tells) {
            services.tracking().begin(client);
        }
        int modes = (serverState | client.flagBits()) & CallModes.ALL;
        if (modes != 0) {
            callModes.begin(
                    modes, command, depth == 0 ? client : contexts.get(0).client());
        }
        depth++;
        long start = depth == 1 ? services.clock().nowNanos() : services.clock().readNanos();
        int mark = client.connection().mark();
        int databaseBefore = client.database();
        context.start(client, command, args, argCount);
        boolean failed = true;
        boolean isHalfDone = false;
        try {
            if (!hasRoom) {
                throw Errors.outOfMemory();
            }
            CommandHandler handler = Objects.requireNonNull(command.handler());
            handler.handle(context);
            if (command.isForeign()) {
                requireOneReply(client, mark);
            }
            failed = context.answersError();
        } catch (CommandException e) {
            answerError(client, mark, e.message());
        } catch (ArenaExhaustedException e) {
            isHalfDone = !context.hasChanged();
            replayFailed(e);
            answerError(client, mark, Errors.outOfMemory().message());
        } catch (LoopStoppedException e) {
            replayFailed(e);
            answerError(client, mark, "ERR " + e.getMessage());
        } catch (Throwable e) {
            isHalfDone = !context.hasChanged();
            replayFailed(e);
            failureLog.failed(command.fullName(), e);
            answerError(client, mark, "ERR internal error in command '" + command.fullName() + "'");
        } finally {
            depth--;
            services.keyspaces().endCommand(isHalfDone, depth > 0);
        }
        long took = services.clock().readNanos() - start;
        context.finish(databaseBefore);
        long replyBytes = (long) client.connection().mark() - mark;
        // A transaction may have switched import mode on.
        modes |= serverState & CallModes.IMPORT;
        if (modes != 0) {
            callModes.end(modes, command, context, depth == 0 && replay == null, took, replyBytes);
        }
        if (client.replyMode() != ReplyMode.ON) {
            client.endReply(mark, command.repliesByPush());
        }
        CallContext outer = depth == 0 ? context : contexts.get(depth - 1);
        if (outer.client().is(ClientFlag.TRACKING)) {
            // Once a command of a script reads, the script counts as reading the keys that it was given.
            boolean inScript = outer.client() != client;
            trackKeys(command, inScript ? outer.command().spec() : command.spec(), inScript ? outer : context);
        }
        if (tells) {
            services.tracking().finish();
        }
        Bytes[] shown = context.shownArgs();
        if (replay == null) {
            account(client, command, shown, argCount, took, replyBytes, failed);
        }
        if (depth == 0) {
            endUnit(client, command);
        }
        return shown;
    }

    private void replayFailed(Throwable cause) {
        if (replay != null) {
            replay.failed(cause);
        }
    }

    /** Ends a command of the top level: hands over its effects, then serves the clients that waited for its changes. */
    private void endUnit(Client client, RegisteredCommand command) {
        if (services.propagator().flush()) {
            client.writePosition(services.propagator().position());
        }
        if (command.touchesArbitraryKeys()) {
            services.propagator().apart(false);
        }
        serveBlocked();
    }

    /** Serves the clients that wait for keys which have become ready. */
    public void serveBlocked() {
        if (services.blockedClients().hasReady()) {
            // A key may have expired while a transaction made it.
            services.clock().update();
            services.keyspaces().begin(services.clock().nowMillis());
            services.blockedClients().serve(services.keyspaces(), this);
            services.propagator().flush();
        }
    }

    /**
     * Remembers keys for a client that caches what it read.
     *
     * @param command what may have read
     * @param keysOf the specification of the command of whose keys that makes a read
     * @param call the call of it
     */
    private void trackKeys(RegisteredCommand command, CommandSpec keysOf, CallContext call) {
        Client client = call.client();
        TrackingState tracking = Objects.requireNonNull(client.tracking());
        boolean reads =
                command.spec().is(CommandFlag.READONLY) && command.spec().group() != CommandGroup.SCRIPTING;
        if (reads && tracking.tracksCommand()) {
            Bytes[] args = call.args();
            int keys = keyFinder.find(keysOf, args, 0, call.argCount());
            for (int i = 0; i < keys; i++) {
                services.tracking().read(client, args[keyFinder.position(i)]);
            }
        }
        if (depth == 0 && !client.is(ClientFlag.MULTI) && !command.fullName().startsWith("client|")) {
            tracking.choosesNext(false);
        }
    }

    /**
     * Fails a plugin's handler that wrote no reply, several or half of one, which would shift all later replies of its
     * client, unless these are dropped. Built-in commands are not looked at: the differential test reads their replies.
     */
    private static void requireOneReply(Client client, int mark) {
        if (client.isOutputRefused()) {
            return;
        }
        int expected = client.is(ClientFlag.BLOCKED) ? 0 : 1;
        int written = client.connection().repliesSince(mark);
        if (written != expected) {
            throw new IllegalStateException("the handler wrote "
                    + (written == Connection.INCOMPLETE ? "an incomplete reply" : written + " replies") + ", expected "
                    + expected);
        }
    }

    private void answerError(Client client, int mark, String message) {
        client.connection().rollback(mark);
        services.limits().replyOrClose(client, failed -> failed.reply().error(message));
        statistics.errorReplied(message);
    }

    private void account(
            Client client,
            RegisteredCommand command,
            Bytes[] args,
            int argCount,
            long took,
            long replyBytes,
            boolean failed) {
        boolean goesOn = client.is(ClientFlag.RETRYING);
        if (!goesOn) {
            statistics.commandExecuted();
        }
        command.executed(took, failed, goesOn, tracksLatency);
        long micros = took / 1000;
        if (!client.is(ClientFlag.BLOCKED)) {
            // What waits is logged when it is served.
            log(commandLogs.slow(), micros, client, command, args, argCount);
            log(commandLogs.largeReplies(), replyBytes, client, command, args, argCount);
            if (commandLogs.largeRequests().isOn()) {
                log(commandLogs.largeRequests(), bytesOf(args, argCount), client, command, args, argCount);
            }
        }
        latencyMonitor.add(
                command.spec().is(CommandFlag.FAST) ? "fast-command" : "command",
                services.clock().nowMillis() / 1000,
                micros / 1000);
    }

    private static long bytesOf(Bytes[] args, int argCount) {
        long bytes = 0;
        for (int i = 0; i < argCount; i++) {
            bytes += args[i].length();
        }
        return bytes;
    }

    private void log(
            CommandLog commandLog, long amount, Client client, RegisteredCommand command, Bytes[] args, int argCount) {
        if (commandLog.logs(amount) && !command.spec().is(CommandFlag.SKIP_SLOWLOG)) {
            // Of the commands of a script it is the script's client that is worth knowing.
            Client who = client.is(ClientFlag.SCRIPT) ? contexts.get(0).client() : client;
            commandLog.add(
                    services.clock().nowMillis() / 1000,
                    amount,
                    args,
                    argCount,
                    who.connection().remoteAddress(),
                    who.name());
        }
    }
}
