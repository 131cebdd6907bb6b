package dev.spinel.patterns.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.ManualScheduler;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.testing.RecordingTransport;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Way;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** Boards of windows, by the server's clock. Midnight comes when a test wants it, as it chooses the zone. */
class LeaderboardWindowsIT extends RecipeFixture {
    private static final BoardWindow DAY = BoardWindow.day();
    private static final BoardWindow WEEK = BoardWindow.week();
    private static final BoardWindow SEASON = BoardWindow.season("seven");

    LeaderboardWindowsIT(ClientKind client) {
        super(client);
    }

    private Leaderboard board(ZoneId zone, BoardWindow... windows) {
        return board(runtime, zone, windows);
    }

    private Leaderboard board(PatternRuntime with, ZoneId zone, BoardWindow... windows) {
        return Leaderboard.builder(with, name).windows(zone, windows).build();
    }

    private Instant serverTime() {
        List<String> time = redis.time();
        return Instant.ofEpochSecond(Long.parseLong(time.get(0)), Long.parseLong(time.get(1)) * 1000);
    }

    /** A zone in which midnight comes after this time, rounded up to a second. */
    private ZoneId midnightIn(Duration wait) {
        LocalTime then = serverTime().plus(wait).atZone(ZoneOffset.UTC).toLocalTime();
        int seconds = then.toSecondOfDay() + 1;
        return ZoneOffset.ofTotalSeconds(seconds <= 12 * 3600 ? -seconds : 24 * 3600 - seconds);
    }

    /** A zone in which it is an hour before midnight. */
    private ZoneId quietZone() {
        return midnightIn(Duration.ofHours(1));
    }

    private void sleepUntil(Instant time) throws InterruptedException {
        for (Duration left = Duration.between(serverTime(), time);
                !left.isNegative();
                left = Duration.between(serverTime(), time)) {
            Thread.sleep(left.toMillis() + 1);
        }
    }

    private static double score(Board board, String member) {
        return board.standing(member).map(Standing::score).orElse(0.0);
    }

    @Test
    void B6_aSubmission_countsOnAllBoards() {
        Leaderboard board = board(quietZone(), DAY, WEEK, BoardWindow.month(), SEASON);
        board.submit("a", 3);
        Submission submission = board.add("a", 4);
        assertThat(submission.standing().score()).isEqualTo(7);
        assertThat(submission.windows().keySet()).containsExactlyInAnyOrder(DAY, WEEK, BoardWindow.month(), SEASON);
        assertThat(submission.in(DAY).orElseThrow().standing()).isEqualTo(submission.standing());
        assertThat(submission.in(DAY).orElseThrow().previousScore()).hasValue(3);
        for (BoardWindow window : List.of(DAY, WEEK, BoardWindow.month(), SEASON)) {
            assertThat(score(board.window(window), "a")).isEqualTo(7);
        }
        assertThat(board.remove("a")).isTrue();
        for (BoardWindow window : List.of(DAY, WEEK, BoardWindow.month(), SEASON)) {
            assertThat(board.window(window).size()).isZero();
        }
    }

    @Test
    void everyOperation_isOneRoundTrip_onceTheServersTimeIsKnown() {
        Leaderboard board = board(quietZone(), DAY, WEEK, BoardWindow.month(), SEASON);
        operations(board);
        transport.takeCommands();
        operations(board);
        assertThat(transport.takeCommands()).hasSize(7).containsOnly("EVALSHA");
    }

    private static void operations(Leaderboard board) {
        board.add("a", 4);
        board.window(DAY).top(10);
        board.window(WEEK, 1).around("a", 1, 1);
        board.window(DAY, Instant.parse("2026-01-01T12:00:00Z")).size();
        board.window(SEASON).standing("a");
        board.describe("a", "ann");
        board.remove("a");
    }

    @Test
    void B6_overMidnight_theNextDayBegins_inOneRoundTrip() throws InterruptedException {
        ZoneId zone = midnightIn(Duration.ofSeconds(3));
        Leaderboard board = board(zone, DAY, SEASON);
        board.add("a", 1);
        Instant midnight = DAY.at(serverTime(), zone).until();
        assertThat(midnight).isBefore(serverTime().plusSeconds(5));
        board.add("b", 2, "match");
        transport.takeCommands();
        sleepUntil(midnight);
        Submission first = board.add("a", 4);
        assertThat(transport.takeCommands()).hasSize(1);
        assertThat(first.in(DAY).orElseThrow().previousScore()).isEqualTo(OptionalDouble.empty());
        assertThat(first.in(SEASON).orElseThrow().standing().score()).isEqualTo(5);
        // What was counted before midnight is not counted again after it.
        board.add("b", 2, "match");
        assertThat(board.standing("b").orElseThrow().score()).isEqualTo(2);
        assertThat(board.window(DAY).top(9).standings())
                .extracting(Standing::member)
                .containsExactly("a");
        assertThat(score(board.window(DAY), "a")).isEqualTo(4);
        assertThat(score(board.window(DAY, 1), "a")).isEqualTo(1);
        assertThat(score(board.window(DAY, 1), "b")).isEqualTo(2);
        assertThat(score(board.window(DAY, midnight.minusMillis(1)), "b")).isEqualTo(2);
        assertThat(board.window(DAY, 2).size()).isZero();
        assertThat(board.merge("both", Merge.SUM, Duration.ZERO, List.of(board.window(DAY), board.window(DAY, 1))))
                .isEqualTo(2);
        assertThat(score(board.named("both"), "a")).isEqualTo(5);
    }

