package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What programs that use BullMQ see, of two processes and more: {@code src/test/node} has the tests, and the exact versions that npm
 * installs for them. Skipped without node 20, without npm, or when npm cannot install.
 */
class BullMqIT {
    private static final Path SCRIPTS = Path.of("src", "test", "node");
    private static final Path INSTALLED = Path.of("target", "node");
    private static final int OLDEST_NODE = 20;
    private static final long PATIENCE_SECONDS = 240;

    @BeforeAll
    static void install() throws Exception {
        Files.createDirectories(INSTALLED);
        try (Stream<Path> scripts = Files.list(SCRIPTS)) {
            for (Path script : scripts.toList()) {
                Files.copy(script, INSTALLED.resolve(script.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
        String node = run(0, "node", "--version").output().strip();
        assumeTrue(
                node.matches("v\\d+\\..*") && Integer.parseInt(node.substring(1, node.indexOf('.'))) >= OLDEST_NODE,
                () -> "the client of BullMQ wants node " + OLDEST_NODE + ", and there is " + node);
        Path wanted = SCRIPTS.resolve("package-lock.json");
        Path present = INSTALLED.resolve("node_modules").resolve("package-lock.json");
        if (!Files.exists(present) || Files.mismatch(wanted, present) != -1) {
            Result npm = run(
                    0,
                    "npm",
                    "ci",
                    "--ignore-scripts",
                    "--omit=optional",
                    "--no-audit",
                    "--no-fund",
                    "--fetch-retries=1");
            assumeTrue(npm.exitCode() == 0, () -> "npm cannot install BullMQ: " + npm.output());
            Files.copy(wanted, present);
        }
    }

    @Test
    void queues_workAsOnRedis() throws Exception {
        try (SpinelServer server = SpinelServer.builder().port(0).start()) {
            Result node = run(server.port(), "node", "--test", "--test-reporter=tap", "bullmq.test.mjs");

            assertThat(node.exitCode()).as(node.output()).isZero();
            assertThat(node.output()).containsPattern("# pass [1-9]").contains("# fail 0\n", "# skipped 0\n");
        }
    }

    private record Result(int exitCode, String output) {}

    /** Runs a program where npm installs; skips the tests if there is none of its name. */
    private static Result run(int port, String... command) throws IOException, InterruptedException {
        Path output = INSTALLED.resolve("output");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(INSTALLED.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        builder.environment().put("SPINEL_PORT", Integer.toString(port));
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            return abort("needs " + command[0] + ": " + e.getMessage());
        }
        boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (!ended) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        assertThat(ended).as(() -> String.join(" ", command) + " ends").isTrue();
        return new Result(process.exitValue(), Files.readString(output));
    }
}
