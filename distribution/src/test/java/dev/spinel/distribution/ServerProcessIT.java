package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/** The server as a process of its own: what it prints, how it ends, what it survives. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "signals")
class ServerProcessIT {
    private static final long START_SECONDS = 30;

    @TempDir
    private Path directory;

    private final List<Process> processes = new ArrayList<>();
    private Path output;

    @AfterEach
    void stopWhatStillRuns() {
        processes.forEach(Process::destroyForcibly);
    }

    private Process start(List<String> jvmOptions, String... args) throws IOException {
        return startIn(List.of(), jvmOptions, args);
    }

    /** @param prefix what runs java, its command line being the last arguments */
    private Process startIn(List<String> prefix, List<String> jvmOptions, String... args) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(System.getProperty("java.home") + "/bin/java", "-XX:+UseSerialGC"));
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(args));
        output = directory.resolve("output-" + processes.size());
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        processes.add(process);
        return process;
    }

    private String output() throws IOException {
        return Files.readString(output, UTF_8);
    }

    static int exitCode(Process process) throws InterruptedException {
        assertThat(process.waitFor(START_SECONDS, TimeUnit.SECONDS))
                .as("the process ends")
                .isTrue();
        return process.exitValue();
    }

    static int freePort() throws IOException {
        try (ServerSocket probe = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return probe.getLocalPort();
        }
    }

    private void awaitLine(Path log, String text) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(START_SECONDS))
                .until(() -> Files.exists(log) && Files.readString(log).contains(text));
    }

    /** Sets keys 0, 1, ... of 1000 bytes until the server refuses, which it should before 200 MB; returns how many it took. */
    private static int fill(Jedis client) {
        return fill(client, "key:", 1000);
    }

    private static int fill(Jedis client, String prefix, int length) {
        String value = "x".repeat(length);
        for (int from = 0; from < 200_000; from += 1000) {
            Pipeline pipeline = client.pipelined();
            for (int i = 0; i < 1000; i++) {
                pipeline.set(prefix + (from + i), value);
            }
            List<Object> replies = pipeline.syncAndReturnAll();
            if (replies.stream().anyMatch(JedisDataException.class::isInstance)) {
                return from + (int) replies.stream().filter("OK"::equals).count();
            }
        }
        throw new AssertionError("200 MB were taken");
    }

    @Nested
    class Start {
        @Test
        void unknownDirective_exitsWithOneAndTheMessage() throws Exception {
            Process process = start(List.of(), "--prot", "7000");

            assertThat(exitCode(process)).isEqualTo(1);
            assertThat(output())
                    .contains("*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***", ">>> 'prot \"7000\"'")
                    .contains("did you mean 'port'?");
        }

        @Test
        void modeOfRedis_exitsWithOneAndNamesIt() throws Exception {
            Process process = start(List.of(), "--test-memory", "10");

            assertThat(exitCode(process)).isEqualTo(1);
            assertThat(output()).startsWith("--test-memory: Spinel has no such mode");
        }

        @Test
        void parameterOfNoPlugin_exitsWithOneAndNamesIt() throws Exception {
            Files.writeString(directory.resolve("spinel.yml"), "port: {number: 7000}\n");
            Process process = start(List.of(), "spinel.yml");

            assertThat(exitCode(process)).isEqualTo(1);
            assertThat(output())
                    .contains("Can't start: there is no directive 'port.number', and no plugin 'port'")
                    .doesNotContain("Exception");
        }

        @Test
        void busyPort_exitsWithOneAndNamesIt() throws Exception {
            try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                String port = Integer.toString(taken.getLocalPort());
                Process process = start(List.of(), "--port", port, "--bind", "127.0.0.1");

                assertThat(exitCode(process)).isEqualTo(1);
                assertThat(output())
                        .contains("Could not create server TCP listening socket 127.0.0.1:" + port
                                + ": bind: Address already in use")
                        .contains("Failed listening on port " + port + " (TCP), aborting.");
            }
        }

        @Test
        void logFileThatCannotBeOpened_exitsWithOne() throws Exception {
            Process process = start(List.of(), "--logfile", "/no/such/directory/log");

            assertThat(exitCode(process)).isEqualTo(1);
            assertThat(output()).contains("Can't open the log file: No such file or directory");
        }

        @Test
        void nothingToListenOn_exitsWithOne() throws Exception {
            Process process = start(List.of(), "--port", "0");

            assertThat(exitCode(process)).isEqualTo(1);
            assertThat(output()).contains("Configured to not listen anywhere, exiting.");
        }

        @Test
        void transportThatIsNotThere_exitsWithOneAndNamesIt() throws Exception {
            Process process = start(List.of(), "--port", "0", "--io-transport", "io_uring");

            assertThat(exitCode(process)).isEqualTo(1);
            assertThat(output()).contains("Can't start: io-transport io_uring").doesNotContain("Exception");
        }

        @Test
        void missingPlugin_exitsWithOneAndNamesIt() throws Exception {
            Files.writeString(directory.resolve("redis.conf"), "loadmodule /nowhere.jar\nport " + freePort() + "\n");
            Process process = start(List.of(), "redis.conf");

            assertThat(exitCode(process)).isEqualTo(1);
            assertThat(output()).contains("Can't start: Module /nowhere.jar failed to load: no such file");
        }

        @Test
        void unknownCommandToRename_exitsWithOneAndNamesTheLine() throws Exception {
            Files.writeString(directory.resolve("redis.conf"), "port 0\nrename-command NOTHING other\n");
            Process process = start(List.of(), "redis.conf");

            assertThat(exitCode(process)).isEqualTo(1);
            assertThat(output()).contains("redis.conf:2: No such command in rename-command");
        }

        @Test
        void renamedCommand_answersToItsNewNameOnly() throws Exception {
            int port = freePort();
            Files.writeString(
                    directory.resolve("redis.conf"),
                    "port " + port + "\nrename-command ECHO say\nrename-command CONFIG \"\"\nsave \"\"\n");
            start(List.of(), "redis.conf");
            awaitLine(output, "Ready to accept connections");

            try (Jedis client = new Jedis("127.0.0.1", port)) {
                assertThat(client.sendCommand(() -> "SAY".getBytes(UTF_8), "hi"))
                        .isEqualTo("hi".getBytes(UTF_8));
                assertThatThrownBy(() -> client.echo("hi")).hasMessageContaining("unknown command 'ECHO'");
                assertThatThrownBy(() -> client.configGet("port")).hasMessageContaining("unknown command 'CONFIG'");
            }
        }

        @Test
        void daemonize_startsADetachedProcessAndEnds() throws Exception {
            int port = freePort();
            Path pidFile = directory.resolve("server.pid");
            Path log = directory.resolve("server.log");
            Process process = start(
                    List.of(),
                    "--daemonize",
                    "yes",
                    "--port",
                    Integer.toString(port),
                    "--pidfile",
                    pidFile.toString(),
                    "--logfile",
                    log.toString(),
                    "--save",
                    "");

            assertThat(exitCode(process)).isZero();
            awaitLine(log, "Ready to accept connections");
            long pid = Long.parseLong(Files.readString(pidFile).strip());
            ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
            try (Jedis client = new Jedis("127.0.0.1", port)) {
                assertThat(pid).isNotEqualTo(process.pid());
                assertThat(client.configGet("daemonize")).containsEntry("daemonize", "yes");
                server.destroy();
                assertThat(server.onExit().get(START_SECONDS, TimeUnit.SECONDS)).isNotNull();
            } finally {
                server.destroyForcibly();
            }
            assertThat(pidFile).doesNotExist();
        }

        @Test
        void version_isPrinted() throws Exception {
            assertThat(exitCode(start(List.of(), "--version"))).isZero();
            assertThat(output()).startsWith("Spinel server v=").contains("redis_version=7.0.15");
        }
    }

    @Nested
    class Stop {
        @Test
        void sigterm_stopsInOrderWithExitCodeZero() throws Exception {
            Process process = start(
                    List.of(),
                    "--port",
                    Integer.toString(freePort()),
                    "--logfile",
                    "server.log",
                    "--pidfile",
                    "server.pid");
            Path log = directory.resolve("server.log");
            awaitLine(log, "Ready to accept connections");

            assertThat(Files.readString(directory.resolve("server.pid"))).isEqualTo(process.pid() + "\n");
            process.destroy();

            assertThat(exitCode(process)).isZero();
            assertThat(directory.resolve("server.pid")).doesNotExist();
            assertThat(Files.readString(log))
                    .contains(
                            " PID: " + process.pid(), "Server initialized", "User requested shutdown...", "bye bye...");
            assertThat(output()).doesNotContain("Server initialized");
        }

        @Test
        void sigterm_whileDataCannotBeSaved_isHeardEachTime() throws Exception {
            int port = freePort();
            // SIGINT is ignored where the tests run in the background of a shell without a terminal.
            Process process = startIn(
                    List.of("env", "--default-signal=INT"),
                    List.of(),
                    "--port",
                    Integer.toString(port),
                    "--save",
                    "3600 1");
            awaitLine(output, "Ready to accept connections");
            // Where the snapshot is to be written there is something that no file can replace.
            Path obstacle = Files.createDirectory(directory.resolve("temp-" + process.pid() + ".rdb"));
            String failure = "Errors trying to shut down the server. Check the logs for more information.";

            process.destroy();
            Awaitility.await().until(() -> output().split(failure, -1).length == 2);
            signal(process, "INT");
            Awaitility.await().until(() -> output().split(failure, -1).length == 3);
            signal(process, "HUP");
            try (Jedis client = new Jedis("127.0.0.1", port)) {
                assertThat(client.ping()).isEqualTo("PONG");
            }
            Files.delete(obstacle);
            process.destroy();

            assertThat(exitCode(process)).isZero();
            assertThat(output())
                    .contains("Received SIGTERM scheduling shutdown...", "Received SIGINT scheduling shutdown...")
                    .contains("DB saved on disk", "bye bye...");
        }

        @Test
        void sigterm_whileDataAreLoaded_exitsWithZero() throws Exception {
            try (SpinelServer source = SpinelServer.builder()
                            .port(0)
                            .directive("dir", directory.toString())
                            .start();
                    Jedis client = new Jedis("127.0.0.1", source.port())) {
                client.set("key", "value");
                client.save();
            }
            Process process = start(List.of(), "--port", Integer.toString(freePort()), "--key-load-delay", "60000000");
            awaitLine(output, "Server initialized");
            process.destroy();

            assertThat(exitCode(process)).isZero();
            assertThat(output())
                    .contains("Received shutdown signal during loading, scheduling shutdown.", "bye bye...")
                    .doesNotContain("Ready to accept connections");
        }

        private void signal(Process process, String name) throws IOException, InterruptedException {
            exitCode(new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start());
        }

        @Test
        void shutdownCommand_whileDataAreLoaded_exitsWithZero() throws Exception {
            try (SpinelServer source = SpinelServer.builder()
                            .port(0)
                            .directive("dir", directory.toString())
                            .start();
                    Jedis client = new Jedis("127.0.0.1", source.port())) {
                client.set("key", "value");
                client.save();
            }
            int port = freePort();
            Process process = start(List.of(), "--port", Integer.toString(port), "--key-load-delay", "60000000");
            awaitLine(output, "Server initialized");

            try (Jedis client = new Jedis("127.0.0.1", port)) {
                assertThatThrownBy(() -> client.get("key")).hasMessageContaining("LOADING");
                client.sendCommand(() -> "SHUTDOWN".getBytes(UTF_8), "NOSAVE");
            } catch (JedisConnectionException expected) {
                assertThat(expected).isNotNull();
            }

            assertThat(exitCode(process)).isZero();
            assertThat(output()).doesNotContain("Ready to accept connections");
        }

        @Test
        void shutdownCommand_exitsWithZero() throws Exception {
            int port = freePort();
            Process process = start(List.of(), "--port", Integer.toString(port));
            awaitLine(output, "Ready to accept connections");

            try (Jedis client = new Jedis("127.0.0.1", port)) {
                client.sendCommand(() -> "SHUTDOWN".getBytes(UTF_8), "NOSAVE");
            } catch (JedisConnectionException expected) {
                assertThat(expected).isNotNull();
            }

            assertThat(exitCode(process)).isZero();
        }
    }

    @Nested
    @EnabledOnOs(value = OS.LINUX, disabledReason = "prlimit, which makes room again, is a program of Linux")
    class FullDisk {
        /** Files may grow to 256 KiB: a limit that ends as the space on a disk does, in the middle of a write. */
        private static final List<String> LIMITED = List.of("sh", "-c", "ulimit -S -f 512; exec \"$@\"", "sh");

        private static final String REFUSED = "MISCONF Errors writing to the AOF file: File too large";

        @Test
        void log_refusesWritesServesReadsAndRecovers() throws Exception {
            int port = freePort();
            Process process = startIn(LIMITED, List.of(), "--port", Integer.toString(port), "--appendonly", "yes");
            awaitLine(output, "Ready to accept connections");

            int written;
            try (Jedis client = new Jedis("127.0.0.1", port, 30_000)) {
                written = fill(client);
                assertThat(client.get("key:0")).hasSize(1000);
                assertThatThrownBy(client::ping).hasMessage(REFUSED);

                unlimit(process);
                Awaitility.await().untilAsserted(() -> assertThat(client.set("more", "value"))
                        .isEqualTo("OK"));
            }
            process.destroyForcibly().waitFor();

            start(List.of(), "--port", Integer.toString(port), "--appendonly", "yes");
            awaitLine(output, "Ready to accept connections");
            try (Jedis client = new Jedis("127.0.0.1", port, 30_000)) {
                assertThat(client.dbSize()).isEqualTo(written + 1L);
                assertThat(client.get("more")).isEqualTo("value");
            }
        }

        @Test
        void snapshot_refusesWritesKeepsTheFileBeforeAndRecovers() throws Exception {
            int port = freePort();
            Process process = startIn(
                    LIMITED, List.of(), "--port", Integer.toString(port), "--save", "3600 1", "--rdbcompression", "no");
            awaitLine(output, "Ready to accept connections");

            try (Jedis client = new Jedis("127.0.0.1", port, 30_000)) {
                client.set("key", "value");
                client.save();
                byte[] before = Files.readAllBytes(directory.resolve("dump.rdb"));
                client.set("large", "x".repeat(1_000_000));
                client.bgsave();
                Awaitility.await().untilAsserted(() -> assertThatThrownBy(() -> client.set("one", "more"))
                        .hasMessageStartingWith("MISCONF Redis is configured to save RDB snapshots"));
                assertThat(client.get("key")).isEqualTo("value");
                assertThat(Files.readAllBytes(directory.resolve("dump.rdb"))).isEqualTo(before);

                unlimit(process);
                client.save();
                assertThat(client.set("one", "more")).isEqualTo("OK");
            }
        }

        private void unlimit(Process process) throws IOException, InterruptedException {
            Process prlimit = new ProcessBuilder("prlimit", "--pid", Long.toString(process.pid()), "--fsize=unlimited")
                    .inheritIO()
                    .start();
            assertThat(prlimit.waitFor()).isZero();
        }
    }

    @Nested
    class ResidentSet {
        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void dataThatHaveGone_areNoLongerResident(boolean purges) throws Exception {
            int port = freePort();
            start(
                    List.of(
                            "-XX:-UseSerialGC",
                            "-XX:+UseG1GC",
                            "-XX:G1HeapRegionSize=4m",
                            "-XX:MaxHeapFreeRatio=30",
                            "-XX:MinHeapFreeRatio=20",
                            "-Xms32m",
                            "-XX:+ExplicitGCInvokesConcurrent",
                            "-Dspinel.home=" + directory),
                    "--port",
                    Integer.toString(port));
            awaitLine(output, "Ready to accept connections");

            try (Jedis client = new Jedis("127.0.0.1", port, 30_000)) {
                byte[] value = new byte[1 << 20];
                for (int i = 0; i < 400; i++) {
                    client.set(("key:" + i).getBytes(UTF_8), value);
                }
                assertThat(residentMib(client)).isGreaterThan(400);
                client.flushAll();
                if (purges) {
                    client.memoryPurge();
                }
                Awaitility.await().atMost(Duration.ofSeconds(START_SECONDS)).until(() -> residentMib(client) < 200);
            }
        }

        private static long residentMib(Jedis client) {
            return client.info("memory")
                    .lines()
                    .filter(line -> line.startsWith("used_memory_rss:"))
                    .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)) >> 20)
                    .sum();
        }
    }

    @Nested
    class SmallHeap {
        private static final int MANY_CLIENTS = 30;

        @Test
        void fullHeap_refusesWritesAndServesReadsAndDeletes() throws Exception {
            int port = freePort();
            Process process =
                    start(List.of("-Xmx64m", "-XX:+ExitOnOutOfMemoryError"), "--port", Integer.toString(port));
            awaitLine(output, "Ready to accept connections");

            try (Jedis client = new Jedis("127.0.0.1", port, 30_000)) {
                int written = fill(client);

                assertThat(client.get("key:0")).hasSize(1000);
                // Without the buffers of a pipeline there may be room for some more.
                assertThatThrownBy(() -> {
                            for (int i = 0; i < 20_000; i++) {
                                client.set("more:" + i, "x".repeat(1000));
                            }
                        })
                        .isInstanceOf(JedisDataException.class)
                        .hasMessageStartingWith("OOM ");
                for (int i = 0; i < written; i += 2) {
                    client.del("key:" + i);
                }
                assertThat(client.set("one", "more")).isEqualTo("OK");
                // What is left lies in half-empty slabs, and moves together to make room for another size.
                assertThat(fill(client, "other:", 400)).isGreaterThan(written / 2);
                assertThat(client.get("key:1")).hasSize(1000);
            }
            assertThat(process.isAlive()).isTrue();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "local t={} for i=1,1e10 do t[i]={i} end",
                    "local t={} for i=1,1e10 do t['k'..i]=i+0.5 end",
                    "local s='x' while true do s=s..s end",
                    "local t={} while true do t[#t+1]=string.rep('x',2100000) end",
                    "local t={} while true do local n=#t t[n+1]=function() return n end end",
                    "local t={} for i=1,100 do t={t,t} end return cjson.encode(t)",
                    "local t=string.rep('x',1e5) t={t,t,t,t,t,t,t,t,t,t} t={t,t,t,t,t,t,t,t,t,t} t={t,t,t,t,t,t} return"
                            + " cmsgpack.pack(t)",
                    "local t={} pcall(function() while true do t[#t+1]=('x'):rep(1000) end end) return t..'x'",
                    "local u={} for i=1,7000 do u[i]=i end local function f(...) return 1+f(unpack(u)) end return f()",
                    "local s=string.rep('x',1e5) local function f() return (s:gsub('.',f)) end return f()",
                    "local m={} m.__index=function(t,k) return setmetatable({},m)[k] end return setmetatable({},m).x",
                    "local t={} while true do t[#t+1]=redis.call('lrange','l',0,-1) end",
                    "return loadstring(string.rep('a=1 ',1e7))",
                    "return {cmsgpack.unpack(string.rep('\\1',8e6))}",
                    "return {struct.unpack(string.rep('b',8e6),string.rep('x',8e6))}",
                    "local t={} while true do t[#t+1]=('x'):gmatch('x') end",
                    "local t={} while true do t[#t+1]=coroutine.wrap(function() coroutine.yield() end) t[#t]() end",
                    "return #string.rep('x',512*1024*1024)"
                })
        void scriptThatFillsTheHeap_endsWithAnError(String script) throws Exception {
            int port = freePort();
            Process process =
                    start(List.of("-Xmx64m", "-XX:+ExitOnOutOfMemoryError"), "--port", Integer.toString(port));
            awaitLine(output, "Ready to accept connections");

            try (Jedis client = new Jedis("127.0.0.1", port, 60_000)) {
                client.rpush("l", "x".repeat(1000), "y".repeat(1000));

                assertThatThrownBy(() -> client.eval(script)).isInstanceOf(JedisDataException.class);
                assertThat(client.set("k", "v")).isEqualTo("OK");
                // What a script leaves is garbage: later ones have all the room again.
                assertThat(client.eval("local n=0 for i=1,300 do n=n+#string.rep('x',1000000) end return n"))
                        .isEqualTo(300_000_000L);
            }
            assertThat(process.isAlive()).isTrue();
        }

        @Test
        void commandsThatNeedMuchHeap_areSurvived() throws Exception {
            survives((port, sockets) -> {
                try (Jedis client = new Jedis("127.0.0.1", port, 60_000)) {
                    client.eval("for i=1,600000 do redis.call('sadd','set',i..'m') end");
                    client.eval("for i=1,100000 do redis.call('zadd','sorted',i,i..'m') end");
                    for (String command : List.of(
                            "COPY set copy",
                            "SUNIONSTORE union set",
                            "SINTERSTORE set set set",
                            "ZUNIONSTORE all 2 sorted set",
                            "ZRANGESTORE range sorted 0 -1",
                            "ZUNION 2 sorted set",
                            "SORT set ALPHA LIMIT 0 1",
                            "SORT set ALPHA",
                            "SORT set BY nosort STORE list",
                            "SPOP set 400000")) {
                        sendAnyway(client, command.split(" "));
                    }
                }
            });
        }

        /** Sends a command, which may be refused for lack of memory. */
        private static void sendAnyway(Jedis client, String... words) {
            String[] arguments = Arrays.copyOfRange(words, 1, words.length);
            try {
                client.sendCommand(() -> words[0].getBytes(UTF_8), arguments);
            } catch (JedisDataException refused) {
                assertThat(refused).hasMessageStartingWith("OOM ");
            }
        }

        @Test
        void largeRequestsWithoutEnd_ofManyClients_areSurvived() throws Exception {
            survives((port, sockets) -> {
                for (int i = 0; i < MANY_CLIENTS; i++) {
                    Socket socket = connect(port, sockets);
                    sendAsFarAsPossible(socket, "*2\r\n$4\r\nECHO\r\n$3000000\r\n" + "x".repeat(2_900_000));
                }
            });
        }

        @Test
        void repliesThatNobodyReads_toManyClients_areSurvived() throws Exception {
            survives((port, sockets) -> {
                try (Jedis client = new Jedis("127.0.0.1", port, 30_000)) {
                    client.set("large", "x".repeat(1_000_000));
                }
                for (int i = 0; i < MANY_CLIENTS; i++) {
                    sendAsFarAsPossible(connect(port, sockets), "GET large\r\n".repeat(8));
                }
            });
        }

        @Test
        void messagesThatNobodyReads_toManyClients_areSurvived() throws Exception {
            survives((port, sockets) -> {
                for (int i = 0; i < MANY_CLIENTS; i++) {
                    sendAsFarAsPossible(connect(port, sockets), "SUBSCRIBE news\r\n");
                }
                String message = "x".repeat(100_000);
                try (Jedis publisher = new Jedis("127.0.0.1", port, 30_000)) {
                    Awaitility.await()
                            .until(() -> publisher.pubsubNumSub("news").get("news") == MANY_CLIENTS);
                    for (int i = 0; i < 200; i++) {
                        publisher.publish("news", message);
                    }
                }
            });
        }

        @Test
        void transactionsWithoutEnd_areSurvived() throws Exception {
            survives((port, sockets) -> {
                Socket socket = connect(port, sockets);
                sendAsFarAsPossible(socket, "MULTI\r\n");
                String set = "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$100000\r\n" + "x".repeat(100_000) + "\r\n";
                for (int i = 0; i < 1500; i++) {
                    sendAsFarAsPossible(socket, set);
                }
            });
        }

        @Test
        void transactionsOfManySmallCommands_areSurvived() throws Exception {
            survives((port, sockets) -> {
                Socket socket = connect(port, sockets);
                sendAsFarAsPossible(socket, "MULTI\r\n");
                String gets = "GET a\r\n".repeat(10_000);
                for (int i = 0; i < 100; i++) {
                    sendAsFarAsPossible(socket, gets);
                }
            });
        }

        @Test
        void largeRequestsThatBlock_ofManyClients_areSurvived() throws Exception {
            survives((port, sockets) -> {
                for (int i = 0; i < MANY_CLIENTS; i++) {
                    sendAsFarAsPossible(
                            connect(port, sockets),
                            "*3\r\n$5\r\nBLPOP\r\n$3000000\r\n" + "x".repeat(3_000_000) + "\r\n$1\r\n0\r\n");
                }
            });
        }

        /** Clients that ask for more than the heap has; what they opened is closed afterwards. */
        private interface Flood {
            void run(int port, List<Socket> sockets) throws IOException;
        }

        private void survives(Flood flood) throws IOException {
            int port = freePort();
            Process process =
                    start(List.of("-Xmx64m", "-XX:+ExitOnOutOfMemoryError"), "--port", Integer.toString(port));
            awaitLine(output, "Ready to accept connections");
            List<Socket> sockets = new ArrayList<>();
            try {
                flood.run(port, sockets);
                try (Jedis client = new Jedis("127.0.0.1", port, 30_000)) {
                    assertThat(client.ping()).isEqualTo("PONG");
                }
            } finally {
                for (Socket socket : sockets) {
                    socket.close();
                }
            }
            // What was taken has been given back: there is room for a large request and its reply again.
            String value = "y".repeat(2_000_000);
            Awaitility.await().ignoreExceptions().until(() -> echo(port, value).equals(value));
            assertThat(process.isAlive()).isTrue();
        }

        private static String echo(int port, String value) {
            try (Jedis client = new Jedis("127.0.0.1", port, 30_000)) {
                return client.echo(value);
            }
        }

        private static Socket connect(int port, List<Socket> sockets) throws IOException {
            Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
            sockets.add(socket);
            return socket;
        }

        private static void sendAsFarAsPossible(Socket socket, String bytes) {
            try {
                socket.getOutputStream().write(bytes.getBytes(UTF_8));
            } catch (IOException closedByServer) {
                // The server may close a connection for which it has no memory.
            }
        }
    }

    @Nested
    class LimitsOfClients {
        @Test
        void slowReader_isClosedAtTheHardLimit() throws IOException {
            try (SpinelServer server = SpinelServer.builder()
                            .port(0)
                            .directive("client-output-buffer-limit", "pubsub 100kb 0 0")
                            .start();
                    Socket reader = new Socket("127.0.0.1", server.port());
                    Jedis publisher = new Jedis("127.0.0.1", server.port())) {
                reader.getOutputStream().write("SUBSCRIBE news\r\n".getBytes(UTF_8));
                Awaitility.await().until(() -> publisher.pubsubNumSub("news").get("news") == 1);
                String message = "x".repeat(100_000);

                Awaitility.await()
                        .atMost(Duration.ofSeconds(START_SECONDS))
                        .pollInterval(Duration.ofMillis(1))
                        .until(() -> publisher.publish("news", message) == 0);
            }
        }

        @Test
        void idleClient_isClosed() {
            try (SpinelServer server = SpinelServer.builder()
                            .port(0)
                            .directive("timeout", "1")
                            .start();
                    Jedis idle = new Jedis("127.0.0.1", server.port())) {
                assertThat(idle.ping()).isEqualTo("PONG");

                assertThatThrownBy(() -> idle.getConnection().getOne()).isInstanceOf(JedisConnectionException.class);
            }
        }

        @Test
        void newPort_isListenedOnAfterConfigSet() throws Exception {
            int other = freePort();
            try (SpinelServer server = SpinelServer.builder().port(0).start();
                    Jedis client = new Jedis("127.0.0.1", server.port())) {
                assertThat(client.configGet("port")).containsEntry("port", Integer.toString(server.port()));

                client.configSet("port", Integer.toString(other));

                try (Jedis second = new Jedis("127.0.0.1", other)) {
                    assertThat(second.ping()).isEqualTo("PONG");
                }
            }
        }
    }
}
