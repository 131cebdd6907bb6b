package dev.spinel.engine.command.bitmap;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests the bitmap commands; the expectations were asked of redis-server 7.0.15 (DIFF and the like: the manual of 8.2). */
class BitmapCommandsTest {
    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    @Nested
    class Setbit {
        @Test
        void growsWithZeroBytes_answersOldBit() {
            assertReply("SETBIT b 15 1", "0");
            assertReply("SETBIT b 15 1", "1");
            assertReply("STRLEN b", "2");
            assertReply("GETBIT b 14", "0");
            assertReply("GETBIT b 1000", "0");
        }

        @Test
        void integer_becomesItsDigits() {
            server.send("SET b 1");
            assertReply("SETBIT b 6 1", "0");
            assertReply("GET b", "3");
            assertReply("OBJECT ENCODING b", "raw");
        }

        @Test
        void sameBit_isNotLogged() {
            server.send("SETBIT b 7 1");
            server.takeEffects();
            server.send("SETBIT b 7 1");
            assertThat(server.takeEffects()).isEmpty();
        }

        @Test
        void wrongArguments_rejected() {
            assertReply("SETBIT b 4294967296 1", "-ERR bit offset is not an integer or out of range");
            assertReply("SETBIT b -1 1", "-ERR bit offset is not an integer or out of range");
            assertReply("SETBIT b 0 2", "-ERR bit is not an integer or out of range");
            assertReply("EXISTS b", "0");
        }
    }

    @Nested
    class Ranges {
        @Test
        void countAndPosition_agreeWithSingleBits() {
            long seed = new Random().nextLong();
            Random random = new Random(seed);
            int size = 8 * 40;
            for (int i = 0; i < 60; i++) {
                server.send("SETBIT b " + (random.nextInt(3) * 100 + random.nextInt(20)) + " 1");
            }
            server.send("SETBIT b " + (size - 1) + " 0");
            for (int i = 0; i < 500; i++) {
                int from = random.nextInt(size);
                int to = from + random.nextInt(size - from);
                int count = 0;
                int firstSet = -1;
                int firstClear = -1;
                for (int bit = from; bit <= to; bit++) {
                    boolean set = server.send("GETBIT b " + bit).equals("1");
                    count += set ? 1 : 0;
                    firstSet = set && firstSet < 0 ? bit : firstSet;
                    firstClear = !set && firstClear < 0 ? bit : firstClear;
                }
                assertThat(server.send("BITCOUNT b " + from + " " + to + " BIT"))
                        .as("seed %d", seed)
                        .isEqualTo("" + count);
                assertThat(server.send("BITPOS b 1 " + from + " " + to + " BIT"))
                        .as("seed %d", seed)
                        .isEqualTo("" + firstSet);
                assertThat(server.send("BITPOS b 0 " + from + " " + to + " BIT"))
                        .as("seed %d", seed)
                        .isEqualTo("" + firstClear);
            }
        }

        @Test
        void clearBitOfFullString_isBehindItUnlessAnEndIsGiven() {
            server.send("BITOP NOT b zero");
            server.send("SETRANGE z 2 x");
            server.send("SETRANGE z 2 \u0000");
            server.send("BITOP NOT b z");
            assertReply("BITPOS b 0", "24");
            assertReply("BITPOS b 0 1", "24");
            assertReply("BITPOS b 0 0 -1", "-1");
            assertReply("BITPOS none 0 5 6", "0");
            assertReply("BITPOS none 1", "-1");
        }

        @Test
        void wrongArguments_rejected() {
            server.send("SET b abc");
            assertReply("BITCOUNT b 0", "-ERR syntax error");
            assertReply("BITCOUNT b 0 1 FOO", "-ERR syntax error");
            assertReply("BITCOUNT none 0", "0");
            assertReply("BITPOS b 2", "-ERR The bit argument must be 1 or 0.");
            assertReply("BITPOS b 1 0 1 BIT 5", "-ERR syntax error");
        }
    }

    @Nested
    class Bitop {
        @Test
        void operations_treatMissingBytesAsZero() {
            server.send("SET a abcdefghij");
            server.send("SET b ABC");
            assertReply("BITOP AND d a b", "10");
            assertReply("BITCOUNT d", "7");
            assertReply("BITOP XOR d a b", "10");
            assertReply("GETRANGE d 3 -1", "defghij");
            assertReply("BITOP DIFF d a b", "10");
            assertReply("GETRANGE d 3 -1", "defghij");
            assertReply("BITCOUNT d 0 2", "3");
            assertReply("BITOP DIFF1 d a b", "10");
            assertReply("BITCOUNT d", "0");
            assertReply("BITOP ANDOR d a b none", "10");
            assertReply("BITCOUNT d", "7");
        }

