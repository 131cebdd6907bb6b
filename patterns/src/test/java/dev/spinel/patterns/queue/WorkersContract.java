package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.spinel.patterns.testing.ChildJvm;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.FaultProxy;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import java.io.IOException;
import java.time.Duration;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;

/** What workers of queues of any engine promise, with each client library, also when workers and connections fail. */
abstract class WorkersContract extends WorkQueueFixture {
    private static final Duration LEASE_OF_WORKERS = Duration.ofMillis(500);

    WorkersContract(ClientKind client, QueueEngine engine) {
        super(client, engine);
    }

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
    void events_tellWhatBecomesOfMessages() {
        WorkQueue queue = builder().maxDeliveries(2).build();
        queue.enqueueAll(List.of(
                Message.of("good"), Message.of("good at last"), Message.of("never good"), Message.of("hopeless")));
        try (QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> switch (delivery.text()) {
                    case "good" -> delivery.acknowledge();
                    case "hopeless" -> delivery.reject("for the test");
                    default -> {
                        if (delivery.attempt() == 1 || delivery.text().equals("never good")) {
                            throw new IOException("for the test");
                        }
                        yield delivery.acknowledge();
                    }
                })
                .backOff(Duration.ofMillis(10), Duration.ofMillis(10))
                .start()) {
            await().until(() -> queue.stats().equals(new QueueStats(0, 0, 0, 2)));
            assertThat(worker.drain()).succeedsWithin(Duration.ofSeconds(5));
        }
        assertThat(events.count("queue.handled")).isEqualTo(2);
        assertThat(events.count("queue.redelivered")).isEqualTo(2);
        assertThat(events.count("queue.handlerFailed")).isEqualTo(3);
        assertThat(events.count("queue.died")).isEqualTo(2);
        assertThat(events.all()).hasSize(9);
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
    void Q12_aClosedWorker_beginsNothingMore_andGivesBackWhatWaits() throws InterruptedException {
        WorkQueue queue = builder().build();
        queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch closed = new CountDownLatch(1);
        ExecutorService oneThread = Executors.newSingleThreadExecutor();
        QueueWorker worker = QueueWorker.builder(queue, oneThread, delivery -> {
                    begun.incrementAndGet();
                    closed.await();
                    return delivery.acknowledge();
                })
                .concurrency(3)
                .start();
        await().until(() -> worker.running() == 3 && begun.get() == 1);
        Thread.currentThread().interrupt(); // so that it does not wait for the first
        worker.close();
        assertThat(Thread.interrupted()).isTrue();
        await().until(() -> queue.stats().equals(new QueueStats(2, 0, 1, 0)));
        closed.countDown();
        oneThread.shutdown();
        assertThat(oneThread.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        assertThat(begun).hasValue(1);
        assertThat(queue.claim(2)).extracting(Delivery::attempt).containsExactly(1, 1);
    }

    @Test
    void Q2_aLeaseThatIsLost_isToldOnce_andToItsHandler() throws InterruptedException {
        WorkQueue queue = builder().lease(Duration.ofMillis(600)).build();
        WorkQueue elsewhere = WorkQueue.builder(other, name).engine(engine).build();
        queue.enqueue(Message.of("a"));
        CompletableFuture<Delivery> begun = new CompletableFuture<>();
        CountDownLatch end = new CountDownLatch(1);
        try (QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                    begun.complete(delivery);
                    end.await();
                    return delivery.acknowledge();
                })
                .concurrency(1)
                .start()) {
            Delivery delivery = begun.join();
            assertThat(delivery.isLost()).isFalse();
            assertThat(elsewhere.settle(delivery.giveBack())).isTrue();
            Delivery next = elsewhere.claim(1).get(0);
            await().until(delivery::isLost);
            Thread.sleep(300); // in which it would be extended again
            assertThat(worker.running()).isOne();
            end.countDown();
            await().until(() -> worker.running() == 0);
            assertThat(elsewhere.settle(next.acknowledge())).isTrue();
        }
        assertThat(events.count("queue.leaseLost")).isOne();
        assertThat(events.names()).doesNotContain("queue.stale", "queue.closedEarly");
    }

    @Test
    void Q2_aMessageThatComesAgain_besideItsHandler_hasAPlaceOfItsOwn() {
        WorkQueue queue = builder().lease(Duration.ofMillis(600)).build();
        queue.enqueue(Message.of("a"));
        List<Delivery> begun = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Settlement>> stages = List.of(new CompletableFuture<>(), new CompletableFuture<>());
        try (QueueWorker worker = QueueWorker.builderAsync(queue, delivery -> {
                    begun.add(delivery);
                    return stages.get(begun.size() - 1);
                })
                .concurrency(2)
                .start()) {
            await().until(() -> begun.size() == 1);
            WorkQueue elsewhere = WorkQueue.builder(other, name).engine(engine).build();
            assertThat(elsewhere.settle(begun.get(0).giveBack())).isTrue();
            await().until(() -> begun.size() == 2);
            assertThat(worker.running()).isEqualTo(2);
            CompletionStage<Void> drained = worker.drain();
            stages.get(1).complete(begun.get(1).acknowledge());
            await().until(() -> queue.stats().equals(new QueueStats(0, 0, 0, 0)));
            assertThat(worker.running()).isOne();
            await().until(begun.get(0)::isLost);
            assertThat(drained.toCompletableFuture()).isNotDone();
            stages.get(0).complete(begun.get(0).acknowledge());
            assertThat(drained).succeedsWithin(Duration.ofSeconds(5));
        }
        assertThat(begun).extracting(Delivery::isLost).containsExactly(true, false);
    }

    @Test
    void Q2_whatIsLostWhileItWaits_doesNotBegin() throws InterruptedException {
        WorkQueue queue = builder().lease(Duration.ofMillis(200)).build();
        queue.enqueueAll(List.of(Message.of("a"), Message.of("b")));
        AtomicInteger begun = new AtomicInteger();
        CountDownLatch end = new CountDownLatch(1);
        ExecutorService oneThread = Executors.newSingleThreadExecutor();
        try (QueueWorker worker = QueueWorker.builder(queue, oneThread, delivery -> {
                    begun.incrementAndGet();
                    end.await();
                    return delivery.acknowledge();
                })
                .concurrency(2)
                .start()) {
            await().until(() -> worker.running() == 2 && begun.get() == 1);
            redis.del(redis.keys(key("*")).toArray(String[]::new));
            await().until(() -> events.count("queue.leaseLost") == 2);
            assertThat(worker.running()).isOne();
            end.countDown();
        }
        oneThread.shutdown();
        assertThat(oneThread.awaitTermination(5, TimeUnit.SECONDS)).isTrue();
        assertThat(begun).hasValue(1);
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
    void Q12_closing_inAnInterruptedThread_isTold_andKeepsTheMark() throws InterruptedException {
        WorkQueue queue = builder().build();
        queue.enqueue(Message.of("a"));
        CountDownLatch begun = new CountDownLatch(1);
        CountDownLatch closed = new CountDownLatch(1);
        QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                    begun.countDown();
                    closed.await();
                    return delivery.acknowledge();
                })
                .start();
        begun.await();
        Thread.currentThread().interrupt();
        worker.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(events.cause("queue.closedEarly")).isInstanceOf(InterruptedException.class);
        closed.countDown();
        await().until(() -> queue.stats().equals(new QueueStats(0, 0, 0, 0)));
    }

    @Test
    void Q12_whatIsPaused_isNotClaimed_untilResumed() throws InterruptedException {
        WorkQueue queue = builder().lease(Duration.ofMillis(500)).build();
        queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
        Delivery a = queue.claim(1).get(0);
        Delivery b = queue.claim(1).get(0);
        assertThat(queue.pause()).isTrue();
        assertThat(queue.pause()).isFalse();
        assertThat(queue.enqueue(Message.of("d")).status()).isEqualTo(Enqueued.Status.NEW);
        Exchange paused = queue.exchange(List.of(a.acknowledge()), 10);
        assertThat(paused.settled()).containsExactly(true);
        assertThat(paused.deliveries()).isEmpty();
        assertThat(paused.next().orElseThrow()).isBetween(Duration.ofMillis(1), Duration.ofMillis(500));
        Thread.sleep(520);
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
                producer.enqueueAll(
                        IntStream.range(0, 20).mapToObj(n -> Message.of("x")).toList());
                Thread.sleep(50);
                if (random.nextBoolean()) {
                    proxy.loseReplies(1);
                } else {
                    proxy.cut(false);
                }
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> done.size() == 400);
            await().atMost(Duration.ofSeconds(20)).until(() -> producer.stats().equals(new QueueStats(0, 0, 0, 0)));
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
                assertThat(System.nanoTime()).as("seed %d takes too long", seed).isLessThan(deadline);
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
