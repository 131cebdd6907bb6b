package dev.spinel.patterns.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.spinel.patterns.leaderboard.Leaderboard.Order;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.PatternException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Scores that lose half of their worth in each half-life. */
class LeaderboardFadingIT extends RecipeFixture {

    LeaderboardFadingIT(ClientKind client) {
        super(client);
    }

    /** Points that were added at a time of the server. */
    private record Points(double points, long millis) {
        double worth(long now, double halfLife) {
            return points * Math.pow(2, (millis - now) / halfLife);
        }
    }

    private Leaderboard board(Duration halfLife) {
        return Leaderboard.builder(runtime, name).halfLife(halfLife).build();
    }

    /** The server's time as the last script saw it. */
    private long now() {
        return transport.lastReply().asItems().get(0).asLong();
    }

    /** The second case goes past what a double holds, were the points kept as they grow. */
    @ParameterizedTest
    @CsvSource({"2, 900", "1, 2500"})
    void B7_scores_areThoseOfTheClosedForm(int halfLifeMillis, int halfLives) {
        Leaderboard board = board(Duration.ofMillis(halfLifeMillis));
        long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
        Random random = new Random(seed);
        Map<String, List<Points>> all = new HashMap<>();
        long first = 0;
        int steps = 0;
        while (first == 0 || now() - first < (long) halfLifeMillis * halfLives) {
            String member = "m" + random.nextInt(5);
            double points = random.nextInt(100) + 1;
            Submission submission = board.add(member, points);
            first = first == 0 ? now() : first;
            List<Points> of = all.computeIfAbsent(member, absent -> new ArrayList<>());
            of.add(new Points(points, now()));
            assertWorth(seed, submission.standing(), of, halfLifeMillis);
            steps++;
        }
        assertThat(steps).isGreaterThan(20);
        List<Standing> standings = board.top(5).standings();
        standings.forEach(standing -> assertWorth(seed, standing, all.get(standing.member()), halfLifeMillis));
        assertThat(standings).hasSize(5).isSortedAccordingTo((a, b) -> Double.compare(b.score(), a.score()));
        double middle = standings.get(2).score();
        board.standing("m0");
        assertThat(board.countBetween(0, Double.POSITIVE_INFINITY)).isEqualTo(5);
        assertThat(board.countBetween(0, 0)).isZero();
        assertThat(board.countBetween(Double.NEGATIVE_INFINITY, -middle)).isZero();
    }

    private void assertWorth(long seed, Standing standing, List<Points> points, double halfLifeMillis) {
        long now = now();
        double expected = points.stream()
                .mapToDouble(each -> each.worth(now, halfLifeMillis))
                .sum();
        assertThat(standing.score()).as("seed " + seed).isCloseTo(expected, within(expected * 1e-9));
    }

    @Test
    void theBest_isComparedWithWhatIsLeft() throws InterruptedException {
        Leaderboard board = board(Duration.ofMillis(10));
        board.submit("a", 1000);
        Thread.sleep(200);
        assertThat(board.submitBest("a", 100).standing().score()).isCloseTo(100, within(1e-6));
        assertThat(board.submitBest("a", 1e-300).standing().score()).isGreaterThan(1e-300);
        Submission set = board.submit("a", 1);
        assertThat(set.standing().score()).isCloseTo(1, within(1e-9));
        assertThat(set.previousScore().orElseThrow()).isBetween(1e-300, 100 + 1e-6);
    }

    @Test
    void scoresOfDays_areCounted_andFadeOnEachBoard() {
        Leaderboard board = Leaderboard.builder(runtime, name)
                .halfLife(Duration.ofDays(7))
                .ranks(RankMode.DENSE)
                .windows(ZoneOffset.UTC, BoardWindow.day())
                .build();
        board.submit("a", 10);
        board.submit("b", 30);
        board.add("a", 40);
        for (Board each : List.of(board, board.window(BoardWindow.day()))) {
            assertThat(each.top(2).standings()).extracting(Standing::member).containsExactly("a", "b");
            assertThat(each.standing("a").orElseThrow().score()).isCloseTo(50, within(0.01));
            assertThat(each.countBetween(20, 40)).isEqualTo(1);
            assertThat(each.countBetween(20, Double.POSITIVE_INFINITY)).isEqualTo(2);
        }
        assertThat(board.archive("old", Duration.ZERO)).isTrue();
        assertThat(board.named("old").standing("a").orElseThrow().score()).isCloseTo(50, within(0.01));
        board.submit("c", 1);
        assertThat(board.remove("c")).isTrue();
        assertThat(redis.keys("{leaderboard:" + name + "}:origin")).isEmpty();
    }

    @Test
    void whatMakesNoSense_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> board(Duration.ofNanos(10)))
                .withMessageContaining("1 ms");
        assertThatIllegalArgumentException().isThrownBy(() -> board(Duration.ofMillis(-1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Leaderboard.builder(runtime, name)
                        .order(Order.LOW_FIRST)
                        .halfLife(Duration.ofDays(1))
                        .build())
                .withMessageContaining("LOW_FIRST");
        Leaderboard board = board(Duration.ofDays(1));
        assertThatIllegalArgumentException().isThrownBy(() -> board.add("a", 0)).withMessageContaining("above 0");
        assertThatIllegalArgumentException().isThrownBy(() -> board.submit("a", -1));
        board.submit("a", 1e308);
        assertThatThrownBy(() -> board.add("a", 1e308))
                .isInstanceOf(PatternException.ServerError.class)
                .hasMessageContaining("finite");
    }
}
