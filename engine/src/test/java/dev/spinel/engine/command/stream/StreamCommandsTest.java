package dev.spinel.engine.command.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.PortsProbe;
import dev.spinel.engine.admin.FixedProcess;
import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.dispatch.Replay;
import dev.spinel.engine.dispatch.ReplayFailedException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests the commands on streams; the expectations were asked of redis-server 7.0.15 where it has the command. */
class StreamCommandsTest {
    private static final String INVALID_ID = "-ERR Invalid stream ID specified as stream command argument";
    private static final String TOO_SMALL =
            "-ERR The ID specified in XADD is equal or smaller than the target stream top item";

    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    private void assertEffects(String... effects) {
        assertThat(server.takeEffects()).containsExactly(effects);
    }

    @Nested
    class Xadd {
        @Test
        void ids_givenCompletedAndAutomatic() {
            assertReply("XADD s 5-1 f v", "5-1");
            assertReply("XADD s 5-* f v", "5-2");
            assertReply("XADD s 7 f v", "7-0");
            assertReply("XADD s * f v", server.nowMillis() + "-0");
            assertReply("XADD s * f v", server.nowMillis() + "-1");
            assertReply("XADD s 7-5 f v", TOO_SMALL);
            assertReply("XADD s 7-* f v", TOO_SMALL);
            assertReply("XADD s 0-0 f v", "-ERR The ID specified in XADD must be greater than 0-0");
            assertReply("XADD s abc f v", INVALID_ID);
            assertReply("XADD s 18446744073709551616-0 f v", INVALID_ID);
            assertReply("XADD new 0-* f v", "0-1");
            assertReply("XLEN s", "5");
            assertEffects(
                    "XADD s 5-1 f v",
                    "XADD s 5-2 f v",
                    "XADD s 7 f v",
                    "XADD s " + server.nowMillis() + "-0 f v",
                    "XADD s " + server.nowMillis() + "-1 f v",
                    "XADD new 0-1 f v");
        }

        @Test
        void lastId_endsTheStream() {
            String last = "18446744073709551615-18446744073709551615";
            assertReply("XADD s " + last + " f v", last);
            assertReply("XADD s * f v", "-ERR The stream has exhausted the last possible ID, unable to add more items");
            assertReply(
                    "XADD t 18446744073709551615-18446744073709551614 f v",
                    last.replace("615-18446744073709551615", "615-18446744073709551614"));
            assertReply("XADD t 18446744073709551615-* f v", last);
            assertReply("XRANGE s - +", "[[" + last + " [f v]]]");
        }

