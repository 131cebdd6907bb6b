package dev.spinel.distribution.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.distribution.SpinelServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ThreadLocalRandom;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
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
    /** When a consumer was seen is in no log, and nodes are made anew. */
    private static final Set<String> NOT_LASTING = Set.of("seen-time", "radix-tree-keys", "radix-tree-nodes");

    private static final int PIPELINE = 200;
    private static final int DATABASES = 3;
    /** Keys that expire while files are loaded would make a difference of their own. */
    private static final String TTL_KEPT_MILLIS = "3600000";

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
                replayed = dataset(server.port());
            }
            assertThat(replayed.differencesFrom(written))
                    .as("log replayed here, seed %d", seed + run)
                    .isEmpty();
            try (SpinelServer server = spinel(files, "no", run)) {
                assertThat(dataset(server.port()).differencesFrom(written))
                        .as("snapshot loaded here, seed %d", seed + run)
                        .isEmpty();
            }
            assertThat(checkOfLog(files)).contains("All AOF files and manifest are valid");
            try (RedisProcess redis = redis(files, "yes")) {
                assertThat(dataset(redis.port()).differencesFrom(written))
                        .as("log replayed by Redis, seed %d", seed + run)
                        .isEmpty();
            }
            try (RedisProcess redis = redis(files, "no")) {
                assertThat(dataset(redis.port()).differencesFrom(written))
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
                assertThat(dataset(server.port()).withoutGroups().differencesFrom(written.withoutGroups()))
                        .as("log replayed, seed %d", seed + run)
                        .isEmpty();
            }
            try (SpinelServer server = spinel(files, "no", run)) {
                assertThat(dataset(server.port()).differencesFrom(written))
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
            for (int database = 0; database < DATABASES; database++) {
                connection.call("SELECT", Integer.toString(database));
                for (Reply key : connection.call("KEYS", "*").children()) {
                    connection.call("PEXPIRE", key.text(), TTL_KEPT_MILLIS, "XX");
                }
            }
        }
        return dataset(port);
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

    private static Dataset dataset(int port) throws IOException {
        Map<String, Value> values = new TreeMap<>();
        try (RespConnection connection = new RespConnection(port)) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> connection.call("PING").text().equals("PONG"));
            String digest = connection.call("DEBUG", "DIGEST").text();
            for (int database = 0; database < DATABASES; database++) {
                connection.call("SELECT", Integer.toString(database));
                for (Reply key : connection.call("KEYS", "*").children()) {
                    values.put(database + "/" + key.text(), value(connection, key.text()));
                }
            }
            return new Dataset(digest, values);
        }
    }

    private static Value value(RespConnection connection, String key) throws IOException {
        Reply digest = connection.call("DEBUG", "DIGEST-VALUE", key).children().get(0);
        String type = connection.call("TYPE", key).text();
        connection.send(List.of(ServerPair.content(type, key)));
        Reply content = Reply.parse(connection.receive());
        return new Value(digest.text(), type, content.toString(), type.equals("stream") ? lasting(content) : null);
    }

    /** What a description of a stream and its groups tells of them that a log keeps. */
    private static Reply lasting(Reply description) {
        List<Reply> kept = new ArrayList<>();
        for (Reply child : description.children()) {
            String name = kept.isEmpty() ? "" : kept.get(kept.size() - 1).text();
            kept.add(NOT_LASTING.contains(name) ? kept.get(kept.size() - 1) : lasting(child));
        }
        return new Reply(description.type(), description.text(), kept);
    }

    /** @param stream what is kept of a stream, which the digest does not cover; null for other types */
    private record Value(
            String digest, String type, String content, @Nullable Reply stream) {
        Value withoutGroups() {
            return new Value(digest, type, content, null);
        }

        /** Whether it is the same; a score of -0 becomes 0 when a skip list is loaded as a listpack, on Redis too. */
        boolean isSameAs(Value other) {
            return (digest.equals(other.digest) && Objects.equals(stream, other.stream))
                    || (type.equals("zset") && unsignedZeros().equals(other.unsignedZeros()));
        }

        private String unsignedZeros() {
            return content.replace(" $-0,", " $0,").replace(" $-0]", " $0]");
        }
    }

    /** All data of a server. */
    private record Dataset(String digest, Map<String, Value> values) {
        /** The same but for the groups of streams: redis-server 7.0 does not log all of what reading changes. */
        Dataset withoutGroups() {
            Map<String, Value> without = new TreeMap<>(values);
            without.replaceAll((key, value) -> value.withoutGroups());
            return new Dataset(digest, without);
        }

        /** The keys whose values differ, with both; the digests of all data if no key does. */
        List<String> differencesFrom(Dataset other) {
            Set<String> keys = new TreeSet<>(values.keySet());
            keys.addAll(other.values.keySet());
            List<String> differences = new ArrayList<>();
            for (String key : keys) {
                Value before = other.values.get(key);
                Value after = values.get(key);
                if (before == null || after == null || !before.isSameAs(after)) {
                    differences.add("\n" + key + "\n  before: " + before + "\n  after:  " + after);
                }
            }
            if (values.equals(other.values) && !digest.equals(other.digest)) {
                differences.add("digests " + other.digest + " and " + digest);
            }
            return differences;
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
