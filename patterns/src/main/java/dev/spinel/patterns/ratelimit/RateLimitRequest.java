package dev.spinel.patterns.ratelimit;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What to take.
 *
 * @param key whose limits: a user, an address, a tenant
 * @param cost how much, at least 1
 * @param id names the request, so that repeating it within {@link RateLimiter.Builder#rememberFor} takes its cost only once;
 *     with {@link FailureMode#FAIL} the limiter itself then repeats it after a lost reply. It is charged again once it was refunded
 *     or released, or asked of other limits. Costs one more key per request that has one
 */
public record RateLimitRequest(String key, long cost, Optional<String> id) {
    /** Checks the cost, and that an id is not empty. */
    public RateLimitRequest {
        requireNonNull(key, "key");
        requireNonNull(id, "id");
        if (cost < 1) {
            throw new IllegalArgumentException("A cost is at least 1, not " + cost);
        }
        if (id.isPresent() && id.get().isEmpty()) {
            throw new IllegalArgumentException("The id of a request is not empty");
        }
    }

    /** A request of cost 1. */
    public static RateLimitRequest of(String key) {
        return new RateLimitRequest(key, 1, Optional.empty());
    }

    /** The same with another cost. */
    public RateLimitRequest withCost(long value) {
        return new RateLimitRequest(key, value, id);
    }

    /**
     * The same with an id, which belongs to one kind of call: {@link RateLimiter#tryAcquire} with the id of a reservation finds that one,
     * {@link Decision.Allowed#delay} included.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public RateLimitRequest withId(String value) {
        return new RateLimitRequest(key, cost, Optional.of(value));
    }
}
