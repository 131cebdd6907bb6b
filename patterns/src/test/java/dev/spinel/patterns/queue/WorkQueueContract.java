package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.spinel.patterns.testing.ChildJvm;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.FaultProxy;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RetryPolicy;
import dev.spinel.patterns.transport.Way;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;

/** What queues of any engine promise, with each client library, also when workers, connections and servers fail. */
abstract class WorkQueueContract extends WorkQueueFixture {
    private static final Duration LEASE_OF_WORKERS = Duration.ofMillis(500);

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
            String before = redis.configGet("maxmemory").get("maxmemory");
            redis.configSet("maxmemory", "1");
            try {
                Exchange exchange = queue.exchange(List.of(delivery.extend()), 1);
                assertThat(exchange.settled()).containsExactly(true);
                assertThat(texts(exchange.deliveries())).containsExactly("b");
            } finally {
                redis.configSet("maxmemory", before);
            }
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 2, 0));
            QueuePlaces.read(engine, redis, name);
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
    }

    @Nested
    class Workers {
        @Test
        void workOffEverything_andRetryFailures() {
            WorkQueue queue = builder().build();
            Set<String> done = ConcurrentHashMap.newKeySet();
            AtomicInteger failures = new AtomicInteger();
            try (QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                        if (delivery.attempt() == 1 && delivery.id() % 10 == 0) {
                            failures.incrementAndGet();
                            throw new IOException("for the test");
                        }
                        done.add(delivery.text());
                        return delivery.acknowledge();
                    })
                    .backOff(Duration.ofMillis(50), Duration.ofMillis(50))
                    .start()) {
                for (int i = 0; i < 10; i++) {
                    int batch = i * 50;
                    queue.enqueueAll(IntStream.range(batch, batch + 50)
                            .mapToObj(n -> Message.of("m" + n))
                            .toList());
                }
                await().until(() -> done.size() == 500);
                await().until(() -> queue.stats().equals(new QueueStats(0, 0, 0, 0)));
                assertThat(worker.running()).isZero();
            }
            assertThat(failures).hasValue(50);
            assertThat(events.count("queue.handlerFailed")).isEqualTo(50);
            assertThat(events.cause("queue.handlerFailed")).hasMessage("for the test");
            assertThat(events.names()).doesNotContain("queue.stale", "queue.exchangeFailed");
        }

        @Test
        void anIdleWorker_hearsOfNews_andAsksRarely() throws InterruptedException {
            WorkQueue queue = builder().build();
            CountDownLatch handled = new CountDownLatch(1);
            try (QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                        handled.countDown();
                        return delivery.acknowledge();
                    })
                    .pollInterval(Duration.ofSeconds(30))
                    .start()) {
                // Time in which a worker that polls would ask often.
                Thread.sleep(300);
                assertThat(transport.takeCommands()).hasSizeLessThanOrEqualTo(3);
                long start = System.nanoTime();
                queue.enqueue(Message.of("a"));
                handled.await();
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
                assertThat(worker.running()).isLessThanOrEqualTo(1);
            }
        }

        /** The worker's time to the next message, not its poll interval, decides. */
        @Test
        void Q6_delayedMessages_areHandledWhenDue() throws InterruptedException {
            WorkQueue queue = builder().build();
            Random random = new Random(5);
            Map<String, Long> dueNanos = new ConcurrentHashMap<>();
            List<Duration> late = new CopyOnWriteArrayList<>();
            CountDownLatch handled = new CountDownLatch(100);
            try (QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                        late.add(Duration.ofNanos(System.nanoTime() - dueNanos.get(delivery.text())));
                        handled.countDown();
                        return delivery.acknowledge();
                    })
                    .pollInterval(Duration.ofSeconds(30))
                    .start()) {
                for (int i = 0; i < 100; i++) {
                    Duration delay = Duration.ofMillis(100 + random.nextInt(400));
                    dueNanos.put("m" + i, System.nanoTime() + delay.toNanos());
                    queue.enqueue(Message.of("m" + i).withDelay(delay));
                }
                assertThat(handled.await(10, TimeUnit.SECONDS)).isTrue();
                assertThat(worker.running()).isLessThanOrEqualTo(10);
            }
            List<Duration> sorted = late.stream().sorted().toList();
            assertThat(sorted.get(0)).isGreaterThanOrEqualTo(Duration.ofMillis(-1));
            assertThat(sorted.get(98)).as("p99").isLessThan(Duration.ofMillis(500));
        }

        @Test
        void longWork_isExtended() throws InterruptedException {
            WorkQueue queue = builder().lease(Duration.ofMillis(400)).build();
            AtomicInteger attempts = new AtomicInteger();
            CountDownLatch handled = new CountDownLatch(1);
            queue.enqueue(Message.of("a"));
            QueueWorker.Handler slow = delivery -> {
                attempts.incrementAndGet();
                Thread.sleep(1000); // more than two leases
                handled.countDown();
                return delivery.acknowledge();
            };
            try (QueueWorker one = QueueWorker.builder(queue, executor, slow).start();
                    QueueWorker two = QueueWorker.builder(queue, executor, slow).start()) {
                handled.await();
                assertThat(one.running() + two.running()).isLessThanOrEqualTo(1);
            }
            assertThat(attempts).hasValue(1);
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 0, 0));
        }

        @Test
        void Q12_closing_waitsForWhatRuns_andClaimsNothingMore() {
            WorkQueue queue = builder().build();
            queue.enqueueAll(
                    IntStream.range(0, 20).mapToObj(i -> Message.of("m" + i)).toList());
            AtomicInteger handled = new AtomicInteger();
            QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                        Thread.sleep(300);
                        handled.incrementAndGet();
                        return delivery.acknowledge();
                    })
                    .concurrency(5)
                    .start();
            await().until(() -> worker.running() == 5);
            worker.close();
            assertThat(handled).hasValue(5);
            assertThat(queue.stats()).isEqualTo(new QueueStats(15, 0, 0, 0));
        }

        @Test
        void Q12_draining_endsWithAClaimThatFails() throws InterruptedException {
            WorkQueue queue = builder().build();
            try (QueueWorker worker = QueueWorker.builder(queue, executor, Delivery::acknowledge)
                    .pollInterval(Duration.ofMillis(50))
                    .start()) {
                await().until(() -> !transport.takeCommands().isEmpty());
                proxy.cut(true);
                Thread.sleep(100); // in which the next claim begins
                assertThat(worker.drain()).succeedsWithin(Duration.ofSeconds(10));
                assertThat(worker.running()).isZero();
            }
            assertThat(events.names()).doesNotContain("queue.closedEarly");
        }

        @Test
        void Q12_aClosedWorker_triesNothingAgain_whileTheServerIsAway() throws InterruptedException {
            WorkQueue queue = builder().lease(Duration.ofMillis(200)).build();
            queue.enqueue(Message.of("a"));
            CountDownLatch begun = new CountDownLatch(1);
            CountDownLatch cut = new CountDownLatch(1);
            try (QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                        begun.countDown();
                        cut.await();
                        return delivery.acknowledge();
                    })
                    .start()) {
                begun.await();
                proxy.cut(true);
                cut.countDown();
                await().until(() -> events.count("queue.exchangeFailed") > 0);
                assertThat(worker.running()).isZero();
            }
            assertThat(events.count("queue.closedEarly")).isOne();
            Thread.sleep(2000); // in which what is on its way fails
            transport.takeCommands();
            Thread.sleep(1500);
            assertThat(transport.takeCommands()).isEmpty();
        }

        @Test
        void Q12_closing_inAnInterruptedThread_isTold_andKeepsTheMark() {
            WorkQueue queue = builder().build();
            queue.enqueue(Message.of("a"));
            CountDownLatch closed = new CountDownLatch(1);
            QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                        closed.await();
                        return delivery.acknowledge();
                    })
                    .start();
            await().until(() -> worker.running() == 1);
            Thread.currentThread().interrupt();
            worker.close();
            assertThat(Thread.interrupted()).isTrue();
            assertThat(events.cause("queue.closedEarly")).isInstanceOf(InterruptedException.class);
            closed.countDown();
            await().until(() -> queue.stats().equals(new QueueStats(0, 0, 0, 0)));
        }

        @Test
        void Q12_whatIsPaused_isNotClaimed_untilResumed() throws InterruptedException {
            WorkQueue queue = builder().lease(Duration.ofMillis(200)).build();
            queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
            Delivery a = queue.claim(1).get(0);
            Delivery b = queue.claim(1).get(0);
            assertThat(queue.pause()).isTrue();
            assertThat(queue.pause()).isFalse();
            assertThat(queue.enqueue(Message.of("d")).status()).isEqualTo(Enqueued.Status.NEW);
            Exchange paused = queue.exchange(List.of(a.acknowledge()), 10);
            assertThat(paused.settled()).containsExactly(true);
            assertThat(paused.deliveries()).isEmpty();
            assertThat(paused.next().orElseThrow()).isBetween(Duration.ofMillis(1), Duration.ofMillis(200));
            Thread.sleep(220);
            assertThat(queue.exchange(List.of(b.acknowledge()), 10).settled()).containsExactly(true);
            assertThat(queue.exchange(List.of(), 10).next()).isEmpty();
            assertThat(queue.stats()).isEqualTo(new QueueStats(2, 0, 0, 0));
            CountDownLatch handled = new CountDownLatch(2);
            try (QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                        handled.countDown();
                        return delivery.acknowledge();
                    })
                    .pollInterval(Duration.ofSeconds(30))
                    .start()) {
                Thread.sleep(200); // in which it would claim
                assertThat(handled.getCount()).isEqualTo(2);
                assertThat(queue.resume()).isTrue();
                assertThat(handled.await(5, TimeUnit.SECONDS)).isTrue();
                assertThat(worker.running()).isLessThanOrEqualTo(2);
            }
            assertThat(queue.resume()).isFalse();
        }

        @Test
        void handlersThatMisbehave_areRetried() {
            WorkQueue queue = builder().maxDeliveries(2).build();
            queue.enqueueAll(List.of(Message.of("extend"), Message.of("foreign")));
            List<Delivery> seen = new CopyOnWriteArrayList<>();
            try (QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                        seen.add(delivery);
                        return delivery.text().equals("extend")
                                ? delivery.extend()
                                : seen.get(0).acknowledge();
                    })
                    .concurrency(1)
                    .backOff(Duration.ofMillis(10), Duration.ofMillis(10))
                    .start()) {
                await().until(() -> queue.stats().equals(new QueueStats(0, 0, 0, 2)));
                assertThat(worker.running()).isZero();
            }
            assertThat(seen).hasSize(4);
            assertThat(queue.deadLetters(0, 3))
                    .extracting(DeadLetter::cause)
                    .allMatch(cause -> cause.contains("must settle the delivery"));
        }

        @Test
        void anErrorOfAHandler_isTold_retried_andEndsTheExecutorsThread() {
            WorkQueue queue = builder().maxDeliveries(2).build();
            queue.enqueue(Message.of("a"));
            List<Throwable> uncaught = new CopyOnWriteArrayList<>();
            ExecutorService threads = Executors.newSingleThreadExecutor(task -> {
                Thread thread = new Thread(task);
                thread.setUncaughtExceptionHandler((ended, failure) -> uncaught.add(failure));
                return thread;
            });
            NoClassDefFoundError error = new NoClassDefFoundError("for/the/Test");
            try (QueueWorker worker = QueueWorker.builder(queue, threads, delivery -> {
                        throw error;
                    })
                    .backOff(Duration.ofMillis(10), Duration.ofMillis(10))
                    .start()) {
                await().until(() -> queue.stats().dead() == 1);
                assertThat(worker.running()).isZero();
            } finally {
                threads.shutdown();
            }
            assertThat(queue.deadLetters(0, 1).get(0).cause()).isEqualTo(error.toString());
            assertThat(events.cause("queue.handlerFailed")).isSameAs(error);
            await().until(() -> uncaught.equals(List.of(error, error)));
        }

        @Test
        void asyncHandlers_haveTheirPlacesAndLeases_untilTheirStagesEnd() throws InterruptedException {
            WorkQueue queue = builder().lease(Duration.ofMillis(400)).build();
            queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
            Map<Delivery, CompletableFuture<Settlement>> begun = new ConcurrentHashMap<>();
            try (QueueWorker worker = QueueWorker.builderAsync(
                            queue, delivery -> begun.computeIfAbsent(delivery, first -> new CompletableFuture<>()))
                    .concurrency(2)
                    .start()) {
                await().until(() -> begun.size() == 2);
                Thread.sleep(1000); // more than two leases
                assertThat(begun).hasSize(2);
                assertThat(worker.running()).isEqualTo(2);
                Delivery first = begun.keySet().iterator().next();
                begun.get(first).complete(first.acknowledge());
                await().until(() -> begun.size() == 3);
                CompletionStage<Void> drained = worker.drain();
                assertThat(drained.toCompletableFuture()).isNotDone();
                begun.forEach((delivery, stage) -> stage.complete(delivery.acknowledge()));
                assertThat(drained).succeedsWithin(Duration.ofSeconds(5));
            }
            assertThat(begun.keySet()).extracting(Delivery::attempt).containsOnly(1);
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 0, 0));
            assertThat(events.names()).doesNotContain("queue.stale");
        }

        @Test
        void asyncHandlersThatFail_areRetried() {
            WorkQueue queue = builder().maxDeliveries(2).build();
            List<String> ways = List.of("thrown", "error", "failed", "failed by an error", "null", "no settlement");
            queue.enqueueAll(ways.stream().map(Message::of).toList());
            try (QueueWorker worker = QueueWorker.builderAsync(queue, delivery -> {
                        switch (delivery.text()) {
                            case "thrown" -> throw new IOException("thrown");
                            case "error" -> throw new StackOverflowError("error");
                            case "failed" -> {
                                return CompletableFuture.failedFuture(new IOException("failed"));
                            }
                            case "failed by an error" -> {
                                return CompletableFuture.supplyAsync(() -> {
                                    throw new StackOverflowError("failed by an error");
                                });
                            }
                            case "null" -> {
                                return null;
                            }
                            default -> {
                                return CompletableFuture.completedFuture(null);
                            }
                        }
                    })
                    .backOff(Duration.ofMillis(10), Duration.ofMillis(10))
                    .start()) {
                await().until(() -> queue.stats().equals(new QueueStats(0, 0, 0, ways.size())));
                assertThat(worker.running()).isZero();
            }
            assertThat(queue.deadLetters(0, 10))
                    .extracting(DeadLetter::cause)
                    .containsExactlyInAnyOrder(
                            "java.io.IOException: thrown",
                            "java.lang.StackOverflowError: error",
                            "java.io.IOException: failed",
                            "java.lang.StackOverflowError: failed by an error",
                            "java.lang.NullPointerException: stage",
                            "java.lang.NullPointerException: settlement");
            assertThat(events.count("queue.handlerFailed")).isEqualTo(2 * ways.size());
        }

        /** The error is thrown on the thread that hands the messages out. */
        @Test
        void anErrorInAnExecutorOfTheCaller_leavesNoMessageBehind() {
            WorkQueue queue = builder().build();
            queue.enqueueAll(
                    IntStream.range(0, 5).mapToObj(i -> Message.of("m" + i)).toList());
            Set<String> done = ConcurrentHashMap.newKeySet();
            try (QueueWorker worker = QueueWorker.builder(queue, Runnable::run, delivery -> {
                        if (delivery.attempt() == 1 && !delivery.text().equals("m4")) {
                            throw new StackOverflowError("for the test");
                        }
                        done.add(delivery.text());
                        return delivery.acknowledge();
                    })
                    .concurrency(5)
                    .backOff(Duration.ofMillis(10), Duration.ofMillis(10))
                    .start()) {
                await().until(() -> queue.stats().equals(new QueueStats(0, 0, 0, 0)));
                assertThat(worker.running()).isZero();
            }
            assertThat(done).containsExactlyInAnyOrder("m0", "m1", "m2", "m3", "m4");
            assertThat(events.count("queue.handlerFailed")).isEqualTo(4);
            assertThat(events.cause("queue.handlerFailed")).isInstanceOf(StackOverflowError.class);
            assertThat(events.names()).doesNotContain("queue.stale");
        }

        /** Out of threads, as {@link Thread#start} says it. */
        @Test
        void anErrorOfTheExecutor_givesTheMessageBack() {
            WorkQueue queue = builder().build();
            queue.enqueue(Message.of("a"));
            AtomicInteger tasks = new AtomicInteger();
            Executor shortOfThreads = task -> {
                if (tasks.incrementAndGet() == 1) {
                    throw new OutOfMemoryError("for the test");
                }
                executor.execute(task);
            };
            List<Integer> attempts = new CopyOnWriteArrayList<>();
            try (QueueWorker worker = QueueWorker.builder(queue, shortOfThreads, delivery -> {
                        attempts.add(delivery.attempt());
                        return delivery.acknowledge();
                    })
                    .start()) {
                await().until(() -> queue.stats().equals(new QueueStats(0, 0, 0, 0)));
                assertThat(worker.running()).isZero();
            }
            assertThat(attempts).containsExactly(1);
        }

        @Test
        void whatTheExecutorRefuses_isGivenBack_andNotClaimedAgainAtOnce() throws InterruptedException {
            WorkQueue queue = builder().build();
            queue.enqueueAll(List.of(Message.of("a"), Message.of("b")));
            ExecutorService shutDown = Executors.newSingleThreadExecutor();
            shutDown.shutdown();
            try (QueueWorker worker = QueueWorker.builder(queue, shutDown, Delivery::acknowledge)
                    .concurrency(1)
                    .start()) {
                await().until(() -> events.count("queue.executorRefused") > 0);
                transport.takeCommands();
                Thread.sleep(200); // hundreds of round trips
                assertThat(transport.takeCommands()).hasSizeLessThan(10);
                assertThat(worker.running()).isZero();
            }
            assertThat(queue.claim(2)).extracting(Delivery::attempt).containsExactly(1, 1);
        }

        @Test
        void cutConnections_loseNothing() throws InterruptedException {
            WorkQueue queue =
                    builder().lease(Duration.ofMillis(1000)).maxDeliveries(100).build();
            Set<Long> done = ConcurrentHashMap.newKeySet();
            Random random = new Random(7);
            try (PatternRuntime straight = PatternRuntime.over(client.connect(server.port()));
                    QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                                done.add(delivery.id());
                                return delivery.acknowledge();
                            })
                            .start()) {
                WorkQueue producer = WorkQueue.builder(straight, name)
                        .engine(engine)
                        .maxDeliveries(100)
                        .build();
                for (int i = 0; i < 20; i++) {
                    producer.enqueueAll(IntStream.range(0, 20)
                            .mapToObj(n -> Message.of("x"))
                            .toList());
                    Thread.sleep(50);
                    if (random.nextBoolean()) {
                        proxy.loseReplies(1);
                    } else {
                        proxy.cut(false);
                    }
                }
                await().atMost(Duration.ofSeconds(20)).until(() -> done.size() == 400);
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> producer.stats().equals(new QueueStats(0, 0, 0, 0)));
                assertThat(worker.running()).isZero();
            }
        }

        /**
         * Of three processes one is killed and replaced, and the next one paused for longer than its leases, again and again; they and the
         * producer reach the server through connections that are cut and lose replies. Takes as long as the others together.
         */
        @Test
        @Execution(CONCURRENT)
        void Q1_killedAndPausedWorkers_behindABadNetwork_loseNothing() throws Exception {
            WorkQueue straight = WorkQueue.builder(other, name).engine(engine).build();
            long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
            Random random = new Random(seed);
            long deadline =
                    System.nanoTime() + Duration.ofSeconds(60 + MESSAGES / 500).toNanos();
            ChildJvm[] workers = new ChildJvm[3];
            int turns = 0;
            try (FaultProxy network = new FaultProxy(server.port())) {
                for (int i = 0; i < workers.length; i++) {
                    workers[i] = startWorker(network);
                }
                for (ChildJvm worker : workers) {
                    worker.expect("ready");
                }
                Future<?> producer = executor.submit(this::produce);
                while (!producer.isDone() || !straight.stats().equals(new QueueStats(0, 0, 0, 0))) {
                    int victim = turns++ % workers.length;
                    Thread.sleep(random.nextInt(200));
                    workers[victim].kill();
                    network.loseReplies(0); // a worker does not start without its connection
                    workers[victim] = startWorker(network);
                    workers[victim].expect("ready");
                    network.cut(false);
                    proxy.cut(false);
                    network.loseReplies(1);
                    proxy.loseReplies(1);
                    ChildJvm paused = workers[(victim + 1) % workers.length];
                    paused.pause();
                    Thread.sleep(LEASE_OF_WORKERS.toMillis() + random.nextInt(200));
                    paused.resume();
                    assertThat(System.nanoTime())
                            .as("seed %d takes too long", seed)
                            .isLessThan(deadline);
                }
                producer.get();
            } finally {
                for (ChildJvm worker : workers) {
                    if (worker != null) {
                        worker.close();
                    }
                }
            }
            Map<String, String> handled = redis.hgetall("handled:" + name);
            redis.del("handled:" + name);
            long times = handled.values().stream().mapToLong(Long::parseLong).sum();
            System.out.printf(
                    "%s, %s: %d messages, %d lost, %d handled once more; %d workers killed and as many paused%n",
                    engine, client, MESSAGES, MESSAGES - handled.size(), times - handled.size(), turns);
            Set<String> expected = new HashSet<>();
            IntStream.range(0, MESSAGES).forEach(n -> expected.add("m" + n));
            assertThat(handled.keySet()).as("seed %d", seed).isEqualTo(expected);
            assertThat(turns).isPositive();
        }

        private ChildJvm startWorker(FaultProxy network) {
            return ChildJvm.run(
                    WorkerProcess.class.getName(),
                    client.nameElsewhere(),
                    Integer.toString(network.port()),
                    Integer.toString(server.port()),
                    name,
                    engine.name(),
                    Long.toString(LEASE_OF_WORKERS.toMillis()));
        }

        /** Enqueues all messages, in batches that take long enough to be hit, and are repeated if they were. */
        private void produce() {
            WorkQueue queue = builder().maxDeliveries(100).build();
            int batch = Math.min(1000, Math.max(1, MESSAGES / 100));
            for (int i = 0; i < MESSAGES; ) {
                List<Message> messages = IntStream.range(i, Math.min(MESSAGES, i + batch))
                        .mapToObj(n -> Message.of("m" + n).withKey("m" + n))
                        .toList();
                try {
                    queue.enqueueAll(messages);
                    i += batch;
                    Thread.sleep(20);
                } catch (PatternException.Unavailable | PatternException.UnknownOutcome e) {
                    // Once more, as the messages have keys.
                } catch (InterruptedException e) {
                    throw new IllegalStateException("The test has ended", e);
                }
            }
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
