package dev.spinel.engine.snapshot;

import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.keyspace.KeyspaceCut;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.snapshot.EventRecorder.Chunk;
import dev.spinel.engine.snapshot.SnapshotTarget.Contents;
import dev.spinel.engine.value.ValueCut;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Objects;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Makes snapshots, one at a time while the server goes on, and others while it waits. Engine thread only. */
public final class Snapshots {
    /*
     * Redis forks, and lets the kernel copy the pages that change. Here the engine's thread walks the keys, a slice per
     * turn, and tells them to a recorder; whatever is about to change is told before (KeyspaceCut). What a background
     * thread gets are chunks of bytes that nobody changes any more. It encodes, compresses and writes.
     *
     * Formats want a value in one piece. A key that is told as a whole is, but a large collection is told over several
     * turns, and other keys and other collections change meanwhile. So each collection has a recorder of its own, and one
     * of them at a time is passed on; what the others are told waits in memory, at most what clients change in the time
     * that one collection takes.
     */
    private static final int STEP = 32;

    /*
     * What is told and not written yet takes memory, and clients that change data faster than the background thread writes
     * have ever more of it taken: in the worst case as much as all data. Redis is in the same position and counts on the
     * memory of the machine; here it has to be in the heap, which ends the server when it is full. So there is a limit, at
     * which the snapshot fails.
     */

    /*
     * With fewer processors than busy threads, a thread that computes without a break is what keeps others waiting, for
     * three milliseconds at a time on Linux. So the background thread offers its processor to others every 2 KB. And while
     * clients send requests, both threads take breaks: the engine's between steps, the background thread after each chunk,
     * for longer than the chunk took, unless what waits grows meanwhile.
     */

    /** The walk waits while the background thread has this much to do. */
    static final long MAX_QUEUED_BYTES = 512 << 10;

    /** How soon to look again whether the background thread has caught up. */
    private static final long WAIT_NANOS = 500_000;

    /** The break of the engine's thread while clients send requests. */
    private static final long BREAK_NANOS = 50_000;

    /** Twice what the walk leaves waiting, since what it records is in arrays, too. */
    private static final int POOLED_CHUNKS = (int) (2 * MAX_QUEUED_BYTES / ChunkMemory.CHUNK_BYTES);

    /**
     * Made with the server and kept, so that they are old when a snapshot begins: arrays that are made then were copied by the
     * collections of the young generation, for three milliseconds of pause per MB.
     */
    private final ChunkPool pool = ChunkPool.full(POOLED_CHUNKS);

    private final Keyspaces keyspaces;
    private final ThreadFactory threads;
    private final Runnable wakeUp;
    private final LibraryTeller libraries;
    private final LongSupplier roomBytes;
    /** How long the background thread waits before each key. */
    private volatile long keyDelayMicros;

    private @Nullable Running running;

    /**
     * @param threads makes the thread that writes, one per snapshot
     * @param wakeUp has the engine's thread begin a turn soon; any thread
     * @param roomBytes how much of the heap what was recorded of a snapshot may take at the moment
     */
    public Snapshots(
            Keyspaces keyspaces,
            ThreadFactory threads,
            Runnable wakeUp,
            LibraryTeller libraries,
            LongSupplier roomBytes) {
        this.roomBytes = roomBytes;
        this.libraries = libraries;
        this.keyspaces = keyspaces;
        this.threads = threads;
        this.wakeUp = wakeUp;
    }

    /** Gives the libraries of functions to a sink. */
    @FunctionalInterface
    public interface LibraryTeller {
        void tell(DatasetSink sink) throws IOException;
    }

    /**
     * Slows down the background thread, so that tests find a snapshot that is running ({@code rdb-key-save-delay}).
     *
     * @param value how long it waits before each key, from now on; 0 or less for not at all
     */
    public void keyDelayMicros(long value) {
        keyDelayMicros = value;
    }

    /** Whether one is being made; false once its target has ended. */
    public boolean isRunning() {
        return running != null && !running.hasEnded;
    }

