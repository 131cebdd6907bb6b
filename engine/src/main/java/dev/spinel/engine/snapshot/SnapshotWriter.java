package dev.spinel.engine.snapshot;

import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.snapshot.EventRecorder.Chunk;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The background thread of a snapshot: gives the target what the engine's thread recorded.
 *
 * <p>{@link #run} is the background thread, the other methods belong to the engine's.
 */
final class SnapshotWriter implements Runnable {
    private static final long NANOS_PER_MICRO = 1_000;

    private static final int BREAK_FACTOR = 2;
    static final long MAX_BREAK_NANOS = 1_000_000;

    /** More than the walk leaves waiting: so clients change data faster than they are written, and breaks would cost memory. */
    static final long MAX_RESTING_BYTES = 2 * Snapshots.MAX_QUEUED_BYTES;

    /** How soon a pause notices that it is to end. */
    private static final long MAX_PAUSE_NANOS = 1_000_000;

    private static final Chunk END = new Chunk(new byte[0], 0);

    private final SnapshotTarget target;
    private final ChunkMemory memory;
    private final Runnable wakeUp;
    /** Without locks, which the background thread might hold while it has to wait for a processor. */
    private final BlockingQueue<Chunk> queue = new LinkedTransferQueue<>();

    private final AtomicLong queuedBytes = new AtomicLong();
    private final LongSupplier keyDelayMicros;
    private final LongConsumer park;

    @SuppressWarnings("ThreadPriorityCheck") // nothing relies on it
    private final EventPlayer player = new EventPlayer(this::pauseBeforeKey, Thread::yield);

    /** Why the target is to discard what it got; null as long as it is not. */
    private volatile @Nullable Exception stopped;
    /** Whether the target is to put in place what it got, which nothing stops any more; guarded by this. */
    private boolean isCompleting;

    private volatile boolean takesBreaks;
    private volatile boolean finished;
    /** Written before {@link #finished}. */
    private @Nullable Throwable failure;

    /**
     * @param wakeUp has the engine's thread begin a turn soon
     * @param keyDelayMicros how long to wait before each key; may change meanwhile
     * @param park has the background thread wait for about so many nanoseconds
     */
    SnapshotWriter(
            SnapshotTarget target,
            ChunkMemory memory,
            Runnable wakeUp,
            LongSupplier keyDelayMicros,
            LongConsumer park) {
        this.target = target;
        this.memory = memory;
        this.wakeUp = wakeUp;
        this.keyDelayMicros = keyDelayMicros;
        this.park = park;
    }

    /** Whether others are likely to want the processor. */
    void takesBreaks(boolean value) {
        if (takesBreaks != value) {
            takesBreaks = value;
        }
    }

    /** Hands over a chunk. */
    void add(Chunk chunk) {
        queuedBytes.addAndGet(chunk.totalBytes());
        queue.add(chunk);
    }

    /** Nothing is added any more. */
    void end() {
        queue.add(END);
    }

    /**
     * Has the target discard what it got as soon as possible.
     *
     * @return false if it is too late, since the target is putting in place what it got
     */
    boolean cancel() {
        return stop(new CancellationException("the snapshot was cancelled"));
    }

    /** Has the target discard what it got, because the rest cannot be told. */
    void fail(IOException cause) {
        stop(cause);
    }

    /** Ends what has no thread to run on. */
    void neverRan(IOException cause) {
        target.discard();
        failure = cause;
        finished = true;
    }

    private synchronized boolean stop(Exception reason) {
        if (isCompleting) {
            return false;
        }
        if (stopped == null) {
            stopped = reason;
        }
        queue.add(END);
        return true;
    }

    private synchronized void startCompleting() throws Exception {
        throwIfStopped();
        isCompleting = true;
    }

    private void throwIfStopped() throws Exception {
        Exception reason = stopped;
        if (reason != null) {
            throw reason;
        }
    }

    /** Bytes that the target is yet to be given. */
    long queuedBytes() {
        return queuedBytes.get();
    }

    /** Whether the target has completed or discarded; what is added after that is dropped. */
    boolean isFinished() {
        return finished;
    }

    /** Why the target has not completed; null if it has. Once {@link #isFinished}. */
    @Nullable
    Throwable failure() {
        return failure;
    }

    @Override
    public void run() {
        try {
            write();
        } catch (Throwable e) {
            failure = e;
            target.discard();
        } finally {
            finished = true;
            queue.clear();
            wakeUp.run();
        }
    }

    /** Waits for as long as the delay says by then, unless the snapshot is to stop. */
    private void pauseBeforeKey() {
        if (delayNanos() <= 0) {
            return;
        }
        long startNanos = System.nanoTime();
        for (long left = delayNanos(); left > 0 && stopped == null; ) {
            park.accept(Math.min(left, MAX_PAUSE_NANOS));
            left = delayNanos() - (System.nanoTime() - startNanos);
        }
    }

    private long delayNanos() {
        return keyDelayMicros.getAsLong() * NANOS_PER_MICRO;
    }

    private void write() throws Exception {
        DatasetSink sink = target.open();
        while (true) {
            Chunk chunk = queue.take();
            throwIfStopped();
            if (chunk == END) {
                target.prepare();
                startCompleting();
                target.complete();
                return;
            }
            long startNanos = System.nanoTime();
            player.play(chunk, sink);
            queuedBytes.addAndGet(-chunk.totalBytes());
            chunk.release(memory);
            if (takesBreaks && memory.takenBytes() < MAX_RESTING_BYTES) {
                breathe(System.nanoTime() - startNanos);
            }
        }
    }

    /**
     * Leaves the processor to others for a time in proportion: the engine's thread and clients want it, and the JIT compiler,
     * above all while the code of this thread is not compiled yet and chunks take long.
     */
    private void breathe(long chunkNanos) {
        park.accept(Math.min(BREAK_FACTOR * chunkNanos, MAX_BREAK_NANOS));
    }
}
