package dev.spinel.patterns.ratelimit;

import static java.util.Objects.requireNonNull;

/**
 * What was taken, as a receipt for {@link RateLimiter#refund} and {@link RateLimiter#release}.
 *
 * @param key whose limits it was taken from
 * @param cost how much, at least 1; of a request that came again with its id, how much the first one took
 * @param token names this grant among others; not empty
 * @param takenAtMicros when it was taken by the server's clock, in microseconds since 2020-01-01T00:00Z
 */
public record Grant(String key, long cost, String token, long takenAtMicros) {
    /** Checks cost and token. */
    public Grant {
        requireNonNull(key, "key");
        if (cost < 1) {
            throw new IllegalArgumentException("The cost of a grant is at least 1, not " + cost);
        }
        if (token.isEmpty()) {
            throw new IllegalArgumentException("The token of a grant is not empty");
        }
    }
}
