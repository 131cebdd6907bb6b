package dev.spinel.patterns.cache;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.testing.ChildJvm;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import io.lettuce.core.AclSetuserArgs;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What the cache promises, with each client library, also when loaders, connections and servers fail. */
class CacheAsideIT extends RecipeFixture {
    private static final Duration LENGTH = Duration.ofMillis(Long.getLong("spinel.patterns.millisPerProperty", 1500));

    /** What the source has for every key: nothing if null. */
    private final AtomicReference<String> source = new AtomicReference<>("v1");

    private final AtomicInteger loads = new AtomicInteger();

    CacheAsideIT(ClientKind client) {
        super(client);
    }

    private int count(String event) {
        return events.count(event);
    }

    /** Nothing by chance, so that tests can say when what happens. */
    private CacheAside.Builder<String> cache(PatternRuntime through, Loader<String> loader) {
        return CacheAside.builder(through, name, Codec.utf8(), loader).jitter(0).earlyRefresh(0);
    }

    /** Reads the source at once. */
    private CompletableFuture<Optional<String>> read() {
        loads.incrementAndGet();
        return CompletableFuture.completedFuture(Optional.ofNullable(source.get()));
    }

    private CacheAside.Builder<String> cache(PatternRuntime through) {
        return cache(through, key -> read());
    }

    /** A loader that says when it was called, and reads the source then, but answers when it is told to. */
    private final class SlowLoader implements Loader<String> {
        private final List<CompletableFuture<Optional<String>>> calls = new ArrayList<>();
        private final List<Optional<String>> found = new ArrayList<>();

        @Override
        public synchronized CompletableFuture<Optional<String>> load(String key) {
            CompletableFuture<Optional<String>> call = new CompletableFuture<>();
            found.add(read().join());
            calls.add(call);
            return call;
        }

        synchronized int called() {
            return calls.size();
        }

        void answer(int call) {
            CompletableFuture<Optional<String>> waiting;
            Optional<String> value;
            synchronized (this) {
                waiting = calls.get(call);
                value = found.get(call);
            }
            waiting.complete(value);
        }

        synchronized void fail(int call) {
            calls.get(call).completeExceptionally(new IOException("the database is away"));
        }
    }

    private static CompletableFuture<Optional<String>> ask(CacheAside<String> cache) {
        return cache.getAsync("k").toCompletableFuture();
    }

    /** Returns when the value is stored, a little after its first caller has it. */
    private void load(String key, CacheAside<String> cache) {
        cache.get(key);
        await().until(() -> redis.hexists("cache:" + name + ':' + key, "kind"));
    }

    private static void assertGives(CompletableFuture<Optional<String>> call, String value) {
        assertThat(call).succeedsWithin(Duration.ofSeconds(3)).isEqualTo(Optional.of(value));
    }

    @Nested
    class Reading {
        @Test
        void aMissLoads_aHitDoesNot() {
            load("k", cache(runtime).build());
            source.set("v2");
            assertThat(cache(other).build().get("k")).contains("v1");
            assertThat(loads).hasValue(1);
            assertThat(count("cache.hit")).isEqualTo(1);
            assertThat(count("cache.miss")).isEqualTo(1);
        }

        @Test
        void everyOperation_isOneRoundTrip() {
            CacheAside<String> cache = cache(runtime).build();
            load("k", cache);
            cache.put("k", "v");
            cache.invalidate("k");
            transport.takeCommands();
            load("k", cache);
            assertThat(transport.takeCommands()).as("get and fill").hasSize(2).containsOnly("EVALSHA");
            cache.get("k");
            assertThat(transport.takeCommands()).containsExactly("EVALSHA");
            cache.put("k", "v");
            cache.invalidate("k");
            assertThat(transport.takeCommands()).hasSize(2).containsOnly("EVALSHA");
        }

