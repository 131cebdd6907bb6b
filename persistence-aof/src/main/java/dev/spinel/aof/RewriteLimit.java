package dev.spinel.aof;

/**
 * How long to wait before a rewrite is tried again by itself after several have failed: a minute, then twice as long each
 * time, an hour at most. Engine thread only.
 */
final class RewriteLimit {
    private static final int FAILURES = 3;
    private static final int MAX_MINUTES = 60;
    private static final long MILLIS_PER_MINUTE = 60_000;

    private int failures;
    private int minutes;
    private long untilMillis;

    /** Notes that a rewrite failed. */
    void failed() {
        failures++;
    }

    /** Notes that a rewrite succeeded, or that a user wants one. */
    void reset() {
        failures = 0;
        minutes = 0;
        untilMillis = 0;
    }

    /** Number of failures since the last success. */
    int failures() {
        return failures;
    }

    /** Whether the next rewrite has to wait. */
    boolean holds(long nowMillis) {
        return nowMillis < untilMillis;
    }

    /**
     * Starts a time of waiting if a failure asks for it.
     *
     * @return its minutes, 0 if none is needed
     */
    int start(long nowMillis) {
        if (failures < FAILURES) {
            return 0;
        }
        minutes = Math.min(MAX_MINUTES, Math.max(1, 2 * minutes));
        untilMillis = nowMillis + minutes * MILLIS_PER_MINUTE;
        return minutes;
    }
}
