package dev.spinel.engine.dispatch;

import java.util.function.LongSupplier;

/**
 * The time of the command in progress: read once when it starts, from the steady clock, and pinned to Unix time anew
 * every while. Engine thread only.
 */
public final class EngineClock {
    private final LongSupplier unixMillis;
    private final LongSupplier nanos;
    private long anchorMillis;
    private long anchorNanos;
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
        anchor();
    }

    /** Follows adjustments of the Unix time; to be called regularly. */
    public void anchor() {
        anchorMillis = unixMillis.getAsLong();
        anchorNanos = nanos.getAsLong();
        nowNanos = anchorNanos;
        nowMillis = anchorMillis;
    }

    /** Reads the time; returns the steady clock. */
    public long update() {
        nowNanos = nanos.getAsLong();
        nowMillis = anchorMillis + (nowNanos - anchorNanos) / 1_000_000;
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

    /** The steady clock in nanoseconds as of the last update. */
    public long nowNanos() {
        return nowNanos;
    }
}
