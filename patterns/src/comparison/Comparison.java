import dev.spinel.patterns.jedis.JedisTransport;
import dev.spinel.patterns.leaderboard.Leaderboard;
import dev.spinel.patterns.lettuce.LettuceTransport;
import dev.spinel.patterns.lock.DistributedLock;
import dev.spinel.patterns.lock.Locks;
import dev.spinel.patterns.queue.Delivery;
import dev.spinel.patterns.queue.Message;
import dev.spinel.patterns.queue.QueueEngine;
import dev.spinel.patterns.queue.QueueWorker;
import dev.spinel.patterns.queue.Settlement;
import dev.spinel.patterns.queue.WorkQueue;
import dev.spinel.patterns.ratelimit.Limit;
import dev.spinel.patterns.ratelimit.RateLimiter;
import dev.spinel.patterns.transport.PatternRuntime;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.distributed.proxy.ProxyManager;
import io.github.bucket4j.redis.lettuce.Bucket4jLettuce;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.redisson.Redisson;
import org.redisson.api.RBatch;
import org.redisson.api.RBlockingQueue;
import org.redisson.api.RLock;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RScoredSortedSet;
import org.redisson.api.RStream;
import org.redisson.api.RStreamAsync;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.api.stream.StreamCreateGroupArgs;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.api.stream.StreamReadGroupArgs;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.UnifiedJedis;

/**
 * The recipes beside what Java programs use for the same, on the same server: one line each of operations per second, median and 99th percentile
 * in microseconds, and how many times the server read from its clients per operation, which are the round trips when there is one thread.
 *
 * <p>Arguments: host, port (of a server whose data may go), threads, seconds per line. The pom's profile {@code comparison} runs it; the README
 * has the command. What is compared differs in what it promises: Redisson's open queue forgets a message as soon as it is polled, its streams keep
 * what was acknowledged, and its locks have no fence.
 */
public final class Comparison {
    private static final int BOARD = 100_000;
    private static final int BATCH = 50;
    private static final int HANDLED = 100_000;
    private static final int ROUNDS = 3;
    private static final String GROUP = "group";
    private static final String BODY = "0123456789".repeat(10);

    private final int threads;
    private final Duration length;
    private final RedisCommands<String, String> server;

    private Comparison(int threads, Duration length, RedisCommands<String, String> server) {
        this.threads = threads;
        this.length = length;
        this.server = server;
    }

    /** One operation of a thread. */
    @FunctionalInterface
    private interface Work {
        void run(int thread) throws Exception;
    }

    /** One operation of a thread, which tells how many things it handled: calls that found none do not count. */
    @FunctionalInterface
    private interface CountedWork {
        int run(int thread) throws Exception;
    }

    /** What threads did in some time: how long each call took, and how many things they handled. */
    private record Run(long[] nanos, long handled) {}

    /** One line: its work, and what was measured of it. */
    private static final class Line {
        private final String what;
        private final CountedWork work;
        private long[] nanos = {};
        private long handled;
        private long reads;

        Line(String what, CountedWork work) {
            this.what = what;
            this.work = work;
        }

        Line(String what, int perCall, Work work) {
            this(what, thread -> {
                work.run(thread);
                return perCall;
            });
        }
    }

    /** The recipes over one client library. */
    private record Ours(String client, PatternRuntime runtime) {
        String line(String what) {
            return what + ": Spinel over " + client;
        }
    }

