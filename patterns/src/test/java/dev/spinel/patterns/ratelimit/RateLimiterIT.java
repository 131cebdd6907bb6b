package dev.spinel.patterns.ratelimit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.ratelimit.Limit.Concurrency;
import dev.spinel.patterns.ratelimit.Limit.FixedWindow;
import dev.spinel.patterns.ratelimit.Limit.Gcra;
import dev.spinel.patterns.ratelimit.Limit.SlidingLog;
import dev.spinel.patterns.ratelimit.Limit.SlidingWindow;
import dev.spinel.patterns.ratelimit.Limit.TokenBucket;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.EventLog.Event;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.PatternException;
import io.lettuce.core.RestoreArgs;
import io.lettuce.core.ScriptOutputType;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a limiter promises, with each client library, also when connections and servers fail. */
class RateLimiterIT extends RecipeFixture {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Limit[] ALL_KINDS = {
        Gcra.of("gcra", 5, HOUR),
        TokenBucket.of("bucket", 5, HOUR),
        SlidingWindow.of("counter", 5, HOUR),
        SlidingLog.of("log", 5, HOUR),
        FixedWindow.of("fixed", 5, Duration.ofDays(3000)),
        Concurrency.of("concurrent", 5, HOUR)
    };

    private final String key = UUID.randomUUID().toString();

    RateLimiterIT(ClientKind client) {
        super(client);
    }

    /** 1,900,000,000 seconds of Unix time in microseconds since 2020. */
    private static final long START = 322_163_200_000_000L;

    /** Runs the script for a limit of 5 seconds. */
    private List<Long> acquireAt(long seconds, String state, String mode, long cost, String kind, long capacity)
            throws IOException {
        return acquireAt(seconds, List.of(state), mode, cost, "0", "0", kind, "5000000", capacity);
    }

    /** Runs the script for one limit, at a time in seconds of Unix time; it may call few commands. */
    private List<Long> acquireAt(
            long seconds,
            List<String> keys,
            String mode,
            long cost,
            String patience,
            String memory,
            String kind,
            String interval,
            long capacity)
            throws IOException {
        String clock =
                """
                local server, redis, calls = redis, {}, 0
                function redis.call(name, ...)
                  calls = calls + 1
                  if calls > 30 then error('too many calls') end
                  if name == 'TIME' then return {'%d', '0'} end
                  return server.call(name, ...)
                end
                """
                        .formatted(seconds);
        try (InputStream script = RateLimiter.class.getResourceAsStream("acquire.lua")) {
            String text = clock + new String(script.readAllBytes(), UTF_8);
            String units = Long.toString(cost);
            String most = Long.toString(capacity);
            String[] arguments = {mode, units, "token", patience, memory, units, kind, interval, most, "3600000000", "0"
            };
            return redis.eval(text, ScriptOutputType.MULTI, keys.toArray(String[]::new), arguments);
        }
    }

    private RateLimiter limiter(Limit... limits) {
        return RateLimiter.builder(runtime).limits(limits).build();
    }

    private static Grant grant(Decision decision) {
        return ((Decision.Allowed) decision).grant().orElseThrow();
    }

    @Nested
    class SeveralLimits {
        @Test
        void allOfThemOrNone() {
            RateLimiter limiter = limiter(Gcra.of("narrow", 2, HOUR), SlidingLog.of("wide", 10, HOUR));
            assertThat(limiter.tryAcquire(key).allowed()).isTrue();
            assertThat(limiter.tryAcquireAsync(key).toCompletableFuture().join().allowed())
                    .isTrue();
            Decision denied = limiter.tryAcquire(key);
            assertThat(denied.allowed()).isFalse();
            assertThat(denied.binding().limit().name()).isEqualTo("narrow");
            assertThat(denied.states().get(1).remaining()).isEqualTo(8);
            assertThat(denied.states().get(1).fits()).isTrue();
            assertThat(events.all()).containsExactly(new Event("ratelimit.limited", "ratelimit"));
        }

        @Test
        void everyKindInOneRoundTrip() {
            RateLimiter limiter = limiter(ALL_KINDS);
            limiter.tryAcquire("warm up the script cache");
            transport.takeCommands();
            for (int left = 4; left >= 0; left--) {
                Decision decision = limiter.tryAcquire(key);
                assertThat(decision.allowed()).isTrue();
                for (LimitState state : decision.states()) {
                    assertThat(state.remaining()).as(state.limit().name()).isEqualTo(left);
                }
            }
            assertThat(limiter.tryAcquire(key).allowed()).isFalse();
            assertThat(transport.takeCommands()).hasSize(6).containsOnly("EVALSHA");
        }

