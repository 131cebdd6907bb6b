package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;

/** What the packed server leaves for later starts when it ends. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the .bat launcher keeps no archive")
class ClassDataArchiveIT {
    private static final Pattern INTERPRETED = Pattern.compile("level=0 \\[dev\\.spinel\\.");

    /** An event of a method that was never compiled, although its compilation has been asked for. */
    private static final Pattern WAITING =
            Pattern.compile("level=0 \\[(dev\\.spinel\\.[^ ]*) @-1 .* max levels=0,0 .* status=in-queue\\]");

    private static final int START_SECONDS = 30;

    @TempDir
    private Path directory;

    private final List<Process> processes = new ArrayList<>();
    private Path output;

    @AfterEach
    void stopWhatStillRuns() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void runsThatServeNothing_leaveNoWholeOne() throws Exception {
        assertThat(ServerProcessIT.exitCode(launch("", "--version"))).isZero();
        assertThat(ServerProcessIT.exitCode(launch("", "--help"))).isZero();
        assertThat(ServerProcessIT.exitCode(launch("", "--port", "many"))).isOne();
        assertThat(ServerProcessIT.exitCode(launch("", "--port", "0", "--loadmodule", "missing.jar")))
                .isOne();

        assertThat(wholeArchives()).isEmpty();
    }

    @Test
    void busyRun_leavesNoMethodWaitingForTheCompiler() throws Exception {
        int port = ServerProcessIT.freePort();
        Process first = launch("", "--port", Integer.toString(port), "--save", "");
        try (Jedis client = connect(port)) {
            write(client, 20_000);
        }
        first.destroy();
        assertThat(ServerProcessIT.exitCode(first)).isZero();
        assertThat(wholeArchives()).hasSize(1);

        launch(
                "-XX:+UnlockDiagnosticVMOptions -XX:+PrintTieredEvents -Xlog:class+load:file="
                        + directory.resolve("classes"),
                "--port",
                Integer.toString(port),
                "--save",
                "");
        try (Jedis client = connect(port)) {
            assertThat(Files.readString(directory.resolve("classes")))
                    .containsPattern("dev\\.spinel\\.engine\\.Engine source: shared objects file \\(top\\)");
            write(client, 20_000);
            // What waits for the compiler gets its turn, on a machine under load later than the next calls.
            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                TimeUnit.SECONDS.sleep(2);
                int before = Files.readAllLines(output).size();
                write(client, 4_000);
                List<String> events = Files.readAllLines(output);
                assertThat(events.subList(0, before)).anyMatch(INTERPRETED.asPredicate());
                assertThat(events.subList(before, events.size())).anyMatch(INTERPRETED.asPredicate());
                Set<String> stillWaiting = waiting(events.subList(before, events.size()));
                stillWaiting.retainAll(waiting(events.subList(0, before)));
                assertThat(stillWaiting).isEmpty();
            });
        }
    }

    private static Set<String> waiting(List<String> events) {
        return events.stream()
                .map(WAITING::matcher)
                .filter(Matcher::find)
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }

    private static void write(Jedis client, int keys) {
        Pipeline pipeline = client.pipelined();
        for (int i = 0; i < keys; i++) {
            pipeline.set("string:" + i, "value");
            pipeline.rpush("list:" + i, "a", "b");
            pipeline.sadd("set:" + i, "a", "b");
            pipeline.hset("hash:" + i, "field", "value");
            pipeline.zadd("sorted:" + i, i, "a");
        }
        pipeline.sync();
    }

    private List<Path> wholeArchives() throws IOException {
        Path cache = directory.resolve("cache");
        if (!Files.exists(cache)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(cache)) {
            return files.filter(file -> file.toString().endsWith(".whole")).toList();
        }
    }

    private Process launch(String jvmOptions, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(LauncherIT.launcher().toString()));
        command.addAll(List.of(arguments));
        output = directory.resolve("output-" + processes.size());
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("JAVA_OPTS", jvmOptions);
        builder.environment().put("SPINEL_CACHE", directory.resolve("cache").toString());
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private static Jedis connect(int port) {
        return Awaitility.await()
                .atMost(Duration.ofSeconds(START_SECONDS))
                .ignoreExceptions()
                .until(
                        () -> {
                            Jedis client = new Jedis("127.0.0.1", port);
                            client.ping();
                            return client;
                        },
                        client -> true);
    }
}
