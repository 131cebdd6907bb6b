package dev.spinel.patterns.transport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.testing.ScriptedTransport;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** On which threads tasks run when they are due, and that they do. */
class SchedulerTest {
    private final Scheduler scheduler = Scheduler.system();
    private final CountDownLatch end = new CountDownLatch(1);

    private void block() {
        awaitQuietly(end);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void tasksRun_whileTheCommonPoolAndOtherTasksBlock() throws InterruptedException {
        try {
            for (int i = 0; i < 8; i++) {
                ForkJoinPool.commonPool().execute(this::block);
                scheduler.schedule(Duration.ZERO, this::block);
            }
            CountDownLatch ran = new CountDownLatch(1);
            scheduler.schedule(Duration.ofMillis(10), ran::countDown);
            assertThat(ran.await(5, TimeUnit.SECONDS)).isTrue();
        } finally {
            end.countDown();
        }
    }

    @Test
    void aCancelledTask_doesNotRun() throws InterruptedException {
        AtomicBoolean cancelled = new AtomicBoolean();
        CountDownLatch later = new CountDownLatch(1);
        scheduler.schedule(Duration.ofMillis(500), () -> cancelled.set(true)).cancel();
        scheduler.schedule(Duration.ofMillis(600), later::countDown);
        assertThat(later.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(cancelled).isFalse();
    }

    @Test
    void whatAnExecutorRefuses_runsAllTheSame() throws InterruptedException {
        AtomicInteger refused = new AtomicInteger();
        Scheduler full = Scheduler.on(task -> {
            refused.incrementAndGet();
            throw new RejectedExecutionException("for the test");
        });
        CountDownLatch ran = new CountDownLatch(1);
        full.schedule(Duration.ZERO, ran::countDown);
        assertThat(ran.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(refused).hasValue(1);
    }

    @Test
    void whatAnExecutorRefuses_canBeCancelled() throws InterruptedException {
        CountDownLatch refusing = new CountDownLatch(1);
        CountDownLatch cancelled = new CountDownLatch(1);
        Scheduler full = Scheduler.on(task -> {
            refusing.countDown();
            awaitQuietly(cancelled);
            throw new RejectedExecutionException("for the test");
        });
        AtomicBoolean ran = new AtomicBoolean();
        Scheduler.Task task = full.schedule(Duration.ZERO, () -> ran.set(true));
        refusing.await();
        task.cancel();
        cancelled.countDown();
        Thread.sleep(200); // in which it would run
        assertThat(ran).isFalse();
    }

    @Test
    void aTaskThatThrows_runsOnce() throws InterruptedException {
        AtomicInteger runs = new AtomicInteger();
        Scheduler onTheTimer = Scheduler.on(Runnable::run);
        onTheTimer.schedule(Duration.ZERO, () -> {
            runs.incrementAndGet();
            throw new IllegalStateException("for the test");
        });
        Thread.sleep(200); // in which it would run again
        assertThat(runs).hasValue(1);
    }

    /** Its second attempt is refused by the executor. */
    @Test
    void anOperation_ends_afterTheExecutorWasShutDown() {
        ExecutorService shutDown = Executors.newSingleThreadExecutor();
        shutDown.shutdown();
        TransportException away = TransportException.notSent(new IllegalStateException("for the test"));
        PatternRuntime runtime = PatternRuntime.builder(
                        new ScriptedTransport().fail(away).fail(away))
                .ways(Way.SCRIPT)
                .retryPolicy(new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(1)))
                .scheduler(Scheduler.on(shutDown))
                .build();
        Operation<Boolean> operation = new Operation<>(
                "test.any", Script.of("return 1"), Operation.Retry.IDEMPOTENT, (reply, repeated) -> repeated);
        assertThat(runtime.run(operation, List.of("key"), new Arguments()))
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .withCauseInstanceOf(PatternException.Unavailable.class);
    }
}