        @Test
        void R8_aCostAboveTheCapacity_neverFits() {
            Decision decision =
                    limiter(ALL_KINDS).tryAcquire(RateLimitRequest.of(key).withCost(6));
            assertThat(decision).isInstanceOf(Decision.Limited.class);
            assertThat(((Decision.Limited) decision).neverFits()).isTrue();
            assertThat(decision.states()).allMatch(LimitState::neverFits);
            assertThat(decision.fields().retryAfter()).isEmpty();
        }

        @Test
        void keysExpire() {
            limiter(ALL_KINDS).tryAcquire(key);
            List<String> keys = redis.keys("*" + key + "*");
            assertThat(keys).hasSize(ALL_KINDS.length);
            assertThat(keys).allSatisfy(each -> assertThat(redis.pttl(each)).isPositive());
        }
    }

    @Nested
    class PeekRefundRelease {
        @Test
        void peek_takesNothing() {
            RateLimiter limiter = limiter(ALL_KINDS);
            for (int i = 0; i < 10; i++) {
                Decision decision = limiter.peek(RateLimitRequest.of(key).withCost(5));
                assertThat(decision.allowed()).isTrue();
                assertThat(decision.remaining()).isEqualTo(5);
            }
            assertThat(redis.keys("*" + key + "*")).isEmpty();
        }

        @Test
        void refund_makesRoomAgain() {
            RateLimiter limiter = limiter(ALL_KINDS);
            Decision decision = limiter.tryAcquire(RateLimitRequest.of(key).withCost(5));
            assertThat(limiter.tryAcquire(key).allowed()).isFalse();
            assertThat(limiter.refund(grant(decision))).isTrue();
            for (LimitState state : limiter.peek(RateLimitRequest.of(key)).states()) {
                // What drained between the two calls is not given back, by less than one unit.
                long expected = state.limit() instanceof Gcra ? 4 : 5;
                assertThat(state.remaining()).as(state.limit().name()).isGreaterThanOrEqualTo(expected);
            }
        }

        @Test
        void refund_tellsWhenThereIsNothingToGiveBack() {
            RateLimiter limiter = limiter(ALL_KINDS);
            Grant grant = grant(limiter.tryAcquire(RateLimitRequest.of(key).withCost(5)));
            assertThat(limiter.refund(grant)).isTrue();
            assertThat(limiter.refund(grant)).isFalse();
            for (Limit limit : ALL_KINDS) {
                RateLimiter single = limiter(limit);
                Grant taken = grant(single.tryAcquire(key));
                assertThat(single.refund(taken)).as(limit.name()).isTrue();
                assertThat(single.refund(taken)).as(limit.name()).isFalse();
            }
        }

        @Test
        void release_returnsPermitsOnly() {
            RateLimiter limiter = limiter(Concurrency.of("concurrent", 2, HOUR), Gcra.of("rate", 10, HOUR));
            Grant first = grant(limiter.tryAcquire(key));
            limiter.tryAcquire(key);
            assertThat(limiter.tryAcquire(key).binding().limit().name()).isEqualTo("concurrent");
            assertThat(limiter.release(first)).isTrue();
            assertThat(limiter.release(first)).isFalse();
            Decision decision = limiter.tryAcquire(key);
            assertThat(decision.allowed()).isTrue();
            assertThat(decision.states().get(1).remaining()).isEqualTo(7);
        }

        @Test
        void R7_permitsOfTheDeadReturn_whenTheirLeaseEnds() {
            RateLimiter limiter = limiter(Concurrency.of("concurrent", 1, Duration.ofMillis(200)));
            Grant dead = grant(limiter.tryAcquire(key));
            Decision denied = limiter.tryAcquire(key);
            assertThat(((Decision.Limited) denied).retryAfter()).isBetween(Duration.ofNanos(1), Duration.ofMillis(200));
            await().atMost(Duration.ofSeconds(2))
                    .until(() -> limiter.tryAcquire(key).allowed());
            assertThat(limiter.release(dead)).isFalse();
        }
    }

    @Nested
    class Ids {
        private final RateLimitRequest request = RateLimitRequest.of(key).withId("request 1");

