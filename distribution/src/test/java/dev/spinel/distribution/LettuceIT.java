package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ExpireArgs;
import io.lettuce.core.HGetExArgs;
import io.lettuce.core.HSetExArgs;
import io.lettuce.core.KeyValue;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanIterator;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a program that uses Lettuce sees, in both protocols. */
@ParameterizedClass
@EnumSource(
        value = ProtocolVersion.class,
        names = {"RESP2", "RESP3"})
class LettuceIT {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final ProtocolVersion protocol;
    private SpinelServer server;
    private RedisClient client;
    private StatefulRedisConnection<String, String> connection;
    private RedisCommands<String, String> commands;

    LettuceIT(ProtocolVersion protocol) {
        this.protocol = protocol;
    }

    @BeforeEach
    void start() {
        server = SpinelServer.builder().port(0).start();
        client = RedisClient.create(RedisURI.builder()
                .withHost("127.0.0.1")
                .withPort(server.port())
                .withTimeout(PATIENCE)
                .build());
        client.setOptions(ClientOptions.builder().protocolVersion(protocol).build());
        connection = client.connect();
        commands = connection.sync();
    }

    @AfterEach
    void stop() {
        connection.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
        server.close();
    }

    @Nested
    class Examples {
        @Test
        void string_isReadBack() {
            assertThat(commands.set("user:100", "John Doe")).isEqualTo("OK");
            assertThat(commands.get("user:100")).isEqualTo("John Doe");
            assertThat(commands.get("user:101")).isNull();
        }

        @Test
        void list_isAQueue() {
            assertThat(commands.lpush("tasks", "process_image", "send_mail")).isEqualTo(2);
            assertThat(commands.rpop("tasks")).isEqualTo("process_image");
            assertThat(commands.lrange("tasks", 0, -1)).containsExactly("send_mail");
        }

        @Test
        void hash_isAnObject() {
            commands.hset("user:100", Map.of("name", "Alice", "email", "alice@example.com"));

            assertThat(commands.hgetall("user:100"))
                    .containsExactlyInAnyOrderEntriesOf(Map.of("name", "Alice", "email", "alice@example.com"));
            assertThat(commands.hmget("user:100", "name", "absent"))
                    .containsExactly(KeyValue.just("name", "Alice"), KeyValue.empty("absent"));
        }

        @Test
        void sets_intersectUniteAndDiffer() {
            commands.sadd("tags", "golang", "redis", "backend");
            commands.sadd("liked", "redis", "java");

            assertThat(commands.sinter("tags", "liked")).containsExactly("redis");
            assertThat(commands.sunion("tags", "liked"))
                    .containsExactlyInAnyOrder("golang", "redis", "backend", "java");
            assertThat(commands.sdiff("tags", "liked")).containsExactlyInAnyOrder("golang", "backend");
        }

        @Test
        void sortedSet_isALeaderboard() {
            commands.zadd("highscores", 1500, "PlayerOne");
            commands.zadd("highscores", 1700.5, "PlayerTwo");

            assertThat(commands.zrevrangeWithScores("highscores", 0, 10))
                    .containsExactly(ScoredValue.just(1700.5, "PlayerTwo"), ScoredValue.just(1500, "PlayerOne"));
            assertThat(commands.zrangebyscore("highscores", Range.create(0, 1600), Limit.from(10)))
                    .containsExactly("PlayerOne");
        }

        @Test
        void key_livesForAsLongAsItWasTold() {
            commands.set("session:user:123", "token");

            assertThat(commands.expire("session:user:123", 3600)).isTrue();
            assertThat(commands.ttl("session:user:123")).isBetween(3590L, 3600L);
        }

        @Test
        void counter_countsAndRefusesText() {
            assertThat(commands.incr("page_views:home_page")).isEqualTo(1);
            commands.set("text", "abc");
            assertThatThrownBy(() -> commands.incr("text"))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessage("ERR value is not an integer or out of range");
        }
    }

