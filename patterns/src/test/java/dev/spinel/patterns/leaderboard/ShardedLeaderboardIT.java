package dev.spinel.patterns.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.patterns.leaderboard.Leaderboard.Order;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.PatternException;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Boards over several keys (acceptance test B8), with each client library: they answer as a board of one key does. */
class ShardedLeaderboardIT extends RecipeFixture {
    private static final Duration LENGTH = Duration.ofMillis(Long.getLong("spinel.patterns.millisPerProperty", 200));
    private static final int SHARDS = 4;

    ShardedLeaderboardIT(ClientKind client) {
        super(client);
    }

    private ShardedLeaderboard board() {
        return Leaderboard.builder(runtime, name).buildSharded(SHARDS);
    }

    static Stream<Arguments> boards() {
        return Stream.of(Order.values()).flatMap(order -> Stream.of(RankMode.ORDINAL, RankMode.COMPETITION)
                .flatMap(ranks -> Stream.of(TieBreak.values()).map(ties -> Arguments.of(order, ranks, ties))));
    }

    @ParameterizedTest
    @MethodSource("boards")
    void B8_everyAnswer_isThatOfOneBoard(Order order, RankMode ranks, TieBreak ties) {
        long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
        Random random = new Random(seed);
        ShardedLeaderboard board = Leaderboard.builder(runtime, name)
                .order(order)
                .ranks(ranks)
                .ties(ties)
                .buildSharded(SHARDS);
        BoardModel model = new BoardModel(order, ranks, ties);
        long end = System.nanoTime() + LENGTH.toNanos();
        for (int step = 0; step < 20 || System.nanoTime() < end; step++) {
            String context = "seed " + seed + ", step " + step;
            // Longer ones, and some that only differ behind what others have, also in their bytes beyond ASCII.
            String member = "m" + "\u00e4".repeat(random.nextInt(3)) + random.nextInt(20);
            BoardModel.Entry before = model.entries.get(member);
            double score = random.nextInt(8) == 0 ? random.nextGaussian() : random.nextInt(5) - 2;
            long subScore = ties == TieBreak.SUB_SCORE ? BoardModel.subScore(random) : 0;
            if (random.nextInt(6) == 0) {
                assertThat(board.remove(member)).as(context).isEqualTo(before != null);
                model.entries.remove(member);
            } else {
                boolean adds = random.nextBoolean();
                Change change = adds ? Change.add(member, score) : Change.set(member, score);
                Optional<String> data = random.nextBoolean() ? Optional.empty() : Optional.of("data " + step);
                double after = adds && before != null ? before.score() + score : score;
                model.put(member, after, subScore, data);
                assertThat(board.submit(BoardModel.change(change, subScore, data)))
                        .as(context)
                        .isEqualTo(new ShardedLeaderboard.Outcome(
                                after, before == null ? OptionalDouble.empty() : OptionalDouble.of(before.score())));
            }
            List<Standing> expected = model.standings();
            assertReads(context, random, board, BoardModel.withoutData(expected));
            assertReads(context, random, board.withData(), expected);
        }
    }

    @Test
    void B5_anId_countsOncePerMember() {
        ShardedLeaderboard board = board();
        for (int i = 0; i < 10; i++) {
            for (int j = 0; j < 2; j++) {
                assertThat(board.submit(Change.add("m" + i, i).withId("match 1")))
                        .isEqualTo(new ShardedLeaderboard.Outcome(i, OptionalDouble.empty()));
            }
        }
        assertThat(board.size()).isEqualTo(10);
    }

