package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.redisson.Redisson;
import org.redisson.api.BatchOptions;
import org.redisson.api.DeletedObjectListener;
import org.redisson.api.EvictionMode;
import org.redisson.api.ExpiredObjectListener;
import org.redisson.api.FunctionMode;
import org.redisson.api.FunctionResult;
import org.redisson.api.RAtomicDouble;
import org.redisson.api.RAtomicLong;
import org.redisson.api.RBatch;
import org.redisson.api.RBinaryStream;
import org.redisson.api.RBitSet;
import org.redisson.api.RBlockingQueue;
import org.redisson.api.RBloomFilter;
import org.redisson.api.RBoundedBlockingQueue;
import org.redisson.api.RBucket;
import org.redisson.api.RClientSideCaching;
import org.redisson.api.RCountDownLatch;
import org.redisson.api.RDelayedQueue;
import org.redisson.api.RDeque;
import org.redisson.api.RFencedLock;
import org.redisson.api.RFunction;
import org.redisson.api.RFuture;
import org.redisson.api.RGeo;
import org.redisson.api.RHyperLogLog;
import org.redisson.api.RIdGenerator;
import org.redisson.api.RKeys;
import org.redisson.api.RLexSortedSet;
import org.redisson.api.RList;
import org.redisson.api.RListMultimap;
import org.redisson.api.RLocalCachedMap;
import org.redisson.api.RLock;
import org.redisson.api.RLongAdder;
import org.redisson.api.RMap;
import org.redisson.api.RMapCache;
import org.redisson.api.RMapCacheNative;
import org.redisson.api.RPatternTopic;
import org.redisson.api.RPermitExpirableSemaphore;
import org.redisson.api.RPriorityQueue;
import org.redisson.api.RQueue;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RReadWriteLock;
import org.redisson.api.RReliableTopic;
import org.redisson.api.RRingBuffer;
import org.redisson.api.RScheduledExecutorService;
import org.redisson.api.RScoredSortedSet;
import org.redisson.api.RScript;
import org.redisson.api.RSemaphore;
import org.redisson.api.RSet;
import org.redisson.api.RSetCache;
import org.redisson.api.RShardedTopic;
import org.redisson.api.RStream;
import org.redisson.api.RTimeSeries;
import org.redisson.api.RTopic;
import org.redisson.api.RTransaction;
import org.redisson.api.RType;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.api.RemoteInvocationOptions;
import org.redisson.api.SetIntersectionArgs;
import org.redisson.api.SetUnionArgs;
import org.redisson.api.SortOrder;
import org.redisson.api.TransactionOptions;
import org.redisson.api.WorkerOptions;
import org.redisson.api.geo.GeoOrder;
import org.redisson.api.geo.GeoSearchArgs;
import org.redisson.api.geo.GeoUnit;
import org.redisson.api.listener.ListAddListener;
import org.redisson.api.listener.MapExpiredListener;
import org.redisson.api.map.event.EntryExpiredListener;
import org.redisson.api.options.ClientSideCachingOptions;
import org.redisson.api.options.KeysScanOptions;
import org.redisson.api.options.LocalCachedMapOptions;
import org.redisson.api.stream.AutoClaimResult;
import org.redisson.api.stream.PendingResult;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.api.stream.StreamCreateGroupArgs;
import org.redisson.api.stream.StreamMessageId;
import org.redisson.api.stream.StreamPendingRangeArgs;
import org.redisson.api.stream.StreamRangeArgs;
import org.redisson.api.stream.StreamReadArgs;
import org.redisson.api.stream.StreamReadGroupArgs;
import org.redisson.api.stream.StreamTrimArgs;
import org.redisson.client.RedisException;
import org.redisson.client.codec.IntegerCodec;
import org.redisson.client.codec.StringCodec;
import org.redisson.codec.CompositeCodec;
import org.redisson.config.Config;
import org.redisson.config.Protocol;
import org.redisson.transaction.TransactionException;
import redis.clients.jedis.Jedis;

/**
 * What two programs that use Redisson see of each other, in both protocols. One server serves all tests of a protocol; each test
 * finds it empty.
 */
