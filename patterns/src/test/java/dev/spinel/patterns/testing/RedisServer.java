package dev.spinel.patterns.testing;

import static org.assertj.core.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A server process of its own, on a free port and in a temporary directory: {@code redis-server}, or the program that the property
 * {@code spinel.patterns.server} names. A missing program fails the test.
 */
public final class RedisServer implements TestServer {
    private static final String PROGRAM = System.getProperty("spinel.patterns.server", "redis-server");

    private final List<String> options;
    private final Path directory;
    private final int port;
    private Process process;

    private RedisServer(List<String> options) throws IOException {
        this.options = options;
        directory = Files.createTempDirectory("spinel-patterns-redis");
        port = freePort();
        process = launch();
    }

    /** Starts a server without persistence; returns when it answers. */
    public static RedisServer start(String... options) {
        try {
            return new RedisServer(List.of(options));
        } catch (IOException e) {
            return fail(PROGRAM + " is needed (redis-server: Debian package redis-server)", e);
        }
    }

    /** Starts a cluster of one node that serves all slots. */
    public static RedisServer startCluster() {
        RedisServer node = start("--cluster-enabled", "yes");
        node.call("CLUSTER ADDSLOTSRANGE 0 16383");
        while (!node.call("CLUSTER INFO").contains("cluster_state:ok")) {
            sleep(20);
        }
        return node;
    }

    /** Starts a replica of the server on another port, or behind a proxy there; returns when it has all that the other one had. */
    public static RedisServer startReplicaOf(int primaryPort) {
        RedisServer replica = start("--replicaof", "127.0.0.1", Integer.toString(primaryPort));
        while (!replica.call("INFO replication").contains("master_link_status:up")) {
            sleep(20);
        }
        return replica;
    }

    /** Skips a test that needs servers which replicate. */
    public void assumeReplication() {
        assumeFalse(
                call("INFO server").contains("server_name:spinel"),
                "Spinel has no REPLICAOF yet, so that it cannot be a replica");
    }

    /** Sends an inline command and returns what arrives at once of its reply. */
    public String call(String command) {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(5000);
            socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] reply = new byte[4096];
            int length = socket.getInputStream().read(reply);
            return new String(reply, 0, Math.max(0, length), StandardCharsets.US_ASCII);
        } catch (IOException e) {
            return fail(command, e);
        }
    }

    /** A port that nobody listens on at the moment. */
    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private Process launch() throws IOException {
        List<String> command = new ArrayList<>(List.of(PROGRAM, "--port", Integer.toString(port)));
        command.addAll(List.of("--bind", "127.0.0.1", "--save", "", "--dir", directory.toString()));
        command.addAll(options);
        Process started = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("log").toFile())
                .start();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!answers()) {
            if (!started.isAlive() || System.nanoTime() > deadline) {
                started.destroyForcibly();
                fail(PROGRAM + " did not start: " + Files.readString(directory.resolve("log")));
            }
            sleep(10);
        }
        return started;
    }

    private boolean answers() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(1000);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return socket.getInputStream().read() == '+';
        } catch (IOException e) {
            return false;
        }
    }

    @Override
    public int port() {
        return port;
    }

    /** Kills the server, as a crash does. */
    public void kill() {
        process.destroyForcibly();
        await(process);
    }

    /** Starts it again on the same port, after {@link #kill}. */
    public void startAgain() {
        try {
            process = launch();
        } catch (IOException e) {
            fail(PROGRAM + " did not start again", e);
        }
    }

    @Override
    public void pause() {
        signal("-STOP", process.pid());
    }

    @Override
    public void resume() {
        signal("-CONT", process.pid());
    }

    /** Sends a signal to a process that the test started. */
    public static void signal(String name, long pid) {
        try {
            await(new ProcessBuilder("kill", name, Long.toString(pid)).start());
        } catch (IOException e) {
            fail("kill " + name + " " + pid, e);
        }
    }

    @Override
    public void close() {
        resume();
        kill();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            fail("Cannot delete " + directory, e);
        }
    }

    private static void await(Process ending) {
        try {
            if (!ending.waitFor(10, TimeUnit.SECONDS)) {
                fail("Process " + ending.pid() + " does not end");
            }
        } catch (InterruptedException e) {
            fail("Interrupted", e);
        }
    }

    private static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            fail("Interrupted", e);
        }
    }
}
