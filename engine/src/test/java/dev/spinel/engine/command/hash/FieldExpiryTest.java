package dev.spinel.engine.command.hash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests the time to live of fields; the expectations follow from the command pages of Redis 7.4 and 8. */
class FieldExpiryTest {
    private static final String COUNT_ERROR = "-ERR The `numfields` parameter must match the number of arguments";

    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    private void assertEffects(String... effects) {
        assertThat(server.takeEffects()).containsExactly(effects);
    }

    private String info(String section, String name) {
        return server.send("INFO " + section)
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElseThrow();
    }

    @BeforeEach
    void fill() {
        server.send("HSET h a 1 b 2 c 3");
        server.takeEffects();
    }

    @Nested
    class Hexpire {
        @Test
        void codes_perField() {
            assertReply("HEXPIRE h 10 FIELDS 3 a x b", "[1 -2 1]");
            assertReply("HEXPIRE nokey 10 FIELDS 2 a x", "[-2 -2]");
            assertReply("HEXPIRE h 0 FIELDS 2 a a", "[2 -2]");
            assertReply("HGETALL h", "[b 2 c 3]");
        }

        @Test
        void conditions() {
            assertReply("HPEXPIRE h 1000 XX FIELDS 1 a", "[0]");
            assertReply("HPEXPIRE h 1000 GT FIELDS 1 a", "[0]");
            assertReply("HPEXPIRE h 1000 NX FIELDS 1 a", "[1]");
            assertReply("HPEXPIRE h 2000 NX FIELDS 2 a b", "[0 1]");
            assertReply("HPEXPIRE h 1000 GT FIELDS 1 a", "[0]");
            assertReply("HPEXPIRE h 1000 LT FIELDS 2 a c", "[0 1]");
            assertReply("HPEXPIRE h 1001 GT FIELDS 1 a", "[1]");
            assertReply("HPEXPIRE h 999 LT FIELDS 1 a", "[1]");
            assertReply("HPEXPIRE h 5000 XX GT FIELDS 2 a b", "[1 1]");
            assertReply("HPTTL h FIELDS 3 a b c", "[5000 5000 1000]");
        }

        @Test
        void conditions_standBeforeOrAfterTheFields() {
            assertReply("HPEXPIRE h 1000 FIELDS 2 a b NX", "[1 1]");
            assertReply("HPEXPIRE h 2000 XX FIELDS 2 a c GT", "[1 0]");
            assertReply("HPEXPIRE h 2000 FIELDS 1 NX XX", "[-2]");
            assertReply("HPEXPIRE h 2000 FIELDS 1 a XX b", COUNT_ERROR);
            assertReply("HPTTL h FIELDS 3 a b c", "[2000 1000 -1]");
        }

        @Test
        void conditionNotMet_deletesNothing() {
            assertReply("HPEXPIREAT h 1 XX FIELDS 1 a", "[0]");
            assertReply("HGET h a", "1");
            assertEffects();
        }

        @Test
        void effects_nameTheTimeAndTheFieldsChanged() {
            server.send("HEXPIRE h 10 FIELDS 2 a x");
            assertEffects("HPEXPIREAT h " + (server.nowMillis() + 10_000) + " FIELDS 1 a");
            server.send("HEXPIREAT h 1 FIELDS 3 b x a");
            assertEffects("HDEL h b a");
            server.send("HEXPIRE h 5 XX FIELDS 1 c");
            assertEffects();
        }

        @Test
        void fieldsDeletedByAPastTime_areCounted() {
            server.send("HEXPIRE h 0 FIELDS 2 a x");
            server.send("HGETEX h PXAT 1 FIELDS 1 b");
            server.send("HSETEX h PXAT 1 FIELDS 2 c 1 x 1");
            assertReply("EXISTS h", "0");
            assertThat(info("stats", "expired_subkeys")).isEqualTo("3");
            server.send("HSET h a 1");
            server.send("HDEL h a");
            assertThat(info("stats", "expired_subkeys")).isEqualTo("3");
        }

