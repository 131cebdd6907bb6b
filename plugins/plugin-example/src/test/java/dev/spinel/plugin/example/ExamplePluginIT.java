package dev.spinel.plugin.example;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.distribution.SpinelServer;
import java.io.IOException;
import java.net.Socket;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.util.SafeEncoder;

/** The commands of the example in a server of this JVM, over a socket. */
class ExamplePluginIT {
    private SpinelServer server;
    private Jedis client;

    @BeforeEach
    void start() {
        server = SpinelServer.builder().port(0).plugin(new ExamplePlugin()).start();
        client = new Jedis("127.0.0.1", server.port(), 10_000);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private Object send(String command, String... arguments) {
        return SafeEncoder.encodeObject(client.sendCommand(() -> SafeEncoder.encode(command), arguments));
    }

    @Nested
    class TopUnionOfDays {
        @BeforeEach
        void addScores() {
            send("ZADD", "monday", "10", "ann", "7", "bob");
            send("ZADD", "tuesday", "5", "bob", "3.5", "cem");
        }

        @Test
        void sums_highestFirst() {
            assertThat(send("EXAMPLE.TOPUNION", "2", "monday", "tuesday", "absent"))
                    .isEqualTo(List.of(List.of("bob", "12"), List.of("ann", "10")));
        }

        @Test
        void equalSums_byMember() {
            send("ZADD", "wednesday", "2", "ann");

            assertThat(send("EXAMPLE.TOPUNION", "2", "wednesday", "monday", "tuesday"))
                    .isEqualTo(List.of(List.of("ann", "12"), List.of("bob", "12")));
        }

        @Test
        void fewerMembersThanCount_all() {
            assertThat((List<?>) send("EXAMPLE.TOPUNION", "9", "monday", "tuesday"))
                    .hasSize(3);
            assertThat((List<?>) send("EXAMPLE.TOPUNION", "9", "absent")).isEmpty();
        }

        @Test
        void wrongArguments_refused() {
            send("SET", "text", "x");

            assertThatThrownBy(() -> send("EXAMPLE.TOPUNION", "1", "text")).hasMessageStartingWith("WRONGTYPE");
            assertThatThrownBy(() -> send("EXAMPLE.TOPUNION", "0", "monday")).hasMessageContaining("out of range");
            assertThatThrownBy(() -> send("EXAMPLE.TOPUNION", "1"))
                    .hasMessage("ERR wrong number of arguments for 'example.topunion' command");
        }

        @Test
        void keys_areKnownToTheServer() {
            assertThat(send("COMMAND", "GETKEYS", "EXAMPLE.TOPUNION", "2", "monday", "tuesday"))
                    .isEqualTo(List.of("monday", "tuesday"));
        }
    }

    @Nested
    class ThrottleOfCalls {
        @Test
        void untilTheLimit_allowed() {
            assertThat(throttle("calls", 2).subList(0, 2)).isEqualTo(List.of(1L, 1L));
            assertThat(throttle("calls", 2).subList(0, 2)).isEqualTo(List.of(1L, 0L));
            assertThat(throttle("calls", 2).subList(0, 2)).isEqualTo(List.of(0L, 0L));
            assertThat(throttle("other", 2).subList(0, 2)).isEqualTo(List.of(1L, 1L));
            assertThat(send("INFO", "example").toString()).contains("example_throttled:1");
        }

        @Test
        void window_endsWithTheKey() {
            assertThat((Long) throttle("calls", 1).get(2)).isBetween(59_000L, 60_000L);
            assertThat((Long) send("PTTL", "calls")).isBetween(50_000L, 60_000L);

            send("PEXPIRE", "calls", "1");

            Awaitility.await().until(() -> throttle("calls", 1).get(0).equals(1L));
        }

        @Test
        void wrongArguments_createNothing() {
            assertThatThrownBy(() -> send("EXAMPLE.THROTTLE", "calls", "0", "1"))
                    .hasMessageContaining("out of range");
            assertThatThrownBy(() -> send("EXAMPLE.THROTTLE", "calls", "1", "x"))
                    .hasMessageContaining("integer");
            assertThat(send("EXISTS", "calls")).isEqualTo(0L);
        }

        private List<?> throttle(String key, int limit) {
            return (List<?>) send("EXAMPLE.THROTTLE", key, Integer.toString(limit), "60000");
        }
    }

    @Nested
    class BatchOfElements {
        @Test
        void enoughElements_atOnce() {
            send("RPUSH", "jobs", "a", "b", "c");

            assertThat(send("EXAMPLE.BATCH", "jobs", "2", "0")).isEqualTo(List.of("a", "b"));
            assertThat(send("LRANGE", "jobs", "0", "-1")).isEqualTo(List.of("c"));
        }

        @Test
        void lastElements_removeTheKey() {
            send("RPUSH", "jobs", "a", "b");

            send("EXAMPLE.BATCH", "jobs", "2", "0");

            assertThat(send("EXISTS", "jobs")).isEqualTo(0L);
        }

        @Test
        void tooFewElements_waitsForTheRest() throws IOException {
            try (Socket waiting = new Socket("127.0.0.1", server.port())) {
                waiting.getOutputStream().write("EXAMPLE.BATCH jobs 3 0\r\n".getBytes(UTF_8));
                Awaitility.await()
                        .until(() -> send("INFO", "clients").toString().contains("blocked_clients:1"));
                send("RPUSH", "jobs", "a");
                send("RPUSH", "jobs", "b");
                assertThat(send("LLEN", "jobs")).isEqualTo(2L);

                send("RPUSH", "jobs", "c", "d");

                String reply = "*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n";
                assertThat(new String(waiting.getInputStream().readNBytes(reply.length()), UTF_8))
                        .isEqualTo(reply);
                assertThat(send("LRANGE", "jobs", "0", "-1")).isEqualTo(List.of("d"));
                assertThat(send("INFO", "example").toString()).contains("example_batches:1");
            }
        }

        @Test
        void timeout_answersNil() {
            send("RPUSH", "jobs", "a");

            assertThat(client.sendCommand(() -> SafeEncoder.encode("EXAMPLE.BATCH"), "jobs", "2", "0.01"))
                    .isNull();
            assertThat(send("LLEN", "jobs")).isEqualTo(1L);
        }

        @Test
        void maxBatch_isAParameter() {
            send("CONFIG", "SET", "example.max-batch", "2");

            assertThatThrownBy(() -> send("EXAMPLE.BATCH", "jobs", "3", "0"))
                    .hasMessage("ERR count must be between 1 and 2");
            assertThatThrownBy(() -> send("CONFIG", "SET", "example.max-batch", "0"))
                    .hasMessageContaining("argument must be between 1 and 2147483647 inclusive");
        }
    }
}
