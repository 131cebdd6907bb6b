package dev.spinel.engine.command.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests what removes entries with regard to references: XDELEX, XACKDEL, and KEEPREF, DELREF and ACKED of XADD and XTRIM. */
class StreamReferencesTest {
    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    private void assertEffects(String... effects) {
        assertThat(server.takeEffects()).containsExactly(effects);
    }

    /** Four entries; two groups that have read three of them, and acknowledged 1-1, g alone 2-1 as well. */
    @BeforeEach
    void readAndAcknowledge() {
        server.send("CONFIG SET stream-node-max-entries 2");
        for (int i = 1; i <= 4; i++) {
            server.send("XADD s " + i + "-1 f " + i);
        }
        for (String group : new String[] {"g", "h"}) {
            server.send("XGROUP CREATE s " + group + " 0");
            server.send("XREADGROUP GROUP " + group + " alice COUNT 3 STREAMS s >");
            server.send("XACK s " + group + " 1-1");
        }
        server.send("XACK s g 2-1");
        server.takeEffects();
    }

    private String ids() {
        return server.send("XRANGE s - +").replaceAll(" \\[f \\d]", "");
    }

    private String pending(String group) {
        return server.send("XPENDING s " + group + " - + 10").replaceAll(" alice \\d+ \\d+", "");
    }

    @Nested
    class Xdelex {
        @Test
        void noRoomForTheReply_removesNothing() {
            CommandTester.Session client = server.connect();
            client.leaveRoom(3);
            client.send("XDELEX s DELREF IDS 3 1-1 2-1 3-1");
            assertThat(ids()).isEqualTo("[[1-1] [2-1] [3-1] [4-1]]");
            assertThat(pending("h")).isEqualTo("[[2-1] [3-1]]");
            assertEffects();
        }

        @Test
        void keepref_leavesReferences() {
            assertReply("XDELEX s IDS 3 2-1 9-9 2-1", "[1 -1 -1]");
            assertReply("XDELEX s KEEPREF IDS 1 3-1", "[1]");
            assertThat(ids()).isEqualTo("[[1-1] [4-1]]");
            assertThat(pending("h")).isEqualTo("[[2-1] [3-1]]");
            assertEffects("XDEL s 2-1", "XDEL s 3-1");
            assertThat(server.send("XINFO STREAM s")).contains("max-deleted-entry-id 3-1");
        }

        @Test
        void delref_removesReferences_evenToWhatIsGone() {
            server.send("XDEL s 3-1");
            server.takeEffects();
            assertReply("XDELEX s DELREF IDS 3 2-1 3-1 4-1", "[1 -1 1]");
            assertThat(ids()).isEqualTo("[[1-1]]");
            assertThat(pending("g")).isEqualTo("[]");
            assertThat(pending("h")).isEqualTo("[]");
            assertEffects("XACK s h 2-1 3-1", "XACK s g 3-1", "XDEL s 2-1 4-1");
        }

        @Test
        void acked_removesWhatAllGroupsAreDoneWith() {
            assertReply("XDELEX s IDS 5 1-1 2-1 3-1 4-1 9-9 ACKED", "[1 2 2 2 -1]");
            assertThat(ids()).isEqualTo("[[2-1] [3-1] [4-1]]");
            assertEffects("XDEL s 1-1");
            server.send("XGROUP DESTROY s h");
            assertReply("XDELEX s ACKED IDS 2 2-1 3-1", "[1 2]");
            server.send("XGROUP DESTROY s g");
            assertReply("XDELEX s ACKED IDS 3 3-1 9-9 3-1", "[1 -1 -1]");
            assertThat(ids()).isEqualTo("[[4-1]]");
        }

        @Test
        void nothingRemoved_isNotLogged() {
            assertReply("XDELEX s ACKED IDS 1 4-1", "[2]");
            assertReply("XDELEX none DELREF IDS 2 1-1 2-2", "[-1 -1]");
            assertEffects();
            assertReply("EXISTS none", "0");
        }

        @Test
        void errors_ofArguments() {
            assertReply("XDELEX s DELREF", "-ERR wrong number of arguments for 'xdelex' command");
            assertReply("XDELEX s IDS abc 1-1", "-ERR Number of IDs must be a positive integer");
            assertReply("XDELEX s IDS 0 1-1", "-ERR Number of IDs must be a positive integer");
            assertReply("XDELEX s IDS 3 1-1 2-2", "-ERR The `numids` parameter must match the number of arguments");
            assertReply("XDELEX s IDS 1 1-1 2-2", "-ERR syntax error");
            assertReply("XDELEX s KEEPREF DELREF IDS 1 1-1", "-ERR syntax error");
            assertReply("XDELEX s KEEPREF ACKED FOO", "-ERR syntax error");
            assertReply("XDELEX s IDS 2 1-1 x", "-ERR Invalid stream ID specified as stream command argument");
            server.send("SET k v");
            assertReply("XDELEX k IDS 1 1-1", "-WRONGTYPE Operation against a key holding the wrong kind of value");
            assertThat(ids()).isEqualTo("[[1-1] [2-1] [3-1] [4-1]]");
        }
    }

