package dev.spinel.patterns.transport;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
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

    /**
     * The system's monotonic clock, and tasks on daemon threads of the library, which all runtimes of the process share. What blocks the common
     * pool, or one of these, holds up no other task.
     */
    static Scheduler system() {
        return on(LibraryThreads.WORKERS);
    }

    /**
     * The system's monotonic clock, and tasks on the given executor. While blocking work keeps it busy, or after its end, nothing is renewed and
     * no loss is told.
     */
    static Scheduler on(Executor executor) {
        requireNonNull(executor, "executor");
        return new Scheduler() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            /*
             * Only a task that is due goes to the executor: most are cancelled, and waking a thread for each halves the rate of locks.
             */
            @Override
            public Task schedule(Duration delay, Runnable task) {
                Future<?> due = LibraryThreads.TIMER.schedule(
                        () -> executor.execute(task), delay.toNanos(), TimeUnit.NANOSECONDS);
                return () -> due.cancel(false);
            }
        };
    }
}
