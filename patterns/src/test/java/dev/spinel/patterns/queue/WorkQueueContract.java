package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RetryPolicy;
import dev.spinel.patterns.transport.Way;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;

/** What queues of any engine promise, with each client library, also when connections and servers fail. */
abstract class WorkQueueContract extends WorkQueueFixture {
    WorkQueueContract(ClientKind client, QueueEngine engine) {
        super(client, engine);
    }

    /** The message as one that the engine treats in another way, if it has one. */
    Message inAnotherWay(Message message, int number) {
        return message;
    }

    @Nested
    class Order {
        @Test
        void Q7_byAge() {
            WorkQueue queue = builder().build();
            List<String> expected =
                    IntStream.range(0, 30).mapToObj(i -> "m" + i).toList();
            expected.forEach(text -> queue.enqueue(Message.of(text)));
            List<String> seen = new ArrayList<>(texts(queue.claim(7)));
            seen.addAll(texts(queue.claim(100)));
            assertThat(seen).isEqualTo(expected);
        }

        @Test
        void Q6_delayedMessages_comeWhenDue() {
            WorkQueue queue = builder().build();
            long start = System.nanoTime();
            queue.enqueue(Message.of("late").withDelay(Duration.ofMillis(300)));
            queue.enqueue(Message.of("now"));
            Exchange first = queue.exchange(List.of(), 10);
            assertThat(texts(first.deliveries())).containsExactly("now");
            assertThat(first.next().orElseThrow()).isBetween(Duration.ofMillis(1), Duration.ofMillis(300));
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 1, 1, 0));
            await().pollInterval(Duration.ofMillis(10))
                    .until(() -> !queue.claim(1).isEmpty());
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(299));
        }

        @Test
        void settlingAndClaiming_areOneRoundTrip() {
            WorkQueue queue = builder().build();
            queue.enqueueAll(
                    IntStream.range(0, 10).mapToObj(i -> Message.of("m" + i)).toList());
            List<Delivery> first = queue.claim(5);
            transport.takeCommands();
            Exchange exchange = queue.exchange(acknowledgements(first), 5);
            assertThat(transport.takeCommands()).containsExactly("EVALSHA");
            assertThat(exchange.settled()).containsOnly(true).hasSize(5);
            assertThat(exchange.deliveries()).hasSize(5);
            assertThat(queue.exchange(acknowledgements(exchange.deliveries()), 0)
                            .next())
                    .isEmpty();
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 0, 0));
            assertThat(QueuePlaces.read(engine, redis, name)).isEmpty();
            // One exchange after the other has the same key for its answer.
            assertThat(redis.keys(key("exchange:*"))).hasSize(1);
            assertThat(redis.keys("{queue:" + name + "}*"))
                    .allMatch(key -> key.endsWith(":lastid")
                            || key.endsWith(":lastlease")
                            || key.contains(":exchange:")
                            || key.equals(key("entries")));
        }

        @Test
        void bodies_areBytes() {
            WorkQueue queue = builder().build();
            byte[] bytes = new byte[256];
            for (int i = 0; i < 256; i++) {
                bytes[i] = (byte) i;
            }
            queue.enqueue(Message.of(bytes));
            Delivery delivery = queue.claim(1).get(0);
            assertThat(delivery.body()).isEqualTo(bytes);
            assertThat(delivery.attempt()).isOne();
            assertThat(delivery.enqueuedAtMicros()).isPositive();
        }

        @Test
        void aFullQueue_refuses() {
            WorkQueue queue = builder().maxSize(2).build();
            List<Enqueued> enqueued = queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
            assertThat(enqueued)
                    .extracting(Enqueued::status)
                    .containsExactly(Enqueued.Status.NEW, Enqueued.Status.NEW, Enqueued.Status.FULL);
            assertThat(queue.settle(queue.claim(1).get(0).acknowledge())).isTrue();
            assertThat(queue.enqueue(Message.of("c")).status()).isEqualTo(Enqueued.Status.NEW);
        }

        @Test
        void whatMakesNoSense_isRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Message.of("a").withPriority(10));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Message.of("a").withDelay(Duration.ofSeconds(-1)));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder().lease(Duration.ZERO).build());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder().maxDeliveries(0).build());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder().build().claim(1001));
        }
    }

    @Nested
    class Settling {
        @Test
        void Q2_aWorkerThatWasPaused_cannotSettleTheNextAttempt() throws InterruptedException {
            WorkQueue queue = builder().lease(Duration.ofMillis(200)).build();
            queue.enqueue(Message.of("a"));
            Delivery slow = queue.claim(1).get(0);
            Thread.sleep(250);
            Delivery next = queue.claim(1).get(0);
            assertThat(next.attempt()).isEqualTo(2);
            assertThat(next.id()).isEqualTo(slow.id());
            assertThat(queue.settle(slow.acknowledge())).isFalse();
            assertThat(queue.settle(slow.extend())).isFalse();
            assertThat(queue.settle(next.extend())).isTrue();
            assertThat(queue.settle(next.acknowledge())).isTrue();
            assertThat(queue.settle(next.acknowledge())).isFalse();
        }

        @Test
        void receiptsOfWhatTheServerForgot_settleNothingElse() {
            WorkQueue queue = builder().build();
            queue.enqueue(Message.of("old"));
            Delivery old = queue.claim(1).get(0);
            redis.del(redis.keys(key("*")).toArray(String[]::new));
            queue.enqueue(Message.of("new"));
            Delivery present = queue.claim(1).get(0);
            assertThat(queue.settle(old.acknowledge())).isFalse();
            assertThat(queue.settle(present.acknowledge())).isTrue();
        }

        @Test
        void receiptsOfAnotherQueue_settleNothing() {
            WorkQueue queue = builder().build();
            WorkQueue other =
                    WorkQueue.builder(runtime, name + "-other").engine(engine).build();
            queue.enqueue(Message.of("a"));
            other.enqueue(Message.of("a"));
            Delivery delivery = queue.claim(1).get(0);
            Delivery ofOther = other.claim(1).get(0);
            assertThat(other.settle(delivery.acknowledge())).isFalse();
            assertThat(other.settle(ofOther.acknowledge())).isTrue();
        }

        @Test
        void aFullServer_extendsLeases() {
            WorkQueue queue = builder().build();
            queue.enqueueAll(List.of(Message.of("a"), Message.of("b")));
            Delivery delivery = queue.claim(1).get(0);
            withoutMemory(() -> {
                Exchange exchange = queue.exchange(List.of(delivery.extend()), 1);
                assertThat(exchange.settled()).containsExactly(true);
                assertThat(texts(exchange.deliveries())).containsExactly("b");
            });
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 2, 0));
            QueuePlaces.read(engine, redis, name);
        }

        @Test
        void aFullServer_tellsThatALeaseIsOver_andThatNothingIsReady() {
            WorkQueue queue = builder().build();
            queue.enqueue(Message.of("a"));
            Delivery delivery = queue.claim(1).get(0);
            assertThat(queue.settle(delivery.acknowledge())).isTrue();
            withoutMemory(() -> {
                assertThat(queue.settle(delivery.acknowledge())).isFalse();
                assertThat(queue.claim(1)).isEmpty();
            });
        }

        @Test
        void extending_keepsAMessage() throws InterruptedException {
            WorkQueue queue = builder().lease(Duration.ofMillis(400)).build();
            queue.enqueue(Message.of("a"));
            Delivery delivery = queue.claim(1).get(0);
            for (int i = 0; i < 6; i++) {
                Thread.sleep(100);
                assertThat(queue.settle(delivery.extend())).isTrue();
                assertThat(queue.claim(1)).isEmpty();
            }
            assertThat(queue.settle(delivery.acknowledge())).isTrue();
        }

        @Test
        void Q5_aPoisonMessage_diesAfterItsDeliveries_andCanBeRedriven() {
            WorkQueue queue = builder().maxDeliveries(3).build();
            queue.enqueue(Message.of("poison"));
            for (int attempt = 1; attempt <= 3; attempt++) {
                Delivery delivery = queue.claim(1).get(0);
                assertThat(delivery.attempt()).isEqualTo(attempt);
                assertThat(queue.settle(delivery.retry(Duration.ZERO, "failure " + attempt)))
                        .isTrue();
            }
            assertThat(queue.claim(1)).isEmpty();
            DeadLetter dead = queue.deadLetters(0, 10).get(0);
            assertThat(dead.cause()).isEqualTo("failure 3");
            assertThat(dead.attempts()).isEqualTo(3);
            assertThat(dead.text()).isEqualTo("poison");
            assertThat(queue.redrive(List.of(dead.id(), 99L))).isOne();
            Delivery again = queue.claim(1).get(0);
            assertThat(again.attempt()).isOne();
            queue.settle(again.reject("hopeless"));
            assertThat(queue.deadLetters(0, 10).get(0).cause()).isEqualTo("hopeless");
            assertThat(queue.discard(List.of(dead.id()))).isOne();
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 0, 0));
        }

        @Test
        void leasesThatEnd_countAsDeliveries() {
            WorkQueue queue =
                    builder().lease(Duration.ofMillis(100)).maxDeliveries(2).build();
            queue.enqueue(Message.of("a"));
            assertThat(queue.claim(1)).hasSize(1);
            await().until(() -> !queue.claim(1).isEmpty());
            await().until(() -> {
                assertThat(queue.claim(1)).isEmpty();
                return queue.stats().dead() == 1;
            });
            assertThat(queue.deadLetters(0, 1).get(0).cause()).isEqualTo("the lease ended");
        }

        @Test
        void whatIsGivenBack_isReadyAtOnce_andDoesNotCount() {
            WorkQueue queue = builder().maxDeliveries(1).build();
            queue.enqueue(Message.of("a"));
            queue.settle(queue.claim(1).get(0).giveBack());
            assertThat(queue.claim(1).get(0).attempt()).isOne();
        }

        @Test
        void asyncForms_doTheSame() {
            WorkQueue queue = builder().build();
            assertThat(queue.enqueueAsync(Message.of("a")))
                    .succeedsWithin(Duration.ofSeconds(5))
                    .extracting(Enqueued::status)
                    .isEqualTo(Enqueued.Status.NEW);
            Delivery delivery = queue.claimAsync(1).toCompletableFuture().join().get(0);
            assertThat(delivery.text()).isEqualTo("a");
            assertThat(queue.settleAsync(delivery.acknowledge()))
                    .succeedsWithin(Duration.ofSeconds(5))
                    .isEqualTo(true);
            assertThat(queue.settleAsync(delivery.acknowledge()))
                    .succeedsWithin(Duration.ofSeconds(5))
                    .isEqualTo(false);
        }

        @Test
        void whatWasGivenBack_isNotSettledByItsFormerHolder() {
            WorkQueue queue = builder().build();
            queue.enqueue(Message.of("a"));
            Delivery former = queue.claim(1).get(0);
            assertThat(queue.settle(former.giveBack())).isTrue();
            Delivery next = queue.claim(1).get(0);
            assertThat(next.attempt()).isOne();
            // As a worker does that had no reply.
            assertThat(queue.settle(former.giveBack())).isFalse();
            assertThat(queue.settle(former.extend())).isFalse();
            assertThat(queue.settle(former.acknowledge())).isFalse();
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 1, 0));
            assertThat(queue.settle(next.acknowledge())).isTrue();
        }

        @Test
        void whatWasRedriven_isNotSettledByItsFormerHolder() {
            WorkQueue queue = builder().build();
            queue.enqueue(Message.of("a"));
            Delivery former = queue.claim(1).get(0);
            assertThat(queue.settle(former.reject("for the test"))).isTrue();
            assertThat(queue.redrive(List.of(former.id()))).isOne();
            Delivery next = queue.claim(1).get(0);
            assertThat(next.attempt()).isOne();
            assertThat(queue.settle(former.reject("for the test"))).isFalse();
            assertThat(queue.settle(next.acknowledge())).isTrue();
        }

        @Test
        void aDelayedRetry_waits() {
            WorkQueue queue = builder().build();
            queue.enqueue(Message.of("a"));
            queue.settle(queue.claim(1).get(0).retry(Duration.ofHours(1), "later"));
            assertThat(queue.claim(1)).isEmpty();
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 1, 0, 0));
        }
    }

    @Nested
    class Cost {
        @Test
        void Q10_ofAnExchange_doesNotDependOnWhatIsWorkedOn() {
            WorkQueue queue = builder().build();
            enqueue(queue, 10);
            assertThat(queue.claim(10)).hasSize(10);
            List<String> few = callsOfAnExchange(queue);
            enqueue(queue, 2000);
            assertThat(queue.claim(1000)).hasSize(1000);
            assertThat(queue.claim(1000)).hasSize(1000);
            assertThat(callsOfAnExchange(queue)).isEqualTo(few);
        }

        private void enqueue(WorkQueue queue, int count) {
            for (int i = 0; i < count; i += 10) {
                queue.enqueueAll(Collections.nCopies(10, Message.of("m")));
            }
        }

        /** The commands that the script calls, with their numbers. */
        private List<String> callsOfAnExchange(WorkQueue queue) {
            redis.configResetstat();
            assertThat(queue.claim(1)).isEmpty();
            return calls();
        }
    }

    @Nested
    class LostReplies {
        private WorkQueue warmedUp() {
            WorkQueue queue = builder().build();
            queue.enqueue(Message.of("warm up").withKey("warm up"));
            queue.settle(queue.claim(1).get(0).acknowledge());
            return queue;
        }

        @Test
        void Q3_ofEnqueue_withAKey_leaveOneMessage() {
            WorkQueue queue = warmedUp();
            proxy.loseReplies(1);
            Enqueued enqueued = queue.enqueue(Message.of("a").withKey("order 1"));
            assertThat(proxy.repliesLost()).isOne();
            assertThat(enqueued.id()).isPositive();
            assertThat(queue.enqueue(Message.of("a").withKey("order 1")))
                    .isEqualTo(new Enqueued(Enqueued.Status.DUPLICATE, enqueued.id()));
            assertThat(queue.stats().ready()).isOne();
        }

        @Test
        void Q8_ofEnqueue_withoutAKey_areUnknown() {
            WorkQueue queue = warmedUp();
            proxy.loseReplies(1);
            assertThatThrownBy(() -> queue.enqueue(Message.of("a")))
                    .isInstanceOf(PatternException.UnknownOutcome.class);
            assertThat(queue.stats().ready()).isOne();
        }

        /** Repeats late enough for others to do something meanwhile. */
        private WorkQueue patient() {
            PatternRuntime patient = PatternRuntime.builder(transport)
                    .ways(Way.SCRIPT)
                    .retryPolicy(new RetryPolicy(3, Duration.ofMillis(500), Duration.ofMillis(500)))
                    .build();
            return WorkQueue.builder(patient, name).engine(engine).build();
        }

        @Test
        void ofPauseAndResume_areAnsweredAgain_andChangeNothingAgain() {
            WorkQueue queue = patient();
            WorkQueue elsewhere = WorkQueue.builder(other, name).engine(engine).build();
            elsewhere.enqueue(Message.of("a"));
            assertThat(queue.resume()).isFalse(); // loads the script

            CompletionStage<Boolean> paused = loseReplyOf(queue::pauseAsync);
            assertThat(elsewhere.resume()).isTrue();
            assertThat(PatternRuntime.await(paused)).isTrue();
            assertThat(elsewhere.claim(1)).hasSize(1);

            assertThat(elsewhere.pause()).isTrue();
            CompletionStage<Boolean> resumed = loseReplyOf(queue::resumeAsync);
            assertThat(elsewhere.pause()).isTrue();
            assertThat(PatternRuntime.await(resumed)).isTrue();
            assertThat(elsewhere.pause()).isFalse();
        }

        @Test
        void ofAnExchange_tellThatNothingIsToBeClaimed_whileTheQueueIsPaused() {
            WorkQueue queue = patient();
            queue.exchange(List.of(), 1); // loads the script
            queue.enqueue(Message.of("a"));
            queue.pause();
            Exchange repeated = PatternRuntime.await(loseReplyOf(() -> queue.exchangeAsync(List.of(), 1)));
            assertThat(repeated.next()).isEmpty();
        }

        @Test
        void ofRedriveAndDiscard_areAnsweredAgain_andChangeNothingAgain() {
            WorkQueue queue = patient();
            WorkQueue elsewhere = WorkQueue.builder(other, name).engine(engine).build();
            List<Long> ids = elsewhere.enqueueAll(List.of(Message.of("a"), Message.of("b"))).stream()
                    .map(Enqueued::id)
                    .toList();
            rejectAll(elsewhere);
            assertThat(queue.redrive(List.of(99L))).isZero(); // loads the scripts
            assertThat(queue.discard(List.of(99L))).isZero();

            CompletionStage<Long> redriven = loseReplyOf(() -> queue.redriveAsync(ids));
            rejectAll(elsewhere);
            assertThat(PatternRuntime.await(redriven)).isEqualTo(2);
            assertThat(elsewhere.stats()).isEqualTo(new QueueStats(0, 0, 0, 2));

            CompletionStage<Long> discarded = loseReplyOf(() -> queue.discardAsync(ids));
            assertThat(PatternRuntime.await(discarded)).isEqualTo(2);
            assertThat(elsewhere.stats()).isEqualTo(new QueueStats(0, 0, 0, 0));
        }

        private void rejectAll(WorkQueue queue) {
            List<Settlement> rejections = queue.claim(10).stream()
                    .map(delivery -> delivery.reject("for the test"))
                    .toList();
            assertThat(queue.exchange(rejections, 0).settled()).containsExactly(true, true);
        }

        @Test
        void ofAnExchange_areAnsweredAgain() {
            WorkQueue queue = warmedUp();
            queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
            Delivery a = queue.claim(1).get(0);
            proxy.loseReplies(1);
            Exchange exchange = queue.exchange(List.of(a.acknowledge()), 1);
            assertThat(proxy.repliesLost()).isOne();
            assertThat(exchange.settled()).containsExactly(true);
            assertThat(texts(exchange.deliveries())).containsExactly("b");
            assertThat(exchange.deliveries().get(0).attempt()).isOne();
            assertThat(queue.stats()).isEqualTo(new QueueStats(1, 0, 1, 0));
        }

        /** As the first attempt does that was slower than its time-out, and than the second one. */
        @Test
        void aClaimThatFoundNothing_andArrivesOnceMoreLater_leasesNothing() {
            WorkQueue queue = warmedUp();
            assertThat(queue.claim(1)).isEmpty();
            Command claim = transport.lastCommand();
            queue.enqueue(Message.of("a"));
            PatternRuntime.await(transport.send(claim));
            assertThat(queue.stats()).isEqualTo(new QueueStats(1, 0, 0, 0));
            assertThat(texts(queue.claim(1))).containsExactly("a");
        }
    }

    /** Whoever may do all but publish has what he asks for done, and is told so. */
    @Nested
    @Execution(CONCURRENT)
    class WithoutChannels {
        @Test
        void whatTookEffect_isAnswered() {
            client.assumeSockets();
            try (RedisServer restricted = RedisServer.start();
                    PatternRuntime here = PatternRuntime.builder(client.connect(restricted.port()))
                            .ways(Way.SCRIPT) // WorkQueueRightsIT shows native commands, which fall back to these
                            .build()) {
                WorkQueue queue =
                        WorkQueue.builder(here, name).engine(engine).maxSize(1).build();
                long id = queue.enqueue(Message.of("a")).id();
                queue.settle(queue.claim(1).get(0).reject("for the test"));
                restricted.call("ACL SETUSER default resetchannels");
                assertThat(queue.pause()).isTrue();
                assertThat(queue.resume()).isTrue();
                assertThat(queue.redrive(List.of(id))).isOne();
                assertThat(queue.settle(queue.claim(1).get(0).acknowledge())).isTrue();
                QueueSchedules schedules = QueueSchedules.of(queue);
                assertThat(schedules.put(
                                Schedule.of("s", CronExpression.parse("* * * * * *"), ZoneOffset.UTC, Message.of("m"))))
                        .isTrue();
                assertThat(schedules.pause("s")).isTrue();
                assertThat(schedules.resume("s")).isTrue();
                await().until(() -> {
                    QueueScheduler.Turn turn = turn(queue, List.of());
                    List<SchedulePlan> plans = turn.upcoming().stream()
                            .filter(schedule -> schedule.isDue(turn.now()))
                            .map(schedule -> SchedulePlan.of(schedule, turn.now(), 1))
                            .toList();
                    return !turn(queue, plans).done().isEmpty() && queue.stats().ready() == 1;
                });
            }
        }

        private QueueScheduler.Turn turn(WorkQueue queue, List<SchedulePlan> plans) {
            return PatternRuntime.await(QueueScheduler.send(queue, plans, QueueScheduler.TOLD));
        }
    }

    /** On a server of its own, beside other tests. */
    @Nested
    @Execution(CONCURRENT)
    class KilledServer {
        /** Every message is in exactly one place, whatever happened. */
        @Test
        void Q4_withALog_keepsEveryMessageInOnePlace() throws InterruptedException {
            client.assumeSockets();
            try (RedisServer logged = RedisServer.start("--appendonly", "yes", "--appendfsync", "always");
                    PatternRuntime here = PatternRuntime.over(client.connect(logged.port()))) {
                WorkQueue queue = WorkQueue.builder(here, name)
                        .engine(engine)
                        .lease(Duration.ofSeconds(2))
                        .build();
                Set<Long> acknowledged = ConcurrentHashMap.newKeySet();
                Set<Long> maybeAcknowledged = ConcurrentHashMap.newKeySet();
                Set<Long> enqueued = ConcurrentHashMap.newKeySet();
                for (int round = 0; round < 3; round++) {
                    Thread work = new Thread(() -> work(queue, enqueued, acknowledged, maybeAcknowledged));
                    work.start();
                    int before = acknowledged.size();
                    Thread.sleep(400);
                    await().until(() -> acknowledged.size() > before);
                    logged.kill();
                    work.join();
                    logged.startAgain();
                    await().ignoreExceptions().until(() -> queue.stats().ready() >= 0);
                    assertPlaces(logged, enqueued, acknowledged, maybeAcknowledged);
                }
                assertThat(acknowledged).isNotEmpty();
            }
        }

        private void work(WorkQueue queue, Set<Long> enqueued, Set<Long> acknowledged, Set<Long> maybe) {
            Random random = new Random();
            try {
                for (int i = 0; ; i++) {
                    Message message = Message.of("m").withDelay(Duration.ofMillis(random.nextInt(50)));
                    enqueued.add(queue.enqueue(i % 2 == 0 ? message : inAnotherWay(message, i))
                            .id());
                    List<Delivery> deliveries = queue.claim(2);
                    List<Settlement> settlements = new ArrayList<>();
                    for (Delivery delivery : deliveries) {
                        if (random.nextInt(3) > 0) {
                            settlements.add(delivery.acknowledge());
                            maybe.add(delivery.id());
                        } else {
                            settlements.add(
                                    random.nextBoolean()
                                            ? delivery.reject("for the test")
                                            : delivery.retry(Duration.ofMillis(20), "for the test"));
                        }
                    }
                    Exchange exchange = queue.exchange(settlements, 0);
                    for (int j = 0; j < settlements.size(); j++) {
                        if (settlements.get(j).kind().equals("ack")
                                && exchange.settled().get(j)) {
                            acknowledged.add(settlements.get(j).delivery().id());
                        }
                    }
                }
            } catch (PatternException e) {
                // The server was killed.
            }
        }

        private void assertPlaces(
                RedisServer logged, Set<Long> enqueued, Set<Long> acknowledged, Set<Long> maybeAcknowledged) {
            RedisClient look = RedisClient.create(logged.uri());
            try {
                Set<Long> present =
                        QueuePlaces.read(engine, look.connect().sync(), name).keySet();
                assertThat(present).doesNotContainAnyElementsOf(acknowledged);
                Set<Long> missing = new HashSet<>(enqueued);
                missing.removeAll(present);
                assertThat(maybeAcknowledged).containsAll(missing);
            } finally {
                look.shutdown();
            }
        }
    }
}
