package dev.spinel.engine.hashimport;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests HIMPORT; the expectations are what Redis 8.10 documents, and the error texts those that its clients know. */
class HashImportCommandsTest {
    private static final String NO_FIELDSET = "-ERR no such fieldset";
    private static final String WRONG_COUNT = "-ERR value count does not match fieldset field count";

    private final CommandTester server = new CommandTester();

    @BeforeEach
    void prepare() {
        assertReply("HIMPORT PREPARE user name email age", "OK");
    }

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    private void assertEffects(String... effects) {
        assertThat(server.takeEffects()).containsExactly(effects);
    }

    @Nested
    class Prepare {
        @Test
        void sameName_replacesFields() {
            assertReply("himport prepare user city country", "OK");
            assertReply("HIMPORT SET k user alice a@x 30", WRONG_COUNT);
            assertReply("HIMPORT SET k user Paris France", "OK");
            assertReply("HGETALL k", "[city Paris country France]");
        }

        @Test
        void sameFieldTwice_rejected_andWhatWasThereStays() {
            for (String fields : new String[] {"a a b", "a b a", "b a a"}) {
                assertReply("HIMPORT PREPARE user " + fields, "-ERR duplicate field name in fieldset");
                assertReply("HIMPORT PREPARE other " + fields, "-ERR duplicate field name in fieldset");
            }
            assertReply("HIMPORT SET k other 1 2 3", NO_FIELDSET);
            assertReply("HIMPORT SET k user 1 2 3", "OK");
        }

        @Test
        void emptyNames_areNames() {
            CommandTester.Session client = server.connect();
            assertThat(client.send("HIMPORT", "PREPARE", "", "", "b")).isEqualTo("OK");
            assertThat(client.send("HIMPORT", "SET", "k", "", "1", "")).isEqualTo("OK");
            assertThat(client.send("HGETALL k")).isEqualTo("['' 1 b '']");
        }

        @Test
        void changesNothing() {
            assertReply("HIMPORT PREPARE other a b", "OK");
            assertReply("HIMPORT DISCARDALL", "2");
            assertEffects();
        }
    }

    @Nested
    class SetHash {
        @Test
        void absentKey_isMade() {
            assertReply("HIMPORT SET k user alice a@x 30", "OK");
            assertReply("HGETALL k", "[name alice email a@x age 30]");
            assertReply("OBJECT ENCODING k", "listpack");
            assertEffects("HSET k name alice email a@x age 30");
        }

        @Test
        void hash_isReplaced_withoutItsFieldsAndTimeToLive() {
            server.send("HSET k old 1 name x");
            server.send("EXPIRE k 100");
            server.send("HEXPIRE k 50 FIELDS 1 old");
            server.takeEffects();
            assertReply("HIMPORT SET k user alice a@x 30", "OK");
            assertReply("HGETALL k", "[name alice email a@x age 30]");
            assertReply("TTL k", "-1");
            assertEffects("DEL k", "HSET k name alice email a@x age 30");
        }

        @Test
        void otherType_refused() {
            server.send("SET k v");
            server.takeEffects();
            assertReply(
                    "HIMPORT SET k user 1 2 3", "-WRONGTYPE Operation against a key holding the wrong kind of value");
            assertReply("GET k", "v");
            assertEffects();
        }

        @Test
        void expiredKey_ofAnotherType_isNoObstacle() {
            server.send("SET k v PX 5");
            server.advanceMillis(10);
            server.takeEffects();
            assertReply("HIMPORT SET k user 1 2 3", "OK");
            assertReply("TYPE k", "hash");
        }

        @Test
        void wrongNumberOfValues_refused() {
            assertReply("HIMPORT SET k user 1 2", WRONG_COUNT);
            assertReply("HIMPORT SET k user 1 2 3 4", WRONG_COUNT);
            assertReply("EXISTS k", "0");
            assertEffects();
        }

