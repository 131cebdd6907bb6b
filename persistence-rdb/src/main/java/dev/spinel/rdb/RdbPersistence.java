package dev.spinel.rdb;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandHandler;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.engine.Capability;
import dev.spinel.engine.EnginePorts;
import dev.spinel.engine.admin.InfoText;
import dev.spinel.engine.admin.ServerProcess.Save;
import dev.spinel.engine.admin.ServerProcess.ShutdownMode;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.config.ConfigValue;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dispatch.ServerState.DiskUser;
import dev.spinel.engine.memory.ArenaExhaustedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Saves all data to a file, when asked to and by itself, and loads them at the start; and the commands on the serialized form
 * of single values. Engine thread only.
 */
public final class RdbPersistence implements Capability {
    private static final String MISCONF =
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk. Commands"
                    + " that may modify the data set are disabled, because this instance is configured to report errors"
                    + " during writes if RDB snapshotting fails (stop-writes-on-bgsave-error option). Please check the"
                    + " Redis logs for details about the RDB error.";

    /** How long after a failure saving is tried again without being asked. */
    private static final long RETRY_DELAY_MILLIS = 5_000;

    private static final long MILLIS_PER_SECOND = 1_000;
    private static final long NANOS_PER_MICRO = 1_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final int NONE = -1;

    private final RdbFormat format;
    private final boolean loadsAtStart;
    private @Nullable EnginePorts connected;
    private @Nullable DumpCommands dumps;
    private @Nullable Migration migration;

    private SavePoints savePoints = new SavePoints(List.of());
    private boolean stopsWrites;
    /** The count of changes at the cut of the last save that succeeded. */
    private long savedChanges;

    private long lastSaveMillis;
    private long lastTryMillis;
    private boolean lastSaveFailed;
    private long lastSaveSeconds = NONE;
    private long saves;

    /** The snapshot that is being made for a file; null if none is, or one for something else. */
    private @Nullable RdbFile running;

    private long runningChanges;
    private long runningSinceMillis;
    /** Whether a snapshot that is in progress for clients begins once the walk of a cancelled one is over. */
    private boolean waiting;

    private boolean scheduled;
    /** Why the last save while everything waited failed; null if it did not. */
    private @Nullable Throwable lastFailure;

    private @Nullable RdbLoader loading;
    private long loadingSinceNanos;
    private long lastLoadKeysLoaded;
    private long lastLoadKeysExpired;

    /**
     * @param format the format of the files, which this connects to the configuration
     * @param loadsAtStart whether the data of the file, if there is one, are loaded when the server starts
     */
    public RdbPersistence(RdbFormat format, boolean loadsAtStart) {
        this.format = format;
        this.loadsAtStart = loadsAtStart;
    }

    @Override
    public String name() {
        return "rdb";
    }

    @Override
    public void connect(EnginePorts ports) {
        connected = ports;
        format.connect(ports.config(), ports.log());
        lastSaveMillis = ports.clock().nowMillis();
        dumps = new DumpCommands(format, ports.values(), ports.unclaimedDataBytes());
        migration = new Migration(dumps, ports.clock());
        ports.config().bind("save", this::save);
        ports.config().bind("stop-writes-on-bgsave-error", value -> {
            stopsWrites = value.isYes();
            reportDiskError();
        });
        ports.config().bind("dir", RdbPersistence::requireDirectory);
    }

    private static void requireDirectory(ConfigValue value) {
        Path directory = Path.of(value.text());
        if (!Files.exists(directory)) {
            throw new IllegalArgumentException("No such file or directory");
        }
        if (!Files.isDirectory(directory)) {
            throw new IllegalArgumentException("Not a directory");
        }
    }

    private void save(ConfigValue value) {
        savePoints = SavePoints.of(value.words());
        reportDiskError();
    }

    private EnginePorts ports() {
        return Objects.requireNonNull(connected, "ports");
    }

    private DumpCommands dumps() {
        return Objects.requireNonNull(dumps, "dumps");
    }

    private Migration migration() {
        return Objects.requireNonNull(migration, "migration");
    }

    @Override
    public Map<String, CommandHandler> debugSubcommands() {
        return Map.of("RELOAD", this::reload, "SET-SKIP-CHECKSUM-VALIDATION", this::setSkipChecksumValidation);
    }

