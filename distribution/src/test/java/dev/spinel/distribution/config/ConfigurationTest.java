package dev.spinel.distribution.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.engine.config.ConfigFile.Extent;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.config.ConfigValue;
import dev.spinel.engine.dispatch.CommandRename;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ConfigurationTest {
    @TempDir
    private Path directory;

    private Configuration load(String... args) {
        return load("", args);
    }

    private static Configuration load(String standardInput, String[] args) {
        return Configuration.load(
                CommandLine.parse(args), new ByteArrayInputStream(standardInput.getBytes(StandardCharsets.UTF_8)));
    }

    private String file(String name, String... lines) throws IOException {
        Path path = directory.resolve(name);
        Files.write(path, List.of(lines));
        return path.toString();
    }

    private static String value(Configuration configuration, String name) {
        return configuration.registry().get(name).text();
    }

    @Nested
    class Arguments {
        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "--port 7000 | port | 7000",
                    "--save _ --port 7000 | save | ''",
                    "--save --port 7000 | save | ''",
                    "--save --port 7000 | port | 7000",
                    "--port 7000 --save | save | ''",
                    "--save 900 1 300 10 | save | 900 1 300 10",
                    "--SAVE 900~1 | save | 900 1",
                    "--port~7000 --hz 20 | hz | 20",
                    "--requirepass --secret | requirepass | --secret",
                    "--bind 127.0.0.1 -::1 | bind | 127.0.0.1 -::1",
                    "--maxmemory 100mb | maxmemory | 104857600",
                    "--port 1 --port 2 | port | 2",
                })
        void words_becomeDirectives(String line, String name, String expected) {
            // '_' stands for an empty argument, '~' for a blank inside one.
            List<String> args = new ArrayList<>();
            for (String word : line.split(" ")) {
                args.add(word.equals("_") ? "" : word.replace('~', ' '));
            }

            assertThat(value(load(args.toArray(new String[0])), name)).isEqualTo(expected);
        }

        @Test
        void lastSource_counts() throws IOException {
            String conf = file("a.conf", "hz 11", "port 7001", "timeout 1");

            Configuration configuration = load("port 7002\ntimeout 2\n", new String[] {conf, "--timeout", "3", "-"});

            assertThat(value(configuration, "hz")).isEqualTo("11");
            assertThat(value(configuration, "port")).isEqualTo("7002");
            assertThat(value(configuration, "timeout")).isEqualTo("3");
        }

        @Test
        void missingValue_isRefused() {
            assertThatThrownBy(() -> load("--port")).hasMessageContaining(">>> 'port'\nwrong number of arguments");
        }
    }

    @Nested
    class RedisConfFile {
        @Test
        void commentsQuotesAndRepeatedLines_areRead() throws IOException {
            Configuration configuration = load(
                    file("a.conf", "# c", "", "  PORT 7001", "requirepass \"a b\\x41\"", "save 900 1", "save 300 10"));

            assertThat(value(configuration, "port")).isEqualTo("7001");
            assertThat(value(configuration, "requirepass")).isEqualTo("a bA");
            assertThat(value(configuration, "save")).isEqualTo("900 1 300 10");
        }

        @Test
        void include_readsAllFilesOfAPatternInOrder() throws IOException {
            file("1.part", "port 7001", "hz 12");
            file("2.part", "port 7002");

            Configuration configuration =
                    load(file("a.conf", "include " + directory + "/*.part", "include " + directory + "/*.none"));

            assertThat(value(configuration, "port")).isEqualTo("7002");
            assertThat(value(configuration, "hz")).isEqualTo("12");
        }

        @Test
        void includeOfItself_isRefused() throws IOException {
            String conf = file("a.conf", "include " + directory.resolve("a.conf"));

            assertThatThrownBy(() -> load(conf)).hasMessageContaining("it includes itself");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "foo bar | Bad directive or wrong number of arguments",
                    "port abc | argument couldn't be parsed into an integer",
                    "port 70000 | argument must be between 0 and 65535 inclusive",
                    "port 1 2 | wrong number of arguments",
                    "port \"1 | Unbalanced quotes in configuration line",
                    "save 3 a | Invalid save parameters",
                    "prot 1 | did you mean 'port'?",
                    "max-memory 1 | did you mean 'maxmemory'?",
                })
        void wrongLine_isNamed(String line, String reason) throws IOException {
            String conf = file("a.conf", "hz 10", "", line);

            assertThatThrownBy(() -> load(conf))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageStartingWith("\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n"
                            + "Reading the configuration file, at line 3\n>>> '" + line + "'\n")
                    .hasMessageContaining(reason);
        }

        @Test
        void directoryOrMissingFile_isRefused() {
            assertThatThrownBy(() -> load(directory.toString()))
                    .hasMessage("Fatal error, can't open config file '" + directory + "': Is a directory");
            assertThatThrownBy(() -> load(directory + "/none"))
                    .hasMessage(
                            "Fatal error, can't open config file '" + directory + "/none': No such file or directory");
        }

        @Test
        void renamedCommands_areKeptForTheEngine() throws IOException {
            String path = file("redis.conf", "# names", "rename-command CONFIG \"\"", "rename-command GET xget");
            assertThat(load(path).commandRenames())
                    .containsExactly(
                            new CommandRename("CONFIG", "", path + ":2"),
                            new CommandRename("GET", "xget", path + ":3"));
            assertThatThrownBy(() -> load(file("short.conf", "rename-command GET")))
                    .hasMessageContaining("Bad directive or wrong number of arguments");
        }

        @Test
        void pluginLines_areKeptForThePlugins() throws IOException {
            Configuration configuration = load(file("a.conf", "loadmodule /p.jar a b", "limiter.rate 5"));

            assertThat(configuration.pluginPaths()).containsExactly(List.of("/p.jar", "a", "b"));
            assertThat(configuration.pluginParameters()).containsEntry("limiter.rate", "5");
        }

        @Test
        void rewrite_keepsCommentsAndOrder() throws IOException {
            String conf = file("a.conf", "# first", "port 7001", "# second", "hz 10");
            Configuration configuration = load(conf);

            configuration.registry().set(List.of("hz", "timeout"), List.of("20", "5"), false);
            configuration.file().rewrite(configuration.registry(), Extent.CHANGED);

            assertThat(Files.readAllLines(Path.of(conf)))
                    .containsExactly(
                            "# first", "port 7001", "# second", "hz 20", "# Generated by CONFIG REWRITE", "timeout 5");
            assertThat(value(load(conf), "timeout")).isEqualTo("5");
        }
    }

    @Nested
    class Yaml {
        @Test
        void scalarsListsAndMappings_becomeDirectives() throws IOException {
            Configuration configuration = load(file(
                    "a.yml",
                    "port: 7001",
                    "unixsocketperm: 0700",
                    "save:",
                    "  - 900 1",
                    "  - 300 10",
                    "bind: [127.0.0.1, '-::1']",
                    "appendonly: false",
                    "protected-mode: yes",
                    "logfile:",
                    "limiter: {rate: 5}",
                    "loadmodule: [/p.jar a, /q.jar]"));

            assertThat(value(configuration, "port")).isEqualTo("7001");
            assertThat(value(configuration, "unixsocketperm")).isEqualTo("700");
            assertThat(value(configuration, "save")).isEqualTo("900 1 300 10");
            assertThat(value(configuration, "bind")).isEqualTo("127.0.0.1 -::1");
            assertThat(value(configuration, "appendonly")).isEqualTo("no");
            assertThat(value(configuration, "protected-mode")).isEqualTo("yes");
            assertThat(value(configuration, "logfile")).isEmpty();
            assertThat(configuration.pluginParameters()).containsEntry("limiter.rate", "5");
            assertThat(configuration.pluginPaths()).containsExactly(List.of("/p.jar", "a"), List.of("/q.jar"));
        }

        @Test
        void renamedCommands_areALineOrAListOfLines() throws IOException {
            String one = file("one.yml", "rename-command: CONFIG \"\"");
            assertThat(load(one).commandRenames()).containsExactly(new CommandRename("CONFIG", "", one + ":1"));
            String two = file("two.yml", "rename-command: [GET xget, 'SET \"\"']");
            assertThat(load(two).commandRenames())
                    .containsExactly(
                            new CommandRename("GET", "xget", two + ":1"), new CommandRename("SET", "", two + ":1"));
            assertThatThrownBy(() -> load(file("short.yml", "rename-command: GET")))
                    .hasMessageContaining("wrong number of arguments")
                    .hasMessageNotContaining("there is no directive");
        }

        @Test
        void emptyFile_isAllDefaults() throws IOException {
            assertThat(value(load(file("a.yml", "# nothing")), "port")).isEqualTo("6379");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "prot: 3 | a.yml:2: there is no directive 'prot'; did you mean 'port'?",
                    "port: x | argument couldn't be parsed into an integer",
                    "hz: 3 | a.yml:2:1: duplicate key 'hz'",
                    "save: [[1]] | a plain value is expected",
                    "a: b: c | mapping values are not allowed here",
                })
        void wrongLine_isNamed(String line, String reason) throws IOException {
            String yaml = file("a.yml", "hz: 10", line);

            assertThatThrownBy(() -> load(yaml))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("at line 2\n>>> '" + line + "'\n")
                    .hasMessageContaining(reason);
        }

        @Test
        void tagOfAClass_makesNoObject() throws IOException {
            String yaml = file("a.yml", "port: !!javax.script.ScriptEngineManager [1]");

            assertThatThrownBy(() -> load(yaml)).isInstanceOf(ConfigurationException.class);
        }

        @Test
        void rewrite_keepsCommentsAndWhatIsUnchanged() throws IOException {
            String yaml = file(
                    "a.yml",
                    "# ü first",
                    "port: 7001 # the port",
                    "save:",
                    "  - 900 1 # often",
                    "",
                    "# addresses",
                    "bind: [127.0.0.1, '::1'] # two");
            Configuration configuration = load(yaml);

            configuration
                    .registry()
                    .set(List.of("port", "bind", "requirepass"), List.of("7002", "127.0.0.1", "a \"b\""), false);
            configuration.file().rewrite(configuration.registry(), Extent.CHANGED);

            assertThat(Files.readAllLines(Path.of(yaml)))
                    .containsExactly(
                            "# ü first",
                            "port: 7002 # the port",
                            "save:",
                            "  - 900 1 # often",
                            "",
                            "# addresses",
                            "bind: 127.0.0.1 # two",
                            "# Generated by CONFIG REWRITE",
                            "requirepass: \"a \\\"b\\\"\"");
            assertThat(value(load(yaml), "requirepass")).isEqualTo("a \"b\"");
        }

        @Test
        void usersOfAList_areAllDeclared() throws IOException {
            String yaml = file("a.yml", "user:", "  - bob on nopass ~* +@all", "  - al on nopass ~* +@all");
            assertThat(load(yaml).registry().get("user").lines())
                    .extracting(line -> line.get(0))
                    .containsExactly("bob", "al");
            assertThat(load(file("b.yml", "user: bob on nopass ~a* +get"))
                            .registry()
                            .get("user")
                            .lines())
                    .containsExactly(List.of("bob", "on", "nopass", "~a*", "+get"));
        }

        @Test
        void rewriteOfUsers_isAList() throws IOException {
            String yaml = file("a.yml", "user: bob on nopass ~* +@all", "hz: 10");
            Configuration configuration = load(yaml);
            configuration.registry().userLines(List.of("bob on ~a\"b +@all", "default on nopass"));
            configuration.file().rewrite(configuration.registry(), Extent.CHANGED);

            assertThat(Files.readAllLines(Path.of(yaml)).get(0)).isEqualTo("user:");
            assertThat(load(yaml).registry().get("user").lines())
                    .containsExactly(List.of("bob", "on", "~a\"b", "+@all"), List.of("default", "on", "nopass"));
        }

        @Test
        void rewriteOfThePackedFile_changesNothing() throws IOException {
            String text = Files.readString(packedFile());
            Path yaml = Path.of(file("spinel.yml", text));
            Configuration configuration = load(yaml.toString());
            String before = Files.readString(yaml);
            configuration.file().rewrite(configuration.registry(), Extent.CHANGED);
            assertThat(yaml).hasContent(before);

            configuration
                    .registry()
                    .set(
                            List.of("client-output-buffer-limit", "maxmemory"),
                            List.of("normal 1mb 0 0", "2147483648"),
                            false);
            configuration.file().rewrite(configuration.registry(), Extent.CHANGED);
            assertThat(Files.readAllLines(yaml))
                    .containsSequence(
                            "client-output-buffer-limit:",
                            "  - \"normal 1mb 0 0\"",
                            "  - \"replica 256mb 64mb 60\"",
                            "  - \"pubsub 32mb 8mb 60\"")
                    .contains("maxmemory: 2gb", "client-query-buffer-limit: 1gb");
        }

        @Test
        void rewriteOfAll_isReadBackAsItWas() throws IOException {
            String yaml = file("a.yml", "port: 7001");
            Configuration configuration = load(yaml);
            configuration.registry().set(List.of("save", "notify-keyspace-events"), List.of("", "KEA"), false);
            configuration.file().rewrite(configuration.registry(), Extent.ALL);

            ConfigRegistry readBack = load(yaml).registry();
            for (ConfigValue value : configuration.registry().values()) {
                assertThat(readBack.get(value.name()).text()).as(value.name()).isEqualTo(value.text());
            }
            assertThat(Files.readAllLines(Path.of(yaml))).contains("port: 7001", "maxmemory: 0");
        }
    }

    @Test
    void packedConfiguration_holdsTheDefaults() {
        Configuration configuration = load(packedFile().toString());

        assertThat(configuration.registry().values()).allMatch(ConfigValue::isDefault);
    }

    /** The file in the sources; tests run in the module's directory, or in that of the whole project. */
    private static Path packedFile() {
        Path inModule = Path.of("src/main/dist/conf/spinel.yml").toAbsolutePath();
        return Files.exists(inModule)
                ? inModule
                : Path.of("distribution/src/main/dist/conf/spinel.yml").toAbsolutePath();
    }
}