        @Test
        void aRefundedRequest_isChargedAgain() {
            RateLimiter limiter = limiter(FixedWindow.of("day", 3, Duration.ofDays(3000)));
            assertThat(limiter.refund(grant(limiter.tryAcquire(request)))).isTrue();
            for (int left = 2; left >= 0; left--) {
                Decision decision = limiter.tryAcquire(request);
                assertThat(decision.remaining()).isEqualTo(left);
                assertThat(limiter.tryAcquire(request)).isEqualTo(decision);
                limiter.tryAcquire(key);
                assertThat(limiter.refund(grant(decision))).isTrue();
            }
            assertThat(limiter.tryAcquire(key).allowed()).isTrue();
            assertThat(limiter.tryAcquire(request).allowed()).isFalse();
        }

        @Test
        void aReleasedRequest_needsAPermitAgain() {
            RateLimiter limiter = limiter(Concurrency.of("jobs", 1, HOUR));
            Grant first = grant(limiter.tryAcquire(request));
            assertThat(limiter.release(first)).isTrue();
            Grant taken = grant(limiter.tryAcquire(key));
            assertThat(limiter.tryAcquire(request).allowed()).isFalse();
            limiter.release(taken);
            Decision second = limiter.tryAcquire(request);
            assertThat(limiter.release(first)).isFalse();
            assertThat(limiter.tryAcquire(request)).isEqualTo(second);
        }

        @Test
        void aRequestWhoseLeaseEnded_needsAPermitAgain() {
            RateLimiter limiter = limiter(Concurrency.of("jobs", 1, Duration.ofMillis(200)));
            assertThat(limiter.tryAcquire(request).allowed()).isTrue();
            await().atMost(Duration.ofSeconds(2))
                    .until(() -> limiter.tryAcquire(key).allowed());
            assertThat(limiter.tryAcquire(request).allowed()).isFalse();
        }

        @Test
        void aRequestThatComesAgainWithAnotherCost_isToldWhatWasTaken() {
            RateLimiter limiter = limiter(FixedWindow.of("day", 10, Duration.ofDays(3000)));
            limiter.tryAcquire(RateLimitRequest.of(key).withCost(5));
            limiter.tryAcquire(request);
            Grant grant = grant(limiter.tryAcquire(request.withCost(5)));
            assertThat(grant.cost()).isOne();
            limiter.refund(grant);
            assertThat(limiter.peek(request).remaining()).isEqualTo(5);
        }

        @Test
        void anIdWithABrace_isNoOtherKey() {
            RateLimiter limiter = limiter(Gcra.of("second", 10, HOUR));
            limiter.tryAcquire(RateLimitRequest.of(key).withId("q}:gcra:second"));
            String answer = redis.keys("*" + key + "*once*").get(0);
            assertThat(answer).endsWith(":q%7D:gcra:second");
            String other = answer.substring(answer.indexOf(key)).replace("%7D:gcra:second", "");
            assertThat(limiter.tryAcquire(other).remaining()).isEqualTo(9);
            assertThat(limiter.tryAcquire(RateLimitRequest.of(key).withId("a%}"))
                            .remaining())
                    .isEqualTo(8);
            assertThat(limiter.tryAcquire(RateLimitRequest.of(key).withId("a%%7D"))
                            .remaining())
                    .isEqualTo(7);
        }

        @Test
        void anAnswerOfOtherLimits_isNone() {
            FixedWindow day = FixedWindow.of("day", 5, Duration.ofDays(3000));
            Gcra rate = Gcra.of("rate", 10, HOUR);
            assertThat(limiter(day).tryAcquire(request).remaining()).isEqualTo(4);
            assertThat(limiter(day, rate).tryAcquire(request).states())
                    .extracting(LimitState::remaining)
                    .containsExactly(3L, 9L);
            assertThat(limiter(rate, day).tryAcquire(request).states())
                    .extracting(LimitState::remaining)
                    .containsExactly(8L, 2L);
            assertThat(limiter(rate, day).tryAcquire(request).states())
                    .extracting(LimitState::remaining)
                    .containsExactly(8L, 2L);
        }
    }

    @Nested
    class ChangedSettings {
        @Test
        void anotherKindOfTheSameName_isAnotherLimit() {
            for (Limit limit : List.of(
                    Gcra.of("limit", 5, HOUR),
                    TokenBucket.of("limit", 5, HOUR),
                    SlidingWindow.of("limit", 5, HOUR),
                    SlidingLog.of("limit", 5, HOUR),
                    FixedWindow.of("limit", 5, Duration.ofDays(3000)),
                    Concurrency.of("limit", 5, HOUR))) {
                assertThat(limiter(limit).tryAcquire(key).remaining()).isEqualTo(4);
            }
        }

