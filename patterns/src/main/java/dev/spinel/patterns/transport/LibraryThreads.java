package dev.spinel.patterns.transport;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;

/**
 * The daemon threads that all runtimes of a process share: a timer, and those that run what is due. The latter are as many as there are tasks at the
 * same time, mostly one, so that a callback of an application that blocks in one holds up no renewal; idle ones end after a minute.
 */
final class LibraryThreads {
    /** Hands on what is due, and does nothing else. Tasks that are cancelled leave nothing behind. */
    static final ScheduledExecutorService TIMER = timer();

    /** Runs what is due. */
    static final ExecutorService WORKERS = Executors.newCachedThreadPool(named("spinel-patterns"));

    private LibraryThreads() {}

    private static ScheduledExecutorService timer() {
        ScheduledThreadPoolExecutor timer = new ScheduledThreadPoolExecutor(1, named("spinel-patterns-timer"));
        timer.setRemoveOnCancelPolicy(true);
        return timer;
    }

    private static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
