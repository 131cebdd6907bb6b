package dev.spinel.patterns.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.leaderboard.Leaderboard.Order;
import dev.spinel.patterns.testing.ScriptedTransport;
import dev.spinel.patterns.transport.PatternRuntime;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How sub-scores become codes. */
class BoardProtocolTest {

    @ParameterizedTest
    @EnumSource(Order.class)
    void B4_codesOfSubScores_haveTheOrderOfTheBoard_overTheWholeRange(Order order) {
        BoardProtocol protocol = new BoardProtocol(
                PatternRuntime.over(new ScriptedTransport()),
                new BoardSettings(
                        "b",
                        order,
                        RankMode.ORDINAL,
                        TieBreak.SUB_SCORE,
                        Duration.ZERO,
                        Duration.ZERO,
                        Duration.ofMinutes(1),
                        List.of(),
                        ZoneOffset.UTC));
        long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
        Random random = new Random(seed);
        for (int i = 0; i < 100_000; i++) {
            long one = random.nextLong() >> random.nextInt(64);
            long other = random.nextInt(3) == 0 ? one + 1 : random.nextLong() >> random.nextInt(64);
            int expected = order == Order.LOW_FIRST ? Long.compare(one, other) : Long.compare(other, one);
            assertThat(Integer.signum(protocol.code(one).compareTo(protocol.code(other))))
                    .as("seed " + seed + ": " + one + ", " + other)
                    .isEqualTo(expected);
            assertThat(protocol.subScore(protocol.code(one))).isEqualTo(one);
            assertThat(protocol.code(one)).hasSize(16);
        }
    }
}
