package dev.spinel.lua.vm;

import java.util.function.LongSupplier;

/**
 * Keeps a script from filling the heap: what it allocates is counted, and whenever that may be half of the room that was
 * left, the heap is asked how much is left. One thread only.
 */
public final class MemoryBudget {
    private static final long STEP_BYTES = 8L << 20;
    private static final long MAX_ARRAY_BYTES = Integer.MAX_VALUE - 64;
    private static final String NOT_ENOUGH = "not enough memory";

    private final LongSupplier roomBytes;
    private long uncheckedBytes;
    private long uncheckedLimitBytes = STEP_BYTES;

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
        if (uncheckedBytes >= uncheckedLimitBytes) {
            check(bytes);
        }
    }

    private void check(long bytes) {
        uncheckedBytes = 0;
        uncheckedLimitBytes = STEP_BYTES;
        if (bytes > MAX_ARRAY_BYTES) {
            throw new LuaError(NOT_ENOUGH);
        }
        long room = roomBytes.getAsLong() - bytes;
        if (room < STEP_BYTES) {
            throw new LuaError(NOT_ENOUGH);
        }
        // The answer may need a collection, and holds for some time.
        uncheckedLimitBytes = Math.max(STEP_BYTES, room / 2);
    }
}
