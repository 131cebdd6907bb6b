package dev.spinel.engine.dispatch;

import java.util.function.LongSupplier;

/**
 * The time of the command in progress: read once when it starts, from the steady clock, and pinned to Unix time anew
 * every while. Engine thread only.
 */
public final class EngineClock {
    /*
     * Unix time comes in whole microseconds, cut down, and a moment before the steady clock was looked at. Of the looks so far the one
     * with the largest difference between the two clocks was the least cut: that one holds, until a difference shows that is smaller than
     * cutting explains, which is an adjustment of the Unix time. A look during which the thread was held up says nothing.
     */
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long NANOS_PER_MICRO = 1000;
    private static final long MAX_LOOK_NANOS = 20_000;
    /** What two looks in the midst of a command may differ by before it counts as an adjustment. */
    private static final long TOLERATED_NANOS = 2 * NANOS_PER_MILLI;

    private final LongSupplier unixMicros;
    private final LongSupplier nanos;
    private long unixMinusSteadyNanos;
    private long nowNanos;
    private long nowMillis;

    /**
     * A clock.
     *
     * @param unixMicros Unix time in microseconds
     * @param nanos a steady clock in nanoseconds
     */
    public EngineClock(LongSupplier unixMicros, LongSupplier nanos) {
        this.unixMicros = unixMicros;
        this.nanos = nanos;
        unixMinusSteadyNanos = unixMicros.getAsLong() * NANOS_PER_MICRO - nanos.getAsLong();
        update();
    }

    /** Follows adjustments of the Unix time; to be called regularly. */
    public void anchor() {
        compare();
        update();
    }

    private void compare() {
        long before = nanos.getAsLong();
        long unixNanos = unixMicros.getAsLong() * NANOS_PER_MICRO;
        long after = nanos.getAsLong();
        long difference = unixNanos - after;
        if (after - before <= MAX_LOOK_NANOS
                && (difference > unixMinusSteadyNanos
                        || difference + NANOS_PER_MICRO + MAX_LOOK_NANOS < unixMinusSteadyNanos)) {
            unixMinusSteadyNanos = difference;
        }
    }

    /**
     * Reads the Unix time in microseconds, as it goes on while a command runs. If it was set, the time of the command is set with it: what expires
     * at a time that somebody reckoned from this must not be over before.
     */
    public long readMicros() {
        long micros = unixMicros.getAsLong();
        long difference = micros * NANOS_PER_MICRO - nanos.getAsLong();
        if (Math.abs(difference - unixMinusSteadyNanos) > TOLERATED_NANOS) {
            compare();
            nowMillis = (nowNanos + unixMinusSteadyNanos) / NANOS_PER_MILLI;
        }
        return micros;
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
    public long nowMicros() {
        return (nowNanos + unixMinusSteadyNanos) / NANOS_PER_MICRO;
    }

    /** The steady clock in nanoseconds as of the last update. */
    public long nowNanos() {
        return nowNanos;
    }
}
