package dev.spinel.distribution;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a server sends over links of this JVM, handled by the thread that waits for it. */
final class Arrivals {
    private final LinkedBlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();

    /** Takes what has arrived; any thread. */
    void add(Runnable arrival) {
        waiting.add(arrival);
    }

    /** Handles what arrives until a reply is there. */
    <T> T await(CompletableFuture<T> reply) {
        try {
            while (!reply.isDone()) {
                Runnable arrival = waiting.poll(20, TimeUnit.SECONDS);
                if (arrival == null) {
                    throw new AssertionError("The server did not answer");
                }
                arrival.run();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        return reply.join();
    }

    /** Forgets what has not been handled. */
    void clear() {
        waiting.clear();
    }
}