    @Nested
    class Xackdel {
        @Test
        void noRoomForTheReply_removesNothing() {
            CommandTester.Session client = server.connect();
            client.leaveRoom(3);
            client.send("XACKDEL s h DELREF IDS 3 1-1 2-1 3-1");
            assertThat(ids()).isEqualTo("[[1-1] [2-1] [3-1] [4-1]]");
            assertThat(pending("h")).isEqualTo("[[2-1] [3-1]]");
            assertEffects();
        }

        @Test
        void keepref_acknowledgesAndRemoves() {
            assertReply("XACKDEL s h IDS 4 1-1 2-1 3-1 4-1", "[-1 1 1 -1]");
            assertThat(ids()).isEqualTo("[[1-1] [4-1]]");
            assertThat(pending("h")).isEqualTo("[]");
            assertThat(pending("g")).isEqualTo("[[3-1]]");
            assertEffects("XACK s h 2-1 3-1", "XDEL s 2-1 3-1");
        }

        @Test
        void delref_acknowledgesForAll() {
            assertReply("XACKDEL s g DELREF IDS 2 2-1 3-1", "[-1 1]");
            assertThat(ids()).isEqualTo("[[1-1] [2-1] [4-1]]");
            assertThat(pending("g")).isEqualTo("[]");
            assertThat(pending("h")).isEqualTo("[[2-1]]");
            assertEffects("XACK s g 3-1", "XACK s h 3-1", "XDEL s 3-1");
        }

        @Test
        void delref_ofWhatIsGone_removesReferences() {
            server.send("XDEL s 2-1");
            assertReply("XACKDEL s g DELREF IDS 1 2-1", "[-1]");
            assertThat(pending("h")).isEqualTo("[[3-1]]");
        }

        @Test
        void acked_removesAfterTheLastGroup() {
            assertReply("XACKDEL s h ACKED IDS 2 2-1 3-1", "[1 2]");
            assertEffects("XACK s h 2-1 3-1", "XDEL s 2-1");
            assertReply("XACKDEL s g ACKED IDS 1 3-1", "[1]");
            assertThat(ids()).isEqualTo("[[1-1] [4-1]]");
        }

        @Test
        void entryThatIsGone_countsAsRemoved() {
            server.send("XDEL s 3-1");
            server.takeEffects();
            assertReply("XACKDEL s g IDS 1 3-1", "[1]");
            assertEffects("XACK s g 3-1");
        }

        @Test
        void noKeyNoGroup_nothingIsThere() {
            assertReply("XACKDEL none g IDS 2 1-1 2-2", "[-1 -1]");
            assertReply("XACKDEL s x ACKED IDS 1 2-1", "[-1]");
            assertReply("XACKDEL s g IDS", "-ERR wrong number of arguments for 'xackdel' command");
            assertReply("XACKDEL s g ACKED 1-1 x", "-ERR syntax error");
            assertEffects();
        }

        @Test
        void removal_isAnEventAndAChangeForTransactions() {
            CommandTester.Session subscriber = server.connect();
            CommandTester.Session watching = server.connect();
            server.send("CONFIG SET notify-keyspace-events Et");
            subscriber.send("SUBSCRIBE __keyevent@0__:xdel");
            watching.send("WATCH s");
            assertReply("XACKDEL s h ACKED IDS 1 3-1", "[2]");
            assertThat(subscriber.take()).isEmpty();
            assertReply("XACKDEL s h IDS 1 2-1", "[1]");
            assertThat(subscriber.take()).contains("__keyevent@0__:xdel s");
            watching.send("MULTI");
            assertThat(watching.send("EXEC")).isEqualTo("nil-array");
        }
    }

    @Nested
    class Trimming {
        @Test
        void keepref_isWhatIsDoneWithoutIt() {
            assertReply("XTRIM s MAXLEN = 3 KEEPREF", "1");
            assertReply("XADD s KEEPREF MAXLEN 2 5-1 f 5", "5-1");
            assertReply("XADD s KEEPREF 6-1 f 6", "6-1");
            assertReply("XTRIM s KEEPREF MINID ~ 6-1", "1");
            assertThat(ids()).isEqualTo("[[5-1] [6-1]]");
            assertThat(pending("h")).isEqualTo("[[2-1] [3-1]]");
            assertEffects("XTRIM s MAXLEN = 3", "XADD s MAXLEN = 2 5-1 f 5", "XADD s 6-1 f 6", "XTRIM s MINID = 5-1");
        }

