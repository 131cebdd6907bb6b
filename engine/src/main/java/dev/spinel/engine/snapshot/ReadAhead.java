package dev.spinel.engine.snapshot;

import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.snapshot.EventRecorder.Chunk;
import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
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

    /** How long {@link #next} waits for something to have been read, so that clients are answered meanwhile. */
    private static final long MAX_WAIT_MILLIS = 1;

    private final DatasetFormat.Reader source;
    private final String name;
    private final ChunkMemory memory =
            new ChunkMemory(ChunkPool.empty((int) MAX_AHEAD_BYTES / ChunkMemory.CHUNK_BYTES));
    private final EventRecorder recorder = new Recorder();
    private final EventPlayer player = new EventPlayer();
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

    /** Passes on what is full, also in the midst of a value. */
    private final class Recorder extends EventRecorder {
        Recorder() {
            super(memory, Integer.MAX_VALUE);
        }

        @Override
        void full(Chunk chunk) {
            passOn(chunk);
        }
    }

    /**
     * Starts to read. The source belongs to this from now on, and what it reads from must stay open until {@link #close}.
     *
     * @param name what to call the source in messages about what a sink refuses
     */
    public ReadAhead(DatasetFormat.Reader source, String name, ThreadFactory threads) {
        this.source = source;
        this.name = name;
        this.position = source.position();
        this.thread = threads.newThread(this::read);
        thread.start();
    }

    private void read() {
        Throwable failure = null;
        try {
            boolean hasMore;
            do {
                hasMore = source.next(recorder);
            } while (hasMore);
            recorder.seal();
        } catch (Throwable e) {
            failure = e;
        }
        queue.add(new Batch(null, source.position(), failure));
    }

    private void passOn(Chunk chunk) {
        aheadBytes.addAndGet(chunk.length());
        queue.add(new Batch(chunk, source.position(), null));
        while (aheadBytes.get() > MAX_AHEAD_BYTES && !closed) {
            LockSupport.parkNanos(WAIT_NANOS);
        }
        if (closed) {
            throw new CancellationException("nobody takes what is read any more");
        }
    }

    /**
     * Gives some keys with their values, a part of a large one, or, when nothing has been read yet, nothing. A value in the midst
     * of which reading failed has been given in part.
     *
     * @throws InvalidDatasetException if what was read makes no sense, or if the sink refuses it; the message ends with the name of
     *     the source and the offset that was read or, for the sink, the one by which that had been read
     */
    @Override
    public boolean next(DatasetSink sink) throws IOException {
        if (ended) {
            return false;
        }
        Batch batch = poll();
        if (batch == null) {
            return true;
        }
        position = batch.position;
        Chunk chunk = batch.chunk;
        if (chunk != null) {
            try {
                player.play(chunk, sink);
            } catch (InvalidDatasetException e) {
                throw new InvalidDatasetException(
                        e.getMessage() + " (" + name + ", before offset " + position + ")", e);
            }
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

    private @Nullable Batch poll() throws IOException {
        try {
            return queue.poll(MAX_WAIT_MILLIS, TimeUnit.MILLISECONDS);
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