        @Test
        void one_keepsBitsOfASingleSource() {
            server.send("SETBIT a 0 1");
            server.send("SETBIT a 1 1");
            server.send("SETBIT b 1 1");
            server.send("SETBIT c 1 1");
            server.send("SETBIT c 2 1");
            assertReply("BITOP ONE d a b c", "1");
            assertReply("BITFIELD_RO d GET u8 0", "[160]");
        }

        @Test
        void destinationAmongSources_losesItsTimeToLive() {
            server.send("SET a abcd EX 100");
            server.send("SET b \u0001");
            assertReply("BITOP OR a b a", "4");
            assertReply("GET a", "abcd");
            assertReply("TTL a", "-1");
        }

        @Test
        void emptyResult_removesDestination() {
            server.send("SET d x");
            assertReply("BITOP AND d none", "0");
            assertReply("EXISTS d", "0");
        }

        @Test
        void longStrings_areCombinedInBlocks() {
            server.send("SETBIT a 1000000 1");
            server.send("SETBIT b 2000000 1");
            assertReply("BITOP OR d a b", "250001");
            assertReply("BITCOUNT d", "2");
            assertReply("BITPOS d 1", "1000000");
            assertReply("BITOP NOT d d", "250001");
            assertReply("BITCOUNT d", "2000006");
        }

        @Test
        void wrongArguments_rejected() {
            server.send("LPUSH l x");
            assertReply("BITOP FOO d a", "-ERR syntax error");
            assertReply("BITOP NOT d a b", "-ERR BITOP NOT must be called with a single source key.");
            assertReply("BITOP DIFF d a", "-ERR BITOP DIFF must be called with at least two source keys.");
            assertReply("BITOP OR d a l", "-WRONGTYPE Operation against a key holding the wrong kind of value");
        }
    }

    @Nested
    class Bitfield {
        @Test
        void fieldsOfAnyWidth_readBackAtAnyBit() {
            for (int bits = 1; bits <= 64; bits++) {
                for (int at = 0; at < 9; at++) {
                    String field = "i" + bits + " " + at;
                    assertReply("BITFIELD f SET " + field + " -1 GET " + field + " GET u1 " + (at + bits), "[0 -1 0]");
                    assertReply("BITCOUNT f", "" + bits);
                    server.send("DEL f");
                }
            }
        }

        @Test
        void overflow_wrapsSaturatesOrFails() {
            assertReply("BITFIELD f SET u8 0 250 INCRBY u8 0 10", "[0 4]");
            assertReply("BITFIELD f OVERFLOW SAT INCRBY u8 0 300 INCRBY u8 0 -300", "[255 0]");
            assertReply("BITFIELD f OVERFLOW FAIL INCRBY u8 0 -1 INCRBY i8 #1 127", "[nil 127]");
            assertReply("BITFIELD f INCRBY i8 #1 1 OVERFLOW SAT INCRBY i8 #1 -1", "[-128 -128]");
            assertReply("BITFIELD f SET i64 16 9223372036854775807 INCRBY i64 16 1", "[0 -9223372036854775808]");
            assertReply("BITFIELD f OVERFLOW SAT SET i8 0 -9223372036854775808 GET i8 0", "[0 -128]");
        }

        @Test
        void onlyGet_createsNothing() {
            assertReply("BITFIELD f GET u63 70 GET i5 #3", "[0 0]");
            assertReply("EXISTS f", "0");
        }

        @Test
        void wrongArguments_changeNothing() {
            String type =
                    "-ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.";
            assertReply("BITFIELD f SET u8 0 1 GET u64 0", type);
            assertReply("BITFIELD f SET u8 0 1 GET", "-ERR syntax error");
            assertReply("BITFIELD f OVERFLOW FOO", "-ERR Invalid OVERFLOW type specified");
            assertReply("BITFIELD_RO f SET u8 0 1", "-ERR BITFIELD_RO only supports the GET subcommand");
            assertReply(
                    "BITFIELD f SET u8 #2305843009213693952 1", "-ERR bit offset is not an integer or out of range");
            assertReply("EXISTS f", "0");
        }
    }
}