        @Test
        void windowsOfOtherPeriods_areAllCounted() {
            RateLimiter days = limiter(FixedWindow.of("fixed", 2, Duration.ofDays(3000)));
            RateLimiter hours = limiter(FixedWindow.of("fixed", 100, Duration.ofDays(1)));
            RateLimiter sliding = limiter(SlidingWindow.of("sliding", 2, Duration.ofDays(3000)));
            RateLimiter shorter = limiter(SlidingWindow.of("sliding", 100, Duration.ofDays(1)));
            for (int i = 0; i < 4; i++) {
                assertThat(days.tryAcquire(key).allowed()).isEqualTo(i < 2);
                assertThat(sliding.tryAcquire(key).allowed()).isEqualTo(i < 2);
                assertThat(hours.tryAcquire(key).allowed()).isTrue();
                assertThat(shorter.tryAcquire(key).allowed()).isTrue();
            }
        }
    }

    @Nested
    class Reserve {
        @Test
        void tellsWhen_andDeniesBeyondTheHorizon() {
            RateLimiter limiter = RateLimiter.builder(runtime)
                    .limits(Gcra.of("rate", 1, Duration.ofSeconds(10)))
                    .maxReservation(Duration.ofSeconds(25))
                    .build();
            RateLimitRequest request = RateLimitRequest.of(key);
            Duration horizon = Duration.ofSeconds(25);
            assertThat(delay(limiter.reserve(request, horizon))).isZero();
            assertThat(delay(limiter.reserve(request, horizon)))
                    .isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
            Decision last = limiter.reserve(request, horizon);
            assertThat(delay(last)).isBetween(Duration.ofSeconds(19), Duration.ofSeconds(20));
            assertThat(limiter.reserve(request, horizon).allowed()).isFalse();
            assertThat(limiter.tryAcquire(request).allowed()).isFalse();
            assertThat(limiter.refund(grant(last))).isTrue();
            assertThat(delay(limiter.reserve(request, horizon)))
                    .isBetween(Duration.ofSeconds(19), Duration.ofSeconds(20));
        }

        @Test
        void aDenialTells_whenTheSameReservationIsGranted() {
            RateLimiter limiter = RateLimiter.builder(runtime)
                    .limits(Gcra.of("rate", 1, Duration.ofSeconds(10)))
                    .maxReservation(HOUR)
                    .build();
            RateLimitRequest request = RateLimitRequest.of(key);
            limiter.tryAcquire(request);
            Duration almost = Duration.ofMillis(9_500);
            assertThat(limiter.reserve(request, almost)).isInstanceOfSatisfying(Decision.Limited.class, limited -> {
                assertThat(limited.retryAfter()).isBetween(Duration.ofNanos(1000), Duration.ofMillis(500));
                assertThat(limited.binding().retryAfter())
                        .isEqualTo(limited.retryAfter().plus(almost));
            });
            await().atMost(Duration.ofSeconds(2))
                    .until(() -> limiter.reserve(request, almost).allowed());
        }

        @Test
        void aReservationThatIsAskedForAgain_isNearer() throws IOException {
            String rate = "{ratelimit:" + key + "}:gcra:rate";
            String once = "{ratelimit:" + key + "}:once";
            acquireAt(1_900_000_000, List.of(rate), "take", 1, "0", "0", "gcra", "10000000", 1);
            List<Long> first = acquireAt(
                    1_900_000_000, List.of(rate, once), "take", 1, "20000000", "60000", "gcra", "10000000", 1);
            assertThat(first).containsExactly(1L, START, 10_000_000L, 0L, 10_000_000L, 20_000_000L);
            assertThat(waitOfTheSame(1_900_000_004, rate, once)).isEqualTo(6_000_000);
            assertThat(waitOfTheSame(1_900_000_010, rate, once)).isZero();
            assertThat(waitOfTheSame(1_900_000_100, rate, once)).isZero();
            assertThat(waitOfTheSame(1_899_999_000, rate, once)).isEqualTo(10_000_000);
        }