        @Test
        void manyFields_becomeATable() {
            StringBuilder fields = new StringBuilder();
            StringBuilder values = new StringBuilder();
            for (int i = 0; i < 2000; i++) {
                fields.append(" f").append(i);
                values.append(" v").append(i);
            }
            assertReply("HIMPORT PREPARE wide" + fields, "OK");
            assertReply("HIMPORT SET k wide" + values, "OK");
            assertReply("OBJECT ENCODING k", "hashtable");
            assertReply("HLEN k", "2000");
            assertReply("HMGET k f0 f1999", "[v0 v1999]");
        }

        @Test
        void event_isHset() {
            server.send("CONFIG SET notify-keyspace-events KEA");
            CommandTester.Session listener = server.connect();
            listener.send("PSUBSCRIBE __keyevent@0__:*");
            listener.take();
            server.send("HIMPORT SET k user 1 2 3");
            assertThat(listener.take()).isEqualTo("[pmessage __keyevent@0__:* __keyevent@0__:hset k]");
            server.send("HIMPORT SET k user 4 5 6");
            assertThat(listener.take()).isEqualTo("[pmessage __keyevent@0__:* __keyevent@0__:hset k]");
        }

        @Test
        void effects_makeTheSameData() {
            server.send("HSET a old 1");
            server.send("HIMPORT SET a user 1 2 3");
            server.send("SELECT 1");
            server.send("HIMPORT SET b user 4 5 6");
            CommandTester copy = new CommandTester();
            copy.replay(server.allEffects());
            assertThat(copy.send("DEBUG DIGEST")).isEqualTo(server.send("DEBUG DIGEST"));
            copy.send("SELECT 0");
            assertThat(copy.send("HGETALL a")).isEqualTo("[name 1 email 2 age 3]");
        }
    }

    @Nested
    class Connections {
        @Test
        void fieldsets_belongToOne() {
            CommandTester.Session other = server.connect();
            assertThat(other.send("HIMPORT SET k user 1 2 3")).isEqualTo(NO_FIELDSET);
            assertThat(other.send("HIMPORT DISCARD user")).isEqualTo("0");
            assertReply("HIMPORT SET k user 1 2 3", "OK");
        }

        @Test
        void discard_tellsWhetherThereWasOne() {
            server.send("HIMPORT SET k user 1 2 3");
            assertReply("HIMPORT DISCARD absent", "0");
            assertReply("HIMPORT DISCARD user", "1");
            assertReply("HIMPORT DISCARD user", "0");
            assertReply("HIMPORT SET k user 1 2 3", NO_FIELDSET);
            assertReply("HLEN k", "3");
        }

        @Test
        void discardall_tellsHowMany() {
            server.send("HIMPORT PREPARE a f");
            server.send("HIMPORT PREPARE b f");
            assertReply("HIMPORT DISCARDALL", "3");
            assertReply("HIMPORT DISCARDALL", "0");
            assertReply("HIMPORT SET k a 1", NO_FIELDSET);
        }

        @Test
        void reset_discards_selectDoesNot() {
            assertReply("SELECT 3", "OK");
            assertReply("HIMPORT SET k user 1 2 3", "OK");
            assertReply("RESET", "RESET");
            assertReply("HIMPORT SET k user 1 2 3", NO_FIELDSET);
        }

        @Test
        void memory_countsForTheClient_andIsGivenBack() {
            server.send("HIMPORT DISCARDALL");
            long before = memory(server.send("CLIENT INFO"));
            for (int round = 0; round < 3; round++) {
                for (int i = 0; i < 20; i++) {
                    // Twice, since a fieldset in place of another one counts once.
                    server.send("HIMPORT PREPARE set" + i + " " + "f".repeat(1000) + " g");
                    server.send("HIMPORT PREPARE set" + i + " " + "g".repeat(1000) + " f");
                }
                assertThat(memory(server.send("CLIENT INFO")) - before).isBetween(20_000L, 30_000L);
                if (round % 2 == 0) {
                    server.send("HIMPORT DISCARDALL");
                } else {
                    for (int i = 0; i < 20; i++) {
                        server.send("HIMPORT DISCARD set" + i);
                    }
                }
                assertThat(memory(server.send("CLIENT INFO"))).isEqualTo(before);
            }
        }

