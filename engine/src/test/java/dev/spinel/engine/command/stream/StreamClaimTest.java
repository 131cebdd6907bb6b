package dev.spinel.engine.command.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests what gives pending entries to others: CLAIM of XREADGROUP, and XNACK; and the limits MAXCOUNT and MAXSIZE. */
class StreamClaimTest {
    private static final String MAX = Long.toString(Long.MAX_VALUE);

    private final CommandTester server = new CommandTester();
    private final CommandTester.Session first = server.connect();
    private final CommandTester.Session second = server.connect();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    private void assertEffects(String... effects) {
        assertThat(server.takeEffects()).containsExactly(effects);
    }

    private static String claimed(String consumer, int id, long time, long deliveries, String lastId) {
        return "XCLAIM s g " + consumer + " 0 " + id + "-1 TIME " + time + " RETRYCOUNT " + deliveries
                + " FORCE JUSTID LASTID " + lastId;
    }

    /** Four entries, of which alice has read three a second ago. */
    @BeforeEach
    void read() {
        for (int i = 1; i <= 4; i++) {
            server.send("XADD s " + i + "-1 f " + i);
        }
        server.send("XGROUP CREATE s g 0");
        server.send("XREADGROUP GROUP g alice COUNT 3 STREAMS s >");
        server.advanceMillis(1000);
        server.takeEffects();
    }

    @Nested
    class Claim {
        @Test
        void pendingOnesFirst_thenNewOnes() {
            assertReply(
                    "XREADGROUP GROUP g bob CLAIM 1000 STREAMS s >",
                    "[[s [[1-1 [f 1] 1000 1] [2-1 [f 2] 1000 1] [3-1 [f 3] 1000 1] [4-1 [f 4] 0 0]]]]");
            long now = server.nowMillis();
            assertEffects(
                    claimed("bob", 1, now, 2, "3-1"),
                    claimed("bob", 2, now, 2, "3-1"),
                    claimed("bob", 3, now, 2, "3-1"),
                    claimed("bob", 4, now, 1, "4-1"),
                    "XGROUP SETID s g 4-1 ENTRIESREAD 4");
            assertReply("XPENDING s g - + 10", "[[1-1 bob 0 2] [2-1 bob 0 2] [3-1 bob 0 2] [4-1 bob 0 1]]");
        }

        @Test
        void notIdleForLongEnough_onlyNewOnes() {
            assertReply("XREADGROUP GROUP g bob CLAIM 1001 STREAMS s >", "[[s [[4-1 [f 4] 0 0]]]]");
            assertReply("XREADGROUP GROUP g bob CLAIM " + MAX + " STREAMS s >", "nil-array");
        }

        @Test
        void count_isForBoth() {
            assertReply(
                    "XREADGROUP GROUP g bob CLAIM 50 COUNT 2 STREAMS s >",
                    "[[s [[1-1 [f 1] 1000 1] [2-1 [f 2] 1000 1]]]]");
            assertReply(
                    "XREADGROUP CLAIM 50 GROUP g bob COUNT 2 STREAMS s >",
                    "[[s [[3-1 [f 3] 1000 1] [4-1 [f 4] 0 0]]]]");
            assertReply("XREADGROUP GROUP g bob CLAIM 50 COUNT 2 STREAMS s >", "nil-array");
        }

        @Test
        void longestIdle_comesFirst() {
            long now = server.nowMillis();
            server.send("XCLAIM s g alice 0 3-1 TIME " + (now - 5000) + " JUSTID");
            server.send("XCLAIM s g alice 0 1-1 TIME " + (now - 3000) + " JUSTID");
            assertReply(
                    "XREADGROUP GROUP g bob CLAIM 1000 COUNT 2 STREAMS s >",
                    "[[s [[3-1 [f 3] 5000 1] [1-1 [f 1] 3000 1]]]]");
            assertReply("XREADGROUP GROUP g bob CLAIM 1000 COUNT 1 STREAMS s >", "[[s [[2-1 [f 2] 1000 1]]]]");
        }

