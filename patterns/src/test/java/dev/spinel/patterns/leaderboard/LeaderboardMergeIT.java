package dev.spinel.patterns.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.patterns.leaderboard.Leaderboard.Order;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Scheduler;
import dev.spinel.patterns.transport.Way;
import io.lettuce.core.ScriptOutputType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Boards that are united, and closed. */
class LeaderboardMergeIT extends RecipeFixture {

    LeaderboardMergeIT(ClientKind client) {
        super(client);
    }

    /** What a member has on a board, and when it got it. */
    private record Entry(String member, double score, long subScore, int reached, Optional<String> data) {}

    private static Comparator<Entry> comparator(Order order, TieBreak ties) {
        Comparator<Entry> byScore = Comparator.comparingDouble(Entry::score);
        Comparator<Entry> bySubScore = Comparator.comparingLong(Entry::subScore);
        if (order == Order.HIGH_FIRST) {
            byScore = byScore.reversed();
            bySubScore = bySubScore.reversed();
        }
        Comparator<Entry> byTie =
                switch (ties) {
                    case MEMBER, SUB_SCORE -> bySubScore.thenComparing(Entry::member);
                    case EARLIER_FIRST -> Comparator.comparingInt(Entry::reached);
                    case LATER_FIRST -> Comparator.comparingInt(Entry::reached).reversed();
                };
        return byScore.thenComparing(byTie);
    }

    private static Entry sum(Comparator<Entry> bySubScore, Entry one, Entry later) {
        return new Entry(
                one.member(),
                one.score() + later.score(),
                (bySubScore.compare(one, later) < 0 ? one : later).subScore(),
                later.reached(),
                later.data().or(one::data));
    }

    @ParameterizedTest
    @EnumSource(TieBreak.class)
    void merge_equalsTheModel(TieBreak ties) {
        long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
        Random random = new Random(seed);
        for (Order order : Order.values()) {
            for (RankMode ranks : RankMode.values()) {
                for (Merge rule : Merge.values()) {
                    merge("seed " + seed + " " + order + ranks + rule, random, order, ranks, ties, rule);
                }
            }
        }
    }

    private void merge(String context, Random random, Order order, RankMode ranks, TieBreak ties, Merge rule) {
        String own = name + order + ranks + rule;
        Leaderboard board = Leaderboard.builder(runtime, own)
                .order(order)
                .ranks(ranks)
                .ties(ties)
                .build();
        Comparator<Entry> comparator = comparator(order, ties);
        Comparator<Entry> bySubScore = Comparator.comparingLong(Entry::subScore);
        Comparator<Entry> bestSubScore = order == Order.HIGH_FIRST ? bySubScore.reversed() : bySubScore;
        Map<String, Entry> expected = new HashMap<>();
        List<Board> sources = new ArrayList<>();
        for (int source = 0; source < 3; source++) {
            for (int i = 0; i < 8; i++) {
                String member = source + "m" + i;
                member = random.nextInt(3) == 0 ? member : member.substring(1);
                if (board.standing(member).isPresent()) {
                    continue;
                }
                Entry entry = new Entry(
                        member,
                        random.nextInt(5) - 2,
                        ties == TieBreak.SUB_SCORE ? random.nextInt(5) - 2 : 0,
                        source * 8 + i,
                        random.nextBoolean() ? Optional.of(source + " of " + i) : Optional.empty());
                Change change = Change.set(member, entry.score());
                if (ties == TieBreak.SUB_SCORE) {
                    change = change.withSubScore(entry.subScore());
                }
                board.submit(entry.data().map(change::withData).orElse(change));
                expected.merge(
                        member,
                        entry,
                        (one, later) -> rule == Merge.SUM
                                ? sum(bestSubScore, one, later)
                                : comparator.compare(one, later) <= 0 ? one : later);
            }
            board.archive("source " + source, Duration.ZERO);
            sources.add(board.named("source " + source));
        }
        assertThat(board.merge("all", rule, Duration.ZERO, sources)).as(context).isEqualTo(expected.size());
        List<Standing> standings = board.named("all").withData().top(100).standings();
        List<Entry> sorted = expected.values().stream().sorted(comparator).toList();
        assertThat(standings).as(context).hasSameSizeAs(sorted);
        long rank = 0;
        for (int i = 0; i < sorted.size(); i++) {
            Entry entry = sorted.get(i);
            if (ranks == RankMode.ORDINAL || i == 0 || sorted.get(i - 1).score() != entry.score()) {
                rank = ranks == RankMode.DENSE ? rank + 1 : i + 1;
            }
            assertThat(standings.get(i))
                    .as(context)
                    .isEqualTo(new Standing(
                            entry.member(), entry.score(), entry.subScore(), rank, i + 1, sorted.size(), entry.data()));
        }
        assertThat(board.named("all").standings(List.copyOf(expected.keySet())))
                .as(context)
                .isEqualTo(board.named("all").top(100).standings());
        if (ranks == RankMode.DENSE) {
            String tag = "{leaderboard:" + own + "}:named:all";
            assertThat(redis.hgetall(tag + ":counts").values().stream()
                            .mapToLong(Long::parseLong)
                            .sum())
                    .as(context)
                    .isEqualTo(sorted.size());
            assertThat(redis.zrange(tag + ":scores", 0, -1))
                    .as(context)
                    .containsExactlyInAnyOrderElementsOf(redis.hkeys(tag + ":counts"));
        }
    }

