package dev.spinel.patterns.transport;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A task that goes to an executor when it is due. Only then: most are cancelled, and waking a thread for each halves the rate of locks. If it is
 * refused, it goes to the threads of the library after a moment, and again until these have one for it.
 */
final class ExecutorTask implements Scheduler.Task {
    private static final long AGAIN_AFTER_MILLIS = 100;

    private final Runnable task;
    private volatile boolean begun;
    private volatile boolean cancelled;
    private volatile @Nullable Future<?> due;

    private ExecutorTask(Runnable task) {
        this.task = task;
    }

    static ExecutorTask after(Duration delay, Executor executor, Runnable task) {
        ExecutorTask waiting = new ExecutorTask(task);
        waiting.due =
                LibraryThreads.TIMER.schedule(() -> waiting.hand(executor), delay.toNanos(), TimeUnit.NANOSECONDS);
        return waiting;
    }

    private void hand(Executor executor) {
        try {
            executor.execute(this::run);
        } catch (Throwable e) { // full, shut down, or no more threads; or the task's, if it ran here
            if (!begun && !cancelled) {
                due = LibraryThreads.TIMER.schedule(
                        () -> hand(LibraryThreads.WORKERS), AGAIN_AFTER_MILLIS, TimeUnit.MILLISECONDS);
            }
        }
    }

    private void run() {
        begun = true;
        if (!cancelled) {
            task.run();
        }
    }

    @Override
    public void cancel() {
        cancelled = true;
        Future<?> waits = due;
        if (waits != null) {
            waits.cancel(false);
        }
    }
}