@ParameterizedClass
@EnumSource(Protocol.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedissonIT {
    private static final long PATIENCE_SECONDS = 10;
    private static final int WATCHDOG_MILLIS = 900;

    @Parameter
    private Protocol protocol;

    private SpinelServer server;
    private RedissonClient client;
    private RedissonClient other;
    private ExecutorService threads;

    @BeforeParameterizedClassInvocation
    void start() {
        server = SpinelServer.builder()
                .port(0)
                .directive("notify-keyspace-events", "KEA")
                .start();
        client = connect();
        other = connect();
        threads = Executors.newCachedThreadPool();
    }

    @AfterParameterizedClassInvocation
    void stop() {
        threads.shutdownNow();
        shutdown(other);
        shutdown(client);
        server.close();
    }

    @BeforeEach
    void empty() {
        client.getKeys().flushall();
    }

    private RedissonClient connect() {
        Config config = new Config();
        config.setProtocol(protocol)
                .setThreads(4)
                .setNettyThreads(2)
                .setLockWatchdogTimeout(WATCHDOG_MILLIS)
                .setMinCleanUpDelay(1);
        config.useSingleServer()
                .setAddress("redis://127.0.0.1:" + server.port())
                .setConnectionMinimumIdleSize(2)
                .setConnectionPoolSize(24);
        return Redisson.create(config);
    }

    private static void shutdown(RedissonClient client) {
        client.shutdown(0, 100, TimeUnit.MILLISECONDS);
    }

    private <T> CompletableFuture<T> inBackground(Callable<T> action) {
        CompletableFuture<T> result = new CompletableFuture<>();
        threads.execute(() -> {
            try {
                result.complete(action.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result;
    }

    private static <T> T valueOf(CompletableFuture<T> future) throws Exception {
        return future.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private static <T> T next(BlockingQueue<T> received) throws InterruptedException {
        return received.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }

    private static ConditionFactory await() {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(PATIENCE_SECONDS))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(5));
    }

    /** Waits until so many subscriptions have arrived at the server: Redisson subscribes on its own time. */
    private void awaitSubscribers(String channel, long count) {
        await().until(() -> client.getTopic(channel).countSubscribers() == count);
    }

    /** Waits until so many clients are blocked in a command. */
    private void awaitBlocked(String command, int count) {
        try (Jedis observer = new Jedis("127.0.0.1", server.port())) {
            await().until(() -> observer.clientList()
                            .lines()
                            .filter(line -> line.contains(" flags=b ") && line.contains(" cmd=" + command + " "))
                            .count()
                    == count);
        }
    }

    private String info(String section) {
        return client.getScript(StringCodec.INSTANCE)
                .eval(RScript.Mode.READ_ONLY, "return redis.call('INFO', '" + section + "')", RScript.ReturnType.VALUE);
    }

    @Nested
    class Locks {
        @Test
        void lock_isReentrantAndReleasedByTheLastUnlock() throws Exception {
            RLock lock = client.getLock("lock");
            lock.lock();
            assertThat(lock.tryLock()).isTrue();
            assertThat(lock.getHoldCount()).isEqualTo(2);

            lock.unlock();
            assertThat(valueOf(inBackground(() -> other.getLock("lock").tryLock())))
                    .isFalse();
            lock.unlock();
            assertThat(valueOf(inBackground(() -> other.getLock("lock").tryLock())))
                    .isTrue();
        }

        @Test
        void unlock_byAnother_isRefused() throws Exception {
            client.getLock("lock").lock();

            assertThatThrownBy(() -> other.getLock("lock").unlock()).isInstanceOf(IllegalMonitorStateException.class);
            assertThat(other.getLock("lock").forceUnlock()).isTrue();
            assertThat(client.getLock("lock").isLocked()).isFalse();
        }

        @Test
        void tryLock_givesUpAfterItsWait() throws Exception {
            client.getLock("lock").lock(60, TimeUnit.SECONDS);

            long start = System.nanoTime();
            assertThat(other.getLock("lock").tryLock(100, TimeUnit.MILLISECONDS))
                    .isFalse();
            // Redisson goes by a clock of whole milliseconds.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(98));
        }

        @Test
        void waitingLock_isWokenByTheUnlock() throws Exception {
            RLock lock = client.getLock("lock");
            // Without the message of the unlock the other one would try again after a minute.
            lock.lock(60, TimeUnit.SECONDS);
            CompletableFuture<Boolean> waiting =
                    inBackground(() -> other.getLock("lock").tryLock(30, TimeUnit.SECONDS));
            awaitSubscribers("redisson_lock__channel:{lock}", 1);

            lock.unlock();

            assertThat(valueOf(waiting)).isTrue();
        }

        @Test
        void watchdog_prolongsTheLockForAsLongAsItsHolderLives() throws Exception {
            RedissonClient mortal = connect();
            try {
                assertThat(mortal.getLock("lock").tryLock()).isTrue();
                for (int renewals = 0; renewals < 4; renewals++) {
                    await().until(() -> client.getLock("lock").remainTimeToLive() < WATCHDOG_MILLIS - 150);
                    await().until(() -> client.getLock("lock").remainTimeToLive() > WATCHDOG_MILLIS - 100);
                }
            } finally {
                shutdown(mortal);
            }
            assertThat(client.getLock("lock").tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
        }

        @Test
        void contention_ofTwoClients_excludesEachOther() throws Exception {
            List<CompletableFuture<Void>> workers = new ArrayList<>();
            for (RedissonClient contender : List.of(client, other, client, other)) {
                workers.add(inBackground(() -> {
                    RLock lock = contender.getLock("lock");
                    RBucket<Integer> counter = contender.getBucket("counter");
                    for (int i = 0; i < 25; i++) {
                        lock.lock();
                        try {
                            counter.set(counter.isExists() ? counter.get() + 1 : 1);
                        } finally {
                            lock.unlock();
                        }
                    }
                    return null;
                }));
            }
            for (CompletableFuture<Void> worker : workers) {
                valueOf(worker);
            }

            assertThat(client.getBucket("counter").get()).isEqualTo(100);
        }

        @Test
        void fairLock_isHandedOutInTheOrderOfAsking() throws Exception {
            List<String> order = new CopyOnWriteArrayList<>();
            RLock lock = client.getFairLock("lock");
            lock.lock();
            List<CompletableFuture<Void>> waiting = new ArrayList<>();
            for (String name : List.of("first", "second", "third")) {
                RLock contended = (name.equals("second") ? client : other).getFairLock("lock");
                waiting.add(inBackground(() -> {
                    contended.lock();
                    order.add(name);
                    contended.unlock();
                    return null;
                }));
                await().until(() -> client.getList("redisson_lock_queue:{lock}", StringCodec.INSTANCE)
                                .size()
                        == waiting.size());
            }

            lock.unlock();

            for (CompletableFuture<Void> each : waiting) {
                valueOf(each);
            }
            assertThat(order).containsExactly("first", "second", "third");
        }

        @Test
        void readWriteLock_isSharedByReadersOnly() throws Exception {
            RReadWriteLock mine = client.getReadWriteLock("lock");
            RReadWriteLock theirs = other.getReadWriteLock("lock");
            assertThat(mine.readLock().tryLock()).isTrue();
            assertThat(theirs.readLock().tryLock()).isTrue();
            assertThat(valueOf(inBackground(() -> theirs.writeLock().tryLock())))
                    .isFalse();

            mine.readLock().unlock();
            CompletableFuture<Boolean> writer =
                    inBackground(() -> mine.writeLock().tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS));
            awaitSubscribers("redisson_rwlock:{lock}", 1);
            theirs.readLock().unlock();

            assertThat(valueOf(writer)).isTrue();
            assertThat(theirs.readLock().tryLock()).isFalse();
        }

        @Test
        void fencedLock_givesHigherAndHigherTokens() throws Exception {
            RFencedLock lock = client.getFencedLock("lock");
            long first = lock.lockAndGetToken();
            lock.unlock();

            assertThat(other.getFencedLock("lock").tryLockAndGetToken()).isGreaterThan(first);
        }

        @Test
        void multiLock_takesAllOrNone() throws Exception {
            other.getLock("b").lock();
            RLock both = client.getMultiLock(client.getLock("a"), client.getLock("b"));

            assertThat(both.tryLock()).isFalse();
            assertThat(client.getLock("a").isLocked()).isFalse();
            other.getLock("b").unlock();
            assertThat(both.tryLock()).isTrue();
            assertThat(client.getLock("a").isLocked()).isTrue();
            both.unlock();
            assertThat(client.getLock("a").isLocked()).isFalse();
        }

        @Test
        void spinLock_excludes() throws Exception {
            client.getSpinLock("lock").lock();
            CompletableFuture<Boolean> waiting =
                    inBackground(() -> other.getSpinLock("lock").tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS));

            client.getSpinLock("lock").unlock();

            assertThat(valueOf(waiting)).isTrue();
        }
    }

    @Nested
    class Synchronizers {
        @Test
        void semaphore_waitsForAPermitOfAnother() throws Exception {
            RSemaphore semaphore = client.getSemaphore("semaphore");
            assertThat(semaphore.trySetPermits(2)).isTrue();
            assertThat(semaphore.trySetPermits(5)).isFalse();
            semaphore.acquire(2);
            assertThat(other.getSemaphore("semaphore").tryAcquire()).isFalse();
            CompletableFuture<Boolean> waiting = inBackground(
                    () -> other.getSemaphore("semaphore").tryAcquire(Duration.ofSeconds(PATIENCE_SECONDS)));
            awaitSubscribers("redisson_sc:{semaphore}", 1);

            semaphore.release();

            assertThat(valueOf(waiting)).isTrue();
            assertThat(semaphore.availablePermits()).isZero();
        }

        @Test
        void permit_goesBackWhenItsLeaseIsOver() throws Exception {
            RPermitExpirableSemaphore semaphore = client.getPermitExpirableSemaphore("semaphore");
            semaphore.trySetPermits(1);
            String lost = semaphore.acquire(60, TimeUnit.SECONDS);
            assertThat(other.getPermitExpirableSemaphore("semaphore").tryAcquire())
                    .isNull();
            assertThat(semaphore.updateLeaseTime(lost, 50, TimeUnit.MILLISECONDS))
                    .isTrue();

            String next =
                    other.getPermitExpirableSemaphore("semaphore").tryAcquire(PATIENCE_SECONDS, 60, TimeUnit.SECONDS);

            assertThat(next).isNotNull().isNotEqualTo(lost);
            assertThat(semaphore.tryRelease(lost)).isFalse();
            assertThat(semaphore.getLeaseTime(next)).isBetween(50_000L, 60_000L);
            assertThat(semaphore.tryRelease(next)).isTrue();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        }

        @Test
        void latch_opensAtZero() throws Exception {
            RCountDownLatch latch = client.getCountDownLatch("latch");
            assertThat(latch.trySetCount(2)).isTrue();
            CompletableFuture<Boolean> waiting =
                    inBackground(() -> other.getCountDownLatch("latch").await(PATIENCE_SECONDS, TimeUnit.SECONDS));
            awaitSubscribers("redisson_countdownlatch__channel__{latch}", 1);

            latch.countDown();
            assertThat(latch.getCount()).isEqualTo(1);
            assertThat(waiting).isNotDone();
            latch.countDown();

            assertThat(valueOf(waiting)).isTrue();
            assertThat(latch.isExists()).isFalse();
        }

        @Test
        void rateLimiter_grantsItsRateAndNoMore() throws Exception {
            RRateLimiter limiter = client.getRateLimiter("hourly");
            assertThat(limiter.trySetRate(RateType.OVERALL, 5, Duration.ofHours(1)))
                    .isTrue();
            assertThat(other.getRateLimiter("hourly").tryAcquire(3)).isTrue();
            assertThat(limiter.tryAcquire(3)).isFalse();
            assertThat(limiter.tryAcquire(2)).isTrue();
            assertThat(limiter.availablePermits()).isZero();
        }

        @Test
        void rateLimiter_isWaitedFor() throws Exception {
            RRateLimiter limiter = client.getRateLimiter("limiter");
            limiter.trySetRate(RateType.OVERALL, 1, Duration.ofMillis(200));
            long start = System.nanoTime();
            for (int i = 0; i < 3; i++) {
                assertThat(limiter.tryAcquire(Duration.ofSeconds(PATIENCE_SECONDS)))
                        .isTrue();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(390));
        }

        @Test
        void idGenerator_givesEachNumberOnce() throws Exception {
            RIdGenerator mine = client.getIdGenerator("ids");
            RIdGenerator theirs = other.getIdGenerator("ids");
            assertThat(mine.tryInit(1000, 7)).isTrue();

            Set<Long> ids = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                assertThat(ids.add(mine.nextId())).isTrue();
                assertThat(ids.add(theirs.nextId())).isTrue();
            }
            assertThat(ids).allMatch(id -> id >= 1000 && id < 1050);
        }
    }

    @Nested
    class Maps {
        @Test
        void map_isAConcurrentMap() {
            CompositeCodec codec = new CompositeCodec(StringCodec.INSTANCE, IntegerCodec.INSTANCE);
            RMap<String, Integer> map = client.getMap("map", codec);
            assertThat(map.put("a", 1)).isNull();
            assertThat(map.put("a", 2)).isEqualTo(1);
            assertThat(map.putIfAbsent("a", 3)).isEqualTo(2);
            assertThat(map.fastPut("b", 5)).isTrue();
            assertThat(map.addAndGet("b", 10)).isEqualTo(15);
            assertThat(map.replace("a", 2, 4)).isTrue();
            assertThat(map.remove("a", 2)).isFalse();
            assertThat(map.merge("a", 1, Integer::sum)).isEqualTo(5);
            assertThat(map.computeIfAbsent("c", key -> 7)).isEqualTo(7);

            assertThat(other.<String, Integer>getMap("map", codec).readAllMap())
                    .containsExactlyInAnyOrderEntriesOf(Map.of("a", 5, "b", 15, "c", 7));
            assertThat(map.getAll(Set.of("a", "x"))).containsExactly(entry("a", 5));
            assertThat(map.fastRemove("a", "b", "x")).isEqualTo(2);
            assertThat(map.keySet()).containsExactly("c");
        }

        @Test
        void largeMap_isIteratedByScanning() {
            RMap<Integer, Integer> map = client.getMap("map");
            Map<Integer, Integer> numbers = new HashMap<>();
            for (int i = 0; i < 600; i++) {
                numbers.put(i, -i);
            }
            map.putAll(numbers, 200);

            Map<Integer, Integer> seen = new HashMap<>();
            map.entrySet().forEach(each -> seen.put(each.getKey(), each.getValue()));
            assertThat(seen).isEqualTo(numbers);
            assertThat(map.valueSize(7)).isPositive();
        }

        @Test
        void mapCache_forgetsEntriesWithATimeToLiveAndTellsOfThem() throws Exception {
            BlockingQueue<String> expired = new LinkedBlockingQueue<>();
            RMapCache<String, String> cache = client.getMapCache("entries");
            cache.addListener((EntryExpiredListener<String, String>)
                    event -> expired.add(event.getKey() + "=" + event.getValue()));
            cache.put("short", "1", 100, TimeUnit.MILLISECONDS);
            cache.put("idle", "2", 0, TimeUnit.MILLISECONDS, 100, TimeUnit.MILLISECONDS);
            cache.put("long", "3", 1, TimeUnit.HOURS);
            cache.put("eternal", "4");

            assertThat(cache.remainTimeToLive("long")).isBetween(3_500_000L, 3_600_000L);
            await().until(() -> !cache.containsKey("short"));
            assertThat(Set.of(next(expired), next(expired))).containsExactlyInAnyOrder("short=1", "idle=2");
            assertThat(other.<String, String>getMapCache("entries").readAllMap())
                    .containsOnlyKeys("long", "eternal");
            cache.destroy();
        }

        @Test
        void mapCache_ofLimitedSize_evictsWhatWasUsedLeast() {
            RMapCache<String, Integer> cache = client.getMapCache("cache");
            assertThat(cache.trySetMaxSize(2, EvictionMode.LFU)).isTrue();
            cache.put("a", 1);
            cache.put("b", 2);
            cache.get("a");
            cache.put("c", 3);

            assertThat(cache.keySet()).containsExactlyInAnyOrder("a", "c");
            cache.destroy();
        }

        @Test
        void nativeMapCache_hasTheServerForgetEntries() throws Exception {
            BlockingQueue<String> expired = new LinkedBlockingQueue<>();
            RMapCacheNative<String, String> cache = client.getMapCacheNative("cache");
            int listener = cache.addListener((MapExpiredListener) (name, key) -> expired.add(name));
            cache.put("short", "1", Duration.ofMillis(100));
            assertThat(cache.fastPut("long", "2", Duration.ofHours(1))).isTrue();
            cache.put("eternal", "3");

            assertThat(cache.remainTimeToLive(Set.of("long", "eternal", "absent")))
                    .hasEntrySatisfying("long", millis -> assertThat(millis).isBetween(3_500_000L, 3_600_000L))
                    .containsEntry("eternal", -1L)
                    .containsEntry("absent", -2L);
            assertThat(cache.clearExpire("long")).isTrue();
            assertThat(cache.expireEntry("eternal", Duration.ofMinutes(1))).isTrue();
            assertThat(cache.expireEntryIfGreater("eternal", Duration.ofSeconds(1)))
                    .isFalse();
            assertThat(next(expired)).isEqualTo("cache");
            assertThat(cache.readAllMap()).containsOnlyKeys("long", "eternal");
            cache.removeListener(listener);
        }

        @Test
        void localCachedMap_isToldWhatOthersChange() {
            RLocalCachedMap<String, Integer> mine = client.getLocalCachedMap(LocalCachedMapOptions.name("map"));
            RLocalCachedMap<String, Integer> theirs = other.getLocalCachedMap(LocalCachedMapOptions.name("map"));
            mine.put("key", 1);
            await().until(() -> theirs.get("key") == 1 && theirs.getCachedMap().containsKey("key"));

            mine.put("key", 2);

            await().until(() -> theirs.getCachedMap().isEmpty());
            assertThat(theirs.get("key")).isEqualTo(2);
            mine.destroy();
            theirs.destroy();
        }

        @Test
        void listMultimap_keepsSeveralValuesOfAKey() {
            RListMultimap<String, Integer> map = client.getListMultimap("multimap");
            map.put("a", 1);
            map.put("a", 2);
            map.put("b", 3);

            assertThat(map.get("a")).containsExactly(1, 2);
            assertThat(map.removeAll("a")).containsExactly(1, 2);
            assertThat(map.entries()).containsExactly(entry("b", 3));
        }

        @Test
        void clientSideCache_isToldWhatOthersChange() {
            assumeTrue(protocol == Protocol.RESP3, "Redisson has it in RESP3 only");
            RClientSideCaching caching = client.getClientSideCaching(ClientSideCachingOptions.defaults());
            RBucket<String> cached = caching.getBucket("bucket");
            other.getBucket("bucket").set("old");
            assertThat(cached.get()).isEqualTo("old");
            long calls = callsOfGet();
            assertThat(cached.get()).isEqualTo("old");
            assertThat(callsOfGet()).isEqualTo(calls);

            other.getBucket("bucket").set("new");

            await().until(() -> cached.get().equals("new"));
            caching.destroy();
        }

        private long callsOfGet() {
            return info("commandstats")
                    .lines()
                    .filter(line -> line.startsWith("cmdstat_get:calls="))
                    .mapToLong(line -> Long.parseLong(line.substring(line.indexOf('=') + 1, line.indexOf(','))))
                    .sum();
        }
    }

    @Nested
    class Sets {
        @Test
        void sets_intersectUniteAndDiffer() {
            RSet<String> tags = client.getSet("tags");
            tags.addAll(List.of("golang", "redis", "backend"));
            other.getSet("liked").addAll(List.of("redis", "java"));

            assertThat(tags.readIntersection("liked")).containsExactly("redis");
            assertThat(tags.readUnion("liked")).containsExactlyInAnyOrder("golang", "redis", "backend", "java");
            assertThat(tags.readDiff("liked")).containsExactlyInAnyOrder("golang", "backend");
            assertThat(tags.move("liked", "golang")).isTrue();
            assertThat(tags.containsEach(List.of("redis", "golang"))).containsExactly("redis");
            assertThat(tags.removeRandom(5)).containsExactlyInAnyOrder("redis", "backend");
            assertThat(tags.isExists()).isFalse();
        }

        @Test
        void largeSet_isIteratedByScanning() {
            RSet<Integer> set = client.getSet("set");
            List<Integer> numbers = numbers(0, 600);
            set.addAll(numbers);

            assertThat(set.stream(100)).containsExactlyInAnyOrderElementsOf(numbers);
        }

        @Test
        void setCache_forgetsElementsWithATimeToLive() {
            RSetCache<String> cache = client.getSetCache("cache");
            assertThat(cache.add("short", 50, TimeUnit.MILLISECONDS)).isTrue();
            assertThat(cache.add("long", 1, TimeUnit.HOURS)).isTrue();
            assertThat(cache.add("long")).isFalse();

            await().until(() -> !cache.contains("short"));
            assertThat(other.<String>getSetCache("cache").readAll()).containsExactly("long");
            cache.destroy();
        }

        @Test
        void scoredSortedSet_isALeaderboard() {
            RScoredSortedSet<String> scores = client.getScoredSortedSet("scores");
            assertThat(scores.addAll(Map.of("one", 1.0, "two", 2.0, "three", 3.5)))
                    .isEqualTo(3);
            assertThat(scores.addScore("one", 9.25)).isEqualTo(10.25);
            assertThat(scores.addIfGreater(1, "two")).isFalse();

            assertThat(scores.valueRangeReversed(0, -1)).containsExactly("one", "three", "two");
            assertThat(scores.valueRange(2, true, 3.5, false)).containsExactly("two");
            assertThat(scores.revRank("one")).isZero();
            assertThat(scores.getScore(List.of("three", "absent"))).containsExactly(3.5, null);
            assertThat(scores.rankEntry("two").getScore()).isEqualTo(2);
            other.getScoredSortedSet("more").add(5, "two");
            assertThat(scores.readIntersection(SetIntersectionArgs.names("more")))
                    .containsExactly("two");
            assertThat(scores.union(SetUnionArgs.names("scores", "more"))).isEqualTo(3);
            assertThat(scores.getScore("two")).isEqualTo(7);
            assertThat(scores.pollFirst()).isEqualTo("three");
            assertThat(scores.pollLastEntries(5)).hasSize(2);
        }

        @Test
        void scoredSortedSet_isWaitedFor() throws Exception {
            CompletableFuture<String> taken = inBackground(
                    () -> other.<String>getScoredSortedSet("scores").takeFirst());
            awaitBlocked("bzpopmin", 1);

            client.getScoredSortedSet("scores").addAll(Map.of("late", 2.0, "early", 1.0));

            assertThat(valueOf(taken)).isEqualTo("early");
        }

        @Test
        void lexSortedSet_isRangedByName() {
            RLexSortedSet names = client.getLexSortedSet("names");
            names.addAll(List.of("adam", "bert", "carl", "dora"));

            assertThat(names.range("bert", true, "dora", false)).containsExactly("bert", "carl");
            assertThat(names.removeRangeHead("bert", true)).isEqualTo(2);
            assertThat(names.readAll()).containsExactly("carl", "dora");
        }
    }

    @Nested
    class ListsAndQueues {
        @Test
        void list_isAList() {
            RList<String> list = client.getList("list");
            assertThat(list.addAll(List.of("b", "d"))).isTrue();
            list.add(0, "a");
            assertThat(list.addAll(2, List.of("c", "c"))).isTrue();
            assertThat(list.set(3, "C")).isEqualTo("c");
            list.addBefore("d", "x");

            assertThat(list.readAll()).containsExactly("a", "b", "c", "C", "x", "d");
            assertThat(list.indexOf("C")).isEqualTo(3);
            assertThat(list.lastIndexOf("a")).isZero();
            assertThat(list.range(1, 2)).containsExactly("b", "c");
            assertThat(list.remove("x")).isTrue();
            assertThat(list.remove(0)).isEqualTo("a");
            assertThat(list.get(1, 3)).containsExactly("c", "d");
            list.trim(0, 1);
            assertThat(other.<String>getList("list")).containsExactly("b", "c");
        }

        @Test
        void list_isSorted() {
            RList<Integer> list = client.getList("list", IntegerCodec.INSTANCE);
            list.addAll(List.of(10, 9, 100, 1));

            assertThat(list.readSort(SortOrder.ASC)).containsExactly(1, 9, 10, 100);
            assertThat(list.readSort(SortOrder.DESC, 1, 2)).containsExactly(10, 9);
        }

        @Test
        void queueAndDeque_areTakenFromEitherEnd() {
            RQueue<Integer> queue = client.getQueue("queue");
            queue.addAll(List.of(1, 2, 3, 4));
            assertThat(queue.poll()).isEqualTo(1);
            assertThat(queue.pollLastAndOfferFirstTo("done")).isEqualTo(4);
            assertThat(queue.poll(5)).containsExactly(2, 3);
            assertThat(queue.peek()).isNull();

            RDeque<Integer> deque = other.getDeque("done");
            deque.addFirst(3);
            deque.addLast(5);
            assertThat(deque.pollLast()).isEqualTo(5);
            assertThat(deque.peekFirst()).isEqualTo(3);
            assertThat(deque.descendingIterator()).toIterable().containsExactly(4, 3);
        }

        @Test
        void blockingQueue_isWaitedFor() throws Exception {
            CompletableFuture<String> polled = inBackground(
                    () -> other.<String>getBlockingQueue("first").poll(PATIENCE_SECONDS, TimeUnit.SECONDS));
            CompletableFuture<String> fromAny = inBackground(() ->
                    other.<String>getBlockingQueue("second").pollFromAny(PATIENCE_SECONDS, TimeUnit.SECONDS, "third"));
            CompletableFuture<String> moved = inBackground(() -> other.<String>getBlockingQueue("fourth")
                    .pollLastAndOfferFirstTo("done", PATIENCE_SECONDS, TimeUnit.SECONDS));
            awaitBlocked("blpop", 2);
            awaitBlocked("brpoplpush", 1);

            client.getQueue("third").add("b");
            client.getQueue("first").add("a");
            client.getQueue("fourth").add("c");

            assertThat(valueOf(polled)).isEqualTo("a");
            assertThat(valueOf(fromAny)).isEqualTo("b");
            assertThat(valueOf(moved)).isEqualTo("c");
            assertThat(client.<String>getQueue("done").readAll()).containsExactly("c");
            assertThat(other.getBlockingQueue("first").poll(50, TimeUnit.MILLISECONDS))
                    .isNull();
        }

        @Test
        void consumers_ofABlockingQueue_getEachElementOnce() throws Exception {
            List<Integer> seen = new CopyOnWriteArrayList<>();
            List<Integer> elements = numbers(0, 200);
            List<RedissonClient> consumers = List.of(connect(), connect());
            try {
                for (RedissonClient consumer : consumers) {
                    consumer.<Integer>getBlockingQueue("queue").subscribeOnElements(element -> {
                        seen.add(element);
                        return CompletableFuture.completedFuture(null);
                    });
                }
                elements.forEach(client.<Integer>getQueue("queue")::add);

                await().until(() -> seen.size() >= elements.size());
                assertThat(seen).containsExactlyInAnyOrderElementsOf(elements);
            } finally {
                consumers.forEach(RedissonIT::shutdown);
            }
        }

        @Test
        @SuppressWarnings("deprecation")
        void delayedQueue_handsOverWhenItIsTime() throws Exception {
            RBlockingQueue<String> queue = client.getBlockingQueue("queue");
            RDelayedQueue<String> delayed = client.getDelayedQueue(queue);
            long start = System.nanoTime();
            delayed.offer("later", 300, TimeUnit.MILLISECONDS);
            delayed.offer("sooner", 100, TimeUnit.MILLISECONDS);

            assertThat(queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("sooner");
            assertThat(queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS)).isEqualTo("later");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(298));
            delayed.destroy();
        }

        @Test
        @SuppressWarnings("deprecation")
        void boundedQueue_waitsForRoom() throws Exception {
            RBoundedBlockingQueue<String> queue = client.getBoundedBlockingQueue("queue");
            assertThat(queue.trySetCapacity(1)).isTrue();
            assertThat(queue.offer("first")).isTrue();
            assertThat(queue.offer("refused")).isFalse();
            CompletableFuture<Boolean> offered = inBackground(() ->
                    other.<String>getBoundedBlockingQueue("queue").offer("second", PATIENCE_SECONDS, TimeUnit.SECONDS));

            assertThat(queue.take()).isEqualTo("first");

            assertThat(valueOf(offered)).isTrue();
            assertThat(queue.take()).isEqualTo("second");
        }

        @Test
        void priorityQueue_givesTheLeastFirst() {
            RPriorityQueue<Integer> queue = client.getPriorityQueue("queue");
            queue.addAll(List.of(5, 1, 9, 3));

            assertThat(other.<Integer>getPriorityQueue("queue").poll()).isEqualTo(1);
            assertThat(queue.poll(2)).containsExactly(3, 5);
            assertThat(queue.readAll()).containsExactly(9);
        }

        @Test
        void ringBuffer_keepsTheLatest() {
            RRingBuffer<Integer> buffer = client.getRingBuffer("buffer");
            assertThat(buffer.trySetCapacity(3)).isTrue();
            buffer.addAll(List.of(1, 2, 3, 4, 5));

            assertThat(buffer.readAll()).containsExactly(3, 4, 5);
        }
    }

    @Nested
    class Messages {
        private final BlockingQueue<String> received = new LinkedBlockingQueue<>();

        @BeforeEach
        void forget() {
            received.clear();
        }

        @Test
        void topic_reachesListenersOfAllClients() throws Exception {
            RTopic topic = client.getTopic("news");
            int listener = topic.addListener(String.class, (channel, message) -> received.add(channel + " " + message));
            RPatternTopic pattern = other.getPatternTopic("n*s");
            pattern.addListener(String.class, (each, channel, message) -> received.add(each + " " + message));

            assertThat(other.getTopic("news").publish("hello")).isEqualTo(2);

            assertThat(Set.of(next(received), next(received))).containsExactlyInAnyOrder("news hello", "n*s hello");
            topic.removeListener(listener);
            pattern.removeAllListeners();
            await().until(() -> client.getTopic("news").publish("nobody") == 0);
        }

        @Test
        void shardedTopic_reachesItsListeners() throws Exception {
            RShardedTopic topic = client.getShardedTopic("news");
            topic.addListener(String.class, (channel, message) -> received.add(message));

            assertThat(other.getShardedTopic("news").publish("hello")).isEqualTo(1);

            assertThat(next(received)).isEqualTo("hello");
            topic.removeAllListeners();
        }

        @Test
        void reliableTopic_deliversEachMessageToEachListener() throws Exception {
            BlockingQueue<String> second = new LinkedBlockingQueue<>();
            RReliableTopic topic = client.getReliableTopic("news");
            topic.addListener(String.class, (channel, message) -> received.add(message));
            RReliableTopic theirs = other.getReliableTopic("news");
            theirs.addListener(String.class, (channel, message) -> second.add(message));
            assertThat(topic.countSubscribers()).isEqualTo(2);

            for (int i = 0; i < 20; i++) {
                topic.publish("message " + i);
            }

            for (int i = 0; i < 20; i++) {
                assertThat(next(received)).isEqualTo("message " + i);
                assertThat(next(second)).isEqualTo("message " + i);
            }
            topic.removeAllListeners();
            theirs.removeAllListeners();
        }

        @Test
        void keyEvents_reachTheListenersOfObjects() throws Exception {
            RBucket<String> bucket = client.getBucket("bucket");
            bucket.addListener((ExpiredObjectListener) name -> received.add("expired " + name));
            bucket.addListener((DeletedObjectListener) name -> received.add("deleted " + name));
            RList<String> list = client.getList("list");
            list.addListener((ListAddListener) name -> received.add("added to " + name));

            other.getBucket("bucket").set("value", Duration.ofMillis(20));
            assertThat(next(received)).isEqualTo("expired bucket");
            other.getBucket("bucket").set("value");
            other.getBucket("bucket").delete();
            assertThat(next(received)).isEqualTo("deleted bucket");
            other.getList("list").add("element");
            assertThat(next(received)).isEqualTo("added to list");
            other.getBucket("unheard").delete();
            assertThat(received).isEmpty();
        }
    }

    @Nested
    class Streams {
        private final StreamReadGroupArgs undelivered = StreamReadGroupArgs.neverDelivered();

        @Test
        void stream_isReadRangedAndTrimmed() throws Exception {
            RStream<String, String> stream = client.getStream("stream");
            StreamMessageId first = stream.add(StreamAddArgs.entry("n", "1"));
            CompletableFuture<Map<StreamMessageId, Map<String, String>>> read =
                    inBackground(() -> other.<String, String>getStream("stream")
                            .read(StreamReadArgs.greaterThan(first).timeout(Duration.ofSeconds(PATIENCE_SECONDS))));
            awaitBlocked("xread", 1);

            StreamMessageId second = stream.add(StreamAddArgs.entries("n", "2", "m", "3"));

            assertThat(valueOf(read)).containsExactly(entry(second, Map.of("n", "2", "m", "3")));
            assertThat(stream.range(StreamRangeArgs.startId(first).endId(StreamMessageId.MAX))
                            .keySet())
                    .containsExactly(first, second);
            assertThat(stream.rangeReversed(StreamRangeArgs.startId(StreamMessageId.MAX)
                            .endId(first)
                            .count(1)))
                    .containsOnlyKeys(second);
            assertThat(stream.trim(StreamTrimArgs.maxLen(1).noLimit())).isEqualTo(1);
            assertThat(stream.getInfo().getFirstEntry().getId()).isEqualTo(second);
            assertThat(stream.remove(second)).isEqualTo(1);
            assertThat(stream.size()).isZero();
        }

        @Test
        void group_sharesMessagesAndKeepsWhatIsPending() {
            RStream<String, Integer> stream = client.getStream("stream");
            stream.createGroup(
                    StreamCreateGroupArgs.name("group").id(StreamMessageId.ALL).makeStream());
            for (int i = 0; i < 4; i++) {
                stream.add(StreamAddArgs.entry("n", i));
            }

            Map<StreamMessageId, Map<String, Integer>> ofAnn = stream.readGroup(
                    "group", "ann", StreamReadGroupArgs.neverDelivered().count(3));
            Map<StreamMessageId, Map<String, Integer>> ofBob = stream.readGroup("group", "bob", undelivered);
            assertThat(ofAnn.values()).containsExactly(Map.of("n", 0), Map.of("n", 1), Map.of("n", 2));
            assertThat(ofBob.values()).containsExactly(Map.of("n", 3));
            List<StreamMessageId> ids = List.copyOf(ofAnn.keySet());

            assertThat(stream.ack("group", ids.get(0))).isEqualTo(1);
            PendingResult pending = stream.getPendingInfo("group");
            assertThat(pending.getTotal()).isEqualTo(3);
            assertThat(pending.getConsumerNames()).containsOnly(entry("ann", 2L), entry("bob", 1L));
            assertThat(stream.claim("group", "bob", 0, TimeUnit.MILLISECONDS, ids.get(1)))
                    .containsExactly(entry(ids.get(1), Map.of("n", 1)));
            AutoClaimResult<String, Integer> claimed =
                    stream.autoClaim("group", "bob", 0, TimeUnit.MILLISECONDS, ids.get(2), 10);
            assertThat(claimed.getMessages().values()).containsExactly(Map.of("n", 2), Map.of("n", 3));
            assertThat(stream.listPending(StreamPendingRangeArgs.groupName("group")
                            .startId(StreamMessageId.MIN)
                            .endId(StreamMessageId.MAX)
                            .count(10)
                            .consumerName("bob")))
                    .hasSize(3)
                    .first()
                    .satisfies(entry -> assertThat(entry.getDeliveryCount()).isEqualTo(2));
            assertThat(stream.listConsumers("group"))
                    .extracting(consumer -> consumer.getName() + " " + consumer.getPending())
                    .containsExactly("ann 0", "bob 3");
            assertThat(stream.listGroups()).singleElement().satisfies(group -> assertThat(group.getPending())
                    .isEqualTo(3));
            assertThat(stream.removeConsumer("group", "bob")).isEqualTo(3);
            stream.removeGroup("group");
            assertThat(stream.listGroups()).isEmpty();
        }
    }

    @Nested
    class ScriptsAndBatches {
        @Test
        void script_isCachedAndCalledByItsHash() {
            RScript script = client.getScript(StringCodec.INSTANCE);
            String sha = script.scriptLoad(
                    "redis.call('SET', KEYS[1], ARGV[1]) return {ARGV[1], redis.call('GET', KEYS[1])}");

            assertThat(script.scriptExists(sha, "0".repeat(40))).containsExactly(true, false);
            assertThat(other.getScript(StringCodec.INSTANCE)
                            .<List<Object>>evalSha(
                                    RScript.Mode.READ_WRITE, sha, RScript.ReturnType.LIST, List.of("key"), "value"))
                    .containsExactly("value", "value");
            assertThat(script.<Long>eval(RScript.Mode.READ_ONLY, "return 42", RScript.ReturnType.LONG))
                    .isEqualTo(42);
            assertThatThrownBy(() -> script.eval(
                            RScript.Mode.READ_WRITE, "return redis.error_reply('MY error')", RScript.ReturnType.VALUE))
                    .isInstanceOf(RedisException.class)
                    .hasMessageStartingWith("MY error");
        }

        @Test
        void function_isLoadedListedCalledAndRestored() {
            RFunction functions = client.getFunction(StringCodec.INSTANCE);
            functions.load(
                    "library",
                    "redis.register_function('answer', function(keys, args) return args[1] .. keys[1] end)"
                            + " redis.register_function{function_name='seven',"
                            + " callback=function() return 7 end, flags={'no-writes'}}");

            assertThat(functions.list("lib*")).singleElement().satisfies(library -> {
                assertThat(library.getName()).isEqualTo("library");
                assertThat(library.getFunctions())
                        .extracting(function -> function.getName())
                        .containsExactlyInAnyOrder("answer", "seven");
            });
            assertThat(functions.<String>call(
                            FunctionMode.WRITE, "answer", FunctionResult.VALUE, List.of("key"), "the "))
                    .isEqualTo("the key");
            byte[] dump = functions.dump();
            functions.flush();
            functions.restore(dump);
            assertThat(functions.<Long>call(FunctionMode.READ, "seven", FunctionResult.LONG))
                    .isEqualTo(7);
            assertThat(functions.stats().getEngines().get("LUA").getFunctions()).isEqualTo(2);
            functions.delete("library");
            assertThat(functions.list()).isEmpty();
        }

        @Test
        void batch_answersEachCommandInOrder() throws Exception {
            for (BatchOptions.ExecutionMode mode : BatchOptions.ExecutionMode.values()) {
                if (mode == BatchOptions.ExecutionMode.REDIS_READ_ATOMIC) {
                    continue;
                }
                client.getKeys().flushall();
                RBatch batch = client.createBatch(BatchOptions.defaults().executionMode(mode));
                RFuture<Boolean> put = batch.<String, Integer>getMap("map").fastPutAsync("a", 1);
                batch.getAtomicLong("counter").incrementAndGetAsync();
                batch.getAtomicLong("counter").addAndGetAsync(41);
                batch.getBucket("absent").getAsync();
                List<Object> answers = new ArrayList<>(batch.execute().getResponses());

                assertThat(answers).as(mode.name()).containsExactly(true, 1L, 42L, null);
                assertThat(put.toCompletableFuture()).isCompletedWithValue(true);
            }
        }

        @Test
        void batch_withAnError_failsAndKeepsWhatSucceeded() {
            client.getMap("map").fastPut("a", 1);
            RBatch batch = client.createBatch(
                    BatchOptions.defaults().executionMode(BatchOptions.ExecutionMode.IN_MEMORY_ATOMIC));
            batch.getAtomicLong("map").incrementAndGetAsync();
            batch.getAtomicLong("counter").incrementAndGetAsync();

            assertThatThrownBy(batch::execute)
                    .isInstanceOf(RedisException.class)
                    .hasMessageContaining("WRONGTYPE Operation against a key holding the wrong kind of value");
            assertThat(client.getAtomicLong("counter").get()).isEqualTo(1);
        }

        @Test
        void largeBatch_isSentAsAPipeline() {
            RBatch batch = client.createBatch();
            for (int i = 0; i < 1000; i++) {
                batch.getBucket("key:" + i).setAsync(i);
            }

            assertThat(batch.execute().getResponses()).hasSize(1000);
            assertThat(client.getKeys().count()).isEqualTo(1000);
        }

        @Test
        void transaction_isSeenWhenItIsCommitted() {
            RTransaction transaction = client.createTransaction(TransactionOptions.defaults());
            transaction.<String, Integer>getMap("map").put("a", 1);
            transaction.getBucket("bucket").set("value");
            assertThat(other.getMap("map")).isEmpty();

            transaction.commit();

            assertThat(other.<String, Integer>getMap("map").readAllMap()).containsExactly(entry("a", 1));
            assertThat(other.getBucket("bucket").get()).isEqualTo("value");
        }

        @Test
        void transaction_isRolledBackOrRunsOutOfTime() {
            RTransaction rolledBack = client.createTransaction(TransactionOptions.defaults());
            rolledBack.<String>getSet("set").add("a");
            rolledBack.rollback();
            RTransaction late =
                    client.createTransaction(TransactionOptions.defaults().timeout(50, TimeUnit.MILLISECONDS));
            assertThatThrownBy(() -> {
                        late.<String>getSet("set").add("b");
                        await().pollDelay(Duration.ofMillis(51)).until(() -> true);
                        late.commit();
                    })
                    .isInstanceOf(TransactionException.class);
            assertThat(client.getSet("set").isExists()).isFalse();
        }
    }

    @Nested
    class Values {
        @Test
        void bucket_isSetComparedAndExpires() {
            RBucket<String> bucket = client.getBucket("bucket");
            assertThat(bucket.setIfAbsent("a")).isTrue();
            assertThat(other.getBucket("bucket").setIfAbsent("b")).isFalse();
            assertThat(bucket.compareAndSet("x", "y")).isFalse();
            assertThat(bucket.compareAndSet("a", "b")).isTrue();
            assertThat(bucket.getAndSet("c", Duration.ofHours(1))).isEqualTo("b");
            assertThat(bucket.remainTimeToLive()).isBetween(3_500_000L, 3_600_000L);
            bucket.setAndKeepTTL("d");
            assertThat(bucket.getAndClearExpire()).isEqualTo("d");
            assertThat(bucket.remainTimeToLive()).isEqualTo(-1);
            assertThat(bucket.getAndExpire(Duration.ofMillis(20))).isEqualTo("d");
            await().until(() -> bucket.get() == null);
        }

        @Test
        void buckets_areSetTogetherOrNotAtAll() {
            assertThat(client.getBuckets().trySet(Map.of("a", 1, "b", 2))).isTrue();
            assertThat(client.getBuckets().trySet(Map.of("b", 3, "c", 4))).isFalse();

            assertThat(other.getBuckets().<Integer>get("a", "b", "c"))
                    .containsExactlyInAnyOrderEntriesOf(Map.of("a", 1, "b", 2));
        }

        @Test
        void numbers_countAtomically() throws Exception {
            RAtomicLong number = client.getAtomicLong("number");
            RAtomicDouble fraction = client.getAtomicDouble("fraction");
            RLongAdder adder = client.getLongAdder("adder");
            RLongAdder theirs = other.getLongAdder("adder");

            assertThat(number.getAndAdd(5)).isZero();
            assertThat(number.compareAndSet(5, 7)).isTrue();
            assertThat(number.decrementAndGet()).isEqualTo(6);
            assertThat(number.getAndDelete()).isEqualTo(6);
            assertThat(fraction.addAndGet(0.1)).isEqualTo(0.1);
            assertThat(fraction.addAndGet(0.2)).isEqualTo(0.3, within(1e-9));
            adder.add(40);
            theirs.add(2);
            assertThat(adder.sum()).isEqualTo(42);
            adder.destroy();
            theirs.destroy();
        }

        @Test
        void bitSet_isCountedCombinedAndHoldsNumbers() {
            RBitSet bits = client.getBitSet("bits");
            bits.set(3);
            bits.set(10, 20);
            other.getBitSet("more").set(3);
            other.getBitSet("more").set(1000);

            assertThat(bits.cardinality()).isEqualTo(11);
            assertThat(bits.length()).isEqualTo(20);
            assertThat(bits.get(3, 4)).containsExactly(true, false);
            assertThat(bits.or("more")).isPositive();
            assertThat(bits.cardinality()).isEqualTo(12);
            assertThat(bits.asBitSet().stream().max()).hasValue(1000);
            assertThat(client.getBitSet("numbers").setInteger(32, -5)).isZero();
            assertThat(client.getBitSet("numbers").incrementAndGetInteger(32, 7))
                    .isEqualTo(2);
        }

        @Test
        void hyperLogLog_countsAboutRight() {
            RHyperLogLog<Integer> mine = client.getHyperLogLog("mine");
            RHyperLogLog<Integer> theirs = client.getHyperLogLog("theirs");
            mine.addAll(numbers(0, 600));
            theirs.addAll(numbers(300, 900));

            assertThat(mine.count()).isCloseTo(600, within(20L));
            assertThat(mine.countWith("theirs")).isCloseTo(900, within(30L));
            mine.mergeWith("theirs");
            assertThat(mine.count()).isCloseTo(900, within(30L));
        }

        @Test
        void geo_findsWhatIsNear() {
            RGeo<String> geo = client.getGeo("geo");
            geo.add(13.361389, 38.115556, "Palermo");
            geo.add(15.087269, 37.502669, "Catania");

            assertThat(geo.dist("Palermo", "Catania", GeoUnit.METERS)).isCloseTo(166_274.1516, within(0.001));
            assertThat(geo.hash("Palermo")).containsExactly(entry("Palermo", "sqc8b49rny0"));
            assertThat(geo.pos("Catania").get("Catania").getLongitude()).isCloseTo(15.087269, within(1e-5));
            assertThat(geo.search(GeoSearchArgs.from(15, 37)
                            .radius(200, GeoUnit.KILOMETERS)
                            .order(GeoOrder.ASC)))
                    .containsExactly("Catania", "Palermo");
            assertThat(geo.searchWithDistance(GeoSearchArgs.from("Palermo").box(100, 100, GeoUnit.KILOMETERS)))
                    .containsExactly(entry("Palermo", 0.0));
        }

        @Test
        void bloomFilter_forgetsNothing() {
            RBloomFilter<Integer> filter = client.getBloomFilter("filter");
            assertThat(filter.tryInit(200, 0.01)).isTrue();
            List<Integer> numbers = numbers(0, 200);
            assertThat(filter.add(numbers)).isBetween(190L, 200L);

            assertThat(other.<Integer>getBloomFilter("filter").contains(numbers))
                    .isEqualTo(200);
            assertThat(filter.contains(numbers(500, 700))).isLessThan(20);
            assertThat(filter.count()).isCloseTo(200, within(20L));
        }

        @Test
        void timeSeries_isRangedAndForgets() {
            RTimeSeries<Double, String> series = client.getTimeSeries("series");
            series.add(100, 1.5, "a");
            series.add(200, 2.5, "b");
            series.add(300, 3.5, "c", Duration.ofMillis(100));

            assertThat(series.range(100, 200)).containsExactly(1.5, 2.5);
            assertThat(series.getEntry(200).getLabel()).isEqualTo("b");
            await().until(() -> series.size() == 2);
            assertThat(series.last()).isEqualTo(2.5);
            assertThat(series.removeRange(0, 150)).isEqualTo(1);
            assertThat(other.<Double, String>getTimeSeries("series").pollFirst())
                    .isEqualTo(2.5);
            series.destroy();
        }

        @Test
        void binaryStream_isWrittenAndRead() throws Exception {
            RBinaryStream stream = client.getBinaryStream("stream");
            byte[] bytes = new byte[100_000];
            new Random(1).nextBytes(bytes);
            stream.getOutputStream().write(bytes);

            assertThat(other.getBinaryStream("stream").getInputStream().readAllBytes())
                    .isEqualTo(bytes);
        }
    }

    @Nested
    class Keys {
        @Test
        void keys_areScannedAndDeletedByPattern() {
            RKeys keys = client.getKeys();
            Map<String, Integer> values = new HashMap<>();
            numbers(0, 1000).forEach(i -> values.put((i % 2 == 0 ? "even:" : "odd:") + i, i));
            client.getBuckets().set(values);

            assertThat(keys.getKeysStream()).hasSize(1000).doesNotHaveDuplicates();
            assertThat(keys.getKeysStream(
                            KeysScanOptions.defaults().pattern("odd:*").chunkSize(50)))
                    .hasSize(500)
                    .allMatch(key -> key.startsWith("odd:"));
            assertThat(keys.deleteByPattern("even:*")).isEqualTo(500);
            assertThat(keys.unlinkByPattern("odd:1*")).isEqualTo(56);
            assertThat(keys.countExists("odd:1", "odd:3")).isEqualTo(1);
            assertThat(keys.randomKey()).startsWith("odd:");
        }

        @Test
        void keys_expireAreRenamedAndHaveTypes() {
            RKeys keys = client.getKeys();
            client.getList("list").add("element");
            client.getScoredSortedSet("scores").add(1, "member");
            client.getStream("stream").add(StreamAddArgs.entry("a", "b"));

            assertThat(keys.getType("list")).isEqualTo(RType.LIST);
            assertThat(keys.getType("scores")).isEqualTo(RType.ZSET);
            assertThat(keys.getType("stream")).isEqualTo(RType.STREAM);
            assertThat(keys.expire(Duration.ofHours(1), "list", "absent")).isEqualTo(1);
            assertThat(keys.remainTimeToLive("list")).isBetween(3_500_000L, 3_600_000L);
            assertThat(keys.clearExpire("list")).isTrue();
            keys.rename("list", "renamed");
            assertThat(keys.touch("list", "renamed")).isEqualTo(1);
            assertThat(keys.move("renamed", 1)).isTrue();
            assertThat(keys.delete("scores", "stream", "renamed")).isEqualTo(2);
        }

        @Test
        void object_isDumpedCopiedAndRestored() {
            client.getMap("map").put("a", 1);
            byte[] state = client.getMap("map").dump();
            client.getMap("copy").restore(state, 1, TimeUnit.HOURS);

            assertThat(other.<String, Integer>getMap("copy").readAllMap()).containsExactly(entry("a", 1));
            assertThat(other.getMap("copy").remainTimeToLive()).isBetween(3_500_000L, 3_600_000L);
            assertThat(client.getMap("copy").sizeInMemory()).isPositive();
        }
    }

    /** What is called from the other client. */
    public interface Adder {
        int add(int a, int b);
    }

    public static final class Sum implements Adder {
        @Override
        public int add(int a, int b) {
            return a + b;
        }
    }

    /** What is sent to the other client. */
    static final class Square implements Callable<Integer>, Serializable {
        private static final long serialVersionUID = 1;

        private final int number;

        Square(int number) {
            this.number = number;
        }

        @Override
        public Integer call() {
            return number * number;
        }
    }

    @Nested
    class Services {
        private RedissonClient worker;

        @BeforeEach
        void hire() {
            worker = connect();
        }

        @AfterEach
        void dismiss() {
            shutdown(worker);
        }

        @Test
        void remoteService_isCalledFromAnotherClient() {
            worker.getRemoteService("sums").register(Adder.class, new Sum());

            RemoteInvocationOptions options =
                    RemoteInvocationOptions.defaults().expectAckWithin(PATIENCE_SECONDS, TimeUnit.SECONDS);
            assertThat(client.getRemoteService("sums").get(Adder.class, options).add(40, 2))
                    .isEqualTo(42);
        }

        @Test
        void executor_runsTasksOfAnotherClientNowAndLater() throws Exception {
            worker.getExecutorService("squares")
                    .registerWorkers(WorkerOptions.defaults().workers(2));
            RScheduledExecutorService tasks = client.getExecutorService("squares");

            List<CompletableFuture<Integer>> results = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                results.add(tasks.submit(new Square(i)).toCompletableFuture());
            }
            CompletableFuture<Integer> later =
                    tasks.schedule(new Square(12), 100, TimeUnit.MILLISECONDS).toCompletableFuture();

            for (int i = 0; i < 10; i++) {
                assertThat(valueOf(results.get(i))).isEqualTo(i * i);
            }
            assertThat(valueOf(later)).isEqualTo(144);
            assertThat(tasks.getTaskCount()).isZero();
        }
    }
}
