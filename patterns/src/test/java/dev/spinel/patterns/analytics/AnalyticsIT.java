package dev.spinel.patterns.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.analytics.Funnel.Stage;
import dev.spinel.patterns.analytics.TopItems.Item;
import dev.spinel.patterns.analytics.TopItems.Ranking;
import dev.spinel.patterns.analytics.WindowedCounter.Bucket;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RetryPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What counters promise, with each client library. */
class AnalyticsIT extends RecipeFixture {
    /** Nothing ends while a test runs. */
    private static final Window DAYS = Window.of(7, Duration.ofDays(1));

    AnalyticsIT(ClientKind client) {
        super(client);
    }

    private List<String> keys() {
        return redis.keys("*" + name + "*");
    }

    @Test
    void everyOperation_isOneRoundTrip() {
        WindowedCounter counter = WindowedCounter.of(runtime, "g", DAYS);
        UniqueCounter unique = UniqueCounter.of(runtime, "g", DAYS);
        TopItems top = TopItems.of(runtime, "g", DAYS, 100);
        Funnel funnel = Funnel.of(runtime, name, Duration.ZERO, "visit", "pay");
        Runnable all = () -> {
            counter.add(name, 1);
            counter.add(name, 1, "id");
            counter.total(name);
            counter.buckets(name, 7);
            unique.add(name, "ann");
            unique.count(name);
            top.add(name, "tea");
            top.top(name, 10);
            funnel.record("ann", "visit");
            funnel.stages();
        };
        all.run();
        transport.takeCommands();
        all.run();
        assertThat(transport.takeCommands()).hasSize(10).containsOnly("EVALSHA");
    }

    @Nested
    class Counting {
        @Test
        void additions_areSummed() {
            WindowedCounter counter = WindowedCounter.of(runtime, "views", DAYS);
            assertThat(counter.total(name)).isZero();
            assertThat(counter.add(name, 2)).isEqualTo(2);
            assertThat(counter.add(name, 40)).isEqualTo(42);
            assertThat(counter.add(name, -1)).isEqualTo(41);
            assertThat(counter.total(name)).isEqualTo(41);
            assertThat(counter.total("another")).isZero();
            List<Bucket> buckets = counter.buckets(name, 2);
            assertThat(buckets).extracting(Bucket::count).containsExactly(41L, 0L);
            long day = Duration.ofDays(1).toMillis();
            assertThat(buckets.get(0).start().toEpochMilli() % day).isZero();
            assertThat(Duration.between(buckets.get(0).start(), Instant.now()))
                    .isBetween(Duration.ZERO, Duration.ofDays(1));
            assertThat(buckets.get(1).start()).isEqualTo(buckets.get(0).start().minusMillis(day));
        }

        @Test
        void A1_anAdditionWithAnId_countsOnce() {
            WindowedCounter counter = WindowedCounter.of(runtime, "views", DAYS);
            counter.add(name, 1, "warm up");
            proxy.loseReplies(1);
            assertThat(counter.add(name, 5, "id")).isEqualTo(6);
            assertThat(proxy.repliesLost()).isEqualTo(1);
            assertThat(counter.add(name, 5, "id")).isEqualTo(6);
            assertThat(counter.add(name, 5, "another id")).isEqualTo(11);
        }

        @Test
        void A1_anAdditionThatFailed_countsWhenItComesAgain() {
            WindowedCounter counter = WindowedCounter.of(runtime, "views", DAYS);
            String hash = "{counter:views:" + name + "}";
            redis.hset(hash, Long.toString(Instant.now().toEpochMilli() / 86_400_000), "text");
            assertThatThrownBy(() -> counter.add(name, 5, "id")).isInstanceOf(PatternException.ServerError.class);
            redis.del(hash);
            assertThat(counter.add(name, 5, "id")).isEqualTo(5);
        }

        @Test
        void idsAndCounters_areKeptApart_underKeysThatBeginTheSame() {
            WindowedCounter counter = WindowedCounter.of(runtime, "views", DAYS);
            for (String each : List.of(name, name + "}1", name + "}1:once:1", name + "}1:once:1}")) {
                assertThat(counter.add(each, 5, "1")).isEqualTo(5);
                assertThat(counter.add(each, 5, "1}1:once:1")).isEqualTo(10);
                assertThat(counter.add(each, 5, "1")).isEqualTo(10);
            }
            assertThat(keys()).hasSize(12).allMatch(key -> key.startsWith("{counter:views:"));
        }

