package dev.spinel.engine.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.plugin.ConfigParameter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigRegistryTest {
    private final ConfigRegistry registry = ConfigRegistry.withServerDirectives();

    private void set(String... pairs) {
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        for (int i = 0; i < pairs.length; i += 2) {
            names.add(pairs[i]);
            values.add(pairs[i + 1]);
        }
        registry.set(names, values, false);
    }

    private String text(String name) {
        return registry.get(name).text();
    }

    private List<String> matching(String... patterns) {
        List<Bytes> views = new ArrayList<>();
        for (String pattern : patterns) {
            views.add(Bytes.of(pattern));
        }
        return new ArrayList<>(registry.matching(views).keySet());
    }

    @Nested
    class Set {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "maxmemory | 10k | 10000",
                    "maxmemory | 1Gb | 1073741824",
                    "maxmemory | `` | 0",
                    "maxmemory-clients | 10% | 10%",
                    "hz | 1000 | 500",
                    "hz | 0 | 1",
                    "HZ | 20 | 20",
                    "save | 900 1 300 10 | 900 1 300 10",
                    "save | `` | ``",
                    "notify-keyspace-events | KEA | AKE",
                    "notify-keyspace-events | zhsdtexlK | lshzxetdK",
                    "notify-keyspace-events | KEnmg | gnKEm",
                    "oom-score-adj | relative | yes",
                    "shutdown-on-sigint | default force save | save force",
                    "latency-tracking-info-percentiles | 50.00 99.9 100.0 | 50 99.9 100",
                    "slave-priority | 3 | 3",
                    "hash-max-ziplist-entries | 5 | 5",
                    "client-output-buffer-limit | normal 99999999999999999999 0 0 |"
                            + " normal 9223372036854775807 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60",
                    "client-output-buffer-limit | normal 1mb 2mb 3 pubsub 0 0 0"
                            + " | normal 1048576 2097152 3 slave 268435456 67108864 60 pubsub 0 0 0",
                })
        void acceptableValue_becomesCanonical(String name, String value, String canonical) {
            set(name, value);
            assertThat(registry.find(name))
                    .isNotNull()
                    .extracting(ConfigValue::text)
                    .isEqualTo(canonical);
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                quoteCharacter = '`',
                value = {
                    "maxmemory | x | argument must be a memory value",
                    "maxmemory | -1 | argument must be a memory value",
                    "maxmemory-clients | 200% | percentage argument must be less or equal to 100",
                    "maxmemory-clients | x | argument must be a memory or percent value",
                    "hz | abc | argument couldn't be parsed into an integer",
                    "hz | -1 | argument must be between 0 and 2147483647 inclusive",
                    "zset-max-listpack-value | 99999999999999999999 | argument must be between 0 and"
                            + " 9223372036854775807 inclusive",
                    "proto-max-bulk-len | 9223372036gb | argument must be between 1048576 and"
                            + " 9223372036854775807 inclusive",
                    "maxmemory-clients | 99999999999999999999 | argument must be between -100 and"
                            + " 9223372036854775807 inclusive",
                    "port | 70000 | argument must be between 0 and 65535 inclusive",
                    "appendonly | foo | argument must be 'yes' or 'no'",
                    "appendfsync | foo | argument(s) must be one of the following: everysec, always, no",
                    "oom-score-adj | foo | argument(s) must be one of the following: no, yes, relative, absolute",
                    "databases | 3 | can't set immutable config",
                    "dir | /x | can't set protected config",
                    "save | 900 1 300 | Invalid save parameters",
                    "client-output-buffer-limit | x | Wrong number of arguments in buffer limit configuration.",
                    "client-output-buffer-limit | x 1 2 3 | Invalid client class specified in buffer limit"
                            + " configuration.",
                    "notify-keyspace-events | xyz | Invalid event class character. Use 'Ag$lshzxeKEtmdn'.",
                    "oom-score-adj-values | 1 2 | wrong number of arguments",
                    "shutdown-on-sigterm | save nosave | shutdown options SAVE and NOSAVE can't be used"
                            + " simultaneously",
                    "proc-title-template | {x} | template format is invalid or contains unknown variables",
                })
        void unacceptableValue_answersRedisText(String name, String value, String reason) {
            String before = text(name);
            assertThatThrownBy(() -> set(name, value))
                    .hasMessage("ERR CONFIG SET failed (possibly related to argument '" + name + "') - " + reason);
            assertThat(text(name)).isEqualTo(before);
        }

        @Test
        void unknownName_rejectedBeforeAnythingIsSet() {
            assertThatThrownBy(() -> set("hz", "99", "foo", "bar"))
                    .hasMessage("ERR Unknown option or number of arguments for CONFIG SET - 'foo'");
            assertThat(text("hz")).isEqualTo("10");
        }

        @Test
        void sameNameTwice_rejectedButOldNameBesideNewAllowed() {
            assertThatThrownBy(() -> set("hz", "11", "hz", "12")).hasMessageEndingWith("- duplicate parameter");
            set("slave-priority", "3", "replica-priority", "4");
            assertThat(text("replica-priority")).isEqualTo("4");
        }

        @Test
        void oneBadValue_leavesAllAsTheyWere() {
            assertThatThrownBy(() -> set("maxmemory", "1mb", "hz", "x")).hasMessageContaining("'hz'");
            assertThat(text("maxmemory")).isEqualTo("0");
        }

        @Test
        void hookThatRefuses_hasEarlierHooksTakeTheOldValuesBack() {
            List<String> seen = new ArrayList<>();
            registry.bind("maxmemory", value -> seen.add(value.text()));
            registry.bind("port", value -> {
                if (value.number() == 1) {
                    throw new IllegalArgumentException("Unable to listen on this port. Check server logs.");
                }
            });
            assertThatThrownBy(() -> set("maxmemory", "5", "port", "1"))
                    .hasMessage("ERR CONFIG SET failed (possibly related to argument 'port') - Unable to listen on this"
                            + " port. Check server logs.");
            assertThat(seen).containsExactly("0", "5", "0");
            assertThat(text("port")).isEqualTo("6379");
        }
    }

    @Nested
    class Matching {
        @Test
        void patterns_findNamesOnceInAnyCase() {
            assertThat(matching("MAXMEMORY", "maxmem*"))
                    .startsWith("MAXMEMORY")
                    .doesNotContain("maxmemory")
                    .contains("maxmemory-policy", "maxmemory-clients")
                    .doesNotHaveDuplicates();
        }

        @Test
        void oldNames_areFoundToo() {
            assertThat(matching("*of")).contains("replicaof", "slaveof");
        }

        @Test
        void hiddenDirective_isFoundByItsNameOnly() {
            assertThat(matching("*")).doesNotContain("key-load-delay");
            assertThat(matching("key-load-delay")).containsExactly("key-load-delay");
        }
    }

    @Nested
    class Load {
        @Test
        void saveLines_replaceTheDefaultAndAddUp() {
            registry.load(List.of("save", "900", "1"));
            registry.load(List.of("SAVE", "300 10"));
            assertThat(text("save")).isEqualTo("900 1 300 10");
            registry.load(List.of("save", ""));
            assertThat(text("save")).isEmpty();
        }

        @Test
        void immutableDirective_isSet() {
            registry.load(List.of("databases", "4"));
            assertThat(registry.number("databases")).isEqualTo(4);
        }

        @Test
        void badLines_answerTheReason() {
            assertThatThrownBy(() -> registry.load(List.of("prot", "1")))
                    .hasMessage("Bad directive or wrong number of arguments");
            assertThatThrownBy(() -> registry.load(List.of("port", "1", "2"))).hasMessage("wrong number of arguments");
            assertThatThrownBy(() -> registry.load(List.of("replicaof", "h", "x")))
                    .hasMessage("Invalid master port");
        }
    }

    @Test
    void everyDefault_survivesItsOwnLines() {
        ConfigRegistry copy = ConfigRegistry.withServerDirectives();
        for (ConfigValue value : registry.values()) {
            for (List<String> line : value.lines()) {
                List<String> words = new ArrayList<>(List.of(value.name()));
                words.addAll(line);
                copy.load(words);
            }
            assertThat(copy.get(value.name()).text()).as(value.name()).isEqualTo(value.text());
            assertThat(value.isDefault()).isTrue();
        }
    }

    @Test
    void pluginParameter_comesWithItsDefaultAndGoes() {
        List<String> seen = new ArrayList<>();
        ConfigParameter parameter = new ConfigParameter("demo.limit", "7", seen::add);
        registry.register(parameter);
        set("demo.limit", "8");
        assertThat(seen).containsExactly("7", "8");
        registry.unregister(parameter);
        assertThat(registry.find("demo.limit")).isNull();
    }
}