    /**
     * Cuts: what the databases hold now is what the target gets, in the turns to come. What one that was cancelled has left
     * over is walked before, which takes time in proportion, so who can wait does until {@link #isIdle}.
     *
     * @throws IllegalStateException if one is running
     */
    public void start(SnapshotTarget target) {
        if (isRunning()) {
            throw new IllegalStateException("another snapshot is running");
        }
        if (running != null) {
            running.walkToEnd();
        }
        running = new Running(target);
    }

    /**
     * Has the one that is running end early, and fail, in a turn to come.
     *
     * @return false if it is too late for that, since its target is being put in place
     */
    public boolean requestCancel() {
        return Objects.requireNonNull(running, "no snapshot is running").writer.cancel();
    }

    /**
     * Has the one that is running end early, and fail, unless it is too late for that. Its target has ended when this
     * returns, which may have to wait for a disk.
     */
    public void cancel() {
        Running cancelled = Objects.requireNonNull(running, "no snapshot is running");
        cancelled.writer.cancel();
        cancelled.await();
    }

    /** Gives a target all data at once, whether another is running or not. It has ended when this returns. */
    public void write(SnapshotTarget target) {
        Exception failure = null;
        try {
            tellAll(target.open(), target.contents());
            target.prepare();
            target.complete();
        } catch (IOException | RuntimeException e) {
            failure = e;
            target.discard();
        }
        target.ended(failure);
    }

    private void tellAll(DatasetSink sink, Contents contents) throws IOException {
        if (contents.keys() && keyspaces.hasExpiringFields()) {
            sink.announceExpiringFields();
        }
        if (contents.libraries()) {
            libraries.tell(sink);
        }
        if (contents.keys()) {
            keyspaces.tell(sink);
        }
    }

    /** Number of keys at the cut of the one that is running. */
    public long keysTotal() {
        return running == null || running.cut == null ? 0 : running.cut.keysTotal();
    }

    /** Number of keys of the one that is running that are on their way to the target. */
    public long keysProcessed() {
        return running == null || running.cut == null ? 0 : running.cut.keysTold();
    }

    /** Bytes of what the one that is running has recorded and not written yet. */
    public long recordedBytes() {
        return running == null ? 0 : running.memory.takenBytes();
    }

    /** Whether there is nothing to go on with. */
    public boolean isIdle() {
        return running == null;
    }

    /**
     * Goes on with the one that is running; for the end of each turn.
     *
     * @param budgetNanos about how long this may take, at least one step
     * @param inUse whether clients send requests, which the snapshot is to leave the processor for
     * @return for how many nanoseconds there is nothing to do; 0 for a turn as soon as possible
     */
    public long advance(long budgetNanos, boolean inUse) {
        Running snapshot = running;
        if (snapshot == null) {
            return Long.MAX_VALUE;
        }
        if (!snapshot.hasEnded && snapshot.writer.isFinished()) {
            snapshot.end();
        }
        if (snapshot.isWalked) {
            if (!snapshot.hasEnded) {
                return Long.MAX_VALUE;
            }
            running = null;
            return 0;
        }
        snapshot.writer.takesBreaks(inUse);
        long start = System.nanoTime();
        do {
            if (snapshot.isAhead()) {
                return WAIT_NANOS;
            }
            snapshot.step();
        } while (!snapshot.isWalked && System.nanoTime() - start < budgetNanos);
        return inUse ? BREAK_NANOS : 0;
    }

    /** A collection that is told in pieces. */
    private record Collection(EventRecorder recorder, ValueCut rest) {}

    private final class Running implements KeyspaceCut.Receiver {
        private final SnapshotTarget target;
        private final SnapshotWriter writer;
        private final ChunkMemory memory = new ChunkMemory(pool, roomBytes, this::failForMemory);
        private final EventRecorder keys = new EventRecorder(memory, EventRecorder.MAX_WHOLE_STRING_BYTES);
        private final Deque<Collection> collections = new ArrayDeque<>();
        /** Null when the target takes no keys. */
        private final @Nullable KeyspaceCut cut;

        private EventRecorder begun = keys;
        private boolean begunInPieces;
        /** Whether the chunks of the first of the collections are passed on; those of keys wait meanwhile. */
        private boolean inCollection;

        private boolean keysAreTold;
        private boolean isWalked;
        private boolean hasEnded;