    @Test
    void B6_aClientThatIsWrongAboutTheTime_comesAgain_andCountsOnce() {
        ManualScheduler frozen = new ManualScheduler();
        RecordingTransport recording = new RecordingTransport(client.connect(server.port()));
        try (PatternRuntime wrong = PatternRuntime.builder(recording)
                .ways(Way.SCRIPT)
                .scheduler(frozen)
                .build()) {
            Leaderboard board = board(wrong, quietZone(), DAY);
            board.top(1);
            recording.takeCommands();
            assertThat(board.add("a", 1).in(DAY)).isPresent();
            assertThat(recording.takeCommands()).allMatch(command -> command.startsWith("EVAL"));
            frozen.advance(Duration.ofHours(2));
            assertThat(board.add("a", 1).in(DAY).orElseThrow().standing().score())
                    .isEqualTo(2);
            assertThat(recording.takeCommands()).hasSize(2);
            assertThat(board.add("a", 1).in(DAY).orElseThrow().standing().score())
                    .isEqualTo(3);
            assertThat(recording.takeCommands()).hasSize(1);
        }
    }

    @Test
    void B5_anAdditionWithAnId_countsOnceOnEveryBoard() {
        Leaderboard board = board(quietZone(), DAY, SEASON);
        board.submit("warm", 1);
        proxy.loseReplies(1);
        Submission first = board.add("a", 5, "purchase 1");
        assertThat(proxy.repliesLost()).isEqualTo(1);
        board.add("a", 1);
        assertThat(board.add("a", 5, "purchase 1")).isEqualTo(first);
        for (Board each : List.of(board, board.window(DAY), board.window(SEASON))) {
            assertThat(score(each, "a")).isEqualTo(6);
        }
    }

    @Test
    void aScoreThatIsRefusedOnOneBoard_isOnNone() {
        Leaderboard board = board(ZoneOffset.UTC, DAY);
        Leaderboard without = Leaderboard.builder(other, name).build();
        without.submit("a", Double.MAX_VALUE);
        assertThatThrownBy(() -> board.add("a", Double.MAX_VALUE))
                .isInstanceOf(PatternException.ServerError.class)
                .hasMessageContaining("finite");
        assertThat(board.window(DAY).size()).isZero();
    }

    @Test
    void aSeason_countsBetweenItsEnds() {
        Instant now = serverTime();
        BoardWindow past = BoardWindow.season("past", Instant.EPOCH, now.minusSeconds(60));
        BoardWindow present = BoardWindow.season("present", now.minusSeconds(60), now.plusSeconds(600))
                .keptFor(Duration.ofDays(1));
        BoardWindow next = BoardWindow.season("next", now.plusSeconds(600), Instant.MAX);
        Leaderboard board = board(ZoneOffset.UTC, past, present, next);
        Submission submission = board.add("a", 1);
        assertThat(submission.windows().keySet()).containsExactly(present);
        assertThat(board.window(past).size()).isZero();
        assertThat(board.window(present).size()).isEqualTo(1);
        assertThat(redis.pexpiretime("{leaderboard:" + name + "}:season:present:board"))
                .isEqualTo(now.plusSeconds(600).plus(Duration.ofDays(1)).toEpochMilli());
        assertThat(board.remove("a")).isTrue();
        assertThat(board.window(present).size()).isZero();
    }

    @Test
    void boardsOfWindows_areKeptForASetTimeAfterThem() {
        ZoneId zone = quietZone();
        BoardWindow day = DAY.keptFor(Duration.ofHours(5));
        Leaderboard board = Leaderboard.builder(runtime, name)
                .ranks(RankMode.DENSE)
                .windows(zone, day, SEASON)
                .build();
        board.submit(Change.set("a", 1).withData("data"));
        board.submit("a", 2);
        board.describe("a", "other data");
        Instant time = serverTime();
        String tag = "{leaderboard:" + name + "}";
        long end = day.at(time, zone).until().plus(Duration.ofHours(5)).toEpochMilli();
        List<String> keys = redis.keys(tag + day.at(time, zone).label() + ":*");
        assertThat(keys).hasSize(5).allSatisfy(key -> assertThat(redis.pexpiretime(key))
                .isBetween(end - 50, end));
        assertThat(redis.keys(tag + ":season:*")).hasSize(5).allSatisfy(key -> assertThat(redis.pttl(key))
                .isEqualTo(-1));
    }

    @Test
    void whatMakesNoSense_isRefused() {
        Leaderboard board = board(ZoneOffset.UTC, DAY, SEASON);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> board.window(WEEK))
                .withMessageContaining("no window week");
        assertThatIllegalArgumentException().isThrownBy(() -> board.window(DAY, -1));
        assertThatIllegalArgumentException().isThrownBy(() -> board.window(SEASON, 1));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> board(ZoneOffset.UTC, DAY, DAY.keptFor(Duration.ofDays(1))))
                .withMessageContaining("twice");
        assertThat(board.submit("a", 1).in(WEEK)).isEmpty();
    }
}