        @Test
        void pastTimeOfAllFields_removesTheKey() {
            CommandTester.Session subscriber = server.connect();
            server.send("CONFIG SET notify-keyspace-events KEA");
            subscriber.send("PSUBSCRIBE __keyevent@0__:*");
            assertReply("HPEXPIREAT h 1 FIELDS 3 a b c", "[2 2 2]");
            assertReply("EXISTS h", "0");
            assertThat(subscriber.take()).contains("__keyevent@0__:hdel h").contains("__keyevent@0__:del h");
        }

        @Test
        void latestTime_isThatOfRedis() {
            assertReply("HPEXPIREAT h 70368744177663 FIELDS 1 a", "[1]");
            assertReply("HPEXPIRETIME h FIELDS 1 a", "[70368744177663]");
            String error = "-ERR invalid expire time in 'hpexpireat' command";
            assertReply("HPEXPIREAT h 70368744177664 FIELDS 1 a", error);
            assertReply("HEXPIRE h 9223372036854775807 FIELDS 1 a", "-ERR invalid expire time in 'hexpire' command");
            assertReply("HPEXPIRE h 70368744177663 FIELDS 1 a", "-ERR invalid expire time in 'hpexpire' command");
        }

        @Test
        void errors() {
            assertReply("HEXPIRE h -1 FIELDS 1 a", "-ERR invalid expire time, must be >= 0");
            assertReply("HEXPIRE h x FIELDS 1 a", "-ERR value is not an integer or out of range");
            assertReply(
                    "HEXPIRE h 10 FIELD 1 a", "-ERR Mandatory argument FIELDS is missing or not at the right position");
            assertReply("HEXPIRE h 10 FIELDS 0 a", "-ERR Parameter `numFields` should be greater than 0");
            assertReply("HEXPIRE h 10 FIELDS abc a", "-ERR Parameter `numFields` should be greater than 0");
            assertReply("HEXPIRE h 10 FIELDS 2 a", COUNT_ERROR);
            assertReply("HEXPIRE h 10 FIELDS 1 a b", COUNT_ERROR);
            assertReply("HEXPIRE h 10 FIELDS", "-ERR wrong number of arguments for 'hexpire' command");
            assertReply(
                    "HEXPIRE h 10 NX XX FIELDS 1 a",
                    "-ERR NX and XX, GT or LT options at the same time are not compatible");
            server.send("SET s v");
            assertReply("HEXPIRE s x", "-ERR wrong number of arguments for 'hexpire' command");
            assertReply("HEXPIRE s x FIELDS 1 a", "-WRONGTYPE Operation against a key holding the wrong kind of value");
            assertReply("HGETALL h", "[a 1 b 2 c 3]");
        }
    }

    @Nested
    class Ttl {
        @Test
        void times_inAllUnits_roundedUp() {
            long at = server.nowMillis() + 1501;
            server.send("HPEXPIREAT h " + at + " FIELDS 1 a");
            assertReply("HTTL h FIELDS 3 a b x", "[2 -1 -2]");
            assertReply("HPTTL h FIELDS 1 a", "[1501]");
            assertReply("HPEXPIRETIME h FIELDS 1 a", "[" + at + "]");
            assertReply("HEXPIRETIME h FIELDS 1 a", "[" + (at + 999) / 1000 + "]");
            assertReply("HTTL nokey FIELDS 2 a b", "[-2 -2]");
        }

        @Test
        void errors() {
            assertReply("HTTL h FIELDS 0 a", "-ERR Number of fields must be a positive integer");
            assertReply("HTTL h FIELDS 2 a", COUNT_ERROR);
            assertReply("HPTTL h 1 a b", "-ERR Mandatory argument FIELDS is missing or not at the right position");
            assertReply("HPERSIST h FIELDS -1 a", "-ERR Number of fields must be a positive integer");
        }
    }