        @Test
        void ownEntriesAndNoAck_countOn() {
            assertReply(
                    "XREADGROUP GROUP g alice NOACK CLAIM 0 STREAMS s >",
                    "[[s [[1-1 [f 1] 1000 1] [2-1 [f 2] 1000 1] [3-1 [f 3] 1000 1] [4-1 [f 4] 0 0]]]]");
            assertReply("XPENDING s g", "[3 1-1 3-1 [[alice 3]]]");
        }

        @Test
        void entriesThatAreGone_areLeftAlone() {
            server.send("XDEL s 1-1 2-1");
            server.takeEffects();
            assertReply("XREADGROUP GROUP g bob CLAIM 0 COUNT 1 STREAMS s >", "[[s [[3-1 [f 3] 1000 1]]]]");
            assertReply("XPENDING s g", "[3 1-1 3-1 [[alice 2] [bob 1]]]");
            server.send("XTRIM s MAXLEN 0");
            assertReply("XREADGROUP GROUP g bob CLAIM 0 STREAMS s >", "nil-array");
        }

        @Test
        void entriesThatAreGoneAndReturn_areClaimed() {
            server.send("XDEL s 3-1 4-1");
            assertReply(
                    "XREADGROUP GROUP g bob CLAIM 1000 COUNT 9 STREAMS s >",
                    "[[s [[1-1 [f 1] 1000 1] [2-1 [f 2] 1000 1]]]]");
            assertReply("XREADGROUP GROUP g bob CLAIM 1000 STREAMS s >", "nil-array");
            server.send("XSETID s 2-1");
            assertReply("XREADGROUP GROUP g bob CLAIM 1000 STREAMS s >", "nil-array");
            server.send("XADD s 3-1 f 3");
            assertReply("XREADGROUP GROUP g bob CLAIM 1000 STREAMS s >", "[[s [[3-1 [f 3] 1000 1]]]]");
        }

        @Test
        void history_ignoresIt() {
            assertReply("XREADGROUP GROUP g alice CLAIM 0 STREAMS s 1-1", "[[s [[2-1 [f 2]] [3-1 [f 3]]]]]");
        }

        @Test
        void severalStreams_eachOnItsOwn() {
            server.send("XADD t 1-1 f 1");
            server.send("XGROUP CREATE t g 0");
            assertReply(
                    "XREADGROUP GROUP g bob CLAIM 500 COUNT 1 STREAMS s t s > > >",
                    "[[s [[1-1 [f 1] 1000 1]]] [t [[1-1 [f 1] 0 0]]] [s [[2-1 [f 2] 1000 1]]]]");
        }

        @Test
        void deliveries_endAtTheGreatestNumber() {
            server.send("XCLAIM s g alice 0 1-1 RETRYCOUNT " + MAX + " JUSTID");
            assertReply(
                    "XREADGROUP GROUP g bob CLAIM 0 COUNT 3 STREAMS s >",
                    "[[s [[2-1 [f 2] 1000 1] [3-1 [f 3] 1000 1] [1-1 [f 1] 0 " + MAX + "]]]]");
            server.send("XCLAIM s g bob 0 1-1");
            server.send("XREADGROUP GROUP g bob STREAMS s 0");
            server.send("XAUTOCLAIM s g bob 0 0 COUNT 1");
            assertReply("XPENDING s g - + 1", "[[1-1 bob 0 " + MAX + "]]");
        }

        @Test
        void errors_ofArguments() {
            assertReply(
                    "XREADGROUP GROUP g bob CLAIM x STREAMS s >",
                    "-ERR min-idle-time is not an integer or out of range");
            assertReply("XREADGROUP GROUP g bob CLAIM -1 STREAMS s >", "-ERR min-idle-time must be a positive integer");
            assertReply(
                    "XREAD COUNT 2 CLAIM 10 STREAMS s 0",
                    "-ERR The CLAIM option is only supported by XREADGROUP. You called XREAD instead.");
            assertThat(server.send("XREADGROUP GROUP x bob CLAIM 10 STREAMS s >"))
                    .startsWith("-NOGROUP ");
        }
    }

    @Nested
    class Waiting {
        @BeforeEach
        void readTheLastOne() {
            server.send("XREADGROUP GROUP g alice STREAMS s >");
            server.send("XACK s g 1-1 2-1");
        }

