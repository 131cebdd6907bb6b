package dev.spinel.patterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.ratelimit.Limit.FixedWindow;
import dev.spinel.patterns.ratelimit.Limit.Gcra;
import dev.spinel.patterns.ratelimit.Limit.SlidingLog;
import dev.spinel.patterns.ratelimit.Limit.SlidingWindow;
import dev.spinel.patterns.ratelimit.Limit.TokenBucket;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** What limiters admit and deny that lease tokens in batches (acceptance test R12), with each client library. */
class RateLimiterLeaseIT extends RecipeFixture {
    private static final long CAPACITY = 500;
    private static final int BATCH = 64;
    private static final Duration SHORT = Duration.ofMillis(100);
    /** Longer than a test. */
    private static final Duration LONG = Duration.ofMinutes(5);
    /** Nothing comes back by itself meanwhile. */
    private static final Duration PERIOD = Duration.ofDays(3000);

    private static final Limit[] ALL_KINDS = {
        Gcra.of("gcra", CAPACITY, PERIOD),
        TokenBucket.of("bucket", CAPACITY, PERIOD),
        SlidingWindow.of("counter", CAPACITY, PERIOD),
        SlidingLog.of("log", CAPACITY, PERIOD),
        FixedWindow.of("fixed", CAPACITY, PERIOD)
    };

    RateLimiterLeaseIT(ClientKind client) {
        super(client);
    }

    private static RateLimiter limiter(PatternRuntime runtime, Duration time) {
        return RateLimiter.builder(runtime)
                .limits(ALL_KINDS)
                .tokenLease(BATCH, time)
                .build();
    }

    private List<RateLimiter> threeLimiters(Duration time) {
        return List.of(limiter(runtime, time), limiter(other, time), limiter(other, time));
    }

