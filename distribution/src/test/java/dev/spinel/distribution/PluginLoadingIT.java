package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.plugin.ServerPlugin;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.ref.WeakReference;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.SafeEncoder;

/** Plugins of a server in this JVM: found, loaded, used, refused, unloaded. */
class PluginLoadingIT {
    private static final String LOAD_ERROR = "ERR Error loading the extension. Please check the server logs.";
    /** Where a plugin of these tests leaves a weak reference to its class loader. */
    private static final String LOADER_PROPERTY = "spinel.test.plugin.loader";

    @TempDir
    private Path directory;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private SpinelServer server;
    private Jedis client;

    @BeforeEach
    void start() {
        start(SpinelServer.builder());
    }

    private void start(SpinelServer.Builder builder) {
        server = builder.port(0)
                .directive("enable-module-command", "yes")
                .log(new ServerLog(new PrintStream(log, true, UTF_8)))
                .start();
        client = new Jedis("127.0.0.1", server.port(), 10_000);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    /** A plugin named {@code trial} whose command TRIAL.RUN runs the given statements on a {@code call}. */
    private static String trial(String statements) {
        return plugin("trial", "TRIAL.RUN", "", statements);
    }

    private static String plugin(String name, String command, String members, String statements) {
        return """
                package outsider;

                import dev.spinel.api.command.*;
                import dev.spinel.api.data.*;
                import dev.spinel.api.error.*;
                import dev.spinel.api.plugin.*;
                import java.util.*;

                public final class Plugin implements ServerPlugin {
                    public String name() {
                        return "%s";
                    }

                    public List<Command> commands() {
                        return List.of(Command.of(
                                CommandSpec.named("%s").arity(-1).summary("A trial.").build(), this::run));
                    }

                    private void run(Call call) {
                        %s
                    }

                    %s
                }
                """
                .formatted(name, command, statements, members);
    }

    private static PluginJar jarOf(String source) {
        return new PluginJar().plugin("outsider.Plugin", source);
    }

    private String write(PluginJar jar) throws IOException {
        return jar.write(directory.resolve("trial/plugin.jar"), PluginJar.apiOfThisClassPath())
                .toString();
    }

    private Object send(String command, String... arguments) {
        return SafeEncoder.encodeObject(client.sendCommand(() -> SafeEncoder.encode(command), arguments));
    }

    private void assertRefused(String path, String reason) {
        long commands = (Long) send("COMMAND", "COUNT");
        assertThatThrownBy(() -> send("MODULE", "LOAD", path))
                .isInstanceOf(JedisDataException.class)
                .hasMessage(LOAD_ERROR);
        assertThat(log.toString(UTF_8))
                .contains("Plugin " + path + " failed to load: ")
                .contains(reason);
        assertThat(send("COMMAND", "COUNT")).isEqualTo(commands);
        assertThat((List<?>) send("MODULE", "LIST")).isEmpty();
        assertThat(send("PING")).isEqualTo("PONG");
    }

    @Nested
    class Load {
        @Test
        void jar_commandsWork() throws IOException {
            String path = write(jarOf(trial("call.reply().bulk(\"ran \" + call.argCount());")));

            assertThat(send("MODULE", "LOAD", path)).isEqualTo("OK");

            assertThat(send("trial.run", "a")).isEqualTo("ran 2");
            assertThat(send("MODULE", "LIST"))
                    .isEqualTo(List.of(List.of("name", "trial", "ver", 1L, "path", path, "args", List.of())));
            assertThat((List<?>) send("COMMAND", "INFO", "trial.run"))
                    .hasSize(1)
                    .doesNotContainNull();
            assertThat(send("INFO", "modules").toString()).contains("module:name=trial,ver=1");
        }

        @Test
        void directory_joinsItsJars() throws IOException {
            PluginJar library = new PluginJar()
                    .source(
                            "library.Greeting",
                            """
                            package library;

                            public final class Greeting {
                                public static String text() {
                                    return "from the library";
                                }
                            }
                            """);
            Path classes = library.write(directory.resolve("trial/library.jar"), PluginJar.apiOfThisClassPath());
            Path api = PluginJar.apiOfThisClassPath();
            jarOf(trial("call.reply().bulk(library.Greeting.text());"))
                    .write(directory.resolve("trial/plugin.jar"), Path.of(api + File.pathSeparator + classes));

            send("MODULE", "LOAD", directory.resolve("trial").toString());

            assertThat(send("TRIAL.RUN")).isEqualTo("from the library");
        }

        @Test
        void arguments_reachThePlugin() throws IOException {
            String members =
                    """
                    private List<String> arguments = List.of();

                    public void open(List<String> values) {
                        arguments = values;
                    }
                    """;
            String path = write(
                    jarOf(plugin("trial", "TRIAL.RUN", members, "call.reply().bulk(String.join(\"+\", arguments));")));

            send("MODULE", "LOAD", path, "one", "two");

            assertThat(send("TRIAL.RUN")).isEqualTo("one+two");
            assertThat(send("MODULE", "LIST").toString()).contains("[one, two]");
        }

        @Test
        void serverClasses_areOutOfReach() throws IOException {
            String path = write(
                    jarOf(
                            trial(
                                    """
                    try {
                        Class.forName("dev.spinel.engine.Engine");
                        call.reply().bulk("found");
                    } catch (ClassNotFoundException e) {
                        call.reply().bulk("not found");
                    }""")));

            send("MODULE", "LOAD", path);

            assertThat(send("TRIAL.RUN")).isEqualTo("not found");
        }

        @Test
        void withoutEnableModuleCommand_refused() {
            send("CONFIG", "GET", "enable-module-command");
            stop();
            server = SpinelServer.builder()
                    .port(0)
                    .directive("enable-module-command", "no")
                    .log(new ServerLog(new PrintStream(log, true, UTF_8)))
                    .start();
            client = new Jedis("127.0.0.1", server.port(), 10_000);

            assertThatThrownBy(() -> send("MODULE", "LOAD", "x.jar"))
                    .hasMessageContaining("MODULE command not allowed");
        }
    }

    @Nested
    class Parameters {
        private static final String MEMBERS =
                """
                private String level = "";

                public List<ConfigParameter> configParameters() {
                    return List.of(new ConfigParameter("trial.level", "low", value -> {
                        if (value.equals("defect")) {
                            throw new IllegalStateException("defect");
                        }
                        if (value.isEmpty()) {
                            throw new IllegalArgumentException("must not be empty");
                        }
                        level = value;
                    }));
                }

                public List<InfoSection> infoSections() {
                    return List.of(new InfoSection("Trial", () -> {
                        if (level.equals("none")) {
                            throw new IllegalStateException("no level");
                        }
                        return Map.of("trial_level", level);
                    }));
                }
                """;

        @BeforeEach
        void writeJar() throws IOException {
            write(jarOf(plugin("trial", "TRIAL.RUN", MEMBERS, "call.reply().bulk(level);")));
        }

        private String jar() {
            return directory.resolve("trial/plugin.jar").toString();
        }

        @Test
        void configSet_reachesThePlugin() {
            send("MODULE", "LOAD", jar());
            assertThat(send("TRIAL.RUN")).isEqualTo("low");

            send("CONFIG", "SET", "trial.level", "high");

            assertThat(send("TRIAL.RUN")).isEqualTo("high");
            assertThat(send("CONFIG", "GET", "trial.*")).isEqualTo(List.of("trial.level", "high"));
            assertThat(send("INFO", "trial").toString()).contains("# Trial\r\ntrial_level:high");
        }

        @Test
        void configSet_refusalAndDefect_leaveTheValue() {
            send("MODULE", "LOAD", jar());

            assertThatThrownBy(() -> send("CONFIG", "SET", "trial.level", ""))
                    .hasMessageContaining("must not be empty");
            assertThatThrownBy(() -> send("CONFIG", "SET", "trial.level", "defect"))
                    .hasMessageContaining("internal error in plugin 'trial'");

            assertThat(send("TRIAL.RUN")).isEqualTo("low");
            assertThat(send("CONFIG", "GET", "trial.level")).isEqualTo(List.of("trial.level", "low"));
        }

        @Test
        void infoSectionThatThrows_infoStillAnswers() {
            send("MODULE", "LOAD", jar());
            send("CONFIG", "SET", "trial.level", "none");

            assertThat(send("INFO", "everything").toString())
                    .contains("# Server", "# Trial\r\nerror:internal error in plugin 'trial'");
        }

        @Test
        void loadex_setsBeforeTheFirstCommand() {
            send("MODULE", "LOADEX", jar(), "CONFIG", "trial.level", "middle", "ARGS", "x");

            assertThat(send("TRIAL.RUN")).isEqualTo("middle");
        }

        @Test
        void loadex_foreignParameter_refused() {
            assertThatThrownBy(() -> send("MODULE", "LOADEX", jar(), "CONFIG", "maxclients", "1"))
                    .hasMessage(LOAD_ERROR);

            assertThat(log.toString(UTF_8)).contains("there is no configuration parameter maxclients");
            assertThat(send("CONFIG", "GET", "trial.*")).isEqualTo(List.of());
        }

        @Test
        void loadex_valueThatIsRefused_leavesNothingBehind() {
            assertThatThrownBy(() -> send("MODULE", "LOADEX", jar(), "CONFIG", "trial.level", ""))
                    .hasMessage(LOAD_ERROR);
            assertThat(send("CONFIG", "GET", "trial.*")).isEqualTo(List.of());

            send("MODULE", "LOAD", jar());

            assertThat(send("TRIAL.RUN")).isEqualTo("low");
        }

        @Test
        void unload_removesParameterAndSection() {
            send("MODULE", "LOAD", jar());
            send("MODULE", "UNLOAD", "trial");

            assertThat(send("CONFIG", "GET", "trial.*")).isEqualTo(List.of());
            assertThat(send("INFO", "everything").toString()).doesNotContain("trial_level");
        }
    }

    @Nested
    class Refused {
        @Test
        void noSuchFile() {
            assertRefused(directory.resolve("absent.jar").toString(), "no such file or directory");
        }

        @Test
        void emptyDirectory() {
            assertRefused(directory.toString(), "the directory holds no JAR");
        }

        @Test
        void brokenJar() throws IOException {
            Path jar = Files.writeString(directory.resolve("broken.jar"), "this is no archive");

            assertRefused(jar.toString(), "broken.jar is not a readable JAR");
        }

        @Test
        void noServiceFile() throws IOException {
            assertRefused(
                    write(new PluginJar().source("outsider.Plugin", trial("call.reply().ok();"))),
                    "no plugin is declared in META-INF/services/dev.spinel.api.plugin.ServerPlugin");
        }

        @Test
        void missingClass() throws IOException {
            assertRefused(write(new PluginJar().missingPlugin("outsider.Absent")), "outsider.Absent not found");
        }

        @Test
        void classOfANewerJava() throws IOException {
            assertRefused(
                    write(jarOf(trial("call.reply().ok();")).compiledForNewerJava()),
                    "has been compiled by a more recent version of the Java Runtime");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "public Plugin() { throw new IllegalStateException(\"boom\"); }",
                    "public Plugin() { throw new AssertionError(\"boom\"); }",
                    "static final int X = Integer.parseInt(\"boom\");",
                    "static { recurse(1); } static int recurse(int i) { return recurse(i + 1) + recurse(i + 2); }",
                    "public void open(List<String> arguments) { throw new NoClassDefFoundError(\"boom\"); }",
                    "public int version() { throw new IllegalStateException(\"boom\"); }",
                    "public List<InfoSection> infoSections() { throw new IllegalStateException(\"boom\"); }",
                    "public List<ConfigParameter> configParameters() { return null; }",
                    "public List<ConfigParameter> configParameters() {"
                            + " return List.of(new ConfigParameter(\"port\", \"1\", value -> {})); }",
                    "public List<ConfigParameter> configParameters() { return List.of(new ConfigParameter("
                            + "\"trial.x\", \"1\", value -> { throw new IllegalStateException(\"boom\"); })); }",
                })
        void memberThatThrows(String member) throws IOException {
            assertRefused(write(jarOf(plugin("trial", "TRIAL.RUN", member, "call.reply().ok();"))), "");
        }

        @ParameterizedTest
        @ValueSource(strings = {"GET", "trial.run", "TWO WORDS", "TRIAL|RUN", ""})
        void commandNameThatCannotBe(String name) throws IOException {
            assertRefused(write(jarOf(plugin("trial", name, "", "call.reply().ok();"))), "command");
        }

        @ParameterizedTest
        @ValueSource(strings = {"", "Trial", "two words", "string"})
        void pluginNameThatCannotBe(String name) throws IOException {
            assertRefused(write(jarOf(plugin(name, "TRIAL.RUN", "", "call.reply().ok();"))), "name");
        }

        @Test
        void twoPluginsInOneJar() throws IOException {
            PluginJar jar = jarOf(trial("call.reply().ok();"))
                    .plugin(
                            "outsider.Second",
                            """
                            package outsider;

                            public final class Second implements dev.spinel.api.plugin.ServerPlugin {
                                public String name() {
                                    return "second";
                                }
                            }
                            """);

            assertRefused(write(jar), "2 plugins are declared");
        }

        @Test
        void loadedAlready_keepsTheFirst() throws IOException {
            String path = write(jarOf(trial("call.reply().bulk(\"first\");")));
            send("MODULE", "LOAD", path);

            assertThatThrownBy(() -> send("MODULE", "LOAD", path)).hasMessage(LOAD_ERROR);

            assertThat(log.toString(UTF_8)).contains("a plugin named trial is loaded already");
            assertThat(send("TRIAL.RUN")).isEqualTo("first");
        }

        @Test
        void afterOpen_closed() throws IOException {
            String members =
                    """
                    public void close() {
                        System.setProperty("spinel.test.plugin.closed", "yes");
                    }
                    """;
            System.clearProperty("spinel.test.plugin.closed");

            assertRefused(write(jarOf(plugin("trial", "GET", members, "call.reply().ok();"))), "exists already");

            assertThat(System.clearProperty("spinel.test.plugin.closed")).isEqualTo("yes");
        }
    }

