package dev.spinel.patterns.jedis;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.lock.Lease;
import dev.spinel.patterns.lock.Locks;
import dev.spinel.patterns.queue.Message;
import dev.spinel.patterns.queue.WorkQueue;
import dev.spinel.patterns.ratelimit.Limit;
import dev.spinel.patterns.ratelimit.RateLimitRequest;
import dev.spinel.patterns.ratelimit.RateLimiter;
import dev.spinel.patterns.session.SessionStore;
import dev.spinel.patterns.testing.FaultProxy;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.RetryPolicy;
import dev.spinel.patterns.transport.TransportException;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.providers.ConnectionProvider;
import redis.clients.jedis.providers.PooledConnectionProvider;

/** Which thread waits for Jedis: here the executor refuses all work. And what is known of commands that Jedis could not send, or repeats. */
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

    @Test
    void anExecutorWithoutThreads_sendsNothing() {
        JedisTransport transport = JedisTransport.over(jedis, task -> {
            throw new OutOfMemoryError("unable to create native thread");
        });
        assertThat(transport.send(new Command("PING", List.of(), null)).toCompletableFuture())
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(TransportException.class, failure -> assertThat(failure.mayHaveRun())
                        .isFalse());
    }

    /** The thread that reads is the only one. */
    @Test
    void subscriptions_outliveErrorsOfConnections_andInterruptedListeners() {
        AtomicInteger connections = new AtomicInteger();
        List<String> heard = new CopyOnWriteArrayList<>();
        JedisTransport transport = JedisTransport.over(jedis, Runnable::run, () -> {
            if (connections.incrementAndGet() == 1) {
                throw new OutOfMemoryError("for the test");
            }
            return jedis.getPool().getResource();
        });
        RedisTransport.ChannelSession session = transport.openChannels(new RedisTransport.ChannelListener() {
            @Override
            public void message(String channel, String message) {
                heard.add(message);
                Thread.currentThread().interrupt();
            }

            @Override
            public void subscribed(String channel) {
                heard.add("subscribed");
            }
        });
        session.subscribe("c");
        await().until(() -> heard.equals(List.of("subscribed")));
        server.call("PUBLISH c one");
        await().until(() -> heard.contains("one"));
        server.call("CLIENT KILL TYPE pubsub");
        await().until(() -> heard.equals(List.of("subscribed", "one", "subscribed")));
        server.call("PUBLISH c two");
        await().until(() -> heard.contains("two"));
        session.close();
    }

    private static Command increment(String key) {
        byte[] raw = key.getBytes(UTF_8);
        return new Command("INCR", List.of(raw), raw, true);
    }

    private static JedisTransport over(UnifiedJedis client) {
        return JedisTransport.over(client, Runnable::run);
    }

    /** A client that repeats by itself, with a connection through the proxy that is open. */
    @SuppressWarnings("deprecation") // there is no other one without a cluster
    private static UnifiedJedis repeating(ConnectionProvider connections) {
        UnifiedJedis client = new UnifiedJedis(connections, 3, Duration.ofSeconds(2));
        client.ping();
        return client;
    }

    private static PooledConnectionProvider through(FaultProxy proxy) {
        return new PooledConnectionProvider(new HostAndPort("127.0.0.1", proxy.port()));
    }

    @Test
    void whatWasNotWritten_didNotRun() throws IOException {
        int nobody;
        try (FaultProxy closed = new FaultProxy(server.port())) {
            nobody = closed.port();
        }
        try (RedisClient client = RedisClient.builder()
                .hostAndPort(new HostAndPort("127.0.0.1", nobody))
                .build()) {
            assertOutcome(over(client).send(increment("refused")), false);
        }
    }

    @Test
    void whatHasNoReply_mayHaveRun() throws IOException {
        try (FaultProxy proxy = new FaultProxy(server.port());
                RedisClient client = RedisClient.builder()
                        .hostAndPort(new HostAndPort("127.0.0.1", proxy.port()))
                        .build()) {
            client.ping();
            proxy.loseReplies(1);
            assertOutcome(over(client).send(increment("lost")), true);
            assertThat(jedis.get("lost")).isEqualTo("1");
        }
    }

    @Test
    void whatJedisRepeated_hasAnUnknownOutcome() throws IOException {
        try (FaultProxy proxy = new FaultProxy(server.port());
                UnifiedJedis client = repeating(through(proxy))) {
            proxy.loseReplies(1);
            assertOutcome(over(client).send(increment("repeated")), true);
            assertThat(jedis.get("repeated")).isEqualTo("2");
            assertThat(over(client).send(increment("repeated"))).isCompletedWithValue(new Reply.Int(3));
        }
    }

    /** Jedis tells the failure of its last attempt, which did not reach anybody. */
    @Test
    void whatJedisCouldNotRepeat_mayHaveRun() throws IOException {
        try (FaultProxy proxy = new FaultProxy(server.port());
                PooledConnectionProvider pool = through(proxy);
                UnifiedJedis client = repeating(new ConnectionProvider() {
                    @Override
                    public Connection getConnection() {
                        if (proxy.repliesLost() > 0) {
                            throw new JedisConnectionException(new ConnectException("for the test"));
                        }
                        return pool.getConnection();
                    }

                    @Override
                    public Connection getConnection(CommandArguments arguments) {
                        return getConnection();
                    }

                    @Override
                    public void close() {}
                })) {
            proxy.loseReplies(1);
            assertOutcome(over(client).send(increment("not repeated")), true);
            assertThat(jedis.get("not repeated")).isEqualTo("1");
        }
    }

    @Test
    @SuppressWarnings("deprecation") // there is no other one that can be extended
    void whatEndsWithAnError_mayHaveRun() {
        HostAndPort address = new HostAndPort("127.0.0.1", server.port());
        try (UnifiedJedis client = new UnifiedJedis(new PooledConnectionProvider(address), 1, Duration.ofSeconds(2)) {
            @Override
            public Object executeCommand(CommandArguments arguments) {
                throw new StackOverflowError("for the test");
            }
        }) {
            assertOutcome(over(client).send(increment("error")), true);
        }
    }

    /** Hears what it is told, and fails each time. */
    private static RedisTransport.ChannelListener failing(List<String> heard) {
        return new RedisTransport.ChannelListener() {
            @Override
            public void message(String channel, String message) {
                heard.add(message);
                throw new AssertionError("for the test");
            }

            @Override
            public void subscribed(String channel) {
                heard.add('+' + channel);
                throw new IllegalStateException("for the test");
            }

            @Override
            public void refused(String channel, Throwable cause) {
                heard.add('!' + channel);
            }
        };
    }

    @Test
    void refusedChannels_andListenersThatFail_harmNeitherOtherChannels_norTheApplication() {
        server.call("ACL SETUSER app on >p ~* +@all resetchannels &a* &c");
        List<String> heard = new CopyOnWriteArrayList<>();
        try (RedisClient client = RedisClient.create("redis://app:p@127.0.0.1:" + server.port())) {
            client.set("k", "v");
            RedisTransport.ChannelSession session = over(client).openChannels(failing(heard));
            session.subscribe("b1");
            await().until(() -> heard.contains("!b1"));
            session.subscribe("a");
            await().until(() -> heard.contains("+a"));
            session.subscribe("b2");
            session.subscribe("a2");
            await().until(() -> heard.contains("!b2") && heard.contains("+a2"));
            session.unsubscribe("a2");
            session.unsubscribe("a");
            session.subscribe("c");
            await().until(() -> heard.contains("+c"));
            await().until(() -> jedis.publish("c", "m1") == 1 && heard.contains("m1"));
            assertThat(jedis.publish("c", "m2")).isOne();
            await().until(() -> heard.contains("m2"));
            for (int i = 0; i < 20; i++) {
                assertThat(client.get("k")).isEqualTo("v");
            }
            session.close();
            await().until(() -> jedis.publish("c", "m3") == 0);
            for (int i = 0; i < 20; i++) {
                assertThat(client.get("k")).isEqualTo("v");
            }
        }
    }

    @Test
    void aSupplierOfConnections_thatFails_isAskedAgain() {
        List<String> heard = new CopyOnWriteArrayList<>();
        AtomicInteger asked = new AtomicInteger();
        RedisTransport.ChannelSession session = JedisTransport.over(jedis, Runnable::run, () -> {
                    if (asked.incrementAndGet() == 1) {
                        throw new IllegalStateException("for the test");
                    }
                    return jedis.getPool().getResource();
                })
                .openChannels(failing(heard));
        session.subscribe("supplied");
        await().until(() -> heard.contains("+supplied"));
        session.close();
    }

    @Test
    void theLastChannelThatIsNotRefused_keepsTheConnection() {
        server.call("ACL SETUSER app on >p ~* +@all resetchannels &a &c");
        List<String> heard = new CopyOnWriteArrayList<>();
        try (RedisClient client = RedisClient.create("redis://app:p@127.0.0.1:" + server.port())) {
            AtomicInteger connections = new AtomicInteger();
            RedisTransport.ChannelSession session = JedisTransport.over(client, Runnable::run, () -> {
                        connections.incrementAndGet();
                        return client.getPool().getResource();
                    })
                    .openChannels(failing(heard));
            session.subscribe("a");
            await().until(() -> heard.contains("+a"));
            session.subscribe("b");
            await().until(() -> heard.contains("!b"));
            session.unsubscribe("a");
            session.subscribe("c");
            await().until(() -> heard.contains("+c"));
            await().until(() -> server.call("PUBSUB NUMSUB a").endsWith(":0\r\n"));
            assertThat(connections).hasValue(1);
            session.close();
        }
    }

    @Test
    void aChannelThatIsAskedForWhileTheConnectionEnds_isSubscribedOnTheNextOneOnly() {
        List<String> heard = new CopyOnWriteArrayList<>();
        AtomicReference<RedisTransport.ChannelSession> session = new AtomicReference<>();
        AtomicReference<Connection> first = new AtomicReference<>();
        session.set(JedisTransport.over(jedis, Runnable::run, () -> {
                    Connection made = new Connection(new HostAndPort("127.0.0.1", server.port())) {
                        @Override
                        public void close() {
                            super.close();
                            session.get().subscribe("later");
                        }
                    };
                    first.compareAndSet(null, made);
                    return made;
                })
                .openChannels(failing(heard)));
        session.get().subscribe("sooner");
        await().until(() -> heard.contains("+sooner"));
        first.get().disconnect();
        await().until(() -> heard.contains("+later"));
        assertThat(jedis.publish("later", "m")).isOne();
        session.get().close();
    }

    private static void assertOutcome(CompletionStage<Reply> reply, boolean mayHaveRun) {
        assertThat(reply.toCompletableFuture())
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(TransportException.class, failure -> assertThat(failure.mayHaveRun())
                        .isEqualTo(mayHaveRun));
    }
}
