package dev.spinel.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.command.CommandTester.Session;
import dev.spinel.engine.stats.CommandLog;
import dev.spinel.engine.stats.LatencyMonitor;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What clients are told of other clients, of times and of what the server is made to do by DEBUG. */
class IntrospectionTest {
    private final CommandTester tester = new CommandTester();

    @Nested
    class Clients {
        @Test
        void unblockedByError_countsAsAFailedCall() {
            Session waiting = tester.connect();
            String id = waiting.send("client id");
            waiting.send("blpop list 0");
            assertThat(tester.send("client unblock " + id + " error")).isEqualTo("1");
            assertThat(tester.send("info commandstats"))
                    .containsPattern("cmdstat_blpop:calls=1,.*rejected_calls=0,failed_calls=1");
            assertThat(tester.send("info errorstats")).contains("errorstat_UNBLOCKED:count=1");
            assertThat(tester.send("info stats")).contains("total_error_replies:1");
        }

        @Test
        void sharesOfClients_areCounted() {
            tester.connect().send("watch a");
            tester.connect().send("subscribe channel");
            Session waiting = tester.connect();
            waiting.send("blpop x y 0");
            assertThat(tester.send("info clients"))
                    .contains(
                            "connected_clients:4",
                            "blocked_clients:1",
                            "pubsub_clients:1",
                            "watching_clients:1",
                            "total_watched_keys:1",
                            "total_blocking_keys:2");
        }

        @Test
        void argumentsInUse_areShown() {
            Session waiting = tester.connect();
            waiting.send("blpop list 0");
            assertThat(tester.send("client list"))
                    .containsPattern("id=\\d+ .* argv-mem=10 .* cmd=client\\|list")
                    .containsPattern("id=\\d+ .* argv-mem=10 .* cmd=blpop");
            assertThat(tester.send("client info")).contains(" argv-mem=10 ");
        }

        @Test
        void noTouch_endsWithItsSwitch() {
            tester.send("set k v");
            tester.advanceMillis(50_000);
            tester.send("client no-touch on");
            tester.send("get k");
            assertThat(tester.send("object idletime k")).isEqualTo("50");
            tester.send("client no-touch off");
            tester.send("get k");
            assertThat(tester.send("object idletime k")).isEqualTo("0");
        }
    }

    @Nested
    class LatencyDoctor {
        private final LatencyMonitor monitor = new LatencyMonitor();
        private final CommandLog slowLog = new CommandLog(10_000);

        private String diagnosis() {
            return LatencyDiagnosis.of(monitor, slowLog, 1030);
        }

        @Test
        void monitorThatIsOff_isTurnedOn() {
            assertThat(diagnosis()).contains("CONFIG SET latency-monitor-threshold");
        }

        @Test
        void withoutSpikes_nothingIsReported() {
            monitor.thresholdMillis(100);
            assertThat(diagnosis()).contains("No event took 100 milliseconds or longer");
        }

        @Test
        void spikes_areDescribedWithAdvice() {
            monitor.thresholdMillis(1);
            monitor.add("command", 1000, 300);
            monitor.add("command", 1010, 500);
            monitor.add("command", 1020, 700);
            monitor.add("expire-cycle", 1020, 20);
            assertThat(diagnosis())
                    .contains(
                            "1. command: 3 spikes, 500 ms on average, mean deviation 133 ms, one every 10.00 s,"
                                    + " 700 ms at worst",
                            "2. expire-cycle: 1 spikes, 20 ms on average",
                            "SLOWLOG GET",
                            "lazyfree-lazy-expire",
                            "slowlog-log-slower-than 1000");
        }
    }

    @Nested
    class Debug {
        @Test
        void pausedCron_leavesExpiredKeys() {
            tester.send("debug pause-cron 1");
            tester.send("set k v px 10");
            tester.advanceMillis(1000);
            assertThat(tester.send("dbsize")).isEqualTo("1");
            tester.send("debug pause-cron 0");
            tester.advanceMillis(1000);
            assertThat(tester.send("dbsize")).isEqualTo("0");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = ';',
                value = {
                    "replybuffer resizing 0; OK",
                    "replybuffer peak-reset-time never; OK",
                    "replybuffer peak-reset-time RESET; OK",
                    "replybuffer peak-reset-time 100; OK",
                    "replybuffer peak-reset-time soon; -ERR value is not an integer or out of range",
                    "replybuffer; -ERR unknown subcommand or wrong number of arguments for 'replybuffer'. Try DEBUG HELP.",
                })
        void replyBuffer_isAccepted(String arguments, String reply) {
            assertThat(tester.send("debug " + arguments)).isEqualTo(reply);
        }
    }

    @Test
    void memoryDoctor_hasNothingToSayWithoutData() {
        assertThat(tester.send("memory doctor")).contains("hardly any data");
    }
}