    @Test
    void merge_replacesWhatWasThere_inOneRoundTrip_alsoRepeated() {
        Leaderboard board = Leaderboard.builder(runtime, name).build();
        board.submit("a", 1);
        board.archive("one", Duration.ZERO);
        board.submit("a", 2);
        board.submit("b", 2);
        List<Board> both = List.of(board, board.named("one"));
        board.merge("sum", Merge.SUM, Duration.ofHours(1), both);
        transport.takeCommands();
        board.merge("sum", Merge.SUM, Duration.ofHours(1), both);
        assertThat(transport.takeCommands()).hasSize(1);
        proxy.loseReplies(1);
        assertThat(board.merge("sum", Merge.SUM, Duration.ofHours(1), both)).isEqualTo(2);
        assertThat(board.named("sum").top(9).standings())
                .extracting(Standing::score)
                .containsExactly(3.0, 2.0);
        board.merge("sum", Merge.SUM, Duration.ofHours(1), List.of(board.named("one")));
        assertThat(board.named("sum").top(9).standings())
                .extracting(Standing::score)
                .containsExactly(1.0);
        assertThat(board.merge("sum", Merge.SUM, Duration.ZERO, List.of(board.named("nothing"))))
                .isZero();
        assertThat(board.named("sum").size()).isZero();
        assertThat(redis.keys("*" + name + "*named:sum*")).isEmpty();
    }

    @Test
    void merge_ofTooMany_isRefusedBeforeItBegins() {
        Leaderboard board =
                Leaderboard.builder(runtime, name).ties(TieBreak.MEMBER).build();
        board.submit("a", 7);
        board.archive("small", Duration.ZERO);
        redis.eval(
                "for i = 1, 25000 do redis.call('ZADD', KEYS[1], -i, 'm' .. i) end",
                ScriptOutputType.STATUS,
                "{leaderboard:" + name + "}:board");
        assertThatThrownBy(() ->
                        board.merge("small", Merge.SUM, Duration.ZERO, List.of(board, board, board.named("small"))))
                .isInstanceOf(PatternException.ServerError.class)
                .hasMessageContaining("50001 entries");
        assertThat(board.named("small").size()).isEqualTo(1);
    }

    @Test
    void merge_intoOneOfItsBoards_happensOnce_whenTheReplyIsLost() {
        Leaderboard board = Leaderboard.builder(runtime, name).build();
        board.submit("a", 10);
        List<Board> all = List.of(board.named("total"), board);
        assertThat(board.merge("total", Merge.SUM, Duration.ZERO, all)).isOne();
        proxy.loseReplies(1);
        assertThat(board.merge("total", Merge.SUM, Duration.ZERO, all)).isOne();
        assertThat(proxy.repliesLost()).isOne();
        assertThat(board.named("total").standing("a").orElseThrow().score()).isEqualTo(20);
    }

