package dev.spinel.engine.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests {@code import-mode} and CLIENT IMPORT-SOURCE; the expectations are what Valkey 8.1 documents. */
class ImportModeTest {
    private final CommandTester server = new CommandTester();
    private final CommandTester.Session source = server.connect();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    private void assertSourceReads(String line, String reply) {
        assertThat(source.send(line)).as(line).isEqualTo(reply);
    }

    @BeforeEach
    void start() {
        assertReply("CONFIG SET import-mode yes", "OK");
        assertSourceReads("CLIENT IMPORT-SOURCE ON", "OK");
    }

    /** A key whose time is over. */
    private void expire(String key, String value) {
        server.send("SET " + key + " " + value + " PX 5");
        server.advanceMillis(100);
        server.takeEffects();
    }

    @Nested
    class Source {
        @Test
        void importModeOff_cannotBecomeOne_butCease() {
            assertReply("CONFIG SET import-mode no", "OK");
            assertReply("CLIENT IMPORT-SOURCE ON", "-ERR Server is not in import mode");
            assertReply("CLIENT IMPORT-SOURCE what", "-ERR Server is not in import mode");
            assertReply("CLIENT IMPORT-SOURCE OFF", "OK");
            assertThat(source.send("CLIENT INFO")).contains(" flags=I ");
            assertSourceReads("CLIENT IMPORT-SOURCE off", "OK");
            assertThat(source.send("CLIENT INFO")).contains(" flags=N ");
        }

        @Test
        void isShown_andForgottenByReset() {
            assertThat(server.send("CLIENT LIST FLAGS I")).contains("flags=I").doesNotContain("flags=N");
            assertSourceReads("RESET", "RESET");
            assertThat(source.send("CLIENT INFO")).contains(" flags=N ");
        }

        @Test
        void malformed_rejected() {
            assertReply("CLIENT IMPORT-SOURCE", "-ERR wrong number of arguments for 'client|import-source' command");
            assertReply("CLIENT IMPORT-SOURCE yes", "-ERR syntax error");
            assertReply("CONFIG GET import-mode", "[import-mode yes]");
        }

        @Test
        void seesExpiredKeys() {
            expire("k", "1");
            assertSourceReads("GET k", "1");
            assertSourceReads("TTL k", "0");
            assertSourceReads("EXISTS k", "1");
            assertSourceReads("RANDOMKEY", "k");
            assertSourceReads("KEYS *", "[k]");
            assertSourceReads("SCAN 0 COUNT 100", "[0 [k]]");
            assertThat(server.takeEffects()).isEmpty();
        }

        @Test
        void changesExpiredKeys() {
            expire("k", "1");
            assertSourceReads("INCR k", "2");
            assertReply("GET k", "nil");
            assertSourceReads("PEXPIREAT k " + (server.nowMillis() + 1000), "1");
            assertReply("GET k", "2");
            assertThat(server.takeEffects()).containsExactly("INCR k", "PEXPIREAT k " + (server.nowMillis() + 1000));
        }

        @Test
        void inTransaction_seesThem_andSoDoOthersNot() {
            expire("k", "1");
            source.send("MULTI");
            source.send("GET k");
            source.send("APPEND k 0");
            source.send("GET k");
            assertSourceReads("EXEC", "[1 2 10]");
            assertReply("GET k", "nil");
        }

        @Test
        void waiting_seesThem() {
            server.send("RPUSH list x");
            server.send("PEXPIRE list 5");
            server.advanceMillis(100);
            CommandTester.Session other = server.connect();
            assertThat(other.send("LRANGE list 0 -1")).isEqualTo("[]");
            assertSourceReads("BLPOP list 1", "[list x]");
        }

        @Test
        void ceases_thenSeesThemNoMore() {
            expire("k", "1");
            assertSourceReads("GET k", "1");
            assertSourceReads("CLIENT IMPORT-SOURCE OFF", "OK");
            assertSourceReads("GET k", "nil");
            assertReply("GET k", "nil");
        }

        @Test
        void seesExpiredFields() {
            server.send("HSET h a 1 b 2");
            server.send("HPEXPIRE h 5 FIELDS 1 a");
            server.advanceMillis(100);
            server.takeEffects();
            assertReply("HGET h a", "nil");
            assertSourceReads("HGET h a", "1");
            assertSourceReads("HTTL h FIELDS 1 a", "[0]");
            assertSourceReads("HINCRBY h a 5", "6");
            assertThat(server.takeEffects()).containsExactly("HINCRBY h a 5");
        }
    }

    @Nested
    class Others {
        @Test
        void readers_seeNoExpiredKey_whichStays() {
            expire("k", "1");
            assertReply("GET k", "nil");
            assertReply("TTL k", "-2");
            assertReply("EXISTS k", "0");
            assertReply("KEYS *", "[]");
            assertReply("SCAN 0 COUNT 100", "[0 []]");
            assertReply("DBSIZE", "1");
            assertThat(server.takeEffects()).isEmpty();
        }

        @Test
        void writers_removeTheExpiredKeyThatTheyChange() {
            expire("k", "1");
            assertReply("INCR k", "1");
            assertReply("TTL k", "-1");
            assertReply("DBSIZE", "1");
            assertThat(server.takeEffects()).containsExactly("DEL k", "INCR k");
            expire("k", "1");
            assertReply("DEL k", "0");
            assertReply("DBSIZE", "0");
            assertThat(server.takeEffects()).containsExactly("DEL k");
        }