        private static long memory(String line) {
            Map<String, String> fields = new TreeMap<>();
            for (String field : line.strip().split(" ")) {
                int equals = field.indexOf('=');
                fields.put(field.substring(0, equals), field.substring(equals + 1));
            }
            return Long.parseLong(fields.get("tot-mem"));
        }

        @Test
        void largestClient_isClosedForIt() {
            CommandTester.Session large = server.connect();
            server.send("CONFIG SET maxmemory-clients 1mb");
            for (int i = 0; i < 2000 && !large.closed(); i++) {
                large.send("HIMPORT PREPARE set" + i + " " + "f".repeat(1000));
                server.advanceMillis(10);
            }
            assertThat(large.closed()).isTrue();
            assertReply("HIMPORT SET k user 1 2 3", "OK");
        }
    }

    @Test
    void transaction_preparesAndSets() {
        server.send("MULTI");
        assertReply("HIMPORT PREPARE pair a b", "QUEUED");
        assertReply("HIMPORT SET k pair 1 2", "QUEUED");
        assertReply("HIMPORT DISCARDALL", "QUEUED");
        assertReply("EXEC", "[OK OK 2]");
        assertReply("HGETALL k", "[a 1 b 2]");
        assertReply("HIMPORT SET k pair 1 2", NO_FIELDSET);
    }

    @Test
    void watch_hearsOfIt() {
        CommandTester.Session other = server.connect();
        other.send("WATCH k");
        server.send("HIMPORT SET k user 1 2 3");
        other.send("MULTI");
        other.send("PING");
        assertThat(other.send("EXEC")).isEqualTo("nil-array");
    }

    @Test
    void access_goesByTheKey() {
        server.send("ACL SETUSER u on nopass +@all ~open:*");
        CommandTester.Session user = server.connect();
        user.send("AUTH u x");
        user.send("HIMPORT PREPARE pair a b");
        assertThat(user.send("HIMPORT SET open:k pair 1 2")).isEqualTo("OK");
        assertThat(user.send("HIMPORT SET closed:k pair 1 2"))
                .isEqualTo("-NOPERM this user has no permissions to access one of the keys used as arguments");
        server.send("ACL SETUSER u -himport|set");
        assertThat(user.send("HIMPORT SET open:k pair 1 2"))
                .isEqualTo("-NOPERM this user has no permissions to run the 'himport|set' command");
        assertReply("COMMAND GETKEYS HIMPORT SET k user 1 2 3", "[k]");
        assertReply("COMMAND GETKEYSANDFLAGS HIMPORT SET k user GET 2 3", "[[k [OW update]]]");
    }

    @Test
    void malformed_rejected() {
        assertReply("HIMPORT", "-ERR wrong number of arguments for 'himport' command");
        assertReply("HIMPORT FOO", "-ERR unknown subcommand 'FOO'. Try HIMPORT HELP.");
        assertReply("HIMPORT PREPARE f", "-ERR wrong number of arguments for 'himport|prepare' command");
        assertReply("HIMPORT SET k user", "-ERR wrong number of arguments for 'himport|set' command");
        assertReply("HIMPORT DISCARD", "-ERR wrong number of arguments for 'himport|discard' command");
        assertReply("HIMPORT DISCARDALL x", "-ERR wrong number of arguments for 'himport|discardall' command");
        assertThat(server.send("HIMPORT HELP"))
                .startsWith("[HIMPORT <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")
                .endsWith("HELP     Print this help.]");
    }
}
