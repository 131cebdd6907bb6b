package dev.spinel.patterns.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.leaderboard.Leaderboard.Order;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.PatternRuntime;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Boards of every order, rank mode and tie rule against a sorted list. */
@Tag("redis-server")
class LeaderboardModelIT {
    private static final Duration LENGTH = Duration.ofMillis(Long.getLong("spinel.patterns.millisPerProperty", 200));

    private static RedisServer server;
    private static PatternRuntime runtime;
    private static RedisClient inspector;
    private static RedisCommands<String, String> redis;

    @BeforeAll
    static void start() {
        server = RedisServer.start();
        runtime = PatternRuntime.over(ClientKind.LETTUCE.connect(server.port()));
        inspector = RedisClient.create(server.uri());
        redis = inspector.connect().sync();
    }

    @AfterAll
    static void stop() {
        inspector.shutdown();
        runtime.close();
        server.close();
    }

    static Stream<Arguments> boards() {
        return Stream.of(Order.values()).flatMap(order -> Stream.of(RankMode.values())
                .flatMap(ranks -> Stream.of(TieBreak.values()).map(ties -> Arguments.of(order, ranks, ties))));
    }

    @ParameterizedTest
    @MethodSource("boards")
    void B1_everyAnswer_equalsTheModel(Order order, RankMode ranks, TieBreak ties) {
        long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
        Random random = new Random(seed);
        String name = "model " + order + ranks + ties;
        Leaderboard board = Leaderboard.builder(runtime, name)
                .order(order)
                .ranks(ranks)
                .ties(ties)
                .build();
        BoardModel model = new BoardModel(order, ranks, ties);
        long end = System.nanoTime() + LENGTH.toNanos();
        int steps = 0;
        while (System.nanoTime() < end || steps < 10) {
            steps++;
            String context = "seed " + seed + ", step " + steps;
            String member = "m" + random.nextInt(30);
            BoardModel.Entry before = model.entries.get(member);
            double score = random.nextInt(8) == 0 ? random.nextGaussian() : random.nextInt(9) - 4;
            long subScore = ties == TieBreak.SUB_SCORE ? BoardModel.subScore(random) : 0;
            Optional<String> data = random.nextBoolean() ? Optional.empty() : Optional.of("data " + steps);
            Submission submission =
                    switch (random.nextInt(5)) {
                        case 0 -> {
                            model.put(member, score, subScore, data);
                            yield board.submit(BoardModel.change(Change.set(member, score), subScore, data));
                        }
                        case 1 -> {
                            model.put(member, before == null ? score : score + before.score(), subScore, data);
                            yield board.submit(BoardModel.change(Change.add(member, score), subScore, data));
                        }
                        case 2 -> {
                            model.putBest(order, member, score, subScore, data);
                            yield board.submit(BoardModel.change(Change.best(member, score), subScore, data));
                        }
                        case 3 -> {
                            assertThat(board.describe(member, "told " + steps))
                                    .as(context)
                                    .isEqualTo(before != null);
                            if (before != null) {
                                model.put(member, before.score(), before.subScore(), Optional.of("told " + steps));
                            }
                            yield null;
                        }
                        default -> {
                            assertThat(board.remove(member)).as(context).isEqualTo(before != null);
                            model.entries.remove(member);
                            yield null;
                        }
                    };
            List<Standing> expected = model.standings();
            if (submission != null) {
                assertThat(BoardModel.withoutData(expected)).as(context).contains(submission.standing());
                assertThat(submission.previousScore().isPresent()).as(context).isEqualTo(before != null);
                if (before != null) {
                    assertThat(submission.previousScore()).as(context).hasValue(before.score());
                }
            }
            assertReads(context, random, board, BoardModel.withoutData(expected));
            assertReads(context, random, board.withData(), expected);
        }
        if (ranks == RankMode.DENSE) {
            assertDistinctScores(name);
        }
    }

