package dev.spinel.patterns.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.PatternException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** Boards of which a key was deleted, evicted or written by somebody else: what they answer is right, or an error that says what is wrong. */
class LeaderboardDamageIT extends RecipeFixture {
    private static final BoardWindow SEASON = BoardWindow.season("s1");
    private static final BoardWindow OTHER_SEASON = BoardWindow.season("s2");

    LeaderboardDamageIT(ClientKind client) {
        super(client);
    }

    private String key(String part) {
        return "{leaderboard:" + name + "}:" + part;
    }

    private void assertNotWhole(String part, ThrowingCallable... operations) {
        for (ThrowingCallable operation : operations) {
            assertThatThrownBy(operation)
                    .isInstanceOf(PatternException.ServerError.class)
                    .hasMessageContaining(key("board") + " is not whole, as " + key(part) + " was deleted or evicted");
        }
    }

    @Test
    void aBoardWithoutItsEntries_saysSo_andIsSavedByAMerge() {
        Leaderboard board = Leaderboard.builder(runtime, name).build();
        board.submit("a", 1);
        board.submit("b", 2);
        redis.del(key("entries"));
        assertNotWhole(
                "entries",
                () -> board.submit("a", 5),
                () -> board.remove("a"),
                () -> board.describe("a", "ann"),
                () -> board.top(9),
                () -> board.standing("a"),
                () -> board.countBetween(1, 2));
        assertThat(redis.zcard(key("board"))).isEqualTo(2);
        assertThat(board.merge("saved", Merge.BEST, Duration.ZERO, List.of(board)))
                .isEqualTo(2);
        assertThat(board.named("saved").standing("b").orElseThrow().rank()).isOne();
    }

    @Test
    void aBoardWithoutTheScoresOfItsRanks_saysSo() {
        for (String part : List.of("scores", "counts")) {
            Leaderboard board =
                    Leaderboard.builder(runtime, name).ranks(RankMode.DENSE).build();
            board.submit("a", 1);
            redis.del(key(part));
            assertNotWhole("scores", () -> board.submit("b", 1), () -> board.top(9));
            redis.del(key("board"));
        }
    }

    @Test
    void aBoardWithoutItsOrigin_saysSo() {
        Leaderboard board =
                Leaderboard.builder(runtime, name).halfLife(Duration.ofDays(7)).build();
        board.add("a", 10);
        redis.del(key("origin"));
        assertNotWhole("origin", () -> board.add("a", 1), () -> board.top(9), () -> board.countBetween(1, 2));
    }

    @Test
    void whatIsLeftBesideABoardThatIsGone_doesNotCount() {
        Leaderboard board = Leaderboard.builder(runtime, name)
                .ranks(RankMode.DENSE)
                .halfLife(Duration.ofDays(7))
                .build();
        board.submit(Change.set("a", 1).withData("ann"));
        board.submit("b", 2);
        redis.del(key("board"));
        redis.set(key("origin"), "0");
        assertThat(board.top(9).standings()).isEmpty();
        assertThat(board.standing("a")).isEmpty();
        Submission first = board.submit("b", 5);
        assertThat(first.previousScore()).isEmpty();
        assertThat(first.standing().rank()).isOne();
        board.submit("a", 7);
        assertThat(board.withData().top(9).standings())
                .satisfiesExactly(a -> assertThat(a.data()).isEmpty(), b -> {
                    assertThat(b.rank()).isEqualTo(2);
                    assertThat(b.score()).isBetween(4.99, 5.0);
                });
    }

    @Test
    void keysOfAnotherType_areFoundBeforeAnythingChanges() {
        Leaderboard board = Leaderboard.builder(runtime, name)
                .windows(ZoneOffset.UTC, SEASON)
                .build();
        board.submit("a", 1);
        redis.set(key("season:s1:data"), "not a hash");
        Change change = Change.add("a", 4).withData("ann").withId("match 1");
        assertThatThrownBy(() -> board.submit(change)).hasMessageContaining("WRONGTYPE");
        assertThatThrownBy(() -> board.remove("a")).hasMessageContaining("WRONGTYPE");
        assertThat(board.standing("a").orElseThrow().score()).isEqualTo(1);
        redis.del(key("season:s1:data"));
        assertThat(board.submit(change).standing().score()).isEqualTo(5);
        assertThat(board.submit(change).standing().score()).isEqualTo(5);
        assertThat(board.window(SEASON).standing("a").orElseThrow().score()).isEqualTo(5);
    }

    @Test
    void aTextOfAnotherType_isFoundBeforeAnyBoardIsDescribed() {
        Leaderboard board = Leaderboard.builder(runtime, name)
                .windows(ZoneOffset.UTC, SEASON)
                .build();
        board.submit("a", 1);
        redis.set(key("season:s1:data"), "not a hash");
        assertThatThrownBy(() -> board.describe("a", "ann")).hasMessageContaining("WRONGTYPE");
        assertThat(board.withData().standing("a").orElseThrow().data()).isEmpty();
    }

    @Test
    void aKeyThatABoardDoesNotUse_isNotTouchedByARemoval() {
        Leaderboard board =
                Leaderboard.builder(runtime, name).ties(TieBreak.MEMBER).build();
        board.submit("a", 1);
        redis.set(key("entries"), "not a hash");
        assertThat(board.remove("a")).isTrue();
        assertThat(board.size()).isZero();
    }

    @Test
    void anIdThatIsRepeated_afterTheWindowsChanged_tellsNothingOfThem() {
        Submission first = Leaderboard.builder(runtime, name)
                .windows(ZoneOffset.UTC, SEASON)
                .build()
                .add("a", 5, "match 1");
        assertThat(first.windows()).containsOnlyKeys(SEASON);
        for (List<BoardWindow> windows : List.of(List.of(SEASON, OTHER_SEASON), List.of(OTHER_SEASON))) {
            Submission again = Leaderboard.builder(other, name)
                    .windows(ZoneOffset.UTC, windows.toArray(BoardWindow[]::new))
                    .build()
                    .add("a", 5, "match 1");
            assertThat(again.standing()).isEqualTo(first.standing());
            assertThat(again.windows()).isEmpty();
        }
    }
}
