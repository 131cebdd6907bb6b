package dev.spinel.aof;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandHandler;
import dev.spinel.api.error.Errors;
import dev.spinel.engine.Capability;
import dev.spinel.engine.EnginePorts;
import dev.spinel.engine.admin.InfoText;
import dev.spinel.engine.admin.ServerProcess.ShutdownMode;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.propagate.WaitingClients;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The append-only log as a part of the server: its directives, BGREWRITEAOF and WAITAOF, its fields of INFO.
 *
 * <p>Engine thread only.
 */
public final class AofPersistence implements Capability {
    private static final String NO_LOG = "WAITAOF cannot be used when numlocal is set but appendonly is disabled.";
    private static final long NANOS_PER_MICRO = 1_000;

    private final DatasetFormat format;
    private final Runnable fatal;
    private final LogFile.Opener opener;
    private @Nullable EnginePorts connectedPorts;
    private @Nullable AppendOnlyLog connectedLog;
    private @Nullable WaitingClients connectedWaiting;
    private boolean loaded;

    /**
     * A log whose bases are snapshots, unless {@code aof-use-rdb-preamble no}.
     *
     * @param format the format of snapshots
     * @param fatal ends the process at once, with exit code 1; called when {@code appendfsync always} cannot be kept
     */
    public AofPersistence(DatasetFormat format, Runnable fatal) {
        this(format, fatal, LogFile.OF_SYSTEM);
    }

    AofPersistence(DatasetFormat format, Runnable fatal, LogFile.Opener opener) {
        this.format = format;
        this.fatal = fatal;
        this.opener = opener;
    }

    @Override
    public String name() {
        return "aof";
    }

    @Override
    public void connect(EnginePorts ports) {
        connectedPorts = ports;
        AppendOnlyLog log = new AppendOnlyLog(ports, format, opener, fatal);
        connectedLog = log;
        connectedWaiting = new WaitingClients(ports.blockedClients(), ports.keptRequests());
        ConfigRegistry config = ports.config();
        config.bind("appendfsync", value -> log.writer().policy(FsyncPolicy.of(value.number())));
        config.bind("aof-timestamp-enabled", value -> log.writer().timestamps(value.isYes()));
        config.bind("no-appendfsync-on-rewrite", value -> log.holdsFsyncOnRewrite(value.isYes()));
        config.bind("aof-disable-auto-gc", value -> log.removeHistory());
        config.bind("appendonly", value -> enable(value.isYes()));
    }

    private EnginePorts ports() {
        return Objects.requireNonNull(connectedPorts, "connect comes first");
    }

    private AppendOnlyLog log() {
        return Objects.requireNonNull(connectedLog, "connect comes first");
    }

    private WaitingClients waiting() {
        return Objects.requireNonNull(connectedWaiting, "connect comes first");
    }

    /** Turns the log on or off once data are loaded; until then only what holds at the end of loading matters. */
    private void enable(boolean on) {
        if (!loaded) {
            return;
        }
        if (on) {
            log().turnOn();
        } else {
            log().turnOff();
            waiting().fail("ERR " + NO_LOG);
        }
    }

    @Override
    public boolean load(long budgetNanos) throws IOException {
        if (loaded) {
            return true;
        }
        loaded = !ports().config().get("appendonly").isYes() || log().load(budgetNanos);
        return loaded;
    }

    @Override
    public Map<String, CommandHandler> debugSubcommands() {
        return Map.of("AOF-FLUSH-SLEEP", this::aofFlushSleep, "LOADAOF", this::loadAof);
    }

    /** Has the server stop for a number of microseconds before each write to the log, which shows who waits for it. */
    private void aofFlushSleep(Call call) {
        if (call.argCount() != 3) {
            throw Errors.err(
                    "unknown subcommand or wrong number of arguments for '" + call.arg(1) + "'. Try DEBUG HELP.");
        }
        log().writer().writeDelayNanos(call.integerArg(2) * NANOS_PER_MICRO);
        call.reply().ok();
    }

    /** Writes what is to be written and loads the log anew in place of all data. If that fails, the server ends. */
    private void loadAof(Call call) {
        try {
            log().reload();
        } catch (IOException e) {
            ports().log().accept(String.valueOf(e.getMessage()));
            fatal.run();
        }
        // The changes that loading counts are in the log already.
        call.propagateNothing();
        call.reply().ok();
    }

    @Override
    public long turn() {
        long wait = log().turn();
        waiting().serve();
        return wait;
    }

    @Override
    public void writeUnits() {
        log().writer().writeUnits();
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(AofSpecs.BGREWRITEAOF, this::bgrewriteaof), Command.of(AofSpecs.WAITAOF, this::waitaof));
    }

    private void bgrewriteaof(Call call) {
        if (log().isRewriting()) {
            throw Errors.err("Background append only file rewriting already in progress");
        }
        if (ports().snapshots().isRunning() || ClientCall.of(call).client().is(ClientFlag.IN_EXEC)) {
            log().scheduleRewrite();
            call.reply().simple("Background append only file rewriting scheduled");
        } else if (log().rewriteNow()) {
            call.reply().simple("Background append only file rewriting started");
        } else {
            throw Errors.err("Can't execute an AOF background rewriting. Please check the server logs for more"
                    + " information.");
        }
    }

    private void waitaof(Call call) {
        boolean needsLocal = call.integerArg(1, 0, 1) == 1;
        boolean needsReplicas = call.integerArg(2, 0, Long.MAX_VALUE, "value is out of range, must be positive") > 0;
        long timeoutMillis = WaitingClients.timeoutMillis(call, 3);
        if (needsLocal && !log().isEnabled()) {
            throw Errors.err(NO_LOG);
        }
        // The position of all writes so far, which is no earlier than that of the client's own.
        long position = log().writer().appended();
        // There are no replicas whose logs would count.
        BooleanSupplier isOver = () -> !needsReplicas && (!needsLocal || isDurable(position));
        Client client = ClientCall.of(call).client();
        if (isOver.getAsBoolean() || client.is(ClientFlag.IN_EXEC)) {
            answerWait(client, position);
        } else {
            waiting().add(ClientCall.of(call), timeoutMillis, isOver, waiter -> answerWait(waiter, position));
        }
    }

    private boolean isDurable(long position) {
        return position <= log().durablePosition();
    }

    private void answerWait(Client client, long position) {
        client.reply().array(2);
        client.reply().integer(isDurable(position) ? 1 : 0);
        client.reply().integer(0);
    }

    @Override
    public void disconnected(Client client) {
        waiting().disconnected(client);
    }

    @Override
    public void persistenceInfo(InfoText text) {
        log().info(text);
    }

    @Override
    public void resetStatistics() {
        log().resetStatistics();
    }

    @Override
    public boolean prepareShutdown(ShutdownMode mode) {
        return log().prepareShutdown(mode.force());
    }

    @Override
    public void close() {
        if (connectedLog != null) {
            connectedLog.close();
        }
    }
}
