package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.redisson.api.DeletedObjectListener;
import org.redisson.api.ExpiredObjectListener;
import org.redisson.api.RBucket;
import org.redisson.api.RList;
import org.redisson.api.RPatternTopic;
import org.redisson.api.RReliableTopic;
import org.redisson.api.RScheduledExecutorService;
import org.redisson.api.RShardedTopic;
import org.redisson.api.RStream;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.api.RemoteInvocationOptions;
import org.redisson.api.WorkerOptions;
import org.redisson.api.listener.ListAddListener;
import org.redisson.api.stream.AutoClaimResult;
import org.redisson.api.stream.PendingResult;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.api.stream.StreamCreateGroupArgs;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.api.stream.StreamPendingRangeArgs;
import org.redisson.api.stream.StreamRangeArgs;
import org.redisson.api.stream.StreamReadArgs;
import org.redisson.api.stream.StreamReadGroupArgs;
import org.redisson.api.stream.StreamTrimArgs;

/** What two programs tell each other with Redisson: topics, streams, services. */
class RedissonMessagesIT extends RedissonFixture {
    @Nested
    class Messages {
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

        @BeforeEach
        void forget() {
            received.clear();
        }

        @Test
        void topic_reachesListenersOfAllClients() throws Exception {
            RTopic topic = client.getTopic("news");
            int listener = topic.addListener(String.class, (channel, message) -> received.add(channel + " " + message));
            RPatternTopic pattern = other.getPatternTopic("n*s");
            pattern.addListener(String.class, (each, channel, message) -> received.add(each + " " + message));

            assertThat(other.getTopic("news").publish("hello")).isEqualTo(2);

            assertThat(Set.of(next(received), next(received))).containsExactlyInAnyOrder("news hello", "n*s hello");
            topic.removeListener(listener);
            pattern.removeAllListeners();
            await().until(() -> client.getTopic("news").publish("nobody") == 0);
        }

        @Test
        void shardedTopic_reachesItsListeners() throws Exception {
            RShardedTopic topic = client.getShardedTopic("news");
            topic.addListener(String.class, (channel, message) -> received.add(message));

            assertThat(other.getShardedTopic("news").publish("hello")).isEqualTo(1);

            assertThat(next(received)).isEqualTo("hello");
            topic.removeAllListeners();
        }

        @Test
        void reliableTopic_deliversEachMessageToEachListener() throws Exception {
            BlockingQueue<String> second = new LinkedBlockingQueue<>();
            RReliableTopic topic = client.getReliableTopic("news");
            topic.addListener(String.class, (channel, message) -> received.add(message));
            RReliableTopic theirs = other.getReliableTopic("news");
            theirs.addListener(String.class, (channel, message) -> second.add(message));
            assertThat(topic.countSubscribers()).isEqualTo(2);

            for (int i = 0; i < 20; i++) {
                topic.publish("message " + i);
            }

            for (int i = 0; i < 20; i++) {
                assertThat(next(received)).isEqualTo("message " + i);
                assertThat(next(second)).isEqualTo("message " + i);
            }
            topic.removeAllListeners();
            theirs.removeAllListeners();
        }

        @Test
        void keyEvents_reachTheListenersOfObjects() throws Exception {
            RBucket<String> bucket = client.getBucket("bucket");
            bucket.addListener((ExpiredObjectListener) name -> received.add("expired " + name));
            bucket.addListener((DeletedObjectListener) name -> received.add("deleted " + name));
            RList<String> list = client.getList("list");
            list.addListener((ListAddListener) name -> received.add("added to " + name));

            other.getBucket("bucket").set("value", Duration.ofMillis(20));
            assertThat(next(received)).isEqualTo("expired bucket");
            other.getBucket("bucket").set("value");
            other.getBucket("bucket").delete();
            assertThat(next(received)).isEqualTo("deleted bucket");
            other.getList("list").add("element");
            assertThat(next(received)).isEqualTo("added to list");
            other.getBucket("unheard").delete();
            assertThat(received).isEmpty();
        }
    }

    @Nested
    class Streams {
        private final StreamReadGroupArgs undelivered = StreamReadGroupArgs.neverDelivered();

        @Test
        void stream_isReadRangedAndTrimmed() throws Exception {
            RStream<String, String> stream = client.getStream("stream");
            StreamMessageId first = stream.add(StreamAddArgs.entry("n", "1"));
            CompletableFuture<Map<StreamMessageId, Map<String, String>>> read =
                    inBackground(() -> other.<String, String>getStream("stream")
                            .read(StreamReadArgs.greaterThan(first).timeout(Duration.ofSeconds(PATIENCE_SECONDS))));
            awaitBlocked("xread", 1);

            StreamMessageId second = stream.add(StreamAddArgs.entries("n", "2", "m", "3"));

            assertThat(valueOf(read)).containsExactly(entry(second, Map.of("n", "2", "m", "3")));
            assertThat(stream.range(StreamRangeArgs.startId(first).endId(StreamMessageId.MAX))
                            .keySet())
                    .containsExactly(first, second);
            assertThat(stream.rangeReversed(StreamRangeArgs.startId(StreamMessageId.MAX)
                            .endId(first)
                            .count(1)))
                    .containsOnlyKeys(second);
            assertThat(stream.trim(StreamTrimArgs.maxLen(1).noLimit())).isEqualTo(1);
            assertThat(stream.getInfo().getFirstEntry().getId()).isEqualTo(second);
            assertThat(stream.remove(second)).isEqualTo(1);
            assertThat(stream.size()).isZero();
        }

