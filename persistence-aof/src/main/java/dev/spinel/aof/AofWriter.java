package dev.spinel.aof;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.engine.dispatch.EngineClock;
import dev.spinel.engine.propagate.WriteSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes effects to the file at the end of the log.
 *
 * <p>Engine thread only. Effects are collected during a turn and written at its end, before its replies leave, so whatever
 * a client was answered survives the end of the process. When they are safe from the end of the operating system too, the
 * policy of fsync says.
 */
final class AofWriter implements WriteSink {
    /*
     * The engine thread itself writes: a write goes to the page cache, costs a few microseconds for all commands of the turn,
     * and a reply that overtakes it would acknowledge what a killed process forgets. What may take long is fsync, and, while
     * one runs, a write to the same file. Hence, as in Redis, with everysec the fsync is a job in the background, and while
     * it runs writing is put off, for two seconds at most.
     *
     * Positions count the bytes of all effects since the server started, over all files: appended, written and synced.
     *
     * A failed write is cut off again, so that the file ends with a whole unit; the bytes stay in the buffer and are tried
     * again. That must not go on with policy ALWAYS, which promised more than it can keep then: the process ends.
     *
     * A unit is written when it is over, unless it is so large that the heap might not hold it, or much is to be written
     * before it: then its part so far is. A file that ends there is closed without that part, and after a crash the
     * loader leaves it out.
     */
    private static final long MAX_BUFFERED_BYTES = 8 << 20;

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long MAX_POSTPONED_NANOS = 2 * NANOS_PER_SECOND;
    private static final long RETRY_NANOS = NANOS_PER_SECOND / 10;
    private static final long LOG_ERROR_NANOS = 30 * NANOS_PER_SECOND;

    private static final byte[] MULTI = "*1\r\n$5\r\nMULTI\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] EXEC = "*1\r\n$4\r\nEXEC\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SELECT = "*2\r\n$6\r\nSELECT\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] TIMESTAMP = "#TS:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LINE_END = "\r\n".getBytes(StandardCharsets.US_ASCII);
    private static final int NO_DATABASE = -1;

