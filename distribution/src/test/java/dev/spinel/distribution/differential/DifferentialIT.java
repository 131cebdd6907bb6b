package dev.spinel.distribution.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.distribution.SpinelServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random requests to a real redis-server 7.0 and to Spinel: the same replies, byte by byte, and the same state.
 *
 * <p>System properties: {@code spinel.differential.seed} chooses a run ({@code random}: any), {@code
 * spinel.differential.requests} sets its length, {@code spinel.differential.differences} how many differences are shrunk
 * and reported at most.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("redis-server")
class DifferentialIT {
    private static final int SEQUENCE_LENGTH = 2000;
    /** The first of them never blocks, so that it wakes the others. */
    private static final int INTERLEAVED_CLIENTS = 5;

    private static final int INTERLEAVED_STEPS = 400;
    private static final int INTERLEAVED_RUNS = 20;

    private RedisProcess redis;
    private SpinelServer spinel;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        redis = RedisProcess.start(directory.resolve("redis-server.log"));
        spinel = SpinelServer.builder().port(0).start();
    }

    @AfterAll
    void stop() {
        if (spinel != null) {
            spinel.close();
        }
        if (redis != null) {
            redis.close();
        }
    }

    @ParameterizedTest
    @CsvSource({"grammar.txt, 1000000", "bits.txt, 400000"})
    void randomSequences_answerAndEndAsOnRedis(String grammarFile, long requests) throws IOException {
        long seed = seed();
        long wanted = Long.getLong("spinel.differential.requests", requests);
        int mostDifferences = Integer.getInteger("spinel.differential.differences", 3);
        Grammar grammar = new Grammar(grammarFile);
        ServerPair servers = new ServerPair(redis.port(), spinel.port());
        List<String> differences = new ArrayList<>();
        for (long i = 0; i * SEQUENCE_LENGTH < wanted && differences.size() < mostDifferences; i++) {
            RandomSequence sequence = RandomSequence.of(seed + i, SEQUENCE_LENGTH, grammar);
            int protocol = (seed + i) % 2 == 0 ? 2 : 3;
            ServerPair.Difference difference;
            try {
                difference = servers.run(protocol, sequence.settings(), sequence.requests());
            } catch (IOException e) {
                throw new IOException("with -Dspinel.differential.seed=" + (seed + i) + ": " + e.getMessage(), e);
            }
            if (difference != null) {
                differences.add(describe(servers, seed + i, protocol, sequence, difference));
            }
        }
        System.out.printf(
                "differential test: %s, seed %d, %d replies compared%n", grammarFile, seed, servers.compared());
        assertThat(differences).as("differences from redis-server").isEmpty();
    }

    @Test
    void interleavedClients_receiveTheSameAtTheSameTime() throws IOException {
        long seed = seed();
        Grammar grammar = new Grammar("interleaved.txt");
        List<String> all = new ArrayList<>();
        for (int i = 0; i < INTERLEAVED_RUNS; i++) {
            Random random = new Random(seed + i);
            Arguments arguments = new Arguments(random, 2, false);
            List<InterleavedClients.Step> steps = new ArrayList<>();
            while (steps.size() < INTERLEAVED_STEPS) {
                int client = random.nextInt(INTERLEAVED_CLIENTS);
                Request request = grammar.request(random, arguments);
                if (client > 0 || !request.name().startsWith("B")) {
                    steps.add(new InterleavedClients.Step(client, request));
                }
            }
            List<String> expected = record(redis.port(), steps);
            List<String> actual = record(spinel.port(), steps);
            all.addAll(expected);
            int same = 0;
            while (same < expected.size()
                    && same < actual.size()
                    && expected.get(same).equals(actual.get(same))) {
                same++;
            }
            assertThat(actual.subList(Math.max(0, same - 100), Math.min(same + 2, actual.size())))
                    .as("from redis-server, with -Dspinel.differential.seed=%d", seed + i)
                    .isEqualTo(expected.subList(Math.max(0, same - 100), Math.min(same + 2, expected.size())));
        }
        assertThat(all).anyMatch(line -> line.endsWith("-> waits")).anyMatch(line -> line.contains(" receives "));
    }

    private static List<String> record(int port, List<InterleavedClients.Step> steps) throws IOException {
        try (InterleavedClients clients = new InterleavedClients(port, INTERLEAVED_CLIENTS)) {
            return clients.run(steps);
        }
    }

    /**
     * The seed of this run. Without the property it is always the same, so that a change is judged by what it changes and
     * not by what a new seed finds in old code; {@code random} looks for more.
     */
    private static long seed() {
        String seed = System.getProperty("spinel.differential.seed", "900000000");
        return seed.equals("random") ? ThreadLocalRandom.current().nextLong() : Long.parseLong(seed);
    }

    private static String describe(
            ServerPair servers, long seed, int protocol, RandomSequence sequence, ServerPair.Difference difference)
            throws IOException {
        List<Request> shortest = new Shrinker(servers, protocol, sequence.settings()).shrink(sequence.requests());
        StringBuilder text = new StringBuilder("\n-Dspinel.differential.seed=" + seed + ", RESP" + protocol + ":\n");
        sequence.settings().forEach(setting -> text.append("  ").append(setting).append('\n'));
        shortest.forEach(request -> text.append("  ").append(request).append('\n'));
        return text.append("differ in ")
                .append(servers.run(protocol, sequence.settings(), shortest))
                .append("\nat first in ")
                .append(difference)
                .append('\n')
                .toString();
    }
}