    @Nested
    class Hpersist {
        @Test
        void codes_andEffect() {
            server.send("HEXPIRE h 10 FIELDS 1 a");
            server.takeEffects();
            assertReply("HPERSIST h FIELDS 3 a b x", "[1 -1 -2]");
            assertEffects("HPERSIST h FIELDS 1 a");
            assertReply("HTTL h FIELDS 1 a", "[-1]");
            assertReply("HPERSIST nokey FIELDS 1 a", "[-2]");
            server.advanceMillis(20_000);
            assertReply("HGET h a", "1");
        }
    }

    @Nested
    class Expiry {
        @Test
        void fieldThatIsOver_isNowhereToBeFound() {
            server.send("HPEXPIRE h 100 FIELDS 1 a");
            server.advanceMillis(100);
            assertReply("HGET h a", "1");
            server.advanceMillis(1);
            assertReply("HGET h a", "nil");
            assertReply("HGETALL h", "[b 2 c 3]");
            assertReply("HLEN h", "2");
            assertReply("HEXISTS h a", "0");
            assertReply("HSTRLEN h a", "0");
            assertReply("HMGET h a b", "[nil 2]");
            assertReply("HTTL h FIELDS 1 a", "[-2]");
            assertReply("HSETNX h a 9", "1");
            assertReply("HTTL h FIELDS 1 a", "[-1]");
        }

        @Test
        void lookup_removesWhatIsOver_beforeTheCommandIsLogged() {
            server.send("DEBUG SET-ACTIVE-EXPIRE 0");
            server.send("HPEXPIRE h 100 FIELDS 2 a b");
            server.takeEffects();
            server.advanceMillis(101);
            assertReply("HINCRBY h a 5", "5");
            assertEffects("HDEL h a b", "HINCRBY h a 5");
            assertThat(info("stats", "expired_subkeys")).isEqualTo("2");
        }

        @Test
        void lastField_takesTheKeyWithIt() {
            server.send("DEBUG SET-ACTIVE-EXPIRE 0");
            server.send("HPEXPIRE h 100 FIELDS 3 a b c");
            CommandTester.Session subscriber = server.connect();
            server.send("CONFIG SET notify-keyspace-events KEA");
            subscriber.send("PSUBSCRIBE __keyevent@0__:*");
            server.takeEffects();
            server.advanceMillis(101);
            assertReply("EXISTS h", "0");
            assertEffects("HDEL h a b c");
            assertThat(subscriber.take()).contains("hexpired h").contains("__keyevent@0__:del h");
            assertReply("DBSIZE", "0");
        }

        @Test
        void activeExpiry_removesFieldsOfSmallAndLargeHashes() {
            CommandTester.Session subscriber = server.connect();
            server.send("CONFIG SET notify-keyspace-events KEA");
            large("big", 5000);
            server.send("HPEXPIRE h 100 FIELDS 1 a");
            expireAll("big", 5000, 50);
            subscriber.send("PSUBSCRIBE __keyevent@0__:*");
            // No more fields: prometheus-redis-exporter takes a database with five for an empty one.
            assertThat(info("keyspace", "db0")).matches("keys=\\d+,expires=\\d+,avg_ttl=\\d+,subexpiry=2");
            for (int turn = 0; turn < 50; turn++) {
                server.advanceMillis(110);
            }
            assertThat(info("keyspace", "db0")).startsWith("keys=1,").endsWith("subexpiry=0");
            assertThat(info("stats", "expired_subkeys")).isEqualTo("5001");
            assertThat(subscriber.take())
                    .contains("hexpired h")
                    .contains("hexpired big")
                    .contains("__keyevent@0__:del big");
            assertThat(server.takeEffects().stream()
                            .filter(effect -> effect.startsWith("HDEL big "))
                            .mapToInt(effect -> effect.split(" ").length - 2)
                            .sum())
                    .isEqualTo(5000);
        }

        @Test
        void watchedKey_isTouched() {
            server.send("HPEXPIRE h 100 FIELDS 1 a");
            server.send("WATCH h");
            server.advanceMillis(200);
            server.send("MULTI");
            server.send("PING");
            assertReply("EXEC", "nil-array");
        }