        @Test
        void sumsBeyond2To53_areRefused_andChangeNothing() {
            WindowedCounter counter = WindowedCounter.of(runtime, "views", DAYS);
            long largest = (1L << 53) - 1;
            assertThatIllegalArgumentException().isThrownBy(() -> counter.add(name, largest + 1));
            assertThatIllegalArgumentException().isThrownBy(() -> counter.add(name, Long.MIN_VALUE));
            assertThat(counter.add(name, largest)).isEqualTo(largest);
            assertThatThrownBy(() -> counter.add(name, 1, "id"))
                    .isInstanceOf(PatternException.ServerError.class)
                    .hasMessageContaining("2^53");
            assertThat(counter.total(name)).isEqualTo(largest);
            assertThat(counter.add(name, -largest, "id")).isZero();
            counter.add(name, -largest);
            assertThatThrownBy(() -> counter.add(name, -1)).isInstanceOf(PatternException.ServerError.class);
        }

        @Test
        void anAdditionAndTheTotal_areTheSame_afterTheClockWasSetBack() {
            WindowedCounter counter = WindowedCounter.of(runtime, "views", DAYS);
            counter.add(name, 5);
            // As if the clock had been a day ahead then.
            long today = Instant.now().toEpochMilli() / 86_400_000;
            redis.hset(keys().get(0), Long.toString(today + 1), "7");
            assertThat(counter.add(name, 1)).isEqualTo(6);
            assertThat(counter.total(name)).isEqualTo(6);
        }

        @Test
        void anAdditionToAnOlderBucket_leavesALaterOneItsTime() {
            WindowedCounter counter = WindowedCounter.of(runtime, "views", Window.of(2, Duration.ofDays(1)));
            counter.add(name, 5);
            // As if the clock had been a day ahead then.
            String hash = keys().get(0);
            long today = Instant.now().toEpochMilli() / 86_400_000;
            redis.del(hash);
            redis.hset(hash, Long.toString(today + 1), "5");
            long end = (today + 3) * 86_400_000;
            redis.pexpireat(hash, end);
            counter.add(name, 1);
            assertThat(redis.pexpiretime(hash)).isEqualTo(end);
        }

        @Test
        void anAdditionWithoutAnId_isNeverRepeated() {
            WindowedCounter counter = WindowedCounter.of(runtime, "views", DAYS);
            counter.add("warm up", 1);
            proxy.loseReplies(1);
            assertThatThrownBy(() -> counter.add(name, 5)).isInstanceOf(PatternException.UnknownOutcome.class);
            assertThat(counter.total(name)).isEqualTo(5);
        }

        @Test
        void A1_concurrentAdditions_areAllCounted() {
            WindowedCounter counter = WindowedCounter.of(runtime, "views", DAYS);
            List<CompletableFuture<Long>> additions = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                additions.add(counter.addAsync(name, 1).toCompletableFuture());
            }
            additions.forEach(CompletableFuture::join);
            assertThat(additions).extracting(CompletableFuture::join).doesNotHaveDuplicates();
            assertThat(counter.total(name)).isEqualTo(500);
        }

