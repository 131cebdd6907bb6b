package dev.spinel.engine.command.list;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests the commands on lists; the expectations were asked of redis-server 7.0.15. */
class ListCommandsTest {
    private static final String WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value";

    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    private void assertEffects(String... effects) {
        assertThat(server.takeEffects()).containsExactly(effects);
    }

    @BeforeEach
    void fill() {
        server.send("RPUSH l a b c a d");
        server.send("SET string v");
        server.takeEffects();
    }

    @Nested
    class Pop {
        @Test
        void count_answersInTheOrderOfRemoval() {
            assertReply("LPOP l 2", "[a b]");
            assertReply("RPOP l 5", "[d a c]");
            assertReply("EXISTS l", "0");
        }

        @Test
        void countOfAbsentKey_isAbsentArray() {
            assertReply("LPOP absent", "nil");
            assertReply("LPOP absent 1", "nil-array");
            assertReply("LPOP l 0", "[]");
        }

        @Test
        void wrongCount_rejected() {
            assertReply("LPOP l -1", "-ERR value is out of range, must be positive");
            assertReply("RPOP l x", "-ERR value is out of range, must be positive");
            assertReply("LPOP l 1 1", "-ERR wrong number of arguments for 'lpop' command");
        }

        @Test
        void lmpop_loggedAsPopOfTheFirstKeyThatExists() {
            assertReply("LMPOP 2 absent l RIGHT COUNT 2", "[l [d a]]");
            assertEffects("RPOP l 2");
            assertReply("LMPOP 1 l LEFT COUNT 100", "[l [a b c]]");
            assertEffects("LPOP l 3");
            assertReply("LMPOP 1 l LEFT", "nil-array");
        }

        @Test
        void lmpop_wrongArguments_rejected() {
            assertReply("LMPOP 0 l LEFT", "-ERR numkeys should be greater than 0");
            assertReply("LMPOP x l LEFT", "-ERR numkeys should be greater than 0");
            assertReply("LMPOP 2 l LEFT", "-ERR syntax error");
            assertReply("LMPOP 9223372036854775807 l LEFT", "-ERR syntax error");
            assertReply("LMPOP 1 l UP", "-ERR syntax error");
            assertReply("LMPOP 1 l LEFT COUNT 0", "-ERR count should be greater than 0");
            assertReply("LMPOP 1 l LEFT COUNT 1 COUNT 2", "-ERR syntax error");
            assertReply("LMPOP 2 string l LEFT", WRONG_TYPE);
        }
    }

    @Nested
    class Move {
        @Test
        void sameList_rotates() {
            assertReply("RPOPLPUSH l l", "d");
            assertReply("LRANGE l 0 -1", "[d a b c a]");
            server.send("RPUSH single x");
            assertReply("LMOVE single single LEFT RIGHT", "x");
            assertReply("LRANGE single 0 -1", "[x]");
        }

        @Test
        void lastElement_removesTheSource() {
            server.send("RPUSH single x");
            assertReply("LMOVE single l RIGHT RIGHT", "x");
            assertReply("EXISTS single", "0");
            assertReply("LINDEX l -1", "x");
        }

        @Test
        void targetOfOtherType_leavesTheSource() {
            assertReply("LMOVE l string LEFT LEFT", WRONG_TYPE);
            assertReply("LLEN l", "5");
            assertReply("LMOVE absent string LEFT LEFT", "nil");
        }

        @Test
        void blmove_ofExistingList_loggedAsLmove() {
            assertReply("BLMOVE l t left right 0", "a");
            assertEffects("LMOVE l t left right");
            assertReply("BRPOPLPUSH l t 0", "d");
            assertEffects("RPOPLPUSH l t");
        }
    }

    /** The expectations are the behaviour that Redis 8.10 documents. */
    @Nested
    class MoveMany {
        private void given(String... lines) {
            for (String line : lines) {
                server.send(line);
            }
            server.takeEffects();
        }

