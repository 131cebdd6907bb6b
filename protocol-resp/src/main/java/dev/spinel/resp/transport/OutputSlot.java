package dev.spinel.resp.transport;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Which of the two threads may give a connection's output: the engine's hands over one reply array at a time.
 *
 * <p>Lock-free. {@link #take} on the engine's thread, {@link #free} on the I/O loop's.
 */
final class OutputSlot {
    private static final int FREE = 0;
    private static final int TAKEN = 1;
    /** Taken, and the engine has more to hand over. */
    private static final int AWAITED = 2;

    private final AtomicInteger state = new AtomicInteger();

    /** Takes the slot if it is free; else the engine is to be told when it is. */
    boolean take() {
        // Only this thread leaves FREE, so that a failed exchange with FREE behind it cannot be overtaken.
        if (state.get() != FREE && (state.get() == AWAITED || state.compareAndSet(TAKEN, AWAITED))) {
            return false;
        }
        state.set(TAKEN);
        return true;
    }

    /** Frees the slot; returns whether the engine waits to be told. */
    boolean free() {
        return state.getAndSet(FREE) == AWAITED;
    }
}
