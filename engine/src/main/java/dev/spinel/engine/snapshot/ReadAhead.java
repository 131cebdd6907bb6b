package dev.spinel.engine.snapshot;

import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.snapshot.EventRecorder.Chunk;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Reads a file on a thread of its own while the engine's thread puts into the databases what was read before.
 *
 * <p>Engine thread only, but for what it starts.
 */
public final class ReadAhead implements DatasetFormat.Reader, Closeable {
    private static final long MAX_AHEAD_BYTES = 4 << 20;
    private static final long WAIT_NANOS = 50_000;

    private final DatasetFormat.Reader source;
    private final ChunkMemory memory = new ChunkMemory();
    private final EventRecorder recorder = new EventRecorder(memory, Integer.MAX_VALUE);
    private final EventPlayer player = new EventPlayer(() -> {});
    private final BlockingQueue<Batch> queue = new LinkedBlockingQueue<>();
    private final AtomicLong aheadBytes = new AtomicLong();
    private final Thread thread;
    private volatile boolean closed;
    private long position;
    private boolean ended;

    /**
     * What was read together.
     *
     * @param chunk the events, null at the end
     * @param position where the reader was after them
     * @param failure why it ended, null if the file did
     */
    private record Batch(@Nullable Chunk chunk, long position, @Nullable Throwable failure) {}

    /** Starts to read. The source belongs to this from now on, and what it reads from must stay open until {@link #close}. */
    public ReadAhead(DatasetFormat.Reader source, ThreadFactory threads) {
        this.source = source;
        this.position = source.position();
        this.thread = threads.newThread(this::read);
        thread.start();
    }

    private void read() {
        Throwable failure = null;
        try {
            while (!closed && source.next(recorder)) {
                passOn(recorder.takeFull());
                while (aheadBytes.get() > MAX_AHEAD_BYTES && !closed) {
                    LockSupport.parkNanos(WAIT_NANOS);
                }
            }
        } catch (Throwable e) {
            failure = e;
        }
        // What was read of the value that failed is dropped; all before it is whole.
        if (failure == null) {
            recorder.takeAll().forEach(this::passOn);
        }
        queue.add(new Batch(null, source.position(), failure));
    }

    private void passOn(@Nullable Chunk first) {
        for (Chunk chunk = first; chunk != null; chunk = recorder.takeFull()) {
            aheadBytes.addAndGet(chunk.length());
            queue.add(new Batch(chunk, source.position(), null));
        }
    }

    /** Gives a batch of keys with their values; a large value comes in several batches. */
    @Override
    public boolean next(DatasetSink sink) throws IOException {
        if (ended) {
            return false;
        }
        Batch batch = take();
        position = batch.position;
        Chunk chunk = batch.chunk;
        if (chunk != null) {
            player.play(chunk, sink);
            aheadBytes.addAndGet(-chunk.length());
            chunk.release(memory);
            return true;
        }
        ended = true;
        if (batch.failure instanceof IOException e) {
            throw e;
        }
        if (batch.failure != null) {
            throw new IllegalStateException("reading ahead failed", batch.failure);
        }
        return false;
    }

    private Batch take() throws IOException {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while reading", e);
        }
    }

    @Override
    public long position() {
        return position;
    }

    /** Ends the thread; what the source reads from may be closed after this. */
    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