        @Test
        void hset_removesTheTimeToLive_hincrbyKeepsIt() {
            server.send("HPEXPIRE h 1000 FIELDS 3 a b c");
            server.send("HSET h a 7");
            server.send("HINCRBY h b 1");
            server.takeEffects();
            server.send("HINCRBYFLOAT h c 0.5");
            assertEffects("HSETEX h PXAT " + (server.nowMillis() + 1000) + " FIELDS 1 c 3.5");
            assertReply("HPTTL h FIELDS 3 a b c", "[-1 1000 1000]");
            assertReply("HMGET h a b c", "[7 3 3.5]");
        }

        @Test
        void pausedWrites_hideFieldsWithoutRemovingThem() {
            server.send("HPEXPIRE h 100 FIELDS 1 a");
            server.send("CLIENT PAUSE 100000 WRITE");
            server.advanceMillis(200);
            server.takeEffects();
            assertReply("HGETALL h", "[b 2 c 3]");
            assertReply("HGET h a", "nil");
            assertEffects();
        }
    }

    @Nested
    class InLargeHash {
        @BeforeEach
        void holdBack() {
            server.send("DEBUG SET-ACTIVE-EXPIRE 0");
            large("big", 1000);
            expireAll("big", 990, 100);
            server.takeEffects();
            server.advanceMillis(200);
        }

        @Test
        void fieldsNotYetReclaimed_areHidden() {
            assertReply("HLEN big", "1000");
            assertReply("HGET big f1", "nil");
            assertThat(server.send("HKEYS big").split(" ")).hasSize(10);
            assertThat(server.send("HRANDFIELD big 2000").split(" ")).hasSize(10);
            assertThat(server.send("HRANDFIELD big 2").split(" ")).hasSize(2).doesNotHaveDuplicates();
            assertThat(server.send("HRANDFIELD big")).startsWith("f99");
            assertThat(server.send("HRANDFIELD big -30").split(" ")).hasSize(30).allSatisfy(field -> assertThat(field)
                    .contains("f99"));
            assertThat(server.send("HSCAN big 0 COUNT 5000"))
                    .doesNotContain("f989")
                    .contains("f990");
            assertReply("HDEL big f1 f2", "0");
            assertEffects();
        }

        @Test
        void writesOverThem_areLoggedWithoutCondition() {
            assertReply("HSETNX big f1 new", "1");
            assertEffects("HSET big f1 new");
            assertReply("HINCRBY big f2 3", "3");
            assertEffects("HSET big f2 3");
            assertReply("HSETEX big KEEPTTL FIELDS 1 f3 x", "1");
            assertEffects("HSET big f3 x");
            assertReply("HDEL big f4 f995", "1");
            assertEffects("HDEL big f995");
            assertReply("HSET big f5 y", "1");
            assertReply("HPTTL big FIELDS 3 f1 f2 f5", "[-1 -1 -1]");
        }

        @Test
        void allOver_answersAsEmpty() {
            server.send("HPEXPIRE big 1 FIELDS 10 f990 f991 f992 f993 f994 f995 f996 f997 f998 f999");
            server.advanceMillis(5);
            assertReply("HGETALL big", "[]");
            assertReply("HRANDFIELD big", "nil");
            assertReply("HRANDFIELD big 3", "[]");
            assertReply("HRANDFIELD big -3", "[]");
            server.send("DEBUG SET-ACTIVE-EXPIRE 1");
            server.advanceMillis(110);
            server.advanceMillis(110);
            server.advanceMillis(110);
            assertReply("EXISTS big", "0");
        }
    }

