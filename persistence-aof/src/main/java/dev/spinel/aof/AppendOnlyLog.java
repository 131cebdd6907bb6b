package dev.spinel.aof;

import dev.spinel.engine.EnginePorts;
import dev.spinel.engine.admin.InfoText;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dispatch.ServerState.DiskUser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * The log as a whole: loads it, has a writer go on at its end, rewrites it, turns it on and off.
 *
 * <p>Engine thread only.
 */
final class AppendOnlyLog {
    /*
     *              turnOn                 first rewrite succeeded
     *     OFF ---------------> STARTING -------------------------> ON
     *      ^                       |                                |
     *      +-------- turnOff ------+--------------------------------+
     *
     * In STARTING changes go to a temporary increment that no manifest names, while the first base is made. A crash leaves
     * the files as they were. When making the base fails, writing stops, and a rewrite is scheduled, which starts anew.
     */
    private enum State {
        OFF,
        STARTING,
        ON
    }

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long MILLIS_PER_SECOND = 1_000;
    private static final long TICK_NANOS = NANOS_PER_SECOND / 10;

    private final EnginePorts ports;
    private final DatasetFormat format;
    private final LogFile.Opener opener;
    private final FileWorker worker;
    private final AofWriter writer;
    private final RewriteLimit limit = new RewriteLimit();

    private State state = State.OFF;
    private AofDirectory directory;
    private Manifest manifest = Manifest.EMPTY;
    private @Nullable AofLoader loader;

    /** Whether the files may hold more than the data, since commands of them failed when they were loaded. */
    private boolean holdsMore;

    private boolean holdsFsyncOnRewrite;
    private @Nullable String reportedError;

    private @Nullable Rewrite rewrite;
    private boolean scheduled;
    private long nextTickNanos;
    private long rewriteStartNanos;
    private long lastRewriteSeconds = -1;
    private boolean rewriteFailed;
    private long rewrites;

    /** Bytes in the files before the one that is written to. */
    private long earlierBytes;

    /** Bytes in all files after the last rewrite, or in the base when it was loaded. */
    private long rewrittenBytes;

    AppendOnlyLog(EnginePorts ports, DatasetFormat format, LogFile.Opener opener, Runnable fatal) {
        this.ports = ports;
        this.format = format;
        this.opener = opener;
        this.worker = new FileWorker(ports.threads());
        this.writer = new AofWriter(ports.clock(), worker, ports.wakeUp(), fatal, ports.log());
        this.directory = configuredDirectory();
        this.nextTickNanos = ports.clock().nowNanos();
    }

    private AofDirectory configuredDirectory() {
        return new AofDirectory(
                Path.of(ports.config().get("dir").text()),
                ports.config().get("appenddirname").text(),
                ports.config().get("appendfilename").text(),
                opener);
    }

    private boolean isYes(String directive) {
        return ports.config().get(directive).isYes();
    }

    private void log(String line) {
        ports.log().accept(line);
    }

    AofWriter writer() {
        return writer;
    }

    /** Whether changes are to be logged, if not yet then soon. */
    boolean isEnabled() {
        return state != State.OFF;
    }

    /** The position up to which the log survives anything, -1 when there is no log yet. */
    long durablePosition() {
        return state == State.ON ? writer.synced() : -1;
    }

    /** {@code no-appendfsync-on-rewrite}. */
    void holdsFsyncOnRewrite(boolean value) {
        holdsFsyncOnRewrite = value;
    }

    // ---- Loading

    /**
     * Loads some more of the log at the start of the server; once that is complete, opens it for writing.
     *
     * @return whether that is done
     */
    boolean load(long budgetNanos) throws IOException {
        AofLoader current = loader;
        if (current == null) {
            manifest = readManifest();
            current = new AofLoader(ports, format, directory, manifest);
            loader = current;
        }
        if (!run(current, budgetNanos)) {
            return false;
        }
        loader = null;
        takeNoteOfErrors(current);
        openForWriting(current.totalBytes());
        return true;
    }

