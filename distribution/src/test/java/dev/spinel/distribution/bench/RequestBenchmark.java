package dev.spinel.distribution.bench;

import dev.spinel.distribution.SpinelServer;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * The whole path of a request: a socket, the server's decoder, dispatcher and writer, and back.
 *
 * <p>One operation is one request with its reply. The client uses two direct buffers and allocates nothing, so what the
 * allocation profiler reports over all threads is the server's. Keys and members are drawn from {@value #KEYS}, all of
 * which exist when the measurement begins; LPUSH and RPOP alternate, so that lists keep their lengths.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class RequestBenchmark {
    private static final int KEYS = 100_000;
    private static final int REQUESTS = 1 << 16;
    private static final String VALUE = "v".repeat(32);

    /** The commands that are measured, each with what it is sent as. */
    public enum Workload {
        GET("GET k%d", 2),
        SET("SET k%d " + VALUE, 1),
        INCR("INCR n%d", 1),
        HSET("HSET h f%d " + VALUE, 1),
        HGET("HGET h f%d", 2),
        LPUSH_RPOP("LPUSH l%d " + VALUE, 1),
        SADD("SADD s m%d", 1),
        ZADD("ZADD z %2$d m%1$d", 1);

        private static final String RPOP = "RPOP l%d";

        private final String words;
        private final int lines;

        Workload(String words, int lines) {
            this.words = words;
            this.lines = lines;
        }

        /** The request number {@code index}, which concerns key {@code key}. */
        private String request(int index, int key, int score) {
            boolean pop = this == LPUSH_RPOP && index % 2 == 1;
            return (pop ? RPOP : words).formatted(key, score);
        }

        /** How many lines the reply to request number {@code index} has. */
        private int lines(int index) {
            return this == LPUSH_RPOP ? 1 + index % 2 : lines;
        }
    }

    @Param
    private Workload workload = Workload.GET;

    private final ByteBuffer[] requests = new ByteBuffer[REQUESTS];
    private final ByteBuffer replies = ByteBuffer.allocateDirect(1 << 16);

    private SpinelServer server;
    private SocketChannel channel;
    private int next;

    /** Starts a server, fills it, and writes the requests to come. */
    @Setup(Level.Trial)
    public void start() throws IOException {
        server = SpinelServer.builder().port(0).start();
        channel = SocketChannel.open(new InetSocketAddress("127.0.0.1", server.port()));
        switch (workload) {
            case GET -> fill(Workload.SET);
            case HGET -> fill(Workload.HSET);
            default -> fill(workload);
        }
        Random random = new Random(42);
        ByteBuffer all = ByteBuffer.allocateDirect(REQUESTS * 128);
        int key = 0;
        for (int i = 0; i < REQUESTS; i++) {
            key = workload == Workload.LPUSH_RPOP && i % 2 == 1 ? key : random.nextInt(KEYS);
            int begin = all.position();
            all.put(encoded(workload.request(i, key, random.nextInt(KEYS))));
            requests[i] = all.slice(begin, all.position() - begin);
        }
    }

    /** Stops the server. */
    @TearDown(Level.Trial)
    public void stop() throws IOException {
        channel.close();
        server.close();
    }

    /** Sends one request and reads its reply. */
    @Benchmark
    public int request() throws IOException {
        int index = next++ & REQUESTS - 1;
        ByteBuffer request = requests[index];
        request.clear();
        while (request.hasRemaining()) {
            channel.write(request);
        }
        return readLines(workload.lines(index));
    }

    private void fill(Workload with) throws IOException {
        int batch = 100;
        for (int key = 0; key < KEYS; key += batch) {
            ByteBuffer request = ByteBuffer.allocate(batch * 128);
            for (int i = 0; i < batch; i++) {
                request.put(encoded(with.request(0, key + i, key)));
            }
            request.flip();
            while (request.hasRemaining()) {
                channel.write(request);
            }
            readLines(batch * with.lines(0));
        }
    }

    /** Reads so many lines, nothing else being on its way; returns their bytes. */
    private int readLines(int count) throws IOException {
        replies.clear();
        int checked = 0;
        int missing = count;
        while (missing > 0) {
            if (channel.read(replies) < 0) {
                throw new EOFException();
            }
            for (; checked < replies.position(); checked++) {
                if (replies.get(checked) == '\n') {
                    missing--;
                }
            }
        }
        if (missing < 0 || replies.get(0) == '-') {
            throw new IllegalStateException(
                    StandardCharsets.UTF_8.decode(replies.flip()).toString());
        }
        return checked;
    }

    private static byte[] encoded(String words) {
        StringBuilder request = new StringBuilder();
        String[] split = words.split(" ", -1);
        request.append('*').append(split.length).append("\r\n");
        for (String word : split) {
            request.append('$')
                    .append(word.length())
                    .append("\r\n")
                    .append(word)
                    .append("\r\n");
        }
        return request.toString().getBytes(StandardCharsets.US_ASCII);
    }
}