        @Test
        void oneByOne_turnsTheOrderAtTheSameEnd() {
            given("RPUSH s 1 2 3 4");
            assertReply("LMOVEM s d LEFT LEFT COUNT 2 OBO", "[2 1]");
            assertEffects("LPOP s 2", "LPUSH d 1 2");
            assertReply("LMOVEM s d RIGHT LEFT COUNT 1 OBO", "[4]");
            assertReply("LMOVEM s d LEFT RIGHT COUNT 9 OBO", "[3]");
            assertReply("LRANGE d 0 -1", "[4 2 1 3]");
            assertReply("EXISTS s", "0");
        }

        @Test
        void bulk_keepsTheOrder() {
            for (String ends : new String[] {"LEFT LEFT", "LEFT RIGHT"}) {
                given("DEL s d", "RPUSH s 1 2 3", "RPUSH d x");
                assertReply("LMOVEM s d " + ends + " COUNT 2 BULK", "[1 2]");
            }
            assertReply("LRANGE d 0 -1", "[x 1 2]");
            given("DEL s d", "RPUSH s 1 2 3", "RPUSH d x");
            assertReply("LMOVEM s d RIGHT LEFT EXACTLY 2 BULK", "[2 3]");
            assertEffects("RPOP s 2", "LPUSH d 3 2");
            assertReply("LRANGE d 0 -1", "[2 3 x]");
        }

        @Test
        void ownTarget_isTurnedOrLeft() {
            given("DEL l", "RPUSH l a b c");
            assertReply("LMOVEM l l LEFT LEFT EXACTLY 2 OBO", "[b a]");
            assertReply("LRANGE l 0 -1", "[b a c]");
            assertReply("LMOVEM l l LEFT LEFT COUNT 3 BULK", "[b a c]");
            assertReply("LRANGE l 0 -1", "[b a c]");
        }

        @Test
        void tooFew_movesNothing() {
            given("RPUSH s 1 2");
            assertReply("LMOVEM s d LEFT LEFT EXACTLY 3 BULK", "nil-array");
            assertReply("LMOVEM none d LEFT LEFT EXACTLY 1 BULK", "nil-array");
            assertReply("LMOVEM none d LEFT LEFT COUNT 1 BULK", "nil-array");
            assertReply("LMOVEM none d LEFT LEFT", "nil-array");
            assertEffects();
            assertReply("LMOVEM s d LEFT LEFT", "[1]");
        }

        @Test
        void blmovem_waitsUntilThereAreEnough() {
            CommandTester.Session waiting = server.connect();
            assertThat(waiting.send("BLMOVEM s d LEFT RIGHT 0 EXACTLY 3 OBO")).isEmpty();
            server.send("RPUSH s 1 2");
            assertThat(waiting.take()).isEmpty();
            server.send("RPUSH s 3 4");
            assertThat(waiting.take()).isEqualTo("[1 2 3]");
            assertThat(waiting.send("BLMOVEM s d LEFT RIGHT 0 COUNT 3 BULK")).isEqualTo("[4]");
            server.send("MULTI");
            server.send("BLMOVEM s d LEFT RIGHT 0");
            assertReply("EXEC", "[nil-array]");
        }

        @Test
        void malformed_rejected() {
            given("RPUSH s 1", "SET string x");
            assertReply("LMOVEM s d LEFT LEFT COUNT 1", "-ERR syntax error");
            assertReply("LMOVEM s d LEFT LEFT SOME 1 OBO", "-ERR syntax error");
            assertReply("LMOVEM s d LEFT LEFT COUNT 1 ANY", "-ERR syntax error");
            assertReply("LMOVEM s d LEFT UP", "-ERR syntax error");
            assertReply("LMOVEM s d LEFT LEFT COUNT 0 OBO", "-ERR count should be greater than 0");
            assertReply("LMOVEM s d LEFT LEFT EXACTLY x OBO", "-ERR exactly should be greater than 0");
            assertReply("LMOVEM s string LEFT LEFT", WRONG_TYPE);
            assertReply("LLEN s", "1");
        }
    }

    @Nested
    class Blocking {
        @Test
        void existingList_poppedAtOnceAndLoggedAsPop() {
            assertReply("BLPOP absent l 0", "[l a]");
            assertEffects("LPOP l");
            assertReply("BLMPOP 0 2 absent l RIGHT COUNT 2", "[l [d a]]");
            assertEffects("RPOP l 2");
        }