        private long waitOfTheSame(long seconds, String rate, String once) throws IOException {
            List<Long> again =
                    acquireAt(seconds, List.of(rate, once), "take", 1, "20000000", "60000", "gcra", "10000000", 1);
            assertThat(again.subList(0, 2)).containsExactly(1L, START);
            return again.get(2);
        }

        @Test
        void aBucketOwesTokens() {
            RateLimiter limiter = RateLimiter.builder(runtime)
                    .limits(TokenBucket.of("bucket", 2, Duration.ofSeconds(10)))
                    .maxReservation(Duration.ofSeconds(10))
                    .build();
            RateLimitRequest request = RateLimitRequest.of(key).withCost(2);
            assertThat(delay(limiter.reserve(request, Duration.ofSeconds(10)))).isZero();
            assertThat(delay(limiter.reserve(request, Duration.ofSeconds(10))))
                    .isBetween(Duration.ofSeconds(9), Duration.ofSeconds(10));
            assertThat(limiter.reserve(request, Duration.ofSeconds(10)).allowed())
                    .isFalse();
        }

        @Test
        void aLookOfALimiterWithoutReservations_takesNoneAway() {
            Duration horizon = Duration.ofSeconds(20);
            Limit rate = Gcra.of("rate", 2, Duration.ofSeconds(10));
            Limit bucket = TokenBucket.of("bucket", 2, Duration.ofSeconds(10));
            RateLimiter reserves = RateLimiter.builder(runtime)
                    .limits(rate, bucket)
                    .maxReservation(horizon)
                    .build();
            RateLimitRequest request = RateLimitRequest.of(key).withCost(2);
            while (reserves.reserve(request, horizon).allowed()) {
                // as many as there are
            }
            assertThat(limiter(rate, bucket).peek(request).allowed()).isFalse();
            assertThat(reserves.reserve(request, horizon).allowed()).isFalse();
        }

        private static Duration delay(Decision decision) {
            return ((Decision.Allowed) decision).delay();
        }
    }

    @Nested
    class Faults {
        @Test
        void R10_aLostReply_whoseAnswerIsForgottenTooSoon_isNotAskedForAgain() {
            RateLimiter limiter =
                    limiter(Gcra.of("rate", 5, HOUR), Concurrency.of("concurrent", 5, Duration.ofSeconds(3)));
            limiter.tryAcquire("warm up the script cache");
            proxy.loseReplies(1);
            assertThatThrownBy(() -> limiter.tryAcquire(RateLimitRequest.of(key).withId("request 1")))
                    .isInstanceOf(PatternException.UnknownOutcome.class);
            assertThat(limiter.peek(RateLimitRequest.of(key)).remaining()).isEqualTo(4);
        }

        @Test
        void R10_aLostReplyWithAnId_isChargedOnce() {
            RateLimiter limiter = limiter(ALL_KINDS);
            limiter.tryAcquire("warm up the script cache");
            proxy.loseReplies(2);
            Decision decision =
                    limiter.tryAcquire(RateLimitRequest.of(key).withCost(2).withId("request 1"));
            assertThat(decision.allowed()).isTrue();
            assertThat(proxy.repliesLost()).isEqualTo(2);
            Decision later = limiter.peek(RateLimitRequest.of(key));
            assertThat(later.states()).extracting(LimitState::remaining).containsOnly(3L);
            assertThat(limiter.release(grant(decision))).isTrue();
        }

        @Test
        void aLostReplyWithoutAnId_isAnUnknownOutcome() {
            RateLimiter limiter = limiter(ALL_KINDS);
            limiter.tryAcquire("warm up the script cache");
            proxy.loseReplies(1);
            assertThatThrownBy(() -> limiter.tryAcquire(key)).isInstanceOf(PatternException.UnknownOutcome.class);
            await().untilAsserted(() -> assertThat(
                            limiter.peek(RateLimitRequest.of(key)).remaining())
                    .isEqualTo(4));
        }

