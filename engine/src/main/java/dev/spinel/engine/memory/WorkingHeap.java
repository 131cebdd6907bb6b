package dev.spinel.engine.memory;

import java.util.function.LongSupplier;

/**
 * The part of the heap that may be filled with something else than data, by a command until it ends or by what clients have
 * the server keep: a small share that is never the data's, and what the data have not claimed. Engine thread only.
 */
public final class WorkingHeap {
    /** The share beside the data, which connections need too. */
    private static final int SHARE_DIVISOR = 8;

    private final Arena arena;
    private final LongSupplier heapBytes;

    /** @param heapBytes what the arena has reserved, and what counts with the data beside it */
    public WorkingHeap(Arena arena, LongSupplier heapBytes) {
        this.arena = arena;
        this.heapBytes = heapBytes;
    }

    /** The share beside the data, in bytes; {@link Long#MAX_VALUE} without a limit of the arena. */
    public long shareBytes() {
        return arena.maxBytes() == 0 ? Long.MAX_VALUE : arena.maxBytes() / SHARE_DIVISOR;
    }

    /** Whether there is room for so many bytes. */
    public boolean suffices(long bytes) {
        return arena.maxBytes() == 0 || heapBytes.getAsLong() + bytes <= arena.maxBytes() + shareBytes();
    }
}
