package dev.spinel.distribution.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.distribution.SpinelServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * redis-server 7.0 as a replica of Spinel has the same data, whatever clients do meanwhile.
 *
 * <p>The system property {@code spinel.differential.seed} repeats the requests of a run, though not how they mix.
 */
@Tag("redis-server")
class ReplicaIT {
    private static final int WRITERS = 3;
    private static final int REQUESTS = 4000;
    private static final int PIPELINE = 50;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final long seed =
            Long.getLong("spinel.differential.seed", ThreadLocalRandom.current().nextLong());

    @TempDir
    Path directory;

    private SpinelServer spinel(String diskless) {
        return SpinelServer.builder()
                .port(0)
                .directive("dir", directory.toString())
                .directive("repl-diskless-sync", diskless)
                .directive("repl-diskless-sync-delay", "0")
                .directive("enable-debug-command", "yes")
                .start();
    }

    private RedisProcess replicaOf(SpinelServer master) throws IOException {
        return RedisProcess.start(
                Files.createTempDirectory(directory, "replica").resolve("log"),
                "--replicaof",
                "127.0.0.1",
                Integer.toString(master.port()),
                "--enable-debug-command",
                "yes");
    }

    private static String info(RespConnection connection, String name) throws IOException {
        Matcher matcher = Pattern.compile("(?m)^" + name + ":(.*?)\r?$")
                .matcher(connection.call("INFO", "everything").text());
        return matcher.find() ? matcher.group(1) : "";
    }