    @Nested
    class Encodings {
        @Test
        void names_followWhetherFieldsExpire() {
            assertReply("OBJECT ENCODING h", "listpack");
            server.send("HEXPIRE h 10 FIELDS 1 b");
            assertReply("OBJECT ENCODING h", "listpackex");
            server.send("HPERSIST h FIELDS 1 b");
            assertReply("OBJECT ENCODING h", "listpack");
            large("big", 600);
            server.send("HEXPIRE big 10 FIELDS 1 f1");
            assertReply("OBJECT ENCODING big", "hashtable");
        }

        @Test
        void manyFields_keepTheirTimesWhenTheHashGrows() {
            server.send("HEXPIRE h 10 FIELDS 2 a c");
            for (int i = 0; i < 600; i++) {
                server.send("HSET h f" + i + " v");
            }
            assertReply("OBJECT ENCODING h", "hashtable");
            assertReply("HTTL h FIELDS 4 a b c f1", "[10 -1 10 -1]");
        }
    }

    @Nested
    class KeyCommands {
        @Test
        void copyRenameMoveAndString() {
            server.send("HEXPIRE h 10 FIELDS 1 a");
            assertReply("COPY h copy", "1");
            assertReply("HTTL copy FIELDS 2 a b", "[10 -1]");
            assertReply("RENAME h moved", "OK");
            assertReply("HTTL moved FIELDS 1 a", "[10]");
            assertReply("MOVE moved 1", "1");
            assertThat(info("keyspace", "db0")).endsWith("subexpiry=1");
            assertThat(info("keyspace", "db1")).endsWith("subexpiry=1");
            server.send("SET copy x");
            assertThat(info("keyspace", "db0")).endsWith("subexpiry=0");
            server.send("SELECT 1");
            assertReply("HTTL moved FIELDS 1 a", "[10]");
            server.send("DEL moved");
            server.send("HSET other a 1");
            assertThat(info("keyspace", "db1")).endsWith("subexpiry=0");
        }

        @Test
        void digest_tellsWhetherFieldsExpire() {
            String before = server.send("DEBUG DIGEST-VALUE h");
            server.send("HEXPIRE h 10 FIELDS 1 a");
            assertThat(server.send("DEBUG DIGEST-VALUE h")).isNotEqualTo(before);
            server.send("HPERSIST h FIELDS 1 a");
            assertThat(server.send("DEBUG DIGEST-VALUE h")).isEqualTo(before);
        }
    }

    @Nested
    class Hgetex {
        @Test
        void noRoomForTheReply_removesNothing() {
            server.takeEffects();
            CommandTester.Session client = server.connect();
            client.leaveRoom(2);
            client.send("HGETEX h PXAT 1 FIELDS 3 a b c");
            assertReply("HLEN h", "3");
            assertThat(server.takeEffects()).isEmpty();
        }

        @Test
        void sameFieldTwice_isThereOnce() {
            assertReply("HGETEX h PXAT 1 FIELDS 2 a a", "[1 nil]");
        }

        @Test
        void readsAndSets() {
            assertReply("HGETEX h FIELDS 2 a x", "[1 nil]");
            assertEffects();
            assertReply("HGETEX h EX 10 FIELDS 3 a x b", "[1 nil 2]");
            assertEffects("HPEXPIREAT h " + (server.nowMillis() + 10_000) + " FIELDS 2 a b");
            assertReply("HGETEX h PERSIST FIELDS 3 a c x", "[1 3 nil]");
            assertEffects("HPERSIST h FIELDS 1 a");
            assertReply("HTTL h FIELDS 2 a b", "[-1 10]");
            assertReply("HGETEX nokey EX 10 FIELDS 1 a", "[nil]");
        }

        @Test
        void pastTime_deletes() {
            assertReply("HGETEX h PXAT 1 FIELDS 2 a b", "[1 2]");
            assertEffects("HDEL h a b");
            assertReply("HGETEX h EXAT 0 FIELDS 1 c", "[3]");
            assertReply("EXISTS h", "0");
        }