    @Nested
    class HandlerThatThrows {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "throw new IllegalStateException(\"boom\");",
                    "throw new NoSuchMethodError(\"boom\");",
                    "throw new OutOfMemoryError(\"boom\");",
                    "throw new ThreadDeath();",
                    "run(call);",
                    "call.reply().array(3); throw new AssertionError(\"boom\");",
                    "Plugin.<RuntimeException>sneak(new java.io.IOException(\"boom\"));",
                })
        void answersAnError_serverUnharmed(String statements) throws IOException {
            String members =
                    """
                    @SuppressWarnings("unchecked")
                    private static <E extends Throwable> void sneak(Throwable failure) throws E {
                        throw (E) failure;
                    }
                    """;
            send("MODULE", "LOAD", write(jarOf(plugin("trial", "TRIAL.RUN", members, statements))));

            assertThatThrownBy(() -> send("TRIAL.RUN"))
                    .isInstanceOf(JedisDataException.class)
                    .hasMessage("ERR internal error in command 'trial.run'");

            assertThat(send("PING")).isEqualTo("PONG");
            assertThat(log.toString(UTF_8)).contains("command trial.run failed");
            assertThat(send("MODULE", "UNLOAD", "trial")).isEqualTo("OK");
        }

        @Test
        void commandException_isAnOrdinaryReply() throws IOException {
            send("MODULE", "LOAD", write(jarOf(trial("throw Errors.err(\"not today\");"))));

            assertThatThrownBy(() -> send("TRIAL.RUN")).hasMessage("ERR not today");
            assertThat(log.toString(UTF_8)).doesNotContain("failed");
        }
    }

    @Nested
    class Unload {
        @Test
        void unknownName_refused() {
            assertThatThrownBy(() -> send("MODULE", "UNLOAD", "absent"))
                    .hasMessage("ERR Error unloading module: no such module with that name");
        }

        @Test
        void builtInFamily_refused() {
            assertThatThrownBy(() -> send("MODULE", "UNLOAD", "string"))
                    .hasMessage("ERR Error unloading module: no such module with that name");
        }

        @Test
        void commandsAreGone_andMayComeBack() throws IOException {
            String path = write(jarOf(trial("call.reply().bulk(\"first\");")));
            send("MODULE", "LOAD", path);
            send("MODULE", "UNLOAD", "trial");
            assertThatThrownBy(() -> send("TRIAL.RUN")).hasMessageStartingWith("ERR unknown command");

            write(jarOf(trial("call.reply().bulk(\"second\");")));
            send("MODULE", "LOAD", path);

            assertThat(send("TRIAL.RUN")).isEqualTo("second");
        }

        @Test
        void closeThatThrows_unloadedAllTheSame() throws IOException {
            String members = "public void close() { throw new IllegalStateException(\"boom\"); }";
            send("MODULE", "LOAD", write(jarOf(plugin("trial", "TRIAL.RUN", members, "call.reply().ok();"))));

            assertThat(send("MODULE", "UNLOAD", "trial")).isEqualTo("OK");

            assertThat(log.toString(UTF_8)).contains("Plugin 'trial' threw while it was closed");
            assertThat((List<?>) send("MODULE", "LIST")).isEmpty();
        }

        @Test
        void blockedClient_refusedUntilItIsServed() throws IOException {
            String block = "call.block(ValueType.LIST, 1, 1, 0, Call.TimeoutReply.NIL);";
            String statements = "if (call.keys().exists(call.arg(1))) call.reply().ok(); else " + block;
            send("MODULE", "LOAD", write(jarOf(trial(statements))));
            try (Socket waiting = new Socket("127.0.0.1", server.port())) {
                waiting.getOutputStream().write("TRIAL.RUN key\r\n".getBytes(UTF_8));
                Awaitility.await()
                        .until(() -> send("INFO", "clients").toString().contains("blocked_clients:1"));

                assertThatThrownBy(() -> send("MODULE", "UNLOAD", "trial"))
                        .hasMessage("ERR Error unloading module: the module has blocked clients."
                                + " Please wait them unblocked and try again");

                send("LPUSH", "key", "x");
                assertThat(waiting.getInputStream().readNBytes(5)).asString().isEqualTo("+OK\r\n");
                assertThat(send("MODULE", "UNLOAD", "trial")).isEqualTo("OK");
            }
        }

        @Test
        void queuedInATransaction_answersAnErrorThere() throws IOException {
            send("MODULE", "LOAD", write(jarOf(trial("call.reply().ok();"))));
            try (Jedis other = new Jedis("127.0.0.1", server.port(), 10_000)) {
                send("MULTI");
                send("TRIAL.RUN");
                other.sendCommand(() -> SafeEncoder.encode("MODULE"), "UNLOAD", "trial");

                assertThat((List<?>) send("EXEC")).singleElement().isInstanceOf(JedisDataException.class);
            }
        }

        @Test
        void classLoader_becomesGarbage() throws IOException {
            String members =
                    """
                    public void open(List<String> arguments) {
                        System.getProperties()
                                .put("%s", new java.lang.ref.WeakReference<>(Plugin.class.getClassLoader()));
                    }

                    public List<ConfigParameter> configParameters() {
                        return List.of(new ConfigParameter("trial.level", "low", value -> {}));
                    }

                    public List<InfoSection> infoSections() {
                        return List.of(new InfoSection("Trial", () -> Map.of("a", "b")));
                    }
                    """
                            .formatted(LOADER_PROPERTY);
            String statements = "if (call.argCount() > 1) throw new IllegalStateException(); call.reply().ok();";
            send("MODULE", "LOAD", write(jarOf(plugin("trial", "TRIAL.RUN", members, statements))));
            WeakReference<?> loader = (WeakReference<?>)
                    Objects.requireNonNull(System.getProperties().remove(LOADER_PROPERTY));
            assertThat(loader.get()).isInstanceOf(PluginClassLoader.class);
            for (int i = 0; i < 100; i++) {
                send("TRIAL.RUN");
            }
            assertThatThrownBy(() -> send("TRIAL.RUN", "x")).hasMessageContaining("internal error");
            send("MULTI");
            send("TRIAL.RUN");
            send("EXEC");
            send("INFO", "everything");
            send("COMMAND", "DOCS", "trial.run");

            send("MODULE", "UNLOAD", "trial");

            Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
                System.gc();
                assertThat(loader.get()).isNull();
            });
        }
    }

    @Nested
    class Start {
        @Test
        void directory_loadsWhatItCan() throws IOException {
            Path plugins = directory.resolve("plugins");
            jarOf(trial("call.reply().bulk(\"ran\");"))
                    .write(plugins.resolve("trial/plugin.jar"), PluginJar.apiOfThisClassPath());
            jarOf(plugin("lone", "LONE.RUN", "", "call.reply().bulk(\"alone\");"))
                    .write(plugins.resolve("lone.jar"), PluginJar.apiOfThisClassPath());
            Files.createDirectories(plugins.resolve("empty"));
            Files.writeString(plugins.resolve("README"), "not a plugin");
            stop();

            start(SpinelServer.builder().pluginDirectory(plugins));

            assertThat(send("TRIAL.RUN")).isEqualTo("ran");
            assertThat(send("LONE.RUN")).isEqualTo("alone");
            assertThat(log.toString(UTF_8))
                    .contains("Plugin " + plugins.resolve("empty") + " failed to load: the directory holds no JAR")
                    .doesNotContain("README");
        }

        @Test
        void missingDirectory_isNoObstacle() {
            stop();

            start(SpinelServer.builder().pluginDirectory(directory.resolve("absent")));

            assertThat(send("PING")).isEqualTo("PONG");
        }

        @Test
        void pluginOfTheProgram_works() {
            stop();

            start(SpinelServer.builder().plugin(new Embedded("EMBEDDED.RUN")));

            assertThat(send("EMBEDDED.RUN")).isEqualTo("OK");
            assertThat(send("MODULE", "LIST").toString()).contains("embedded", Embedded.class.getName());
        }

        @Test
        void pluginOfTheProgram_thatIsRefused_endsTheStart() {
            SpinelServer.Builder builder = SpinelServer.builder().port(0).plugin(new Embedded("GET"));

            assertThatThrownBy(builder::start)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("command GET of plugin embedded exists already");
        }
    }

    /** A plugin on the class path of the test. */
    private record Embedded(String command) implements ServerPlugin {
        @Override
        public String name() {
            return "embedded";
        }

        @Override
        public List<Command> commands() {
            return List.of(Command.of(
                    CommandSpec.named(command).arity(1).summary("A trial.").build(),
                    call -> call.reply().ok()));
        }
    }
}