    private final EngineClock clock;
    private final FileWorker worker;
    private final Runnable wakeUp;
    private final Runnable fatal;
    private final Consumer<String> log;
    private final CommandBuffer buffer = new CommandBuffer();
    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];

    private @Nullable LogFile file;
    private long fileBytes;
    private int selectedDatabase = NO_DATABASE;
    private int effectsInUnit;
    /** Bytes in the buffer of the unit in progress. */
    private long unitBytes;
    /** Length of the file before a unit of which it has a part only; -1 when it has none such. */
    private long partAt = -1;

    private FsyncPolicy policy = FsyncPolicy.EVERYSEC;
    private boolean timestamps;
    private long writeDelayNanos;
    private boolean fsyncHeld;
    private long lastTimestamp;

    private long appended;
    private long written;
    private long lastSyncNanos;
    private long postponedSinceNanos;
    private boolean postponed;
    private long delayedFsyncs;
    private @Nullable String writeError;
    private long retryAtNanos;
    private long loggedErrorNanos;
    private boolean loggedError;
    private @Nullable String loggedSyncError;

    /** Set before a job in the background starts, and reset by it. */
    private volatile boolean syncing;

    private volatile long synced;
    /** Position at which the file starts that is written to. */
    private long fileStart;
    /** Position up to which files before it could not be synced; nothing behind counts as safe before a base holds it. */
    private long unsyncedEnd;
    /** Position up to which a base holds everything. */
    private long coveredEnd;

    private volatile @Nullable String syncError;

    /**
     * A writer without a file.
     *
     * @param worker runs fsync
     * @param wakeUp has the engine thread begin a turn soon; called by the worker
     * @param fatal ends the process at once; called when writing fails that must not
     * @param log takes lines for the server's log
     */
    AofWriter(EngineClock clock, FileWorker worker, Runnable wakeUp, Runnable fatal, Consumer<String> log) {
        this.clock = clock;
        this.worker = worker;
        this.wakeUp = wakeUp;
        this.fatal = fatal;
        this.log = log;
    }

    /** Sets when fsync takes place. */
    void policy(FsyncPolicy value) {
        policy = value;
    }

    /** Sets whether lines with the time come before commands, one a second at most. */
    void timestamps(boolean value) {
        timestamps = value;
    }

    /** Sets for how many nanoseconds everything waits before each write to the file (DEBUG AOF-FLUSH-SLEEP). */
    void writeDelayNanos(long value) {
        writeDelayNanos = value;
    }

    /** Holds fsync back for a while ({@code no-appendfsync-on-rewrite}). */
    void holdFsync(boolean value) {
        fsyncHeld = value;
    }

    /**
     * Starts writing to a file.
     *
     * @param sizeBytes its length
     */
    void open(LogFile newFile, long sizeBytes) {
        if (file != null) {
            throw new IllegalStateException("a file is open already (expected: none)");
        }
        file = newFile;
        fileBytes = sizeBytes;
        selectedDatabase = NO_DATABASE;
        lastSyncNanos = clock.nowNanos();
        fileStart = written;
        earlierFilesReplaced();
        synced(written);
    }

    /** Takes note that a base, which is safe, holds all that is in files before the one that is written to. */
    synchronized void earlierFilesReplaced() {
        coveredEnd = fileStart;
    }

    /** Whether there is a file. */
    boolean isOpen() {
        return file != null;
    }

    /**
     * Goes on in another file, which is empty. What is written so far goes to the one before, which is synced and closed in
     * the background.
     *
     * @return whether it did; false when not everything can be written, in which case nothing has changed
     */
    boolean switchTo(LogFile newFile) {
        LogFile old = file;
        if (old == null || !flushNow()) {
            return false;
        }
        if (policy == FsyncPolicy.ALWAYS && !fsyncHeld) {
            syncNow(old);
        }
        long end = written;
        worker.submit(() -> {
            if (!sync(old, end)) {
                unsynced(end);
            }
            close(old);
            wakeUp.run();
        });
        file = newFile;
        fileStart = end;
        fileBytes = 0;
        selectedDatabase = NO_DATABASE;
        lastSyncNanos = clock.nowNanos();
        return true;
    }

    /** Number of bytes in the file that is written to. */
    long fileBytes() {
        return fileBytes;
    }

    /** Number of bytes that wait to be written. */
    long bufferedBytes() {
        return buffer.size();
    }

    /** Number of bytes appended since the server started, to all files. */
    long appended() {
        return appended;
    }

    /** How many of the bytes appended are safe from the end of the operating system; any thread. */
    long synced() {
        return synced;
    }

    /** Whether an fsync waits or runs in the background. */
    boolean isSyncing() {
        return syncing;
    }

    /** How often a write waited for an fsync until its time was over. */
    long delayedFsyncs() {
        return delayedFsyncs;
    }

    void resetStatistics() {
        delayedFsyncs = 0;
    }

    /** Whether the last write failed. */
    boolean isWriteFailed() {
        return writeError != null;
    }

    /** Why nothing can be written or synced, in the words of the operating system; null when all is well. */
    @Nullable
    String diskError() {
        return writeError != null ? writeError : syncError;
    }

    @Override
    public void effect(int database, Bytes[] args, int argCount) {
        if (file == null) {
            return;
        }
        if (buffer.size() > MAX_BUFFERED_BYTES && effectsInUnit != 1) {
            flushWithinUnit();
        }
        long before = buffer.size();
        if (effectsInUnit == 0) {
            timestamp();
            select(database);
            buffer.mark();
        } else {
            if (effectsInUnit == 1) {
                buffer.insertAtMark(MULTI);
            }
            select(database);
        }
        effectsInUnit++;
        buffer.command(args, argCount);
        long bytes = buffer.size() - before;
        unitBytes += bytes;
        appended += bytes;
    }

    private void timestamp() {
        long seconds = clock.nowMillis() / 1000;
        if (timestamps && seconds > lastTimestamp) {
            lastTimestamp = seconds;
            buffer.raw(TIMESTAMP, 0, TIMESTAMP.length);
            buffer.raw(digits, 0, Numbers.formatLong(seconds, digits, 0));
            buffer.raw(LINE_END, 0, LINE_END.length);
        }
    }

    private void select(int database) {
        if (database != selectedDatabase) {
            selectedDatabase = database;
            buffer.raw(SELECT, 0, SELECT.length);
            buffer.string(digits, 0, Numbers.formatLong(database, digits, 0));
        }
    }

    @Override
    public void endUnit() {
        if (effectsInUnit > 1) {
            buffer.raw(EXEC, 0, EXEC.length);
            appended += EXEC.length;
        }
        effectsInUnit = 0;
        unitBytes = 0;
    }

    /**
     * Ends a turn: writes what it appended and syncs as the policy says.
     *
     * @return for how many nanoseconds there is nothing to do
     */
    long turn() {
        if (file == null) {
            return Long.MAX_VALUE;
        }
        logSyncError();
        endUnit();
        long wait = Long.MAX_VALUE;
        if (!buffer.isEmpty() && !flush(false)) {
            long now = clock.nowNanos();
            wait = postponed ? postponedSinceNanos + MAX_POSTPONED_NANOS - now : retryAtNanos - now;
        }
        return Math.max(0, Math.min(wait, syncIfDue()));
    }

    /** Writes and syncs, as the policy says, the units that have ended while another is in progress. */
    void writeUnits() {
        if (flush(false)) {
            syncIfDue();
        }
    }

    private void logSyncError() {
        String error = syncError;
        if (!Objects.equals(error, loggedSyncError)) {
            loggedSyncError = error;
            if (error != null) {
                log.accept("Fail to fsync the AOF file: " + error + ".");
            }
        }
    }

    /**
     * Writes the buffer, but for what it has of a unit in progress.
     *
     * @param now even if an fsync runs or the last attempt failed a moment ago
     * @return whether nothing is left
     */
    private boolean flush(boolean now) {
        LogFile target = file;
        long bytes = buffer.size() - unitBytes;
        if (target == null || bytes == 0) {
            return true;
        }
        if ((!now && !mayWrite()) || !write(target, bytes)) {
            return false;
        }
        partAt = -1;
        return true;
    }

    /** Writes the buffer, and what it has of a unit in progress, which is in a transaction already. */
    private void flushWithinUnit() {
        LogFile target = file;
        boolean waits = writeError != null && clock.nowNanos() - retryAtNanos < 0;
        if (target == null || waits || !flush(true) || unitBytes == 0) {
            return;
        }
        if (partAt < 0) {
            partAt = fileBytes;
        }
        write(target, unitBytes);
    }

    /** Writes the first bytes of the buffer; returns whether that worked. */
    private boolean write(LogFile target, long bytes) {
        pauseBeforeWrite();
        postponed = false;
        CommandBuffer.Written result = buffer.writeTo(target, bytes);
        if (result.bytes() < bytes) {
            writeFailed(target, result, bytes);
            return false;
        }
        accept(bytes);
        if (writeError != null) {
            writeError = null;
            log.accept("AOF write error looks solved, Redis can write again.");
        }
        return true;
    }

    private void pauseBeforeWrite() {
        long deadlineNanos = System.nanoTime() + writeDelayNanos;
        for (long left = writeDelayNanos; left > 0; left = deadlineNanos - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private void accept(long bytes) {
        buffer.release(bytes);
        unitBytes = Math.min(unitBytes, buffer.size());
        fileBytes += bytes;
        written += bytes;
    }

    private boolean mayWrite() {
        long now = clock.nowNanos();
        if (writeError != null && now - retryAtNanos < 0) {
            return false;
        }
        if (policy == FsyncPolicy.EVERYSEC && syncing) {
            if (!postponed) {
                postponed = true;
                postponedSinceNanos = now;
                return false;
            }
            if (now - postponedSinceNanos < MAX_POSTPONED_NANOS) {
                return false;
            }
            delayedFsyncs++;
            log.accept(
                    "Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting"
                            + " for fsync to complete, this may slow down Redis.");
        }
        return true;
    }

    private void writeFailed(LogFile target, CommandBuffer.Written result, long expectedBytes) {
        long now = clock.nowNanos();
        boolean logs = !loggedError || now - loggedErrorNanos > LOG_ERROR_NANOS;
        if (logs) {
            loggedError = true;
            loggedErrorNanos = now;
        }
        IOException failure = result.failure();
        String reason = failure == null ? "No space left on device" : DiskError.text(failure);
        if (result.bytes() == 0) {
            if (logs) {
                log.accept("Error writing to the AOF file: " + reason);
            }
        } else {
            if (logs) {
                log.accept("Short write while writing to the AOF file: (nwritten=" + result.bytes() + ", expected="
                        + expectedBytes + ")");
            }
            cutOff(target, result.bytes(), logs);
        }
        if (policy == FsyncPolicy.ALWAYS) {
            log.accept("Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...");
            fatal.run();
        }
        writeError = reason;
        retryAtNanos = now + RETRY_NANOS;
    }

    /** Removes what a short write left in the file, or else takes it for written. */
    private void cutOff(LogFile target, long bytes, boolean logs) {
        try {
            target.truncate(fileBytes);
        } catch (IOException e) {
            if (logs) {
                log.accept(
                        "Could not remove short write from the append-only file.  Redis may refuse to load the AOF the"
                                + " next time it starts.  ftruncate: " + DiskError.text(e));
            }
            accept(bytes);
        }
    }

    /** Syncs in the background when a second is over; returns for how long nothing is to be done. */
    private long syncIfDue() {
        LogFile target = file;
        if (target == null || policy == FsyncPolicy.NO || fsyncHeld || synced == written) {
            return Long.MAX_VALUE;
        }
        if (policy == FsyncPolicy.ALWAYS) {
            syncNow(target);
            return Long.MAX_VALUE;
        }
        if (syncing) {
            return Long.MAX_VALUE;
        }
        long now = clock.nowNanos();
        long wait = lastSyncNanos + NANOS_PER_SECOND - now;
        if (wait > 0) {
            return wait;
        }
        lastSyncNanos = now;
        syncing = true;
        long end = written;
        worker.submit(() -> {
            sync(target, end);
            syncing = false;
            wakeUp.run();
        });
        return Long.MAX_VALUE;
    }

    private void syncNow(LogFile target) {
        try {
            target.force();
            synced(written);
            syncError = null;
        } catch (IOException e) {
            log.accept("Can't persist AOF for fsync error when the AOF fsync policy is 'always': " + DiskError.text(e)
                    + ". Exiting...");
            syncError = DiskError.text(e);
            fatal.run();
        }
        lastSyncNanos = clock.nowNanos();
    }

    /** Syncs a file up to a position; on the worker's thread, or on the engine thread with no job under way. */
    private boolean sync(LogFile target, long end) {
        try {
            target.force();
            synced(end);
            syncError = null;
            return true;
        } catch (IOException e) {
            syncError = DiskError.text(e);
            return false;
        }
    }

    /** Takes note of what is safe; an older file may be synced after a newer one. */
    private synchronized void synced(long end) {
        if (unsyncedEnd <= coveredEnd) {
            synced = Math.max(synced, end);
        }
    }

    /** Takes note that a file is left which is not synced and never will be. */
    private synchronized void unsynced(long end) {
        unsyncedEnd = end;
    }

    /** Writes and syncs all units that are over, on the calling thread; returns whether that worked. */
    boolean flushAndSync() {
        LogFile target = file;
        return target == null || (flush(true) && sync(target, written));
    }

    /**
     * Writes everything, on the calling thread. A unit in progress ends, since it may not be changed once part of it is in the
     * file.
     *
     * @return whether that worked
     */
    boolean flushNow() {
        endUnit();
        return flush(true);
    }

    /** Takes note that the file was cut by somebody else. */
    void fileWasCut() throws IOException {
        if (file != null) {
            fileBytes = file.size();
        }
    }

    /** Ends writing: forgets what was not written, and closes the file in the background. */
    void close() {
        endUnit();
        LogFile last = file;
        if (last != null) {
            removePart(last);
            worker.submit(() -> close(last));
        }
        file = null;
        buffer.release(buffer.size());
        written = appended;
        postponed = false;
        writeError = null;
        syncError = null;
        loggedError = false;
    }

    private void removePart(LogFile target) {
        if (partAt < 0) {
            return;
        }
        try {
            target.truncate(partAt);
        } catch (IOException e) {
            log.accept("Could not remove a part of a transaction from the append-only file: " + DiskError.text(e));
        }
        partAt = -1;
    }

    private void close(LogFile closed) {
        try {
            closed.close();
        } catch (IOException e) {
            syncError = DiskError.text(e);
        }
    }
}