        @Test
        void errors() {
            String oneOf = "-ERR Only one of EX, PX, EXAT, PXAT or PERSIST arguments can be specified";
            assertReply("HGETEX h EX 1 PERSIST FIELDS 1 a", oneOf);
            assertReply(
                    "HGETEX h KEEPTTL FIELDS 1 a",
                    "-ERR Mandatory argument FIELDS is missing or not at the right position");
            assertReply("HGETEX h EX -1 FIELDS 1 a", "-ERR invalid expire time, must be >= 0");
            assertReply("HGETEX h FIELDS 0 a", "-ERR invalid number of fields");
            assertReply("HGETEX h FIELDS 2 a", "-ERR wrong number of arguments");
            assertReply("HGETEX h FIELDS 1 a b", "-ERR wrong number of arguments");
            assertReply("HGETEX h EX 70368744177664 FIELDS 1 a", "-ERR invalid expire time in 'hgetex' command");
            server.send("SET s v");
            assertThat(server.send("HGETEX s EX x FIELDS 0 a")).startsWith("-WRONGTYPE");
        }
    }

    @Nested
    class Hsetex {
        @Test
        void setsValuesAndTimes() {
            assertReply("HSETEX h EX 10 FIELDS 2 a 9 d 4", "1");
            assertEffects("HSETEX h PXAT " + (server.nowMillis() + 10_000) + " FIELDS 2 a 9 d 4");
            assertReply("HMGET h a d", "[9 4]");
            assertReply("HTTL h FIELDS 2 a d", "[10 10]");
            assertReply("HSETEX h KEEPTTL FIELDS 2 a 8 b 7", "1");
            assertEffects("HSETEX h PXAT " + (server.nowMillis() + 10_000) + " FIELDS 1 a 8", "HSET h b 7");
            assertReply("HTTL h FIELDS 2 a b", "[10 -1]");
            assertReply("HSETEX h FIELDS 1 a 7", "1");
            assertEffects("HSET h a 7");
            assertReply("HTTL h FIELDS 1 a", "[-1]");
            assertReply("HSETEX new PX 5 FIELDS 1 a 7", "1");
        }

        @Test
        void conditions() {
            assertReply("HSETEX h FNX EX 10 FIELDS 2 x 1 a 1", "0");
            assertReply("HSETEX h FXX EX 10 FIELDS 2 x 1 a 1", "0");
            assertReply("HSETEX h FNX EX 10 FIELDS 1 x 1", "1");
            assertReply("HSETEX h FXX FIELDS 2 x 2 a 2", "1");
            assertReply("HSETEX new FXX FIELDS 1 x 2", "0");
            assertReply("HSETEX new XX FIELDS 1 x 2", "0");
            assertReply("EXISTS new", "0");
            assertReply("HSETEX h NX FIELDS 1 x 3", "0");
            assertReply("HSETEX new NX FIELDS 1 x 3", "1");
            assertReply("HMGET h x a", "[2 2]");
        }

        @Test
        void conditionsOfKeyAndFields_mustBothHold() {
            assertReply("HSETEX h XX FNX EX 10 FIELDS 1 a 1", "0");
            assertReply("HSETEX h XX FNX EX 10 FIELDS 1 x 1", "1");
            assertReply("HSETEX h FXX XX FIELDS 1 x 2", "1");
            assertReply("HSETEX h NX FNX FIELDS 1 y 1", "0");
            assertReply("HSETEX new NX FXX FIELDS 1 y 1", "0");
            assertReply("HSETEX new XX FNX FIELDS 1 y 1", "0");
            assertReply("HSETEX new NX FNX FIELDS 1 y 1", "1");
            assertReply("HGETALL h", "[a 1 b 2 c 3 x 2]");
        }

        @Test
        void pastTime_deletes() {
            assertReply("HSETEX h EXAT 1 FIELDS 2 a 9 x 1", "1");
            assertEffects("HDEL h a");
            assertReply("HSETEX new EXAT 1 FIELDS 1 a 9", "1");
            assertReply("EXISTS new", "0");
        }

