package dev.spinel.patterns.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.PatternException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** What a board promises beyond its order, with each client library. */
class LeaderboardIT extends RecipeFixture {
    /** The longest of all, one that counts in milliseconds, and one just over the bound. */
    static final List<Duration> TOO_LONG = List.of(
            ChronoUnit.FOREVER.getDuration(),
            Duration.ofMillis(Long.MAX_VALUE),
            Duration.ofDays(3660).plusNanos(1));

    LeaderboardIT(ClientKind client) {
        super(client);
    }

    private Leaderboard board() {
        return Leaderboard.builder(runtime, name).build();
    }

    private void warmUp() {
        Leaderboard warm = Leaderboard.builder(runtime, "warm up").build();
        warm.add("a", 1);
        warm.around("a", 1, 1);
        warm.standing("a");
        warm.countBetween(1, 2);
        warm.describe("a", "ann");
        warm.remove("a");
        transport.takeCommands();
    }

    @Test
    void everyOperation_isOneRoundTrip() {
        warmUp();
        Leaderboard board = board();
        board.submit("a", 1);
        board.submitBest("b", 2);
        board.add("c", 3);
        board.add("d", 4, "id");
        board.top(10);
        board.around("c", 1, 1);
        board.standings(List.of("a", "b"));
        board.withData().among(List.of("a", "b"));
        board.countBetween(1, 2);
        board.size();
        board.describe("a", "ann");
        board.remove("a");
        assertThat(transport.takeCommands()).hasSize(12).containsOnly("EVALSHA");
    }

    @Test
    void aSubmission_tellsWhereItLed() {
        Leaderboard board = board();
        assertThat(board.submit("a", 10).changed()).isTrue();
        board.submit("b", 20);
        Submission submission = board.add("a", 15);
        assertThat(submission.standing()).isEqualTo(new Standing("a", 25, 0, 1, 1, 2, Optional.empty()));
        assertThat(submission.previousScore()).hasValue(10);
        assertThat(submission.previousPosition()).hasValue(2);
        assertThat(board.submitBest("a", 24).changed()).isFalse();
        assertThat(board.standing("b")).contains(new Standing("b", 20, 0, 2, 2, 2, Optional.empty()));
        assertThat(board.standing("b").orElseThrow().percentile()).isZero();
        assertThat(board.standing("c")).isEmpty();
    }

    @Test
    void scores_areExact() {
        Leaderboard board = board();
        for (double score : new double[] {0.1, -0.0, 9007199254740991.0, 1e-300, -1e300, 1.0 / 3}) {
            assertThat(board.submit("a", score).standing().score()).isEqualTo(score + 0.0);
            assertThat(board.standing("a").orElseThrow().score()).isEqualTo(score + 0.0);
        }
    }

    @Test
    void B5_anAdditionWithAnId_countsOnce() {
        warmUp();
        Leaderboard board = board();
        proxy.loseReplies(1);
        Submission first = board.add("a", 5, "purchase 1");
        assertThat(proxy.repliesLost()).isEqualTo(1);
        assertThat(first.standing().score()).isEqualTo(5);
        assertThat(first.previousScore()).isEmpty();
        board.add("a", 1);
        assertThat(board.add("a", 5, "purchase 1")).isEqualTo(first);
        assertThat(board.standing("a").orElseThrow().score()).isEqualTo(6);
    }

    @Test
    void B5_aScoreWithAnId_isSetOnce() {
        Leaderboard board = board();
        Change change = Change.set("a", 5).withId("match 1");
        Submission first = board.submit(change);
        board.submit("a", 7);
        assertThat(board.submit(change)).isEqualTo(first);
        assertThat(board.standing("a").orElseThrow().score()).isEqualTo(7);
    }

    @Test
    void B5_anId_countsOncePerMember() {
        Leaderboard board = board();
        board.add("ann", 25, "match 1");
        assertThat(board.add("bob", 10, "match 1").standing())
                .isEqualTo(new Standing("bob", 10, 0, 2, 2, 2, Optional.empty()));
        assertThat(board.add("bob", 10, "match 1").standing().score()).isEqualTo(10);
        assertThat(board.add("ann", 25, "match 1").standing().score()).isEqualTo(25);
    }

    @Test
    void B5_anIdAndAMember_areNotMistakenForOthers() {
        Leaderboard board = board();
        board.add("1:a", 1, "1");
        assertThat(board.add("a", 2, "1:1").standing().score()).isEqualTo(2);
        board.add("b:c", 3, "a");
        assertThat(board.add("c", 4, "a:b").standing().score()).isEqualTo(4);
        assertThat(board.add("", 5, "a:b:c").standing().score()).isEqualTo(5);
    }