    @Test
    void merge_happensOnce_alsoIfAnotherOneComesBeforeItIsRepeated() {
        CompletableFuture<Runnable> repetition = new CompletableFuture<>();
        Scheduler held = new Scheduler() {
            @Override
            public long nanoTime() {
                return 0;
            }

            @Override
            public Task schedule(Duration delay, Runnable task) {
                return repetition.complete(task) ? () -> {} : Scheduler.system().schedule(delay, task);
            }
        };
        PatternRuntime slow = PatternRuntime.builder(transport)
                .ways(Way.SCRIPT)
                .scheduler(held)
                .build();
        Leaderboard board = Leaderboard.builder(slow, name).build();
        Leaderboard elsewhere = Leaderboard.builder(other, name).build();
        board.submit("a", 10);
        List<Board> all = List.of(board.named("total"), board);
        assertThat(board.merge("total", Merge.SUM, Duration.ZERO, all)).isOne();
        proxy.loseReplies(1);
        CompletionStage<Long> merged = board.mergeAsync("total", Merge.SUM, Duration.ZERO, all);
        Runnable repeat = repetition.join();
        assertThat(elsewhere.merge("total", Merge.SUM, Duration.ZERO, List.of(elsewhere.named("total"), elsewhere)))
                .isOne();
        repeat.run();
        assertThat(merged.toCompletableFuture().join()).isOne();
        assertThat(board.named("total").standing("a").orElseThrow().score()).isEqualTo(30);
    }

    @Test
    void merge_ofASumThatIsNotFinite_isRefusedBeforeItBegins() {
        Leaderboard board = Leaderboard.builder(runtime, name).build();
        board.submit("a", Double.MAX_VALUE);
        assertThatThrownBy(() -> board.merge("sum", Merge.SUM, Duration.ZERO, List.of(board, board)))
                .isInstanceOf(PatternException.ServerError.class)
                .hasMessageContaining("finite");
        assertThat(board.named("sum").size()).isZero();
    }

    @Test
    void archive_closesASeason_once_andBeginsAnew() {
        Leaderboard board = Leaderboard.builder(runtime, name)
                .ranks(RankMode.DENSE)
                .keepFor(Duration.ofDays(30))
                .build();
        assertThat(board.archive("season 7", Duration.ofDays(1))).isFalse();
        board.submit(Change.set("a", 5).withData("ann"));
        board.submit("b", 5);
        proxy.loseReplies(1);
        assertThat(board.archive("season 7", Duration.ofDays(1))).isTrue();
        assertThat(proxy.repliesLost()).isEqualTo(1);
        assertThat(board.size()).isZero();
        assertThat(board.submit("b", 1).standing().rank()).isEqualTo(1);
        assertThat(board.archive("season 7", Duration.ofDays(1))).isFalse();
        assertThat(board.size()).isEqualTo(1);

        List<Standing> closed = board.named("season 7").withData().top(9).standings();
        assertThat(closed).extracting(Standing::member).containsExactly("a", "b");
        assertThat(closed).extracting(Standing::rank).containsExactly(1L, 1L);
        assertThat(closed.get(0).data()).contains("ann");
        assertThat(redis.keys("{leaderboard:" + name + "}:named:*"))
                .hasSize(5)
                .allSatisfy(key -> assertThat(redis.pttl(key)).isBetween(86_000_000L, 86_400_000L));
        transport.takeCommands();
        assertThat(board.archive("season 8", Duration.ZERO)).isTrue();
        assertThat(transport.takeCommands()).hasSize(1);
        assertThat(redis.keys("{leaderboard:" + name + "}:named:season 8:*"))
                .hasSize(4)
                .allSatisfy(key -> assertThat(redis.pttl(key)).isEqualTo(-1));
    }

    @Test
    void whatCannotBeKeptForSoLong_isRefusedBeforeItBegins() {
        Leaderboard board = Leaderboard.builder(runtime, name).build();
        board.submit("a", 1);
        for (Duration tooLong : LeaderboardIT.TOO_LONG) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> board.archive("old", tooLong))
                    .withMessageContaining("keepFor");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> board.merge("old", Merge.SUM, tooLong, List.of(board)))
                    .withMessageContaining("keepFor");
        }
        assertThatIllegalArgumentException().isThrownBy(() -> board.archive("old", Duration.ofNanos(1)));
        assertThat(board.named("old").size()).isZero();
        assertThat(board.size()).isEqualTo(1);
    }

    @Test
    void whatMakesNoSense_isRefused() {
        Leaderboard board = Leaderboard.builder(runtime, name).build();
        Leaderboard stranger = Leaderboard.builder(runtime, name + "2").build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> board.merge("all", Merge.SUM, Duration.ZERO, List.of(board, stranger)))
                .withMessageContaining("this leaderboard");
        assertThatIllegalArgumentException().isThrownBy(() -> board.merge("all", Merge.SUM, Duration.ZERO, List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> board.archive("all", Duration.ofMillis(-1)));
        Leaderboard fading =
                Leaderboard.builder(runtime, name).halfLife(Duration.ofDays(7)).build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> fading.merge("all", Merge.SUM, Duration.ZERO, List.of(fading)))
                .withMessageContaining("fade");
    }
}
