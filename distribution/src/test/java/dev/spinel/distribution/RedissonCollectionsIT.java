package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.redisson.api.EvictionMode;
import org.redisson.api.RBlockingQueue;
import org.redisson.api.RBoundedBlockingQueue;
import org.redisson.api.RBucket;
import org.redisson.api.RClientSideCaching;
import org.redisson.api.RDelayedQueue;
import org.redisson.api.RDeque;
import org.redisson.api.RLexSortedSet;
import org.redisson.api.RList;
import org.redisson.api.RListMultimap;
import org.redisson.api.RLocalCachedMap;
import org.redisson.api.RMap;
import org.redisson.api.RMapCache;
import org.redisson.api.RMapCacheNative;
import org.redisson.api.RPriorityQueue;
import org.redisson.api.RQueue;
import org.redisson.api.RRingBuffer;
import org.redisson.api.RScoredSortedSet;
import org.redisson.api.RSet;
import org.redisson.api.RSetCache;
import org.redisson.api.RedissonClient;
import org.redisson.api.SetIntersectionArgs;
import org.redisson.api.SetUnionArgs;
import org.redisson.api.SortOrder;
import org.redisson.api.listener.MapExpiredListener;
import org.redisson.api.map.event.EntryExpiredListener;
import org.redisson.api.options.ClientSideCachingOptions;
import org.redisson.api.options.LocalCachedMapOptions;
import org.redisson.client.codec.IntegerCodec;
import org.redisson.client.codec.StringCodec;
import org.redisson.codec.CompositeCodec;
import org.redisson.config.Protocol;

/** What two programs see of each other's maps, sets, lists and queues of Redisson. */
class RedissonCollectionsIT extends RedissonFixture {
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
                consumers.forEach(RedissonFixture::shutdown);
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
}
