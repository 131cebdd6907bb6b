package dev.spinel.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests HOTKEYS; the expectations are what Redis 8.6 documents, and the error texts those that its clients know. */
class HotKeysCommandsTest {
    private static final String SLOTS = "selected-slots [[0 16383]]";

    private final FixedProcess process = new FixedProcess();
    private final CommandTester server = new CommandTester(process);

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    /** {@code key bytes key bytes ...}, the largest first. */
    private String byBytes() {
        String reply = server.send("HOTKEYS GET");
        int at = reply.indexOf("by-net-bytes [") + "by-net-bytes [".length();
        return reply.substring(at, reply.indexOf(']', at));
    }

    /** The length of a request and of its reply. */
    private static long bytes(String request, String reply) {
        String[] words = request.split(" ");
        long length = ("*" + words.length + "\r\n").length() + reply.length();
        for (String word : words) {
            length += ("$" + word.length() + "\r\n" + word + "\r\n").length();
        }
        return length;
    }

    @Nested
    class Session {
        @Test
        void none_isNil() {
            assertReply("HOTKEYS GET", "nil");
            assertReply("HOTKEYS STOP", "nil");
            assertReply("HOTKEYS RESET", "OK");
            assertThat(server.send("INFO")).doesNotContain("# Hotkeys");
            assertReply("INFO hotkeys", "''");
        }

        @Test
        void fields_areThoseOfTheMetrics_inOrder() {
            assertReply("HOTKEYS START METRICS 2 CPU NET", "OK");
            assertThat(server.send("HOTKEYS GET"))
                    .isEqualTo("[[tracking-active 1 sample-ratio 1 " + SLOTS
                            + " all-commands-all-slots-us 0 net-bytes-all-commands-all-slots 0"
                            + " collection-start-time-unix-ms 1700000000000 collection-duration-ms 0"
                            + " total-cpu-time-user-ms 0 total-cpu-time-sys-ms 0 total-net-bytes 0"
                            + " by-cpu-time-us [] by-net-bytes []]]");
            server.send("HOTKEYS STOP");
            server.send("HOTKEYS START METRICS 1 cpu SAMPLE 5");
            assertThat(server.send("HOTKEYS GET"))
                    .contains("sample-ratio 5", "total-cpu-time-user-ms", "by-cpu-time-us []]]")
                    .doesNotContain("total-net-bytes", "by-net-bytes");
            server.send("HOTKEYS STOP");
            server.send("HOTKEYS START METRICS 1 NET");
            assertThat(server.send("HOTKEYS GET"))
                    .contains("total-net-bytes 0 by-net-bytes []]]")
                    .doesNotContain("total-cpu-time", "by-cpu-time-us");
        }

        @Test
        void resp3_answersAMap_withFlatLists() {
            server.send("HELLO 3");
            server.send("HOTKEYS START METRICS 1 NET");
            server.send("SET k v");
            assertThat(server.send("HOTKEYS GET"))
                    .startsWith("[<tracking-active 1 sample-ratio 1 " + SLOTS + " ")
                    .contains(" by-net-bytes [k " + bytes("SET k v", "OK") + "]>]");
        }

        @Test
        void stopped_keepsWhatWasFound_untilResetOrStart() {
            server.send("HOTKEYS START METRICS 1 NET");
            server.send("SET k v");
            server.advanceMillis(1500);
            assertThat(server.send("INFO")).contains("# Hotkeys\r\nhotkeys-tracking-active:1\r\n");
            assertReply("HOTKEYS RESET", "-ERR hotkey tracking session in progress, stop tracking first");
            assertReply("HOTKEYS START METRICS 1 NET", "-ERR hotkey tracking session already in progress");
            assertReply("HOTKEYS STOP", "OK");
            assertReply("HOTKEYS STOP", "nil");
            server.send("SET other v");
            server.advanceMillis(1500);
            assertThat(server.send("HOTKEYS GET"))
                    .contains("tracking-active 0", "collection-duration-ms 1500", "[k ")
                    .doesNotContain("other");
            assertThat(server.send("INFO hotkeys")).isEqualTo("# Hotkeys\r\nhotkeys-tracking-active:0\r\n");

            assertReply("HOTKEYS START METRICS 1 NET", "OK");
            assertThat(byBytes()).isEmpty();
            server.send("HOTKEYS STOP");
            assertReply("HOTKEYS RESET", "OK");
            assertReply("HOTKEYS GET", "nil");
            assertThat(server.send("INFO everything")).doesNotContain("# Hotkeys");
        }

