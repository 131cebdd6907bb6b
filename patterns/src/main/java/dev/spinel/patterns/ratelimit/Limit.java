package dev.spinel.patterns.ratelimit;

import java.time.Duration;

/**
 * One rule of a limiter. Each kind states its bound: how much it admits at most, whatever the callers do, as long as the
 * server keeps its state and its clock runs forward. A cost above the bound never fits. Which to choose:
 *
 * <table>
 * <caption>Kinds</caption>
 * <tr><th>kind</th><th>admits</th><th>memory per key</th></tr>
 * <tr><td>{@link Gcra}</td><td>evenly, after a burst</td><td>one number</td></tr>
 * <tr><td>{@link TokenBucket}</td><td>a batch per interval</td><td>two numbers</td></tr>
 * <tr><td>{@link SlidingWindow}</td><td>about so many in any window</td><td>three numbers</td></tr>
 * <tr><td>{@link SlidingLog}</td><td>exactly so many in any window</td><td>an entry per request</td></tr>
 * <tr><td>{@link FixedWindow}</td><td>so many per minute, hour or day of the calendar (UTC)</td><td>two numbers</td></tr>
 * <tr><td>{@link Concurrency}</td><td>so many at the same time</td><td>an entry per permit</td></tr>
 * </table>
 *
 * All constructors refuse values that make no limit, with an {@link IllegalArgumentException} that says why.
 */
public sealed interface Limit {
    /** What decisions and headers call it: letters, digits, {@code _}, {@code .} and {@code -}; unique within a limiter. */
    String name();

    /** The highest cost that can ever be granted at once. */
    long capacity();

    /** The time over which it counts; of a {@link Concurrency} limit the lease. */
    Duration period();

    /**
     * The generic cell rate algorithm: one unit every {@code period / count}, after a burst. Within any time D it admits at
     * most {@code burst + D * count / period}. Times are kept to 1/16 of a microsecond, so that at 10,000 requests a second the rate
     * may be off by 0.03 %.
     *
     * @param count units per period; at most one per microsecond
     * @param period at most {@value #MAX_PERIOD_DAYS} days
     * @param burst units that may come at once
     */
    record Gcra(String name, long count, Duration period, long burst) implements Limit {
        /** Checks all values. */
        public Gcra {
            check(name, count, period);
            checkPositive(name, "burst", burst);
            if (micros(period) < count) {
                throw refused(name, "more than one unit per microsecond cannot be told apart");
            }
            // The state is a time in a double: burst * interval must leave it exact to the microsecond.
            if ((double) burst * micros(period) / count > MAX_PERIOD_MICROS) {
                throw refused(name, "the burst takes more than " + MAX_PERIOD_DAYS + " days to drain");
            }
        }

        /** {@code count} units per period, all of which may come at once. */
        public static Gcra of(String name, long count, Duration period) {
            return new Gcra(name, count, period, count);
        }

        @Override
        public long capacity() {
            return burst;
        }
    }

    /**
     * A bucket of tokens into which a batch falls at the end of each interval, counted from the first use of a full bucket.
     * Within any time D it admits at most {@code capacity + refill * (1 + D / period)}.
     *
     * @param refill tokens per interval
     * @param period the interval, at most {@value #MAX_PERIOD_DAYS} days
     * @param capacity tokens in a full bucket, at least {@code refill}, as what does not fit would be lost
     */
    record TokenBucket(String name, long refill, Duration period, long capacity) implements Limit {
        /** Checks all values. */
        public TokenBucket {
            check(name, refill, period);
            if (capacity < refill) {
                throw refused(name, "capacity " + capacity + " is below the refill of " + refill);
            }
            checkPositive(name, "capacity", capacity);
            if ((double) capacity / refill * micros(period) > MAX_PERIOD_MICROS) {
                throw refused(name, "the bucket takes more than " + MAX_PERIOD_DAYS + " days to fill");
            }
        }

        /** A bucket that each interval fills. */
        public static TokenBucket of(String name, long refill, Duration period) {
            return new TokenBucket(name, refill, period, refill);
        }
    }

    /**
     * Counts per window and estimates the sliding one by the share of the previous window that it still covers. At most
     * {@code count} in each window of the calendar, less than twice as many in any other of that length, and about
     * {@code count} where load is even.
     */
    record SlidingWindow(String name, long count, Duration period) implements Limit {
        /** Checks all values. */
        public SlidingWindow {
            check(name, count, period);
        }

