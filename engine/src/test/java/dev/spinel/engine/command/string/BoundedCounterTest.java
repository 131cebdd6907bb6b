package dev.spinel.engine.command.string;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests INCREX; the expectations are the behaviour that Redis 8.8 documents. */
class BoundedCounterTest {
    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    private void assertEffects(String... effects) {
        assertThat(server.takeEffects()).containsExactly(effects);
    }

    @Nested
    class ByInteger {
        @Test
        void withoutOptions_addsOne() {
            assertReply("INCREX k", "[1 1]");
            assertReply("INCREX k BYINT -3", "[-2 -3]");
            assertEffects("SET k 1 KEEPTTL", "SET k -2 KEEPTTL");
            assertReply("OBJECT ENCODING k", "int");
        }

        @Test
        void outsideOfBounds_refusedOrSaturated() {
            server.send("SET k 10");
            server.takeEffects();
            assertReply("INCREX k BYINT 10 UBOUND 15 EX 100", "[10 0]");
            assertReply("INCREX k BYINT -10 LBOUND 5", "[10 0]");
            assertReply("INCREX absent BYINT 5 LBOUND 10", "[0 0]");
            assertReply("EXISTS absent", "0");
            assertReply("TTL k", "-1");
            assertEffects();
            assertReply("INCREX k BYINT 10 SATURATE UBOUND 15", "[15 5]");
            assertReply("INCREX k BYINT -100 LBOUND 0 SATURATE", "[0 -15]");
            assertEffects("SET k 15 KEEPTTL", "SET k 0 KEEPTTL");
        }

        @Test
        void valueOutsideOfBounds_mayComeBack() {
            server.send("SET k 50");
            assertReply("INCREX k BYINT 5 UBOUND 30 SATURATE", "[30 -20]");
            server.send("SET k 50");
            assertReply("INCREX k BYINT -25 UBOUND 30", "[25 -25]");
        }

        @Test
        void overflow_refusedOrSaturated() {
            server.send("SET k 9223372036854775800");
            assertReply("INCREX k BYINT 9223372036854775800", "[9223372036854775800 0]");
            assertReply("INCREX k BYINT 9223372036854775800 SATURATE", "[9223372036854775807 7]");
            server.send("SET k -9223372036854775800");
            assertReply("INCREX k BYINT -9223372036854775800 SATURATE", "[-9223372036854775808 -8]");
            server.send("SET k 9223372036854775800");
            assertReply("INCREX k UBOUND -9223372036854775808 SATURATE", "-ERR applied increment would overflow");
        }
    }

    @Nested
    class ByFloat {
        @Test
        void sum_isExact() {
            server.send("SET k 1.5");
            assertReply("INCREX k BYFLOAT 0.25", "[1.75 0.25]");
            assertReply("INCREX k BYFLOAT -0.75", "[1 -0.75]");
            assertReply("INCREX k", "[2 1]");
        }

        @Test
        void outsideOfBounds_refusedOrSaturated() {
            server.send("SET k 50.5");
            server.takeEffects();
            assertReply("INCREX k BYFLOAT 5.5 UBOUND 30", "[50.5 0]");
            assertReply("INCREX absent BYFLOAT -0.5 UBOUND -1.5", "[0 0]");
            assertEffects();
            assertReply("INCREX k BYFLOAT 5.5 UBOUND 30 SATURATE", "[30 -20.5]");
            assertReply("INCREX k BYFLOAT -100 LBOUND -5.5 SATURATE", "[-5.5 -35.5]");
            assertEffects("SET k 30 KEEPTTL", "SET k -5.5 KEEPTTL");
        }

        @Test
        void infinity_rejected() {
            assertReply("INCREX k BYFLOAT +inf", "-ERR BYFLOAT increment cannot be Infinity");
            server.send("SET k -inf");
            assertReply("INCREX k BYFLOAT 0 LBOUND -100", "-ERR value cannot be Infinity");
            server.send("SET k 9e4931");
            assertThat(server.send("INCREX k BYFLOAT 9e4931")).matches("\\[[89][0-9]{4931} 0]");
        }
    }