        @Test
        void C6_thatThereIsNothing_isRememberedForItsOwnTime() {
            source.set(null);
            CacheAside<String> cache =
                    cache(runtime).absentFor(Duration.ofSeconds(30)).build();
            load("k", cache);
            assertThat(cache.get("k")).isEmpty();
            assertThat(loads).hasValue(1);
            source.set("v2");
            assertThat(redis.pttl("cache:" + name + ":k")).isBetween(20_000L, 30_000L);
            redis.hset("cache:" + name + ":k", Map.of("fresh", "0", "stale", "0"));
            assertThat(cache.get("k")).contains("v2");
            assertThat(loads).hasValue(2);
        }

        @Test
        void thatThereIsNothing_isNotRemembered_ifSo() {
            source.set(null);
            CacheAside<String> cache = cache(runtime).absentFor(Duration.ZERO).build();
            assertThat(cache.get("k")).isEmpty();
            await().until(() -> cache.get("k").isEmpty() && loads.get() == 2);
            await().until(() -> redis.keys("*" + name + "*").isEmpty());
        }

        @Test
        void anEntryEnds_earlierByChance() {
            CacheAside<String> cache = CacheAside.builder(runtime, name, Codec.utf8(), key -> read())
                    .freshFor(Duration.ofSeconds(1000))
                    .jitter(0.5)
                    .build();
            List<Long> left = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                cache.put("k" + i, "v");
                left.add(redis.pttl("cache:" + name + ":k" + i));
            }
            assertThat(left).allSatisfy(millis -> assertThat(millis).isBetween(495_000L, 1_000_000L));
            assertThat(left.stream().mapToLong(millis -> millis).max().orElseThrow()
                            - left.stream().mapToLong(millis -> millis).min().orElseThrow())
                    .isGreaterThan(100_000);
        }

        @Test
        void binaryValues_andAwkwardKeys_areKept() {
            byte[] bytes = new byte[256];
            for (int i = 0; i < 256; i++) {
                bytes[i] = (byte) i;
            }
            CacheAside<byte[]> cache = CacheAside.builder(
                            runtime, name, Codec.bytes(), key -> CompletableFuture.completedFuture(Optional.of(bytes)))
                    .build();
            for (String key : List.of("", "}{", "\u00e4\n\0")) {
                cache.put(key, bytes);
                assertThat(cache.get(key).orElseThrow()).isEqualTo(bytes);
            }
        }