    private static void assertReads(String context, Random random, ShardedLeaderboard board, List<Standing> expected) {
        int size = expected.size();
        int skip = random.nextInt(size + 2);
        int count = random.nextInt(6);
        assertThat(board.page(skip, count))
                .as(context)
                .isEqualTo(new Page(expected.subList(Math.min(skip, size), Math.min(skip + count, size)), size));

        int place = random.nextInt(size + 1);
        String member = place == size ? "nobody" : expected.get(place).member();
        int above = random.nextInt(5);
        int below = random.nextInt(5);
        assertThat(board.around(member, above, below))
                .as(context + ", around " + member)
                .isEqualTo(new Page(
                        place == size
                                ? List.of()
                                : expected.subList(Math.max(0, place - above), Math.min(place + below + 1, size)),
                        size));

        List<Standing> some =
                expected.stream().filter(standing -> random.nextInt(3) == 0).toList();
        List<String> asked = new ArrayList<>(some.stream().map(Standing::member).toList());
        asked.add("nobody");
        Collections.shuffle(asked, random);
        assertThat(board.standings(asked)).as(context).isEqualTo(some);

        double lowest = random.nextInt(5) - 2;
        double highest = random.nextInt(4) == 0 ? Double.POSITIVE_INFINITY : lowest + random.nextInt(3);
        assertThat(board.countBetween(lowest, highest))
                .as(context)
                .isEqualTo(expected.stream()
                        .filter(standing -> standing.score() >= lowest && standing.score() <= highest)
                        .count());
    }

    @Test
    void B8_callsArePerShard() {
        ShardedLeaderboard board = board();
        for (int i = 0; i < 50; i++) {
            board.submit(Change.set("m" + i, i));
        }
        readEverything(board);
        assertThat(calls(board, each -> each.submit(Change.add("m7", 1)))).isOne();
        assertThat(calls(board, each -> each.describe("m7", "text"))).isOne();
        assertThat(calls(board, each -> each.remove("m8"))).isOne();
        assertThat(calls(board, each -> each.top(10))).isEqualTo(SHARDS);
        assertThat(calls(board, each -> each.countBetween(3, 5))).isEqualTo(SHARDS);
        assertThat(calls(board, ShardedLeaderboard::size)).isEqualTo(SHARDS);
        assertThat(calls(board, each -> each.around("m7", 5, 5))).isEqualTo(SHARDS);
        assertThat(calls(board, each -> each.standing("m7"))).isEqualTo(1 + SHARDS);
    }

    /** Loads the scripts. */
    private static void readEverything(ShardedLeaderboard board) {
        board.remove("nobody");
        board.describe("nobody", "");
        board.around("m1", 1, 1);
        board.standing("m1");
        board.countBetween(0, 0);
    }

    private int calls(ShardedLeaderboard board, Consumer<ShardedLeaderboard> operation) {
        transport.takeCommands();
        operation.accept(board);
        List<String> commands = transport.takeCommands();
        assertThat(commands).containsOnly("EVALSHA");
        return commands.size();
    }

    @Test
    void B8_shards_areKeysOfTheirOwn_andAnotherNumberIsAnotherBoard() {
        ShardedLeaderboard board = board();
        for (int i = 0; i < 50; i++) {
            board.submit(Change.set("m" + i, i));
        }
        List<String> keys = redis.keys("*" + name + "*:board");
        assertThat(keys).hasSize(SHARDS);
        assertThat(keys.stream().map(SlotHash::getSlot).distinct()).hasSize(SHARDS);
        assertThat(Leaderboard.builder(runtime, name).buildSharded(SHARDS + 1).size())
                .isZero();
    }

    /**
     * What the writer has done.
     *
     * @param finished how many submissions
     * @param above how many members have a higher score than the middle one after that
     */
    private record Progress(long finished, long above) {}

