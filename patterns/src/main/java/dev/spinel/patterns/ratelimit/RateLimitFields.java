package dev.spinel.patterns.ratelimit;

import dev.spinel.patterns.ratelimit.Limit.Concurrency;
import dev.spinel.patterns.ratelimit.Limit.FixedWindow;
import dev.spinel.patterns.ratelimit.Limit.Gcra;
import dev.spinel.patterns.ratelimit.Limit.SlidingLog;
import dev.spinel.patterns.ratelimit.Limit.SlidingWindow;
import dev.spinel.patterns.ratelimit.Limit.TokenBucket;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * A decision as HTTP response fields: those of the IETF draft "RateLimit header fields for HTTP" and {@code Retry-After} of
 * RFC 9110. Seconds are rounded up.
 *
 * @param rateLimitPolicy the value of {@code RateLimit-Policy}, such as {@code "api";q=100;w=60}: quota and window. Of a
 *     window below a second, the quota of a second; of a limit with a burst above its count, the burst and the time in which it comes back
 * @param rateLimit the value of {@code RateLimit}, such as {@code "api";r=42;t=18}: what remains, seconds until it is whole
 *     again, or, if the limit denies, until the request would fit; without a time if
 *     it never does. Empty if the decision is degraded, so that no state is known
 * @param retryAfter the value of {@code Retry-After}, present if denied and a later attempt can succeed
 */
public record RateLimitFields(String rateLimitPolicy, String rateLimit, Optional<String> retryAfter) {
    private static final Duration SECOND = Duration.ofSeconds(1);
    /** Integers of structured fields have 15 digits at most (RFC 9651). */
    private static final long LARGEST_INTEGER = 999_999_999_999_999L;

    static RateLimitFields of(Decision decision) {
        StringJoiner policies = new StringJoiner(", ");
        StringJoiner limits = new StringJoiner(", ");
        for (LimitState state : decision.states()) {
            String name = '"' + state.limit().name() + '"';
            policies.add(name + quota(state.limit()));
            Duration until = state.fits() ? state.resetAfter() : state.retryAfter();
            limits.add(name + ";r=" + state.remaining() + (state.neverFits() ? "" : ";t=" + secondsUp(until)));
        }
        Optional<String> retry = decision instanceof Decision.Limited limited && !limited.neverFits()
                ? Optional.of(Long.toString(secondsUp(limited.retryAfter())))
                : Optional.empty();
        return new RateLimitFields(policies.toString(), decision.degraded() ? "" : limits.toString(), retry);
    }

    private static String quota(Limit limit) {
        if (limit instanceof Gcra gcra) {
            return quota(gcra.count(), gcra.period(), gcra.burst());
        } else if (limit instanceof TokenBucket bucket) {
            return quota(bucket.refill(), bucket.period(), bucket.capacity());
        } else if (limit instanceof SlidingWindow window) {
            return quota(window.count(), window.period());
        } else if (limit instanceof SlidingLog log) {
            return quota(log.count(), log.period());
        } else if (limit instanceof FixedWindow window) {
            return quota(window.count(), window.period());
        }
        return ";q=" + ((Concurrency) limit).count() + ";qu=\"concurrent-requests\"";
    }

    /** The quota is what may come at once, if that is more, and the window the time in which as much comes back. */
    private static String quota(long count, Duration period, long burst) {
        if (burst <= count) {
            return quota(count, period);
        }
        long drainMicros = Math.round((double) burst / count * (period.toNanos() / 1_000.0));
        return quota(burst, Duration.of(drainMicros, ChronoUnit.MICROS));
    }

    /** Windows are whole seconds: of a shorter one the quota is that of a second. */
    private static String quota(long count, Duration period) {
        if (period.compareTo(SECOND) < 0) {
            long perSecond = count * 1_000_000 / (period.toNanos() / 1_000);
            return ";q=" + Math.min(perSecond, LARGEST_INTEGER) + ";w=1";
        }
        return ";q=" + count + ";w=" + secondsUp(period);
    }

    private static long secondsUp(Duration duration) {
        return duration.plusNanos(999_999_999).toSeconds();
    }

    /** The fields by name, in the order of this record; those that have a value. */
    public Map<String, String> asMap() {
        Map<String, String> map = new LinkedHashMap<>();
        map.put("RateLimit-Policy", rateLimitPolicy);
        if (!rateLimit.isEmpty()) {
            map.put("RateLimit", rateLimit);
        }
        retryAfter.ifPresent(seconds -> map.put("Retry-After", seconds));
        return map;
    }
}