    private static void assertReads(String context, Random random, Board board, List<Standing> expected) {
        int size = expected.size();
        int skip = random.nextInt(size + 2);
        int count = random.nextInt(6);
        Page page = board.page(skip, count);
        assertThat(page.size()).as(context).isEqualTo(size);
        assertThat(page.standings())
                .as(context)
                .isEqualTo(expected.subList(Math.min(skip, size), Math.min(skip + count, size)));

        int place = random.nextInt(size + 1);
        String member = place == size ? "nobody" : expected.get(place).member();
        assertThat(board.around(member, 2, 3).standings())
                .as(context)
                .isEqualTo(
                        place == size
                                ? List.of()
                                : expected.subList(Math.max(0, place - 2), Math.min(place + 4, size)));

        List<String> friends = Stream.of(3, 1, 4, 15, 9).map(i -> "m" + i).toList();
        assertThat(board.standings(friends))
                .as(context)
                .isEqualTo(expected.stream()
                        .filter(standing -> friends.contains(standing.member()))
                        .toList());

        double lowest = random.nextInt(9) - 4;
        double highest = random.nextInt(4) == 0 ? Double.POSITIVE_INFINITY : lowest + random.nextInt(3);
        assertThat(board.countBetween(lowest, highest))
                .as(context)
                .isEqualTo(expected.stream()
                        .filter(standing -> standing.score() >= lowest && standing.score() <= highest)
                        .count());
    }

    /** Counts the distinct scores anew. */
    private static void assertDistinctScores(String name) {
        String tag = "{leaderboard:" + name + "}";
        Map<Double, Integer> counts = new HashMap<>();
        redis.zrangeWithScores(tag + ":board", 0, -1).forEach(entry -> counts.merge(entry.getScore(), 1, Integer::sum));
        Map<Double, Integer> kept = new HashMap<>();
        redis.hgetall(tag + ":counts")
                .forEach((score, count) -> kept.put(Double.valueOf(score), Integer.valueOf(count)));
        assertThat(kept).isEqualTo(counts);
        assertThat(redis.zcard(tag + ":scores")).isEqualTo(counts.size());
    }

    @ParameterizedTest
    @EnumSource(TieBreak.class)
    void B2_manyWriters_leaveTheDistinctScoresRight(TieBreak ties) throws InterruptedException {
        String name = "writers " + ties;
        Leaderboard board = Leaderboard.builder(runtime, name)
                .ranks(RankMode.DENSE)
                .ties(ties)
                .build();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Random random = new Random(i);
            threads.add(new Thread(() -> {
                for (int step = 0; step < 200; step++) {
                    String member = "m" + random.nextInt(10);
                    if (random.nextInt(8) == 0) {
                        board.remove(member);
                    } else {
                        board.add(member, random.nextInt(3) - 1);
                    }
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        assertDistinctScores(name);
        List<Standing> all = board.top(100).standings();
        assertThat(all).isNotEmpty();
        long distinct = all.stream().mapToDouble(Standing::score).distinct().count();
        assertThat(all.get(all.size() - 1).rank()).isEqualTo(distinct);
    }

    /** How many commands the server has run, those within scripts included. */
    private static long commands() {
        return Pattern.compile("calls=(\\d+)")
                .matcher(redis.info("commandstats"))
                .results()
                .mapToLong(calls -> Long.parseLong(calls.group(1)))
                .sum();
    }

    @ParameterizedTest
    @EnumSource(RankMode.class)
    void B9_whatAnOperationAsksOfTheServer_dependsNotOnTheSizeOfTheBoard(RankMode ranks) {
        Leaderboard board = Leaderboard.builder(runtime, "cost " + ranks)
                .ranks(ranks)
                .ties(TieBreak.SUB_SCORE)
                .build();
        List<Long> costs = new ArrayList<>();
        for (int size : List.of(20, 2000)) {
            for (int i = 0; i < size; i++) {
                board.submit("m" + i, i / 2);
            }
            long before = commands();
            board.add("m10", 0.5);
            board.around("m10", 5, 4);
            board.standing("m10");
            board.submit("m10", 5);
            costs.add(commands() - before);
        }
        assertThat(costs.get(1)).isEqualTo(costs.get(0));
        // Four scripts, their clocks, the look at the statistics, and the commands of the scripts.
        assertThat(costs.get(0)).isLessThan(ranks == RankMode.DENSE ? 60 : 50);
    }
}
