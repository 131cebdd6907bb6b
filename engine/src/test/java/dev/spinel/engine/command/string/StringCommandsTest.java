package dev.spinel.engine.command.string;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests the commands on strings; the expectations were asked of redis-server 7.0.15. */
class StringCommandsTest {
    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    private void assertEffects(String... effects) {
        assertThat(server.takeEffects()).containsExactly(effects);
    }

    @Nested
    class Set {
        @Test
        void relativeExpiry_loggedAsPointInTime() {
            assertReply("SET k v EX 10", "OK");
            assertEffects("SET k v PXAT " + (server.nowMillis() + 10_000));
            assertReply("SETEX k 10 w", "OK");
            assertEffects("SET k w PXAT " + (server.nowMillis() + 10_000));
            assertReply("PSETEX k 10 x", "OK");
            assertEffects("SET k x PXAT " + (server.nowMillis() + 10));
        }

        @Test
        void get_answersOldValueAndIsNotLogged() {
            assertReply("SET k v GET", "nil");
            assertEffects("SET k v");
            assertReply("SET k w get XX GET KEEPTTL", "v");
            assertEffects("SET k w XX KEEPTTL");
        }

        @Test
        void getOfOtherType_rejectedBeforeTheChange() {
            server.send("RPUSH l a");
            assertReply("SET l v GET", "-WRONGTYPE Operation against a key holding the wrong kind of value");
            assertReply("TYPE l", "list");
        }

        @Test
        void refusedByNxOrXx_answersNilOrOldValue() {
            assertReply("SET k v XX", "nil");
            server.send("SET k v");
            server.takeEffects();
            assertReply("SET k w NX", "nil");
            assertReply("SET k w NX GET", "v");
            assertEffects();
        }

        @Test
        void plain_dropsTimeToLive_keepTtl_keepsIt() {
            server.send("SET k v EX 10");
            server.send("SET k w KEEPTTL");
            assertReply("TTL k", "10");
            server.send("SET k w");
            assertReply("TTL k", "-1");
        }

        @Test
        void contradictingOptions_rejected() {
            for (String options : new String[] {
                "NX XX",
                "XX NX",
                "EX 1 PX 1",
                "PX 1 EX 1",
                "EX 1 KEEPTTL",
                "KEEPTTL EX 1",
                "EXAT 1 PXAT 1",
                "EX",
                "PERSIST",
                "zz"
            }) {
                assertReply("SET k v " + options, "-ERR syntax error");
            }
            assertReply("EXISTS k", "0");
        }

        @Test
        void repeatedOption_lastOneCounts() {
            assertReply("SET k v EX 10 EX 20", "OK");
            assertReply("TTL k", "20");
        }

        @Test
        void expiryOutOfRange_namesTheCommand() {
            assertReply("SET k v EX 0", "-ERR invalid expire time in 'set' command");
            assertReply("SET k v EX 9223372036854775807", "-ERR invalid expire time in 'set' command");
            assertReply("SET k v PX 9223372036854775807", "-ERR invalid expire time in 'set' command");
            assertReply("SET k v PX x", "-ERR value is not an integer or out of range");
            assertReply("SETEX k -1 v", "-ERR invalid expire time in 'setex' command");
            assertReply("PSETEX k 0 v", "-ERR invalid expire time in 'psetex' command");
        }
    }

    @Nested
    class Getex {
        @Test
        void expiry_loggedAsPexpireat() {
            server.send("SET k v");
            server.takeEffects();
            assertReply("GETEX k EX 10", "v");
            assertEffects("PEXPIREAT k " + (server.nowMillis() + 10_000));
        }

        @Test
        void timeInThePast_deletesTheKey() {
            server.send("SET k v");
            server.takeEffects();
            assertReply("GETEX k PXAT " + server.nowMillis(), "v");
            assertEffects("DEL k");
            assertReply("EXISTS k", "0");
        }

        @Test
        void persist_loggedOnlyWhenThereIsATimeToLive() {
            server.send("SET k v EX 10");
            server.takeEffects();
            assertReply("GETEX k PERSIST", "v");
            assertEffects("PERSIST k");
            assertReply("GETEX k PERSIST", "v");
            assertEffects();
        }

        @Test
        void absentKey_answeredBeforeTheExpiryIsChecked() {
            assertReply("GETEX k EX 0", "nil");
            server.send("SET k v");
            assertReply("GETEX k EX 0", "-ERR invalid expire time in 'getex' command");
            assertReply("GETEX k NX", "-ERR syntax error");
        }
    }

    @Nested
    class GetdelAndGetset {
        @Test
        void getdel_loggedAsDel() {
            server.send("SET k v");
            server.takeEffects();
            assertReply("GETDEL k", "v");
            assertEffects("DEL k");
            assertReply("GETDEL k", "nil");
            assertEffects();
        }

