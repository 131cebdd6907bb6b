package dev.spinel.engine.memory;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/**
 * The array of an arena's next chunk, made in the background before it is wanted. An array is zeroed when it is made, and
 * the operating system finds and zeroes its pages one by one at that: half a millisecond for 4 MiB, and more than ten in
 * virtual machines whose host has to find the pages, too.
 *
 * <p>Engine thread only.
 */
final class SpareChunk {
    private final Executor background;
    private @Nullable FutureTask<byte[]> spare;

    /** @param background runs what makes an array, on another thread or at once */
    SpareChunk(Executor background) {
        this.background = background;
    }

    /** Has an array made, unless there is one or it is being made. */
    void prepare() {
        if (spare != null) {
            return;
        }
        FutureTask<byte[]> task = new FutureTask<>(() -> new byte[Arena.CHUNK_BYTES]);
        try {
            background.execute(task);
            spare = task;
        } catch (OutOfMemoryError e) {
            // No thread is to be had; the array will be made when it is wanted.
            spare = null;
        }
    }

    /** Whether there is one, or it is being made. */
    boolean exists() {
        return spare != null;
    }

    /** Forgets the array, if there is one. */
    void drop() {
        spare = null;
    }

    /**
     * Takes the array, or makes one.
     *
     * @throws OutOfMemoryError when the heap has no room
     */
    byte[] take() {
        FutureTask<byte[]> task = spare;
        spare = null;
        if (task != null) {
            try {
                return task.get();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException e) {
                // It found no room; maybe there is some by now.
            }
        }
        return new byte[Arena.CHUNK_BYTES];
    }
}
