package dev.spinel.patterns;

import dev.spinel.patterns.analytics.Window;
import dev.spinel.patterns.analytics.WindowedCounter;
import dev.spinel.patterns.cache.CacheAside;
import dev.spinel.patterns.leaderboard.Leaderboard;
import dev.spinel.patterns.lock.DistributedLock;
import dev.spinel.patterns.lock.Locks;
import dev.spinel.patterns.queue.Delivery;
import dev.spinel.patterns.queue.Message;
import dev.spinel.patterns.queue.QueueEngine;
import dev.spinel.patterns.queue.WorkQueue;
import dev.spinel.patterns.ratelimit.Limit;
import dev.spinel.patterns.ratelimit.RateLimiter;
import dev.spinel.patterns.session.SessionStore;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntConsumer;

/**
 * Measures what a caller sees: each recipe through Lettuce against a redis-server of its own, beside an empty script as the price of
 * a round trip. Arguments: threads, seconds per figure.
 */
final class Figures {
    private Figures() {}

    public static void main(String[] arguments) throws InterruptedException {
        int threads = Integer.parseInt(arguments[0]);
        Duration length = Duration.ofSeconds(Long.parseLong(arguments[1]));
        try (RedisServer server = RedisServer.start();
                PatternRuntime runtime = PatternRuntime.over(ClientKind.LETTUCE.connect(server.port()))) {
            System.out.printf("%-42s %10s %9s %9s%n", threads + " threads", "per second", "p50 us", "p99 us");
            Operation<Long> empty = new Operation<>(
                    "empty", Script.of("return 1"), Operation.Retry.IDEMPOTENT, (reply, repeated) -> reply.asLong());
            measure(
                    "empty script",
                    1,
                    threads,
                    length,
                    thread -> PatternRuntime.await(runtime.run(empty, List.of("k"), new Arguments())));

            RateLimiter limiter = RateLimiter.builder(runtime)
                    .limits(Limit.Gcra.of("a", 1_000_000, Duration.ofSeconds(1)))
                    .build();
            measure("rate limiter, one key", 1, threads, length, thread -> limiter.tryAcquire("hot"));
            RateLimiter three = RateLimiter.builder(runtime)
                    .name("three")
                    .limits(
                            Limit.Gcra.of("a", 1_000_000, Duration.ofSeconds(1)),
                            Limit.SlidingWindow.of("b", 1_000_000_000, Duration.ofHours(1)),
                            Limit.FixedWindow.of("c", 1_000_000_000, Duration.ofDays(1)))
                    .build();
            measure(
                    "rate limiter, three limits, 1000 keys",
                    1,
                    threads,
                    length,
                    thread -> three.tryAcquire("k" + ThreadLocalRandom.current().nextInt(1000)));

            Locks locks = Locks.over(runtime);
            DistributedLock[] own = new DistributedLock[threads];
            Arrays.setAll(own, i -> locks.lock("own " + i));
            measure("lock and unlock, one lock per thread", 1, threads, length, thread -> own[thread]
                    .tryAcquire()
                    .orElseThrow()
                    .release());
            DistributedLock[] fair = new DistributedLock[threads];
            Arrays.setAll(fair, i -> locks.fairLock("fair " + i));
            measure("fair lock and unlock, one per thread", 1, threads, length, thread -> fair[thread]
                    .tryAcquire()
                    .orElseThrow()
                    .release());
            DistributedLock shared = locks.lock("shared");
            measure("lock and unlock, one lock for all", 1, threads, length, thread -> PatternRuntime.await(
                            shared.acquireAsync())
                    .release());

            CacheAside<String> cache = CacheAside.builder(
                            runtime,
                            "figures",
                            Codec.utf8(),
                            key -> CompletableFuture.completedFuture(Optional.of("v".repeat(1000))))
                    .build();
            measure("cache: hit of 1,000 bytes", 1, threads, length, thread -> cache.get("k"));
            SessionStore<String> sessions =
                    SessionStore.builder(runtime, "figures", Codec.utf8()).build();
            String session = sessions.create(Map.of("a", "1", "b", "2"), "ann").id();
            measure("session: load", 1, threads, length, thread -> sessions.load(session));
            Window hour = Window.of(60, Duration.ofMinutes(1));
            WindowedCounter counter = WindowedCounter.of(runtime, "figures", hour);
            measure("counter of 60 buckets: add", 1, threads, length, thread -> counter.add("k", 1));

            Leaderboard board = Leaderboard.builder(runtime, "b").build();
            Random random = new Random(1);
            for (int i = 0; i < 100_000; i++) {
                var unused = board.submitAsync("m" + i, random.nextInt(1_000_000));
            }
            board.top(1);
            measure(
                    "leaderboard of 100,000: add",
                    1,
                    threads,
                    length,
                    thread -> board.add("m" + ThreadLocalRandom.current().nextInt(100_000), 1));
            measure(
                    "leaderboard of 100,000: 11 around",
                    1,
                    threads,
                    length,
                    thread -> board.around("m" + ThreadLocalRandom.current().nextInt(100_000), 5, 5));

            for (QueueEngine engine : QueueEngine.values()) {
                measure(WorkQueue.builder(runtime, "q").engine(engine).build(), engine, threads, length);
            }
        }
        System.exit(0);
    }

    private static void measure(WorkQueue queue, QueueEngine engine, int threads, Duration length)
            throws InterruptedException {
        List<Message> batch = Collections.nCopies(50, Message.of("0123456789".repeat(10)));
        measure(
                "queue, " + engine + ": enqueue, batches of 50",
                50,
                threads,
                length,
                thread -> queue.enqueueAll(batch));
        List<List<Delivery>> held = new ArrayList<>(Collections.nCopies(threads, List.of()));
        measure(
                "queue, " + engine + ": settle and claim, batches of 50",
                50,
                threads,
                length,
                thread -> held.set(
                        thread,
                        queue.exchange(
                                        held.get(thread).stream()
                                                .map(Delivery::acknowledge)
                                                .toList(),
                                        50)
                                .deliveries()));
    }

    /** Runs a call on all threads for the given time, after half of it to warm up. */
    private static void measure(String what, int perCall, int threads, Duration length, IntConsumer call)
            throws InterruptedException {
        long[][] nanos = new long[threads][];
        Thread[] running = new Thread[threads];
        for (int i = 0; i < threads; i++) {
            int thread = i;
            running[i] = new Thread(() -> {
                long warm = System.nanoTime() + length.toNanos() / 2;
                while (System.nanoTime() < warm) {
                    call.accept(thread);
                }
                long end = System.nanoTime() + length.toNanos();
                long[] taken = new long[1 << 20];
                int calls = 0;
                for (long now = System.nanoTime(); now < end && calls < taken.length; calls++) {
                    call.accept(thread);
                    long after = System.nanoTime();
                    taken[calls] = after - now;
                    now = after;
                }
                nanos[thread] = Arrays.copyOf(taken, calls);
            });
            running[i].start();
        }
        for (Thread thread : running) {
            thread.join();
        }
        long[] all = Arrays.stream(nanos).flatMapToLong(Arrays::stream).sorted().toArray();
        System.out.printf(
                "%-42s %10.0f %9.0f %9.0f%n",
                what,
                (double) all.length * perCall / length.toMillis() * 1000,
                all[all.length / 2] / 1e3,
                all[(int) (all.length * 0.99)] / 1e3);
    }
}
