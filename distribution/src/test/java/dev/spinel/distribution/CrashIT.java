package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Kills a server at random moments, under writers and with snapshots and rewrites of the log running, and looks at what
 * the next one loads.
 *
 * <p>{@code -Dspinel.crash.kills=300} makes it a long test; it prints its seed, {@code -Dspinel.crash.seed} sets it.
 */
class CrashIT {
    private static final int WRITERS = 4;
    private static final int SLOTS = 500;
    private static final int MAX_WRITING_MILLIS = 700;
    private static final long EVERY_SECOND_LOSS_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final Duration START = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private Process process;
    private int port;

    /** What a server is told to keep. */
    private enum Durability {
        ALWAYS("--appendonly", "yes", "--appendfsync", "always", "--save", ""),
        EVERY_SECOND("--appendonly", "yes", "--appendfsync", "everysec", "--save", ""),
        COMMANDS("--appendonly", "yes", "--appendfsync", "always", "--aof-use-rdb-preamble", "no", "--save", ""),
        SNAPSHOTS("--appendonly", "no", "--save", "1 1");

        private final List<String> arguments;

        Durability(String... arguments) {
            this.arguments = List.of(arguments);
        }
    }

    @AfterEach
    void stop() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @ParameterizedTest
    @EnumSource
    void killedServer_hasAPrefixOfWhatEachClientWrote(Durability durability) throws Exception {
        long seed = Long.getLong("spinel.crash.seed", System.nanoTime());
        int kills = Integer.getInteger("spinel.crash.kills", 12) / Durability.values().length;
        System.out.println("CrashIT " + durability + ": seed " + seed + ", kills " + kills);
        Random random = new Random(seed);
        List<Writer> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            writers.add(new Writer(i));
        }
        start(durability);
        for (int kill = 0; kill < kills; kill++) {
            List<Thread> threads = writers.stream().map(Thread::new).toList();
            threads.forEach(Thread::start);
            Thread saver = new Thread(() -> saveAllTheTime(new Random(seed)));
            saver.start();
            Thread.sleep(random.nextInt(MAX_WRITING_MILLIS));
            process.destroyForcibly();
            long killedNanos = System.nanoTime();
            assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
            for (Thread thread : threads) {
                thread.join();
            }
            saver.join();
            start(durability);
            try (Jedis jedis = new Jedis("127.0.0.1", port, 20_000)) {
                for (Writer writer : writers) {
                    writer.check(jedis, durability, killedNanos);
                }
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ", kill " + kill + ": " + e.getMessage(), e);
            }
        }
        long written = writers.stream().mapToLong(writer -> writer.acknowledged).sum();
        assertThat(written).isGreaterThan(kills);
        System.out.println("CrashIT " + durability + ": " + written + " transactions acknowledged");
    }

    private void start(Durability durability) throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        List<String> command = new ArrayList<>(List.of(
                System.getProperty("java.home") + "/bin/java",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "--port",
                Integer.toString(port),
                "--dir",
                directory.toString()));
        command.addAll(durability.arguments);
        Path log = directory.resolve("log");
        process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Awaitility.await()
                .pollInterval(Duration.ofMillis(20))
                .atMost(START)
                .until(() -> !process.isAlive() || Files.readString(log).contains("Ready to accept connections"));
        assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
    }

    private void saveAllTheTime(Random random) {
        try (Jedis jedis = new Jedis("127.0.0.1", port, 20_000)) {
            while (true) {
                try {
                    String answer = random.nextBoolean() ? jedis.bgsaveSchedule() : jedis.bgrewriteaof();
                    assertThat(answer).startsWith("Background");
                } catch (redis.clients.jedis.exceptions.JedisDataException busy) {
                    assertThat(busy).hasMessageContaining("in progress");
                }
                Thread.sleep(random.nextInt(40));
            }
        } catch (JedisException killed) {
            // The end of the server is the end of this.
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A client that counts: each transaction sets the counter and one of the slots to the next number. */
    private final class Writer implements Runnable {
        private final String counter;
        private final String slots;
        private long sent;
        private long acknowledged;
        /** The highest number that was acknowledged at least so long ago that no log may lose it. */
        private long[] acknowledgedNanos = new long[1 << 16];

        Writer(int id) {
            counter = "counter:" + id;
            slots = "slots:" + id;
        }

        @Override
        public void run() {
            try (Jedis jedis = new Jedis("127.0.0.1", port, 20_000)) {
                while (true) {
                    long next = sent + 1;
                    sent = next;
                    Transaction transaction = jedis.multi();
                    transaction.set(counter, Long.toString(next));
                    transaction.hset(slots, Long.toString(next % SLOTS), Long.toString(next));
                    transaction.exec();
                    acknowledged = next;
                    acknowledgedNanos[(int) (next % acknowledgedNanos.length)] = System.nanoTime();
                }
            } catch (JedisException killed) {
                // Whether the last transaction was executed is not known.
                return;
            }
        }

        /** The last number whose acknowledgement is so old, as far as remembered. */
        private long acknowledgedBefore(long nanos) {
            long number = acknowledged;
            while (number > 0
                    && acknowledged - number < acknowledgedNanos.length - 1
                    && acknowledgedNanos[(int) (number % acknowledgedNanos.length)] - nanos > 0) {
                number--;
            }
            return acknowledged - number < acknowledgedNanos.length - 1 ? number : 0;
        }

        void check(Jedis jedis, Durability durability, long killedNanos) {
            String text = jedis.get(counter);
            long count = text == null ? 0 : Long.parseLong(text);
            assertThat(count).as("%s, which was sent", counter).isLessThanOrEqualTo(sent);
            switch (durability) {
                case ALWAYS, COMMANDS ->
                    assertThat(count).as("%s, acknowledged", counter).isGreaterThanOrEqualTo(acknowledged);
                case EVERY_SECOND ->
                    assertThat(count)
                            .as("%s, acknowledged 2 s ago of %s", counter, acknowledged)
                            .isGreaterThanOrEqualTo(acknowledgedBefore(killedNanos - EVERY_SECOND_LOSS_NANOS));
                case SNAPSHOTS -> assertThat(count).isNotNegative();
            }
            Map<String, String> actual = jedis.hgetAll(slots);
            for (long number = Math.max(1, count - SLOTS + 1); number <= count; number++) {
                assertThat(actual.remove(Long.toString(number % SLOTS)))
                        .as("slot of %s in %s", number, slots)
                        .isEqualTo(Long.toString(number));
            }
            assertThat(actual).as("slots beyond %s in %s", count, slots).isEmpty();
            // What was lost is written again.
            sent = count;
            acknowledged = count;
        }
    }
}