        @Test
        void failureModes_decideWhenTheServerIsAway() {
            RateLimiter open = RateLimiter.builder(runtime)
                    .name("open")
                    .limits(ALL_KINDS)
                    .onFailure(FailureMode.OPEN)
                    .build();
            RateLimiter closed = RateLimiter.builder(runtime)
                    .name("closed")
                    .limits(ALL_KINDS)
                    .onFailure(FailureMode.CLOSED)
                    .build();
            RateLimiter failing = limiter(ALL_KINDS);
            proxy.cut(true);
            assertThat(open.tryAcquire(key)).isInstanceOfSatisfying(Decision.Allowed.class, allowed -> {
                assertThat(allowed.degraded()).isTrue();
                assertThat(allowed.grant()).isEmpty();
            });
            assertThat(closed.tryAcquire(key)).isInstanceOfSatisfying(Decision.Limited.class, limited -> {
                assertThat(limited.degraded()).isTrue();
                assertThat(limited.retryAfter()).isEqualTo(Duration.ofSeconds(1));
            });
            assertThatThrownBy(() -> failing.tryAcquire(key)).isInstanceOf(PatternException.class);
            assertThat(events.all())
                    .containsExactly(
                            new Event("ratelimit.degraded", "open"), new Event("ratelimit.degraded", "closed"));
            assertThat(events.cause("ratelimit.degraded")).isInstanceOf(PatternException.class);
            proxy.heal();
            await().ignoreExceptions()
                    .untilAsserted(
                            () -> assertThat(failing.tryAcquire(key).degraded()).isFalse());
        }

        @Test
        void modesThatAnswerThemselves_doSoAtTheFirstLostReply() {
            RateLimiter limiter = RateLimiter.builder(runtime)
                    .limits(ALL_KINDS)
                    .onFailure(FailureMode.OPEN)
                    .build();
            limiter.tryAcquire("warm up the script cache");
            RateLimitRequest request = RateLimitRequest.of(key).withId("request 1");
            transport.takeCommands();
            proxy.loseReplies(1);
            assertThat(limiter.tryAcquire(request).degraded()).isTrue();
            assertThat(transport.takeCommands()).containsExactly("EVALSHA");
            assertThat(limiter.tryAcquire(request).remaining()).isEqualTo(4);
            transport.takeCommands();
            proxy.loseReplies(1);
            assertThat(limiter.peek(request).degraded()).isTrue();
            assertThat(transport.takeCommands()).containsExactly("EVALSHA");
        }

        @Test
        void aPausedServer_isAnUnknownOutcomeAfterTheTimeout() {
            RateLimiter limiter = limiter(ALL_KINDS);
            limiter.tryAcquire(key);
            server.pause();
            try {
                long start = System.nanoTime();
                assertThatThrownBy(() -> limiter.tryAcquire(key)).isInstanceOf(PatternException.UnknownOutcome.class);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(3));
            } finally {
                server.resume();
            }
        }

        @Test
        void aForgottenScript_costsOneMoreRoundTrip() {
            RateLimiter limiter = limiter(ALL_KINDS);
            limiter.tryAcquire(key);
            redis.scriptFlush();
            transport.takeCommands();
            assertThat(limiter.tryAcquire(key).allowed()).isTrue();
            assertThat(limiter.tryAcquire(key).allowed()).isTrue();
            assertThat(transport.takeCommands()).containsExactly("EVALSHA", "EVAL", "EVALSHA");
        }

        @Test
        void R5_aServerClockSetBackAnHour_doesNotFreezeAKey() {
            // As if the states had been made by a clock an hour ahead.
            long ahead = micros(HOUR) + micros(serverTime());
            String prefix = "{ratelimit:" + key + "}:";
            Duration period = Duration.ofMillis(200);
            redis.set(prefix + "gcra:gcra", Long.toString(ahead));
            redis.hset(prefix + "bucket:bucket", "tokens", "0");
            redis.hset(prefix + "bucket:bucket", "since", Long.toString(ahead));
            redis.hset(prefix + "counter:counter:200000", "window", Long.toString(ahead / micros(period)));
            redis.hset(prefix + "counter:counter:200000", "current", "5");
            redis.hset(prefix + "counter:counter:200000", "previous", "5");
            redis.zadd(prefix + "log:log", ahead, "x:" + ahead + ":5");
            redis.zadd(prefix + "log:log", -5, "total");
            redis.hset(prefix + "fixed:fixed:200000", "window", Long.toString(ahead / micros(period)));
            redis.hset(prefix + "fixed:fixed:200000", "count", "5");
            for (int i = 0; i < 5; i++) {
                redis.zadd(prefix + "concurrent:concurrent", ahead, "x:1:" + i);
            }
            RateLimiter limiter = limiter(allKinds(period));
            Decision first = limiter.tryAcquire(key);
            assertThat(first.allowed()).isFalse();
            assertThat(first.states()).allSatisfy(state -> assertThat(state.retryAfter())
                    .as(state.limit().name())
                    .isBetween(Duration.ofNanos(1), period.multipliedBy(2)));
            // Asking all the time must not start the wait anew.
            await().pollInterval(Duration.ofMillis(20))
                    .atMost(Duration.ofSeconds(2))
                    .until(() -> limiter.tryAcquire(key).allowed());
        }