    /** Has four threads of each limiter take, up to so often each or until they are denied; returns how much all of them took. */
    private long takeAll(List<RateLimiter> limiters, int times, int highestCost) throws InterruptedException {
        AtomicLong taken = new AtomicLong();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4 * limiters.size(); i++) {
            RateLimiter limiter = limiters.get(i % limiters.size());
            Random random = new Random(i);
            threads.add(new Thread(() -> {
                for (int n = 0; n < times; n++) {
                    long cost = 1 + random.nextInt(highestCost);
                    try {
                        if (!limiter.tryAcquire(RateLimitRequest.of(name).withCost(cost))
                                .allowed()) {
                            return;
                        }
                        taken.addAndGet(cost);
                    } catch (PatternException e) {
                        assertThat(e).isNotInstanceOf(PatternException.ServerError.class); // it is not back yet
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        return taken.get();
    }

    @Test
    void R12_aThousandDecisions_costACallPerBatch() {
        RateLimiter limiter = RateLimiter.builder(runtime)
                .limits(Gcra.of("rate", 100_000, Duration.ofHours(1)), FixedWindow.of("day", 100_000, PERIOD))
                .tokenLease(BATCH, LONG)
                .build();
        limiter.tryAcquire("warm up the script cache");
        transport.takeCommands();
        for (int i = 0; i < 1000; i++) {
            Decision decision = limiter.tryAcquire(name);
            assertThat(decision.allowed()).isTrue();
            assertThat(decision.states().get(1).remaining()).isEqualTo(100_000 - 1 - i);
        }
        // Batches of 1, 2, 4, 8, 16 and 32 at first.
        assertThat(transport.takeCommands()).hasSize(6 + 15).containsOnly("EVALSHA");
    }

    @Test
    void R12_manyThreadsOfSeveralLimiters_admitWhatTheLimitsDo_noMoreAndNoLess() throws InterruptedException {
        List<RateLimiter> limiters = threeLimiters(SHORT);
        AtomicLong taken = new AtomicLong(takeAll(limiters, 1000, 3));
        assertThat(taken.get()).isBetween(CAPACITY - limiters.size() * BATCH, CAPACITY);
        // What one held and did not use is given back, and taken by whoever asks.
        await().untilAsserted(() -> {
            for (RateLimiter limiter : limiters) {
                taken.addAndGet(limiter.tryAcquire(name).allowed() ? 1 : 0);
            }
            assertThat(taken).hasValue(CAPACITY);
        });
        await().during(SHORT.multipliedBy(3)).until(() -> limiters.stream()
                .noneMatch(limiter -> limiter.tryAcquire(name).allowed()));
    }

    @Test
    void R12_whatIsNotUsed_isGivenBack_toLimitsOfAnyKind() {
        RateLimiter limiter = limiter(runtime, SHORT);
        // Batches of 1, 2, 4 and 8.
        for (int i = 0; i < 8; i++) {
            assertThat(limiter.tryAcquire(name).allowed()).isTrue();
        }
        await().untilAsserted(
                        () -> assertThat(limiter.peek(RateLimitRequest.of(name)).states())
                                .extracting(LimitState::remaining)
                                .containsOnly(CAPACITY - 8));
    }

    @Test
    void R12_aRefund_givesALeasedTokenBack() {
        RateLimiter limiter = limiter(runtime, LONG);
        Grant grant = new Grant("none", 1, "none", 0);
        for (int i = 0; i < 8; i++) {
            Decision.Allowed decision = (Decision.Allowed) limiter.tryAcquire(name);
            grant = decision.grant().orElseThrow();
        }
        for (int back = 0; back < 2; back++) {
            assertThat(limiter.peek(RateLimitRequest.of(name)).states())
                    .extracting(LimitState::remaining)
                    .containsOnly(CAPACITY - 15 + back);
            assertThat(limiter.refund(grant)).isTrue();
        }
    }

    @Test
    void R12_aServerThatForgets_admitsNoMoreThanTheLeasesBeside() {
        List<RateLimiter> limiters = threeLimiters(LONG);
        for (RateLimiter limiter : limiters) {
            for (int i = 0; i < BATCH; i++) {
                assertThat(limiter.tryAcquire(name).allowed()).isTrue();
            }
        }
        redis.keys("{ratelimit:" + name + "}*").forEach(redis::del);
        long taken = 0;
        for (RateLimiter limiter : limiters) {
            while (limiter.tryAcquire(name).allowed()) {
                taken++;
            }
        }
        // Each had used one of its last batch.
        assertThat(taken).isEqualTo(CAPACITY + limiters.size() * (BATCH - 1));
    }

    @Test
    void R12_aKilledServer_admitsNoMoreThanTheLeasesBeside() throws InterruptedException {
        client.assumeSockets();
        try (RedisServer server = RedisServer.start();
                PatternRuntime one = PatternRuntime.over(client.connect(server.port()));
                PatternRuntime two = PatternRuntime.over(client.connect(server.port()))) {
            List<RateLimiter> limiters = List.of(limiter(one, LONG), limiter(two, LONG), limiter(two, LONG));
            assertThat(takeAll(limiters, 13, 3)).isGreaterThan(12 * 13);
            server.kill();
            server.startAgain();
            long taken = takeAll(limiters, 10_000, 3);
            assertThat(taken).isBetween(CAPACITY - BATCH, CAPACITY + limiters.size() * BATCH);
        }
    }

    @Test
    void R12_denials_areTheServersAndMayBeKept() {
        RateLimiter limiter = RateLimiter.builder(runtime)
                .limits(new Gcra("rate", 1, Duration.ofSeconds(20), 10))
                .tokenLease(5, Duration.ofSeconds(2))
                .denyLocally(Duration.ofSeconds(20))
                .build();
        for (int i = 0; i < 10; i++) {
            assertThat(limiter.tryAcquire(name).allowed()).isTrue();
        }
        Decision.Limited denied = (Decision.Limited) limiter.tryAcquire(name);
        assertThat(denied.retryAfter()).isBetween(Duration.ofSeconds(10), Duration.ofSeconds(20));
        transport.takeCommands();
        Decision.Limited again = (Decision.Limited) limiter.tryAcquire(name);
        assertThat(again.retryAfter()).isLessThan(denied.retryAfter());
        assertThat(transport.takeCommands()).isEmpty();
        assertThat(events.count("ratelimit.limited")).isEqualTo(2);
    }
}
