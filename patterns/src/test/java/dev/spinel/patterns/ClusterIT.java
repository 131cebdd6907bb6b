package dev.spinel.patterns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.analytics.Funnel;
import dev.spinel.patterns.analytics.TopItems;
import dev.spinel.patterns.analytics.UniqueCounter;
import dev.spinel.patterns.analytics.Window;
import dev.spinel.patterns.analytics.WindowedCounter;
import dev.spinel.patterns.cache.CacheAside;
import dev.spinel.patterns.leaderboard.Board;
import dev.spinel.patterns.leaderboard.BoardWindow;
import dev.spinel.patterns.leaderboard.Change;
import dev.spinel.patterns.leaderboard.Leaderboard;
import dev.spinel.patterns.leaderboard.Merge;
import dev.spinel.patterns.leaderboard.RankMode;
import dev.spinel.patterns.leaderboard.ShardedLeaderboard;
import dev.spinel.patterns.leaderboard.Standing;
import dev.spinel.patterns.lettuce.LettuceTransport;
import dev.spinel.patterns.lock.DistributedLock;
import dev.spinel.patterns.lock.FencedValue;
import dev.spinel.patterns.lock.Lease;
import dev.spinel.patterns.lock.Locks;
import dev.spinel.patterns.lock.ReleaseResult;
import dev.spinel.patterns.queue.CronExpression;
import dev.spinel.patterns.queue.DeadLetter;
import dev.spinel.patterns.queue.Delivery;
import dev.spinel.patterns.queue.Message;
import dev.spinel.patterns.queue.QueueEngine;
import dev.spinel.patterns.queue.QueueScheduler;
import dev.spinel.patterns.queue.QueueSchedules;
import dev.spinel.patterns.queue.QueueStats;
import dev.spinel.patterns.queue.Schedule;
import dev.spinel.patterns.queue.WorkQueue;
import dev.spinel.patterns.ratelimit.Decision;
import dev.spinel.patterns.ratelimit.Limit;
import dev.spinel.patterns.ratelimit.RateLimitRequest;
import dev.spinel.patterns.ratelimit.RateLimiter;
import dev.spinel.patterns.session.ExpiredSession;
import dev.spinel.patterns.session.Session;
import dev.spinel.patterns.session.SessionReaper;
import dev.spinel.patterns.session.SessionStore;
import dev.spinel.patterns.stream.EventStream;
import dev.spinel.patterns.stream.StreamConsumer;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.topic.Gap;
import dev.spinel.patterns.topic.Topic;
import dev.spinel.patterns.topic.TopicListener;
import dev.spinel.patterns.topic.TopicSubscription;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.PatternRuntime;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Every operation on a server in cluster mode, which refuses keys of different slots, with names made to confuse hash tags. */
@Tag("redis-server")
class ClusterIT {
    private static final List<String> AWKWARD_NAMES = List.of("", "a", "}", "{}", "a}:b", "{x}y", "\u00e4\n");

    private static RedisServer node;
    private static PatternRuntime runtime;

    @BeforeAll
    static void start() {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
        node = RedisServer.startCluster();
        runtime = PatternRuntime.over(LettuceTransport.connectToCluster(RedisURI.create(node.uri())));
    }

    @AfterAll
    static void stop() {
        runtime.close();
        node.close();
    }

    @Test
    void queuesThatWaitForReplicas_areRefused() {
        WorkQueue.Builder builder = WorkQueue.builder(runtime, "mails").replicas(1, Duration.ofMillis(500));
        assertThatIllegalArgumentException().isThrownBy(builder::build);
    }

    @Test
    void rateLimiters() {
        RateLimiter limiter = RateLimiter.builder(runtime)
                .limits(
                        Limit.Gcra.of("gcra", 5, Duration.ofHours(1)),
                        Limit.Concurrency.of("concurrent", 5, Duration.ofHours(1)))
                .build();
        for (String name : AWKWARD_NAMES) {
            Decision decision = limiter.tryAcquire(RateLimitRequest.of(name).withId("once"));
            assertThat(decision).isInstanceOfSatisfying(Decision.Allowed.class, allowed -> {
                assertThat(limiter.release(allowed.grant().orElseThrow())).isTrue();
                assertThat(limiter.refund(allowed.grant().orElseThrow())).isTrue();
            });
        }
    }

