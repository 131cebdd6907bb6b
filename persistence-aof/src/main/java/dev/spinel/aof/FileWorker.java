package dev.spinel.aof;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * One background thread for what may take long on a slow disk: fsync, closing and deleting files. Jobs run one after the
 * other and catch their failures. The thread starts with the first job.
 *
 * <p>Any thread.
 */
final class FileWorker {
    private final ThreadFactory threads;
    private final Deque<Runnable> jobs = new ArrayDeque<>();
    private @Nullable Thread thread;
    private boolean ended;

    FileWorker(ThreadFactory threads) {
        this.threads = threads;
    }

    /** Has a job run after those submitted before. */
    synchronized void submit(Runnable job) {
        if (ended) {
            throw new IllegalStateException("the worker has ended (expected: jobs before that only)");
        }
        jobs.add(job);
        if (thread == null) {
            thread = threads.newThread(this::work);
            thread.start();
        }
        notifyAll();
    }

    private void work() {
        Runnable job = next();
        while (job != null) {
            job.run();
            job = next();
        }
    }

    private synchronized @Nullable Runnable next() {
        while (jobs.isEmpty() && !ended) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return null;
            }
        }
        return jobs.poll();
    }

    /** Waits until all jobs have run and the thread has ended. */
    void close() {
        Thread last;
        synchronized (this) {
            ended = true;
            notifyAll();
            last = thread;
        }
        if (last != null) {
            try {
                last.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
