package dev.spinel.distribution.differential;

import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A redis-server that runs as long as this is open; it keeps nothing on disk. */
final class RedisProcess implements AutoCloseable {
    private final Process process;
    private final int port;

    private RedisProcess(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts the redis-server of the PATH on a free port.
     *
     * @param log where it writes what it has to say; in the same directory it works
     * @param directives further arguments
     * @throws IOException if there is none, or if it is not of version 7.0
     */
    static RedisProcess start(Path log, String... directives) throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        String portText = Integer.toString(port);
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(
                List.of("redis-server", "--port", portText, "--bind", "127.0.0.1", "--save", "", "--daemonize", "no")));
        builder.command().addAll(List.of(directives));
        builder.environment().put("LC_ALL", "C");
        builder.directory(log.getParent().toFile());
        builder.redirectErrorStream(true).redirectOutput(new File(log.toString()));
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new IOException("no redis-server in the PATH to compare with; .ci/run installs version 7.0", e);
        }
        RedisProcess redis = new RedisProcess(process, port);
        try {
            Awaitility.await().atMost(Duration.ofSeconds(20)).ignoreExceptions().until(redis::isOfVersion70);
        } catch (RuntimeException e) {
            redis.close();
            throw new IOException("redis-server did not start, or is not of version 7.0; it says more in " + log, e);
        }
        return redis;
    }

    private boolean isOfVersion70() throws IOException {
        try (RespConnection connection = new RespConnection(port)) {
            return connection.call("INFO", "server").text().contains("redis_version:7.0.");
        }
    }

    /** The TCP port on the loopback interface. */
    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
