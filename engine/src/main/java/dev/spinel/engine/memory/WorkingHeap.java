package dev.spinel.engine.memory;

import java.util.function.LongSupplier;

/**
 * The part of the heap that a command may fill until it ends: a small share that is never the data's, and what the data have
 * not claimed. Engine thread only.
 */
public final class WorkingHeap {
    /** The share beside the data, which connections need too. */
    private static final int SHARE_DIVISOR = 16;

    private final Arena arena;
    private final LongSupplier usedBytes;

    /** @param usedBytes what data, and clients as far as they count with them, use of the heap */
    public WorkingHeap(Arena arena, LongSupplier usedBytes) {
        this.arena = arena;
        this.usedBytes = usedBytes;
    }

    /** Whether a command may have so many bytes at a time. Always without a limit of the arena. */
    public boolean suffices(long bytes) {
        long max = arena.maxBytes();
        if (max == 0) {
            return true;
        }
        long unclaimed = max - Math.max(arena.reservedBytes(), usedBytes.getAsLong());
        return bytes <= max / SHARE_DIVISOR + Math.max(0, unclaimed);
    }
}