    @Test
    void locks() throws InterruptedException {
        Locks locks = Locks.over(runtime);
        for (String name : AWKWARD_NAMES) {
            for (DistributedLock lock : List.of(
                    locks.lock(name),
                    locks.fairLock(name),
                    locks.semaphore(name, 1),
                    locks.readWriteLock(name).read(),
                    locks.readWriteLock(name).write())) {
                Lease lease = lock.acquire();
                CompletableFuture<Lease> waiter = lock.acquireAsync().toCompletableFuture();
                assertThat(lease.release()).isEqualTo(ReleaseResult.RELEASED);
                assertThat(waiter.join().release()).isEqualTo(ReleaseResult.RELEASED);
            }
        }
    }

    /** Boards, topics, queues and fenced values are refused with braces in their names, or without one. */
    private static String withoutBraces(String name) {
        return 'n' + name.replaceAll("[{}]", "|");
    }

    @Test
    void leaderboards() {
        for (String name : AWKWARD_NAMES) {
            Leaderboard board = Leaderboard.builder(runtime, withoutBraces(name))
                    .ranks(RankMode.DENSE)
                    .windows(ZoneOffset.UTC, BoardWindow.day(), BoardWindow.season(name))
                    .build();
            board.add(name, 3, "once");
            board.submit("b", 3);
            assertThat(board.top(2).standings()).extracting(Standing::rank).containsExactly(1L, 1L);
            assertThat(board.around(name, 1, 1).size()).isEqualTo(2);
            assertThat(board.standing(name)).isPresent();
            assertThat(board.window(BoardWindow.season(name)).countBetween(3, 3))
                    .isEqualTo(2);
            assertThat(board.describe(name, "text")).isTrue();
            assertThat(board.archive(name, Duration.ofMinutes(1))).isTrue();
            List<Board> boards = List.of(board.named(name), board.window(BoardWindow.day(), 0));
            assertThat(board.merge(name, Merge.SUM, Duration.ofMinutes(1), boards))
                    .isEqualTo(2);
            assertThat(board.named(name).withData().standing(name).orElseThrow().data())
                    .contains("text");
            assertThat(board.remove(name)).isTrue();
        }
    }

    @Test
    void shardedLeaderboards() {
        for (String name : AWKWARD_NAMES) {
            ShardedLeaderboard board =
                    Leaderboard.builder(runtime, withoutBraces(name)).buildSharded(8);
            board.submit(Change.set(name, 3).withId("once"));
            board.submit(Change.set("b", 3));
            assertThat(board.describe(name, "text")).isTrue();
            assertThat(board.withData().top(2).standings())
                    .extracting(Standing::rank)
                    .containsExactly(1L, 1L);
            assertThat(board.around(name, 1, 1).standings()).hasSize(2);
            assertThat(board.standing(name)).isPresent();
            assertThat(board.countBetween(3, 3)).isEqualTo(2);
            assertThat(board.remove(name)).isTrue();
            assertThat(board.size()).isOne();
        }
    }

    @Test
    void caches() {
        CacheAside<String> cache = CacheAside.builder(
                        runtime, "c", Codec.utf8(), key -> CompletableFuture.completedFuture(Optional.of("of " + key)))
                .build();
        for (String name : AWKWARD_NAMES) {
            assertThat(cache.get(name)).contains("of " + name);
            cache.put(name, "v");
            assertThat(cache.get(name)).contains("v");
            cache.invalidate(name);
            assertThat(cache.get(name)).contains("of " + name);
        }
    }

    @Test
    void S5_sessions() {
        SessionStore<String> store = SessionStore.builder(runtime, "s", Codec.utf8())
                .lanes(16)
                .idleTimeout(Duration.ofSeconds(1))
                .build();
        List<ExpiredSession> expired = new CopyOnWriteArrayList<>();
        SessionReaper reaper =
                SessionReaper.builder(store, Runnable::run, expired::add).start();
        for (String name : AWKWARD_NAMES) {
            String principal = 'p' + name;
            Session<String> session = store.create(Map.of(name, "v"), principal);
            session.set(name, "w");
            assertThat(store.save(session)).isTrue();
            assertThat(store.rotate(session)).isTrue();
            assertThat(store.findByPrincipal(principal)).containsExactly(session.id());
            assertThat(store.load(session.id()).orElseThrow().get(name)).contains("w");
            assertThat(store.invalidate(session.id())).isTrue();
        }
        Session<String> left = store.create();
        await().until(() -> !expired.isEmpty());
        reaper.close();
        assertThat(expired).containsExactly(new ExpiredSession(left.id(), Optional.empty()));
    }

