package dev.spinel.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.command.CommandTester.Session;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConnectionCommandsTest {
    private final CommandTester tester = new CommandTester();

    @Nested
    class Secrets {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "auth hidden",
                    "auth default hidden",
                    "hello 3 auth default hidden",
                    "config set requirepass hidden",
                    "config set maxmemory 0 masterauth hidden",
                    "config set tls-key-file-pass hidden",
                    "config set tls-client-key-file-pass hidden"
                })
        void slowLog_doesNotShowThem(String line) {
            tester.send("config set slowlog-log-slower-than 0");
            tester.send(line);
            assertThat(tester.send("slowlog get 1")).contains("(redacted)").doesNotContain("hidden");
        }

        @Test
        void monitor_doesNotShowThem() {
            Session monitor = tester.connect();
            monitor.send("monitor");
            tester.send("auth hidden");
            tester.send("hello 3 auth default hidden setname me");
            assertThat(monitor.take())
                    .contains("\"auth\" \"(redacted)\"", "\"(redacted)\" \"(redacted)\" \"setname\" \"me\"")
                    .doesNotContain("hidden");
        }

        @Test
        void otherDirectives_areShown() {
            tester.send("config set slowlog-log-slower-than 0");
            tester.send("config set maxmemory 77mb");
            assertThat(tester.send("slowlog get 1")).contains("77mb");
        }
    }

    @Nested
    class Select {
        @Test
        void index_isAnIntOfAnExistingDatabase() {
            assertThat(tester.send("select 15")).isEqualTo("OK");
            assertThat(tester.send("select 16")).isEqualTo("-ERR DB index is out of range");
            assertThat(tester.send("select -1")).isEqualTo("-ERR DB index is out of range");
            assertThat(tester.send("select 2147483648"))
                    .isEqualTo("-ERR value is out of range, value must between -2147483648 and 2147483647");
            assertThat(tester.send("select x")).isEqualTo("-ERR value is not an integer or out of range");
        }
    }

    @Nested
    class Requirepass {
        @Test
        void withoutPassword_clientsThatWaitedAreAdmitted() {
            Session first = tester.connect();
            first.send("config set requirepass secret");
            Session late = tester.connect();
            assertThat(late.send("ping")).contains("NOAUTH Authentication required.");
            assertThat(late.restricted()).isTrue();
            first.send("config", "set", "requirepass", "");
            assertThat(late.send("ping")).contains("PONG");
            assertThat(late.restricted()).isFalse();
        }

        @Test
        void authentication_liftsTheRestriction() {
            tester.send("config set requirepass secret");
            Session late = tester.connect();
            assertThat(late.send("auth secret")).contains("OK");
            assertThat(late.restricted()).isFalse();
        }
    }

    @Nested
    class Reply {
        @Test
        void off_silencesQueuedCommandsToo() {
            tester.send("client reply off");
            assertThat(tester.send("multi") + tester.send("ping") + tester.send("exec"))
                    .isEmpty();
            assertThat(tester.send("client reply on")).contains("OK");
        }
    }

    @Nested
    class Browser {
        @ParameterizedTest
        @ValueSource(strings = {"POST / HTTP/1.1", "post x", "Host: localhost"})
        void requestOfHttp_closesTheConnection(String line) {
            Session browser = tester.connect();
            assertThat(browser.send(line)).isEmpty();
            assertThat(tester.send("client list").lines().filter(text -> text.startsWith("id=")))
                    .hasSize(1);
        }
    }

    @Nested
    class Monitor {
        @Test
        void keyspaceCommands_refusedToMonitors() {
            assertThat(tester.send("monitor")).contains("OK");
            assertThat(tester.send("monitor")).isEmpty();
            assertThat(tester.send("get a")).contains("ERR Replica can't interact with the keyspace");
            assertThat(tester.send("reset")).contains("RESET");
            assertThat(tester.send("set a 1")).contains("OK");
        }
    }

    @Nested
    class Pause {
        @Test
        void endBeyondTheRangeOfTime_refused() {
            assertThat(tester.send("client pause 9223372036854775807")).contains("ERR timeout is out of range");
            assertThat(tester.send("ping")).contains("PONG");
        }

        @Test
        void waitingClients_countAsBlocked() {
            Session writer = tester.connect();
            tester.send("client pause 60000 write");
            assertThat(writer.send("set a 1")).isEmpty();
            assertThat(tester.send("info clients")).contains("blocked_clients:1");
            tester.send("client unpause");
            tester.endTurn();
            assertThat(writer.take()).contains("OK");
            assertThat(tester.send("info clients")).contains("blocked_clients:0");
        }

        @Test
        void unpause_inTransaction_executesWhatWaitedAfterIt() {
            Session writer = tester.connect();
            tester.send("client pause 60000 write");
            writer.send("set a 1");
            tester.send("multi");
            tester.send("client unpause");
            tester.send("get a");
            assertThat(tester.send("exec")).isEqualTo("[OK nil]");
            tester.endTurn();
            assertThat(writer.take()).isEqualTo("OK");
            assertThat(tester.send("get a")).isEqualTo("1");
        }

        @Test
        void clientGoneAfterUnpause_isSkipped() {
            Session first = tester.connect();
            Session second = tester.connect();
            tester.send("client pause 60000 write");
            first.send("set a 1");
            second.send("set b 2");
            tester.send("client unpause");
            first.close();
            tester.endTurn();
            assertThat(tester.send("mget a b")).isEqualTo("[nil 2]");
        }

        @Test
        void clientKilledByOneThatWaitedBefore_isSkipped() {
            Session first = tester.connect();
            Session second = tester.connect();
            tester.send("client pause 1000 all");
            first.send("client kill id 3");
            second.send("set a 1");
            tester.advanceMillis(1001);
            assertThat(second.closed()).isTrue();
            assertThat(tester.send("get a")).isEqualTo("nil");
        }

        @Test
        void replyWithoutRoom_closesItsClientOnly() {
            Session first = tester.connect();
            Session second = tester.connect();
            tester.send("client pause 1000 write");
            first.send("set a 1");
            second.send("set b 2");
            first.leaveRoom(0);
            tester.advanceMillis(1001);
            assertThat(first.closed()).isTrue();
            assertThat(second.take()).isEqualTo("OK");
        }

        @Test
        void tooManyArguments_answerAsASubcommandDoes() {
            String error = "ERR unknown subcommand or wrong number of arguments for 'pause'. Try CLIENT HELP.";
            assertThat(tester.send("client pause 1 write x")).contains(error);
        }
    }
}
