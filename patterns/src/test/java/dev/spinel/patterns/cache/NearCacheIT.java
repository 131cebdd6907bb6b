package dev.spinel.patterns.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.FaultProxy;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.PatternRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Copies that the server keeps right, over Lettuce; and copies with a time to live, over what cannot be told of changes. */
class NearCacheIT extends RecipeFixture {
    private static final Duration LENGTH = Duration.ofMillis(Long.getLong("spinel.patterns.millisPerProperty", 1500));

    /** Asked for every 100 ms, so that copies are there soon after a connection. */
    private static final Duration LAG = Duration.ofMillis(300);

    private final AtomicLong source = new AtomicLong(1);
    private final List<CacheAside<Long>> opened = new ArrayList<>();

    NearCacheIT(ClientKind client) {
        super(client);
    }

    @AfterEach
    void close() {
        opened.forEach(CacheAside::close);
    }

    private static Codec<Long> numbers() {
        return new Codec<>() {
            @Override
            public byte[] encode(Long value) {
                return Codec.utf8().encode(value.toString());
            }

            @Override
            public Long decode(byte[] bytes) {
                return Long.valueOf(Codec.utf8().decode(bytes));
            }
        };
    }

    private CacheAside<Long> cache(PatternRuntime through, NearCache near) {
        CacheAside<Long> cache = CacheAside.builder(
                        through, name, numbers(), key -> CompletableFuture.completedFuture(Optional.of(source.get())))
                .near(near)
                .build();
        opened.add(cache);
        return cache;
    }

    /** A cache of which it is known that the server tracks it, unless it cannot. */
    private CacheAside<Long> tracked(PatternRuntime through) {
        CacheAside<Long> cache = cache(through, NearCache.of(1000).withMaxLag(LAG));
        cache.put("tracked?", 0L);
        await().until(() -> {
            int before = events.count("cache.nearHit");
            return cache.get("tracked?").isPresent() && events.count("cache.nearHit") > before;
        });
        return cache;
    }

    /** The value is in the cache and has a copy. */
    private void copy(CacheAside<Long> cache, long value) {
        await().until(() -> {
            int before = events.count("cache.nearHit");
            return cache.get("k").equals(Optional.of(value)) && events.count("cache.nearHit") > before;
        });
    }

    @Nested
    class Tracked {
        Tracked() {
            assumeThat(client).as("Jedis is not told of changes").isNotEqualTo(ClientKind.JEDIS);
        }

        @Test
        void aCopy_takesNoRoundTrip() {
            CacheAside<Long> cache = tracked(runtime);
            copy(cache, 1);
            transport.takeCommands();
            for (int i = 0; i < 100; i++) {
                assertThat(cache.get("k")).contains(1L);
            }
            assertThat(transport.takeCommands()).isEmpty();
        }

        @Test
        void aSilentConnection_endsTheCopies_andAnotherOneBringsThemBack() {
            client.assumeSockets();
            CacheAside<Long> cache = tracked(runtime);
            copy(cache, 1);
            ((FaultProxy) proxy).silence();
            await().untilAsserted(
                            () -> assertThat(events.count("cache.nearLost")).isPositive());
            await().atMost(Duration.ofSeconds(20)).until(() -> {
                int before = events.count("cache.nearHit");
                return cache.get("k").isPresent() && events.count("cache.nearHit") > before;
            });
            source.set(2);
            cache(other, NearCache.of(10)).invalidate("k");
            await().until(() -> cache.get("k").equals(Optional.of(2L)));
        }

        @Test
        void aChangeElsewhere_endsTheCopy() {
            CacheAside<Long> here = tracked(runtime);
            CacheAside<Long> there = tracked(other);
            copy(here, 1);
            copy(there, 1);
            source.set(2);
            there.invalidate("k");
            assertThat(there.get("k")).as("read your own writes").contains(2L);
            await().until(() -> here.get("k").equals(Optional.of(2L)));
            copy(here, 2);
            redis.del("cache:" + name + ":k");
            source.set(3);
            await().until(() -> here.get("k").equals(Optional.of(3L)));
            copy(here, 3);
            source.set(4);
            redis.flushdb();
            await().until(() -> here.get("k").equals(Optional.of(4L)));
        }

        @Test
        void anEntryThatExpires_endsTheCopy() {
            CacheAside<Long> cache = tracked(runtime);
            copy(cache, 1);
            redis.pexpire("cache:" + name + ":k", 20);
            source.set(2);
            await().until(() -> cache.get("k").equals(Optional.of(2L)));
        }