    public static void main(String[] arguments) throws Exception {
        String host = arguments[0];
        int port = Integer.parseInt(arguments[1]);
        String uri = "redis://" + host + ':' + port;
        RedisClient client = RedisClient.create(uri);
        Config config = new Config();
        config.useSingleServer().setAddress(uri);
        config.setCodec(StringCodec.INSTANCE);
        RedissonClient redisson = Redisson.create(config);
        ExecutorService jedisThreads = Executors.newCachedThreadPool();
        try (UnifiedJedis jedis = redis.clients.jedis.RedisClient.builder()
                        .hostAndPort(new HostAndPort(host, port))
                        .build();
                PatternRuntime overLettuce = PatternRuntime.over(LettuceTransport.connect(uri));
                PatternRuntime overJedis = PatternRuntime.over(JedisTransport.over(jedis, jedisThreads));
                var connection = client.connect();
                StatefulRedisConnection<String, byte[]> bucketConnection =
                        client.connect(RedisCodec.of(io.lettuce.core.codec.StringCodec.UTF8, ByteArrayCodec.INSTANCE))) {
            connection.sync().flushall();
            Comparison comparison = new Comparison(
                    Integer.parseInt(arguments[2]),
                    Duration.ofSeconds(Long.parseLong(arguments[3])),
                    connection.sync());
            System.out.printf("%-58s %10s %9s %9s %7s%n", "", "per second", "median", "99 %", "reads");
            List<Ours> ours = List.of(new Ours("Lettuce", overLettuce), new Ours("Jedis", overJedis));
            comparison.locks(ours, redisson);
            comparison.limiters(ours, redisson, bucketConnection);
            comparison.queues(ours, redisson);
            comparison.boards(ours, redisson);
        } finally {
            redisson.shutdown();
            client.shutdown();
            jedisThreads.shutdown();
        }
    }

    private void locks(List<Ours> ours, RedissonClient redisson) throws Exception {
        List<Line> apart = new ArrayList<>();
        List<Line> together = new ArrayList<>();
        for (Ours mine : ours) {
            Locks locks = Locks.over(mine.runtime());
            apart.add(new Line(mine.line("lock and unlock, a lock per thread"), 1, thread -> {
                DistributedLock lock = locks.lock("mine " + thread);
                lock.acquire().release();
            }));
            DistributedLock one = locks.lock("mine");
            together.add(new Line(
                    mine.line("lock and unlock, one lock"), 1, thread -> one.acquire().release()));
        }
        apart.add(new Line("lock and unlock, a lock per thread: Redisson RLock", 1, thread -> {
            RLock lock = redisson.getLock("theirs " + thread);
            lock.lock();
            lock.unlock();
        }));
        RLock one = redisson.getLock("theirs");
        together.add(new Line("lock and unlock, one lock: Redisson RLock", 1, thread -> {
            one.lock();
            one.unlock();
        }));
        measure(apart);
        measure(together);
    }

    private void limiters(
            List<Ours> ours, RedissonClient redisson, StatefulRedisConnection<String, byte[]> connection)
            throws Exception {
        List<Line> lines = new ArrayList<>();
        for (Ours mine : ours) {
            RateLimiter limiter = RateLimiter.builder(mine.runtime())
                    .limits(Limit.TokenBucket.of("bucket", 1_000_000, Duration.ofSeconds(1)))
                    .build();
            lines.add(new Line(mine.line("tryAcquire, one key"), 1, thread -> limiter.tryAcquire("k")));
        }
        ProxyManager<String> manager =
                Bucket4jLettuce.casBasedBuilder(connection).build();
        BucketConfiguration million = BucketConfiguration.builder()
                .addLimit(limit -> limit.capacity(1_000_000).refillGreedy(1_000_000, Duration.ofSeconds(1)))
                .build();
        Bucket bucket = manager.builder().build("bucket", () -> million);
        lines.add(new Line("tryAcquire, one key: Bucket4j on Lettuce", 1, thread -> bucket.tryConsume(1)));
        RRateLimiter theirs = redisson.getRateLimiter("limiter");
        theirs.trySetRate(RateType.OVERALL, 1_000_000, Duration.ofSeconds(1));
        lines.add(new Line("tryAcquire, one key: Redisson RRateLimiter", 1, thread -> theirs.tryAcquire()));
        measure(lines);
    }