        Running(SnapshotTarget target) {
            this.target = target;
            this.writer = new SnapshotWriter(target, memory, wakeUp, () -> keyDelayMicros, LockSupport::parkNanos);
            // First, since a cut that nobody writes is of no use.
            boolean isWritten = startWriter();
            Contents contents = target.contents();
            this.cut = isWritten && contents.keys() ? keyspaces.cut(this) : null;
            if (cut != null && keyspaces.hasExpiringFields()) {
                keys.announceExpiringFields();
            }
            try {
                if (cut != null) {
                    cut.tellSizes(keys);
                }
                if (isWritten && contents.libraries()) {
                    libraries.tell(keys);
                }
            } catch (IOException e) {
                writer.fail(e);
            }
        }

        /** Starts the background thread; where the system has none to give, the snapshot has failed. */
        @SuppressWarnings("ThreadPriorityCheck") // a hint, on which nothing relies
        private boolean startWriter() {
            try {
                Thread thread = threads.newThread(writer);
                // Has an effect where the launcher lets it; the engine's thread and clients come first.
                thread.setPriority(Thread.MIN_PRIORITY);
                thread.start();
                return true;
            } catch (OutOfMemoryError e) {
                writer.neverRan(new IOException("can't start a thread: " + e.getMessage(), e));
                return false;
            }
        }

        @Override
        public DatasetSink begin(boolean inPieces) {
            begun = inPieces ? new EventRecorder(memory, EventRecorder.MAX_WHOLE_STRING_BYTES) : keys;
            begunInPieces = inPieces;
            return begun;
        }

        @Override
        public void end(@Nullable ValueCut rest) {
            if (rest != null) {
                collections.add(new Collection(begun, rest));
            } else if (begunInPieces) {
                begun.takeAll().forEach(keys::append);
                begun.release();
            }
        }

        @Override
        public void fail(IOException failure) {
            writer.fail(failure);
        }

        private void failForMemory(long bytes) {
            writer.fail(new IOException("not enough memory for the snapshot: " + bytes
                    + " bytes would wait to be written, and " + roomBytes.getAsLong() + " may"));
        }

        /** Whether the background thread should catch up first. */
        boolean isAhead() {
            return !writer.isFinished() && writer.queuedBytes() > MAX_QUEUED_BYTES;
        }

        /** Tells some more keys or elements. */
        void step() {
            Collection next = collections.peek();
            if (next == null) {
                keysAreTold = keysAreTold || cut == null || cut.advance(STEP);
                passOnFull(keys);
                if (keysAreTold && collections.isEmpty()) {
                    passOn(keys);
                    isWalked = true;
                    writer.end();
                }
                return;
            }
            if (!inCollection) {
                inCollection = true;
                passOn(keys);
            }
            if (advance(next.rest)) {
                passOn(next.recorder);
                next.recorder.release();
                collections.remove();
                inCollection = false;
            } else {
                passOnFull(next.recorder);
            }
        }

        private boolean advance(ValueCut rest) {
            try {
                return rest.advance(STEP);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void passOnFull(EventRecorder recorder) {
            for (Chunk chunk = recorder.takeFull(); chunk != null; chunk = recorder.takeFull()) {
                passOn(chunk);
            }
        }

        private void passOn(EventRecorder recorder) {
            recorder.takeAll().forEach(this::passOn);
        }

        /** What is left of a collection when the target ended is still walked, but for nobody. */
        private void passOn(Chunk chunk) {
            if (writer.isFinished()) {
                chunk.release(memory);
            } else {
                writer.add(chunk);
            }
        }

        void walkToEnd() {
            while (!isWalked) {
                if (isAhead()) {
                    LockSupport.parkNanos(WAIT_NANOS);
                } else {
                    step();
                }
            }
        }

        /** Waits for the target to end. */
        void await() {
            while (!writer.isFinished()) {
                LockSupport.parkNanos(WAIT_NANOS);
            }
            if (!hasEnded) {
                end();
            }
        }

        void end() {
            hasEnded = true;
            if (cut != null) {
                cut.abandon();
            }
            keys.drop();
            collections.forEach(collection -> collection.recorder.drop());
            target.ended(writer.failure());
        }
    }
}