        @Test
        void wrongTimeout_rejected() {
            assertReply("BLPOP l x", "-ERR timeout is not a float or out of range");
            assertReply("BLPOP l -1", "-ERR timeout is negative");
            assertReply("BLPOP l inf", "-ERR timeout is negative");
            assertReply("BRPOPLPUSH l t -1", "-ERR timeout is negative");
        }

        @Test
        void push_servesWaitersInOrder() {
            CommandTester.Session first = server.connect();
            CommandTester.Session second = server.connect();
            assertThat(first.send("BLPOP absent queue 0")).isEmpty();
            assertThat(second.send("BRPOP queue 0")).isEmpty();
            assertReply("RPUSH queue a b c", "3");
            assertThat(first.take()).isEqualTo("[queue a]");
            assertThat(second.take()).isEqualTo("[queue c]");
            assertEffects("RPUSH queue a b c", "LPOP queue", "RPOP queue");
            assertReply("LRANGE queue 0 -1", "[b]");
        }

        @Test
        void chainOfMoves_servedByOnePush() {
            CommandTester.Session first = server.connect();
            CommandTester.Session second = server.connect();
            assertThat(second.send("BLMOVE middle end LEFT RIGHT 0")).isEmpty();
            assertThat(first.send("BRPOPLPUSH start middle 0")).isEmpty();
            assertReply("RPUSH start x", "1");
            assertThat(first.take()).isEqualTo("x");
            assertThat(second.take()).isEqualTo("x");
            assertReply("LRANGE end 0 -1", "[x]");
            assertEffects("RPUSH start x", "RPOPLPUSH start middle", "LMOVE middle end LEFT RIGHT");
        }

        @Test
        void circleOfMoves_servesEachOnce() {
            CommandTester.Session first = server.connect();
            CommandTester.Session second = server.connect();
            assertThat(first.send("BRPOPLPUSH here there 0")).isEmpty();
            assertThat(second.send("BRPOPLPUSH there here 0")).isEmpty();
            assertReply("RPUSH here x", "1");
            assertThat(first.take()).isEqualTo("x");
            assertThat(second.take()).isEqualTo("x");
            assertReply("LRANGE here 0 -1", "[x]");
        }

        @Test
        void pushAndRemovalInTransaction_servesNobody() {
            CommandTester.Session waiter = server.connect();
            assertThat(waiter.send("BLPOP queue 0")).isEmpty();
            server.send("MULTI");
            server.send("RPUSH queue a");
            server.send("DEL queue");
            server.send("EXEC");
            assertThat(waiter.take()).isEmpty();
            server.send("SET queue v");
            assertThat(waiter.take()).isEmpty();
            server.send("DEL queue");
            server.send("RPUSH queue b");
            assertThat(waiter.take()).isEqualTo("[queue b]");
        }

        @Test
        void targetOfOtherType_failsTheWaiterAndKeepsTheElement() {
            CommandTester.Session waiter = server.connect();
            assertThat(waiter.send("BLMOVE queue string LEFT LEFT 0")).isEmpty();
            server.send("RPUSH queue a");
            assertThat(waiter.take()).isEqualTo(WRONG_TYPE);
            assertReply("LRANGE queue 0 -1", "[a]");
        }

        @Test
        void timeOver_answersAbsentArray() {
            CommandTester.Session pop = server.connect();
            CommandTester.Session move = server.connect();
            assertThat(pop.send("BLPOP absent 0.5")).isEmpty();
            assertThat(move.send("BLMOVE absent t LEFT LEFT 0.5")).isEmpty();
            server.advanceMillis(499);
            assertThat(pop.take()).isEmpty();
            server.advanceMillis(2);
            assertThat(pop.take()).isEqualTo("nil-array");
            assertThat(move.take()).isEqualTo("nil-array");
        }

        @Test
        void insideTransaction_answersAbsentAtOnce() {
            server.send("MULTI");
            server.send("BLPOP absent 0");
            server.send("BLMOVE absent t LEFT LEFT 0");
            server.send("BLMPOP 0 1 absent LEFT");
            assertReply("EXEC", "[nil-array nil nil-array]");
        }
    }