    private void queues(List<Ours> ours, RedissonClient redisson) throws Exception {
        for (int batch : new int[] {1, BATCH}) {
            List<Line> enqueue = new ArrayList<>();
            List<Line> consume = new ArrayList<>();
            List<Message> messages = Collections.nCopies(batch, Message.of(BODY));
            for (QueueEngine engine : QueueEngine.values()) {
                for (Ours mine : ours) {
                    WorkQueue queue = queue(mine, engine);
                    String which = " " + batch + " (" + engine.name().toLowerCase(Locale.ROOT) + ")";
                    enqueue.add(new Line(mine.line("enqueue" + which), batch, thread -> queue.enqueueAll(messages)));
                    List<List<Delivery>> held = new ArrayList<>(Collections.nCopies(threads, List.of()));
                    consume.add(new Line(
                            mine.line("consume" + which), thread -> settleAndClaim(queue, held, thread, batch)));
                }
            }
            RBlockingQueue<String> theirs = redisson.getBlockingQueue("queue");
            List<String> bodies = Collections.nCopies(batch, BODY);
            enqueue.add(new Line(
                    "enqueue " + batch + ": Redisson queue, lossy", batch, thread -> theirs.addAll(bodies)));
            consume.add(new Line(
                    "consume " + batch + ": Redisson queue, lossy",
                    thread -> theirs.poll(batch).size()));
            RStream<String, String> stream = redisson.getStream("stream " + batch);
            stream.createGroup(StreamCreateGroupArgs.name(GROUP).makeStream());
            enqueue.add(new Line("enqueue " + batch + ": Redisson stream", batch, thread -> add(redisson, batch)));
            consume.add(new Line(
                    "consume " + batch + ": Redisson stream with acknowledgement",
                    thread -> readAndAcknowledge(stream, thread, batch)));
            measure(enqueue);
            measure(consume);
        }
        for (QueueEngine engine : QueueEngine.values()) {
            for (Ours mine : ours) {
                worker(
                        queue(mine, engine),
                        mine.line("worker with 50 places (" + engine.name().toLowerCase(Locale.ROOT) + ")"));
            }
        }
    }

    private static void add(RedissonClient redisson, int count) {
        RBatch batch = redisson.createBatch();
        RStreamAsync<String, String> stream = batch.getStream("stream " + count);
        for (int i = 0; i < count; i++) {
            stream.addAsync(StreamAddArgs.entry("body", BODY));
        }
        batch.execute();
    }

    private static int readAndAcknowledge(RStream<String, String> stream, int thread, int count) {
        Map<StreamMessageId, Map<String, String>> read = stream.readGroup(
                GROUP,
                "consumer " + thread,
                StreamReadGroupArgs.neverDelivered().count(count));
        if (!read.isEmpty()) {
            stream.ack(GROUP, read.keySet().toArray(StreamMessageId[]::new));
        }
        return read.size();
    }

    private static WorkQueue queue(Ours mine, QueueEngine engine) {
        return WorkQueue.builder(mine.runtime(), "q " + mine.client())
                .engine(engine)
                .build();
    }

    /** How many messages one worker handles per second, whose handler does nothing. */
    private void worker(WorkQueue queue, String what) throws Exception {
        List<Message> messages = Collections.nCopies(BATCH, Message.of(BODY));
        long ready = queue.stats().ready();
        for (; ready < HANDLED; ready += BATCH) {
            queue.enqueueAll(messages);
        }
        CountDownLatch handled = new CountDownLatch((int) ready);
        long start = System.nanoTime();
        try (QueueWorker worker = QueueWorker.builder(queue, ForkJoinPool.commonPool(), delivery -> {
                    handled.countDown();
                    return delivery.acknowledge();
                })
                .concurrency(BATCH)
                .start()) {
            handled.await();
            double seconds = (System.nanoTime() - start) / 1e9;
            System.out.printf("%-58s %10.0f%n", what, ready / seconds);
            worker.drain().toCompletableFuture().join();
        }
    }