    private static void awaitInfo(int port, String name, String pattern) throws IOException {
        try (RespConnection connection = new RespConnection(port)) {
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(info(connection, name))
                    .matches(pattern));
        }
    }

    private static void awaitInStep(int master, int replica) throws IOException {
        try (RespConnection leading = new RespConnection(master);
                RespConnection following = new RespConnection(replica)) {
            Awaitility.await().atMost(PATIENCE).untilAsserted(() -> assertThat(info(following, "master_repl_offset"))
                    .isEqualTo(info(leading, "master_repl_offset")));
        }
    }

    /** Sends random requests again and again until it is told to stop, but all of them once. */
    private static void write(int port, long seed, AtomicBoolean stopped) throws IOException {
        try (RespConnection connection = new RespConnection(port)) {
            for (long round = 0; round == 0 || !stopped.get(); round++) {
                RandomSequence sequence = RandomSequence.of(seed + 1000 * round, REQUESTS, new Grammar("grammar.txt"));
                List<Request> requests = sequence.requests();
                for (int from = 0; from < requests.size(); from += PIPELINE) {
                    List<Request> pipeline = requests.subList(from, Math.min(requests.size(), from + PIPELINE));
                    connection.send(pipeline);
                    for (int i = 0; i < pipeline.size(); i++) {
                        connection.receive();
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", "no"})
    void concurrentWriters_replicaHasTheSameData(String diskless) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        AtomicBoolean stopped = new AtomicBoolean();
        List<Future<?>> writers = new ArrayList<>();
        try (SpinelServer master = spinel(diskless)) {
            for (int i = 0; i < WRITERS; i++) {
                long own = seed + i;
                writers.add(threads.submit(() -> {
                    write(master.port(), own, stopped);
                    return null;
                }));
            }
            try (RedisProcess first = replicaOf(master)) {
                awaitInfo(first.port(), "master_link_status", "up");
                try (RespConnection connection = new RespConnection(master.port())) {
                    assertThat(connection
                                    .call("CLIENT", "KILL", "TYPE", "replica")
                                    .text())
                            .isEqualTo("1");
                }
                awaitInfo(master.port(), "sync_partial_ok", "[1-9].*");
                awaitInfo(first.port(), "master_link_status", "up");
                try (RedisProcess second = replicaOf(master)) {
                    awaitInfo(second.port(), "master_link_status", "up");
                    stopped.set(true);
                    for (Future<?> writer : writers) {
                        writer.get();
                    }
                    try (RespConnection connection = new RespConnection(master.port())) {
                        Dataset.keepExpiring(connection);
                    }
                    for (RedisProcess replica : List.of(first, second)) {
                        awaitInStep(master.port(), replica.port());
                        assertThat(Dataset.of(replica.port()).differencesFrom(Dataset.of(master.port())))
                                .as("seed %d", seed)
                                .isEmpty();
                    }
                }
            }
        } finally {
            stopped.set(true);
            threads.shutdownNow();
        }
    }

    @Test
    void scriptsFunctionsAndExpiry_reachTheReplica() throws Exception {
        try (SpinelServer master = spinel("no");
                RespConnection client = new RespConnection(master.port())) {
            client.call("FUNCTION", "LOAD", "#!lua name=before\nredis.register_function('f', function() return 1 end)");
            try (RedisProcess replica = replicaOf(master);
                    RespConnection reader = new RespConnection(replica.port())) {
                awaitInfo(replica.port(), "master_link_status", "up");
                client.call(
                        "FUNCTION", "LOAD", "#!lua name=after\nredis.register_function('g', function() return 2 end)");
                client.call("EVAL", "redis.call('set', 'a', 1) redis.call('incr', 'a')", "0");
                client.call("SET", "gone", "1", "PX", "1");
                client.call("SADD", "set", "1", "2", "3", "4");
                client.call("SPOP", "set", "2");
                client.call("SET", "counter", "1.5");
                client.call("INCRBYFLOAT", "counter", "0.1");
                Awaitility.await()
                        .untilAsserted(() ->
                                assertThat(client.call("EXISTS", "gone").text()).isEqualTo("0"));
                awaitInStep(master.port(), replica.port());
                assertThat(reader.call("FUNCTION", "LIST").children()).hasSize(2);
                assertThat(reader.call("GET", "a").text()).isEqualTo("2");
                assertThat(Dataset.of(replica.port()).differencesFrom(Dataset.of(master.port())))
                        .isEmpty();
            }
        }
    }

    @Test
    void commandInfo_isThatOfRedis() throws Exception {
        try (SpinelServer master = spinel("no");
                RedisProcess redis = RedisProcess.start(directory.resolve("log"));
                RespConnection here = new RespConnection(master.port());
                RespConnection there = new RespConnection(redis.port())) {
            for (String name : List.of("PSYNC", "REPLCONF", "ROLE", "SYNC", "WAIT")) {
                List<Reply> ours =
                        here.call("COMMAND", "INFO", name).children().get(0).children();
                List<Reply> theirs =
                        there.call("COMMAND", "INFO", name).children().get(0).children();
                assertThat(ours).as(name).hasSameSizeAs(theirs);
                assertThat(ours.get(1)).as("arity of %s", name).isEqualTo(theirs.get(1));
                for (int unordered : List.of(2, 6, 7)) {
                    assertThat(ours.get(unordered).children())
                            .as("element %d of %s", unordered, name)
                            .containsExactlyInAnyOrderElementsOf(
                                    theirs.get(unordered).children());
                }
            }
        }
    }

    @Test
    void waitForAReplica_answersOnceItHasTheWrite() throws Exception {
        try (SpinelServer master = spinel("no");
                RespConnection client = new RespConnection(master.port())) {
            try (RedisProcess replica = replicaOf(master);
                    RespConnection reader = new RespConnection(replica.port())) {
                awaitInfo(replica.port(), "master_link_status", "up");
                for (int i = 0; i < 20; i++) {
                    client.call("SET", "k", Integer.toString(i));
                    assertThat(client.call("WAIT", "1", "10000").text()).isEqualTo("1");
                    assertThat(reader.call("GET", "k").text()).isEqualTo(Integer.toString(i));
                }
            }
            awaitInfo(master.port(), "connected_slaves", "0");
            client.call("SET", "k", "after");
            assertThat(client.call("WAIT", "1", "10").text()).isEqualTo("0");
        }
    }
}
