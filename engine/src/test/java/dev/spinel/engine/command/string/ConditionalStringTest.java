package dev.spinel.engine.command.string;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import java.util.Locale;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Tests DIGEST and the commands that look at a string, or at whether keys exist, before they change them: SET with a condition,
 * DELEX, DELIFEQ and MSETEX. The expectations are the behaviour that Redis 8.4 and Valkey 9 document.
 */
class ConditionalStringTest {
    /** The digest of "hello". */
    private static final String HELLO = "9555e8555c62dcfd";

    private static final String WRONG_TYPE = "-WRONGTYPE Operation against a key holding the wrong kind of value";
    private static final String NO_DIGEST = "-ERR IFDEQ/IFDNE digest must be exactly 16 hexadecimal characters";

    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    private void assertEffects(String... effects) {
        assertThat(server.takeEffects()).containsExactly(effects);
    }

    private void given(String... lines) {
        for (String line : lines) {
            server.send(line);
        }
        server.takeEffects();
    }

    @Nested
    class Digest {
        @Test
        void string_answersItsHash() {
            given("SET k hello", "SET i 12345");
            assertReply("DIGEST k", HELLO);
            assertThat(server.send("DIGEST i")).hasSize(16);
            server.send(
                    "SET k v8lf0c11xh8ymlqztfd3eeq16kfn4sspw7fqmnuuq3k3t75em5wdizgcdw7uc26nnf961u2jkfzkjytls2kwlj7626sd");
            assertReply("DIGEST k", "00006c38adf31777");
        }

        @Test
        void absentOrOtherType_nilOrRejected() {
            assertReply("DIGEST k", "nil");
            given("RPUSH l a");
            assertReply("DIGEST l", WRONG_TYPE);
        }
    }

    @Nested
    class Set {
        @Test
        void conditionMet_setsAndLogsPlainSet() {
            given("SET k hello");
            assertReply("SET k a IFEQ hello", "OK");
            assertReply("SET k hello ifne hello", "OK");
            assertReply("SET k b IFDEQ " + HELLO, "OK");
            assertReply("SET k c KEEPTTL IFDNE " + HELLO, "OK");
            assertEffects("SET k a", "SET k hello", "SET k b", "SET k c KEEPTTL");
        }

        @Test
        void conditionNotMet_answersNilOrOldValue() {
            given("SET k hello");
            assertReply("SET k a IFEQ b", "nil");
            assertReply("SET k a IFNE hello", "nil");
            assertReply("SET k a IFDNE " + HELLO.toUpperCase(Locale.ROOT), "nil");
            assertReply("SET k a IFDEQ 0000000000000000 GET", "hello");
            assertEffects();
            assertReply("GET k", "hello");
        }

        @Test
        void absentKey_differsFromAnyValue() {
            assertReply("SET k a IFEQ a", "nil");
            assertReply("SET k a IFDEQ 1234567890", "nil");
            assertReply("EXISTS k", "0");
            assertReply("SET k a IFNE a GET", "nil");
            assertReply("SET l a IFDNE 1234567890", "OK");
            assertEffects("SET k a", "SET l a");
        }

        @Test
        void operandNamedLikeAnOption_isTheOperand() {
            given("SET k GET");
            assertReply("SET k v GET IFEQ GET EX 10", "GET");
            assertEffects("SET k v PXAT " + (server.nowMillis() + 10_000));
            given("SET k GET");
            assertReply("SET k v IFEQ GET GET", "GET");
            assertEffects("SET k v");
        }

        @Test
        void otherType_rejected() {
            given("RPUSH l a");
            assertReply("SET l v IFEQ a", WRONG_TYPE);
            assertReply("SET l v IFDNE 1234567890", WRONG_TYPE);
        }

        @Test
        void contradictingOrIncomplete_rejected() {
            for (String options :
                    new String[] {"IFEQ a IFEQ a", "IFEQ a IFNE b", "NX IFEQ a", "IFEQ a XX", "IFEQ", "GET IFDNE"}) {
                assertReply("SET k v " + options, "-ERR syntax error");
            }
        }

        @Test
        void malformedDigest_rejected() {
            given("SET k hello");
            assertReply("SET k v IFDEQ " + HELLO.substring(1), NO_DIGEST);
            assertReply("SET k v IFDNE 0" + HELLO, NO_DIGEST);
            assertReply("SET k v GET IFDEQ g555e8555c62dcfd", NO_DIGEST);
            assertReply("GET k", "hello");
        }
    }