    @Nested
    class SeveralCommands {
        @Test
        void pipeline_answersEachCommandInOrder() {
            RedisAsyncCommands<String, String> async = connection.async();
            connection.setAutoFlushCommands(false);
            List<RedisFuture<Long>> futures = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                futures.add(async.incr("counter"));
            }
            connection.flushCommands();
            connection.setAutoFlushCommands(true);

            for (int i = 0; i < futures.size(); i++) {
                assertThat(futures.get(i).toCompletableFuture())
                        .succeedsWithin(PATIENCE)
                        .isEqualTo(i + 1L);
            }
        }

        @Test
        void transaction_answersAllAtOnce() {
            commands.multi();
            commands.rpush("list", "a", "b");
            commands.lrange("list", 0, -1);

            TransactionResult result = commands.exec();

            assertThat(result.<Object>get(0)).isEqualTo(2L);
            assertThat(result.<Object>get(1)).isEqualTo(List.of("a", "b"));
        }

        @Test
        void transaction_failsWhenAWatchedKeyChanged() {
            commands.watch("balance");
            try (StatefulRedisConnection<String, String> other = client.connect()) {
                other.sync().set("balance", "7");
            }
            commands.multi();
            commands.set("balance", "8");

            assertThat(commands.exec().wasDiscarded()).isTrue();
            assertThat(commands.get("balance")).isEqualTo("7");
        }
    }

    @Nested
    class Blocking {
        @Test
        void blpop_waitsForAPush() {
            try (StatefulRedisConnection<String, String> waiting = client.connect()) {
                RedisFuture<KeyValue<String, String>> popped = waiting.async().blpop(10, "first", "second");
                Awaitility.await().until(() -> commands.info("clients").contains("blocked_clients:1\r\n"));

                commands.rpush("second", "element");

                assertThat(popped.toCompletableFuture())
                        .succeedsWithin(PATIENCE)
                        .isEqualTo(KeyValue.just("second", "element"));
            }
        }

        @Test
        void bzpopmin_answersKeyMemberAndScore() {
            commands.zadd("scores", 1.25, "member");

            assertThat(commands.bzpopmin(1, "scores"))
                    .isEqualTo(KeyValue.just("scores", ScoredValue.just(1.25, "member")));
        }

        @Test
        void blpop_givesUpAfterItsTimeout() {
            assertThat(commands.blpop(0.05, "empty")).isNull();
        }
    }

    @Nested
    class PubSub {
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();
        private StatefulRedisPubSubConnection<String, String> subscriber;

        @BeforeEach
        void listen() {
            subscriber = client.connectPubSub();
            subscriber.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    received.add(channel + " " + message);
                }

                @Override
                public void message(String pattern, String channel, String message) {
                    received.add(pattern + " " + channel + " " + message);
                }

                @Override
                public void smessage(String shardChannel, String message) {
                    received.add(shardChannel + " " + message);
                }
            });
        }

        @AfterEach
        void close() {
            subscriber.close();
        }

        @Test
        void subscriber_receivesFromChannelsAndPatterns() throws InterruptedException {
            subscriber.sync().subscribe("channel");
            subscriber.sync().psubscribe("news.*");

            assertThat(commands.publish("channel", "hello")).isEqualTo(1);
            assertThat(commands.publish("news.sport", "goal")).isEqualTo(1);
            assertThat(commands.publish("other", "nobody")).isZero();

            assertThat(next()).isEqualTo("channel hello");
            assertThat(next()).isEqualTo("news.* news.sport goal");
            subscriber.sync().unsubscribe("channel");
            assertThat(commands.publish("channel", "hello")).isZero();
        }

        @Test
        void keyEvents_tellWhatHappenedToAKey() throws InterruptedException {
            commands.configSet("notify-keyspace-events", "KEA");
            subscriber.sync().psubscribe("__key*__:*");

            commands.lpush("list", "element");
            commands.lpop("list");

            assertThat(next()).endsWith("__keyspace@0__:list lpush");
            assertThat(next()).endsWith("__keyevent@0__:lpush list");
            assertThat(next()).endsWith("__keyspace@0__:list lpop");
            assertThat(next()).endsWith("__keyevent@0__:lpop list");
            assertThat(next()).endsWith("__keyspace@0__:list del");
            assertThat(next()).endsWith("__keyevent@0__:del list");
        }

        @Test
        void shardChannel_reachesItsSubscribers() throws InterruptedException {
            subscriber.sync().ssubscribe("shard");

            assertThat(commands.spublish("shard", "message")).isEqualTo(1);

            assertThat(next()).isEqualTo("shard message");
        }

        private String next() throws InterruptedException {
            return received.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Nested
    class Scanning {
        @Test
        void iterators_findEverything() {
            for (int i = 0; i < 1000; i++) {
                commands.sadd("set", "member:" + i);
                commands.zadd("scores", i, "member:" + i);
                commands.hset("hash", "field:" + i, "value");
            }

            assertThat(ScanIterator.sscan(commands, "set", ScanArgs.Builder.limit(50)).stream()
                            .distinct())
                    .hasSize(1000);
            assertThat(ScanIterator.zscan(commands, "scores").stream().distinct())
                    .hasSize(1000);
            assertThat(ScanIterator.hscan(commands, "hash").stream().distinct()).hasSize(1000);
            assertThat(ScanIterator.scan(commands).stream()).containsExactlyInAnyOrder("set", "scores", "hash");
        }
    }

    @Nested
    class Connections {
        @Test
        void client_reconnectsWhenTheServerIsBack() {
            commands.set("key", "value");
            int port = server.port();
            server.close();
            server = SpinelServer.builder().port(port).start();

            Awaitility.await().atMost(PATIENCE).ignoreExceptions().untilAsserted(() -> assertThat(
                            commands.set("key", "again"))
                    .isEqualTo("OK"));
            assertThat(commands.get("key")).isEqualTo("again");
        }

        @Test
        void subscriptions_surviveAReconnect() throws InterruptedException {
            BlockingQueue<String> received = new LinkedBlockingQueue<>();
            try (StatefulRedisPubSubConnection<String, String> subscriber = client.connectPubSub()) {
                subscriber.addListener(new RedisPubSubAdapter<>() {
                    @Override
                    public void message(String channel, String message) {
                        received.add(message);
                    }
                });
                subscriber.sync().subscribe("channel");
                int port = server.port();
                server.close();
                server = SpinelServer.builder().port(port).start();

                Awaitility.await()
                        .atMost(PATIENCE)
                        .ignoreExceptions()
                        .until(() -> commands.publish("channel", "still here") == 1);
                assertThat(received.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                        .isEqualTo("still here");
            }
        }
    }

    @Nested
    class FieldsThatExpire {
        @Test
        void timesToLive_areSetReadAndRemoved() {
            commands.hset("h", Map.of("a", "1", "b", "2", "c", "3"));
            assertThat(commands.hexpire("h", 100, "a", "x")).containsExactly(1L, -2L);
            assertThat(commands.hpexpire("h", 200_000, ExpireArgs.Builder.gt(), "a", "b"))
                    .containsExactly(1L, 0L);
            assertThat(commands.httl("h", "a", "b", "x")).containsExactly(200L, -1L, -2L);
            assertThat(commands.hpersist("h", "a", "b", "x")).containsExactly(1L, -1L, -2L);
            assertThat(commands.hexpireat("h", 1, "c")).containsExactly(2L);
            assertThat(commands.hgetall("h")).containsOnlyKeys("a", "b");
        }

        @Test
        void getAndSet_withTimesToLive() {
            assertThat(commands.hsetex("h", HSetExArgs.Builder.ex(Duration.ofSeconds(100)), Map.of("a", "1", "b", "2")))
                    .isEqualTo(1);
            assertThat(commands.hgetex("h", HGetExArgs.Builder.persist(), "a"))
                    .containsExactly(KeyValue.just("a", "1"));
            assertThat(commands.httl("h", "a", "b")).containsExactly(-1L, 100L);
            assertThat(commands.hgetdel("h", "a", "b"))
                    .containsExactly(KeyValue.just("a", "1"), KeyValue.just("b", "2"));
            assertThat(commands.exists("h")).isZero();
        }
    }
}
