package dev.spinel.patterns.jedis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.patterns.lock.Lease;
import dev.spinel.patterns.lock.Locks;
import dev.spinel.patterns.queue.Message;
import dev.spinel.patterns.queue.WorkQueue;
import dev.spinel.patterns.ratelimit.Limit;
import dev.spinel.patterns.ratelimit.RateLimitRequest;
import dev.spinel.patterns.ratelimit.RateLimiter;
import dev.spinel.patterns.session.SessionStore;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RetryPolicy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;

/** Which thread waits for Jedis: here the executor refuses all work. */
@Tag("redis-server")
class JedisTransportIT {
    private static RedisServer server;
    private static RedisClient jedis;
    private static PatternRuntime runtime;

    @BeforeAll
    static void start() {
        server = RedisServer.start();
        jedis = RedisClient.builder()
                .hostAndPort(new HostAndPort("127.0.0.1", server.port()))
                .build();
        runtime = PatternRuntime.builder(JedisTransport.over(jedis, task -> {
                    throw new RejectedExecutionException("no thread is left");
                }))
                .retryPolicy(new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1)))
                .build();
    }

    @AfterAll
    static void stop() {
        runtime.close();
        jedis.close();
        server.close();
    }

    @Test
    void syncForms_runInTheThreadThatCalls() throws InterruptedException {
        Lease lease = Locks.over(runtime).lock("lock").acquire();
        assertThat(lease.isValid()).isTrue();
        lease.release();

        RateLimiter limiter = RateLimiter.builder(runtime)
                .limits(Limit.Gcra.of("g", 1, Duration.ofHours(1)))
                .build();
        assertThat(limiter.tryAcquire("k").allowed()).isTrue();
        assertThat(limiter.tryAcquire("k").allowed()).isFalse();

        WorkQueue queue = WorkQueue.builder(runtime, "queue").build();
        queue.enqueue(Message.of("body"));
        assertThat(queue.exchange(List.of(), 1).deliveries()).hasSize(1);
    }

    @Test
    void asyncForms_andFormsThatSendSeveralCommandsAtOnce_runOnTheExecutor() {
        RateLimiter limiter = RateLimiter.builder(runtime)
                .limits(Limit.Gcra.of("g", 1, Duration.ofHours(1)))
                .build();
        assertThat(limiter.tryAcquireAsync(RateLimitRequest.of("async")).toCompletableFuture())
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .withCauseInstanceOf(PatternException.Unavailable.class)
                .withStackTraceContaining("no thread is left");
        SessionStore<String> sessions =
                SessionStore.builder(runtime, "sessions", Codec.utf8()).build();
        assertThatThrownBy(() -> sessions.findByPrincipal("nobody")).isInstanceOf(PatternException.Unavailable.class);
    }
}
