package dev.spinel.engine.snapshot;

import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.snapshot.EventRecorder.Chunk;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The background thread of a snapshot: gives the target what the engine's thread recorded.
 *
 * <p>{@link #run} is the background thread, the other methods belong to the engine's.
 */
final class SnapshotWriter implements Runnable {
    private static final Chunk END = new Chunk(new byte[0], 0);

    private final SnapshotTarget target;
    private final EventRecorder.Spares spares;
    private final Runnable wakeUp;
    private final BlockingQueue<Chunk> queue = new LinkedBlockingQueue<>();
    private final AtomicLong queuedBytes = new AtomicLong();
    private final EventPlayer player = new EventPlayer();
    /** Why the target is to discard what it got; null as long as it is not. */
    private volatile @Nullable Exception stopped;

    private volatile boolean finished;
    /** Written before {@link #finished}. */
    private @Nullable Throwable failure;

    SnapshotWriter(SnapshotTarget target, EventRecorder.Spares spares, Runnable wakeUp) {
        this.target = target;
        this.spares = spares;
        this.wakeUp = wakeUp;
    }

    /** Hands over a chunk. */
    void add(Chunk chunk) {
        queuedBytes.addAndGet(chunk.length());
        queue.add(chunk);
    }

    /** Nothing is added any more. */
    void end() {
        queue.add(END);
    }

    /** Has the target discard what it got as soon as possible. */
    void cancel() {
        stop(new CancellationException("the snapshot was cancelled"));
    }

    /** Has the target discard what it got, because the rest cannot be told. */
    void fail(IOException cause) {
        stop(cause);
    }

    private void stop(Exception reason) {
        stopped = reason;
        queue.add(END);
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
            wakeUp.run();
        }
    }

    private void write() throws Exception {
        DatasetSink sink = target.open();
        while (true) {
            Chunk chunk = queue.take();
            Exception reason = stopped;
            if (reason != null) {
                throw reason;
            }
            if (chunk == END) {
                target.complete();
                return;
            }
            player.play(chunk, sink);
            queuedBytes.addAndGet(-chunk.length());
            spares.give(chunk.bytes());
        }
    }
}
