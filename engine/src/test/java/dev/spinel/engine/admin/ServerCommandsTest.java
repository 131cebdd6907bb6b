package dev.spinel.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.PortsProbe;
import dev.spinel.engine.admin.ServerProcess.Save;
import dev.spinel.engine.admin.ServerProcess.ShutdownMode;
import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.command.CommandTester.Session;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServerCommandsTest {
    private final FixedProcess process = new FixedProcess();
    private final CommandTester tester = new CommandTester(process);

    @Nested
    class Getkeys {
        @Test
        void unknownSubcommand_isAnInvalidCommand() {
            assertThat(tester.send("command getkeys object foo a")).isEqualTo("-ERR Invalid command specified");
            assertThat(tester.send("command getkeysandflags config foo")).isEqualTo("-ERR Invalid command specified");
            assertThat(tester.send("command getkeys object encoding a")).isEqualTo("[a]");
        }

        @Test
        void subcommandWithoutKeys_saysSo() {
            assertThat(tester.send("command getkeys client list")).isEqualTo("-ERR The command has no key arguments");
        }
    }

    @Nested
    class Refusals {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                textBlock =
                        """
                        failover                              | ERR FAILOVER requires connected replicas.
                        failover to a 1 force timeout 10      | ERR FAILOVER requires connected replicas.
                        failover abort                        | ERR No failover in progress.
                        failover abort x                      | ERR syntax error
                        failover to a                         | ERR syntax error
                        failover timeout 0                    | ERR FAILOVER timeout must be greater than 0
                        failover to a x                       | ERR value is not an integer or out of range
                        lolwut version x                      | ERR value is not an integer or out of range
                        debug quicklist-packed-threshold 4gb  | ERR argument must be a memory value bigger than 1 and smaller than 4gb
                        debug quicklist-packed-threshold -1   | ERR argument must be a memory value bigger than 1 and smaller than 4gb
                        """)
        void command_isAnsweredAsByRedis(String command, String error) {
            assertThat(tester.send(command)).isEqualTo("-" + error);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"lolwut version 99", "lolwut 1 2 3", "lolwut version 7 100 100"})
    void lolwutOfAVersionWithoutDrawing_tellsTheVersionOnly(String command) {
        assertThat(tester.send(command).strip()).isEqualTo("Redis ver. 7.0.15");
    }

    @Nested
    class Flush {
        @Test
        void flushall_emptiesAllDatabasesAndIsPropagated() {
            tester.send("set a 1");
            tester.send("select 3");
            tester.send("set b 1");
            tester.takeEffects();
            tester.send("flushall async");
            assertThat(tester.send("dbsize")).contains("0");
            tester.send("select 0");
            assertThat(tester.send("dbsize")).contains("0");
            assertThat(tester.takeEffects()).containsExactly("flushall async");
        }

        @Test
        void flushdb_failsTransactionsThatWatchAnExistingKey() {
            Session other = tester.connect();
            tester.send("set a 1");
            other.send("watch a");
            other.send("multi");
            other.send("ping");
            tester.send("flushdb");
            assertThat(other.send("exec")).doesNotContain("PONG");
        }

        @ParameterizedTest
        @ValueSource(strings = {"flushall foo", "flushdb sync async"})
        void otherWords_rejected(String line) {
            assertThat(tester.send(line)).contains("ERR syntax error");
        }
    }

    @Nested
    class Swapdb {
        @Test
        void swapdb_servesClientsBlockedInTheOtherDatabase() {
            Session waiting = tester.connect();
            waiting.send("select 1");
            waiting.send("blpop list 0");
            tester.send("rpush list x");
            tester.send("swapdb 0 1");
            assertThat(tester.send("dbsize")).contains("0");
            assertThat(tester.send("info clients")).contains("blocked_clients:0");
        }

        @Test
        void badIndexes_answerWhichOne() {
            assertThat(tester.send("swapdb a 1")).contains("ERR invalid first DB index");
            assertThat(tester.send("swapdb 0 b")).contains("ERR invalid second DB index");
            assertThat(tester.send("swapdb 0 99")).contains("ERR DB index is out of range");
        }
    }

    @Nested
    class Shutdown {
        @Test
        void options_reachWhoSaves() {
            PortsProbe saving = new PortsProbe();
            CommandTester server = new CommandTester(process, List.of(saving));
            server.send("shutdown nosave now force");
            assertThat(saving.shutdowns()).containsExactly(new ShutdownMode(Save.NEVER, true, true));
            assertThat(process.stops).isEqualTo(1);
        }

        @Test
        void failureToSave_keepsTheServerRunning() {
            CommandTester server = new CommandTester(process, List.of(new PortsProbe(false)));
            assertThat(server.send("shutdown save")).contains("ERR Errors trying to SHUTDOWN. Check logs.");
            assertThat(process.stops).isZero();
        }

        @Test
        void contradictions_rejected() {
            for (String line : new String[] {"shutdown save nosave", "shutdown abort now", "shutdown foo"}) {
                assertThat(tester.send(line)).as(line).contains("ERR syntax error");
            }
            assertThat(tester.send("shutdown abort")).contains("ERR No shutdown in progress.");
            assertThat(process.stops).isZero();
        }
    }

    @Test
    void maxmemory_refusesWritesUntilItIsRaised() {
        tester.send("config set maxmemory 1");
        assertThat(tester.send("set a 1")).contains("OOM command not allowed when used memory > 'maxmemory'.");
        tester.send("config set maxmemory 0");
        assertThat(tester.send("set a 1")).contains("OK");
    }

    @Test
    void time_answersSecondsAndMicroseconds() {
        assertThat(tester.send("time")).contains("1700000000", "0");
    }
}