        @Test
        void getset_loggedAsSet() {
            assertReply("GETSET k v", "nil");
            assertEffects("SET k v");
            assertReply("GETSET k w", "v");
        }
    }

    @Nested
    class Counters {
        @Test
        void limits_rejectedAndUnchanged() {
            server.send("SET k 9223372036854775807");
            assertReply("INCR k", "-ERR increment or decrement would overflow");
            assertReply("DECRBY k -1", "-ERR increment or decrement would overflow");
            assertReply("DECRBY k -9223372036854775808", "-ERR decrement would overflow");
            assertReply("GET k", "9223372036854775807");
            server.send("SET k -9223372036854775808");
            assertReply("DECR k", "-ERR increment or decrement would overflow");
        }

        @Test
        void absentKey_countsFromZeroAndKeepsTimeToLiveLater() {
            assertReply("INCRBY k -5", "-5");
            server.send("EXPIRE k 10");
            assertReply("DECR k", "-6");
            assertReply("TTL k", "10");
        }

        @Test
        void nonCanonicalInteger_rejected() {
            for (String value : new String[] {"01", "+1", "1.0", "abc", "9223372036854775808", "-0"}) {
                server.send("SET k " + value);
                assertReply("INCR k", "-ERR value is not an integer or out of range");
            }
        }

        @Test
        void incrbyfloat_loggedAsSetOfTheResult() {
            server.send("SET k 3.0e3");
            server.takeEffects();
            assertReply("INCRBYFLOAT k 0.5", "3000.5");
            assertEffects("SET k 3000.5 KEEPTTL");
        }

        @Test
        void incrbyfloat_notFinite_rejected() {
            assertReply("INCRBYFLOAT k inf", "-ERR increment would produce NaN or Infinity");
            assertReply("INCRBYFLOAT k x", "-ERR value is not a valid float");
            assertReply("EXISTS k", "0");
        }
    }

    @Nested
    class Ranges {
        @Test
        void getrange_clampsBothEnds() {
            server.send("SET k Hello");
            assertReply("GETRANGE k 0 -1", "Hello");
            assertReply("GETRANGE k -100 1", "He");
            assertReply("GETRANGE k 3 100", "lo");
            assertReply("GETRANGE k -1 -5", "''");
            assertReply("GETRANGE k -100 -50", "H");
            assertReply("SUBSTR k 1 2", "el");
            assertReply("GETRANGE absent 0 -1", "''");
        }

        @Test
        void setrange_fillsTheGapWithZeroBytes() {
            assertReply("SETRANGE k 2 x", "3");
            assertReply("GET k", "\0\0x");
            server.send("SET i 1234");
            assertReply("SETRANGE i 1 99", "4");
            assertReply("GET i", "1994");
        }

        @Test
        void setrange_offsetOutOfRange_rejected() {
            assertReply("SETRANGE k -1 x", "-ERR offset is out of range");
            assertReply("SETRANGE k 536870912 x", "-ERR string exceeds maximum allowed size (proto-max-bulk-len)");
            assertReply(
                    "SETRANGE k 9223372036854775807 x",
                    "-ERR string exceeds maximum allowed size (proto-max-bulk-len)");
            assertReply("EXISTS k", "0");
        }
    }

    @Nested
    class Many {
        @Test
        void mget_otherTypeAndAbsent_areNil() {
            server.send("MSET a 1 b 2");
            server.send("RPUSH l x");
            assertReply("MGET a l c b", "[1 nil nil 2]");
        }

        @Test
        void msetnx_oneKeyExists_setsNone() {
            server.send("SET b 1");
            assertReply("MSETNX a 1 b 2", "0");
            assertReply("EXISTS a", "0");
            assertReply("MSETNX a 1 c 2", "1");
        }

        @Test
        void valueMissing_namesTheCommand() {
            assertReply("MSET a 1 b", "-ERR wrong number of arguments for 'mset' command");
            assertReply("MSETNX a 1 b", "-ERR wrong number of arguments for 'msetnx' command");
        }
    }

    @Nested
    class Lcs {
        @Test
        void ranges_lastMatchFirst() {
            server.send("MSET a ohmytext b mynewtext");
            assertReply("LCS a b", "mytext");
            assertReply("LCS a b LEN", "6");
            assertReply("LCS a b IDX", "[matches [[[4 7] [5 8]] [[2 3] [0 1]]] len 6]");
            assertReply("LCS a b IDX MINMATCHLEN 4 WITHMATCHLEN", "[matches [[[4 7] [5 8] 4]] len 6]");
        }

        @Test
        void wrongTypeBeforeSyntax() {
            server.send("RPUSH l x");
            assertReply("LCS l b zz", "-ERR The specified keys must contain string values");
            assertReply("LCS a b zz", "-ERR syntax error");
            assertReply("LCS a b LEN IDX", "-ERR If you want both the length and indexes, please just use IDX.");
        }
    }
}
