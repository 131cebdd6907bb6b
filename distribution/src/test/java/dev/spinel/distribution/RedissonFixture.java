package dev.spinel.distribution;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.redisson.Redisson;
import org.redisson.api.RScript;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.redisson.config.Protocol;
import redis.clients.jedis.Jedis;

/**
 * Two programs that use Redisson, in both protocols. One server serves all tests of a protocol; each test finds it empty.
 */
@ParameterizedClass
@EnumSource(Protocol.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class RedissonFixture {
    static final long PATIENCE_SECONDS = 10;
    static final int WATCHDOG_MILLIS = 900;

    @Parameter
    Protocol protocol;

    SpinelServer server;
    RedissonClient client;
    RedissonClient other;
    ExecutorService threads;

    @BeforeParameterizedClassInvocation
    void start() {
        server = SpinelServer.builder()
                .port(0)
                .directive("notify-keyspace-events", "KEA")
                .start();
        client = connect();
        other = connect();
        threads = Executors.newCachedThreadPool();
    }

    @AfterParameterizedClassInvocation
    void stop() {
        threads.shutdownNow();
        shutdown(other);
        shutdown(client);
        server.close();
    }

    @BeforeEach
    void empty() {
        client.getKeys().flushall();
    }

    RedissonClient connect() {
        Config config = new Config();
        config.setProtocol(protocol)
                .setThreads(4)
                .setNettyThreads(2)
                .setLockWatchdogTimeout(WATCHDOG_MILLIS)
                .setMinCleanUpDelay(1);
        config.useSingleServer()
                .setAddress("redis://127.0.0.1:" + server.port())
                .setConnectionMinimumIdleSize(2)
                .setConnectionPoolSize(24);
        return Redisson.create(config);
    }

    static void shutdown(RedissonClient client) {
        client.shutdown(0, 100, TimeUnit.MILLISECONDS);
    }

    <T> CompletableFuture<T> inBackground(Callable<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                result.complete(action.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    static <T> T valueOf(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    static <T> T next(BlockingQueue<T> received) throws InterruptedException {
        return received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    static ConditionFactory await() {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5));
    }

    /** Waits until so many subscriptions have arrived at the server: Redisson subscribes on its own time. */
    void awaitSubscribers(String channel, long count) {
        await().until(() -> client.getTopic(channel).countSubscribers() == count);
    }

    /** Waits until so many clients are blocked in a command. */
    void awaitBlocked(String command, int count) {
        try (Jedis observer = new Jedis("127.0.0.1", server.port())) {
            await().until(() -> observer.clientList()
                            .lines()
                            .filter(line -> line.contains(" flags=b ") && line.contains(" cmd=" + command + " "))
                            .count()
                    == count);
        }
    }

    String info(String section) {
        return client.getScript(StringCodec.INSTANCE)
                .eval(RScript.Mode.READ_ONLY, "return redis.call('INFO', '" + section + "')", RScript.ReturnType.VALUE);
    }
}