        @Test
        void delref_removesReferencesToo() {
            assertReply("XTRIM s MINID 3-1 DELREF", "2");
            assertThat(pending("h")).isEqualTo("[[3-1]]");
            assertThat(pending("g")).isEqualTo("[[3-1]]");
            assertEffects("XACK s h 2-1", "XDEL s 1-1 2-1");
            assertReply("XADD s DELREF MAXLEN 1 5-1 f 5", "5-1");
            assertThat(ids()).isEqualTo("[[5-1]]");
            assertThat(pending("g")).isEqualTo("[]");
            assertEffects("XADD s 5-1 f 5", "XACK s g 3-1", "XACK s h 3-1", "XDEL s 3-1 4-1");
        }

        @Test
        void acked_leavesWhatSomeGroupIsNotDoneWith() {
            assertReply("XADD s MAXLEN 1 ACKED 5-1 f 5", "5-1");
            assertThat(ids()).isEqualTo("[[2-1] [3-1] [4-1] [5-1]]");
            assertEffects("XADD s 5-1 f 5", "XDEL s 1-1");
            server.send("XACK s h 3-1");
            server.send("XACK s g 3-1");
            server.takeEffects();
            assertReply("XTRIM s ACKED MAXLEN 0", "1");
            assertThat(ids()).isEqualTo("[[2-1] [4-1] [5-1]]");
            assertEffects("XDEL s 3-1");
            assertReply("XTRIM s MAXLEN 0 ACKED", "0");
            assertEffects();
        }

        @Test
        void acked_stopsAtTheSize() {
            for (String group : new String[] {"g", "h"}) {
                server.send("XREADGROUP GROUP " + group + " alice NOACK STREAMS s >");
                server.send("XACK s " + group + " 3-1");
            }
            assertReply("XTRIM s MAXLEN 3 ACKED", "1");
            assertReply("XTRIM s MAXLEN 2 ACKED", "1");
            assertThat(ids()).isEqualTo("[[2-1] [4-1]]");
        }

        /** Redis behaves so since 8.6. */
        @Test
        void approximately_looksAtWholeNodesThatWouldGo() {
            server.send("XADD s 5-1 f 5");
            server.send("XREADGROUP GROUP g alice STREAMS s >");
            server.send("XGROUP DESTROY s h");
            server.send("XACK s g 4-1");
            assertReply("XTRIM s MINID ~ 6-0 ACKED", "3");
            assertThat(ids()).isEqualTo("[[3-1] [5-1]]");
            server.send("XADD s 6-1 f 6");
            assertReply("XTRIM s MAXLEN ~ 1 DELREF", "1");
            assertThat(ids()).isEqualTo("[[5-1] [6-1]]");
            assertThat(pending("g")).isEqualTo("[[5-1]]");
        }

        @Test
        void approximatelyWithLimit_removesNoMore() {
            assertReply("XTRIM s MAXLEN ~ 0 LIMIT 1 DELREF", "0");
            assertReply("XTRIM s MAXLEN ~ 0 LIMIT 3 DELREF", "2");
            assertThat(ids()).isEqualTo("[[3-1] [4-1]]");
        }

        @Test
        void withoutGroups_theOptionsMeanNothing() {
            server.send("XADD t 1-1 f 1");
            server.send("XADD t 2-1 f 2");
            server.takeEffects();
            assertReply("XTRIM t MAXLEN 1 ACKED", "1");
            assertReply("XADD t DELREF MINID 3 3-1 f 3", "3-1");
            assertReply("XLEN t", "1");
            assertEffects("XTRIM t MAXLEN = 1", "XADD t MINID = 3-1 3-1 f 3");
        }

        @Test
        void batches_areAllLogged() {
            server.send("DEL s");
            server.send("XGROUP CREATE s g 0 MKSTREAM");
            for (int i = 1; i <= 2500; i++) {
                server.send("XADD s " + i + "-1 f v");
            }
            server.send("XREADGROUP GROUP g alice STREAMS s >");
            server.send("XTRIM s MAXLEN 100 DELREF");
            CommandTester replica = new CommandTester();
            replica.replay(server.allEffects());
            assertThat(replica.send("XLEN s")).isEqualTo("100");
            assertThat(replica.send("XPENDING s g")).isEqualTo("[100 2401-1 2500-1 [[alice 100]]]");
        }

        @Test
        void errors_ofArguments() {
            assertReply("XTRIM s MAXLEN 1 ACKED DELREF", "-ERR syntax error");
            assertReply("XADD s ACKED ACKED MAXLEN 1 * f v", "-ERR syntax error");
            assertReply("XTRIM s ACKED FOO", "-ERR syntax error");
        }
    }
}
