package dev.spinel.patterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.ratelimit.Limit.Concurrency;
import dev.spinel.patterns.ratelimit.Limit.FixedWindow;
import dev.spinel.patterns.ratelimit.Limit.Gcra;
import dev.spinel.patterns.ratelimit.Limit.SlidingLog;
import dev.spinel.patterns.ratelimit.Limit.SlidingWindow;
import dev.spinel.patterns.ratelimit.Limit.TokenBucket;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecordingTransport;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of limit against its model, decision by decision, and against its bound under many clients. */
@Tag("redis-server")
class RateLimiterModelIT {
    private static final Duration LENGTH = Duration.ofMillis(Long.getLong("spinel.patterns.millisPerProperty", 1000));

    private static RedisServer server;
    private static RecordingTransport transport;
    private static PatternRuntime runtime;

    @BeforeAll
    static void start() {
        server = RedisServer.start();
        transport = new RecordingTransport(ClientKind.LETTUCE.connect(server.port()));
        runtime = PatternRuntime.builder(transport).ways(Way.SCRIPT).build();
    }

    @AfterAll
    static void stop() {
        runtime.close();
        server.close();
    }

    static Stream<Limit> limits() {
        return Stream.of(
                new Gcra("l", 10, Duration.ofMillis(50), 7),
                new Gcra("l", 3, Duration.ofMillis(30), 3),
                new TokenBucket("l", 3, Duration.ofMillis(20), 8),
                SlidingWindow.of("l", 12, Duration.ofMillis(40)),
                SlidingLog.of("l", 9, Duration.ofMillis(30)),
                FixedWindow.of("l", 10, Duration.ofMillis(30)),
                Concurrency.of("l", 9, Duration.ofMillis(30)));
    }

    @ParameterizedTest
    @MethodSource("limits")
    void R1_decisions_equalTheModel(Limit limit) {
        long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
        Random random = new Random(seed);
        RateLimiter limiter =
                RateLimiter.builder(runtime).name("model").limits(limit).build();
        LimitModel model = LimitModel.of(limit);
        String key = "k" + limit;
        long start = System.nanoTime();
        int granted = 0;
        int denied = 0;
        // A machine under load asks so seldom that little is denied.
        for (long passed = 0;
                passed < LENGTH.toNanos() || (Math.min(granted, denied) <= 3 && passed < 20 * LENGTH.toNanos());
                passed = System.nanoTime() - start) {
            long cost = random.nextInt(10) == 0 ? 1 + random.nextInt(12) : 1 + random.nextInt(3);
            RateLimitRequest request = RateLimitRequest.of(key).withCost(cost);
            boolean peek = random.nextInt(4) == 0;
            Decision decision = peek ? limiter.peek(request) : limiter.tryAcquire(request);
            long now = transport.lastReply().asItems().get(1).asLong();
            String context = "seed " + seed + ", cost " + cost + " at " + now + ": " + decision;

            model.decide(context, cost, now, peek, decision);

            granted += decision.allowed() ? 1 : 0;
            denied += decision.allowed() ? 0 : 1;
            LockSupport.parkNanos(random.nextInt(10) == 0 ? random.nextInt(60_000_000) : random.nextInt(4_000_000));
        }
        assertThat(granted).as("granted").isGreaterThan(3);
        assertThat(denied).as("denied").isGreaterThan(3);
    }

    static Stream<Limit> slowLimits() {
        return Stream.of(
                new Gcra("l", 10, Duration.ofMinutes(1), 7),
                new TokenBucket("l", 3, Duration.ofMinutes(1), 8),
                SlidingWindow.of("l", 12, Duration.ofMinutes(1)),
                SlidingLog.of("l", 9, Duration.ofMinutes(1)),
                FixedWindow.of("l", 10, Duration.ofMinutes(1)),
                Concurrency.of("l", 9, Duration.ofMinutes(1)));
    }

    /** By the clock that the decision was made by: a time to live would count from an earlier moment. */
    @ParameterizedTest
    @MethodSource("slowLimits")
    void aState_isKept_untilTheLimitIsWholeAgain(Limit limit) {
        RateLimiter limiter =
                RateLimiter.builder(runtime).name("kept").limits(limit).build();
        for (int i = 0; i < 20; i++) {
            String key = limit.getClass().getSimpleName() + i;

            Decision decision = limiter.tryAcquire(RateLimitRequest.of(key));

            String answer = server.call(
                    "EVAL \"return redis.call('PEXPIRETIME', redis.call('KEYS', '*kept*" + key + "*')[1])\" 0");
            long endMillis = Long.parseLong(answer.strip().substring(1));
            long now = transport.lastReply().asItems().get(1).asLong();
            long wholeMicros = now + micros(decision.binding().resetAfter());
            long wholeMillis = 1_577_836_800_000L + (wholeMicros + 999) / 1000;
            if (limit instanceof SlidingWindow) {
                assertThat(endMillis).isGreaterThan(wholeMillis); // until the window that counts half is over
            } else {
                assertThat(endMillis).isEqualTo(wholeMillis + 1);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("limits")
    void R2_manyClients_neverExceedTheBound(Limit limit) throws InterruptedException {
        RateLimiter limiter =
                RateLimiter.builder(runtime).name("bound").limits(limit).build();
        String key = "k" + limit;
        List<Grant> used = Collections.synchronizedList(new ArrayList<>());
        long end = System.nanoTime() + LENGTH.toNanos();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            Random random = new Random(i);
            threads.add(new Thread(() -> {
                while (System.nanoTime() < end) {
                    Decision decision =
                            limiter.tryAcquire(RateLimitRequest.of(key).withCost(1 + random.nextInt(2)));
                    if (decision instanceof Decision.Allowed allowed) {
                        Grant grant = allowed.grant().orElseThrow();
                        LockSupport.parkNanos(random.nextInt(3_000_000));
                        if (random.nextInt(4) == 0) {
                            limiter.refund(grant);
                        } else {
                            used.add(grant);
                        }
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        used.sort(Comparator.comparingLong(Grant::takenAtMicros));
        assertThat(used).hasSizeGreaterThan(15);
        for (int from = 0; from < used.size(); from++) {
            long sum = 0;
            for (int to = from; to < used.size(); to++) {
                sum += used.get(to).cost();
                long span = used.get(to).takenAtMicros() - used.get(from).takenAtMicros();
                assertThat(sum).isLessThanOrEqualTo(bound(limit, span));
            }
        }
    }

    /** What a limit admits at most between two grants that are so many microseconds apart. */
    private static long bound(Limit limit, long span) {
        if (limit instanceof Gcra gcra) {
            return gcra.burst() + span * gcra.count() / micros(gcra.period());
        } else if (limit instanceof TokenBucket bucket) {
            return bucket.capacity() + bucket.refill() * (1 + span / micros(bucket.period()));
        } else if (limit instanceof SlidingWindow window) {
            return window.count() * (2 + span / micros(window.period())) - 1;
        } else if (limit instanceof SlidingLog log) {
            return log.count() * (1 + span / micros(log.period()));
        } else if (limit instanceof FixedWindow window) {
            return window.count() * (2 + span / micros(window.period()));
        }
        Concurrency concurrency = (Concurrency) limit;
        return concurrency.count() * (1 + span / micros(concurrency.lease()));
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1000;
    }
}