        /** With a clock that stands still, which no test could have a server's do. */
        @Test
        void aRequestThatComesAgainInItsMicrosecond_isChargedOnce() throws IOException {
            String log = "{ratelimit:" + key + "}:log";
            assertThat(acquireAt(1_900_000_000, log, "take", 2, "log", 5)).startsWith(2L, START, 0L, 3L);
            acquireAt(1_900_000_000, log, "take", 2, "log", 5);
            assertThat(redis.zcard(log)).isEqualTo(2);
            assertThat(redis.zscore(log, "total")).isEqualTo(-2);
            assertThat(acquireAt(1_900_000_005, log, "peek", 2, "log", 5)).endsWith(5L, 0L, 0L);
        }

        @Test
        void aDenialByAFullLog_readsAsManyEntriesAsStandInTheWay() throws IOException {
            String log = "{ratelimit:" + key + "}:log";
            String fill =
                    """
                    for i = 1, 10000 do
                      local at = string.format('%.0f', ARGV[1] + i)
                      redis.call('ZADD', KEYS[1], at, 'token:' .. at .. ':1')
                    end
                    redis.call('ZADD', KEYS[1], -10000, 'total')
                    """;
            redis.eval(fill, ScriptOutputType.STATUS, new String[] {log}, Long.toString(START));
            for (long cost : new long[] {1, 2, 5, 6, 21, 22, 1341, 1342, 9999, 10_000}) {
                assertThat(acquireAt(1_900_000_001, log, "take", cost, "log", 10_000))
                        .containsExactly(0L, START + 1_000_000, 0L, 0L, 4_000_000 + cost, 4_010_000L);
            }
        }

        @Test
        void manyPermits_areTakenAndReturnedAtOnce() throws IOException {
            String permits = "{ratelimit:" + key + "}:concurrent:permits";
            for (long cost : new long[] {1, 999, 1000, 1001, 10_000}) {
                assertThat(acquireAt(1_900_000_000, permits, "take", cost, "concurrent", 10_000))
                        .startsWith(cost, START, 0L, 10_000L - cost);
                assertThat(redis.zcard(permits)).isEqualTo(cost);
                RateLimiter limiter = limiter(Concurrency.of("permits", 10_000, HOUR));
                Grant grant = new Grant(key, cost, "token", START);
                assertThat(cost == 999 ? limiter.refund(grant) : limiter.release(grant))
                        .isTrue();
                assertThat(redis.exists(permits)).isZero();
            }
        }

        /** Each kind by itself, whose every answer of the server says when it was given. */
        @Test
        void R3_aRetryAfterTheTimeThatWasTold_succeeds_andNoneBefore() {
            Duration period = Duration.ofMillis(20);
            for (Limit limit : allKinds(period)) {
                RateLimiter limiter = limiter(limit);
                for (int round = 0; round < 10; round++) {
                    Decision decision = limiter.tryAcquire(key);
                    while (decision.allowed()) {
                        decision = limiter.tryAcquire(key);
                    }
                    long due = decidedAtMicros() + micros(decision.binding().retryAfter());
                    while (!decision.allowed()) {
                        assertThat(decidedAtMicros()).as("denied by %s", limit).isLessThan(due);
                        decision = limiter.tryAcquire(key);
                    }
                    assertThat(decidedAtMicros()).as("allowed by %s", limit).isGreaterThanOrEqualTo(due);
                }
            }
        }

        /** When the server gave the last answer, in microseconds since 2020. */
        private long decidedAtMicros() {
            return transport.lastReply().asItems().get(1).asLong();
        }

        private static Limit[] allKinds(Duration period) {
            return new Limit[] {
                Gcra.of("gcra", 5, period),
                TokenBucket.of("bucket", 5, period),
                SlidingWindow.of("counter", 5, period),
                SlidingLog.of("log", 5, period),
                FixedWindow.of("fixed", 5, period),
                Concurrency.of("concurrent", 5, period)
            };
        }