        @Test
        void aValueThatCannotBeRead_isLoadedAnew() {
            Codec<String> picky = new Codec<>() {
                @Override
                public byte[] encode(String value) {
                    return Codec.utf8().encode("2:" + value);
                }

                @Override
                public String decode(byte[] bytes) {
                    String text = Codec.utf8().decode(bytes);
                    if (!text.startsWith("2:")) {
                        throw new IllegalArgumentException("Version 1");
                    }
                    return text.substring(2);
                }
            };
            load("k", cache(other).build());
            CacheAside<String> newer =
                    CacheAside.builder(runtime, name, picky, key -> read()).build();
            assertThat(newer.get("k")).contains("v1");
            assertThat(count("cache.undecodable")).isEqualTo(1);
            await().until(() -> newer.get("k").isPresent() && redis.exists("cache:" + name + ":k") == 1);
            assertThat(newer.get("k")).contains("v1");
        }
    }

    @Nested
    class Loading {
        @Test
        void C1_manyCallersOfThreeProcesses_loadOnce() throws Exception {
            assertThat(askFromThreeProcesses(() -> {})).isOne();
        }

        /** Once by the one who died, and once more. */
        @Test
        void C1_manyCallersOfThreeProcesses_loadOnce_afterALoaderThatDied() throws Exception {
            try (ChildJvm dying = ChildJvm.run(
                    LoadingProcess.class.getName(), client.nameElsewhere(), Integer.toString(server.port()), name)) {
                dying.expect("loading");
                assertThat(askFromThreeProcesses(dying::kill)).isOne();
            }
        }

        /**
         * Has a thousand callers in each of three processes ask for a cold entry.
         *
         * @param meanwhile what happens when they have asked
         * @return how often it was loaded by them
         */
        private int askFromThreeProcesses(Runnable meanwhile) throws InterruptedException {
            List<ChildJvm> processes = new ArrayList<>();
            try {
                for (int i = 0; i < 3; i++) {
                    processes.add(ChildJvm.run(
                            AskingProcess.class.getName(),
                            client.nameElsewhere(),
                            Integer.toString(server.port()),
                            name,
                            "1000",
                            Integer.toString(i)));
                }
                for (ChildJvm process : processes) {
                    process.expect("ready");
                }
                processes.forEach(process -> process.say("ask"));
                meanwhile.run();
                int loadsOfAll = 0;
                Set<String> values = new HashSet<>();
                for (ChildJvm process : processes) {
                    String[] said = process.expect("done").split(" ");
                    loadsOfAll += Integer.parseInt(said[0]);
                    values.add(said[1]);
                }
                assertThat(values).as("values that callers got").hasSize(1).containsAnyOf("0", "1", "2");
                return loadsOfAll;
            } finally {
                processes.forEach(ChildJvm::close);
            }
        }

        @Test
        void manyCallersOfTwoRuntimes_loadOnce() throws Exception {
            SlowLoader loader = new SlowLoader();
            List<CacheAside<String>> caches =
                    List.of(cache(runtime, loader).build(), cache(other, loader).build());
            List<CompletableFuture<Optional<String>>> calls = new ArrayList<>();
            for (int i = 0; i < 1000; i++) {
                calls.add(ask(caches.get(i % 2)));
            }
            await().until(() -> loader.called() == 1 && count("cache.miss") == 1000);
            loader.answer(0);
            CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(10, SECONDS);
            assertThat(calls).allSatisfy(call -> assertThat(call.join()).contains("v1"));
            assertThat(loads).hasValue(1);
        }

        @Test
        void thoseWhoWait_areWoken_andAskRarelyBefore() throws Exception {
            SlowLoader loader = new SlowLoader();
            CompletableFuture<Optional<String>> first = ask(cache(other, loader).build());
            await().until(() -> loader.called() == 1);
            CacheAside<String> waiting = cache(runtime, loader).build();
            CompletableFuture<Optional<String>> second = ask(waiting);
            await().until(() -> !redis.pubsubChannels("*" + name + "*").isEmpty());
            transport.takeCommands();
            List<CompletableFuture<Optional<String>>> more = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                more.add(ask(waiting));
            }
            Thread.sleep(300);
            // One question when the subscription took effect, none for those who came later.
            assertThat(transport.takeCommands()).hasSizeLessThanOrEqualTo(1);
            loader.answer(0);
            assertGives(first, "v1");
            assertGives(second, "v1");
            more.forEach(call -> assertGives(call, "v1"));
            assertThat(transport.takeCommands()).hasSize(1);
            assertThat(loads).hasValue(1);
            await().until(() -> redis.pubsubChannels("*" + name + "*").isEmpty());
        }

        @Test
        void C2_aLoaderThatDies_isReplacedAfterItsLease() throws Exception {
            cache(runtime).build().put("warm up", "v");
            try (ChildJvm process = ChildJvm.run(
                    LoadingProcess.class.getName(), client.nameElsewhere(), Integer.toString(server.port()), name)) {
                process.expect("loading");
                CompletableFuture<Optional<String>> waiter =
                        ask(cache(runtime).lease(Duration.ofMillis(1500)).build());
                process.kill();
                assertThat(waiter).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(Optional.of("v1"));
                assertThat(loads).hasValue(1);
            }
        }

        @Test
        void C3_aLoadOvertakenByAnInvalidation_isNeverSeenAfterIt() {
            SlowLoader loader = new SlowLoader();
            CacheAside<String> cache = cache(runtime, loader).build();
            CacheAside<String> elsewhere = cache(other, loader).build();
            CompletableFuture<Optional<String>> before = ask(cache);
            await().until(() -> loader.called() == 1);
            source.set("v2");
            elsewhere.invalidate("k");
            // In the same process, this one finds the old load under way.
            CompletableFuture<Optional<String>> after = ask(cache);
            loader.answer(0);
            assertGives(before, "v1");
            await().until(() -> loader.called() == 2);
            assertThat(after).isNotDone();
            loader.answer(1);
            assertGives(after, "v2");
            assertGives(ask(elsewhere), "v2");
            assertThat(count("cache.refused")).isEqualTo(1);
        }

        @Test
        void C3_aPut_overtakesALoad() {
            SlowLoader loader = new SlowLoader();
            CacheAside<String> cache = cache(runtime, loader).build();
            CompletableFuture<Optional<String>> before = ask(cache);
            await().until(() -> loader.called() == 1);
            cache(other).build().put("k", "v2");
            CompletableFuture<Optional<String>> after = ask(cache);
            loader.answer(0);
            assertGives(before, "v1");
            assertGives(after, "v2");
            assertThat(loads).hasValue(1);
        }

        @Test
        void C7_aLoadThatLostItsLease_doesNotOverwriteItsSuccessor() {
            CompletableFuture<Optional<String>> first = new CompletableFuture<>();
            Loader<String> slowAtFirst = key -> loads.incrementAndGet() == 1 ? first : read();
            CompletableFuture<Optional<String>> call = ask(
                    cache(runtime, slowAtFirst).lease(Duration.ofMillis(100)).build());
            await().until(() -> loads.get() == 1);
            proxy.cut(true);
            source.set("v2");
            CacheAside<String> elsewhere = cache(other).build();
            assertThat(elsewhere.get("k")).contains("v2");
            proxy.heal();
            assertThat(call).succeedsWithin(Duration.ofSeconds(10)).isEqualTo(Optional.of("v2"));
            await().until(() -> redis.hexists("cache:" + name + ":k", "kind"));
            first.complete(Optional.of("v1"));
            await().until(() -> count("cache.refused") == 1);
            assertThat(elsewhere.get("k")).contains("v2");
        }

        @Test
        void aBurstThatTakesThePoolLongerThanTheLease_loadsEachKeyOnce_andStoresIt() throws Exception {
            ExecutorService pool = Executors.newFixedThreadPool(2);
            try {
                CacheAside<String> cache = cache(runtime, Loader.blocking(pool, key -> {
                            loads.incrementAndGet();
                            Thread.sleep(50);
                            return Optional.of(key);
                        }))
                        .lease(Duration.ofMillis(300))
                        .build();
                List<CompletableFuture<Optional<String>>> calls = new ArrayList<>();
                for (int i = 0; i < 40; i++) {
                    calls.add(cache.getAsync("k" + i).toCompletableFuture());
                }
                CompletableFuture.allOf(calls.toArray(CompletableFuture[]::new)).get(20, SECONDS);
                await().untilAsserted(() -> {
                    for (int i = 0; i < 40; i++) {
                        assertThat(redis.hget("cache:" + name + ":k" + i, "value"))
                                .isEqualTo("k" + i);
                    }
                });
                assertThat(loads).hasValue(40);
            } finally {
                pool.shutdownNow();
            }
        }

        @Test
        void aLoadLaterThanItsLease_isStored_ifNobodyElseBeganOne() {
            SlowLoader loader = new SlowLoader();
            CompletableFuture<Optional<String>> call =
                    ask(cache(runtime, loader).build());
            await().until(() -> loader.called() == 1);
            String entry = "cache:" + name + ":k";
            assertThat(redis.pttl(entry)).as("twice the lease").isBetween(15_000L, 20_000L);
            redis.hset(entry, "leased", "0");
            loader.answer(0);
            assertGives(call, "v1");
            await().until(() -> redis.hexists(entry, "kind"));
        }

        @Test
        void aLoadThatNeverEnds_failsItsCallers_inTime() {
            CacheAside<String> cache = cache(runtime, key -> new CompletableFuture<>())
                    .lease(Duration.ofMillis(100))
                    .maxWait(Duration.ofMillis(250))
                    .build();
            assertThatThrownBy(() -> cache.get("k"))
                    .isInstanceOf(CacheLoadException.class)
                    .hasMessageContaining("not loaded within PT0.25S");
        }

        /**
         * Writers change the source and invalidate; readers must never see a value older than the last change that was complete
         * before they asked.
         */
        @Test
        void underLoad_nobodySeesWhatWasInvalidatedBefore() throws Exception {
            AtomicLong changed = new AtomicLong();
            AtomicLong invalidated = new AtomicLong();
            Random random = new Random(1);
            Loader<String> loader = Loader.blocking(
                    task -> CompletableFuture.runAsync(
                            task, CompletableFuture.delayedExecutor(1, java.util.concurrent.TimeUnit.MILLISECONDS)),
                    key -> {
                        String value = Long.toString(changed.get());
                        synchronized (random) {
                            Thread.sleep(random.nextInt(3));
                        }
                        return Optional.of(value);
                    });
            List<CacheAside<String>> caches =
                    List.of(cache(runtime, loader).build(), cache(other, loader).build());
            AtomicReference<String> wrong = new AtomicReference<>();
            AtomicInteger reads = new AtomicInteger();
            long end = System.nanoTime() + LENGTH.toNanos();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                CacheAside<String> cache = caches.get(i % 2);
                threads.add(new Thread(() -> {
                    while (System.nanoTime() < end) {
                        long least = invalidated.get();
                        long seen = Long.parseLong(cache.get("k").orElseThrow());
                        reads.incrementAndGet();
                        if (seen < least) {
                            wrong.set("saw " + seen + " after the invalidation of " + least);
                        }
                    }
                }));
            }
            threads.add(new Thread(() -> {
                while (System.nanoTime() < end) {
                    long now = changed.incrementAndGet();
                    caches.get((int) (now % 2)).invalidate("k");
                    invalidated.set(now);
                }
            }));
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(wrong.get()).isNull();
            assertThat(reads).hasValueGreaterThan(50);
            assertThat(count("cache.refused")).isPositive();
        }
    }

    @Nested
    class Refreshing {
        @Test
        void aStaleValue_isServedWhileOneRefreshesIt() {
            SlowLoader loader = new SlowLoader();
            CacheAside<String> cache = cache(runtime, loader)
                    .freshFor(Duration.ofMillis(50))
                    .staleFor(Duration.ofMinutes(1))
                    .build();
            cache.put("k", "v0");
            await().until(() -> cache.get("k").equals(Optional.of("v0")) && loader.called() == 1);
            for (int i = 0; i < 20; i++) {
                assertThat(cache.get("k")).contains("v0");
            }
            assertThat(loads).hasValue(1);
            loader.answer(0);
            await().until(() -> cache.get("k").equals(Optional.of("v1")));
        }

        @Test
        void C5_aValueIsRefreshedBeforeItEnds_byOne() {
            AtomicInteger misses = new AtomicInteger();
            Loader<String> slow = key -> read().completeOnTimeout(Optional.of("v"), 0, SECONDS)
                    .thenCompose(value -> new CompletableFuture<Optional<String>>()
                            .completeOnTimeout(value, 30, java.util.concurrent.TimeUnit.MILLISECONDS));
            CacheAside<String> cache = CacheAside.builder(runtime, name, Codec.utf8(), slow)
                    .jitter(0)
                    .freshFor(Duration.ofMillis(300))
                    .build();
            load("k", cache);
            int before = count("cache.miss");
            long end = System.nanoTime() + LENGTH.toNanos();
            while (System.nanoTime() < end) {
                misses.addAndGet(cache.get("k").isPresent() ? 0 : 1);
            }
            assertThat(misses).hasValue(0);
            assertThat(count("cache.miss") - before)
                    .as("callers that waited, if the machine was busy")
                    .isLessThan(count("cache.refresh"));
            // Not before they are due, within the length of the loads.
            assertThat(count("cache.refresh")).isBetween(2, (int) (LENGTH.toMillis() / 100));
        }

        @Test
        void aFailedRefresh_keepsTheStaleValue_andIsNotRepeatedAtOnce() {
            AtomicInteger tries = new AtomicInteger();
            CacheAside<String> cache = cache(runtime, key -> {
                        tries.incrementAndGet();
                        throw new IllegalStateException("the database is away");
                    })
                    .freshFor(Duration.ofMillis(20))
                    .staleFor(Duration.ofMinutes(1))
                    .failuresFor(Duration.ofSeconds(30))
                    .build();
            cache.put("k", "v0");
            await().until(() -> cache.get("k").isPresent() && tries.get() == 1);
            await().until(() -> redis.hget("cache:" + name + ":k", "failed") != null);
            for (int i = 0; i < 20; i++) {
                assertThat(cache.get("k")).contains("v0");
            }
            assertThat(tries).hasValue(1);
        }
    }

    @Nested
    class Failing {
        @Test
        void aFailedLoad_failsAllWhoWait_andIsRemembered() {
            SlowLoader loader = new SlowLoader();
            CacheAside<String> cache =
                    cache(runtime, loader).failuresFor(Duration.ofSeconds(30)).build();
            CacheAside<String> elsewhere =
                    cache(other, loader).failuresFor(Duration.ofSeconds(30)).build();
            CompletableFuture<Optional<String>> one = ask(cache);
            await().until(() -> loader.called() == 1);
            CompletableFuture<Optional<String>> two = ask(cache);
            CompletableFuture<Optional<String>> three = ask(elsewhere);
            await().until(() -> count("cache.miss") == 3);
            loader.fail(0);
            for (CompletableFuture<Optional<String>> call : List.of(one, two, three)) {
                assertThat(call)
                        .failsWithin(Duration.ofSeconds(3))
                        .withThrowableThat()
                        .withMessageContaining("the database is away");
            }
            assertThatThrownBy(() -> elsewhere.get("k"))
                    .isInstanceOf(CacheLoadException.class)
                    .hasMessageContaining("not long ago");
            assertThat(loads).hasValue(1);
            assertThat(redis.pttl("cache:" + name + ":k")).isBetween(20_000L, 30_000L);
            redis.hset("cache:" + name + ":k", "failed", "0");
            assertThat(cache(other).build().get("k")).contains("v1");
        }

        @Test
        void afterTheServersClockWasSetBack_neitherAFailureNorALeaseHoldsUpTheKey() {
            CacheAside<String> cache = cache(runtime).build();
            String hour =
                    Long.toString(3_600_000_000L + 1_000_000 * (System.currentTimeMillis() / 1000 - 1_577_836_800));
            redis.hset("cache:" + name + ":k", Map.of("failed", hour, "failedAt", hour, "error", "long ago"));
            assertThat(cache.get("k")).contains("v1");
            redis.hset("cache:" + name + ":l", Map.of("token", "dead", "granted", hour, "leased", hour));
            assertThat(cache.get("l")).contains("v1");
            assertThat(loads).hasValue(2);
        }

        @Test
        void withoutTheServer_oneAtATimeAsksTheSource_orNobody() {
            CacheAside<String> cache = cache(runtime).build();
            CacheAside<String> strict =
                    cache(runtime).whenUnavailable(WhenUnavailable.FAIL).build();
            proxy.cut(true);
            assertThat(cache.get("k")).contains("v1");
            assertThat(count("cache.bypassed")).isEqualTo(1);
            assertThatThrownBy(() -> strict.get("k")).isInstanceOf(PatternException.class);
            assertThatThrownBy(() -> cache.invalidate("k")).isInstanceOf(PatternException.class);
            proxy.heal();
            await().until(() -> {
                int before = loads.get();
                return cache.get("k").isPresent() && loads.get() == before;
            });
        }

        @Test
        void withoutTheRightToPublish_everythingWorks_andThoseWhoWaitAskAgain() {
            SlowLoader loader = new SlowLoader();
            CacheAside<String> cache = cache(runtime, loader).build();
            CacheAside<String> waiting = cache(other, loader)
                    .lease(Duration.ofSeconds(30))
                    .pollInterval(Duration.ofMillis(100))
                    .build();
            List<CompletableFuture<Optional<String>>> waiters = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                int called = i;
                String key = "k" + i;
                var unused = cache.getAsync(key);
                await().until(() -> loader.called() == called + 1);
                waiters.add(waiting.getAsync(key).toCompletableFuture());
                await().until(() -> redis.hexists("cache:" + name + ':' + key, "waited"));
            }
            redis.aclSetuser("default", AclSetuserArgs.Builder.resetChannels());
            try {
                loader.answer(0);
                loader.fail(1);
                cache.invalidate("k2");
                assertGives(waiters.get(0), "v1");
                assertThat(waiters.get(1))
                        .failsWithin(Duration.ofSeconds(3))
                        .withThrowableThat()
                        .withMessageContaining("the database is away");
                await().until(() -> loader.called() == 4);
                loader.answer(3);
                assertGives(waiters.get(2), "v1");
                assertThat(count("cache.fillFailed")).isZero();
            } finally {
                redis.aclSetuser("default", AclSetuserArgs.Builder.allChannels());
            }
        }

        @Test
        void aKeyOfAnotherType_isTold_andGoesWithTheNextInvalidationOrPut() {
            CacheAside<String> cache = cache(runtime).build();
            redis.set("cache:" + name + ":k", "foreign");
            assertThat(cache.get("k")).contains("v1");
            assertThat(events.cause("cache.bypassed")).hasMessageContaining("WRONGTYPE");
            cache.invalidate("k");
            load("k", cache);
            redis.set("cache:" + name + ":k", "foreign");
            cache.put("k", "v2");
            assertThat(cache.get("k")).contains("v2");
        }

        @Test
        void aReadableEntry_isServed_whileTheServerRefusesWrites() {
            CacheAside<String> cache = cache(runtime)
                    .freshFor(Duration.ofMillis(1))
                    .staleFor(Duration.ofMinutes(5))
                    .build();
            cache.put("k", "v0");
            withoutMemory(() -> {
                for (int i = 0; i < 5; i++) {
                    assertThat(cache.get("k")).contains("v0");
                }
                assertThat(loads).hasValue(0);
            });
            await().until(() -> cache.get("k").equals(Optional.of("v1")));
        }

        @Test
        void aRefreshThatTheServerHasNoMemoryFor_leavesTheStaleValue() {
            SlowLoader loader = new SlowLoader();
            CacheAside<String> cache = cache(runtime, loader)
                    .freshFor(Duration.ofMillis(1))
                    .staleFor(Duration.ofMinutes(5))
                    .build();
            cache.put("k", "v0");
            await().until(() -> cache.get("k").equals(Optional.of("v0")) && loader.called() == 1);
            withoutMemory(() -> {
                loader.answer(0);
                await().until(() -> count("cache.fillFailed") == 1);
                assertThat(cache.get("k")).contains("v0");
            });
        }

        @Test
        void lostReplies_neitherLoadTwiceNorLoseTheLoad() {
            CacheAside<String> cache = cache(runtime).build();
            load("warm up", cache);
            loads.set(0);
            proxy.loseReplies(1);
            assertThat(cache.get("k")).contains("v1");
            assertThat(proxy.repliesLost()).isEqualTo(1);
            await().until(() -> redis.hget("cache:" + name + ":k", "value") != null);
            assertThat(cache.get("k")).contains("v1");
            assertThat(loads).hasValue(1);
        }

        @Test
        void aServerThatForgot_isFilledAgain() {
            SlowLoader loader = new SlowLoader();
            CacheAside<String> cache = cache(runtime, loader).build();
            CompletableFuture<Optional<String>> call = ask(cache);
            await().until(() -> loader.called() == 1);
            redis.flushall();
            loader.answer(0);
            assertGives(call, "v1");
            await().until(() -> count("cache.refused") == 1);
            CompletableFuture<Optional<String>> next = ask(cache);
            await().until(() -> loader.called() == 2);
            loader.answer(1);
            assertGives(next, "v1");
        }
    }
}