        @Test
        void pastTime_tellsOfSettingAndRemoval() {
            CommandTester.Session subscriber = server.connect();
            server.send("CONFIG SET notify-keyspace-events KEA");
            subscriber.send("PSUBSCRIBE __keyspace@0__:*");
            subscriber.take();
            server.send("HSETEX h EXAT 1 FIELDS 1 a 9");
            assertThat(subscriber.take())
                    .containsSubsequence(":h hset", ":h hdel")
                    .doesNotContain(":h del");
            server.send("HSETEX h EXAT 1 FIELDS 1 x 9");
            assertThat(subscriber.take())
                    .containsSubsequence(":h hset", ":h hdel")
                    .doesNotContain(":h del");
            server.send("HSETEX h EXAT 1 FIELDS 2 b 9 c 9");
            assertThat(subscriber.take()).containsSubsequence(":h hset", ":h hdel", ":h del");
            server.send("HSETEX new EXAT 1 FIELDS 1 a 9");
            assertThat(subscriber.take()).containsSubsequence(":new hset", ":new hdel", ":new del");
        }

        @Test
        void errors() {
            String oneOf = "-ERR Only one of EX, PX, EXAT, PXAT or KEEPTTL arguments can be specified";
            assertReply("HSETEX h EX 1 KEEPTTL FIELDS 1 a 1", oneOf);
            assertReply("HSETEX h FNX FXX FIELDS 1 a 1", "-ERR Only one of FXX or FNX arguments can be specified");
            assertReply("HSETEX h NX FNX XX FIELDS 1 a 1", "-ERR Only one of XX or NX arguments can be specified");
            assertReply("HSETEX h FIELDS 2 a 1 b", "-ERR wrong number of arguments");
            assertReply("HSETEX h FIELDS 1 a 1 b", "-ERR wrong number of arguments");
            assertReply("HSETEX h EX 1 PX FIELDS 1", oneOf);
            assertReply("HSETEX h NONE 10 FIELDS 1 a 1", "-ERR unknown argument: NONE");
            assertReply("HGET h a", "1");
        }
    }

    @Nested
    class Hgetdel {
        @Test
        void noRoomForTheReply_removesNothing() {
            server.takeEffects();
            CommandTester.Session client = server.connect();
            client.leaveRoom(2);
            client.send("HGETDEL h FIELDS 3 a b c");
            assertReply("HLEN h", "3");
            assertThat(server.takeEffects()).isEmpty();
        }

        @Test
        void sameFieldTwice_isThereOnce() {
            assertReply("HGETDEL h FIELDS 2 a a", "[1 nil]");
        }

        @Test
        void readsAndRemoves() {
            assertReply("HGETDEL h FIELDS 3 a x a", "[1 nil nil]");
            assertEffects("HDEL h a");
            assertReply("HGETDEL h FIELDS 2 b c", "[2 3]");
            assertReply("EXISTS h", "0");
            assertReply("HGETDEL h FIELDS 1 a", "[nil]");
        }

        @Test
        void errors() {
            assertReply("HGETDEL h FIELDS 0 a", "-ERR Number of fields must be a positive integer");
            assertReply("HGETDEL h FIELDS 2 a", COUNT_ERROR);
            assertReply("HGETDEL h a 1 b", "-ERR Mandatory argument FIELDS is missing or not at the right position");
        }
    }

    /** Makes a hash of fields f0, f1 and so on that is a table. */
    private void large(String key, int fields) {
        List<String> words = new ArrayList<>(List.of("HSET", key));
        for (int i = 0; i < fields; i++) {
            words.add("f" + i);
            words.add("value" + i);
        }
        server.send(String.join(" ", words));
    }

    private void expireAll(String key, int fields, long millis) {
        List<String> words = new ArrayList<>(List.of("HPEXPIRE", key, "" + millis, "FIELDS", "" + fields));
        for (int i = 0; i < fields; i++) {
            words.add("f" + i);
        }
        assertReply(String.join(" ", words), "[" + String.join(" ", Collections.nCopies(fields, "1")) + "]");
    }
}