        @Test
        void C4_aLostConnection_dropsTheCopies_andTheyComeBackWithIt() {
            CacheAside<Long> cache = tracked(runtime);
            CacheAside<Long> elsewhere = tracked(other);
            copy(cache, 1);
            proxy.cut(true);
            source.set(2);
            elsewhere.invalidate("k");
            await().until(() -> events.count("cache.nearLost") == 1);
            assertThat(cache.get("k")).as("from the source, past the server").contains(2L);
            proxy.heal();
            copy(cache, 2);
            source.set(3);
            elsewhere.invalidate("k");
            await().until(() -> cache.get("k").equals(Optional.of(3L)));
        }

        @Test
        void C4_aConnectionThatTheServerKilled_isNoticed() {
            CacheAside<Long> cache = tracked(runtime);
            CacheAside<Long> elsewhere = tracked(other);
            copy(cache, 1);
            for (int i = 2; i < 6; i++) {
                proxy.cut(false);
                source.set(i);
                elsewhere.invalidate("k");
                long expected = i;
                await().until(() -> cache.get("k").equals(Optional.of(expected)));
                copy(cache, i);
            }
        }

        /**
         * Readers through copies of two processes, while others change the source and invalidate: nobody sees a value that their own process
         * had invalidated, and when all is quiet, everybody sees the last one.
         */
        @Test
        void underLoad_ownInvalidationsAreSeenAtOnce_andOthersInTheEnd() throws Exception {
            AtomicReference<String> wrong = new AtomicReference<>();
            AtomicInteger reads = new AtomicInteger();
            List<CacheAside<Long>> caches = List.of(tracked(runtime), tracked(other));
            List<AtomicLong> invalidated = List.of(new AtomicLong(), new AtomicLong());
            long end = System.nanoTime() + LENGTH.toNanos();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                int process = i % 2;
                threads.add(new Thread(() -> {
                    while (System.nanoTime() < end) {
                        long least = invalidated.get(process).get();
                        long seen = caches.get(process).get("k").orElseThrow();
                        reads.incrementAndGet();
                        if (seen < least) {
                            wrong.set("saw " + seen + " after the invalidation of " + least);
                        }
                    }
                }));
            }
            for (int i = 0; i < 2; i++) {
                int process = i;
                threads.add(new Thread(() -> {
                    while (System.nanoTime() < end) {
                        long now = source.incrementAndGet();
                        caches.get(process).invalidate("k");
                        invalidated.get(process).accumulateAndGet(now, Math::max);
                        Thread.yield();
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(wrong.get()).isNull();
            assertThat(reads).hasValueGreaterThan(100);
            assertThat(events.count("cache.nearHit"))
                    .as("copies that were used")
                    .isPositive();
            long last = source.get();
            for (CacheAside<Long> cache : caches) {
                await().until(() -> cache.get("k").equals(Optional.of(last)));
                copy(cache, last);
            }
        }
    }

    @Nested
    class Untracked {
        Untracked() {
            assumeThat(client).as("others are told of changes").isEqualTo(ClientKind.JEDIS);
        }

        @Test
        void noCopies_unlessAskedFor() {
            CacheAside<Long> cache = cache(runtime, NearCache.of(100));
            cache.put("k", 1L);
            for (int i = 0; i < 10; i++) {
                assertThat(cache.get("k")).contains(1L);
            }
            assertThat(events.count("cache.nearHit")).isZero();
            assertThat(events.count("cache.hit")).isEqualTo(10);
        }

        @Test
        void copies_liveForTheirTime() {
            CacheAside<Long> cache = cache(runtime, NearCache.of(100).withKeepUntracked(Duration.ofMillis(200)));
            CacheAside<Long> elsewhere = cache(other, NearCache.of(100).withKeepUntracked(Duration.ofMinutes(1)));
            copy(cache, 1);
            copy(elsewhere, 1);
            source.set(2);
            cache.invalidate("k");
            assertThat(cache.get("k")).as("read your own writes").contains(2L);
            assertThat(elsewhere.get("k")).as("as old as it was allowed to be").contains(1L);
            copy(cache, 2);
            source.set(3);
            elsewhere.invalidate("k");
            await().until(() -> cache.get("k").equals(Optional.of(3L)));
        }
    }
}
