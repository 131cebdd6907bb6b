package dev.spinel.patterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.patterns.ratelimit.Limit.Concurrency;
import dev.spinel.patterns.ratelimit.Limit.FixedWindow;
import dev.spinel.patterns.ratelimit.Limit.Gcra;
import dev.spinel.patterns.ratelimit.Limit.SlidingLog;
import dev.spinel.patterns.ratelimit.Limit.TokenBucket;
import dev.spinel.patterns.testing.ScriptedTransport;
import dev.spinel.patterns.transport.PatternRuntime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is refused before any server is asked, and how decisions read. */
class RateLimiterTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Gcra GCRA = Gcra.of("api", 100, MINUTE);

    private static RateLimiter.Builder builder() {
        return RateLimiter.builder(PatternRuntime.over(new ScriptedTransport()));
    }

    @Nested
    class Refused {
        @Test
        void limitsThatAreNone() {
            assertRefused(() -> Gcra.of("a", 0, MINUTE), "count must be between 1");
            assertRefused(() -> new Gcra("a", 1, MINUTE, 0), "burst must be between 1");
            assertRefused(() -> Gcra.of("a", 2_000_000, Duration.ofSeconds(1)), "more than one unit per microsecond");
            assertRefused(() -> new Gcra("a", 1, Duration.ofDays(3000), 2), "days to drain");
            assertRefused(() -> Gcra.of("a", 1, Duration.ZERO), "a period is between 1 ms");
            assertRefused(() -> Gcra.of("a", 1, Duration.ofDays(4000)), "a period is between 1 ms");
            assertRefused(() -> new TokenBucket("a", 5, MINUTE, 4), "capacity 4 is below the refill of 5");
            assertRefused(() -> SlidingLog.of("a", 10_001, MINUTE), "at most 10000");
            assertRefused(() -> Concurrency.of("a", 10_001, MINUTE), "at most 10000");
            assertRefused(() -> FixedWindow.of("a b", 1, MINUTE), "letters, digits");
            assertRefused(() -> FixedWindow.of("", 1, MINUTE), "letters, digits");
        }

        @Test
        void limitersThatMakeNoSense() {
            assertRefused(() -> builder().build(), "has no limit");
            assertRefused(() -> builder().limits(GCRA, GCRA).build(), "two limits 'api'");
            assertRefused(() -> builder().name("a{b").limits(GCRA).build(), "no braces");
            assertRefused(() -> builder().name("api:v2").limits(GCRA).build(), "no braces and colons");
            assertRefused(() -> builder().name("").limits(GCRA).build(), "not empty");
            assertRefused(
                    () -> builder()
                            .limits(GCRA, FixedWindow.of("day", 1, MINUTE))
                            .maxReservation(MINUTE)
                            .build(),
                    "limit 'day' is neither Gcra nor TokenBucket");
            assertRefused(
                    () -> builder()
                            .limits(GCRA)
                            .maxReservation(Duration.ofNanos(-1))
                            .build(),
                    "maxReservation");
            assertRefused(
                    () -> builder()
                            .limits(GCRA)
                            .rememberFor(Duration.ofMillis(3999))
                            .build(),
                    "rememberFor is between PT4S and 366 days");
            assertRefused(
                    () -> builder()
                            .limits(TokenBucket.of("bucket", 1_000_000_000, Duration.ofMillis(1)))
                            .maxReservation(Duration.ofDays(366))
                            .build(),
                    "limit 'bucket' would owe more than 1000000000000 tokens");
            assertRefused(
                    () -> builder()
                            .limits(GCRA)
                            .denyLocally(Duration.ofNanos(-1))
                            .build(),
                    "denyLocally");
            assertRefused(
                    () -> builder()
                            .limits(Concurrency.of("open", 5, MINUTE))
                            .denyLocally(MINUTE)
                            .build(),
                    "has concurrency limits only");
        }

        @Test
        void leasesThatMakeNoSense() {
            Duration second = Duration.ofSeconds(1);
            assertRefused(() -> builder().tokenLease(1, second), "saves no round trip");
            assertLeaseRefused(101, second, "101 never fit into the 100 of limit 'api'");
            assertLeaseRefused(64, Duration.ZERO, "between 1 ms and the period of limit 'api', PT1M, not PT0S");
            assertLeaseRefused(64, MINUTE.plusNanos(1), "between 1 ms and the period of limit 'api'");
            assertLeaseRefused(2, second, "a permit of limit 'open'", Concurrency.of("open", 5, MINUTE));
            assertLeaseRefused(64, second, "never fit into the 10 of limit 'day'", FixedWindow.of("day", 10, MINUTE));
            assertRefused(
                    () -> builder()
                            .limits(GCRA)
                            .maxReservation(MINUTE)
                            .tokenLease(64, second)
                            .build(),
                    "reserved ahead");
            assertThat(builder().limits(GCRA).tokenLease(100, MINUTE).build()).isNotNull();
        }

        private static void assertLeaseRefused(long tokens, Duration time, String reason, Limit... more) {
            assertRefused(
                    () -> builder()
                            .limits(GCRA)
                            .limits(more)
                            .tokenLease(tokens, time)
                            .build(),
                    reason);
        }

        @Test
        void requestsThatCannotBe() {
            assertRefused(() -> RateLimitRequest.of("k").withCost(0), "at least 1");
            assertRefused(() -> RateLimitRequest.of("k").withId(""), "not empty");
            assertRefused(() -> new Grant("k", 0, "t", 0), "at least 1");
            assertRefused(() -> new Grant("k", 1, "", 0), "not empty");
            RateLimiter limiter = builder().limits(GCRA).build();
            assertRefused(() -> limiter.reserve(RateLimitRequest.of("k"), MINUTE), "reserves up to PT0S");
            assertThatThrownBy(() -> limiter.release(new Grant("k", 1, "t", 0)))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("no concurrency limit");
        }

        private static void assertRefused(Runnable making, String reason) {
            assertThatIllegalArgumentException().isThrownBy(making::run).withMessageContaining(reason);
        }
    }

    @Nested
    class Fields {
        private static final Concurrency OPEN = Concurrency.of("open", 5, MINUTE);

        @Test
        void ofAnAllowedRequest_tellResets() {
            Decision decision = new Decision.Allowed(
                    Optional.empty(),
                    Duration.ZERO,
                    List.of(state(GCRA, 42, 0, 17_001), state(OPEN, 4, 0, 60_000)),
                    false);
            assertThat(decision.fields().asMap())
                    .containsEntry("RateLimit-Policy", "\"api\";q=100;w=60, \"open\";q=5;qu=\"concurrent-requests\"")
                    .containsEntry("RateLimit", "\"api\";r=42;t=18, \"open\";r=4;t=60")
                    .hasSize(2);
            assertThat(decision.binding().limit()).isEqualTo(OPEN);
        }

        @Test
        void ofADeniedRequest_tellWhenToRetry() {
            Decision decision = new Decision.Limited(
                    Duration.ofMillis(600), false, List.of(state(OPEN, 3, 0, 10), state(GCRA, 0, 600, 60_000)), false);
            assertThat(decision.fields().asMap())
                    .containsEntry("RateLimit", "\"open\";r=3;t=1, \"api\";r=0;t=1")
                    .containsEntry("Retry-After", "1");
            assertThat(decision.binding().limit()).isEqualTo(GCRA);
        }

        @Test
        void whatRemains_isWhatFitsIntoAllLimits() {
            Decision decision = new Decision.Limited(
                    Duration.ofMillis(600),
                    false,
                    List.of(state(GCRA, 3, 600, 60_000), state(OPEN, 1, 100, 10)),
                    false);
            assertThat(decision.binding().limit()).isEqualTo(GCRA);
            assertThat(decision.remaining()).isOne();
        }

        @Test
        void ofARequestThatNeverFits_tellNoTime() {
            LimitState never = new LimitState(GCRA, 100, Duration.ZERO, Duration.ZERO, true);
            Decision decision = new Decision.Limited(Duration.ZERO, true, List.of(never), false);
            assertThat(decision.fields().asMap())
                    .containsEntry("RateLimit", "\"api\";r=100")
                    .doesNotContainKey("Retry-After");
        }

        @Test
        void quotas_areThoseOfWholeSeconds_andOfTheBurst() {
            assertThat(policy(SlidingLog.of("l", 10, Duration.ofMillis(100)))).isEqualTo("\"l\";q=100;w=1");
            assertThat(policy(FixedWindow.of("l", 1, Duration.ofMillis(300)))).isEqualTo("\"l\";q=3;w=1");
            assertThat(policy(FixedWindow.of("l", 1_000_000_000_000L, Duration.ofMillis(1))))
                    .isEqualTo("\"l\";q=999999999999999;w=1");
            assertThat(policy(FixedWindow.of("l", 10, Duration.ofMillis(1500)))).isEqualTo("\"l\";q=10;w=2");
            assertThat(policy(new Gcra("l", 10, MINUTE, 5))).isEqualTo("\"l\";q=10;w=60");
            assertThat(policy(new Gcra("l", 10, MINUTE, 101))).isEqualTo("\"l\";q=101;w=606");
            assertThat(policy(new Gcra("l", 10, Duration.ofMillis(10), 20))).isEqualTo("\"l\";q=1000;w=1");
            assertThat(policy(new TokenBucket("l", 10, MINUTE, 100))).isEqualTo("\"l\";q=100;w=600");
        }

        private static String policy(Limit limit) {
            return new Decision.Limited(MINUTE, false, List.of(state(limit, 0, 1, 1)), false)
                    .fields()
                    .rateLimitPolicy();
        }

        @Test
        void ofADegradedDecision_tellNoState() {
            Decision open = new Decision.Allowed(Optional.empty(), Duration.ZERO, List.of(state(GCRA, 0, 0, 0)), true);
            assertThat(open.fields().asMap()).containsOnlyKeys("RateLimit-Policy");
            Decision closed = new Decision.Limited(MINUTE, false, List.of(state(GCRA, 0, 60_000, 0)), true);
            assertThat(closed.fields().asMap()).containsOnlyKeys("RateLimit-Policy", "Retry-After");
        }

        private static LimitState state(Limit limit, long remaining, long retryMillis, long resetMillis) {
            return new LimitState(
                    limit, remaining, Duration.ofMillis(retryMillis), Duration.ofMillis(resetMillis), false);
        }
    }
}
