package dev.spinel.patterns.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.Codec;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What sessions promise, with each client library, also when requests overlap and replies are lost. */
class SessionStoreIT extends RecipeFixture {

    private SessionStore<String> store;

    SessionStoreIT(ClientKind client) {
        super(client);
    }

    @BeforeEach
    void build() {
        store = builder().build();
    }

    private SessionStore.Builder<String> builder() {
        return SessionStore.builder(runtime, name, Codec.utf8());
    }

    private Session<String> loaded(String id) {
        return store.load(id).orElseThrow();
    }

    private List<String> keys() {
        return redis.keys("*" + name + "*");
    }

    private static void warmUp(SessionStore<String> store) {
        Session<String> session = store.create(Map.of(), "nobody");
        store.load(session.id());
        store.save(session);
        store.rotate(session);
        store.findByPrincipal("nobody");
        store.invalidate(session.id());
    }

    @Nested
    class Attributes {
        @Test
        void everyOperation_isOneRoundTrip() {
            warmUp(store);
            transport.takeCommands();
            Session<String> session = store.create(Map.of("a", "1"), "ann");
            session.set("b", "2");
            store.save(session);
            store.load(session.id());
            store.rotate(session);
            store.findByPrincipal("ann");
            store.invalidate(session.id());
            assertThat(transport.takeCommands()).hasSize(6).containsOnly("EVALSHA");
        }

        @Test
        void whatIsSaved_isLoaded() {
            Session<String> session = store.create(Map.of("a", "1", "b", "2"), null);
            assertThat(session.id()).hasSize(34);
            session.set("c", "3");
            session.remove("a");
            assertThat(session.names()).containsExactly("b", "c");
            assertThat(loaded(session.id()).names()).containsExactly("a", "b");
            assertThat(store.save(session)).isTrue();

            Session<String> again = loaded(session.id());
            assertThat(again.names()).containsExactly("b", "c");
            assertThat(again.get("a")).isEmpty();
            assertThat(again.get("b")).contains("2");
            assertThat(again.get("c")).contains("3");
            assertThat(again.principal()).isEmpty();
            assertThat(again.createdAt()).isEqualTo(session.createdAt());
            assertThat(again.lastAccessedAt()).isAfterOrEqualTo(session.lastAccessedAt());
        }

        @Test
        void onlyWhatChanged_isWritten_andOnce() {
            Session<String> session = store.create(Map.of("a", "1", "b", "2"), null);
            Session<String> other = loaded(session.id());
            other.set("a", "changed elsewhere");
            store.save(other);
            session.set("b", "changed here");
            store.save(session);
            assertThat(loaded(session.id()).get("a")).contains("changed elsewhere");
            assertThat(loaded(session.id()).get("b")).contains("changed here");

            other = loaded(session.id());
            other.set("b", "changed later");
            store.save(other);
            store.save(session);
            assertThat(loaded(session.id()).get("b")).contains("changed later");
            assertThat(session.get("b")).contains("changed here");
        }

        @Test
        void S1_requestsAtTheSameTime_loseNothing() throws Exception {
            Session<String> session = store.create();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                int number = i;
                threads.add(new Thread(() -> {
                    for (int j = 0; j < 20; j++) {
                        Session<String> own = loaded(session.id());
                        own.set("a" + number + '-' + j, "v");
                        store.save(own);
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(loaded(session.id()).names()).hasSize(160);
        }

        @Test
        void whatNobodyIssued_isNoSession() {
            transport.takeCommands();
            for (String id : List.of("", "0", "zz", "ffabc", "\u0661\u0661abc")) {
                assertThat(store.load(id)).isEmpty();
                assertThat(store.invalidate(id)).isFalse();
            }
            assertThat(transport.takeCommands()).as("not of this store").isEmpty();
            assertThat(store.load("00{}")).isEmpty();
            assertThat(keys()).isEmpty();
        }

        @Test
        void aSessionOfAnotherStore_isRefused() {
            Session<String> strange = SessionStore.builder(runtime, "a" + name, Codec.utf8())
                    .build()
                    .create();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> store.saveAsync(strange))
                    .withMessageContaining("a" + name);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> store.rotate(strange))
                    .withMessageContaining("a" + name);
        }

        @Test
        void aSessionOfMoreLanes_isRefused() {
            SessionStore<String> spread = builder().lanes(16).build();
            Session<String> session = spread.create();
            while (session.id().startsWith("00")) {
                session = spread.create();
            }
            Session<String> strange = session;
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> store.saveAsync(strange))
                    .withMessageContaining("lanes");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> store.rotate(strange))
                    .withMessageContaining("lanes");
            assertThat(store.invalidate(strange.id())).isFalse();
        }

