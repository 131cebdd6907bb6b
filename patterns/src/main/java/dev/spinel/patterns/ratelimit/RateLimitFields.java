package dev.spinel.patterns.ratelimit;

import dev.spinel.patterns.ratelimit.Limit.Concurrency;
import dev.spinel.patterns.ratelimit.Limit.FixedWindow;
import dev.spinel.patterns.ratelimit.Limit.Gcra;
import dev.spinel.patterns.ratelimit.Limit.SlidingLog;
import dev.spinel.patterns.ratelimit.Limit.SlidingWindow;
import dev.spinel.patterns.ratelimit.Limit.TokenBucket;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * A decision as HTTP response fields: those of the IETF draft "RateLimit header fields for HTTP" and {@code Retry-After} of
 * RFC 9110. Seconds are rounded up.
 *
 * @param rateLimitPolicy the value of {@code RateLimit-Policy}, such as {@code "api";q=100;w=60}: quota and window
 * @param rateLimit the value of {@code RateLimit}, such as {@code "api";r=42;t=18}: what remains, seconds until it is whole
 *     again, or, if the limit denies, until the request would fit
 * @param retryAfter the value of {@code Retry-After}, present if denied and a later attempt can succeed
 */
public record RateLimitFields(String rateLimitPolicy, String rateLimit, Optional<String> retryAfter) {
    static RateLimitFields of(Decision decision) {
        StringJoiner policies = new StringJoiner(", ");
        StringJoiner limits = new StringJoiner(", ");
        for (LimitState state : decision.states()) {
            String name = '"' + state.limit().name() + '"';
            policies.add(name + quota(state.limit()));
            Duration until = state.fits() ? state.resetAfter() : state.retryAfter();
            limits.add(name + ";r=" + state.remaining() + ";t=" + secondsUp(until));
        }
        Optional<String> retry = decision instanceof Decision.Limited limited && !limited.neverFits()
                ? Optional.of(Long.toString(secondsUp(limited.retryAfter())))
                : Optional.empty();
        return new RateLimitFields(policies.toString(), limits.toString(), retry);
    }

    private static String quota(Limit limit) {
        if (limit instanceof Gcra gcra) {
            return quota(gcra.count(), gcra.period());
        } else if (limit instanceof TokenBucket bucket) {
            return quota(bucket.refill(), bucket.period());
        } else if (limit instanceof SlidingWindow window) {
            return quota(window.count(), window.period());
        } else if (limit instanceof SlidingLog log) {
            return quota(log.count(), log.period());
        } else if (limit instanceof FixedWindow window) {
            return quota(window.count(), window.period());
        }
        return ";q=" + ((Concurrency) limit).count();
    }

    private static String quota(long count, Duration period) {
        return ";q=" + count + ";w=" + secondsUp(period);
    }

    private static long secondsUp(Duration duration) {
        return duration.plusNanos(999_999_999).toSeconds();
    }

    /** The fields by name, in the order of this record. */
    public Map<String, String> asMap() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("RateLimit-Policy", rateLimitPolicy);
        map.put("RateLimit", rateLimit);
        retryAfter.ifPresent(seconds -> map.put("Retry-After", seconds));
        return map;
    }
}
