package dev.spinel.engine.command.generic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests the commands on keys; the expectations were asked of redis-server 7.0.15. */
class KeyCommandsTest {
    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    @Nested
    class Expire {
        @Test
        void relativeTime_logsAbsoluteTime() {
            server.send("SET k v");
            server.takeEffects();
            assertReply("EXPIRE k 10", "1");
            assertThat(server.takeEffects()).containsExactly("PEXPIREAT k " + (server.nowMillis() + 10_000));
            assertReply("TTL k", "10");
            server.advanceMillis(10_001);
            assertReply("EXISTS k", "0");
            assertThat(server.takeEffects()).containsExactly("DEL k");
        }

        @Test
        void timeInThePast_removes() {
            server.send("SET k v");
            server.takeEffects();
            assertReply("PEXPIRE k -1", "1");
            assertThat(server.takeEffects()).containsExactly("DEL k");
        }

        @Test
        void conditions_compareWithTheCurrentExpiry() {
            server.send("SET k v");
            assertReply("EXPIRE k 100 XX", "0");
            assertReply("EXPIRE k 100 GT", "0");
            assertReply("EXPIRE k 100 LT", "1");
            assertReply("EXPIRE k 50 NX", "0");
            assertReply("EXPIRE k 50 GT", "0");
            assertReply("EXPIRE k 200 XX GT", "1");
            assertReply("EXPIRE k 200 LT", "0");
            assertReply("EXPIRE k x FOO", "-ERR Unsupported option FOO");
            assertReply("EXPIRE k x NX GT", "-ERR NX and XX, GT or LT options at the same time are not compatible");
            assertReply("EXPIRE k x GT LT", "-ERR GT and LT options at the same time are not compatible");
            assertReply("EXPIRE k 9223372036854775807", "-ERR invalid expire time in 'expire' command");
            assertReply("PEXPIRE none 9223372036854775807", "-ERR invalid expire time in 'pexpire' command");
        }
    }

    @Nested
    class ObjectRefcount {
        @Test
        void smallInteger_countsAsShared() {
            server.send("MSET small 9999 large 10000 negative -1 text a");
            assertReply("OBJECT REFCOUNT small", "2147483647");
            assertReply("OBJECT REFCOUNT large", "1");
            assertReply("OBJECT REFCOUNT negative", "1");
            assertReply("OBJECT REFCOUNT text", "1");
            assertReply("OBJECT REFCOUNT absent", "nil");
        }
    }

    @Nested
    class Moves {
        @Test
        void rename_keepsTimeToLive() {
            server.send("SET k v EX 100");
            assertReply("RENAME k other", "OK");
            assertReply("TTL other", "100");
            assertReply("RENAME k other", "-ERR no such key");
            assertReply("RENAMENX other other", "0");
            assertReply("RENAME other other", "OK");
        }

        @Test
        void copy_refusesAnExistingTargetUnlessReplacing() {
            server.send("SADD s a");
            server.send("SET k v");
            assertReply("COPY s k", "0");
            assertReply("COPY s k REPLACE", "1");
            server.send("SREM s a");
            assertReply("SMEMBERS k", "[a]");
            assertReply("COPY k k", "-ERR source and destination objects are the same");
            assertReply("COPY k k DB 1", "1");
            assertReply("COPY k k DB 99", "-ERR DB index is out of range");
        }

        @Test
        void move_changesTheDatabase() {
            server.send("SET k v EX 100");
            assertReply("MOVE k 1", "1");
            assertReply("EXISTS k", "0");
            server.send("SELECT 1");
            assertReply("TTL k", "100");
            assertReply("MOVE k 1", "-ERR source and destination objects are the same");
        }
    }

    @Nested
    class Events {
        @Test
        void newKey_isToldOnceAndNotWhenReplaced() {
            CommandTester.Session listener = server.connect();
            server.send("CONFIG SET notify-keyspace-events En$s");
            server.send("SADD s a");
            listener.send("PSUBSCRIBE __keyevent@*");
            server.send("SUNIONSTORE t s");
            assertThat(listener.take())
                    .isEqualTo("[pmessage __keyevent@* __keyevent@0__:new t]"
                            + " [pmessage __keyevent@* __keyevent@0__:sunionstore t]");
            server.send("SUNIONSTORE t s");
            assertThat(listener.take()).isEqualTo("[pmessage __keyevent@* __keyevent@0__:sunionstore t]");
        }

        @Test
        void replacedKey_doesNotServeWaitingClient() {
            CommandTester.Session waiting = server.connect();
            waiting.send("BZPOPMIN z 0");
            server.send("SET z v");
            server.send("ZADD y 1 a");
            server.send("ZUNIONSTORE z 1 y");
            assertThat(waiting.take()).isEmpty();
            server.send("DEL z");
            server.send("ZUNIONSTORE z 1 y");
            assertThat(waiting.take()).isEqualTo("[z a 1]");
        }
    }

    @Nested
    class Sorting {
        @Test
        void weightsAndGets_followPatterns() {
            server.send("RPUSH l 1 2 3");
            server.send("MSET w1 30 w2 20 w3 10");
            server.send("HSET h1 name one");
            assertReply("SORT l BY w*", "[3 2 1]");
            assertReply("SORT l BY w* GET # GET h*->name LIMIT 2 1", "[1 one]");
            assertReply("SORT l GET h*->name DESC", "[nil nil one]");
            assertReply("SORT l BY nosort DESC LIMIT 0 2", "[3 2]");
            assertReply("SORT l GET h*-> STORE out", "3");
            assertReply("LRANGE out 0 -1", "['' '' '']");
        }

        @Test
        void numbers_areDemandedWithoutAlpha() {
            server.send("SADD s b a 10");
            assertReply("SORT s", "-ERR One or more scores can't be converted into double");
            assertReply("SORT s ALPHA DESC", "[b a 10]");
            assertReply("SORT s BY nosort", "[10 a b]");
            assertReply("SORT_RO s ALPHA STORE x", "-ERR syntax error");
        }

        @Test
        void emptyResult_removesTheDestination() {
            server.send("SET k v");
            assertReply("SORT none STORE k", "0");
            assertReply("EXISTS k", "0");
        }
    }

    @Nested
    class Scan {
        @Test
        void type_andPatternFilter() {
            server.send("MSET a 1 b 2");
            server.send("SADD c m");
            assertReply("SCAN 0 TYPE SET", "[0 [c]]");
            assertReply("SCAN 0 MATCH a TYPE string COUNT 100", "[0 [a]]");
            assertReply("SCAN x", "-ERR invalid cursor");
            assertReply("SCAN 0 COUNT 0", "-ERR syntax error");
        }

        @Test
        void expiredKeys_areRemoved() {
            server.send("DEBUG SET-ACTIVE-EXPIRE 0");
            server.send("SET stays v");
            server.send("PSETEX a 10 v");
            server.send("PSETEX b 10 v");
            server.advanceMillis(20);
            server.takeEffects();
            assertReply("SCAN 0", "[0 [stays]]");
            assertThat(server.takeEffects()).containsExactlyInAnyOrder("DEL a", "DEL b");
            assertReply("DBSIZE", "1");
        }
    }
}