        @Test
        void anyWriter_leavesOneRecordOfAKey() {
            for (String command : List.of(
                    "SET k 1",
                    "SETRANGE k 1 x",
                    "RPUSH k a",
                    "HSET k f v",
                    "SADD k m",
                    "ZADD k 1 m",
                    "RENAME from k",
                    "COPY from k REPLACE",
                    "SUNIONSTORE k set",
                    "PFADD k x",
                    "XADD k * f v",
                    "GETEX k EX 5",
                    "EXPIRE k 5",
                    "PERSIST k")) {
                server.send("FLUSHALL");
                server.send("SET from x");
                server.send("SADD set m");
                expire("k", "1");
                assertThat(server.send(command)).as(command).doesNotStartWith("-");
                long keys = Long.parseLong(server.send("DBSIZE"));
                server.send("CONFIG SET import-mode no");
                server.advanceMillis(1000);
                assertThat(server.send("KEYS *").split(" ")).as(command).hasSizeLessThanOrEqualTo((int) keys);
                server.send("DEL k");
                assertReply("EXISTS k", "0");
                server.send("CONFIG SET import-mode yes");
            }
        }

        @Test
        void pastExpiry_removesNothing_butEndsTheKey() {
            for (String command : List.of("EXPIREAT k 1", "EXPIRE k -1", "PEXPIREAT k -10000", "EXPIREAT k 0")) {
                server.send("SET k v");
                server.takeEffects();
                assertReply(command, "1");
                assertReply("EXISTS k", "0");
                assertReply("DBSIZE", "1");
                assertThat(server.takeEffects()).hasSize(1).allMatch(effect -> effect.matches("PEXPIREAT k \\d+"));
                assertSourceReads("GET k", "v");
                assertSourceReads("TTL k", "0");
            }
        }

        @Test
        void expiredFields_stayUntilTheHashIsChanged() {
            server.send("HSET h a 1 b 2");
            server.send("HPEXPIRE h 5 FIELDS 1 a");
            server.advanceMillis(100);
            server.takeEffects();
            assertReply("HGETALL h", "[b 2]");
            assertThat(server.takeEffects()).isEmpty();
            assertReply("HSET h c 3", "1");
            assertThat(server.takeEffects()).containsExactly("HDEL h a", "HSET h c 3");
            assertSourceReads("HGET h a", "nil");
        }
    }

    @Test
    void off_expiredKeysGo() {
        expire("k", "1");
        server.send("SET other 1 PX 5");
        server.advanceMillis(1000);
        server.takeEffects();
        assertReply("DBSIZE", "2");
        assertReply("CONFIG SET import-mode no", "OK");
        assertSourceReads("GET k", "nil");
        assertReply("DBSIZE", "1");
        server.advanceMillis(1000);
        assertReply("DBSIZE", "0");
        assertThat(server.takeEffects()).containsExactly("DEL k", "DEL other");
    }

    @Test
    void onInATransaction_onlyTheSourceSeesWhatIsOver() {
        assertReply("CONFIG SET import-mode no", "OK");
        CommandTester.Session late = server.connect();
        late.send("SET k v PX 10");
        late.send("MULTI");
        late.send("CONFIG SET import-mode yes");
        late.send("CLIENT IMPORT-SOURCE ON");
        late.send("GET k");
        assertThat(late.send("EXEC")).isEqualTo("[OK OK v]");
        server.advanceMillis(20);
        assertThat(late.send("GET k")).isEqualTo("v");
        assertReply("GET k", "nil");
    }

    @Test
    void onAndOffInATransaction_expiryGoesOn() {
        assertReply("CONFIG SET import-mode no", "OK");
        CommandTester.Session late = server.connect();
        late.send("MULTI");
        late.send("CONFIG SET import-mode yes");
        late.send("CLIENT IMPORT-SOURCE ON");
        late.send("CONFIG SET import-mode no");
        assertThat(late.send("EXEC")).isEqualTo("[OK OK OK]");
        assertReply("SET k v PX 10", "OK");
        server.advanceMillis(20);
        assertReply("GET k", "nil");
    }

    @Test
    void offByTheSourceItself_expiryGoesOn() {
        expire("k", "1");
        assertSourceReads("CONFIG SET import-mode no", "OK");
        assertSourceReads("GET k", "nil");
        assertReply("DBSIZE", "0");
    }

    @Test
    void noKeyIsEvicted() {
        server.send("CONFIG SET maxmemory-policy allkeys-lru maxmemory 2mb");
        String value = "v".repeat(10_000);
        String reply = "OK";
        int keys = 0;
        while (reply.equals("OK") && keys < 1000) {
            reply = server.send("SET key" + keys++ + " " + value);
        }
        assertThat(reply).isEqualTo("-OOM command not allowed when used memory > 'maxmemory'.");
        assertReply("DBSIZE", Integer.toString(keys - 1));
        assertThat(server.send("INFO stats")).contains("evicted_keys:0");
        server.send("CONFIG SET import-mode no");
        assertReply("SET another " + value, "OK");
        assertThat(server.send("INFO stats")).doesNotContain("evicted_keys:0");
    }

    @Test
    void effects_makeTheSameData() {
        server.send("SET k 1 PX 5");
        server.advanceMillis(100);
        source.send("INCR k");
        source.send("PERSIST k");
        source.send("SET other 1 PX 5");
        server.advanceMillis(100);
        source.send("APPEND other x");
        source.send("EXPIRE other 100");
        CommandTester copy = new CommandTester();
        copy.send("CONFIG SET import-mode yes");
        copy.send("CLIENT IMPORT-SOURCE ON");
        copy.replay(server.allEffects());
        assertThat(copy.send("GET k")).isEqualTo("2").isEqualTo(server.send("GET k"));
        assertThat(copy.send("GET other")).isEqualTo("1x").isEqualTo(server.send("GET other"));
    }
}
