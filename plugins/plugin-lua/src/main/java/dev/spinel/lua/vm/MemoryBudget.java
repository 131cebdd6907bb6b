package dev.spinel.lua.vm;

import java.util.function.LongSupplier;

/**
 * Keeps a script from filling the heap: what it allocates is counted, and every {@value #STEP_BYTES} bytes, or before
 * anything as large, the heap is asked whether there is room left. One thread only.
 */
public final class MemoryBudget {
    private static final long STEP_BYTES = 8L << 20;

    private final LongSupplier roomBytes;
    private long uncheckedBytes;

    /** @param roomBytes how many bytes may still be allocated, garbage that is not collected yet not counted if possible */
    public MemoryBudget(LongSupplier roomBytes) {
        this.roomBytes = roomBytes;
    }

    /**
     * Counts an allocation that is about to be made.
     *
     * @throws LuaError if there is no room for it
     */
    public void charge(long bytes) {
        uncheckedBytes += bytes;
        if (uncheckedBytes >= STEP_BYTES) {
            check(bytes);
        }
    }

    private void check(long bytes) {
        uncheckedBytes = 0;
        if (bytes > Integer.MAX_VALUE - 64 || roomBytes.getAsLong() - bytes < STEP_BYTES) {
            throw new LuaError("not enough memory");
        }
    }
}
