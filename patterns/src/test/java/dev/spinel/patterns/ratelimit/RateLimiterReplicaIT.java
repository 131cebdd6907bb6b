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
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What becomes of limits when the server fails over to its replica. */
@Tag("redis-server")
class RateLimiterReplicaIT {
    private static final int STEPS = 300;
    /** No key goes meanwhile, and no window ends. */
    private static final Duration HOUR = Duration.ofHours(1);

    private static final Duration WINDOW = Duration.ofDays(3000);

    /** About as much is taken in {@link #STEPS} before the failover and after it as fits. */
    private static final List<Limit> LIMITS = List.of(
            new Gcra("l", 1000, HOUR, 150),
            new TokenBucket("l", 100, HOUR, 150),
            SlidingWindow.of("l", 150, WINDOW),
            SlidingLog.of("l", 150, HOUR),
            FixedWindow.of("l", 150, WINDOW),
            Concurrency.of("l", 150, HOUR));

    private final long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final Map<Limit, LimitModel> models = new LinkedHashMap<>();

    @Test
    void R13_aPromotedReplica_decidesAsThePrimaryWouldHave() {
        LIMITS.forEach(limit -> models.put(limit, LimitModel.of(limit)));
        RateLimitRequest once = RateLimitRequest.of("key of its own").withId("asked twice");
        try (RedisServer primary = RedisServer.start("--repl-diskless-sync-delay", "0")) {
            primary.assumeReplication();
            try (RedisServer replica = RedisServer.startReplicaOf(primary.port())) {
                Decision before = decide(primary, once);
                long replicas = withCommands(primary, redis -> {
                    redis.set("the last write", "");
                    return redis.waitForReplication(1, 10_000);
                });
                assertThat(replicas).isOne();
                assertThat(dump(replica)).isEqualTo(dump(primary)).hasSizeGreaterThan(LIMITS.size());
                primary.kill();
                assertThat(replica.call("REPLICAOF NO ONE")).startsWith("+OK");
                assertThat(decide(replica, once)).isEqualTo(before);
            }
        }
    }

    /** Takes from all limits at random, as their models do, and then once. */
    private Decision decide(RedisServer server, RateLimitRequest once) {
        RecordingTransport transport = new RecordingTransport(ClientKind.LETTUCE.connect(server.port()));
        try (PatternRuntime runtime =
                PatternRuntime.builder(transport).ways(Way.SCRIPT).build()) {
            for (int step = 0; step < STEPS; step++) {
                Limit limit = LIMITS.get(step % LIMITS.size());
                long cost = 1 + random.nextInt(3);
                RateLimitRequest request =
                        RateLimitRequest.of(limit.getClass().getSimpleName()).withCost(cost);
                Decision decision = limiter(runtime, limit).tryAcquire(request);
                long now = transport.lastReply().asItems().get(1).asLong();
                String context = "seed " + seed + ", step " + step + ", cost " + cost + " at " + now + ": " + decision;
                models.get(limit).decide(context, cost, now, false, decision);
            }
            return limiter(runtime, SlidingLog.of("l", 5, HOUR)).tryAcquire(once);
        }
    }

    private static RateLimiter limiter(PatternRuntime runtime, Limit limit) {
        return RateLimiter.builder(runtime).limits(limit).rememberFor(HOUR).build();
    }

    /** All keys as they are kept. */
    private static Map<String, String> dump(RedisServer server) {
        return withCommands(server, redis -> {
            Map<String, String> dumped = new HashMap<>();
            for (String key : redis.keys("*")) {
                dumped.put(key, HexFormat.of().formatHex(redis.dump(key)));
            }
            return dumped;
        });
    }

    private static <T> T withCommands(RedisServer server, Function<RedisCommands<String, String>, T> use) {
        RedisClient inspector = RedisClient.create(server.uri());
        try {
            return use.apply(inspector.connect().sync());
        } finally {
            inspector.shutdown();
        }
    }
}
