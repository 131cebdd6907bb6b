package dev.spinel.patterns.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** On which threads tasks run when they are due. */
class SchedulerTest {
    private final Scheduler scheduler = Scheduler.system();
    private final CountDownLatch end = new CountDownLatch(1);

    private void block() {
        try {
            end.await();
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
}