        @Test
        void entriesThatBecomeIdle_areServed() {
            assertThat(first.send("XREADGROUP GROUP g bob BLOCK 0 CLAIM 1500 STREAMS s >"))
                    .isEmpty();
            assertThat(second.send("XREADGROUP GROUP g carol BLOCK 5000 CLAIM 1700 COUNT 1 STREAMS s >"))
                    .isEmpty();
            server.advanceMillis(499);
            assertThat(first.take()).isEmpty();
            server.takeEffects();
            server.advanceMillis(1);
            assertThat(first.take()).isEqualTo("[[s [[3-1 [f 3] 1500 1]]]]");
            assertEffects(claimed("bob", 3, server.nowMillis(), 2, "4-1"));
            server.advanceMillis(1199);
            assertThat(second.take()).isEmpty();
            server.advanceMillis(1);
            assertThat(second.take()).isEqualTo("[[s [[4-1 [f 4] 1700 1]]]]");
        }

        @Test
        void newEntries_areServedBefore() {
            assertThat(first.send("XREADGROUP GROUP g bob BLOCK 0 CLAIM 5000 STREAMS s >"))
                    .isEmpty();
            server.send("XADD s 5-1 f 5");
            assertThat(first.take()).isEqualTo("[[s [[5-1 [f 5] 0 0]]]]");
        }

        @Test
        void timeIsOverBefore_nothingIsClaimed() {
            assertThat(first.send("XREADGROUP GROUP g bob BLOCK 100 CLAIM 1500 STREAMS s >"))
                    .isEmpty();
            server.advanceMillis(100);
            assertThat(first.take()).isEqualTo("nil-array");
            server.advanceMillis(10_000);
            assertThat(first.take()).isEmpty();
            assertReply("XPENDING s g", "[2 3-1 4-1 [[alice 2]]]");
        }

        @Test
        void acknowledgedMeanwhile_theWaitGoesOn() {
            assertThat(first.send("XREADGROUP GROUP g bob BLOCK 0 CLAIM 1500 STREAMS s >"))
                    .isEmpty();
            server.send("XACK s g 3-1");
            server.advanceMillis(600);
            assertThat(first.take()).isEmpty();
            server.advanceMillis(900);
            assertThat(first.take()).isEqualTo("[[s [[4-1 [f 4] 1500 1]]]]");
        }

        @Test
        void nothingPending_whatIsDeliveredMeanwhileIsServed() {
            server.send("XACK s g 3-1 4-1");
            assertThat(first.send("XREADGROUP GROUP g bob BLOCK 0 CLAIM 1000 STREAMS s >"))
                    .isEmpty();
            assertThat(second.send("XREADGROUP GROUP g carol BLOCK 0 CLAIM " + MAX + " STREAMS s >"))
                    .isEmpty();
            server.advanceMillis(400);
            assertReply("XCLAIM s g alice 0 1-1 FORCE", "[[1-1 [f 1]]]");
            server.advanceMillis(600);
            assertThat(first.take()).isEmpty();
            server.advanceMillis(400);
            assertThat(first.take()).isEqualTo("[[s [[1-1 [f 1] 1000 2]]]]");
            assertThat(second.take()).isEmpty();
        }

        @Test
        void nothingPending_idleAtOnce_isServedSoon() {
            server.send("XACK s g 3-1 4-1");
            assertThat(first.send("XREADGROUP GROUP g bob BLOCK 0 CLAIM 0 STREAMS s >"))
                    .isEmpty();
            server.send("XCLAIM s g alice 0 1-1 FORCE");
            server.advanceMillis(10);
            assertThat(first.take()).isEqualTo("[[s [[1-1 [f 1] 10 2]]]]");
        }

        @Test
        void pausedAll_becomeIdleAfterThePause() {
            assertThat(first.send("XREADGROUP GROUP g bob BLOCK 0 CLAIM 1500 STREAMS s >"))
                    .isEmpty();
            server.send("CLIENT PAUSE 2000 ALL");
            server.takeEffects();
            server.advanceMillis(1999);
            assertThat(first.take()).isEmpty();
            assertEffects();
            server.advanceMillis(1);
            assertThat(first.take()).isEqualTo("[[s [[3-1 [f 3] 3000 1] [4-1 [f 4] 2000 1]]]]");
        }