    private static int settleAndClaim(WorkQueue queue, List<List<Delivery>> held, int thread, int count) {
        List<Settlement> done = held.get(thread).stream().map(Delivery::acknowledge).toList();
        held.set(thread, queue.exchange(done, count).deliveries());
        return held.get(thread).size();
    }

    private void boards(List<Ours> ours, RedissonClient redisson) throws Exception {
        RScoredSortedSet<String> theirs = redisson.getScoredSortedSet("board");
        Leaderboard filled = Leaderboard.builder(ours.get(0).runtime(), "b").build();
        for (int i = 0; i < BOARD; i++) {
            int score = ThreadLocalRandom.current().nextInt(1_000_000);
            filled.submitAsync("m" + i, score);
            theirs.addAsync(score, "m" + i);
            if (i % 1000 == 999) { // not so many on their way that the next one waits for longer than a time-out
                filled.top(1);
                theirs.size();
            }
        }
        List<Line> lines = new ArrayList<>();
        for (Ours mine : ours) {
            Leaderboard board = Leaderboard.builder(mine.runtime(), "b").build();
            lines.add(new Line(
                    mine.line("11 around a member of 100,000"), 1, thread -> board.around(member(), 5, 5)));
        }
        lines.add(new Line("11 around a member of 100,000: Redisson, two calls", 1, thread -> {
            int rank = theirs.revRank(member());
            theirs.entryRangeReversed(Math.max(0, rank - 5), rank + 5);
        }));
        measure(lines);
    }

    private static String member() {
        return "m" + ThreadLocalRandom.current().nextInt(BOARD);
    }

    private long reads() {
        return server.info("stats")
                .lines()
                .filter(line -> line.startsWith("total_reads_processed:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
                .sum();
    }

    /**
     * Runs lines on all threads, each for the given time in all, after half of it to warm up. They take turns, since machines are faster at one
     * moment than at another.
     */
    private void measure(List<Line> lines) throws Exception {
        for (Line line : lines) {
            runAll(line.work, length.dividedBy(2));
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (Line line : lines) {
                long before = reads();
                Run run = runAll(line.work, length.dividedBy(ROUNDS));
                line.reads += reads() - before;
                line.handled += run.handled();
                line.nanos = LongStream.concat(Arrays.stream(line.nanos), Arrays.stream(run.nanos()))
                        .toArray();
            }
        }
        for (Line line : lines) {
            long[] nanos = line.nanos;
            Arrays.sort(nanos);
            System.out.printf(
                    "%-58s %10.0f %9.0f %9.0f %7.2f%n",
                    line.what,
                    (double) line.handled / length.toMillis() * 1000,
                    nanos[nanos.length / 2] / 1e3,
                    nanos[(int) (nanos.length * 0.99)] / 1e3,
                    (double) line.reads / nanos.length);
        }
    }

    private Run runAll(CountedWork work, Duration time) throws Exception {
        long[][] nanos = new long[threads][];
        AtomicLong handled = new AtomicLong();
        AtomicReference<Exception> failure = new AtomicReference<>();
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int thread = i;
            running.add(new Thread(() -> {
                long end = System.nanoTime() + time.toNanos();
                long[] taken = new long[1 << 20];
                int calls = 0;
                try {
                    for (long now = System.nanoTime(); now < end && calls < taken.length; ) {
                        int count = work.run(thread);
                        long after = System.nanoTime();
                        if (count > 0) {
                            taken[calls] = after - now;
                            calls++;
                            handled.addAndGet(count);
                        }
                        now = after;
                    }
                } catch (Exception e) {
                    failure.set(e);
                }
                nanos[thread] = Arrays.copyOf(taken, calls);
            }));
        }
        running.forEach(Thread::start);
        for (Thread thread : running) {
            thread.join();
        }
        if (failure.get() != null) {
            throw failure.get();
        }
        return new Run(Arrays.stream(nanos).flatMapToLong(Arrays::stream).toArray(), handled.get());
    }
}
