package dev.spinel.engine.snapshot;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * The memory of what one snapshot has recorded, or one file that is read ahead: the arrays of its chunks, and a limit to what
 * they take. Any thread.
 */
final class ChunkMemory {
    /** Size of the usual chunk. */
    static final int CHUNK_BYTES = 8 << 10;

    private final ChunkPool pool;
    private final AtomicLong takenBytes = new AtomicLong();
    private final LongSupplier maxBytes;
    private final LongConsumer whenExhausted;

    /** Memory without a limit. */
    ChunkMemory(ChunkPool pool) {
        this(pool, () -> Long.MAX_VALUE, bytes -> {});
    }

    /**
     * @param pool where arrays of the usual size come from and go to
     * @param maxBytes how much may be taken at the moment
     * @param whenExhausted hears that something was refused, and how much would have been taken with it
     */
    ChunkMemory(ChunkPool pool, LongSupplier maxBytes, LongConsumer whenExhausted) {
        this.pool = pool;
        this.maxBytes = maxBytes;
        this.whenExhausted = whenExhausted;
    }

    /** Whether so many more bytes may be taken. */
    boolean hasRoom(long bytes) {
        long needed = takenBytes.get() + bytes;
        if (needed <= maxBytes.getAsLong()) {
            return true;
        }
        whenExhausted.accept(needed);
        return false;
    }

    /** An array of {@link #CHUNK_BYTES}, with any content. */
    byte[] take() {
        byte[] spare = pool.take();
        if (spare == null) {
            return take(CHUNK_BYTES);
        }
        takenBytes.addAndGet(CHUNK_BYTES);
        return spare;
    }

    /** An array of another size. */
    byte[] take(int bytes) {
        takenBytes.addAndGet(bytes);
        return new byte[bytes];
    }

    /** Takes an array back. */
    void give(byte[] array) {
        takenBytes.addAndGet(-array.length);
        if (array.length == CHUNK_BYTES) {
            pool.give(array);
        }
    }

    /** Bytes of all arrays that were taken and not given back. */
    long takenBytes() {
        return takenBytes.get();
    }
}
