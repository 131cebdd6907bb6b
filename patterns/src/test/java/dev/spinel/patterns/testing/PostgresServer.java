package dev.spinel.patterns.testing;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A PostgreSQL of its own from Debian's packages, on a free port and in a temporary directory. Where it is not installed, starting it skips
 * the test. The programs refuse to be run by root, for whom they run as the user that the package made.
 */
public final class PostgresServer implements TestDatabase {
    /** Where Debian puts the programs of each version; none but the client is in the PATH. */
    private static final Path VERSIONS = Path.of("/usr/lib/postgresql");

    private static final String USER = "postgres";

    private final Path directory;
    private final String url;
    private final Process process;

    private PostgresServer(Path programs) throws IOException, InterruptedException {
        directory = Files.createTempDirectory("spinel-patterns-postgres");
        int port = RedisServer.freePort();
        url = "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=" + USER;
        if (isRoot()) {
            Files.setOwner(
                    directory,
                    directory.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER));
        }
        Path data = directory.resolve("data");
        Process initialised =
                run(programs.resolve("initdb"), "-D", data.toString(), "-U", USER, "--auth=trust", "--no-sync");
        if (!initialised.waitFor(60, TimeUnit.SECONDS) || initialised.exitValue() != 0) {
            fail("initdb: " + log());
        }
        process = run(
                programs.resolve("postgres"),
                "-D",
                data.toString(),
                "-p",
                Integer.toString(port),
                "-k",
                directory.toString(),
                "-c",
                "listen_addresses=127.0.0.1",
                "-c",
                "fsync=off");
        awaitConnection();
    }

    /** Starts a server; skips the test if there is none to start. */
    public static PostgresServer start() {
        try {
            return new PostgresServer(newestPrograms());
        } catch (IOException e) {
            return fail("PostgreSQL did not start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return fail("Interrupted", e);
        }
    }

    private static Path newestPrograms() throws IOException {
        if (!Files.isDirectory(VERSIONS)) {
            return abort("PostgreSQL is not installed (Debian package postgresql)");
        }
        try (Stream<Path> versions = Files.list(VERSIONS)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Comparator.naturalOrder())
                    .orElseGet(() -> abort("PostgreSQL has no initdb below " + VERSIONS));
        }
    }

    private static boolean isRoot() {
        return System.getProperty("user.name").equals("root");
    }

    private Process run(Path program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        if (isRoot()) {
            command.addAll(List.of("setpriv", "--reuid", USER, "--regid", USER, "--clear-groups"));
        }
        command.add(program.toString());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        directory.resolve("log").toFile()))
                .start();
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    private void awaitConnection() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try (Connection connection = open()) {
                if (connection.isValid(10)) {
                    return;
                }
            } catch (SQLException e) {
                if (!process.isAlive() || System.nanoTime() > deadline) {
                    fail("PostgreSQL did not start: " + log(), e);
                }
            }
            Thread.sleep(50);
        }
    }

    @Override
    public Connection open() throws SQLException {
        return DriverManager.getConnection(url);
    }

    /** Stops the server, without waiting for its clients. */
    @Override
    public void close() {
        RedisServer.signal("-INT", process.pid());
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
            try (Stream<Path> files = Files.walk(directory)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            fail("Cannot delete " + directory, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
