package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.util.SafeEncoder;

/** What an outsider does: build a JAR against the API of the packed distribution, drop it in, start the server, use it. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a POSIX shell script")
class PluginIT {
    private static final String SOURCE =
            """
            import dev.spinel.api.command.*;
            import dev.spinel.api.plugin.ServerPlugin;
            import java.util.List;

            public final class Hello implements ServerPlugin {
                public String name() { return "hello"; }
                public List<Command> commands() {
                    return List.of(Command.of(CommandSpec.named("HELLO.SAY").arity(2).summary("Greets.").build(),
                            call -> call.reply().bulk("Hello, " + call.arg(1) + "!")));
                }
            }
            """;

    @TempDir
    private Path directory;

    private Path home;
    private Path log;
    private Process process;
    private Jedis client;

    @BeforeEach
    void unpack() throws IOException {
        home = directory.resolve("spinel");
        log = directory.resolve("log");
        Path packed = packedDistribution();
        try (Stream<Path> files = Files.walk(packed)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, home.resolve(packed.relativize(file).toString()), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
    }

    private static Path packedDistribution() throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("target").toAbsolutePath())) {
            return entries.filter(entry -> Files.exists(entry.resolve("bin/spinel-server")))
                    .findAny()
                    .orElseThrow();
        }
    }

    private void writePlugin(Path jar) throws IOException {
        try (Stream<Path> libraries = Files.list(home.resolve("lib"))) {
            Path api = libraries
                    .filter(library -> library.getFileName().toString().startsWith("spinel-api-"))
                    .findAny()
                    .orElseThrow();
            new PluginJar().plugin("Hello", SOURCE).write(jar, api);
        }
    }

    private void startServer() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        process = new ProcessBuilder(
                        home.resolve("bin/spinel-server").toString(),
                        "--port",
                        Integer.toString(port),
                        "--enable-module-command",
                        "yes")
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> !process.isAlive() || Files.readString(log).contains("Ready to accept connections"));
        assertThat(process.isAlive()).as(Files.readString(log)).isTrue();
        client = new Jedis("127.0.0.1", port, 10_000);
    }

    @AfterEach
    void stopServer() throws InterruptedException {
        if (client != null) {
            client.close();
        }
        if (process != null) {
            process.destroy();
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    private Object send(String command, String... arguments) {
        return SafeEncoder.encodeObject(client.sendCommand(() -> SafeEncoder.encode(command), arguments));
    }

    @Test
    void droppedIn_foundAtTheStart() throws IOException {
        writePlugin(home.resolve("plugins/hello/hello.jar"));
        Files.write(home.resolve("plugins/broken.jar"), "no archive".getBytes(UTF_8));

        startServer();

        assertThat(send("HELLO.SAY", "world")).isEqualTo("Hello, world!");
        assertThat(Files.readString(log))
                .contains("Plugin 'hello' loaded from ", "broken.jar failed to load: broken.jar is not a readable JAR");
    }

    @Test
    void loadedWhileTheServerRuns_usedAndUnloaded() throws IOException {
        Path jar = directory.resolve("elsewhere/hello.jar");
        writePlugin(jar);
        startServer();
        assertThatThrownBy(() -> send("HELLO.SAY", "world")).hasMessageStartingWith("ERR unknown command");

        assertThat(send("MODULE", "LOAD", jar.toString())).isEqualTo("OK");

        assertThat(send("HELLO.SAY", "world")).isEqualTo("Hello, world!");
        assertThatThrownBy(() -> send("HELLO.SAY")).hasMessage("ERR wrong number of arguments for 'hello.say' command");
        assertThat(send("MODULE", "LIST").toString()).contains("hello", "recipes");

        assertThat(send("MODULE", "UNLOAD", "hello")).isEqualTo("OK");

        assertThatThrownBy(() -> send("HELLO.SAY", "world")).hasMessageStartingWith("ERR unknown command");
        assertThat(send("MODULE", "LIST").toString()).doesNotContain("hello").contains("recipes");
    }
}
