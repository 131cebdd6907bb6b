package dev.spinel.patterns.ratelimit;

/**
 * What was taken, as a receipt for {@link RateLimiter#refund} and {@link RateLimiter#release}.
 *
 * @param key whose limits it was taken from
 * @param cost how much; of a request that came again with its id, how much the first one took
 * @param token names this grant among others
 * @param takenAtMicros when it was taken by the server's clock, in microseconds since 2020-01-01T00:00Z
 */
public record Grant(String key, long cost, String token, long takenAtMicros) {}
