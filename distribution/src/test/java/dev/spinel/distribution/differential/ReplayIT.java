package dev.spinel.distribution.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.distribution.SpinelServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What random requests leave behind is what a snapshot and a log of them give back, here and on redis-server 7.0: the digest
 * of all data is the same.
 *
 * <p>The system property {@code spinel.differential.seed} repeats a run.
 */
@Tag("redis-server")
class ReplayIT {
    private static final int RUNS = 4;
    private static final int REQUESTS = 6000;
    private static final int STREAM_REQUESTS = 2000;
    private static final int PIPELINE = 200;

    private final long seed =
            Long.getLong("spinel.differential.seed", ThreadLocalRandom.current().nextLong());

    @TempDir
    Path directory;

    @Test
    void filesOfSpinel_areLoadedHereAndByRedis() throws Exception {
        for (int run = 0; run < RUNS; run++) {
            Path files = Files.createDirectory(directory.resolve("spinel-" + run));
            Dataset written;
            try (SpinelServer server = spinel(files, "yes", run)) {
                written = change(server.port(), seed + run);
                save(server.port());
            }
            Dataset replayed;
            try (SpinelServer server = spinel(files, "yes", run)) {
                replayed = Dataset.of(server.port());
            }
            assertThat(replayed.differencesFrom(written))
                    .as("log replayed here, seed %d", seed + run)
                    .isEmpty();
            try (SpinelServer server = spinel(files, "no", run)) {
                assertThat(Dataset.of(server.port()).differencesFrom(written))
                        .as("snapshot loaded here, seed %d", seed + run)
                        .isEmpty();
            }
            assertThat(checkOfLog(files)).contains("All AOF files and manifest are valid");
            try (RedisProcess redis = redis(files, "yes")) {
                assertThat(Dataset.of(redis.port()).differencesFrom(written))
                        .as("log replayed by Redis, seed %d", seed + run)
                        .isEmpty();
            }
            try (RedisProcess redis = redis(files, "no")) {
                assertThat(Dataset.of(redis.port()).differencesFrom(written))
                        .as("snapshot loaded by Redis, seed %d", seed + run)
                        .isEmpty();
            }
        }
    }

    @Test
    void filesOfRedis_areLoadedHere() throws Exception {
        for (int run = 0; run < RUNS; run++) {
            Path files = Files.createDirectory(directory.resolve("redis-" + run));
            Dataset written;
            try (RedisProcess redis = redis(files, "yes")) {
                written = change(redis.port(), seed + run);
                save(redis.port());
            }
            try (SpinelServer server = spinel(files, "yes", run)) {
                assertThat(Dataset.of(server.port()).withoutGroups().differencesFrom(written.withoutGroups()))
                        .as("log replayed, seed %d", seed + run)
                        .isEmpty();
            }
            try (SpinelServer server = spinel(files, "no", run)) {
                assertThat(Dataset.of(server.port()).differencesFrom(written))
                        .as("snapshot loaded, seed %d", seed + run)
                        .isEmpty();
            }
        }
    }

    private static SpinelServer spinel(Path files, String appendOnly, int run) {
        return SpinelServer.builder()
                .port(0)
                .directive("dir", files.toString())
                .directive("appendonly", appendOnly)
                .directive("appendfsync", "no")
                .directive("aof-use-rdb-preamble", run % 2 == 0 ? "yes" : "no")
                .directive("enable-debug-command", "yes")
                .start();
    }

    private static RedisProcess redis(Path files, String appendOnly) throws IOException {
        return RedisProcess.start(
                files.resolve("redis-server.log"),
                "--appendonly",
                appendOnly,
                "--appendfsync",
                "no",
                "--enable-debug-command",
                "yes");
    }

    /** Sends random requests, rewriting the log midway, and returns what they leave behind. */
    private static Dataset change(int port, long seed) throws IOException {
        RandomSequence sequence = RandomSequence.of(seed, REQUESTS, new Grammar("grammar.txt"));
        List<Request> requests = new ArrayList<>(sequence.requests());
        RandomSequence streams = RandomSequence.of(seed, STREAM_REQUESTS, new Grammar("streams.txt"));
        requests.addAll(new Random(seed).nextInt(REQUESTS), streams.requests());
        requests.add(new Random(seed).nextInt(REQUESTS), Request.of("BGREWRITEAOF"));
        try (RespConnection connection = new RespConnection(port)) {
            exchange(connection, sequence.settings());
            exchange(connection, requests);
            exchange(connection, List.of(Request.of("DISCARD"), Request.of("RESET")));
            Dataset.keepExpiring(connection);
        }
        return Dataset.of(port);
    }

    private static void exchange(RespConnection connection, List<Request> requests) throws IOException {
        for (int from = 0; from < requests.size(); from += PIPELINE) {
            List<Request> pipeline = requests.subList(from, Math.min(requests.size(), from + PIPELINE));
            connection.send(pipeline);
            for (int i = 0; i < pipeline.size(); i++) {
                connection.receive();
            }
        }
    }

    /** Saves a snapshot once the log is no longer rewritten. */
    private static void save(int port) throws IOException {
        try (RespConnection connection = new RespConnection(port)) {
            Awaitility.await().until(() -> connection
                    .call("INFO", "persistence")
                    .text()
                    .contains("aof_rewrite_in_progress:0\r\naof_rewrite_scheduled:0"));
            assertThat(connection.call("SAVE").text()).isEqualTo("OK");
        }
    }

    private static String checkOfLog(Path files) throws IOException, InterruptedException {
        Path manifest = files.resolve("appendonlydir").resolve("appendonly.aof.manifest");
        Path output = files.resolve("check.txt");
        Process check = new ProcessBuilder("redis-check-aof", manifest.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertThat(check.waitFor()).as(Files.readString(output)).isZero();
        return Files.readString(output);
    }
}
