import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Runs the packed server once through its launcher, so that it leaves the class-data archive that shortens the next
 * starts: {@code java RecordClassData.java launcher}. The build does this after packing. The commands sent here are the
 * ones that a client's first moments consist of, and those that write and read files; their classes come into the archive as well.
 */
final class RecordClassData {
    private static final String[] REQUESTS = {
        "HELLO 3",
        "CLIENT SETINFO LIB-NAME spinel-build",
        "SET key value EX 100",
        "GET key",
        "INCR counter",
        "LPUSH list a b",
        "LRANGE list 0 -1",
        "HSET hash field value",
        "HGETALL hash",
        "SADD set a b",
        "SMEMBERS set",
        "ZADD zset 1 a 2 b",
        "ZRANGE zset 0 -1 WITHSCORES",
        "DEBUG RELOAD",
        "BGREWRITEAOF",
        "DEL key counter list hash set zset",
        "INFO",
        "PING",
    };
    private static final int START_SECONDS = 30;
    private static final int STOP_SECONDS = 30;

    public static void main(String[] arguments) throws Exception {
        if (System.getProperty("os.name").startsWith("Windows")) {
            return; // The .bat launcher keeps no archive.
        }
        int port = freePort();
        // With the file, so that the archive has what reads it.
        String configuration =
                Path.of(arguments[0]).resolve("../../conf/spinel.yml").normalize().toString();
        Path data = Files.createTempDirectory("spinel-class-data");
        Process server = new ProcessBuilder(
                        arguments[0],
                        configuration,
                        "--port",
                        Integer.toString(port),
                        "--save",
                        "",
                        "--dir",
                        data.toString(),
                        "--appendonly",
                        "yes",
                        "--enable-debug-command",
                        "yes")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            try (Socket socket = connect(server, port)) {
                OutputStream out = socket.getOutputStream();
                out.write((String.join("\r\n", REQUESTS) + "\r\n").getBytes(StandardCharsets.US_ASCII));
                awaitPong(new DataInputStream(socket.getInputStream()));
            }
            server.destroy();
            if (!server.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the server did not stop within " + STOP_SECONDS + " s");
            }
            if (server.exitValue() != 0) {
                throw new IllegalStateException("the server ended with " + server.exitValue());
            }
        } finally {
            server.destroyForcibly().waitFor();
            deleteTree(data);
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        try (Stream<Path> entries = Files.walk(directory)) {
            for (Path entry : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(entry);
            }
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private static Socket connect(Process server, int port) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (true) {
            try {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                socket.setSoTimeout(10_000);
                return socket;
            } catch (ConnectException e) {
                if (server.waitFor(20, TimeUnit.MILLISECONDS) || System.nanoTime() > deadline) {
                    throw new IllegalStateException("the packed server did not start", e);
                }
            }
        }
    }

    /** Reads until the line of the last request's reply; no other reply has such a line. */
    private static void awaitPong(DataInputStream in) throws IOException {
        int matched = 0;
        byte[] pong = "+PONG\r\n".getBytes(StandardCharsets.US_ASCII);
        while (matched < pong.length) {
            byte next = in.readByte();
            matched = next == pong[matched] ? matched + 1 : next == pong[0] ? 1 : 0;
        }
    }
}