    @Nested
    class Expiry {
        @Test
        void given_setsIt() {
            assertReply("INCREX k EX 100 BYINT 5", "[5 5]");
            assertReply("TTL k", "100");
            assertEffects("SET k 5 PXAT " + (server.nowMillis() + 100_000));
            assertReply("INCREX k BYINT 100 UBOUND 10 SATURATE PX 200", "[10 5]");
            assertReply("PTTL k", "200");
        }

        @Test
        void notGiven_keepsIt_persist_dropsIt() {
            server.send("SET k 5 EX 100");
            assertReply("INCREX k", "[6 1]");
            assertReply("TTL k", "100");
            server.takeEffects();
            assertReply("INCREX k PERSIST", "[7 1]");
            assertReply("TTL k", "-1");
            assertEffects("SET k 7");
        }

        @Test
        void enx_leavesAnExistingOne() {
            assertReply("INCREX k EX 60 ENX", "[1 1]");
            assertReply("INCREX k EX 100 ENX", "[2 1]");
            assertReply("TTL k", "60");
            assertReply("INCREX k EXAT 1 ENX", "[3 1]");
            assertEffects("SET k 1 PXAT " + (server.nowMillis() + 60_000), "SET k 2 KEEPTTL", "SET k 3 KEEPTTL");
        }

        @Test
        void past_removesKey() {
            server.send("SET k 10");
            server.takeEffects();
            assertReply("INCREX k EXAT 1", "[11 1]");
            assertReply("INCREX k PXAT 1", "[1 1]");
            assertReply("EXISTS k", "0");
            assertEffects("DEL k");
        }
    }

    @Test
    void events_incrbyThenExpiry() {
        server.send("CONFIG SET notify-keyspace-events KEA");
        CommandTester.Session listener = server.connect();
        listener.send("PSUBSCRIBE __keyevent@0__:*");
        server.send("INCREX k EX 10");
        server.send("INCREX k BYFLOAT 1 PERSIST");
        server.send("INCREX k EXAT 1");
        assertThat(listener.take()).containsSubsequence("incrby k", "expire k", "incrbyfloat k", "persist k", "del k");
    }

    @Test
    void malformed_rejected() {
        for (String options : new String[] {
            "FOO",
            "BYINT 1 FOO",
            "BYINT 1 BYFLOAT 1.5",
            "BYINT 1 BYINT 2",
            "LBOUND 0 LBOUND 1",
            "UBOUND",
            "EX 10 PX 5000",
            "EX 10 PERSIST",
            "PERSIST ENX",
            "SATURATE SATURATE",
            "ENX ENX EX 10",
            "PERSIST PERSIST",
            "EX 10 EX 20"
        }) {
            assertReply("INCREX k " + options, "-ERR syntax error");
        }
        assertReply("INCREX k ENX", "-ERR ENX flag requires an expiration option (EX, PX, EXAT or PXAT)");
        assertReply("INCREX k BYINT 1.5", "-ERR Increment is not an integer or out of range");
        assertReply("INCREX k BYFLOAT abc", "-ERR Increment is not a valid float");
        assertReply("INCREX k UBOUND 1.5", "-ERR UBOUND is not an integer or out of range");
        assertReply("INCREX k LBOUND 10 UBOUND 5", "-ERR LBOUND can't be greater than UBOUND");
        assertReply("INCREX k BYFLOAT 1 LBOUND 10.5 UBOUND 1.5", "-ERR LBOUND can't be greater than UBOUND");
        assertReply("INCREX k EX 0", "-ERR invalid expire time in 'increx' command");
        server.send("RPUSH l a");
        assertReply("INCREX l", "-WRONGTYPE Operation against a key holding the wrong kind of value");
        server.send("SET s hello");
        assertReply("INCREX s", "-ERR value is not an integer or out of range");
        assertReply("INCREX s BYFLOAT 1", "-ERR value is not a valid float");
    }
}