        @Test
        void pausedWrites_theEndOfThePauseByCommand_servesThem() {
            assertThat(first.send("XREADGROUP GROUP g bob BLOCK 0 CLAIM 1500 STREAMS s >"))
                    .isEmpty();
            server.send("CLIENT PAUSE 100000 WRITE");
            server.advanceMillis(1000);
            assertThat(first.take()).isEmpty();
            server.send("CLIENT UNPAUSE");
            server.endTurn();
            assertThat(first.take()).startsWith("[[s [[3-1 ");
        }

        @Test
        void released_areServedAtOnce() {
            assertThat(first.send("XREADGROUP GROUP g bob BLOCK 0 CLAIM 1000000 STREAMS s >"))
                    .isEmpty();
            assertReply("XNACK s g FAIL IDS 2 4-1 3-1", "2");
            assertThat(first.take()).contains("[4-1 [f 4] ", "[3-1 [f 3] ").startsWith("[[s [[4-1");
            assertReply("XPENDING s g", "[2 3-1 4-1 [[bob 2]]]");
        }
    }

    @Nested
    class Xnack {
        @Test
        void modes_countDeliveries() {
            server.send("XCLAIM s g alice 0 1-1 2-1 3-1 RETRYCOUNT 3 JUSTID");
            server.takeEffects();
            assertReply("XNACK s g SILENT IDS 1 1-1", "1");
            assertReply("XNACK s g FAIL IDS 1 2-1", "1");
            assertReply("XNACK s g FATAL IDS 1 3-1", "1");
            assertReply("XPENDING s g - + 10", "[[1-1 '' -1 2] [2-1 '' -1 3] [3-1 '' -1 " + MAX + "]]");
            assertEffects(
                    claimed("", 1, 0, 2, "3-1"), claimed("", 2, 0, 3, "3-1"), claimed("", 3, 0, Long.MAX_VALUE, "3-1"));
            assertReply("XNACK s g FATAL IDS 1 3-1 RETRYCOUNT 0", "1");
            assertReply("XNACK s g SILENT IDS 2 3-1 3-1", "2");
            assertReply("XPENDING s g - + 10", "[[1-1 '' -1 2] [2-1 '' -1 3] [3-1 '' -1 0]]");
        }

        @Test
        void released_belongToNobody() {
            assertReply("XNACK s g FAIL IDS 3 1-1 9-9 3-1", "2");
            assertReply("XPENDING s g", "[3 1-1 3-1 [[alice 1]]]");
            assertReply("XREADGROUP GROUP g alice STREAMS s 0", "[[s [[2-1 [f 2]]]]]");
            assertThat(server.send("XINFO GROUPS s")).contains("consumers 1", "pending 3");
            assertThat(server.send("XINFO CONSUMERS s g")).contains("name alice pending 1");
            assertThat(server.send("XINFO STREAM s FULL"))
                    .contains("pel-count 3 nacked-count 2", "[1-1 '' 0 1]")
                    .doesNotContain("name ''");
            assertReply("XGROUP DELCONSUMER s g alice", "1");
            assertReply("XPENDING s g - + 10", "[[1-1 '' -1 1] [3-1 '' -1 1]]");
            assertReply("XACK s g 3-1", "1");
            assertThat(server.send("XINFO STREAM s FULL")).contains("pel-count 1 nacked-count 1");
            assertReply("XCLAIM s g bob 99999 1-1", "[[1-1 [f 1]]]");
            assertThat(server.send("XINFO STREAM s FULL")).contains("pel-count 1 nacked-count 0");
        }

        @Test
        void neverUsed_changesNoReply() {
            assertThat(server.send("XINFO STREAM s FULL")).doesNotContain("nacked-count");
        }

        @Test
        void released_areClaimedFirst_inTheOrderOfTheirRelease() {
            server.send("XNACK s g FAIL IDS 2 3-1 2-1");
            server.send("XNACK s g FAIL IDS 1 3-1");
            assertThat(server.send("XREADGROUP GROUP g bob CLAIM 500 COUNT 3 STREAMS s >")
                            .replaceAll(" \\d+ 1]", "]"))
                    .isEqualTo("[[s [[2-1 [f 2]] [3-1 [f 3]] [1-1 [f 1]]]]]");
            server.send("XNACK s g FAIL IDS 1 1-1");
            assertReply("XAUTOCLAIM s g carol 99999 0", "[0-0 [[1-1 [f 1]]] []]");
        }

