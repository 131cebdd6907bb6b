package dev.spinel.patterns.transport;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;

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
     * The system's monotonic clock, and tasks on the given executor. What it refuses, because it is full or shut down, runs a moment later on a
     * thread of the library, so that no task is forgotten. While blocking work keeps it busy, or if it drops what it took, nothing is renewed and
     * no loss is told.
     */
    static Scheduler on(Executor executor) {
        requireNonNull(executor, "executor");
        return new Scheduler() {
            @Override
            public long nanoTime() {
                return System.nanoTime();
            }

            @Override
            public Task schedule(Duration delay, Runnable task) {
                return ExecutorTask.after(delay, executor, task);
            }
        };
    }
}
