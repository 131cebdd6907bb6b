package dev.spinel.patterns.transport;

import java.time.Duration;

/**
 * How often and when an operation is tried again after it could not be sent, or was refused without effect, or, if it is
 * idempotent, lost its reply.
 *
 * @param maxAttempts how often it is sent at most, at least 1
 * @param firstDelay the delay before the second attempt; doubles from attempt to attempt
 * @param maxDelay the longest delay
 */
public record RetryPolicy(int maxAttempts, Duration firstDelay, Duration maxDelay) {
    /** Six attempts within about half a second, which spans a reconnect. */
    public static final RetryPolicy DEFAULT = new RetryPolicy(6, Duration.ofMillis(20), Duration.ofMillis(400));

    /** Requires at least one attempt and delays that are positive and ordered. */
    public RetryPolicy {
        if (maxAttempts < 1) {
            throw new IllegalArgumentException("maxAttempts must be at least 1, not " + maxAttempts);
        }
        if (firstDelay.isNegative() || firstDelay.isZero() || firstDelay.compareTo(maxDelay) > 0) {
            throw new IllegalArgumentException(
                    "delays must be positive and firstDelay <= maxDelay: " + firstDelay + ", " + maxDelay);
        }
    }

    /** The delay after the given number of failed attempts, of which a random half is taken off against herds. */
    Duration delayAfter(int attempts, Scheduler scheduler) {
        long maxNanos = maxDelay.toNanos();
        long nanos = Math.min(maxNanos, firstDelay.toNanos() << Math.min(attempts - 1, 20));
        long bounded = nanos <= 0 ? maxNanos : nanos;
        return Duration.ofNanos(bounded / 2 + scheduler.jitterNanos(bounded / 2 + 1));
    }
}