        @Test
        void order_survivesTheLogAndACopy() {
            server.send("XNACK s g FAIL IDS 3 3-1 1-1 2-1");
            server.send("COPY s t");
            assertThat(server.send("XREADGROUP GROUP g bob CLAIM 500 COUNT 1 STREAMS t >"))
                    .contains("[3-1 ");
            CommandTester replica = new CommandTester();
            for (String line : new String[] {"XADD s 1-1 f 1", "XADD s 2-1 f 2", "XADD s 3-1 f 3"}) {
                replica.send(line);
            }
            replica.send("XGROUP CREATE s g 0");
            server.takeEffects().stream()
                    .filter(effect -> effect.startsWith("XCLAIM s "))
                    .forEach(replica::send);
            assertThat(replica.send("XPENDING s g - + 10")).isEqualTo("[[1-1 '' -1 1] [2-1 '' -1 1] [3-1 '' -1 1]]");
            assertThat(replica.send("XREADGROUP GROUP g bob CLAIM 500 COUNT 2 STREAMS s >"))
                    .contains("[[3-1 ", "[1-1 ");
        }

        @Test
        void force_makesEntriesPendingThatWereNot() {
            assertReply("XNACK s g FAIL FORCE IDS 2 4-1 9-9", "1");
            assertReply("XNACK s g SILENT IDS 1 4-1 FORCE", "1");
            assertReply("XPENDING s g 4 + 10", "[[4-1 '' -1 0]]");
            server.send("XACK s g 4-1");
            assertReply("XNACK s g FATAL RETRYCOUNT 7 IDS 1 4-1 FORCE", "1");
            assertReply("XPENDING s g 4 + 10", "[[4-1 '' -1 7]]");
            server.send("XACK s g 4-1");
            assertReply("XNACK s g FATAL IDS 1 4-1 FORCE", "1");
            assertReply("XPENDING s g 4 + 10", "[[4-1 '' -1 " + MAX + "]]");
        }

        @Test
        void entryThatIsGone_isForgotten() {
            server.send("XDEL s 2-1");
            server.takeEffects();
            assertReply("XNACK s g FAIL IDS 1 2-1 FORCE", "0");
            assertEffects("XACK s g 2-1");
            assertReply("XPENDING s g", "[2 1-1 3-1 [[alice 2]]]");
        }

        @Test
        void transactionsThatWatch_hearNothing() {
            first.send("WATCH s");
            server.send("XNACK s g FAIL IDS 1 1-1");
            first.send("MULTI");
            first.send("PING");
            assertThat(first.send("EXEC")).isEqualTo("[PONG]");
        }

        @Test
        void errors_ofArguments() {
            assertReply("XNACK s g FAIL IDS 1", "-ERR wrong number of arguments for 'xnack' command");
            assertReply("XNACK none g FAIL IDS 1 1-0", "-NOGROUP No such key 'none' or consumer group 'g'");
            assertReply("XNACK s x FAIL IDS 1 1-0", "-NOGROUP No such key 's' or consumer group 'x'");
            assertReply("XNACK s g BAD IDS 1 1-0", "-ERR mode must be SILENT, FAIL, or FATAL");
            assertReply("XNACK s g FAIL FATAL IDS 1 1-0", "-ERR Unrecognized XNACK option 'FATAL'");
            assertReply("XNACK s g FAIL IDS 1 1-0 2-0", "-ERR Unrecognized XNACK option '2-0'");
            assertReply("XNACK s g FAIL IDS 1 1-0 RETRYCOUNT", "-ERR Unrecognized XNACK option 'RETRYCOUNT'");
            assertReply("XNACK s g SILENT FORCE RETRYCOUNT 5", "-ERR syntax error, expected IDS keyword");
            assertReply("XNACK s g FAIL IDS abc 1-0", "-ERR numids must be a positive integer");
            assertReply("XNACK s g FAIL IDS 0 1-0", "-ERR numids must be a positive integer");
            assertReply("XNACK s g FAIL IDS 2 1-0", "-ERR number of IDs doesn't match numids");
            assertReply("XNACK s g FAIL IDS 1 x", "-ERR Invalid stream ID specified as stream command argument");
            assertReply("XNACK s g FAIL IDS 1 1-0 RETRYCOUNT x", "-ERR value is not an integer or out of range");
            assertReply("XNACK s g FAIL IDS 1 1-0 RETRYCOUNT -1", "-ERR Invalid RETRYCOUNT value, must be >= 0");
            assertEffects();
        }
    }

