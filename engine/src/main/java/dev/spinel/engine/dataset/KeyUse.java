package dev.spinel.engine.dataset;

/**
 * How much a key was used, as one number: how long ago for the last time, or how often, or nothing known.
 *
 * <p>Which of them is known depends on the policy of eviction under which the key was written.
 */
public final class KeyUse {
    /** Nothing is known. */
    public static final long UNKNOWN = -1;

    private static final long FREQUENCY_BASE = -2;

    private KeyUse() {}

    /** A key that was last used some seconds ago, at least 0. */
    public static long idle(long seconds) {
        return seconds;
    }

    /** A key with a logarithmic counter of accesses, 0 to 255. */
    public static long frequency(int counter) {
        return FREQUENCY_BASE - counter;
    }

    /** Whether {@link #idleSeconds} is known. */
    public static boolean isIdle(long use) {
        return use >= 0;
    }

    /** Whether {@link #counter} is known. */
    public static boolean isFrequency(long use) {
        return use <= FREQUENCY_BASE;
    }

    /** Seconds since the last use. */
    public static long idleSeconds(long use) {
        return use;
    }

    /** The logarithmic counter of accesses, 0 to 255. */
    public static int counter(long use) {
        return (int) (FREQUENCY_BASE - use);
    }
}