    @Test
    void counters() {
        Window week = Window.of(7, Duration.ofDays(1));
        WindowedCounter counter = WindowedCounter.of(runtime, "g", week);
        UniqueCounter unique = UniqueCounter.of(runtime, "g", week);
        TopItems top = TopItems.of(runtime, "g", week, 10);
        Funnel funnel = Funnel.of(runtime, "f", Duration.ofHours(1), "{a}", "}b{");
        for (String name : AWKWARD_NAMES) {
            assertThat(counter.add(name, 1)).isOne();
            assertThat(counter.add(name, 1, "i" + name)).isEqualTo(2);
            assertThat(counter.total(name)).isEqualTo(2);
            assertThat(unique.add(name, name)).isTrue();
            assertThat(unique.count(name)).isOne();
            assertThat(top.add(name, name)).isOne();
            assertThat(top.top(name, 10).items()).containsExactly(new TopItems.Item(name, 1));
            assertThat(funnel.record(name, "{a}")).isTrue();
        }
        assertThat(funnel.stages().get(0).users()).isEqualTo(AWKWARD_NAMES.size());
    }

    @Test
    void topics() {
        for (String name : AWKWARD_NAMES) {
            CompletableFuture<String> heard = new CompletableFuture<>();
            Topic topic = Topic.of(runtime, withoutBraces(name));
            try (TopicSubscription subscription = topic.subscribe(new TopicListener() {
                @Override
                public void message(String body, long number) {
                    heard.complete(body);
                }

                @Override
                public void gap(Gap gap) {
                    // Those that were published before the subscription took effect.
                }
            })) {
                await().until(() -> topic.publish(name) > 0 && heard.isDone());
                assertThat(subscription).isNotNull();
            }
            assertThat(heard.join()).isEqualTo(name);
        }
    }

    @Test
    void streams() {
        for (String name : List.of("s", "{s}", "s{")) {
            CompletableFuture<String> handled = new CompletableFuture<>();
            EventStream stream = EventStream.keeping(runtime, name, 10);
            stream.append(Map.of("f", name));
            try (StreamConsumer consumer = stream.consumer(
                            "}g{", Runnable::run, entry -> handled.complete(entry.text("f")))
                    .fromTheStart()
                    .start()) {
                assertThat(handled).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(name);
                assertThat(consumer.running()).isLessThanOrEqualTo(1);
            }
        }
    }

    @Test
    void fencedValues() {
        for (String name : AWKWARD_NAMES) {
            FencedValue value = FencedValue.of(runtime, withoutBraces(name));
            assertThat(value.set("a", 2)).isTrue();
            assertThat(value.set("b", 1)).isFalse();
            assertThat(value.get()).contains("a");
        }
    }

    @Test
    void queues() {
        for (String name : AWKWARD_NAMES) {
            for (QueueEngine engine : QueueEngine.values()) {
                WorkQueue each = WorkQueue.builder(runtime, withoutBraces(name))
                        .engine(engine)
                        .maxDeliveries(1)
                        .build();
                each.enqueueAll(
                        List.of(Message.of("a").withKey("k"), Message.of("b").withKey("l")));
                List<Delivery> deliveries = each.claim(2);
                assertThat(each.settle(deliveries.get(0).reject("for the test")))
                        .isTrue();
                assertThat(each.settle(deliveries.get(1).reject("for the test")))
                        .isTrue();
                List<DeadLetter> dead = each.deadLetters(0, 2);
                assertThat(each.redrive(List.of(dead.get(0).id()))).isOne();
                assertThat(each.discard(List.of(dead.get(1).id()))).isOne();
                assertThat(each.stats()).isEqualTo(new QueueStats(1, 0, 0, 0));
                assertThat(each.pause()).isTrue();
                assertThat(each.resume()).isTrue();
            }
            WorkQueue queue = WorkQueue.builder(runtime, withoutBraces(name))
                    .maxDeliveries(1)
                    .build();
            queue.enqueue(Message.of("c").withGroup(name + "g"));
            assertThat(queue.stats(name + "g").ready()).isOne();
            assertThat(queue.claim(2)).hasSize(2);
            QueueSchedules schedules = QueueSchedules.of(queue);
            CronExpression everySecond = CronExpression.parse("* * * * * *");
            Message message = Message.of("d").withGroup(name + "g");
            schedules.put(Schedule.of(name + "s", everySecond, ZoneOffset.UTC, message));
            try (QueueScheduler scheduler = QueueScheduler.builder(queue).start()) {
                await().until(() -> queue.stats().ready() > 0);
                assertThat(scheduler).isNotNull();
            }
            assertThat(schedules.pause(name + "s")).isTrue();
            assertThat(schedules.resume(name + "s")).isTrue();
            assertThat(schedules.list()).hasSize(1);
            assertThat(schedules.remove(name + "s")).isTrue();
        }
    }
}