    @Test
    void anAdditionWithoutAnId_isNeverRepeated() {
        warmUp();
        proxy.loseReplies(1);
        assertThatThrownBy(() -> board().add("a", 5)).isInstanceOf(PatternException.UnknownOutcome.class);
        assertThat(board().standing("a").orElseThrow().score()).isEqualTo(5);
    }

    @Test
    void aLostReplyOfASubmission_isRepeated() {
        warmUp();
        proxy.loseReplies(1);
        assertThat(board().submit("a", 5).standing().score()).isEqualTo(5);
        assertThat(proxy.repliesLost()).isEqualTo(1);
    }

    @Test
    void B3_neighbours_areOfOneMoment() throws InterruptedException {
        Leaderboard board = board();
        for (int i = 0; i < 20; i++) {
            board.submit("m" + i, i);
        }
        AtomicBoolean done = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            Random random = new Random(1);
            while (!done.get()) {
                board.submit("m" + random.nextInt(20), random.nextInt(20));
            }
        });
        writer.start();
        for (int i = 0; i < 200; i++) {
            List<Standing> page = board.around("m7", 5, 5).standings();
            assertThat(page).extracting(Standing::member).contains("m7").doesNotHaveDuplicates();
            for (int j = 1; j < page.size(); j++) {
                assertThat(page.get(j).position()).isEqualTo(page.get(j - 1).position() + 1);
                assertThat(page.get(j).score())
                        .isLessThanOrEqualTo(page.get(j - 1).score());
            }
        }
        done.set(true);
        writer.join();
    }

    @Test
    void aBoardThatIsKeptForAWhile_goesWithAllItsKeys() {
        Leaderboard season = Leaderboard.builder(runtime, name)
                .ranks(RankMode.DENSE)
                .keepFor(Duration.ofHours(1))
                .build();
        season.submit("a", 1);
        List<String> keys = redis.keys("*" + name + "*");
        assertThat(keys).hasSize(4).allSatisfy(key -> assertThat(redis.pttl(key))
                .isBetween(3_500_000L, 3_600_000L));
    }

    @Test
    void aText_isToldIfAskedFor_andGoesWithItsMember() {
        Leaderboard board =
                Leaderboard.builder(runtime, name).keepFor(Duration.ofHours(1)).build();
        assertThat(board.describe("a", "nobody")).isFalse();
        board.submit(Change.set("a", 5).withData("replay \u00e4\n"));
        assertThat(board.standing("a").orElseThrow().data()).isEmpty();
        assertThat(board.withData().standing("a").orElseThrow().data()).contains("replay \u00e4\n");
        board.submit(Change.best("a", 4).withData("a worse one"));
        board.add("a", 1);
        assertThat(board.withData().top(1).standings().get(0).data()).contains("replay \u00e4\n");
        assertThat(board.describe("a", "")).isTrue();
        assertThat(board.withData().around("a", 1, 1).standings().get(0).data()).contains("");
        assertThat(redis.pttl("{leaderboard:" + name + "}:data")).isBetween(3_500_000L, 3_600_000L);
        board.remove("a");
        assertThat(redis.keys("*" + name + "*")).isEmpty();
    }

    @Test
    void subScores_areToldExactly_andBreakTies() {
        Leaderboard board =
                Leaderboard.builder(runtime, name).ties(TieBreak.SUB_SCORE).build();
        long[] subScores = {Long.MAX_VALUE, Long.MAX_VALUE - 1, 1, 0, -1, Long.MIN_VALUE + 1, Long.MIN_VALUE};
        for (long subScore : subScores) {
            Change change = Change.set("m" + subScore, 7);
            Standing standing = board.submit(subScore == 0 ? change : change.withSubScore(subScore))
                    .standing();
            assertThat(standing.subScore()).isEqualTo(subScore);
            assertThat(standing.position()).isEqualTo(standing.size());
            assertThat(standing.rank()).isEqualTo(1);
        }
        assertThat(board.top(9).standings().stream().mapToLong(Standing::subScore))
                .containsExactly(Arrays.stream(subScores).boxed().toArray(Long[]::new));
        assertThat(board.submit(Change.best("m0", 7).withSubScore(-5))
                        .standing()
                        .subScore())
                .isZero();
        assertThat(board.submit(Change.add("m0", 0).withSubScore(5)).standing().position())
                .isEqualTo(3);
    }

    @Test
    void friends_standAmongEachOther() {
        for (RankMode ranks : RankMode.values()) {
            Leaderboard board =
                    Leaderboard.builder(runtime, name + ranks).ranks(ranks).build();
            board.submit("stranger", 9);
            board.submit("a", 5);
            board.submit("b", 5);
            board.submit("other stranger", 4);
            board.submit("c", 3);
            List<Standing> friends = board.among(List.of("c", "b", "nobody", "a", "b"));
            assertThat(friends).extracting(Standing::member).containsExactly("a", "b", "c");
            assertThat(friends).extracting(Standing::position).containsExactly(1L, 2L, 3L);
            assertThat(friends).extracting(Standing::size).containsOnly(3L);
            assertThat(friends)
                    .extracting(Standing::rank)
                    .containsExactlyElementsOf(
                            switch (ranks) {
                                case ORDINAL -> List.of(1L, 2L, 3L);
                                case COMPETITION -> List.of(1L, 1L, 3L);
                                case DENSE -> List.of(1L, 1L, 2L);
                            });
            assertThat(friends.get(2).percentile()).isZero();
        }
    }

    @Test
    void durationsThatTheServerDoesNotTake_areRefused() {
        for (Duration tooLong : TOO_LONG) {
            assertRefused(Leaderboard.builder(runtime, name).keepFor(tooLong), "keepFor");
            assertRefused(Leaderboard.builder(runtime, name).rememberFor(tooLong), "rememberFor");
            assertRefused(Leaderboard.builder(runtime, name).halfLife(tooLong), "half-life");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Leaderboard.builder(runtime, name)
                            .rememberFor(tooLong)
                            .buildSharded(2))
                    .withMessageContaining("rememberFor");
        }
        Duration nothing = Duration.ofNanos(999_999);
        assertRefused(Leaderboard.builder(runtime, name).keepFor(nothing), "keepFor");
        assertRefused(Leaderboard.builder(runtime, name).rememberFor(nothing), "rememberFor");
        assertRefused(Leaderboard.builder(runtime, name).halfLife(nothing), "half-life");

        Duration longest = Duration.ofDays(3660);
        Leaderboard board = Leaderboard.builder(runtime, name)
                .keepFor(longest)
                .rememberFor(longest)
                .halfLife(longest)
                .windows(ZoneOffset.UTC, BoardWindow.day().keptFor(longest))
                .build();
        assertThat(board.add("a", 1, "id").standing().score()).isEqualTo(1);
        assertThat(board.archive("old", longest)).isTrue();
    }

    private static void assertRefused(Leaderboard.Builder builder, String reason) {
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining(reason);
    }

    @Test
    void aPageBehindTheLastMember_isEmpty() {
        Leaderboard board = board();
        board.submit("a", 1);
        for (long skip : new long[] {1, 1L << 53, 200_000_000_000_000_000L, Long.MAX_VALUE}) {
            assertThat(board.page(skip, 10)).isEqualTo(new Page(List.of(), 1));
        }
    }

    @Test
    void whatMakesNoSense_isRefused() {
        Leaderboard board = board();
        assertThatIllegalArgumentException().isThrownBy(() -> board.submit("a", Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> board.submit("a", Double.POSITIVE_INFINITY));
        assertThatIllegalArgumentException().isThrownBy(() -> board.page(-1, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> board.top(10_001));
        assertThatIllegalArgumentException().isThrownBy(() -> Leaderboard.builder(runtime, name)
                .keepFor(Duration.ofMillis(-1))
                .build());
        assertThatIllegalArgumentException().isThrownBy(() -> board.countBetween(Double.NaN, 1));
        assertThatIllegalArgumentException().isThrownBy(() -> board.add("a", 1, ""));
        assertRefused(Leaderboard.builder(runtime, "a}:named:x"), "braces");
        assertRefused(Leaderboard.builder(runtime, "0/2:" + name), "shard");
        assertRefused(Leaderboard.builder(runtime, name).rememberFor(Duration.ofMillis(3999)), "at least PT4S");
        Leaderboard weekly = Leaderboard.builder(runtime, name)
                .windows(ZoneOffset.UTC, BoardWindow.week())
                .build();
        assertThatIllegalArgumentException().isThrownBy(() -> weekly.window(BoardWindow.week(), 10_001));
        assertThatIllegalArgumentException().isThrownBy(() -> weekly.window(BoardWindow.week(), Instant.MAX));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> board.submit(Change.set("a", 1).withSubScore(1)))
                .withMessageContaining("EARLIER_FIRST");
        board.submit("a", Double.MAX_VALUE);
        assertThatThrownBy(() -> board.add("a", Double.MAX_VALUE))
                .isInstanceOf(PatternException.ServerError.class)
                .hasMessageContaining("finite");
        assertThat(board.standing("a").orElseThrow().score()).isEqualTo(Double.MAX_VALUE);
    }
}