        /** At most about {@code count} units within any {@code period}. */
        public static SlidingWindow of(String name, long count, Duration period) {
            return new SlidingWindow(name, count, period);
        }

        @Override
        public long capacity() {
            return count;
        }
    }

    /**
     * Remembers each request of the last period. Exactly at most {@code count} in any window of that length.
     *
     * @param count at most {@value #MAX_ENTRIES}
     */
    record SlidingLog(String name, long count, Duration period) implements Limit {
        /** Checks all values. */
        public SlidingLog {
            check(name, count, period);
            checkEntries(name, count);
        }

        /** At most {@code count} units within any {@code period}. */
        public static SlidingLog of(String name, long count, Duration period) {
            return new SlidingLog(name, count, period);
        }

        @Override
        public long capacity() {
            return count;
        }
    }

    /**
     * At most {@code count} in each window, aligned to 2020-01-01T00:00Z; up to twice as many around the border of two. For
     * quotas that people read, such as requests per day.
     */
    record FixedWindow(String name, long count, Duration period) implements Limit {
        /** Checks all values. */
        public FixedWindow {
            check(name, count, period);
        }

        /** At most {@code count} units per window. */
        public static FixedWindow of(String name, long count, Duration period) {
            return new FixedWindow(name, count, period);
        }

        @Override
        public long capacity() {
            return count;
        }
    }

    /**
     * Permits that are given back with {@link RateLimiter#release}, or by themselves when their lease ends, should the holder
     * have died. At most {@code count} leases run at the same time. All limiters of a key must use the same lease.
     *
     * @param count at most {@value #MAX_ENTRIES}
     * @param lease how long a permit can be out; longer than the longest use, since nothing stops a holder whose lease ended
     */
    record Concurrency(String name, long count, Duration lease) implements Limit {
        /** Checks all values. */
        public Concurrency {
            check(name, count, lease);
            checkEntries(name, count);
        }

        /** At most {@code count} units at the same time. */
        public static Concurrency of(String name, long count, Duration lease) {
            return new Concurrency(name, count, lease);
        }

        @Override
        public Duration period() {
            return lease;
        }

        @Override
        public long capacity() {
            return count;
        }
    }

    /** The longest period, so that all times fit a double to the microsecond. */
    int MAX_PERIOD_DAYS = 3660;

    /** The most entries that a limit with an entry per unit keeps for a key. */
    int MAX_ENTRIES = 10_000;

    /** {@link #MAX_PERIOD_DAYS} in microseconds. */
    long MAX_PERIOD_MICROS = MAX_PERIOD_DAYS * 86_400_000_000L;

    /** The largest count: sums of it stay exact in a double. */
    long MAX_COUNT = 1_000_000_000_000L;

    private static void check(String name, long count, Duration period) {
        if (name.isEmpty() || !name.chars().allMatch(Limit::isNameCharacter)) {
            throw new IllegalArgumentException(
                    "The name of a limit is letters, digits, '_', '.' and '-', not '" + name + "'");
        }
        checkPositive(name, "count", count);
        if (period.compareTo(Duration.ofMillis(1)) < 0 || period.compareTo(Duration.ofDays(MAX_PERIOD_DAYS)) > 0) {
            throw refused(name, "a period is between 1 ms and " + MAX_PERIOD_DAYS + " days, not " + period);
        }
    }

    private static boolean isNameCharacter(int c) {
        return c < 128 && (Character.isLetterOrDigit(c) || c == '_' || c == '.' || c == '-');
    }

    private static void checkPositive(String name, String what, long value) {
        if (value < 1 || value > MAX_COUNT) {
            throw refused(name, what + " must be between 1 and " + MAX_COUNT + ", not " + value);
        }
    }

    private static void checkEntries(String name, long count) {
        if (count > MAX_ENTRIES) {
            throw refused(
                    name, "it keeps an entry per unit, so that count is at most " + MAX_ENTRIES + ", not " + count);
        }
    }

    private static IllegalArgumentException refused(String name, String reason) {
        return new IllegalArgumentException("Limit '" + name + "': " + reason);
    }

    private static long micros(Duration period) {
        return period.toNanos() / 1_000;
    }
}
