package dev.spinel.engine.command.hash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests the commands on hashes; the expectations were asked of redis-server 7.0.15. */
class HashCommandsTest {
    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    private void assertEffects(String... effects) {
        assertThat(server.takeEffects()).containsExactly(effects);
    }

    @BeforeEach
    void fill() {
        server.send("HSET h a 1 b x");
        server.takeEffects();
    }

    @Nested
    class Write {
        @Test
        void hset_countsNewFields_hmset_answersOk() {
            assertReply("HSET h a 2 c 3 c 4", "1");
            assertReply("HMSET h d 5", "OK");
            assertReply("HMGET h a c d e", "[2 4 5 nil]");
        }

        @Test
        void valueMissing_namesTheCommand() {
            assertReply("HSET h a 1 b", "-ERR wrong number of arguments for 'hset' command");
            assertReply("HMSET h a 1 b", "-ERR wrong number of arguments for 'hmset' command");
        }

        @Test
        void hsetnx_existingField_notLogged() {
            assertReply("HSETNX h a 2", "0");
            assertEffects();
            assertReply("HSETNX n a 2", "1");
            assertEffects("HSETNX n a 2");
        }

        @Test
        void hdel_lastField_removesTheKey() {
            assertReply("HDEL h absent", "0");
            assertEffects();
            assertReply("HDEL h a b a", "2");
            assertReply("EXISTS h", "0");
        }
    }

    @Nested
    class Counters {
        @Test
        void hincrby_limits() {
            assertReply("HINCRBY h a 9223372036854775807", "-ERR increment or decrement would overflow");
            assertReply("HINCRBY h b 1", "-ERR hash value is not an integer");
            assertReply("HINCRBY h a x", "-ERR value is not an integer or out of range");
            assertReply("HINCRBY h a -3", "-2");
            assertReply("HINCRBY n a 7", "7");
        }

        @Test
        void hincrbyfloat_loggedAsHset() {
            assertReply("HINCRBYFLOAT h a 0.5", "1.5");
            assertEffects("HSET h a 1.5");
            assertReply("HINCRBYFLOAT h b 1", "-ERR hash value is not a float");
            assertReply("HINCRBYFLOAT h a x", "-ERR value is not a valid float");
            assertReply("HINCRBYFLOAT h a inf", "-ERR value is NaN or Infinity");
            assertEffects();
        }
    }

    @Nested
    class Hrandfield {
        @Test
        void aboveSize_answersAll() {
            assertReply("HRANDFIELD h 10 WITHVALUES", "[a 1 b x]");
            assertReply("HRANDFIELD h 0", "[]");
            assertReply("HRANDFIELD absent", "nil");
            assertReply("HRANDFIELD absent 3", "[]");
        }

        @Test
        void positiveCount_differentFields() {
            for (int i = 0; i < 100; i++) {
                server.send("HSET many f" + i + " " + i);
            }
            for (int count : new int[] {1, 20, 30, 34, 60, 99}) {
                String reply = server.send("HRANDFIELD many " + count);
                Set<String> fields = new HashSet<>(
                        Arrays.asList(reply.substring(1, reply.length() - 1).split(" ")));
                assertThat(fields).as("count %s", count).hasSize(count).allMatch(f -> f.matches("f[0-9]{1,2}"));
            }
        }

        @Test
        void negativeCount_repeatsFields() {
            server.send("HSET single f v");
            assertReply("HRANDFIELD single -3", "[f f f]");
            assertReply("HRANDFIELD single -2 WITHVALUES", "[f v f v]");
        }

        @Test
        void wrongArguments_rejected() {
            assertReply("HRANDFIELD h x", "-ERR value is not an integer or out of range");
            assertReply("HRANDFIELD h 1 zz", "-ERR syntax error");
            assertReply("HRANDFIELD h 1 WITHVALUES 1", "-ERR syntax error");
            assertReply("HRANDFIELD h 9223372036854775807 WITHVALUES", "-ERR value is out of range");
            assertReply(
                    "HRANDFIELD h -9223372036854775808",
                    "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807");
        }
    }

    @Nested
    class Hscan {
        @Test
        void novalues_answersFieldsOnly() {
            server.send("HSET x field value");
            assertReply("HSCAN x 0 NOVALUES COUNT 5", "[0 [field]]");
            assertReply("HSCAN x 0 MATCH f* novalues", "[0 [field]]");
            assertReply("HSCAN x 0 MATCH g* NOVALUES", "[0 []]");
            server.send("SADD s a");
            String notHere = "-ERR NOVALUES option can only be used in HSCAN";
            assertReply("SSCAN s 0 NOVALUES", notHere);
            assertReply("SCAN 0 COUNT 5 novalues", notHere);
            server.send("ZADD z 1 a");
            assertReply("ZSCAN z 0 NOSCORES NOVALUES", notHere);
            assertReply("HSCAN x 0 NOSCORES", "-ERR NOSCORES option can only be used in ZSCAN");
            assertReply("SCAN 0 MATCH NOSCORES", "[0 []]");
        }

        @Test
        void absentKey_answeredBeforeOptions() {
            assertReply("HSCAN absent 0 zz", "[0 []]");
            assertReply("HSCAN h 0 zz", "-ERR syntax error");
            assertReply("HSCAN absent x", "-ERR invalid cursor");
            assertReply("HSCAN h 18446744073709551616", "-ERR invalid cursor");
            assertReply("HSCAN h 0 COUNT 0", "-ERR syntax error");
        }

        @Test
        void match_filtersFields() {
            assertReply("HSCAN h 0 MATCH a*", "[0 [a 1]]");
            assertReply("HSCAN h 0 MATCH c", "[0 []]");
            assertReply("HSCAN h 18446744073709551615 COUNT 1", "[0 [a 1 b x]]");
        }
    }

    @Nested
    class Read {
        @Test
        void absentKey_isAnEmptyHash() {
            assertReply("HGETALL absent", "[]");
            assertReply("HKEYS absent", "[]");
            assertReply("HVALS absent", "[]");
            assertReply("HMGET absent a b", "[nil nil]");
            assertReply("HSTRLEN absent a", "0");
            assertReply("HEXISTS absent a", "0");
        }

        @Test
        void hgetall_inOrderOfInsertion() {
            assertReply("HGETALL h", "[a 1 b x]");
            assertReply("HKEYS h", "[a b]");
            assertReply("HVALS h", "[1 x]");
            assertReply("HSTRLEN h b", "1");
        }
    }
}
