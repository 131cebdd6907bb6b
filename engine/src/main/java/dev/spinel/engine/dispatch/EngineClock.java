package dev.spinel.engine.dispatch;

import java.util.function.LongSupplier;

/**
 * The time of the command in progress: read once when it starts, from the steady clock, and pinned to Unix time anew
 * every while. Engine thread only.
 */
public final class EngineClock {
    /*
     * Unix time comes in whole milliseconds, cut down, so one look at it puts the time up to a millisecond too early, and
     * a client that sent a point in time by its own exact clock would read a time to live longer than it asked for. Of
     * the looks so far the one with the largest difference between the two clocks was the least cut: that one holds, until
     * a difference shows that is smaller than cutting explains, which is an adjustment of the Unix time. A look during
     * which the thread was held up says nothing.
     */
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long NANOS_PER_MICRO = 1000;
    private static final long MAX_LOOK_NANOS = 20_000;

    private final LongSupplier unixMillis;
    private final LongSupplier nanos;
    private long unixMinusSteadyNanos;
    private long nowNanos;
    private long nowMillis;

    /**
     * A clock.
     *
     * @param unixMillis Unix time in milliseconds
     * @param nanos a steady clock in nanoseconds
     */
    public EngineClock(LongSupplier unixMillis, LongSupplier nanos) {
        this.unixMillis = unixMillis;
        this.nanos = nanos;
        unixMinusSteadyNanos = unixMillis.getAsLong() * NANOS_PER_MILLI - nanos.getAsLong();
        update();
    }

    /** Follows adjustments of the Unix time; to be called regularly. */
    public void anchor() {
        long before = nanos.getAsLong();
        long unixNanos = unixMillis.getAsLong() * NANOS_PER_MILLI;
        long after = nanos.getAsLong();
        long difference = unixNanos - after;
        if (after - before <= MAX_LOOK_NANOS
                && (difference > unixMinusSteadyNanos
                        || difference + NANOS_PER_MILLI + MAX_LOOK_NANOS < unixMinusSteadyNanos)) {
            unixMinusSteadyNanos = difference;
        }
        update();
    }

    /** Reads the time; returns the steady clock. */
    public long update() {
        nowNanos = nanos.getAsLong();
        nowMillis = (nowNanos + unixMinusSteadyNanos) / NANOS_PER_MILLI;
        return nowNanos;
    }

    /** Reads the steady clock, in nanoseconds, while the time of the command stands still. */
    public long readNanos() {
        return nanos.getAsLong();
    }

    /** Unix time in milliseconds as of the last update. */
    public long nowMillis() {
        return nowMillis;
    }

    /** Unix time in microseconds as of the last update. */
    long nowMicros() {
        return (nowNanos + unixMinusSteadyNanos) / NANOS_PER_MICRO;
    }

    /** The steady clock in nanoseconds as of the last update. */
    public long nowNanos() {
        return nowNanos;
    }
}