    /**
     * What is put together from several moments tells no member twice and is in order, and counts what was there before: a rank is off by the
     * submissions meanwhile at most, of which each moves the middle by one.
     */
    @Test
    void B8_underWrites_pagesAreInOrder_andRanksAreOffByTheWritesMeanwhile() throws InterruptedException {
        ShardedLeaderboard board = Leaderboard.builder(other, name).buildSharded(SHARDS);
        int members = 200;
        double middle = members / 2 - 0.5;
        int[] scores = new int[members];
        for (int i = 0; i < members; i++) {
            scores[i] = i;
            board.submit(Change.set("m" + i, i));
        }
        board.submit(Change.set("best", 1000));
        board.submit(Change.set("middle", middle));
        board.submit(Change.set("worst", -1000));
        int size = members + 3;
        AtomicLong started = new AtomicLong();
        AtomicReference<Progress> progress = new AtomicReference<>(new Progress(0, members / 2 + 1));
        AtomicBoolean done = new AtomicBoolean();
        Thread writer = new Thread(() -> {
            Random random = new Random(1);
            while (!done.get()) {
                int member = random.nextInt(members);
                scores[member] = random.nextInt(members);
                long number = started.incrementAndGet();
                board.submit(Change.set("m" + member, scores[member]));
                long above =
                        Arrays.stream(scores).filter(score -> score > middle).count();
                progress.set(new Progress(number, above + 1)); // and the best
            }
        });
        writer.start();
        try {
            long end = System.nanoTime() + LENGTH.toNanos();
            while (System.nanoTime() < end) {
                assertThat(board.standing("best").orElseThrow().rank()).isOne();
                assertThat(board.standing("worst").orElseThrow().position()).isEqualTo(size);
                List<Standing> page = board.top(size).standings();
                assertThat(page)
                        .extracting(Standing::member)
                        .doesNotHaveDuplicates()
                        .hasSize(size);
                assertThat(page).extracting(standing -> -standing.score()).isSorted();
                List<Standing> around = board.around("m7", 3, 3).standings();
                assertThat(around)
                        .extracting(Standing::member)
                        .doesNotHaveDuplicates()
                        .contains("m7");
                assertThat(around).extracting(standing -> -standing.score()).isSorted();
                assertMiddle(progress, started, () -> board.standing("middle").orElseThrow());
                assertMiddle(progress, started, () -> board.around("middle", 2, 2).standings().stream()
                        .filter(standing -> standing.member().equals("middle"))
                        .findFirst()
                        .orElseThrow());
            }
        } finally {
            done.set(true);
            writer.join();
        }
        assertThat(progress.get().finished()).isPositive();
        Standing last = board.standing("middle").orElseThrow();
        assertThat(last.position())
                .as("while nobody submits")
                .isEqualTo(progress.get().above() + 1);
    }

    private static void assertMiddle(
            AtomicReference<Progress> progress, AtomicLong started, Supplier<Standing> question) {
        Progress before = progress.get();
        Standing told = question.get();
        long meanwhile = started.get() - before.finished();
        assertThat(told.position())
                .as("%d submissions after %s", meanwhile, before)
                .isBetween(before.above() + 1 - meanwhile, before.above() + 1 + meanwhile);
        assertThat(told.rank()).isEqualTo(told.position());
    }

    @Test
    void B8_aRepeatedId_countsOnce_andALostReplyWithoutOne_isAnUnknownOutcome() {
        ShardedLeaderboard board = board();
        board.submit(Change.set("ann", 1));
        proxy.loseReplies(1);
        Change once = Change.add("ann", 5).withId("match 1");
        assertThat(board.submit(once)).isEqualTo(new ShardedLeaderboard.Outcome(6, OptionalDouble.of(1)));
        assertThat(board.submit(once).score()).isEqualTo(6);
        proxy.loseReplies(1);
        assertThatThrownBy(() -> board.submit(Change.add("ann", 5)))
                .isInstanceOf(PatternException.UnknownOutcome.class);
    }

    @ParameterizedTest
    @EnumSource(Refused.class)
    void whatDoesNotGoWithShards_isRefused(Refused refused) {
        Leaderboard.Builder builder = refused.setting.apply(Leaderboard.builder(runtime, name));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder.buildSharded(refused == Refused.FEW ? 1 : SHARDS))
                .withMessageContaining("shards");
    }

    private enum Refused {
        FEW(builder -> builder),
        DENSE(builder -> builder.ranks(RankMode.DENSE)),
        FADING(builder -> builder.halfLife(Duration.ofDays(1))),
        WINDOWS(builder -> builder.windows(ZoneOffset.UTC, BoardWindow.day())),
        KEPT(builder -> builder.keepFor(Duration.ofDays(1)));

        private final UnaryOperator<Leaderboard.Builder> setting;

        Refused(UnaryOperator<Leaderboard.Builder> setting) {
            this.setting = setting;
        }
    }

    @Test
    void pagesThatAreTooDeep_areRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> board().page(9_000, 1_001));
        assertThatIllegalArgumentException().isThrownBy(() -> board().page(-1, 1));
    }
}
