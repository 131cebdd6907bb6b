package dev.spinel.engine.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BlockedClientsTest {
    private final CommandTester server = new CommandTester();
    private final CommandTester.Session first = server.connect();
    private final CommandTester.Session second = server.connect();

    @Test
    void push_servesClientsInTheOrderOfBlocking() {
        assertThat(first.send("BLPOP k 0")).isEmpty();
        assertThat(second.send("BLPOP k 0")).isEmpty();
        server.send("RPUSH k a");
        assertThat(first.take()).isEqualTo("[k a]");
        assertThat(second.take()).isEmpty();
        server.send("RPUSH k b");
        assertThat(second.take()).isEqualTo("[k b]");
    }

    @Test
    void timeout_answersNil() {
        assertThat(first.send("BLPOP k 0.5")).isEmpty();
        server.advanceMillis(499);
        assertThat(first.take()).isEmpty();
        server.advanceMillis(2);
        assertThat(first.take()).isEqualTo("nil-array");
        server.send("RPUSH k a");
        assertThat(server.send("LLEN k")).isEqualTo("1");
    }

    @Test
    void keyOfAnotherType_doesNotWake() {
        assertThat(first.send("BLPOP k 0")).isEmpty();
        server.send("SADD k a");
        assertThat(first.take()).isEmpty();
        server.send("DEL k");
        server.send("RPUSH k a");
        assertThat(first.take()).isEqualTo("[k a]");
    }

    @Test
    void pushInsideTransaction_servesAfterIt() {
        assertThat(first.send("BLPOP k 0")).isEmpty();
        server.send("MULTI");
        server.send("RPUSH k a");
        server.send("DEL k");
        server.send("EXEC");
        assertThat(first.take()).isEmpty();
        server.send("MULTI");
        server.send("RPUSH k a");
        server.send("RPUSH k b");
        server.send("EXEC");
        assertThat(first.take()).isEqualTo("[k a]");
    }

    @Test
    void chainOfMoves_isServedThrough() {
        assertThat(first.send("BLMOVE a b LEFT RIGHT 0")).isEmpty();
        assertThat(second.send("BLPOP b 0")).isEmpty();
        server.send("RPUSH a x");
        assertThat(first.take()).isEqualTo("x");
        assertThat(second.take()).isEqualTo("[b x]");
        assertThat(server.send("EXISTS a b")).isEqualTo("0");
    }

    @Test
    void keySwappedIn_thatHasExpired_goesAfterTheSwap() {
        server.send("DEBUG SET-ACTIVE-EXPIRE 0");
        server.send("SELECT 1");
        assertThat(first.send("BLPOP k 0")).isEmpty();
        server.send("RPUSH k a");
        server.send("PEXPIRE k 10");
        server.advanceMillis(20);
        server.takeEffects();
        server.send("SWAPDB 0 1");
        assertThat(server.takeEffects()).containsExactly("SWAPDB 0 1", "DEL k");
        assertThat(first.take()).isEmpty();
    }

    @Test
    void effectsOfServedClient_followThoseOfThePush() {
        first.send("BLPOP k 0");
        server.takeEffects();
        server.send("RPUSH k a");
        assertThat(server.takeEffects()).containsExactly("RPUSH k a", "LPOP k");
    }

    @Test
    void disconnectedClient_isNotServed() {
        first.send("BLPOP k 0");
        first.close();
        server.send("RPUSH k a");
        assertThat(server.send("LLEN k")).isEqualTo("1");
    }

    @Test
    void swapOfDatabases_servesClientsOfTheOther() {
        assertThat(first.send("BLPOP k 0")).isEmpty();
        server.send("SELECT 1");
        server.send("RPUSH k a");
        assertThat(first.take()).isEmpty();
        server.send("SWAPDB 0 1");
        assertThat(first.take()).isEqualTo("[k a]");
    }

    @Nested
    class Crowd {
        private static final int CLIENTS = 10_000;
        private final List<CommandTester.Session> crowd = new ArrayList<>();

        @BeforeEach
        void allWait() {
            for (int i = 0; i < CLIENTS; i++) {
                CommandTester.Session client = server.connect();
                client.send("BLPOP k 0");
                crowd.add(client);
            }
        }

        /** Takes half a minute if each push looks at each client. */
        @Test
        @Timeout(15)
        void pushes_costWhatTheyServe() {
            for (int round = 0; round < 3; round++) {
                for (CommandTester.Session next : crowd) {
                    server.send("RPUSH k a");
                    assertThat(next.take()).isEqualTo("[k a]");
                    next.send("BLPOP k 0");
                }
            }
        }

        @Test
        void pushOfSeveral_servesTheFirst() {
            server.send("RPUSH k 0 1 2");
            for (int i = 0; i < 4; i++) {
                assertThat(crowd.get(i).take()).isEqualTo(i < 3 ? "[k " + i + "]" : "");
            }
            server.send("RPUSH k 3");
            assertThat(crowd.get(3).take()).isEqualTo("[k 3]");
        }
    }

    @Test
    void clientsThatWaitForOtherTypes_keepTheirPlace() {
        first.send("BZPOPMIN k 0");
        second.send("BLPOP k 0");
        CommandTester.Session third = server.connect();
        third.send("BZPOPMIN k 0");
        server.send("RPUSH k a");
        assertThat(second.take()).isEqualTo("[k a]");
        server.send("ZADD k 1 x");
        assertThat(first.take()).isEqualTo("[k x 1]");
        server.send("ZADD k 1 y");
        assertThat(third.take()).isEqualTo("[k y 1]");
    }

    @Test
    void keyNamedTwice_isWaitedForOnce() {
        first.send("BZPOPMIN k 0");
        second.send("BLPOP k k 0");
        server.send("RPUSH k a b");
        assertThat(second.take()).isEqualTo("[k a]");
        assertThat(server.send("INFO clients")).contains("blocked_clients:1", "total_blocking_keys:1");
        first.close();
        assertThat(server.send("INFO clients")).contains("blocked_clients:0", "total_blocking_keys:0");
    }

    @Test
    void clientThatBlocksAgain_keepsItsPlace() {
        server.send("XADD k 5-0 f v");
        first.send("XREAD BLOCK 0 STREAMS k 9-0");
        second.send("XREAD BLOCK 0 STREAMS k 5-0");
        server.send("XADD k 6-0 f v");
        assertThat(first.take()).isEmpty();
        assertThat(second.take()).contains("6-0");
        server.send("XADD k 10-0 f v");
        assertThat(first.take()).contains("10-0");
    }

    @Test
    void keyOfAnotherType_failsThoseOfItsGroupOnly() {
        server.send("XGROUP CREATE k g $ MKSTREAM");
        first.send("XREADGROUP GROUP g c BLOCK 0 STREAMS k >");
        second.send("XREAD BLOCK 0 STREAMS k $");
        server.send("SET k text");
        assertThat(first.take()).startsWith("-");
        assertThat(second.take()).isEmpty();
        server.send("DEL k");
        server.send("XADD k 1-0 f v");
        assertThat(second.take()).contains("1-0");
    }

    /** As observed with Redis 7.0.15. */
    @Nested
    class ClientThatWantsNoReply {
        private void end(String how) {
            switch (how) {
                case "timeout" -> server.advanceMillis(1001);
                case "push" -> server.send("RPUSH k a");
                default -> server.send("CLIENT UNBLOCK 2 " + how);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"timeout", "push", "TIMEOUT", "ERROR"})
        void off_silencesTheEndOfTheWait(String how) {
            first.send("CLIENT REPLY OFF");
            first.send("BLPOP k 1");
            end(how);
            assertThat(first.take()).isEmpty();
            assertThat(first.send("PING")).isEmpty();
            assertThat(first.send("CLIENT REPLY ON")).isEqualTo("OK");
        }

        @ParameterizedTest
        @ValueSource(strings = {"timeout", "push", "TIMEOUT", "ERROR"})
        void skip_silencesTheEndOfTheWaitAndNoMore(String how) {
            first.send("CLIENT REPLY SKIP");
            first.send("BLPOP k 1");
            end(how);
            assertThat(first.take()).isEmpty();
            assertThat(first.send("PING")).isEqualTo("PONG");
        }
    }

    @Nested
    class WithoutRoomForAReply {
        @BeforeEach
        void bothWait() {
            first.send("BLPOP k 1");
            second.send("BLPOP k 1");
            first.leaveRoom(0);
        }

        @Test
        void timeout_closesTheClientAndAnswersTheOthers() {
            server.advanceMillis(1001);
            assertThat(first.closed()).isTrue();
            assertThat(second.take()).isEqualTo("nil-array");
        }

        @Test
        void push_closesTheClientAndServesTheOthers() {
            assertThat(server.send("RPUSH k a b")).isEqualTo("2");
            assertThat(first.closed()).isTrue();
            assertThat(second.take()).isEqualTo("[k a]");
        }

        @ParameterizedTest
        @ValueSource(strings = {"TIMEOUT", "ERROR"})
        void unblock_closesTheClientAndAnswersTheCaller(String how) {
            assertThat(server.send("CLIENT UNBLOCK 2 " + how)).isEqualTo("1");
            assertThat(first.closed()).isTrue();
            assertThat(server.send("INFO clients")).contains("blocked_clients:1");
        }
    }
}