        @Test
        void options_inTheOrderOfRedis() {
            assertReply("XADD s NOMKSTREAM 1-1 f v", "nil");
            assertReply("XADD s MAXLEN 1 LIMIT 5 x f v", INVALID_ID);
            assertReply(
                    "XADD s LIMIT 5 1-1 f v",
                    "-ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
            assertReply(
                    "XADD s MAXLEN 1 LIMIT 5 1-1 f v",
                    "-ERR syntax error, LIMIT cannot be used without the special ~ option");
            assertReply(
                    "XADD s MAXLEN 1 MINID 5 1-1 f v",
                    "-ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
            assertReply("XADD s MINID - 1-1 f v", INVALID_ID);
            assertReply("XADD s MAXLEN -1 1-1 f v", "-ERR The MAXLEN argument must be >= 0.");
            assertReply("XADD s MAXLEN 1 1-1 f", "-ERR wrong number of arguments for 'xadd' command");
            assertReply("EXISTS s", "0");
        }

        @Test
        void approximateTrim_isLoggedAsWhatItLedTo() {
            server.send("CONFIG SET stream-node-max-entries 2");
            for (int i = 1; i <= 5; i++) {
                server.send("XADD s " + i + "-1 f v");
            }
            server.takeEffects();
            assertReply("XADD s MAXLEN ~ 3 6-1 f v", "6-1");
            assertReply("XLEN s", "4");
            assertEffects("XADD s MAXLEN = 4 6-1 f v");
            assertReply("XTRIM s MINID ~ 6-1", "2");
            assertEffects("XTRIM s MINID = 5-1");
        }

        @Test
        void approximateTrimOfEverything_isLoggedAsSuch() {
            server.send("CONFIG SET stream-node-max-entries 1");
            server.send("XADD s 1-1 f v");
            server.send("XADD s 2-1 f v");
            server.takeEffects();
            assertReply("XTRIM s MINID ~ 9", "2");
            assertReply("XADD s MINID ~ 9 3-1 f v", "3-1");
            assertEffects(
                    "XTRIM s MINID = 18446744073709551615-18446744073709551615",
                    "XADD s MINID = 18446744073709551615-18446744073709551615 3-1 f v");
        }

        @Test
        void trimWithLimit_isUnlimitedInALog() throws ReplayFailedException {
            PortsProbe probe = new PortsProbe();
            CommandTester loading = new CommandTester(new FixedProcess(), List.of(probe));
            Replay log = probe.ports().replays().get();
            for (String line :
                    new String[] {"XADD s 1-1 f v", "XADD s 2-1 f v", "XADD s 3-1 f v", "XTRIM s MAXLEN = 1 LIMIT 1"}) {
                Bytes[] words = Stream.of(line.split(" ")).map(Bytes::of).toArray(Bytes[]::new);
                assertThat(log.run(words, words.length)).isNull();
            }
            assertThat(loading.send("XRANGE s - +")).isEqualTo("[[3-1 [f v]]]");
        }

        @Test
        void entryWithoutMemory_leavesNoStream() {
            CommandTester small = new CommandTester(8L << 20);
            String large = "v".repeat(10 << 20);
            assertThat(small.send("XADD s 1-1 f " + large)).startsWith("-OOM ");
            assertThat(small.send("EXISTS s")).isEqualTo("0");
            small.send("XADD s 1-1 f v");
            small.takeEffects();
            assertThat(small.send("XADD s * f " + large)).startsWith("-OOM ");
            assertThat(small.send("XRANGE s - +")).isEqualTo("[[1-1 [f v]]]");
            assertThat(small.takeEffects()).isEmpty();
        }

        /** Nodes of Redis stay when XTRIM has deleted all their entries, and XSETID goes back behind their IDs. */
        @Test
        void idsGoingBack_areFoundAsOthers() {
            server.send("XADD s 100-0 f v");
            server.send("XADD s 200-0 f v");
            server.send("XDEL s 200-0");
            assertReply("XTRIM s MINID 150", "1");
            assertReply("XSETID s 40-0", "OK");
            assertReply("XADD s 50-0 f v", "50-0");
            assertReply("XADD s 60-0 f v", "60-0");
            assertReply("XREVRANGE s 59 -", "[[50-0 [f v]]]");
            assertReply("XTRIM s MINID 55", "1");
            assertReply("XRANGE s - +", "[[60-0 [f v]]]");
        }
    }

    @Nested
    class Ranges {
        @BeforeEach
        void add() {
            for (int i = 1; i <= 3; i++) {
                server.send("XADD s " + i + "-1 f " + i);
            }
        }

        @Test
        void ends_openAndClosed() {
            assertReply("XRANGE s - (2-1", "[[1-1 [f 1]]]");
            assertReply("XRANGE s (1-1 2", "[[2-1 [f 2]]]");
            assertReply("XREVRANGE s + (1-1 COUNT 1", "[[3-1 [f 3]]]");
            assertReply("XRANGE s - + COUNT 0", "nil-array");
            assertReply("XRANGE none - + COUNT 0", "[]");
            assertReply(
                    "XRANGE s (18446744073709551615-18446744073709551615 +", "-ERR invalid start ID for the interval");
            assertReply("XRANGE s - (0-0", "-ERR invalid end ID for the interval");
            assertReply("XRANGE s - + COUNT x", "-ERR value is not an integer or out of range");
        }

        @Test
        void xread_fromAnIdTheLastOneAndNone() {
            assertReply("XREAD COUNT 1 STREAMS s 1-1", "[[s [[2-1 [f 2]]]]]");
            assertReply("XREAD STREAMS s $", "nil-array");
            assertReply("XREAD STREAMS s +", "[[s [[3-1 [f 3]]]]]");
            assertReply("XREAD STREAMS none s 0 2-1", "[[s [[3-1 [f 3]]]]]");
            assertReply("XREAD STREAMS s", "-ERR wrong number of arguments for 'xread' command");
            assertReply(
                    "XREAD STREAMS s t 0",
                    "-ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.");
            assertReply("XREAD BLOCK -1 STREAMS s 0", "-ERR timeout is negative");
            assertReply("XREAD BLOCK 9223372036854775807 STREAMS s 0", "-ERR timeout is out of range");
        }

        @Test
        void xdel_remembersTheGreatestIdDeleted() {
            assertReply("XDEL s 2-1 9-9", "1");
            assertReply("XDEL s 2-1 x", INVALID_ID);
            assertReply("XDEL none x", "0");
            assertThat(server.send("XINFO STREAM s"))
                    .contains("length 2", "max-deleted-entry-id 2-1", "entries-added 3", "recorded-first-entry-id 1-1");
            assertReply("XSETID s 2-1", "-ERR The ID specified in XSETID is smaller than the target stream top item");
            assertReply(
                    "XSETID s 9-1 ENTRIESADDED 1",
                    "-ERR The entries_added specified in XSETID is smaller than the target stream length");
            assertReply("XSETID s 9-1 ENTRIESADDED 7 MAXDELETEDID 8-0", "OK");
            assertThat(server.send("XINFO STREAM s"))
                    .contains("last-generated-id 9-1", "max-deleted-entry-id 8-0", "entries-added 7");
        }
    }

    @Nested
    class Groups {
        @BeforeEach
        void create() {
            for (int i = 1; i <= 4; i++) {
                server.send("XADD s " + i + "-1 f " + i);
            }
            server.send("XGROUP CREATE s g 0");
            server.takeEffects();
        }

        @Test
        void xreadgroup_logsWhatIsPendingAndHowFarItRead() {
            assertReply("XREADGROUP GROUP g alice COUNT 2 STREAMS s >", "[[s [[1-1 [f 1]] [2-1 [f 2]]]]]");
            String time = Long.toString(server.nowMillis());
            assertEffects(
                    "XCLAIM s g alice 0 1-1 TIME " + time + " RETRYCOUNT 1 FORCE JUSTID LASTID 1-1",
                    "XCLAIM s g alice 0 2-1 TIME " + time + " RETRYCOUNT 1 FORCE JUSTID LASTID 2-1",
                    "XGROUP SETID s g 2-1 ENTRIESREAD 2");
            assertReply("XREADGROUP GROUP g alice STREAMS s 1-1", "[[s [[2-1 [f 2]]]]]");
            assertReply("XPENDING s g - + 10", "[[1-1 alice 0 1] [2-1 alice 0 2]]");
            assertReply("XPENDING s g", "[2 1-1 2-1 [[alice 2]]]");
            assertReply("XACK s g 1-1 9-9", "1");
            assertReply("XPENDING s g", "[1 2-1 2-1 [[alice 1]]]");
            assertReply(
                    "XREADGROUP GROUP g bob NOACK STREAMS s 18446744073709551615-18446744073709551615",
                    "[[s [[3-1 [f 3]] [4-1 [f 4]]]]]");
            assertReply("XREADGROUP GROUP g bob STREAMS s >", "nil-array");
            assertThat(server.send("XINFO GROUPS s")).contains("entries-read 4", "lag 0", "pending 1");
        }

        @Test
        void claims_onlyWhatIsIdleAndThere() {
            server.send("XREADGROUP GROUP g alice STREAMS s >");
            server.send("XDEL s 2-1");
            server.advanceMillis(1000);
            assertReply("XCLAIM s g bob 5000 1-1", "[]");
            assertThat(server.send("XINFO CONSUMERS s g")).doesNotContain("bob");
            assertReply("XCLAIM s g bob 500 1-1 2-1 JUSTID", "[1-1]");
            assertReply("XPENDING s g - + 10 bob", "[[1-1 bob 0 1]]");
            assertReply("XAUTOCLAIM s g carol 0 - COUNT 2", "[4-1 [[1-1 [f 1]] [3-1 [f 3]]] []]");
            assertReply("XPENDING s g", "[3 1-1 4-1 [[alice 1] [carol 2]]]");
            assertReply("XCLAIM s g bob 0 1-1 FOO", "-ERR Unrecognized XCLAIM option 'FOO'");
            assertReply("XCLAIM s g bob x 1-1", "-ERR Invalid min-idle-time argument for XCLAIM");
            assertReply("XAUTOCLAIM s g bob 0 - COUNT 0", "-ERR COUNT must be > 0");
            assertReply("XGROUP DELCONSUMER s g carol", "2");
        }

        /** Redis signals no changed key for any of these. */
        @Test
        void whatGroupsRead_isNoChangeForTransactionsThatWatch() {
            CommandTester.Session other = server.connect();
            for (String change : new String[] {
                "XGROUP CREATE s h 0",
                "XGROUP SETID s g 0",
                "XGROUP CREATECONSUMER s g alice",
                "XREADGROUP GROUP g bob STREAMS s >",
                "XCLAIM s g alice 0 1-1",
                "XAUTOCLAIM s g alice 0 0",
                "XACK s g 1-1",
                "XGROUP DELCONSUMER s g bob",
                "XSETID s 9-1"
            }) {
                server.send("WATCH s");
                assertThat(other.send(change)).as(change).doesNotStartWith("-");
                assertThat(server.takeEffects()).as(change).isNotEmpty();
                server.send("MULTI");
                server.send("PING");
                assertThat(server.send("EXEC")).as(change).isEqualTo("[PONG]");
            }
            for (String change : new String[] {"XGROUP CREATE t g 0 MKSTREAM", "XGROUP DESTROY t g", "XDEL s 1-1"}) {
                server.send("WATCH s t");
                assertThat(other.send(change)).as(change).doesNotStartWith("-");
                server.send("MULTI");
                assertThat(server.send("EXEC")).as(change).isEqualTo("nil-array");
            }
        }

        @Test
        void lookups_countHitsAndMissesAsInRedis() {
            for (String line : new String[] {
                "XREADGROUP GROUP g alice STREAMS s >|2|0",
                "XREADGROUP GROUP g alice STREAMS none >|0|1",
                "XREAD STREAMS s none 0 0|2|2",
                "XACK s g 1-1|1|0",
                "XACK none g 1-1|0|1",
                "XCLAIM s g alice 0 1-1|1|0",
                "XCLAIM none g alice 0 1-1|0|1",
                "XAUTOCLAIM s g alice 0 0|1|0",
                "XAUTOCLAIM none g alice 0 0|0|1",
                "XGROUP SETID s g 0|0|0"
            }) {
                String[] parts = line.split("\\|");
                server.send("CONFIG RESETSTAT");
                server.send(parts[0]);
                assertThat(server.send("INFO stats"))
                        .as(line)
                        .contains("keyspace_hits:" + parts[1] + "\r\n", "keyspace_misses:" + parts[2] + "\r\n");
            }
        }

        @Test
        void errors_nameWhatIsMissing() {
            assertReply("XGROUP CREATE s g 0", "-BUSYGROUP Consumer Group name already exists");
            assertReply(
                    "XGROUP CREATE s g 0 FOO",
                    "-ERR unknown subcommand or wrong number of arguments for 'CREATE'. Try XGROUP HELP.");
            assertReply("XGROUP SETID s h 0", "-NOGROUP No such consumer group 'h' for key name 's'");
            assertReply(
                    "XREADGROUP GROUP h c STREAMS s >",
                    "-NOGROUP No such key 's' or consumer group 'h' in XREADGROUP with GROUP option");
            assertReply("XPENDING s h", "-NOGROUP No such key 's' or consumer group 'h'");
            assertReply("XPENDING s g IDLE 1 - +", "-ERR syntax error");
            assertReply("XACK s h x", "0");
            assertReply("XINFO GROUPS none", "-ERR no such key");
            assertThat(server.send("XGROUP HELP")).contains("CREATE <key> <groupname> <id|$> [option]");
            assertThat(server.send("XINFO HELP")).contains("STREAM <key> [FULL [COUNT <count>]");
        }
    }

    @Nested
    class Blocking {
        private final CommandTester.Session first = server.connect();
        private final CommandTester.Session second = server.connect();

        @Test
        void xread_waitsForWhatComesAfterIt() {
            server.send("XADD s 1-1 f v");
            assertThat(first.send("XREAD BLOCK 0 STREAMS s $")).isEmpty();
            assertThat(second.send("XREAD BLOCK 100 STREAMS s 5-0")).isEmpty();
            server.send("XADD s 2-1 f w");
            assertThat(first.take()).isEqualTo("[[s [[2-1 [f w]]]]]");
            assertThat(second.take()).isEmpty();
            server.advanceMillis(101);
            assertThat(second.take()).isEqualTo("nil-array");
        }

        @Test
        void keyOfAnotherType_doesNotMatterToAWaitingReader() {
            assertThat(first.send("XREAD BLOCK 0 STREAMS a b $ $")).isEmpty();
            server.send("RPUSH b x");
            assertThat(first.take()).isEmpty();
            server.send("XADD a 1-1 f v");
            assertThat(first.take()).isEqualTo("[[a [[1-1 [f v]]]]]");
        }

        @Test
        void groupSetBack_servesNobody() {
            server.send("XADD s 1-1 f v");
            server.send("XGROUP CREATE s g $");
            assertThat(first.send("XREADGROUP GROUP g alice BLOCK 0 STREAMS s >"))
                    .isEmpty();
            server.send("XGROUP SETID s g 0");
            assertThat(first.take()).isEmpty();
            server.send("XADD s 2-1 f v");
            assertThat(first.take()).isEqualTo("[[s [[1-1 [f v]] [2-1 [f v]]]]]");
        }

        @Test
        void consumersOfAGroup_shareWhatComes() {
            server.send("XGROUP CREATE s g $ MKSTREAM");
            assertThat(first.send("XREADGROUP GROUP g alice BLOCK 0 STREAMS s >"))
                    .isEmpty();
            assertThat(second.send("XREADGROUP GROUP g bob BLOCK 0 STREAMS s >"))
                    .isEmpty();
            server.send("XADD s 1-1 f v");
            assertThat(first.take()).isEqualTo("[[s [[1-1 [f v]]]]]");
            assertThat(second.take()).isEmpty();
            server.send("XADD s 2-1 f v");
            assertThat(second.take()).isEqualTo("[[s [[2-1 [f v]]]]]");
        }

        @Test
        void groupOrStreamThatGoes_endsTheWait() {
            server.send("XGROUP CREATE s g $ MKSTREAM");
            assertThat(first.send("XREADGROUP GROUP g alice BLOCK 0 STREAMS s >"))
                    .isEmpty();
            server.send("XGROUP DESTROY s g");
            assertThat(first.take()).startsWith("-NOGROUP ");
            server.send("XGROUP CREATE s g $");
            for (String command : new String[] {"DEL s", "SET s v", "FLUSHALL"}) {
                server.send("DEL s");
                server.send("XGROUP CREATE s g $ MKSTREAM");
                assertThat(first.send("XREADGROUP GROUP g alice BLOCK 0 STREAMS s >"))
                        .isEmpty();
                server.send(command);
                assertThat(first.take()).as(command).isEqualTo("-UNBLOCKED the stream key no longer exists");
            }
        }
    }

    @Test
    void otherTypes_areRefused() {
        server.send("SET k v");
        for (String line : new String[] {
            "XADD k * f v",
            "XLEN k",
            "XRANGE k - +",
            "XREAD STREAMS k 0",
            "XTRIM k MAXLEN 0",
            "XINFO STREAM k",
            "XGROUP CREATE k g 0 MKSTREAM",
            "XDEL k 1-1",
            "XACK k g 1-1",
            "XPENDING k g",
            "XSETID k 1-1"
        }) {
            assertReply(line, "-WRONGTYPE Operation against a key holding the wrong kind of value");
        }
    }
}