    /** Loads the log anew, in place of all data. */
    void reload() throws IOException {
        if (state == State.ON) {
            writer.flushNow();
        }
        ports.state().loading(true);
        try {
            ports.loader().clear();
            AofLoader whole = new AofLoader(ports, format, directory, state == State.ON ? manifest : readManifest());
            run(whole, Long.MAX_VALUE);
            takeNoteOfErrors(whole);
        } finally {
            ports.state().loading(false);
        }
        writer.fileWasCut();
        log("Append Only File loaded by DEBUG LOADAOF");
    }

    private boolean run(AofLoader current, long budgetNanos) throws IOException {
        try {
            return current.run(budgetNanos);
        } catch (IOException | RuntimeException e) {
            current.close();
            throw e;
        }
    }

    private void takeNoteOfErrors(AofLoader loaded) {
        holdsMore = loaded.hadErrors();
        if (holdsMore) {
            log("Commands of the AOF answered errors, so its files may hold more than the data: they are not rewritten"
                    + " automatically until BGREWRITEAOF has replaced them.");
        }
    }

    private Manifest readManifest() throws IOException {
        directory = configuredDirectory();
        Manifest read = directory.readManifest();
        if (!directory.needsUpgrade(read)) {
            return read;
        }
        directory.create();
        Manifest upgraded = Manifest.ofOldFile(directory.logName());
        directory.replaceManifest(upgraded);
        directory.adoptOldFile();
        log("Successfully migrated an old-style AOF file (" + directory.logName() + ") into the AOF directory ("
                + directory.name() + ").");
        return upgraded;
    }

    private void openForWriting(long loadedBytes) throws IOException {
        directory.create();
        directory.delete(directory.leftovers(), e -> log("Can't remove a temporary AOF file: " + DiskError.text(e)));
        LogPart base = manifest.base();
        rewrittenBytes = base == null ? 0 : directory.size(base);
        boolean isNew = manifest.isEmpty();
        if (isNew) {
            manifest = manifest.withBase(directory.logName(), isYes("aof-use-rdb-preamble"), 0);
            createEmptyBase(Objects.requireNonNull(manifest.base()).name());
        }
        boolean hasIncrement = manifest.lastIncrement() != null;
        if (!hasIncrement) {
            manifest = manifest.withIncrement(directory.logName());
        }
        String name = Objects.requireNonNull(manifest.lastIncrement()).name();
        long size;
        try {
            Path path = directory.file(name);
            LogFile file = hasIncrement ? opener.append(path) : opener.create(path);
            size = file.size();
            writer.open(file, size);
        } catch (IOException e) {
            throw new IOException("Can't open the append-only file " + name + ": " + DiskError.text(e), e);
        }
        if (!hasIncrement) {
            directory.replaceManifest(manifest);
        }
        log((hasIncrement ? "Opening" : "Creating") + " AOF incr file " + name + " on server start");
        earlierBytes = Math.max(0, loadedBytes - size);
        state = State.ON;
        ports.propagator().addSink(writer);
        removeHistory();
    }

    private void createEmptyBase(String name) throws IOException {
        try (BaseFile base = new BaseFile(opener.create(directory.file(name)), false)) {
            if (isYes("aof-use-rdb-preamble")) {
                format.writer(base, true).end();
            }
            base.sync();
        } catch (IOException e) {
            throw new IOException("Can't open the append-only file " + name + ": " + DiskError.text(e), e);
        }
        log("Creating AOF base file " + name + " on server start");
    }