        @Test
        void A4_bucketsPass_andGoInTheEnd() {
            WindowedCounter counter = WindowedCounter.of(runtime, "views", Window.of(3, Duration.ofMillis(400)));
            counter.add(name, 7);
            await().until(() -> counter.buckets(name, 3).stream().skip(1).anyMatch(bucket -> bucket.count() == 7));
            counter.add(name, 1);
            await().until(() -> counter.total(name) < 7);
            counter.add(name, 1);
            assertThat(redis.hlen(keys().get(0))).as("buckets that are kept").isLessThanOrEqualTo(3);
            await().until(() -> keys().isEmpty());
            assertThat(counter.total(name)).isZero();
        }
    }

    @Nested
    class Unique {
        @Test
        void A2_visitors_areCountedOnce_overTheWindow() {
            UniqueCounter unique = UniqueCounter.of(runtime, "visitors", DAYS);
            assertThat(unique.add(name, "ann")).isTrue();
            assertThat(unique.add(name, "ann")).isFalse();
            assertThat(unique.addAsync(name, "ann").toCompletableFuture().join())
                    .isFalse();
            for (int batch = 0; batch < 20; batch++) {
                List<String> visitors = new ArrayList<>();
                for (int i = 0; i < 1000; i++) {
                    visitors.add("visitor " + (batch * 500 + i));
                }
                unique.addAsync(name, visitors).toCompletableFuture().join();
            }
            // 10,500 and ann, within three standard errors.
            assertThat(unique.count(name)).isCloseTo(10_501, within(260L));
            assertThat(unique.count(name, 1)).isEqualTo(unique.count(name));
        }

        @Test
        void buckets_areUnited_andPass() {
            UniqueCounter unique = UniqueCounter.of(runtime, "visitors", Window.of(3, Duration.ofMillis(400)));
            unique.add(name, "ann");
            await().until(() -> unique.count(name, 1) == 0);
            assertThat(unique.add(name, List.of("ann", "bob"))).isTrue();
            assertThat(unique.count(name, 3)).isEqualTo(2);
            assertThat(unique.countAsync(name).toCompletableFuture().join()).isEqualTo(2);
            assertThat(keys()).hasSizeBetween(1, 2);
            await().until(() -> keys().isEmpty());
            assertThat(unique.count(name)).isZero();
        }
    }

    @Nested
    class Top {
        @Test
        void counts_areExact_whileThereIsRoom() {
            TopItems top = TopItems.of(runtime, "sales", DAYS, 10);
            assertThat(top.top(name, 3).items()).isEmpty();
            top.add(name, "tea", 3);
            top.add(name, "coffee", 5);
            top.addAsync(name, "tea").toCompletableFuture().join();
            assertThat(top.add(name, "milk")).isEqualTo(1);
            Ranking expected = new Ranking(List.of(new Item("coffee", 5), new Item("tea", 4)), 0);
            assertThat(top.top(name, 2)).isEqualTo(expected);
            assertThat(top.top(name, 2, 1)).isEqualTo(expected);
            assertThat(top.topAsync(name, 2).toCompletableFuture().join()).isEqualTo(expected);
        }

        @Test
        void countsBeyond2To53_areRefused_andChangeNothing() {
            TopItems top = TopItems.of(runtime, "sales", DAYS, 1);
            long largest = (1L << 53) - 1;
            assertThatIllegalArgumentException().isThrownBy(() -> top.add(name, "tea", largest + 1));
            assertThat(top.add(name, "tea", largest)).isEqualTo(largest);
            for (String item : List.of("tea", "coffee")) {
                assertThatThrownBy(() -> top.add(name, item))
                        .isInstanceOf(PatternException.ServerError.class)
                        .hasMessageContaining("2^53");
            }
            assertThat(top.top(name, 1).items()).containsExactly(new Item("tea", largest));
        }

        @Test
        void A3_inBoundedMemory_theFrequentOnesAreFound() {
            TopItems top = TopItems.of(runtime, "sales", DAYS, 50);
            Map<String, Long> truth = new HashMap<>();
            Random random = new Random(7);
            List<CompletableFuture<Long>> additions = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                // Zipf's law, nearly: rank 1 has half of what is left, and so on through many rare ones.
                String item = "item " + (int) (Math.pow(2000, random.nextDouble()));
                truth.merge(item, 1L, Long::sum);
                additions.add(top.addAsync(name, item, 1).toCompletableFuture());
                if (i % 250 == 0) {
                    additions.forEach(CompletableFuture::join);
                }
            }
            additions.forEach(CompletableFuture::join);
            for (int buckets : new int[] {1, 7}) {
                Ranking ranking = top.top(name, 5, buckets);
                assertThat(ranking.error()).isBetween(1L, 100L);
                assertThat(ranking.items()).extracting(Item::name).contains("item 1", "item 2", "item 3");
                assertThat(ranking.items()).allSatisfy(item -> assertThat(item.count())
                        .isBetween(truth.get(item.name()), truth.get(item.name()) + ranking.error()));
            }
            assertThat(redis.zcard(keys().get(0))).isEqualTo(50);
        }

        @Test
        void buckets_areUnited_andPass() {
            TopItems top = TopItems.of(runtime, "sales", Window.of(3, Duration.ofMillis(400)), 10);
            top.add(name, "tea", 3);
            await().until(() -> top.top(name, 1, 1).items().isEmpty());
            top.add(name, "tea", 2);
            top.add(name, "milk", 1);
            assertThat(top.top(name, 3)).isEqualTo(new Ranking(List.of(new Item("tea", 5), new Item("milk", 1)), 0));
            await().until(() -> keys().isEmpty());
        }
    }

    @Nested
    class Funnels {
        @Test
        void aStep_countsAfterTheOneBefore() {
            Funnel funnel = Funnel.of(runtime, name, Duration.ofHours(1), "visit", "order", "pay");
            assertThat(funnel.stages()).extracting(Stage::share).containsExactly(0.0, 0.0, 0.0);
            for (String user : List.of("ann", "bob", "eve", "dan")) {
                assertThat(funnel.record(user, "visit")).isTrue();
            }
            assertThat(funnel.record("ann", "order")).isTrue();
            assertThat(funnel.record("ann", "order")).isTrue();
            assertThat(funnel.record("bob", "order")).isTrue();
            assertThat(funnel.record("ann", "pay")).isTrue();
            assertThat(funnel.record("eve", "pay")).isFalse();
            assertThat(funnel.record("nobody", "order")).isFalse();
            assertThat(funnel.stages())
                    .containsExactly(new Stage("visit", 4, 1), new Stage("order", 2, 0.5), new Stage("pay", 1, 0.25));
            assertThat(keys()).hasSize(3).allSatisfy(key -> assertThat(redis.pttl(key))
                    .isBetween(3_500_000L, 3_600_000L));
            Funnel kept = Funnel.of(runtime, name, Duration.ZERO, "visit", "order", "pay");
            assertThat(kept.record("bob", "pay")).isTrue();
            assertThat(keys()).hasSize(3).allSatisfy(key -> assertThat(redis.pttl(key))
                    .isEqualTo(-1));
        }
    }

    @Test
    @SuppressWarnings("NullAway")
    void aNameThatIsNull_isRefused() {
        String none = null;
        assertThatNullPointerException()
                .isThrownBy(() -> WindowedCounter.of(runtime, "a", DAYS).add(none, 1));
        assertThatNullPointerException()
                .isThrownBy(() -> UniqueCounter.of(runtime, "a", DAYS).add(none, "ann"));
        assertThatNullPointerException()
                .isThrownBy(() -> TopItems.of(runtime, "a", DAYS, 10).add(none, "tea"));
    }

    @Test
    void ids_areRememberedForLongerThanTheyAreRepeated_ifNothingElseIsSaid() {
        PatternRuntime patient = PatternRuntime.builder(transport)
                .retryPolicy(new RetryPolicy(2, Duration.ofMillis(20), Duration.ofMillis(20), Duration.ofMinutes(10)))
                .build();
        WindowedCounter.of(patient, "a", DAYS).add(name, 1, "id");
        assertThat(redis.pttl("{counter:a:" + name + "}id:once:2")).isBetween(1_190_000L, 1_200_000L);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WindowedCounter.of(patient, "a", DAYS, Duration.ofMinutes(19)));
    }

    @Test
    void whatMakesNoSense_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Window.of(0, Duration.ofDays(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> Window.of(401, Duration.ofDays(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> Window.of(1, Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> Window.of(1, Duration.ofNanos(1_999_999)));
        Duration endless = Duration.ofSeconds(Long.MAX_VALUE);
        assertThatIllegalArgumentException().isThrownBy(() -> Window.of(1, endless));
        assertThatIllegalArgumentException().isThrownBy(() -> Window.of(1, endless.negated()));
        assertThatIllegalArgumentException().isThrownBy(() -> WindowedCounter.of(runtime, "a", DAYS, endless));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WindowedCounter.of(runtime, "a", DAYS, Duration.ofMillis(3_999)));
        assertThatIllegalArgumentException().isThrownBy(() -> Funnel.of(runtime, "a", endless, "b", "c"));
        assertThatIllegalArgumentException().isThrownBy(() -> Funnel.of(runtime, "a", Duration.ofNanos(1), "b", "c"));
        assertThatIllegalArgumentException().isThrownBy(() -> Funnel.of(runtime, "a", Duration.ofNanos(-1), "b", "c"));
        assertThatIllegalArgumentException().isThrownBy(() -> WindowedCounter.of(runtime, "a:b", DAYS));
        assertThatIllegalArgumentException().isThrownBy(() -> WindowedCounter.of(runtime, "a", DAYS, Duration.ZERO));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WindowedCounter.of(runtime, "a", DAYS).buckets("b", 8));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WindowedCounter.of(runtime, "a", DAYS).add("b", 1, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> UniqueCounter.of(runtime, "", DAYS));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UniqueCounter.of(runtime, "a", DAYS).count("b", 0));
        List<String> visitors = Collections.nCopies(10_001, "ann");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> UniqueCounter.of(runtime, "a", DAYS).add("b", visitors));
        assertThatIllegalArgumentException().isThrownBy(() -> TopItems.of(runtime, "a", DAYS, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> TopItems.of(runtime, "a", DAYS, 14_286));
        assertThat(TopItems.of(runtime, "a", DAYS, 14_285)).isNotNull();
        TopItems top = TopItems.of(runtime, "a", DAYS, 10);
        assertThatIllegalArgumentException().isThrownBy(() -> top.top("b", 11));
        assertThatIllegalArgumentException().isThrownBy(() -> top.add("b", "c", 0));
        assertThatIllegalArgumentException().isThrownBy(() -> Funnel.of(runtime, "a", Duration.ZERO, "b"));
        assertThatIllegalArgumentException().isThrownBy(() -> Funnel.of(runtime, "a", Duration.ZERO, "b", "b"));
        assertThatIllegalArgumentException().isThrownBy(() -> Funnel.of(runtime, "{a}", Duration.ZERO, "b", "c"));
        Funnel funnel = Funnel.of(runtime, "a", Duration.ZERO, "b", "c");
        assertThatIllegalArgumentException().isThrownBy(() -> funnel.record("ann", "d"));
    }
}