    private void setSkipChecksumValidation(Call call) {
        if (call.argCount() != 3) {
            throw Errors.err(
                    "unknown subcommand or wrong number of arguments for '" + call.arg(1) + "'. Try DEBUG HELP.");
        }
        format.skipChecksums(!call.argIs(2, "0"));
        call.reply().ok();
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(RdbSpecs.BGSAVE, this::bgsave),
                Command.of(RdbSpecs.DUMP, call -> dumps().dump(call)),
                Command.of(RdbSpecs.LASTSAVE, call -> call.reply().integer(lastSaveMillis / MILLIS_PER_SECOND)),
                Command.of(RdbSpecs.MIGRATE, call -> migration().migrate(call)),
                Command.of(RdbSpecs.RESTORE, call -> dumps().restore(call)),
                Command.of(RdbSpecs.RESTORE_ASKING, call -> dumps().restore(call)),
                Command.of(RdbSpecs.SAVE, this::save));
    }

    private Path file() {
        return Path.of(ports().config().get("dir").text())
                .resolve(ports().config().get("dbfilename").text());
    }

    private void log(String line) {
        ports().log().accept(line);
    }

    private long nowMillis() {
        return ports().clock().nowMillis();
    }

    /** Number of changes that no file has. */
    private long unsavedChanges() {
        return ports().changes().changes() - savedChanges;
    }

    private boolean isSaving() {
        return running != null || waiting;
    }

    private void save(Call call) {
        if (isSaving()) {
            throw Errors.err("Background save already in progress");
        }
        saves++;
        if (!saveNow()) {
            throw new CommandException("ERR");
        }
        call.reply().ok();
    }

    private void bgsave(Call call) {
        boolean schedules = false;
        if (call.argCount() > 1) {
            if (call.argCount() == 2 && call.argIs(1, "CANCEL")) {
                cancel(call);
                return;
            }
            schedules = call.argCount() == 2 && call.argIs(1, "SCHEDULE");
            if (!schedules) {
                throw Errors.syntax();
            }
        }
        boolean inTransaction = ClientCall.of(call).client().is(ClientFlag.IN_EXEC);
        if (isSaving()) {
            throw Errors.err("Background save already in progress");
        }
        boolean blocked = ports().snapshots().isRunning();
        if (blocked && !schedules && !inTransaction) {
            throw Errors.err(
                    "Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in order"
                            + " to schedule a BGSAVE whenever possible.");
        }
        if (blocked || inTransaction) {
            scheduled = true;
            call.reply().simple("Background saving scheduled");
        } else {
            if (ports().snapshots().isIdle()) {
                startInBackground();
            } else {
                waiting = true;
            }
            call.reply().simple("Background saving started");
        }
    }

    private void cancel(Call call) {
        if (running != null && ports().snapshots().requestCancel()) {
            log("Background saving will be aborted due to user request");
            call.reply().simple("Background saving cancelled");
        } else if (waiting) {
            waiting = false;
            call.reply().simple("Background saving cancelled");
        } else if (scheduled) {
            log("Scheduled background saving will be cancelled due to user request");
            scheduled = false;
            call.reply().simple("Scheduled background saving cancelled");
        } else {
            throw Errors.err("Background saving is currently not in progress or scheduled");
        }
    }

    private void startInBackground() {
        saves++;
        runningChanges = ports().changes().changes();
        runningSinceMillis = nowMillis();
        lastTryMillis = runningSinceMillis;
        waiting = false;
        scheduled = false;
        RdbFile target = newFile(this::endedInBackground);
        running = target;
        ports().snapshots().start(target);
        log("Background saving started by pid " + ProcessHandle.current().pid());
    }

    private RdbFile newFile(BiConsumer<RdbFile, @Nullable Throwable> whenEnded) {
        boolean forcedAlong = ports().config().get("rdb-save-incremental-fsync").isYes();
        return new RdbFile(format, file(), forcedAlong, whenEnded);
    }

    private void endedInBackground(RdbFile target, @Nullable Throwable failure) {
        running = null;
        lastSaveSeconds = (nowMillis() - runningSinceMillis) / MILLIS_PER_SECOND;
        if (failure == null) {
            saved(runningChanges);
            log("Background saving terminated with success");
        } else if (failure instanceof CancellationException) {
            log("Background saving terminated by request");
        } else {
            log(target.describe(failure));
            log("Background saving error");
            lastSaveFailed = true;
            reportDiskError();
        }
    }

    private void saved(long changes) {
        log("DB saved on disk");
        savedChanges = changes;
        lastSaveMillis = nowMillis();
        lastSaveFailed = false;
        reportDiskError();
    }

    /** Saves while everything waits; tells whether that succeeded. A snapshot for something else goes on after it. */
    private boolean saveNow() {
        cancelRunning();
        lastTryMillis = nowMillis();
        scheduled = false;
        ports().snapshots().write(newFile(this::endedNow));
        return lastFailure == null;
    }

    private void endedNow(RdbFile target, @Nullable Throwable failure) {
        lastFailure = failure;
        if (failure == null) {
            saved(ports().changes().changes());
        } else {
            log(target.describe(failure));
        }
    }

    private void cancelRunning() {
        waiting = false;
        if (running != null) {
            ports().snapshots().cancel();
        }
    }

    private void reportDiskError() {
        boolean refusing = lastSaveFailed && stopsWrites && !savePoints.isEmpty();
        ports().state().diskError(DiskUser.SNAPSHOT, refusing ? MISCONF : null);
    }

    @Override
    public long turn() {
        if (running != null) {
            return Long.MAX_VALUE;
        }
        if (waiting) {
            if (ports().snapshots().isIdle()) {
                startInBackground();
            }
            return Long.MAX_VALUE;
        }
        long changes = unsavedChanges();
        long dueMillis = scheduled ? lastSaveMillis : savePoints.dueMillis(changes, lastSaveMillis);
        if (dueMillis == SavePoints.NEVER) {
            return Long.MAX_VALUE;
        }
        if (lastSaveFailed) {
            dueMillis = Math.max(dueMillis, lastTryMillis + RETRY_DELAY_MILLIS);
        }
        long waitMillis = dueMillis - nowMillis();
        if (waitMillis > 0) {
            return Math.min(waitMillis, Long.MAX_VALUE / NANOS_PER_MILLI) * NANOS_PER_MILLI;
        }
        if (!ports().snapshots().isIdle()) {
            // The turn after the other snapshot comes here again.
            return Long.MAX_VALUE;
        }
        if (!scheduled) {
            SavePoints.SavePoint point = savePoints.due(changes, lastSaveMillis, nowMillis());
            log(point.changes() + " changes in " + point.seconds() + " seconds. Saving...");
        }
        startInBackground();
        return Long.MAX_VALUE;
    }

    @Override
    public boolean load(long budgetNanos) throws IOException {
        if (loading == null && !startLoading()) {
            return true;
        }
        RdbLoader loader = Objects.requireNonNull(loading, "loading");
        long startNanos = ports().clock().readNanos();
        boolean ended = false;
        try {
            ended = loader.load(ports().loader(), ports().clock()::readNanos, startNanos + budgetNanos);
        } catch (InvalidDatasetException e) {
            throw new IOException("Fatal error loading the DB: " + e.getMessage(), e);
        } catch (ArenaExhaustedException e) {
            throw new IOException(
                    "Fatal error loading the DB: out of memory at offset " + loader.loadedBytes() + " of " + file()
                            + ": " + e.getMessage(),
                    e);
        } finally {
            ports().state().loadingProgress(loader.totalBytes(), loader.loadedBytes());
        }
        if (ended) {
            loader.close();
            loading = null;
            endLoad(loader);
            log(String.format(
                    Locale.ROOT,
                    "DB loaded from disk: %.3f seconds",
                    (ports().clock().readNanos() - loadingSinceNanos) / NANOS_PER_SECOND));
            savedChanges = ports().changes().changes();
        }
        return ended;
    }

    /** Opens the file; false if there is none, or the data are in the append-only log. */
    private boolean startLoading() throws IOException {
        if (!loadsAtStart || ports().config().get("appendonly").isYes()) {
            return false;
        }
        Path file = file();
        try {
            loading = new RdbLoader(
                    format, file, ports().threads(), () -> ports().config().number("key-load-delay") * NANOS_PER_MICRO);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw new IOException("Fatal error loading the DB: " + RdbFile.reason(e) + " (" + file + "). Exiting.", e);
        }
        loadingSinceNanos = ports().clock().readNanos();
        ports().loader().begin(false);
        return true;
    }

    private void endLoad(RdbLoader loader) {
        ports().loader().end();
        lastLoadKeysLoaded = ports().loader().keysLoaded();
        lastLoadKeysExpired = ports().loader().keysExpired();
        log("Done loading RDB, keys loaded: " + lastLoadKeysLoaded + ", keys expired: " + lastLoadKeysExpired
                + ", empty keys skipped: " + loader.emptyKeysSkipped() + ".");
    }

    /**
     * DEBUG RELOAD: saves all data, removes them and loads them again.
     *
     * <p>The options from argument 2 on are MERGE (a key of the file replaces the one there is), NOFLUSH (removes nothing)
     * and NOSAVE (loads the file that there is). If loading fails after all data were removed, none are left.
     *
     * @throws CommandException for other options, and when saving or loading fails
     */
    private void reload(Call call) {
        boolean merges = false;
        boolean flushes = true;
        boolean saving = true;
        for (int i = 2; i < call.argCount(); i++) {
            if (call.argIs(i, "MERGE")) {
                merges = true;
            } else if (call.argIs(i, "NOFLUSH")) {
                flushes = false;
            } else if (call.argIs(i, "NOSAVE")) {
                saving = false;
            } else {
                throw Errors.err("DEBUG RELOAD only supports the MERGE, NOFLUSH and NOSAVE options.");
            }
        }
        if (saving && !saveNow()) {
            throw new CommandException("ERR");
        }
        if (flushes) {
            ports().loader().clear();
        }
        DatasetSink sink = merges ? new ReplacingSink(ports().keyspaces(), ports().loader()) : ports().loader();
        ports().loader().begin(false);
        if (!flushes && !merges) {
            ports().loader().refuseKnownLibraries();
        }
        boolean isLoaded = false;
        try (RdbLoader loader = new RdbLoader(format, file(), ports().threads(), () -> 0)) {
            loader.loadAll(sink);
            endLoad(loader);
            isLoaded = true;
        } catch (IOException e) {
            log(e instanceof InvalidDatasetException ? String.valueOf(e.getMessage()) : RdbFile.reason(e));
            throw Errors.err("Error trying to load the RDB dump, check server logs.");
        } finally {
            if (!isLoaded) {
                // Half of a data set is worse than none.
                ports().loader().undo();
                if (flushes) {
                    ports().loader().clear();
                }
            }
        }
        log("DB reloaded by DEBUG RELOAD");
        call.reply().ok();
    }

    /** A file of data that are gone is of no use; with save points, the file is brought up to date at once. */
    @Override
    public void flushedAll() {
        cancelRunning();
        if (!savePoints.isEmpty()) {
            saveNow();
        }
    }

    @Override
    public void persistenceInfo(InfoText text) {
        boolean saving = running != null;
        text.add("current_save_keys_processed", saving ? ports().snapshots().keysProcessed() : 0)
                .add("current_save_keys_total", saving ? ports().snapshots().keysTotal() : 0)
                .add("rdb_changes_since_last_save", unsavedChanges())
                .add("rdb_bgsave_in_progress", isSaving() ? 1 : 0)
                .add("rdb_last_save_time", lastSaveMillis / MILLIS_PER_SECOND)
                .add("rdb_last_bgsave_status", lastSaveFailed ? "err" : "ok")
                .add("rdb_last_bgsave_time_sec", lastSaveSeconds)
                .add(
                        "rdb_current_bgsave_time_sec",
                        saving ? (nowMillis() - runningSinceMillis) / MILLIS_PER_SECOND : NONE)
                .add("rdb_saves", saves)
                .add("rdb_last_cow_size", 0)
                .add("rdb_last_load_keys_expired", lastLoadKeysExpired)
                .add("rdb_last_load_keys_loaded", lastLoadKeysLoaded);
    }

    @Override
    public void resetStatistics() {
        saves = 0;
    }

    @Override
    public boolean prepareShutdown(ShutdownMode mode) {
        if (running != null) {
            log("There is a child saving an .rdb. Killing it!");
            ports().snapshots().cancel();
        }
        boolean saving = mode.save() == Save.ALWAYS || (mode.save() == Save.CONFIGURED && !savePoints.isEmpty());
        if (saving) {
            log("Saving the final RDB snapshot before exiting.");
            if (!saveNow()) {
                if (!mode.force()) {
                    log("Error trying to save the DB, can't exit.");
                    return false;
                }
                log("Error trying to save the DB. Exit anyway.");
            }
        }
        return true;
    }

    @Override
    public void close() {
        if (migration != null) {
            migration.close();
        }
        if (loading != null) {
            try {
                loading.close();
            } catch (IOException e) {
                log("Can't close the RDB file: " + RdbFile.reason(e));
            }
        }
    }
}