    @Nested
    class Edit {
        @Test
        void ltrim_ofNothing_isNotLogged() {
            assertReply("LTRIM l 0 -1", "OK");
            assertEffects();
            assertReply("LTRIM l 1 -1", "OK");
            assertEffects("LTRIM l 1 -1");
        }

        @Test
        void lrem_directionAndCount() {
            server.send("RPUSH m x a x b x");
            assertReply("LREM m -2 x", "2");
            assertReply("LRANGE m 0 -1", "[x a b]");
            assertReply("LREM l 0 a", "2");
            assertReply("LREM l 1 absent", "0");
            assertReply("LREM m -9223372036854775808 x", "1");
        }

        @Test
        void lrem_lastElements_removesTheKey() {
            server.send("RPUSH m x x");
            assertReply("LREM m 0 x", "2");
            assertReply("EXISTS m", "0");
        }

        @Test
        void linsert_pivotOrKeyAbsent() {
            assertReply("LINSERT l BEFORE c x", "6");
            assertReply("LINSERT l after d y", "7");
            assertReply("LRANGE l 0 -1", "[a b x c a d y]");
            assertReply("LINSERT l AFTER absent y", "-1");
            assertReply("LINSERT absent AFTER a y", "0");
            assertReply("LINSERT l around a y", "-ERR syntax error");
        }

        @Test
        void lset_keyBeforeIndex() {
            assertReply("LSET absent x v", "-ERR no such key");
            assertReply("LSET l x v", "-ERR value is not an integer or out of range");
            assertReply("LSET l 5 v", "-ERR index out of range");
            assertReply("LSET l -5 v", "OK");
            assertReply("LINDEX l 0", "v");
        }

        @Test
        void ltrim_emptyRange_removesTheKey() {
            assertReply("LTRIM l 1 -2", "OK");
            assertReply("LRANGE l 0 -1", "[b c a]");
            assertReply("LTRIM l 5 1", "OK");
            assertReply("EXISTS l", "0");
        }
    }

    @Nested
    class Read {
        @Test
        void lpos_rankCountAndMaxlen() {
            assertReply("LPOS l a", "0");
            assertReply("LPOS l a RANK 2", "3");
            assertReply("LPOS l a RANK -1", "3");
            assertReply("LPOS l a COUNT 0", "[0 3]");
            assertReply("LPOS l a RANK -1 COUNT 0", "[3 0]");
            assertReply("LPOS l a RANK -1 COUNT 0 MAXLEN 2", "[3]");
            assertReply("LPOS l a RANK 3", "nil");
            assertReply("LPOS l x COUNT 1", "[]");
            assertReply("LPOS absent x COUNT 1", "[]");
        }

        @Test
        void lpos_wrongOption_rejected() {
            assertReply("LPOS l a COUNT -1", "-ERR COUNT can't be negative");
            assertReply("LPOS l a MAXLEN x", "-ERR MAXLEN can't be negative");
            assertReply("LPOS l a RANK", "-ERR syntax error");
            assertThat(server.send("LPOS l a RANK 0")).startsWith("-ERR RANK can't be zero: use 1 to start from");
        }

        @Test
        void lrange_clampsBothEnds() {
            assertReply("LRANGE l -100 1", "[a b]");
            assertReply("LRANGE l 3 100", "[a d]");
            assertReply("LRANGE l 3 2", "[]");
            assertReply("LRANGE l 9223372036854775807 -9223372036854775808", "[]");
            assertReply("LRANGE absent 0 -1", "[]");
        }

        @Test
        void lindex_typeBeforeIndex() {
            assertReply("LINDEX string x", WRONG_TYPE);
            assertReply("LINDEX l x", "-ERR value is not an integer or out of range");
            assertReply("LINDEX l -5", "a");
            assertReply("LINDEX l -6", "nil");
        }
    }

    @Nested
    class Push {
        @Test
        void onlyExistingList() {
            assertReply("LPUSHX absent x", "0");
            assertReply("RPUSHX l x y", "7");
            assertReply("LPUSH string x", WRONG_TYPE);
            assertEffects("RPUSHX l x y");
        }
    }
}
