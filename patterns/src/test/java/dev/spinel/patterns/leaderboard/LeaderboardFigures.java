package dev.spinel.patterns.leaderboard;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Script;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletionStage;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Measures boards of many members (acceptance test B9): what one caller sees through Lettuce, against a redis-server of its own, and how
 * long that is at it, which depends less on what else the machine does. Arguments: members, seconds per figure.
 */
final class LeaderboardFigures {
    private static final int IN_FLIGHT = 1000;
    private static final Pattern SCRIPT_MICROS = Pattern.compile("cmdstat_evalsha:.*?usec_per_call=([0-9.]+)");

    private final RedisServer server;
    private final PatternRuntime runtime;

    private LeaderboardFigures(RedisServer server, PatternRuntime runtime) {
        this.server = server;
        this.runtime = runtime;
    }

    public static void main(String[] arguments) {
        int members = Integer.parseInt(arguments[0]);
        Duration length = Duration.ofSeconds(Long.parseLong(arguments[1]));
        try (RedisServer server = RedisServer.start();
                PatternRuntime runtime =
                        PatternRuntime.over(ClientKind.LETTUCE.connect(server.port(), Duration.ofMinutes(2)))) {
            LeaderboardFigures figures = new LeaderboardFigures(server, runtime);
            System.out.printf(
                    "%-42s %10s %9s %9s %9s%n", members + " members", "per second", "p50 us", "p99 us", "server us");
            Operation<Long> empty = new Operation<>(
                    "empty", Script.of("return 1"), Operation.Retry.IDEMPOTENT, (reply, repeated) -> reply.asLong());
            figures.measure(
                    "empty script",
                    length,
                    () -> PatternRuntime.await(runtime.run(empty, List.of("k"), new Arguments())));
            for (RankMode ranks : RankMode.values()) {
                figures.board(ranks.name(), members, length, board -> board.ranks(ranks));
            }
            figures.board("fading", members, length, board -> board.halfLife(Duration.ofDays(7)));
            figures.board(
                    "five boards",
                    members,
                    length,
                    board -> board.windows(
                            ZoneId.of("Europe/Berlin"),
                            BoardWindow.day(),
                            BoardWindow.week(),
                            BoardWindow.month(),
                            BoardWindow.season("winter")));
            figures.merges();
        }
        System.exit(0);
    }

    private void board(String what, int members, Duration length, UnaryOperator<Leaderboard.Builder> settings) {
        Leaderboard board =
                settings.apply(Leaderboard.builder(runtime, "figures " + what)).build();
        SplittableRandom random = new SplittableRandom(1);
        inFlight(members, i -> board.submitAsync("m" + i, 1 + random.nextInt(members)));
        measure(what + ": add", length, () -> board.add("m" + random.nextInt(members), 1));
        measure(what + ": 11 around", length, () -> board.around("m" + random.nextInt(members), 5, 5));
        server.call("FLUSHALL ASYNC");
    }

    /** How long the server does nothing else, by the rules that cost least and most. */
    private void merges() {
        int entries = 50_000;
        // The first use of a script is not the figure.
        Leaderboard nothing = Leaderboard.builder(runtime, "nothing").build();
        nothing.merge("all", Merge.SUM, Duration.ZERO, List.of(nothing));
        nothing.archive("closed", Duration.ZERO);
        for (boolean most : new boolean[] {false, true}) {
            Leaderboard board = Leaderboard.builder(runtime, "merged " + most)
                    .ranks(most ? RankMode.DENSE : RankMode.ORDINAL)
                    .ties(most ? TieBreak.SUB_SCORE : TieBreak.MEMBER)
                    .build();
            inFlight(entries, i -> {
                Change change = Change.set("m" + i, i);
                return board.submitAsync(most ? change.withData("text of " + i) : change);
            });
            server.call("CONFIG RESETSTAT");
            board.merge("all", Merge.SUM, Duration.ZERO, List.of(board));
            System.out.printf(
                    "%-72s %9.0f%n",
                    "merge of " + entries + (most ? " with sub-scores, dense ranks, texts" : ""), scriptMicros());
            server.call("CONFIG RESETSTAT");
            board.archive("closed", Duration.ZERO);
            System.out.printf("%-72s %9.0f%n", "archive of " + entries, scriptMicros());
        }
    }

    /** The mean of the scripts since the statistics were reset. */
    private double scriptMicros() {
        Matcher statistics = SCRIPT_MICROS.matcher(server.call("INFO commandstats"));
        return statistics.find() ? Double.parseDouble(statistics.group(1)) : Double.NaN;
    }

    private static void inFlight(int count, IntFunction<CompletionStage<?>> call) {
        List<CompletionStage<?>> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add(call.apply(i));
            if (sent.size() == IN_FLIGHT || i == count - 1) {
                sent.forEach(PatternRuntime::await);
                sent.clear();
            }
        }
    }

    private void measure(String what, Duration length, Runnable call) {
        long[] nanos = new long[1 << 22];
        int calls = 0;
        long warm = System.nanoTime() + length.toNanos() / 2;
        while (System.nanoTime() < warm) {
            call.run();
        }
        server.call("CONFIG RESETSTAT");
        long start = System.nanoTime();
        for (long now = start; now - start < length.toNanos() && calls < nanos.length; calls++) {
            call.run();
            long after = System.nanoTime();
            nanos[calls] = after - now;
            now = after;
        }
        double elapsed = seconds(start);
        long[] sorted = Arrays.copyOf(nanos, calls);
        Arrays.sort(sorted);
        System.out.printf(
                "%-42s %10.0f %9.0f %9.0f %9.1f%n",
                what, calls / elapsed, sorted[calls / 2] / 1e3, sorted[(int) (calls * 0.99)] / 1e3, scriptMicros());
    }

    private static double seconds(long start) {
        return (System.nanoTime() - start) / 1e9;
    }
}