        @Test
        void R6_aServerThatForgetsItsLastWrites_admitsNoMoreThanTheseTook() {
            RateLimiter limiter = limiter(ALL_KINDS);
            assertThat(limiter.tryAcquire(RateLimitRequest.of(key).withCost(2)).allowed())
                    .isTrue();
            Map<String, byte[]> kept = new HashMap<>();
            redis.keys("{ratelimit:" + key + "}*").forEach(state -> kept.put(state, redis.dump(state)));
            assertThat(limiter.tryAcquire(RateLimitRequest.of(key).withCost(2)).allowed())
                    .isTrue();
            kept.forEach((state, value) -> redis.restore(
                    state, value, RestoreArgs.Builder.ttl(redis.pttl(state)).replace()));
            assertThat(limiter.tryAcquire(RateLimitRequest.of(key).withCost(3)).allowed())
                    .as("five, of which two were forgotten")
                    .isTrue();
            assertThat(limiter.tryAcquire(key).allowed()).isFalse();
        }

        @Test
        void R9_keysThatAreNotUsed_go() {
            RateLimiter limiter = limiter(allKinds(Duration.ofMillis(300)));
            for (int i = 0; i < 50; i++) {
                assertThat(limiter.tryAcquire(key + i).allowed()).isTrue();
            }
            // Each of the six kinds keeps a key, unless its time is over already.
            List<String> used = redis.keys("{ratelimit:" + key + "*");
            assertThat(used).isNotEmpty();
            used.forEach(state -> assertThat(redis.pttl(state)).isNotEqualTo(-1));
            await().until(() -> redis.keys("{ratelimit:" + key + "*").isEmpty());
        }

        /** Many keys of the kind that most limiters have, a moment after each other; what one costs is printed. */
        @Test
        void R9_manyKeys_allGo_andEachIsSmall() {
            int keys = Integer.getInteger("spinel.patterns.keys", 10_000);
            // So that they are there together, and are gone soon after.
            Duration period = Duration.ofSeconds(Math.max(4, keys / 4000));
            RateLimiter limiter = RateLimiter.builder(other)
                    .name("many")
                    .limits(new Gcra("gcra", 1, period, 1))
                    .build();
            limiter.tryAcquire("warm up " + key);
            long before = usedMemory();
            long others = redis.dbsize();
            for (int first = 0; first < keys; first += 1000) {
                List<CompletableFuture<Decision>> decisions = new ArrayList<>();
                for (int i = first; i < Math.min(keys, first + 1000); i++) {
                    decisions.add(limiter.tryAcquireAsync(key + i).toCompletableFuture());
                }
                decisions.forEach(
                        decision -> assertThat(decision.join().allowed()).isTrue());
            }
            long present = redis.dbsize() - others;
            assertThat(present).isGreaterThan(1000); // however slow the machine
            long bytes = (usedMemory() - before) / present;
            System.out.println("R9: " + bytes + " bytes for each of " + present + " keys");
            assertThat(bytes).isLessThan(400);
            await().atMost(period.multipliedBy(10))
                    .pollInterval(period.dividedBy(10)) // the server does nothing else while it looks
                    .until(() -> redis.keys("{many:*").isEmpty());
        }

        private long usedMemory() {
            return redis.info("memory")
                    .lines()
                    .filter(line -> line.startsWith("used_memory:"))
                    .mapToLong(line -> Long.parseLong(
                            line.substring("used_memory:".length()).trim()))
                    .findFirst()
                    .orElseThrow();
        }

        @Test
        void R11_anotherRateForTheSameKey_leavesNoUnboundedDebt() {
            RateLimiter slow = limiter(ALL_KINDS);
            assertThat(slow.tryAcquire(RateLimitRequest.of(key).withCost(5)).allowed())
                    .isTrue();
            Duration period = Duration.ofMillis(200);
            RateLimiter fast = limiter(allKinds(period));
            assertThat(fast.tryAcquire(key).states()).allSatisfy(state -> assertThat(state.retryAfter())
                    .as(state.limit().name())
                    .isLessThanOrEqualTo(period.multipliedBy(2)));
            await().atMost(Duration.ofSeconds(2))
                    .until(() -> fast.tryAcquire(key).allowed());
        }

        private Duration serverTime() {
            List<String> time = redis.time();
            return Duration.ofSeconds(Long.parseLong(time.get(0)) - 1_577_836_800L)
                    .plusNanos(1000 * Long.parseLong(time.get(1)));
        }

        private static long micros(Duration duration) {
            return duration.toNanos() / 1000;
        }
    }
}