    /** Removes what no rewrite has removed; not while one runs, which changes the manifest itself. */
    void removeHistory() {
        Manifest before = manifest;
        if (before.history().isEmpty() || rewrite != null || isYes("aof-disable-auto-gc")) {
            return;
        }
        Manifest cleaned = before.withoutHistory();
        try {
            directory.replaceManifest(cleaned);
        } catch (UnsyncedManifestException e) {
            log(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            log(String.valueOf(e.getMessage()));
            return;
        }
        manifest = cleaned;
        AofDirectory of = directory;
        List<String> names = before.obsoleteFiles();
        names.forEach(name -> log("Removing the history file " + name + " in the background"));
        worker.submit(() -> of.delete(names, ignored -> {}));
    }

    // ---- Turning on and off

    /**
     * Has changes be logged from now on, to a log that starts with a base of what there is.
     *
     * @throws IllegalArgumentException with the reason if that is not possible
     */
    void turnOn() {
        if (state != State.OFF) {
            return;
        }
        state = State.STARTING;
        if (rewrite != null) {
            log(
                    "AOF was enabled but there is already an AOF rewriting in background. Stopping background AOF and starting"
                            + " a rewrite now.");
            ports.snapshots().cancel();
        }
        if (ports.snapshots().isRunning()) {
            scheduled = true;
            log("AOF was enabled but there is already another background operation. An AOF background was scheduled to"
                    + " start when possible.");
        } else if (!startRewrite()) {
            state = State.OFF;
            log(
                    "Redis needs to enable the AOF but can't trigger a background AOF rewrite operation. Check the above logs"
                            + " for more info about the error.");
            throw new IllegalArgumentException("Unable to turn on AOF. Check server logs.");
        }
    }

    /** Has changes not be logged any more; what was logged so far is complete and synced. */
    void turnOff() {
        if (state == State.OFF) {
            return;
        }
        state = State.OFF;
        scheduled = false;
        if (rewrite != null) {
            log("Killing running AOF rewrite child: " + ProcessHandle.current().pid());
            ports.snapshots().cancel();
        }
        if (writer.isOpen() && !writer.flushAndSync()) {
            log("Fail to fsync the AOF file: " + writer.diskError() + ".");
        }
        stopWriting();
    }

    private void stopWriting() {
        if (writer.isOpen()) {
            ports.propagator().removeSink(writer);
            writer.close();
        }
        reportDiskError();
    }

    // ---- Rewriting

    /** Whether a rewrite runs. */
    boolean isRewriting() {
        return rewrite != null;
    }

    /** Has a rewrite start as soon as nothing else runs. */
    void scheduleRewrite() {
        scheduled = true;
        limit.reset();
    }

    /** Starts a rewrite that a user asked for; returns whether it started, the log says why not. */
    boolean rewriteNow() {
        limit.reset();
        return startRewrite();
    }

    /** Cuts: a new increment for what comes, a base of what there is; false when that fails. */
    private boolean startRewrite() {
        Rewrite started;
        try {
            started = prepareRewrite();
        } catch (IOException e) {
            log(String.valueOf(e.getMessage()));
            rewriteFailed = true;
            rewriteFailed();
            return false;
        }
        rewrite = started;
        scheduled = false;
        rewrites++;
        rewriteStartNanos = ports.clock().nowNanos();
        log("Background append only file rewriting started");
        ports.snapshots().start(started);
        return true;
    }

    private Rewrite prepareRewrite() throws IOException {
        boolean preamble = isYes("aof-use-rdb-preamble");
        String temporaryIncrement = null;
        Manifest next;
        switch (state) {
            case ON -> {
                startIncrement();
                next = manifest.withBase(directory.logName(), preamble, 1);
            }
            case STARTING -> {
                manifest = readManifest();
                directory.create();
                temporaryIncrement = directory.temporaryIncrement();
                writer.open(create(temporaryIncrement), 0);
                ports.propagator().addSink(writer);
                next = manifest.withIncrement(directory.logName()).withBase(directory.logName(), preamble, 1);
            }
            case OFF -> {
                manifest = readManifest();
                directory.create();
                next = manifest.withBase(directory.logName(), preamble, 0);
            }
            default -> throw new IllegalStateException("state " + state);
        }
        return new Rewrite(
                directory,
                opener,
                preamble ? format : null,
                isYes("aof-rewrite-incremental-fsync"),
                !isYes("aof-disable-auto-gc"),
                isYes("aof-timestamp-enabled") ? ports.clock().nowMillis() / MILLIS_PER_SECOND : 0,
                next,
                temporaryIncrement,
                this::rewriteEnded);
    }

    /** Has the writer go on in a new increment, which the manifest names before anything is in it. */
    private void startIncrement() throws IOException {
        if (!writer.flushNow()) {
            throw new IOException(
                    "Can't start a new AOF incr file before everything is in the last one: " + writer.diskError());
        }
        Manifest more = manifest.withIncrement(directory.logName());
        String name = Objects.requireNonNull(more.lastIncrement()).name();
        LogFile file = create(name);
        log("Creating AOF incr file " + name + " on background rewrite");
        try {
            directory.replaceManifest(more);
        } catch (UnsyncedManifestException e) {
            log(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            file.close();
            directory.delete(List.of(name), e::addSuppressed);
            throw e;
        }
        manifest = more;
        earlierBytes += writer.fileBytes();
        if (!writer.switchTo(file)) {
            throw new IllegalStateException("the log is on, but has no file that it is written to");
        }
    }

    private LogFile create(String name) throws IOException {
        try {
            return opener.create(directory.file(name));
        } catch (IOException e) {
            throw new IOException("Can't open the append-only file " + name + ": " + DiskError.text(e), e);
        }
    }

    private void rewriteEnded(Rewrite ended, @Nullable Throwable failure) {
        rewrite = null;
        lastRewriteSeconds = (ports.clock().nowNanos() - rewriteStartNanos) / NANOS_PER_SECOND;
        if (failure == null) {
            log("Background AOF rewrite terminated with success");
            rewriteSucceeded(ended);
            return;
        }
        if (failure instanceof CancellationException) {
            log("Background AOF rewrite was stopped");
        } else {
            log("Background AOF rewrite terminated with error: " + failure.getMessage());
            rewriteFailed = true;
            rewriteFailed();
        }
        if (state == State.STARTING) {
            stopWriting();
            scheduled = true;
        }
    }

    private void rewriteFailed() {
        limit.failed();
        int minutes = limit.start(ports.clock().nowMillis());
        if (minutes > 0) {
            log("Background AOF rewrite has repeatedly failed and triggered the limit, will retry in " + minutes
                    + " minutes");
        }
    }

    private void rewriteSucceeded(Rewrite ended) {
        manifest = ended.installed();
        holdsMore = false;
        rewriteFailed = false;
        limit.reset();
        log("Successfully renamed the temporary AOF base file " + directory.temporaryBase() + " into "
                + ended.baseName());
        if (ended.isInitial()) {
            log("Successfully renamed the temporary AOF incr file " + directory.temporaryIncrement() + " into "
                    + ended.incrementName());
        }
        // The base may be complete although the log was turned off meanwhile.
        if (state == State.STARTING && ended.isInitial()) {
            state = State.ON;
        }
        if (state == State.ON) {
            writer.earlierFilesReplaced();
            earlierBytes = ended.baseBytes();
            rewrittenBytes = sizeBytes();
        }
        ended.removedHistory().forEach(part -> log("Removed the history file " + part.name()));
        IOException cleaningFailure = ended.cleaningFailure();
        if (cleaningFailure != null) {
            log("The history files may not be removed for good: " + cleaningFailure.getMessage());
        }
        log("Background AOF rewrite finished successfully");
    }

    private long sizeBytes() {
        return earlierBytes + writer.fileBytes();
    }

    private boolean hasGrown() {
        long percentage = ports.config().number("auto-aof-rewrite-percentage");
        long size = sizeBytes();
        if (state != State.ON
                || holdsMore
                || percentage == 0
                || size <= ports.config().number("auto-aof-rewrite-min-size")) {
            return false;
        }
        long growth = (long) (size * 100.0 / Math.max(1, rewrittenBytes)) - 100;
        if (growth < percentage) {
            return false;
        }
        log("Starting automatic rewriting of AOF on " + growth + "% growth");
        return true;
    }

    // ---- Turns

    /**
     * Ends a turn.
     *
     * @return for how many nanoseconds there is nothing to do
     */
    long turn() {
        long wait = Long.MAX_VALUE;
        if (isEnabled() || scheduled) {
            wait = tick();
        }
        writer.holdFsync(holdsFsyncOnRewrite && ports.snapshots().isRunning());
        wait = Math.min(wait, writer.turn());
        reportDiskError();
        return wait;
    }

    /** Starts rewrites that are due, ten times a second at most. */
    private long tick() {
        long now = ports.clock().nowNanos();
        if (now - nextTickNanos >= 0) {
            nextTickNanos = now + TICK_NANOS;
            boolean mayStart =
                    ports.snapshots().isIdle() && !limit.holds(ports.clock().nowMillis());
            if (mayStart && (scheduled || hasGrown())) {
                startRewrite();
            }
        }
        return scheduled ? Math.max(0, nextTickNanos - now) : Long.MAX_VALUE;
    }

    /** Has writes refused while the log cannot be written. */
    private void reportDiskError() {
        String error = writer.diskError();
        if (!Objects.equals(error, reportedError)) {
            reportedError = error;
            ports.state()
                    .diskError(DiskUser.LOG, error == null ? null : "MISCONF Errors writing to the AOF file: " + error);
        }
    }

    // ---- The end

    /**
     * Writes and syncs everything for the end of the server.
     *
     * @param force whether the server ends even if that loses data
     * @return whether it may end
     */
    boolean prepareShutdown(boolean force) {
        if (rewrite != null) {
            if (state == State.STARTING) {
                if (!force) {
                    log("Writing initial AOF, can't exit.");
                    return false;
                }
                log("Writing initial AOF. Exit anyway.");
            }
            log("There is a child rewriting the AOF. Killing it!");
            ports.snapshots().cancel();
            scheduled = false;
        }
        if (writer.isOpen()) {
            log("Calling fsync() on the AOF file.");
            boolean isSynced = writer.flushAndSync();
            if (writer.isWriteFailed()) {
                log("Can't write everything to the AOF file: " + writer.diskError() + "."
                        + (force ? " Exiting anyway." : ""));
                return force;
            }
            if (!isSynced) {
                log("Fail to fsync the AOF file: " + writer.diskError() + ".");
            }
        }
        return true;
    }

    void close() {
        AofLoader current = loader;
        if (current != null) {
            try {
                current.close();
            } catch (IOException e) {
                log("Can't close the AOF file: " + DiskError.text(e));
            }
        }
        stopWriting();
        worker.close();
    }

    // ---- INFO

    void info(InfoText text) {
        long now = ports.clock().nowNanos();
        text.add("aof_enabled", isEnabled() ? 1 : 0)
                .add("aof_rewrite_in_progress", rewrite == null ? 0 : 1)
                .add("aof_rewrite_scheduled", scheduled ? 1 : 0)
                .add("aof_last_rewrite_time_sec", lastRewriteSeconds)
                .add(
                        "aof_current_rewrite_time_sec",
                        rewrite == null ? -1 : (now - rewriteStartNanos) / NANOS_PER_SECOND)
                .add("aof_last_bgrewrite_status", rewriteFailed ? "err" : "ok")
                .add("aof_rewrites", rewrites)
                .add("aof_rewrites_consecutive_failures", limit.failures())
                .add("aof_last_write_status", writer.diskError() == null ? "ok" : "err")
                .add("aof_last_cow_size", 0);
        if (isEnabled()) {
            text.add("aof_current_size", sizeBytes())
                    .add("aof_base_size", rewrittenBytes)
                    .add("aof_pending_rewrite", scheduled ? 1 : 0)
                    .add("aof_buffer_length", writer.bufferedBytes())
                    .add("aof_pending_bio_fsync", writer.isSyncing() ? 1 : 0)
                    .add("aof_delayed_fsync", writer.delayedFsyncs());
        }
    }

    void resetStatistics() {
        rewrites = 0;
        writer.resetStatistics();
    }
}
