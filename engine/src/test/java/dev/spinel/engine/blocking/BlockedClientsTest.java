package dev.spinel.engine.blocking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
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
