package dev.spinel.engine.command.set;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests the commands on sets; the expectations were asked of redis-server 7.0.15. */
class SetCommandsTest {
    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    @BeforeEach
    void fill() {
        server.send("SADD a 1 2 3 x");
        server.send("SADD b 2 x y");
        server.send("SET string v");
        server.takeEffects();
    }

    @Nested
    class Spop {
        @Test
        void withoutCount_logsTheRemovedMember() {
            String member = server.send("SPOP a");
            assertThat(server.takeEffects()).containsExactly("SREM a " + member);
            assertReply("SISMEMBER a " + member, "0");
        }

        @Test
        void lastMember_removesTheKey() {
            server.send("SADD single m");
            server.takeEffects();
            assertReply("SPOP single", "m");
            assertThat(server.takeEffects()).containsExactly("SREM single m");
            assertReply("EXISTS single", "0");
        }

        @Test
        void noRoomForTheReply_removesNothing() {
            CommandTester.Session client = server.connect();
            client.leaveRoom(2);
            client.send("SPOP a 3");
            assertReply("SCARD a", "4");
            assertThat(server.takeEffects()).isEmpty();
        }

        @Test
        void countOfAll_logsDel() {
            server.send("SPOP a 4");
            assertThat(server.takeEffects()).containsExactly("DEL a");
        }

        @Test
        void countOfSome_logsEachRemoval() {
            server.send("SPOP a 2");
            assertThat(server.takeEffects()).hasSize(2).allMatch(effect -> effect.startsWith("SREM a "));
            assertReply("SCARD a", "2");
        }

        @Test
        void wrongCount_rejected() {
            assertReply("SPOP a -1", "-ERR value is out of range, must be positive");
            assertReply("SPOP a x", "-ERR value is out of range, must be positive");
            assertReply("SPOP a 1 1", "-ERR syntax error");
            assertReply("SPOP a 0", "[]");
            assertThat(server.takeEffects()).isEmpty();
        }
    }

    @Nested
    class Srandmember {
        @Test
        void negativeCount_repeatsMembers() {
            server.send("SADD single m");
            assertReply("SRANDMEMBER single -3", "[m m m]");
        }

        @Test
        void countAboveSize_answersAll() {
            server.send("SADD single m");
            assertReply("SRANDMEMBER single 3", "[m]");
        }

        @Test
        void count_answersDifferentMembers() {
            for (int i = 0; i < 100; i++) {
                server.send("SADD many m" + i);
            }
            for (int count : new int[] {5, 33, 34, 99, 100}) {
                String reply = server.send("SRANDMEMBER many " + count);
                assertThat(reply.substring(1, reply.length() - 1).split(" "))
                        .hasSize(count)
                        .doesNotHaveDuplicates();
            }
        }

        @Test
        void extremeCount_rejected() {
            assertReply(
                    "SRANDMEMBER a -9223372036854775808",
                    "-ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807");
        }
    }

    @Nested
    class Combinations {
        @Test
        void resp3_answersSets() {
            server.send("HELLO 3");
            assertReply("SINTER a a b", "{2 x}");
            assertReply("SDIFF b a", "{y}");
            assertReply("SMEMBERS none", "{}");
        }

        @Test
        void destinationAmongTheSources_isReplacedByTheResult() {
            assertReply("SINTERSTORE a a b", "2");
            assertReply("SMISMEMBER a 1 2 x", "[0 1 1]");
            assertReply("SUNIONSTORE b a b b", "3");
            assertReply("SDIFFSTORE b b b", "0");
            assertReply("EXISTS b", "0");
        }

        @Test
        void emptyResult_removesTheDestination() {
            assertReply("SINTERSTORE string a none", "0");
            assertReply("EXISTS string", "0");
            assertThat(server.takeEffects()).containsExactly("SINTERSTORE string a none");
        }

        @Test
        void wrongType_rejectedBehindAnAbsentKeyToo() {
            assertReply("SINTER none string", "-WRONGTYPE Operation against a key holding the wrong kind of value");
        }

        @Test
        void sunioncardAndSdiffcard_count() {
            server.send("SADD x 1 2 3");
            server.send("SADD y 3 4");
            assertReply("SUNIONCARD 3 x y none", "4");
            assertReply("SUNIONCARD 2 x y LIMIT 3 APPROX", "3");
            assertReply("SUNIONCARD 1 none APPROX", "0");
            assertReply("SDIFFCARD 2 x y", "2");
            assertReply("SDIFFCARD 3 x y none LIMIT 1", "1");
            assertReply("SDIFFCARD 2 none x", "0");
            assertReply("SDIFFCARD 1 x APPROX", "-ERR syntax error");
            assertReply("SUNIONCARD 0 x", "-ERR numkeys should be greater than 0");
            assertReply("COMMAND GETKEYS SUNIONCARD 2 x y APPROX", "[x y]");
        }

        @Test
        void sintercard_limits() {
            assertReply("SINTERCARD 2 a b", "2");
            assertReply("SINTERCARD 2 a b LIMIT 1", "1");
            assertReply("SINTERCARD 2 a b LIMIT 0", "2");
            assertReply("SINTERCARD 2 a b LIMIT -1", "-ERR LIMIT can't be negative");
            assertReply("SINTERCARD 3 a b", "-ERR Number of keys can't be greater than number of args");
            assertReply("SINTERCARD x a b", "-ERR numkeys should be greater than 0");
        }
    }

    @Nested
    class Smove {
        @Test
        void absentSource_isNoErrorWhateverTheDestination() {
            assertReply("SMOVE none string m", "0");
            assertReply("SMOVE a string 1", "-WRONGTYPE Operation against a key holding the wrong kind of value");
        }

        @Test
        void sameKey_tellsMembership() {
            assertReply("SMOVE a a 1", "1");
            assertReply("SMOVE a a none", "0");
            assertThat(server.takeEffects()).isEmpty();
        }

        @Test
        void lastMember_removesTheSource() {
            server.send("SADD single m");
            assertReply("SMOVE single new m", "1");
            assertReply("EXISTS single new", "1");
        }
    }
}
