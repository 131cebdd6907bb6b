package dev.spinel.patterns.transport;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * The local time of a recipe: how long something took, and when to act again. Never what time it is, which is the server's
 * to say. Thread-safe.
 */
public interface Scheduler {
    /** A monotonic time in nanoseconds, comparable only with others of this scheduler. */
    long nanoTime();

    /** Runs a task once after a delay. The task does not block and throws nothing. */
    Task schedule(Duration delay, Runnable task);

    /** A random time from zero up to the given bound, excluded, by which a delay is varied so that not all act at once. */
    default long jitterNanos(long boundNanos) {
        return ThreadLocalRandom.current().nextLong(boundNanos);
    }

    /** A task that waits for its time. */
    @FunctionalInterface
    interface Task {
        /** Forgets the task, unless it already runs. */
        void cancel();
    }

    /** The system's monotonic clock, and tasks on the common pool. */
    static Scheduler system() {
        return on(ForkJoinPool.commonPool());
    }

    /** The system's monotonic clock, and tasks on the given executor, which must not be kept busy by blocking work. */
    static Scheduler on(Executor executor) {
        requireNonNull(executor, "executor");
        return new Scheduler() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            /*
             * The JDK's own timer thread completes the future. Completing it first takes it off that thread's queue, so
             * that cancelled tasks leave nothing behind; cancelling would not, before JDK 19. Only a task that is due goes to
             * the executor: most are cancelled, and waking a thread for each halves the rate of locks.
             */
            @Override
            public Task schedule(Duration delay, Runnable task) {
                CompletableFuture<Boolean> due = new CompletableFuture<>();
                var unused = due.completeOnTimeout(true, Math.max(0, delay.toNanos()), TimeUnit.NANOSECONDS)
                        .thenAccept(run -> {
                            if (run) {
                                executor.execute(task);
                            }
                        });
                return () -> due.complete(false);
            }
        };
    }
}