    @Nested
    class Delex {
        @Test
        void conditionMet_logsDel() {
            for (String condition :
                    new String[] {"IFEQ hello", "IFNE world", "IFDEQ " + HELLO, "ifdne 0000000000000000"}) {
                given("SET k hello");
                assertReply("DELEX k " + condition, "1");
                assertEffects("DEL k");
            }
        }

        @Test
        void conditionNotMet_keepsKey() {
            given("SET k hello");
            assertReply("DELEX k IFEQ world", "0");
            assertReply("DELEX k IFNE hello", "0");
            assertReply("DELEX k IFDEQ 0000000000000000", "0");
            assertReply("DELEX k IFDNE " + HELLO, "0");
            assertEffects();
            assertReply("EXISTS k", "1");
        }

        @Test
        void withoutCondition_removesAnyType() {
            given("RPUSH l a");
            assertReply("DELEX l", "1");
            assertEffects("DEL l");
            assertReply("DELEX l", "0");
            assertReply("DELEX l IFNE a", "0");
            assertEffects();
        }

        @Test
        void malformed_rejected() {
            given("RPUSH l a");
            assertReply("DELEX l IFEQ a", "-ERR Key should be of string type if conditions are specified");
            assertReply("DELEX k IFEQ", "-ERR wrong number of arguments for 'delex' command");
            assertReply("DELEX k IFEQ a b", "-ERR wrong number of arguments for 'delex' command");
            assertReply("DELEX k EQ a", "-ERR Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE");
        }
    }

    @Nested
    class Delifeq {
        @Test
        void equalValueOnly_removed() {
            given("SET k 12");
            assertReply("DELIFEQ k 13", "0");
            assertReply("DELIFEQ absent 12", "0");
            assertEffects();
            assertReply("DELIFEQ k 12", "1");
            assertEffects("DEL k");
            given("RPUSH l a");
            assertReply("DELIFEQ l a", WRONG_TYPE);
        }
    }

    @Nested
    class Msetex {
        @Test
        void withoutOptions_loggedAsMset() {
            given("SET a x EX 10");
            assertReply("MSETEX 2 a 1 b 2", "1");
            assertEffects("MSET a 1 b 2");
            assertReply("TTL a", "-1");
        }

        @Test
        void expiry_isSharedAndLoggedAsPointInTime() {
            assertReply("MSETEX 2 a 1 b 2 EX 10", "1");
            String at = Long.toString(server.nowMillis() + 10_000);
            assertEffects("SET a 1 PXAT " + at, "SET b 2 PXAT " + at);
            assertReply("MSETEX 1 a 1 PXAT " + (server.nowMillis() + 500), "1");
            assertReply("PTTL a", "500");
        }

        @Test
        void keepTtl_keepsIt() {
            given("SET a 1 EX 10");
            assertReply("MSETEX 2 a 2 b 3 KEEPTTL", "1");
            assertEffects("SET a 2 KEEPTTL", "SET b 3 KEEPTTL");
            assertReply("TTL a", "10");
        }

        @Test
        void nxOrXx_setsAllOrNone() {
            given("SET a 1");
            assertReply("MSETEX 2 b 2 a 2 NX", "0");
            assertReply("MSETEX 2 a 2 b 2 ex 10 xx", "0");
            assertReply("EXISTS b", "0");
            assertEffects();
            assertReply("MSETEX 1 a 2 XX", "1");
            assertReply("MSETEX 2 b 2 c 3 NX", "1");
        }

        @Test
        void malformed_rejected() {
            assertReply("MSETEX key1 val1 ex 10", "-ERR invalid numkeys value");
            assertReply("MSETEX 0 a b", "-ERR invalid numkeys value");
            assertReply("MSETEX 2147483648 a b", "-ERR invalid numkeys value");
            assertReply("MSETEX 2147483647 a b", "-ERR wrong number of key-value pairs");
            assertReply("MSETEX 2 a 1 b", "-ERR wrong number of key-value pairs");
            for (String options :
                    new String[] {"NX XX", "EX 1 PX 1", "KEEPTTL EX 1", "GET", "PERSIST", "IFEQ a", "EX"}) {
                assertReply("MSETEX 1 a b " + options, "-ERR syntax error");
            }
            assertReply("MSETEX 1 a b EX 0", "-ERR invalid expire time in 'msetex' command");
        }

        @Test
        void getkeys_findsEverySecond() {
            assertReply("COMMAND GETKEYS MSETEX 2 a 1 b 2 EX 10", "[a b]");
        }
    }
}
