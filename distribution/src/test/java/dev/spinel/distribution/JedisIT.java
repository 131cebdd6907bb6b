package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.AbstractTransaction;
import redis.clients.jedis.Connection;
import redis.clients.jedis.ConnectionPoolConfig;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.JedisShardedPubSub;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisProtocol;
import redis.clients.jedis.Response;
import redis.clients.jedis.args.ExpiryOption;
import redis.clients.jedis.args.ListDirection;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.HGetExParams;
import redis.clients.jedis.params.HSetExParams;
import redis.clients.jedis.params.ScanParams;
import redis.clients.jedis.params.ZRangeParams;
import redis.clients.jedis.resps.ScanResult;
import redis.clients.jedis.resps.Tuple;

/** What a program that uses Jedis sees, in both protocols. */
@ParameterizedClass
@EnumSource(
        value = RedisProtocol.class,
        names = {"RESP2", "RESP3"})
class JedisIT {
    private static final long PATIENCE_SECONDS = 10;

    private final DefaultJedisClientConfig config;
    private SpinelServer server;
    private RedisClient client;

    JedisIT(RedisProtocol protocol) {
        config = DefaultJedisClientConfig.builder().protocol(protocol).build();
    }

    @BeforeEach
    void start() {
        server = SpinelServer.builder().port(0).start();
        client = newClient(new ConnectionPoolConfig());
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private RedisClient newClient(ConnectionPoolConfig pool) {
        return RedisClient.builder()
                .hostAndPort(address())
                .clientConfig(config)
                .poolConfig(pool)
                .build();
    }

    private HostAndPort address() {
        return new HostAndPort("127.0.0.1", server.port());
    }

    @Nested
    class Examples {
        @Test
        void string_isReadBack() {
            assertThat(client.set("user:100", "John Doe")).isEqualTo("OK");
            assertThat(client.get("user:100")).isEqualTo("John Doe");
        }

        @Test
        void binaryString_isReadBackByteByByte() {
            byte[] key = {0, -1, '\r', '\n'};
            byte[] value = {(byte) 0xff, 0, 13, 10, 0};

            client.set(key, value);

            assertThat(client.get(key)).isEqualTo(value);
        }

        @Test
        void list_isAQueue() {
            assertThat(client.lpush("tasks", "process_image", "send_mail")).isEqualTo(2);
            assertThat(client.rpop("tasks")).isEqualTo("process_image");
            assertThat(client.lrange("tasks", 0, -1)).containsExactly("send_mail");
            assertThat(client.lmove("tasks", "done", ListDirection.LEFT, ListDirection.RIGHT))
                    .isEqualTo("send_mail");
        }

        @Test
        void hash_isAnObject() {
            assertThat(client.hset("user:100", Map.of("name", "Alice", "email", "alice@example.com")))
                    .isEqualTo(2);
            assertThat(client.hgetAll("user:100"))
                    .containsExactlyInAnyOrderEntriesOf(Map.of("name", "Alice", "email", "alice@example.com"));
        }

        @Test
        void sets_intersectUniteAndDiffer() {
            client.sadd("tags", "golang", "redis", "backend");
            client.sadd("liked", "redis", "java");

            assertThat(client.sinter("tags", "liked")).containsExactly("redis");
            assertThat(client.sunion("tags", "liked")).containsExactlyInAnyOrder("golang", "redis", "backend", "java");
            assertThat(client.sdiff("tags", "liked")).containsExactlyInAnyOrder("golang", "backend");
        }

        @Test
        void sortedSet_isALeaderboard() {
            client.zadd("highscores", 1500, "PlayerOne");
            client.zadd("highscores", 1700.5, "PlayerTwo");

            assertThat(client.zrangeWithScores(
                            "highscores", ZRangeParams.zrangeParams(0, 10).rev()))
                    .containsExactly(new Tuple("PlayerTwo", 1700.5), new Tuple("PlayerOne", 1500.0));
            assertThat(client.zrevrank("highscores", "PlayerOne")).isEqualTo(1);
            assertThat(client.zscore("highscores", "PlayerTwo")).isEqualTo(1700.5);
        }

        @Test
        void key_livesForAsLongAsItWasTold() {
            client.set("session:user:123", "token");

            assertThat(client.expire("session:user:123", 3600)).isEqualTo(1);
            assertThat(client.ttl("session:user:123")).isBetween(3590L, 3600L);
            client.pexpire("session:user:123", 1);
            Awaitility.await().until(() -> !client.exists("session:user:123"));
        }

        @Test
        void counter_countsAndRefusesText() {
            assertThat(client.incr("page_views:home_page")).isEqualTo(1);
            assertThat(client.incrBy("page_views:home_page", 41)).isEqualTo(42);
            client.set("text", "abc");
            assertThatThrownBy(() -> client.incr("text"))
                    .isInstanceOf(JedisDataException.class)
                    .hasMessage("ERR value is not an integer or out of range");
        }
    }

    @Nested
    class SeveralCommands {
        @Test
        void pipeline_answersEachCommandInOrder() {
            List<Response<Long>> responses = new ArrayList<>();
            try (Pipeline pipeline = client.pipelined()) {
                for (int i = 0; i < 10_000; i++) {
                    responses.add(pipeline.incr("counter"));
                }
                pipeline.sync();
            }

            for (int i = 0; i < responses.size(); i++) {
                assertThat(responses.get(i).get()).isEqualTo(i + 1L);
            }
        }

        @Test
        void transaction_answersAllAtOnce() {
            try (AbstractTransaction transaction = client.multi()) {
                Response<Long> pushed = transaction.rpush("list", "a", "b");
                Response<List<String>> range = transaction.lrange("list", 0, -1);

                assertThat(transaction.exec()).hasSize(2);
                assertThat(pushed.get()).isEqualTo(2);
                assertThat(range.get()).containsExactly("a", "b");
            }
        }

        @Test
        void transaction_failsWhenAWatchedKeyChanged() {
            try (AbstractTransaction transaction = client.transaction(false)) {
                transaction.watch("balance");
                client.set("balance", "7");
                transaction.multi();
                transaction.set("balance", "8");

                assertThat(transaction.exec()).isNull();
            }
            assertThat(client.get("balance")).isEqualTo("7");
        }

        @Test
        void discardedTransaction_changesNothing() {
            try (AbstractTransaction transaction = client.multi()) {
                transaction.set("key", "value");

                assertThat(transaction.discard()).isEqualTo("OK");
            }
            assertThat(client.exists("key")).isFalse();
        }
    }

    @Nested
    class Blocking {
        @Test
        void blpop_waitsForAPush() {
            CompletableFuture<List<String>> popped =
                    CompletableFuture.supplyAsync(() -> client.blpop((int) PATIENCE_SECONDS, "first", "second"));
            awaitBlockedClients(1);

            client.rpush("second", "element");

            assertThat(popped)
                    .succeedsWithin(PATIENCE_SECONDS, TimeUnit.SECONDS)
                    .isEqualTo(List.of("second", "element"));
        }

        @Test
        void bzpopmin_answersKeyMemberAndScore() {
            client.zadd("scores", 1.25, "member");

            assertThat(client.bzpopmin(1, "scores").getValue()).isEqualTo(new Tuple("member", 1.25));
        }

        @Test
        void blpop_givesUpAfterItsTimeout() {
            assertThat(client.blpop(0.05, "empty")).isNull();
        }

        private void awaitBlockedClients(int count) {
            Awaitility.await().until(() -> client.info("clients").contains("blocked_clients:" + count + "\r\n"));
        }
    }

    @Nested
    class PubSub {
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

        @Test
        void subscriber_receivesFromChannelsAndPatterns() throws Exception {
            CountDownLatch ready = new CountDownLatch(2);
            JedisPubSub subscriber = new JedisPubSub() {
                @Override
                public void onSubscribe(String channel, int count) {
                    ready.countDown();
                    psubscribeOnce();
                }

                private void psubscribeOnce() {
                    psubscribe("news.*");
                }

                @Override
                public void onPSubscribe(String pattern, int count) {
                    ready.countDown();
                }

                @Override
                public void onMessage(String channel, String message) {
                    received.add(channel + " " + message);
                }

                @Override
                public void onPMessage(String pattern, String channel, String message) {
                    received.add(pattern + " " + channel + " " + message);
                }
            };
            CompletableFuture<Void> listening =
                    CompletableFuture.runAsync(() -> client.subscribe(subscriber, "channel"));
            assertThat(ready.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

            assertThat(client.publish("channel", "hello")).isEqualTo(1);
            assertThat(client.publish("news.sport", "goal")).isEqualTo(1);
            assertThat(client.publish("other", "nobody")).isZero();

            assertThat(received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("channel hello");
            assertThat(received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("news.* news.sport goal");
            subscriber.unsubscribe();
            subscriber.punsubscribe();
            assertThat(listening).succeedsWithin(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        @Test
        void keyEvents_tellWhatHappenedToAKey() throws Exception {
            client.configSet("notify-keyspace-events", "KEA");
            CountDownLatch ready = new CountDownLatch(1);
            JedisPubSub subscriber = new JedisPubSub() {
                @Override
                public void onPSubscribe(String pattern, int count) {
                    ready.countDown();
                }

                @Override
                public void onPMessage(String pattern, String channel, String message) {
                    received.add(channel + " " + message);
                }
            };
            CompletableFuture<Void> listening =
                    CompletableFuture.runAsync(() -> client.psubscribe(subscriber, "__key*__:*"));
            assertThat(ready.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

            client.set("key", "value");
            client.del("key");

            for (String expected : List.of(
                    "__keyspace@0__:key set",
                    "__keyevent@0__:set key",
                    "__keyspace@0__:key del",
                    "__keyevent@0__:del key")) {
                assertThat(received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo(expected);
            }
            subscriber.punsubscribe();
            assertThat(listening).succeedsWithin(PATIENCE_SECONDS, TimeUnit.SECONDS);
        }

        @Test
        void shardChannel_reachesItsSubscribers() throws Exception {
            CountDownLatch ready = new CountDownLatch(1);
            JedisShardedPubSub subscriber = new JedisShardedPubSub() {
                @Override
                public void onSSubscribe(String channel, int count) {
                    ready.countDown();
                }

                @Override
                public void onSMessage(String channel, String message) {
                    received.add(channel + " " + message);
                }
            };
            try (Connection connection = new Connection(address(), config)) {
                CompletableFuture<Void> listening =
                        CompletableFuture.runAsync(() -> subscriber.proceed(connection, "shard"));
                assertThat(ready.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();

                try (Connection publisher = new Connection(address(), config)) {
                    publisher.sendCommand(Protocol.Command.SPUBLISH, "shard", "message");
                    assertThat(publisher.getIntegerReply()).isEqualTo(1);
                }

                assertThat(received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("shard message");
                subscriber.sunsubscribe();
                assertThat(listening).succeedsWithin(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        }
    }

    @Nested
    class Scanning {
        @Test
        void scan_findsEachKey() {
            Set<String> expected = new HashSet<>();
            try (Pipeline pipeline = client.pipelined()) {
                for (int i = 0; i < 5000; i++) {
                    pipeline.set("key:" + i, "value");
                    expected.add("key:" + i);
                }
            }
            Set<String> found = new HashSet<>();
            String cursor = ScanParams.SCAN_POINTER_START;
            do {
                ScanResult<String> result =
                        client.scan(cursor, new ScanParams().match("key:*").count(100));
                found.addAll(result.getResult());
                cursor = result.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));

            assertThat(found).isEqualTo(expected);
        }

        @Test
        void hscan_findsEachField() {
            for (int i = 0; i < 1000; i++) {
                client.hset("hash", "field:" + i, "value:" + i);
            }
            Set<String> found = new HashSet<>();
            String cursor = ScanParams.SCAN_POINTER_START;
            do {
                ScanResult<Map.Entry<String, String>> result = client.hscan("hash", cursor, new ScanParams().count(50));
                result.getResult().forEach(entry -> {
                    assertThat(entry.getValue()).isEqualTo(entry.getKey().replace("field", "value"));
                    found.add(entry.getKey());
                });
                cursor = result.getCursor();
            } while (!cursor.equals(ScanParams.SCAN_POINTER_START));

            assertThat(found).hasSize(1000);
        }
    }

    @Nested
    class Connections {
        @Test
        void pool_servesMoreThreadsThanItHasConnections() {
            ConnectionPoolConfig pool = new ConnectionPoolConfig();
            pool.setMaxTotal(4);
            try (RedisClient pooled = newClient(pool)) {
                List<CompletableFuture<Void>> workers = new ArrayList<>();
                for (int i = 0; i < 16; i++) {
                    workers.add(CompletableFuture.runAsync(() -> {
                        for (int j = 0; j < 250; j++) {
                            pooled.incr("shared");
                        }
                    }));
                }

                assertThat(CompletableFuture.allOf(workers.toArray(CompletableFuture[]::new)))
                        .succeedsWithin(3 * PATIENCE_SECONDS, TimeUnit.SECONDS);
                assertThat(pooled.get("shared")).isEqualTo("4000");
                assertThat(pooled.getPool().getNumActive()).isZero();
            }
        }

        @Test
        void pool_reconnectsWhenTheServerIsBack() {
            ConnectionPoolConfig pool = new ConnectionPoolConfig();
            pool.setTestOnBorrow(true);
            try (RedisClient pooled = newClient(pool)) {
                pooled.set("key", "value");
                int port = server.port();
                server.close();
                server = SpinelServer.builder().port(port).start();

                assertThat(pooled.get("key")).isNull();
                assertThat(pooled.set("key", "again")).isEqualTo("OK");
            }
        }

        @Test
        void database_isPerConnection() {
            try (Jedis first = new Jedis(address(), config);
                    Jedis second = new Jedis(address(), config)) {
                first.select(3);
                first.set("key", "in three");

                assertThat(second.get("key")).isNull();
                second.select(3);
                assertThat(second.get("key")).isEqualTo("in three");
            }
        }
    }

    @Nested
    class FieldsThatExpire {
        @Test
        void timesToLive_areSetReadAndRemoved() {
            client.hset("h", Map.of("a", "1", "b", "2", "c", "3"));
            assertThat(client.hexpire("h", 100, "a", "x")).containsExactly(1L, -2L);
            assertThat(client.hpexpire("h", 100_000, ExpiryOption.NX, "a", "b")).containsExactly(0L, 1L);
            assertThat(client.httl("h", "a", "b", "c", "x")).containsExactly(100L, 100L, -1L, -2L);
            assertThat(client.hpttl("h", "a").get(0)).isBetween(90_000L, 100_000L);
            assertThat(client.hpexpireTime("h", "a").get(0)).isGreaterThan(System.currentTimeMillis());
            assertThat(client.hpersist("h", "a", "c", "x")).containsExactly(1L, -1L, -2L);
            assertThat(client.hexpireAt("h", 1, "c")).containsExactly(2L);
            assertThat(client.hgetAll("h")).containsOnlyKeys("a", "b");
        }

        @Test
        void getAndSet_withTimesToLive() {
            assertThat(client.hsetex("h", HSetExParams.hSetExParams().ex(100), Map.of("a", "1", "b", "2")))
                    .isEqualTo(1);
            assertThat(client.hsetex("h", HSetExParams.hSetExParams().fnx(), "a", "9"))
                    .isZero();
            assertThat(client.hgetex("h", HGetExParams.hGetExParams().persist(), "a", "x"))
                    .containsExactly("1", null);
            assertThat(client.httl("h", "a", "b")).containsExactly(-1L, 100L);
            assertThat(client.hgetdel("h", "a", "b")).containsExactly("1", "2");
            assertThat(client.exists("h")).isFalse();
        }

        @Test
        void fieldThatIsOver_isGone() {
            client.hset("h", Map.of("a", "1", "b", "2"));
            client.hpexpire("h", 20, "a");
            Awaitility.await().until(() -> !client.hexists("h", "a"));
            assertThat(client.hgetAll("h")).containsOnlyKeys("b");
        }
    }
}