        @Test
        void lostReplies_areRepeated() {
            warmUp(store);
            proxy.loseReplies(1);
            Session<String> session = store.create(Map.of("a", "1"), "ann");
            session.set("a", "2");
            proxy.loseReplies(1);
            assertThat(store.save(session)).isTrue();
            String before = session.id();
            proxy.loseReplies(1);
            assertThat(store.rotate(session)).isTrue();
            assertThat(store.load(before)).isEmpty();
            assertThat(loaded(session.id()).get("a")).contains("2");
            assertThat(store.findByPrincipal("ann")).containsExactly(session.id());
            proxy.loseReplies(1);
            assertThat(store.invalidate(session.id())).isTrue();
            assertThat(proxy.repliesLost()).isEqualTo(4);
            assertThat(store.load(session.id())).isEmpty();
        }
    }

    @Nested
    class Ending {
        @Test
        void S2_aLateSave_doesNotBringAnInvalidatedSessionBack() {
            Session<String> session = store.create(Map.of("a", "1"), "ann");
            Session<String> late = loaded(session.id());
            assertThat(store.invalidate(session.id())).isTrue();
            assertThat(store.invalidate(session.id())).isFalse();
            late.set("a", "2");
            late.setPrincipal("bob");
            assertThat(store.save(late)).isFalse();
            assertThat(store.rotate(late)).isFalse();
            assertThat(store.load(session.id())).isEmpty();
            assertThat(keys()).isEmpty();
        }

        @Test
        void S2_aLateSave_doesNotBringAnExpiredSessionBack() {
            SessionStore<String> brief =
                    builder().idleTimeout(Duration.ofMillis(50)).build();
            Session<String> session = brief.create(Map.of("a", "1"), "ann");
            await().until(() -> redis.keys("*:session:" + session.id()).isEmpty());
            session.set("a", "2");
            assertThat(brief.save(session)).isFalse();
            assertThat(brief.load(session.id())).isEmpty();
            assertThat(brief.findByPrincipal("ann")).isEmpty();
        }

        @Test
        void anAccess_putsOffTheIdleEnd_butNotTheEndOfTheLifetime() {
            SessionStore<String> bounded = builder()
                    .idleTimeout(Duration.ofMinutes(10))
                    .lifetime(Duration.ofMinutes(10))
                    .build();
            Session<String> session = store.create();
            String key = redis.keys("*:session:" + session.id()).get(0);
            assertThat(redis.pttl(key)).isBetween(1_795_000L, 1_800_000L);
            redis.pexpire(key, 1_000_000);
            store.load(session.id());
            assertThat(redis.pttl(key)).isBetween(1_795_000L, 1_800_000L);
            redis.pexpire(key, 1_000_000);
            store.save(session);
            assertThat(redis.pttl(key)).isBetween(1_795_000L, 1_800_000L);
            redis.hset(key, "created", Long.toString(session.createdAt().toEpochMilli() - 590_000));
            bounded.save(session);
            assertThat(redis.pttl(key)).isBetween(5_000L, 10_000L);
            bounded.load(session.id());
            assertThat(redis.pttl(key)).isBetween(5_000L, 10_000L);
            redis.hset(key, "created", Long.toString(session.createdAt().toEpochMilli() - 600_000));
            assertThat(bounded.load(session.id())).isEmpty();
            assertThat(bounded.save(session)).isFalse();
        }

        @Test
        void aSession_isLoaded_whileTheServerRefusesWrites_whichIsNoAccess() {
            Session<String> session = store.create(Map.of("a", "1"), "ann");
            String key = redis.keys("*:session:" + session.id()).get(0);
            redis.pexpire(key, 1_000_000);
            for (String setting : List.of("maxmemory", "min-replicas-to-write")) {
                String before = redis.configGet(setting).get(setting);
                redis.configSet(setting, "1");
                try {
                    assertThat(loaded(session.id()).get("a")).contains("1");
                } finally {
                    redis.configSet(setting, before);
                }
                assertThat(redis.pttl(key)).isBetween(900_000L, 1_000_000L);
            }
        }