        @Test
        void group_sharesMessagesAndKeepsWhatIsPending() {
            RStream<String, Integer> stream = client.getStream("stream");
            stream.createGroup(
                    StreamCreateGroupArgs.name("group").id(StreamMessageId.ALL).makeStream());
            for (int i = 0; i < 4; i++) {
                stream.add(StreamAddArgs.entry("n", i));
            }

            Map<StreamMessageId, Map<String, Integer>> ofAnn = stream.readGroup(
                    "group", "ann", StreamReadGroupArgs.neverDelivered().count(3));
            Map<StreamMessageId, Map<String, Integer>> ofBob = stream.readGroup("group", "bob", undelivered);
            assertThat(ofAnn.values()).containsExactly(Map.of("n", 0), Map.of("n", 1), Map.of("n", 2));
            assertThat(ofBob.values()).containsExactly(Map.of("n", 3));
            List<StreamMessageId> ids = List.copyOf(ofAnn.keySet());

            assertThat(stream.ack("group", ids.get(0))).isEqualTo(1);
            PendingResult pending = stream.getPendingInfo("group");
            assertThat(pending.getTotal()).isEqualTo(3);
            assertThat(pending.getConsumerNames()).containsOnly(entry("ann", 2L), entry("bob", 1L));
            assertThat(stream.claim("group", "bob", 0, TimeUnit.MILLISECONDS, ids.get(1)))
                    .containsExactly(entry(ids.get(1), Map.of("n", 1)));
            AutoClaimResult<String, Integer> claimed =
                    stream.autoClaim("group", "bob", 0, TimeUnit.MILLISECONDS, ids.get(2), 10);
            assertThat(claimed.getMessages().values()).containsExactly(Map.of("n", 2), Map.of("n", 3));
            assertThat(stream.listPending(StreamPendingRangeArgs.groupName("group")
                            .startId(StreamMessageId.MIN)
                            .endId(StreamMessageId.MAX)
                            .count(10)
                            .consumerName("bob")))
                    .hasSize(3)
                    .first()
                    .satisfies(entry -> assertThat(entry.getDeliveryCount()).isEqualTo(2));
            assertThat(stream.listConsumers("group"))
                    .extracting(consumer -> consumer.getName() + " " + consumer.getPending())
                    .containsExactly("ann 0", "bob 3");
            assertThat(stream.listGroups()).singleElement().satisfies(group -> assertThat(group.getPending())
                    .isEqualTo(3));
            assertThat(stream.removeConsumer("group", "bob")).isEqualTo(3);
            stream.removeGroup("group");
            assertThat(stream.listGroups()).isEmpty();
        }
    }

    /** What is called from the other client. */
    public interface Adder {
        int add(int a, int b);
    }

    public static final class Sum implements Adder {
        @Override
        public int add(int a, int b) {
            return a + b;
        }
    }

    /** What is sent to the other client. */
    static final class Square implements Callable<Integer>, Serializable {
        private static final long serialVersionUID = 1;

        private final int number;

        Square(int number) {
            this.number = number;
        }

        @Override
        public Integer call() {
            return number * number;
        }
    }

    @Nested
    class Services {
        private RedissonClient worker;

        @BeforeEach
        void hire() {
            worker = connect();
        }

        @AfterEach
        void dismiss() {
            shutdown(worker);
        }

        @Test
        void remoteService_isCalledFromAnotherClient() {
            worker.getRemoteService("sums").register(Adder.class, new Sum());

            RemoteInvocationOptions options =
                    RemoteInvocationOptions.defaults().expectAckWithin(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(client.getRemoteService("sums").get(Adder.class, options).add(40, 2))
                    .isEqualTo(42);
        }

        @Test
        void executor_runsTasksOfAnotherClientNowAndLater() throws Exception {
            worker.getExecutorService("squares")
                    .registerWorkers(WorkerOptions.defaults().workers(2));
            RScheduledExecutorService tasks = client.getExecutorService("squares");

            List<CompletableFuture<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                results.add(tasks.submit(new Square(i)).toCompletableFuture());
            }
            CompletableFuture<Integer> later =
                    tasks.schedule(new Square(12), 100, TimeUnit.MILLISECONDS).toCompletableFuture();

            for (int i = 0; i < 10; i++) {
                assertThat(valueOf(results.get(i))).isEqualTo(i * i);
            }
            assertThat(valueOf(later)).isEqualTo(144);
            assertThat(tasks.getTaskCount()).isZero();
        }
    }
}