        @Test
        void totals_areThoseOfItsTime() {
            server.send("HOTKEYS START METRICS 2 CPU NET");
            process.userSeconds += 0.25;
            process.inputBytes += 50;
            String totals = "total-cpu-time-user-ms 250 total-cpu-time-sys-ms 0 total-net-bytes 50 ";
            assertThat(server.send("HOTKEYS GET")).contains(totals);
            server.send("HOTKEYS STOP");
            process.userSeconds += 1;
            process.inputBytes += 1000;
            assertThat(server.send("HOTKEYS GET")).contains(totals);
        }

        @Test
        void duration_endsIt() {
            server.send("HOTKEYS START METRICS 1 NET DURATION 2");
            server.send("SET k v");
            server.advanceMillis(1999);
            assertThat(server.send("HOTKEYS GET")).contains("tracking-active 1", "collection-duration-ms 1999");
            server.advanceMillis(500);
            server.send("SET other v");
            assertThat(server.send("HOTKEYS GET"))
                    .contains("tracking-active 0", "collection-duration-ms 2000", "[k ")
                    .doesNotContain("other");
            assertReply("HOTKEYS START METRICS 1 NET", "OK");
        }
    }

    @Nested
    class Bytes {
        @Test
        void requestAndReply_count() {
            server.send("HOTKEYS START METRICS 1 NET");
            String value = "v".repeat(100);
            server.send("SET a " + value);
            server.send("GET a");
            server.send("SET b 1");
            server.send("PING");
            long a = bytes("SET a " + value, "OK") + bytes("GET a", value);
            long b = bytes("SET b 1", "OK");
            assertThat(server.send("HOTKEYS GET"))
                    .contains(
                            "net-bytes-all-commands-all-slots " + (a + b + bytes("PING", "PONG")) + " ",
                            "by-net-bytes [a " + a + " b " + b + "]");
        }

        @Test
        void severalKeys_shareEqually() {
            server.send("HOTKEYS START METRICS 1 NET");
            server.send("MSET a 1 b 2");
            long share = bytes("MSET a 1 b 2", "OK") / 2;
            assertThat(byBytes()).isIn("a " + share + " b " + share, "b " + share + " a " + share);
        }

        @Test
        void failedCalls_countToo() {
            server.send("SET k v");
            server.send("HOTKEYS START METRICS 1 NET");
            server.send("LPUSH k x");
            assertThat(byBytes()).startsWith("k ");
        }

        @Test
        void transaction_countsItsCommands() {
            server.send("HOTKEYS START METRICS 1 NET");
            server.send("MULTI");
            server.send("SET a 1");
            server.send("SET b 1");
            server.send("SET a 2");
            server.send("EXEC");
            assertThat(byBytes()).matches("a \\d+ b \\d+");
        }

        @Test
        void waitingClient_countsItsRequestOnce() {
            server.send("HOTKEYS START METRICS 1 NET");
            CommandTester.Session waiting = server.connect();
            waiting.send("BLPOP list 0");
            server.send("RPUSH list x");
            assertThat(waiting.take()).isEqualTo("[list x]");
            long expected = bytes("BLPOP list 0", "") + "[list x]".length() + bytes("RPUSH list x", "1");
            assertThat(byBytes()).isEqualTo("list " + expected);
        }

        @Test
        void count_limitsTheList() {
            server.send("HOTKEYS START METRICS 1 NET COUNT 3");
            for (int i = 1; i <= 9; i++) {
                server.send("SET k" + i + " " + "v".repeat(10 * i));
            }
            assertThat(byBytes()).matches("k9 \\d+ k8 \\d+ k7 \\d+");
        }

        @Test
        void sample_looksAtSomeCommands_butCountsAll() {
            server.send("HOTKEYS START METRICS 1 NET SAMPLE 10");
            for (int i = 0; i < 1000; i++) {
                server.send("SET k v");
            }
            long one = bytes("SET k v", "OK");
            assertThat(server.send("HOTKEYS GET")).contains("net-bytes-all-commands-all-slots " + 1000 * one + " ");
            long sampled = Long.parseLong(byBytes().substring("k ".length()));
            assertThat(sampled / one).isBetween(50L, 200L);
            assertThat(sampled % one).isZero();
        }
    }

