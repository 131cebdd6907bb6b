package dev.spinel.patterns.transport;

import java.time.Duration;

/**
 * How often and when an operation is tried again after it could not be sent, or was refused without effect, or, if it is
 * idempotent, lost its reply.
 *
 * @param maxAttempts how often it is sent at most, at least 1
 * @param firstDelay the delay before the second attempt; doubles from attempt to attempt
 * @param maxDelay the longest delay, at most a day
 * @param giveUpAfter no attempt begins later than that after the first one, so that an operation lasts at most that long and one time-out of the
 *     transport; positive, at most a day
 */
public record RetryPolicy(int maxAttempts, Duration firstDelay, Duration maxDelay, Duration giveUpAfter) {
    private static final Duration DEFAULT_GIVE_UP_AFTER = Duration.ofSeconds(2);
    private static final Duration LONGEST = Duration.ofDays(1);

    /** Six attempts within about half a second, which spans a reconnect; none later than 2 seconds after the first one. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(6, Duration.ofMillis(20), Duration.ofMillis(400));

    /** Requires at least one attempt, delays that are positive and ordered, and times of a day at most. */
    public RetryPolicy {
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("maxAttempts must be at least 1, not " + maxAttempts);
        }
        if (firstDelay.isNegative() || firstDelay.isZero() || firstDelay.compareTo(maxDelay) > 0) {
            throw new IllegalArgumentException(
                    "delays must be positive and firstDelay <= maxDelay: " + firstDelay + ", " + maxDelay);
        }
        if (giveUpAfter.isNegative() || giveUpAfter.isZero()) {
            throw new IllegalArgumentException("giveUpAfter must be positive, not " + giveUpAfter);
        }
        if (maxDelay.compareTo(LONGEST) > 0 || giveUpAfter.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "maxDelay and giveUpAfter must be at most a day: " + maxDelay + ", " + giveUpAfter);
        }
    }

    /** A policy that gives up after 2 seconds, so that longer delays may leave attempts without their turn. */
    public RetryPolicy(int maxAttempts, Duration firstDelay, Duration maxDelay) {
        this(maxAttempts, firstDelay, maxDelay, DEFAULT_GIVE_UP_AFTER);
    }

    /** The delay after the given number of failed attempts, of which a random half is taken off against herds. */
    Duration delayAfter(int attempts, Scheduler scheduler) {
        long maxNanos = maxDelay.toNanos();
        long nanos = Math.min(maxNanos, firstDelay.toNanos() << Math.min(attempts - 1, 20));
        long bounded = nanos <= 0 ? maxNanos : nanos;
        return Duration.ofNanos(bounded / 2 + scheduler.jitterNanos(bounded / 2 + 1));
    }
}
