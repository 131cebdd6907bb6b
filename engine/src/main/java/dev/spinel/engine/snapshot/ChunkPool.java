package dev.spinel.engine.snapshot;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Arrays of {@link ChunkMemory#CHUNK_BYTES} that nothing uses at the moment. Any thread. */
final class ChunkPool {
    private final int maxArrays;
    /** Without locks, which a thread might hold while it has to wait for a processor. */
    private final Queue<byte[]> arrays = new ConcurrentLinkedQueue<>();

    private final AtomicInteger count = new AtomicInteger();

    private ChunkPool(int maxArrays) {
        this.maxArrays = maxArrays;
    }

    /** A pool that keeps so many arrays at most, and none yet. */
    static ChunkPool empty(int maxArrays) {
        return new ChunkPool(maxArrays);
    }

    /** A pool that holds so many arrays, and keeps no more. */
    static ChunkPool full(int maxArrays) {
        ChunkPool pool = new ChunkPool(maxArrays);
        for (int i = 0; i < maxArrays; i++) {
            pool.give(new byte[ChunkMemory.CHUNK_BYTES]);
        }
        return pool;
    }

    /** Takes one out, with any content; null if there is none. */
    byte @Nullable [] take() {
        byte[] array = arrays.poll();
        if (array != null) {
            count.decrementAndGet();
        }
        return array;
    }

    /** Keeps an array, unless there are enough. */
    void give(byte[] array) {
        if (count.get() < maxArrays) {
            count.incrementAndGet();
            arrays.add(array);
        }
    }
}
