package dev.spinel.patterns.ratelimit;

import java.time.Duration;

/**
 * What a decision says about one limit.
 *
 * @param remaining the cost that would still fit at once, after the decision
 * @param retryAfter after how long the cost in question fits if nobody else takes any, to the microsecond; zero if it fits.
 *     For a {@link Limit.Concurrency} the end of a lease, while a release may come sooner
 * @param resetAfter after how long the limit is whole again if nobody takes any
 * @param neverFits whether the cost is above the limit's capacity
 */
public record LimitState(Limit limit, long remaining, Duration retryAfter, Duration resetAfter, boolean neverFits) {
    /** Whether the cost fits this limit now. */
    public boolean fits() {
        return !neverFits && retryAfter.isZero();
    }

    /** The same so much later, if nothing was taken since. */
    LimitState later(Duration age) {
        return new LimitState(limit, remaining, since(age, retryAfter), since(age, resetAfter), neverFits);
    }

    /** What is left of a wait after so long. */
    static Duration since(Duration age, Duration wait) {
        return wait.compareTo(age) > 0 ? wait.minus(age) : Duration.ZERO;
    }
}
