package dev.spinel.engine.transaction;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class TransactionCommandsTest {
    private final CommandTester server = new CommandTester();
    private final CommandTester.Session other = server.connect();

    @Nested
    final class Exec {
        @Test
        void queuedCommands_answeredTogether() {
            assertThat(server.send("MULTI")).isEqualTo("OK");
            assertThat(server.send("SET k 1")).isEqualTo("QUEUED");
            assertThat(server.send("INCR k")).isEqualTo("QUEUED");
            assertThat(server.send("GET k")).isEqualTo("QUEUED");
            assertThat(server.send("EXEC")).isEqualTo("[OK 2 2]");
        }

        @Test
        void errorOfOneCommand_leavesTheOthers() {
            server.send("SET k text");
            server.send("MULTI");
            server.send("INCR k");
            server.send("APPEND k s");
            assertThat(server.send("EXEC")).startsWith("[-ERR value is not an integer or out of range 5");
        }

        @Test
        void replyWithoutRoom_closesTheClientAndLeavesTheOthers() {
            other.send("MULTI");
            other.send("SET a 1");
            other.send("GET a");
            other.send("SET b 2");
            other.leaveRoom(2);
            other.send("EXEC");
            assertThat(other.closed()).isTrue();
            assertThat(server.send("MGET a b")).isEqualTo("[1 2]");
        }

        @Test
        void queuedWithoutRoomForTheReply_closesTheClient() {
            other.send("MULTI");
            other.leaveRoom(0);
            other.send("SET a 1");
            assertThat(other.closed()).isTrue();
        }

        @Test
        void writeWhileWritesArePaused_isQueuedOnceThePauseEnds() {
            other.send("CLIENT PAUSE 1000 WRITE");
            server.send("MULTI");
            assertThat(server.send("GET k")).isEqualTo("QUEUED");
            CommandTester.Session paused = server.connect();
            paused.send("MULTI");
            assertThat(paused.send("SET k 1")).isEmpty();

            server.advanceMillis(1001);
            server.endTurn();

            assertThat(paused.take()).isEqualTo("QUEUED");
            assertThat(paused.send("EXEC")).isEqualTo("[OK]");
        }

        @Test
        void skippedReply_isTheOneBehindExec() {
            server.send("MULTI");
            server.send("CLIENT REPLY SKIP");
            server.send("EXEC");
            assertThat(server.send("PING")).isEmpty();
            assertThat(server.send("PING")).isEqualTo("PONG");
        }

        @Test
        void unknownCommandQueued_discardsAll() {
            server.send("MULTI");
            assertThat(server.send("NOSUCH")).startsWith("-ERR unknown command 'NOSUCH'");
            server.send("SET k 1");
            assertThat(server.send("EXEC")).isEqualTo("-EXECABORT Transaction discarded because of previous errors.");
            assertThat(server.send("EXISTS k")).isEqualTo("0");
        }

        @Test
        void outOfMemoryBetweenQueueingAndExec_discardsAll() {
            server.send("MULTI");
            server.send("SET k 1");
            other.send("CONFIG SET maxmemory 1");
            assertThat(server.send("EXEC"))
                    .isEqualTo("-EXECABORT Transaction discarded because of: OOM command not allowed when used memory >"
                            + " 'maxmemory'.");
            other.send("CONFIG SET maxmemory 0");
            assertThat(server.send("EXISTS k")).isEqualTo("0");
            assertThat(server.send("EXEC")).isEqualTo("-ERR EXEC without MULTI");
        }

        @Test
        void effects_leaveInOneUnitWithoutReads() {
            server.send("MULTI");
            server.send("SET k 1");
            server.send("GET k");
            server.send("INCR k");
            server.takeEffects();
            server.send("EXEC");
            assertThat(server.takeEffects()).containsExactly("SET k 1", "INCR k");
        }

        @Test
        void blockingCommand_answersItsTimeoutAtOnce() {
            server.send("MULTI");
            server.send("BLPOP k 0");
            assertThat(server.send("EXEC")).isEqualTo("[nil-array]");
        }
    }

    @Nested
    final class Watch {
        @Test
        void keyChangedByAnother_failsExec() {
            server.send("SET k 1");
            server.send("WATCH k");
            other.send("SET k 2");
            server.send("MULTI");
            server.send("SET k 3");
            assertThat(server.send("EXEC")).isEqualTo("nil-array");
            assertThat(server.send("GET k")).isEqualTo("2");
        }

        @Test
        void keyOfAnotherDatabaseChanged_doesNotMatter() {
            server.send("WATCH k");
            other.send("SELECT 1");
            other.send("SET k 2");
            server.send("MULTI");
            server.send("PING");
            assertThat(server.send("EXEC")).isEqualTo("[PONG]");
        }

        @Test
        void keyExpires_failsExec() {
            server.send("SET k 1 PX 100");
            server.send("WATCH k");
            server.advanceMillis(200);
            server.send("MULTI");
            server.send("PING");
            assertThat(server.send("EXEC")).isEqualTo("nil-array");
        }

        @Test
        void keyExpiredBeforeWatch_isAbsent() {
            server.send("DEBUG SET-ACTIVE-EXPIRE 0");
            server.send("SET k 1 PX 100");
            server.advanceMillis(200);
            server.send("WATCH k");
            server.send("MULTI");
            server.send("PING");
            assertThat(server.send("EXEC")).isEqualTo("[PONG]");
        }

        @Test
        void flushOfWatchedKey_failsExec() {
            server.send("SET k 1");
            server.send("WATCH k");
            other.send("FLUSHALL");
            server.send("MULTI");
            server.send("PING");
            assertThat(server.send("EXEC")).isEqualTo("nil-array");
        }

        @Test
        void unwatchOrDiscard_forgets() {
            server.send("WATCH k");
            other.send("SET k 2");
            server.send("UNWATCH");
            server.send("MULTI");
            server.send("PING");
            assertThat(server.send("EXEC")).isEqualTo("[PONG]");
            server.send("WATCH k");
            other.send("SET k 3");
            server.send("MULTI");
            server.send("DISCARD");
            server.send("MULTI");
            server.send("PING");
            assertThat(server.send("EXEC")).isEqualTo("[PONG]");
        }
    }

    @Test
    void contextErrors_nameTheContext() {
        assertThat(server.send("EXEC")).isEqualTo("-ERR EXEC without MULTI");
        assertThat(server.send("DISCARD")).isEqualTo("-ERR DISCARD without MULTI");
        server.send("MULTI");
        assertThat(server.send("MULTI")).isEqualTo("-ERR MULTI calls can not be nested");
        assertThat(server.send("WATCH k")).isEqualTo("-ERR WATCH inside MULTI is not allowed");
        assertThat(server.send("EXEC")).isEqualTo("[]");
    }
}
