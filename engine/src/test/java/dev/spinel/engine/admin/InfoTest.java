package dev.spinel.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.stats.ServerStatistics;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InfoTest {
    private static final List<String> BY_DEFAULT = List.of(
            "Server",
            "Clients",
            "Memory",
            "Persistence",
            "Stats",
            "Replication",
            "CPU",
            "Modules",
            "Errorstats",
            "Cluster",
            "Keyspace");

    private final CommandTester tester = new CommandTester();

    private String info(String sections) {
        return tester.send(("info " + sections).strip());
    }

    private static List<String> titles(String text) {
        List<String> titles = new ArrayList<>();
        Matcher matcher = Pattern.compile("# (\\w+)").matcher(text);
        while (matcher.find()) {
            titles.add(matcher.group(1));
        }
        return titles;
    }

    @Nested
    class Selection {
        @ParameterizedTest
        @ValueSource(strings = {"", "default", "DEFAULT cpu", "server default"})
        void defaultSections_comeInOrderOnce(String request) {
            assertThat(titles(info(request))).isEqualTo(BY_DEFAULT);
        }

        @ParameterizedTest
        @ValueSource(strings = {"all", "everything", "cpu all"})
        void all_addsTheStatisticsOfCommands(String request) {
            assertThat(titles(info(request)))
                    .containsAll(BY_DEFAULT)
                    .contains("Commandstats", "Latencystats")
                    .doesNotHaveDuplicates();
        }

        @Test
        void namedSections_comeInTheOrderOfTheReport() {
            assertThat(titles(info("keyspace CLIENTS nosuch"))).containsExactly("Clients", "Keyspace");
            assertThat(titles(info("nosuch"))).isEmpty();
        }
    }

    @Nested
    class Errorstats {
        @Test
        void errorOfDebug_isNotCounted() {
            tester.send("CONFIG SET maxmemory 0");
            tester.send("DEBUG ERROR CODE");
            assertThat(info("errorstats")).doesNotContain("errorstat_CODE");
        }

        @Test
        void codeWithSeparators_isOneField() {
            ServerStatistics statistics = new ServerStatistics();
            statistics.errorReplied("ERROR:#X with text");
            statistics.errorReplied("NoCodeAtAll");
            assertThat(statistics.errors()).containsOnlyKeys("ERROR:#X", "ERR");
            assertThat(InfoSections.fieldName("ERROR:#X\n")).isEqualTo("ERROR__X_");
        }
    }

    @Nested
    class Fields {
        @Test
        void server_tellsVersionsAndIds() {
            assertThat(info("server"))
                    .contains("redis_version:7.0.15", "server_name:spinel", "process_id:1234", "tcp_port:6379")
                    .containsPattern("run_id:[0-9a-f]{40}\\b");
        }

        @Test
        void commandstats_countCallsFailuresAndRejections() {
            tester.send("set k v");
            tester.send("lpush k v");
            tester.send("get");
            assertThat(info("commandstats"))
                    .containsPattern(
                            "cmdstat_set:calls=1,usec=\\d+,usec_per_call=\\d+\\.\\d\\d,rejected_calls=0,failed_calls=0")
                    .containsPattern("cmdstat_lpush:calls=1,.*rejected_calls=0,failed_calls=1")
                    .containsPattern("cmdstat_get:calls=0,.*rejected_calls=1,failed_calls=0");
            assertThat(info("errorstats")).contains("errorstat_WRONGTYPE:count=1", "errorstat_ERR:count=1");
        }

        @Test
        void cpu_tellsProcessAndEngineThreadApart() {
            assertThat(tester.send("info cpu"))
                    .contains(
                            "used_cpu_sys:0.250000",
                            "used_cpu_user:1.500000",
                            "used_cpu_sys_main_thread:0.125000",
                            "used_cpu_user_main_thread:1.250000");
        }

        @Test
        void resetstat_forgetsThem() {
            tester.send("set k v");
            tester.send("config resetstat");
            assertThat(info("commandstats")).doesNotContain("cmdstat_set").contains("cmdstat_config|resetstat");
        }

        @Test
        void keyspace_countsKeysAndThoseThatExpire() {
            tester.send("set a 1");
            tester.send("set b 1 ex 100");
            assertThat(info("keyspace")).contains("db0:keys=2,expires=1,avg_ttl=");
        }

        @Test
        void usedMemory_growsWithLargeValues() {
            long before = used();
            for (int i = 0; i < 1000; i++) {
                tester.send("sadd large member:" + i);
            }
            assertThat(used() - before).isBetween(20_000L, 100_000L);
        }

        private long used() {
            Matcher matcher = Pattern.compile("used_memory:(\\d+)").matcher(info("memory"));
            assertThat(matcher.find()).isTrue();
            return Long.parseLong(matcher.group(1));
        }
    }
}