    @Nested
    class Limits {
        @BeforeEach
        void addAnother() {
            for (int i = 1; i <= 3; i++) {
                server.send("XADD t " + i + "-1 f " + "v".repeat(100));
            }
            server.send("XGROUP CREATE t g 0");
        }

        @Test
        void maxcount_isForAllStreams() {
            assertReply(
                    "XREAD COUNT 2 MAXCOUNT 3 STREAMS s t s 0 2-1 0",
                    "[[s [[1-1 [f 1]] [2-1 [f 2]]]] [t [[3-1 [f " + "v".repeat(100) + "]]]]]");
            assertReply("XREAD MAXCOUNT 1 STREAMS s t 0 0", "[[s [[1-1 [f 1]]]]]");
            assertReply("XREADGROUP GROUP g alice MAXCOUNT 2 STREAMS s t 0 0", "[[s [[1-1 [f 1]] [2-1 [f 2]]]]]");
        }

        @Test
        void maxcount_holdsForWhatIsClaimed() {
            assertReply(
                    "XREADGROUP GROUP g bob CLAIM 0 MAXCOUNT 2 STREAMS s t > >",
                    "[[s [[1-1 [f 1] 1000 1] [2-1 [f 2] 1000 1]]]]");
            assertReply("XPENDING s g", "[3 1-1 3-1 [[alice 1] [bob 2]]]");
            assertThat(server.send("XINFO GROUPS t")).contains("entries-read nil");
        }

        @Test
        void maxsize_isNotExceeded_butByTheFirstEntry() {
            String entry = "[f " + "v".repeat(100) + "]]";
            assertReply("XREAD MAXSIZE 1 STREAMS t s 0 0", "[[t [[1-1 " + entry + "]]]");
            assertReply("XREAD MAXSIZE 300 STREAMS t s 0 0", "[[t [[1-1 " + entry + " [2-1 " + entry + "]]]");
            assertReply("XREADGROUP GROUP g bob MAXSIZE 100 STREAMS s t > >", "[[s [[4-1 [f 4]]]]]");
            assertReply("XREADGROUP GROUP g alice MAXSIZE 40 STREAMS s 0", "[[s [[1-1 [f 1]]]]]");
            assertReply("XREADGROUP GROUP g alice MAXSIZE 70 STREAMS s s 0 2-1", "[[s [[1-1 [f 1]] [2-1 [f 2]]]]]");
            assertReply(
                    "XREADGROUP GROUP g bob CLAIM 0 MAXSIZE 60 STREAMS t s > >",
                    "[[t [[1-1 [f " + "v".repeat(100) + "] 0 0]]]]");
            assertReply("XPENDING t g", "[1 1-1 1-1 [[bob 1]]]");
        }

        @Test
        void nothingThere_isNothing() {
            assertReply("XREAD MAXCOUNT 5 MAXSIZE 5 STREAMS s t 9 9", "nil-array");
        }

        @Test
        void errors_ofArguments() {
            assertReply("XREAD MAXCOUNT 0 STREAMS s 0", "-ERR MAXCOUNT must be a positive integer");
            assertReply("XREADGROUP GROUP g a MAXCOUNT x STREAMS s >", "-ERR MAXCOUNT must be a positive integer");
            assertReply("XREAD MAXSIZE -1 STREAMS s 0", "-ERR MAXSIZE must be a positive integer");
            assertReply("XREAD COUNT 3 MAXCOUNT 2 STREAMS s 0", "-ERR MAXCOUNT must be greater than or equal to COUNT");
        }
    }
}