    @Test
    void time_ofCommands_counts() {
        server.ticks(1_000_000);
        server.send("HOTKEYS START METRICS 1 CPU");
        server.send("SET a 1");
        server.send("MSET b 1 c 1");
        server.send("GET a");
        server.send("PING");
        assertThat(server.send("HOTKEYS GET"))
                .contains("all-commands-all-slots-us 4000 ")
                .containsPattern("by-cpu-time-us \\[a 2000 (b 500 c 500|c 500 b 500)]");
    }

    @Test
    void flood_ofKeys_takesLittleMemory() {
        long before = memory();
        server.send("HOTKEYS START METRICS 2 CPU NET COUNT 64");
        for (int i = 0; i < 5000; i++) {
            server.send("GET key" + i);
            server.send("GET hot");
        }
        assertThat(byBytes()).startsWith("hot ");
        server.advanceMillis(200);
        assertThat(memory() - before).isBetween(100_000L, 400_000L);
        server.send("HOTKEYS STOP");
        server.send("HOTKEYS RESET");
        server.advanceMillis(200);
        assertThat(memory() - before).isLessThan(10_000L);
    }

    private long memory() {
        String text = server.send("INFO memory");
        int at = text.indexOf("used_memory:") + "used_memory:".length();
        return Long.parseLong(text.substring(at, text.indexOf('\r', at)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; METRICS parameter is required",
                "METRICS; METRICS parameter is required",
                "COUNT 5 METRICS 1 CPU; METRICS parameter is required",
                "METRICS x; METRICS count must be > 0 and <= 2",
                "METRICS 0; METRICS count must be > 0 and <= 2",
                "METRICS -1 CPU; METRICS count must be > 0 and <= 2",
                "METRICS 3 CPU NET; METRICS count must be > 0 and <= 2",
                "METRICS 1; METRICS count does not match number of metric types provided",
                "METRICS 2 CPU; METRICS count does not match number of metric types provided",
                "METRICS 1 GPU; METRICS no valid metrics passed. Supported: CPU|NET",
                "METRICS 2 GPU DISK; METRICS no valid metrics passed. Supported: CPU|NET",
                "METRICS 2 CPU CPU; METRICS CPU defined more than once!",
                "METRICS 2 NET net; METRICS NET defined more than once!",
                "METRICS 1 CPU NET; syntax error",
                "METRICS 1 CPU FOO 1; syntax error",
                "METRICS 1 CPU COUNT; syntax error",
                "METRICS 1 CPU COUNT 0; COUNT must be between 1 and 64",
                "METRICS 1 CPU COUNT 65; COUNT must be between 1 and 64",
                "METRICS 1 CPU COUNT x; COUNT must be between 1 and 64",
                "METRICS 1 CPU DURATION 0; DURATION must be between 1 and 1000000",
                "METRICS 1 CPU DURATION 1000001; DURATION must be between 1 and 1000000",
                "METRICS 1 CPU SAMPLE 0; SAMPLE ratio must be positive",
                "METRICS 1 CPU SLOTS 2 0 5; SLOTS parameter cannot be used in non-cluster mode"
            })
    void malformedStart_rejected(String arguments, String error) {
        assertReply(("HOTKEYS START " + arguments).strip(), "-ERR " + error);
        assertReply("HOTKEYS GET", "nil");
    }

    @Test
    void unknownMetric_besideAKnownOne_isLeftToLaterVersions() {
        assertReply("HOTKEYS START METRICS 2 GPU CPU COUNT 64 DURATION 1000000 SAMPLE 2147483647", "OK");
        assertThat(server.send("HOTKEYS GET")).contains("by-cpu-time-us").doesNotContain("by-net-bytes");
    }

    @Test
    void malformed_rejected() {
        assertReply("HOTKEYS", "-ERR wrong number of arguments for 'hotkeys' command");
        assertReply("HOTKEYS GET x", "-ERR wrong number of arguments for 'hotkeys|get' command");
        assertReply("HOTKEYS FOO", "-ERR unknown subcommand 'FOO'. Try HOTKEYS HELP.");
        assertThat(server.send("HOTKEYS HELP")).startsWith("[HOTKEYS <subcommand> ");
    }
}