        @Test
        void settingsThatMakeNoSense_areRefused() {
            assertRefused(builder().idleTimeout(Duration.ZERO), "idleTimeout");
            assertRefused(builder().idleTimeout(ChronoUnit.FOREVER.getDuration()), "idleTimeout");
            assertRefused(builder().lifetime(Duration.ofMinutes(29)), "lifetime");
            assertRefused(builder().lanes(0), "lanes");
            assertRefused(builder().lanes(257), "lanes");
            assertRefused(SessionStore.builder(runtime, "a:b", Codec.utf8()), "colons");
            assertThatIllegalArgumentException().isThrownBy(() -> store.findByPrincipal(""));
            assertThatIllegalArgumentException().isThrownBy(() -> store.create().setPrincipal("a\0b"));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> SessionReaper.builder(store, Runnable::run, session -> {})
                            .interval(Duration.ofSeconds(20))
                            .start());
            SessionReaper.Builder reaper = SessionReaper.builder(store, Runnable::run, session -> {});
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> reaper.notifications(-1))
                    .withMessageContaining("database");
            for (Duration lease : List.of(Duration.ofHours(47), ChronoUnit.FOREVER.getDuration())) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> SessionReaper.builder(store, Runnable::run, session -> {})
                                .lease(lease)
                                .start())
                        .withMessageContaining("up to a day");
            }
        }

        private static void assertRefused(SessionStore.Builder<String> builder, String reason) {
            assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining(reason);
        }
    }

    @Nested
    class Rotating {
        @Test
        void theOldId_isWorthNothing() {
            Session<String> session = store.create(Map.of("a", "1"), "ann");
            String planted = session.id();
            assertThat(store.rotate(session)).isTrue();
            assertThat(session.id()).isNotEqualTo(planted);
            assertThat(store.load(planted)).isEmpty();
            assertThat(loaded(session.id()).get("a")).contains("1");
            assertThat(store.findByPrincipal("ann")).containsExactly(session.id());
        }

        @Test
        void withoutItsPlaceAmongThoseThatExpire_itIsRotated() {
            Session<String> session = store.create(Map.of("a", "1"), "ann");
            String expiry = "{session:" + name + ":0}:expiry";
            double expires = redis.zscore(expiry, session.id());
            redis.del(expiry);
            assertThat(store.rotate(session)).isTrue();
            assertThat(redis.zscore(expiry, session.id())).isEqualTo(expires);
            assertThat(store.findByPrincipal("ann")).containsExactly(session.id());
            assertThat(loaded(session.id()).get("a")).contains("1");
        }

        @Test
        void thoseWhoHadLoadedIt_canSaveIt_andEndIt() {
            Session<String> session = store.create();
            Session<String> underWay = loaded(session.id());
            Session<String> another = loaded(session.id());
            store.rotate(session);
            store.rotate(session);
            underWay.set("a", "1");
            assertThat(store.save(underWay)).isTrue();
            assertThat(underWay.id()).isEqualTo(session.id());
            assertThat(loaded(session.id()).get("a")).contains("1");
            assertThat(store.rotate(another)).isTrue();
            assertThat(store.load(session.id())).isEmpty();
            assertThat(store.invalidate(session.id())).isTrue();
            assertThat(store.load(another.id())).isEmpty();
        }

        @Test
        void S3_underLoad_nothingIsLost() throws Exception {
            Session<String> session = store.create(Map.of(), "ann");
            AtomicReference<String> id = new AtomicReference<>(session.id());
            AtomicBoolean done = new AtomicBoolean();
            List<Boolean> saved = new CopyOnWriteArrayList<>();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                int number = i;
                threads.add(new Thread(() -> {
                    for (int j = 0; !done.get(); j++) {
                        Optional<Session<String>> own = store.load(id.get());
                        if (own.isPresent()) {
                            own.get().set("a" + number, Integer.toString(j));
                            saved.add(store.save(own.get()));
                        }
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (int i = 0; i < 100; i++) {
                assertThat(store.rotate(session)).isTrue();
                id.set(session.id());
            }
            await().until(() -> loaded(session.id()).names().size() == 4);
            done.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(saved).isNotEmpty().containsOnly(true);
            assertThat(store.findByPrincipal("ann")).containsExactly(session.id());
        }
    }

    @Nested
    class Principals {
        @Test
        void whatTheServerEvicted_isThereAgain_afterTheNextSaveOrRotation() {
            Session<String> saved = store.create(Map.of(), "ann");
            Session<String> rotated = store.create(Map.of(), "ann");
            redis.del("{session:" + name + ":0}:owners", "{session:" + name + ":0}:principals");
            store.save(loaded(saved.id()));
            assertThat(store.findByPrincipal("ann")).containsExactly(saved.id());
            store.rotate(rotated);
            assertThat(store.findByPrincipal("ann")).containsExactlyInAnyOrder(saved.id(), rotated.id());
            assertThat(store.invalidateAll("ann")).isEqualTo(2);
            assertThat(keys()).allMatch(key -> key.contains(":moved:"));
        }

        @Test
        void sessions_areFoundByTheirs() {
            SessionStore<String> spread = builder().lanes(16).build();
            List<String> anns = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                anns.add(spread.create(Map.of(), "ann").id());
                spread.create(Map.of(), "anna");
                spread.create(Map.of(), "an");
            }
            Session<String> late = spread.create();
            late.setPrincipal("ann");
            spread.save(late);
            anns.add(late.id());
            assertThat(spread.findByPrincipal("ann")).containsExactlyInAnyOrderElementsOf(anns);
            assertThat(spread.load(late.id()).orElseThrow().principal()).contains("ann");

            late.setPrincipal("bob");
            spread.save(late);
            anns.remove(late.id());
            assertThat(spread.findByPrincipal("ann")).containsExactlyInAnyOrderElementsOf(anns);
            assertThat(spread.findByPrincipal("bob")).containsExactly(late.id());
            late.setPrincipal(null);
            spread.save(late);
            assertThat(spread.findByPrincipal("bob")).isEmpty();
            assertThat(spread.load(late.id())).isPresent();

            assertThat(spread.invalidateAll("ann")).isEqualTo(10);
            assertThat(spread.findByPrincipal("ann")).isEmpty();
            assertThat(spread.load(anns.get(0))).isEmpty();
            assertThat(spread.findByPrincipal("anna")).hasSize(10);
        }
    }

    @Nested
    class Expiring {
        private final BlockingQueue<ExpiredSession> reported = new LinkedBlockingQueue<>();

        private final List<SessionReaper> reapers = new ArrayList<>();

        @AfterEach
        void stopReapers() {
            reapers.forEach(SessionReaper::close);
        }

        private void start(SessionReaper.Builder reaper) {
            reapers.add(reaper.start());
        }

        private SessionReaper.Builder reaper(SessionReaper.Handler handler) {
            return SessionReaper.builder(store, Runnable::run, handler).interval(Duration.ofMillis(50));
        }

        private ExpiredSession next() throws InterruptedException {
            return reported.poll(3, TimeUnit.SECONDS);
        }

        @Test
        void expiredSessions_areReported_invalidatedOnesNot() throws Exception {
            store = builder().idleTimeout(Duration.ofMillis(100)).lanes(3).build();
            Session<String> anns = store.create(Map.of(), "ann");
            Session<String> invalidated = store.create(Map.of(), "ann");
            store.invalidate(invalidated.id());
            start(reaper(reported::add));
            start(reaper(reported::add));
            assertThat(next()).isEqualTo(new ExpiredSession(anns.id(), Optional.of("ann")));
            Session<String> nobodys = store.create();
            assertThat(next()).isEqualTo(new ExpiredSession(nobodys.id(), Optional.empty()));
            await().untilAsserted(() -> assertThat(keys()).isEmpty());
            assertThat(reported).isEmpty();
        }

        @Test
        void aSessionThatIsUsed_isNotReported() throws Exception {
            store = builder().idleTimeout(Duration.ofMillis(800)).build();
            Session<String> used = store.create();
            Session<String> idle = store.create();
            start(reaper(reported::add));
            while (reported.isEmpty()) {
                assertThat(store.load(used.id())).isPresent();
                Thread.sleep(20);
            }
            assertThat(next()).isEqualTo(new ExpiredSession(idle.id(), Optional.empty()));
            assertThat(store.load(used.id())).isPresent();
        }

        /** One that has taken a session and does not come to its handler. */
        private SessionReaper startStuck() throws InterruptedException {
            SessionReaper stuck = SessionReaper.builder(
                            store, task -> reported.add(new ExpiredSession("", Optional.empty())), reported::add)
                    .interval(Duration.ofMillis(50))
                    .lease(Duration.ofMillis(200))
                    .start();
            reapers.add(stuck);
            assertThat(next()).isNotNull();
            return stuck;
        }

        @Test
        void S4_whatAHandlerDidNotFinish_isReportedAgain() throws Exception {
            store = builder().idleTimeout(Duration.ofMillis(1)).build();
            Session<String> session = store.create(Map.of(), "ann");
            SessionReaper dead = startStuck();
            dead.close();
            List<Integer> failures = new CopyOnWriteArrayList<>();
            start(reaper(expired -> {
                        if (failures.isEmpty()) {
                            failures.add(1);
                            throw new IOException("for the test");
                        }
                        reported.add(expired);
                    })
                    .lease(Duration.ofMillis(200)));
            assertThat(next()).isEqualTo(new ExpiredSession(session.id(), Optional.of("ann")));
            assertThat(failures).hasSize(1);
            assertThat(events.cause("session.handlerFailed")).hasMessage("for the test");
            await().untilAsserted(() -> assertThat(keys()).isEmpty());
            assertThat(reported).isEmpty();
        }

        @Test
        void anAsyncHandler_isReportedTo_untilItsStageIsDone() throws Exception {
            store = builder().idleTimeout(Duration.ofMillis(1)).build();
            Session<String> session = store.createAsync().toCompletableFuture().join();
            List<CompletableFuture<Void>> stages = new CopyOnWriteArrayList<>();
            start(SessionReaper.builderAsync(store, expired -> {
                        CompletableFuture<Void> stage = new CompletableFuture<>();
                        stages.add(stage);
                        reported.add(expired);
                        return stage;
                    })
                    .interval(Duration.ofMillis(50))
                    .lease(Duration.ofMillis(200)));
            assertThat(next()).isEqualTo(new ExpiredSession(session.id(), Optional.empty()));
            String ending = "{session:" + name + ":0}:ending";
            double taken = redis.zscore(ending, session.id());
            await().until(() -> redis.zscore(ending, session.id()) > taken);
            assertThat(reported).isEmpty();
            stages.get(0).completeExceptionally(new IOException("for the test"));
            assertThat(next()).isEqualTo(new ExpiredSession(session.id(), Optional.empty()));
            assertThat(events.cause("session.handlerFailed")).hasMessage("for the test");
            stages.get(1).complete(null);
            await().untilAsserted(() -> assertThat(keys()).isEmpty());
            assertThat(reported).isEmpty();
        }

        @Test
        void S4_aServerWithoutMemory_extendsWhatIsReported_andHasItReportedAgain() throws Exception {
            store = builder().idleTimeout(Duration.ofMillis(1)).build();
            Session<String> session = store.create(Map.of(), "ann");
            SessionReaper dead = startStuck();
            withoutMemory(() -> {
                String ending = "{session:" + name + ":0}:ending";
                double taken = redis.zscore(ending, session.id());
                await().until(() -> redis.zscore(ending, session.id()) > taken);
                dead.close();
                start(reaper(reported::add));
                assertThat(next()).isEqualTo(new ExpiredSession(session.id(), Optional.of("ann")));
                await().untilAsserted(() -> assertThat(keys()).isEmpty());
            });
        }

        @Test
        void manyAtOnce_areAllReported() throws Exception {
            store = builder().idleTimeout(Duration.ofMillis(1)).build();
            for (int i = 0; i < 250; i++) {
                store.create();
            }
            start(reaper(reported::add));
            await().until(() -> reported.size() == 250);
            assertThat(reported).doesNotHaveDuplicates();
        }

        @Test
        void aBacklogThatOutlastsTheLease_isReportedOnce() throws Exception {
            store = builder().idleTimeout(Duration.ofMillis(1)).build();
            for (int i = 0; i < 60; i++) {
                store.create();
            }
            ExecutorService slow = Executors.newSingleThreadExecutor();
            try {
                start(SessionReaper.builder(store, slow, session -> {
                            Thread.sleep(30);
                            reported.add(session);
                        })
                        .interval(Duration.ofMillis(50))
                        .lease(Duration.ofSeconds(1)));
                await().until(() -> redis.zcard("{session:" + name + ":0}:ending") >= 50);
                List<ExpiredSession> elsewhere = new CopyOnWriteArrayList<>();
                start(reaper(elsewhere::add).lease(Duration.ofSeconds(1)));
                await().untilAsserted(() -> assertThat(keys()).isEmpty());
                assertThat(reported).hasSizeGreaterThan(40).doesNotHaveDuplicates();
                assertThat(reported.size() + elsewhere.size()).isEqualTo(60);
            } finally {
                slow.shutdownNow();
            }
        }

        @Test
        void noMoreThanABoundOfSessions_areUnderWay() {
            store = builder().idleTimeout(Duration.ofMillis(1)).build();
            for (int batch = 0; batch < 5; batch++) {
                List<CompletableFuture<?>> created = new ArrayList<>();
                for (int i = 0; i < 250; i++) {
                    created.add(store.createAsync(Map.of(), null).toCompletableFuture());
                }
                created.forEach(CompletableFuture::join);
            }
            BlockingQueue<Runnable> waiting = new LinkedBlockingQueue<>();
            start(SessionReaper.builder(store, waiting::add, reported::add)
                    .interval(Duration.ofMillis(20))
                    .lease(Duration.ofMillis(100)));
            await().until(() -> waiting.size() >= 1_000);
            transport.takeCommands();
            AtomicInteger sweeps = new AtomicInteger();
            await().until(() -> sweeps.addAndGet(transport.takeCommands().size()) >= 10);
            assertThat(waiting).hasSize(1_000);
            await().until(() -> {
                for (Runnable next = waiting.poll(); next != null; next = waiting.poll()) {
                    next.run();
                }
                return keys().isEmpty();
            });
            assertThat(reported).hasSize(1_250).doesNotHaveDuplicates();
        }

        @Test
        void anExecutorWithLittleRoom_getsThemAll_longBeforeTheirLeaseEnds() {
            store = builder().idleTimeout(Duration.ofMillis(1)).build();
            for (int i = 0; i < 250; i++) {
                store.create();
            }
            ExecutorService small = new ThreadPoolExecutor(1, 1, 0, TimeUnit.SECONDS, new ArrayBlockingQueue<>(2));
            try {
                start(SessionReaper.builder(store, small, reported::add));
                await().until(() -> reported.size() == 250);
                assertThat(reported).doesNotHaveDuplicates();
            } finally {
                small.shutdownNow();
            }
        }

        @Test
        void whatAHandlerThrowsAnErrorFor_isTold_andReportedAgain() throws Exception {
            store = builder().idleTimeout(Duration.ofMillis(1)).build();
            Session<String> session = store.create();
            AtomicBoolean failed = new AtomicBoolean();
            start(reaper(expired -> {
                        if (failed.compareAndSet(false, true)) {
                            throw new StackOverflowError("for the test");
                        }
                        reported.add(expired);
                    })
                    .lease(Duration.ofMillis(100)));
            assertThat(next()).isEqualTo(new ExpiredSession(session.id(), Optional.empty()));
            assertThat(events.cause("session.handlerFailed")).hasMessage("for the test");
        }

        @Test
        void withNotifications_theIntervalDoesNotMatter() throws Exception {
            // Redis looks at some two hundred keys with a time to live in a second: those of other tests would be
            // before this one.
            redis.flushall();
            store = builder().idleTimeout(Duration.ofMillis(200)).build();
            String channel = "__keyevent@0__:expired";
            start(SessionReaper.builder(store, Runnable::run, reported::add)
                    .interval(Duration.ofSeconds(60))
                    .lease(Duration.ofSeconds(120))
                    .notifications(0));
            await().until(() -> redis.pubsubNumsub(channel).get(channel) > 0);
            Session<String> session = store.create();
            assertThat(next()).isEqualTo(new ExpiredSession(session.id(), Optional.empty()));
        }
    }
}
