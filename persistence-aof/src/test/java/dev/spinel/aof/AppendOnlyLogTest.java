package dev.spinel.aof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spinel.engine.admin.FixedProcess;
import dev.spinel.engine.command.CommandTester;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AppendOnlyLogTest {
    private static final String MANIFEST = "appendonly.aof.manifest";
    private static final long MINUTE = 60_000;

    @TempDir
    Path directory;

    private final FaultyDisk disk = new FaultyDisk();
    private final Map<String, String> directives = new HashMap<>(Map.of("aof-use-rdb-preamble", "no"));
    private FixedProcess process = new FixedProcess();
    private CommandTester server = new CommandTester();

    private void start(String appendOnly) {
        directives.put("dir", directory.toString());
        directives.put("appendonly", appendOnly);
        process = new FixedProcess();
        server = new CommandTester(
                process,
                List.of(new AofPersistence(
                        new NoFormat(),
                        () -> {
                            throw new AssertionError("the log ended the process");
                        },
                        disk)),
                directives);
        await().until(() -> {
            server.endTurn();
            return !server.send("PING").startsWith("-LOADING");
        });
    }

    /** Ends the server as a kill does, once everything is in its files, and starts another one. */
    private void restart() {
        await().until(() -> {
            server.endTurn();
            String info = server.send("INFO persistence");
            return !info.contains("aof_buffer_length:") || info.contains("aof_buffer_length:0");
        });
        server.close();
        start("yes");
    }

    @AfterEach
    void close() {
        server.close();
    }

    private void send(String line, String reply) {
        assertThat(server.send(line)).isEqualTo(reply);
        server.endTurn();
    }

    private List<String> manifest() throws IOException {
        return Files.readAllLines(directory.resolve("appendonlydir").resolve(MANIFEST));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("appendonlydir"))) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private void assertInfo(String... lines) {
        assertThat(server.send("INFO persistence")).contains(lines);
    }

    private void awaitRewriteEnd() {
        await().untilAsserted(() -> {
            server.endTurn();
            assertInfo("aof_rewrite_in_progress:0");
        });
    }

    private void assertLogged(String part) {
        assertThat(process.logged()).anyMatch(line -> line.contains(part));
    }

    @Nested
    class Start {
        @Test
        void noFiles_emptyBaseAndIncrement() throws IOException {
            start("yes");
            send("SET k 1", "OK");
            assertThat(manifest())
                    .containsExactly(
                            "file appendonly.aof.1.base.aof seq 1 type b",
                            "file appendonly.aof.1.incr.aof seq 1 type i");
            restart();
            send("GET k", "1");
            assertInfo("aof_enabled:1", "aof_base_size:0");
        }

        @Test
        void fileThatCannotBeMade_serverDoesNotStart() {
            disk.refuse("incr");
            assertThatThrownBy(() -> start("yes"))
                    .hasStackTraceContaining(
                            "Can't open the append-only file appendonly.aof.1.incr.aof: Permission denied");
        }

        @Test
        void leftoversOfACrash_removed() throws IOException {
            start("yes");
            Path leftover = directory.resolve("appendonlydir").resolve("temp-rewriteaof-bg-77.aof");
            Files.writeString(leftover, "half a base");
            restart();
            assertThat(files()).doesNotContain("temp-rewriteaof-bg-77.aof");
        }
    }

    @Nested
    class Upkeep {
        @Test
        void historyAfterTheLastIncrement_removedWithoutWhatIsWrittenSince() throws IOException {
            start("yes");
            server.close();
            Path files = directory.resolve("appendonlydir");
            Files.writeString(files.resolve("appendonly.aof.2.incr.aof"), "not read, not gone on with");
            Files.writeString(
                    files.resolve(MANIFEST),
                    "file appendonly.aof.1.base.aof seq 1 type b\nfile appendonly.aof.2.incr.aof seq 2 type h\n");
            start("yes");
            send("SET k 1", "OK");
            await().until(() -> !files().contains("appendonly.aof.2.incr.aof"));
            restart();
            send("GET k", "1");
        }

        @Test
        void fileOfTheNextIncrementThatNoManifestNames_isOverwritten() throws IOException {
            start("yes");
            server.close();
            Path files = directory.resolve("appendonlydir");
            Files.writeString(files.resolve("appendonly.aof.1.incr.aof"), "left by a crash");
            Files.writeString(files.resolve(MANIFEST), "file appendonly.aof.1.base.aof seq 1 type b\n");
            start("yes");
            send("SET k 1", "OK");
            restart();
            send("GET k", "1");
        }
    }

    @Nested
    class TurningOn {
        @Test
        void dataAndChangesSince_areInTheLog() throws IOException {
            start("no");
            send("RPUSH list a b c", "3");
            send("CONFIG SET appendonly yes", "OK");
            send("RPOP list", "c");
            awaitRewriteEnd();
            send("SET k 1", "OK");
            assertThat(manifest())
                    .containsExactly(
                            "file appendonly.aof.1.base.aof seq 1 type b",
                            "file appendonly.aof.1.incr.aof seq 1 type i");
            assertThat(files()).containsExactly("appendonly.aof.1.base.aof", "appendonly.aof.1.incr.aof", MANIFEST);
            restart();
            send("LRANGE list 0 -1", "[a b]");
            send("GET k", "1");
        }

        @Test
        void firstBaseFails_triedAgainBySelf() throws IOException {
            start("no");
            send("SET k 1", "OK");
            disk.refuse("rewriteaof");
            send("CONFIG SET appendonly yes", "OK");
            awaitRewriteEnd();
            assertInfo("aof_enabled:1", "aof_rewrite_scheduled:1", "aof_last_bgrewrite_status:err");
            disk.refuse("");
            send("SET k 2", "OK");
            server.advanceMillis(200);
            awaitRewriteEnd();
            assertInfo("aof_rewrite_scheduled:0", "aof_last_bgrewrite_status:ok");
            restart();
            send("GET k", "2");
        }

        @Test
        void incrementCannotBeMade_refusedAndStaysOff() throws IOException {
            start("no");
            disk.refuse("incr");
            assertThat(server.send("CONFIG SET appendonly yes")).contains("Unable to turn on AOF. Check server logs.");
            assertInfo("aof_enabled:0");
            send("CONFIG GET appendonly", "[appendonly no]");
            assertLogged("Permission denied");
        }

        @Test
        void turnedOffBeforeTheFirstBase_filesAsBefore() throws IOException {
            start("yes");
            send("SET k 1", "OK");
            send("CONFIG SET appendonly no", "OK");
            send("SET k 2", "OK");
            List<String> before = manifest();
            send("CONFIG SET rdb-key-save-delay 1000000", "OK");
            send("CONFIG SET appendonly yes", "OK");
            assertInfo("aof_rewrite_in_progress:1");
            send("CONFIG SET appendonly no", "OK");
            assertInfo("aof_rewrite_in_progress:0", "aof_enabled:0");
            assertThat(manifest()).isEqualTo(before);
            restart();
            send("GET k", "1");
        }
    }

    @Nested
    class TurningOff {
        /** From then on nothing ends the rewrite early. */
        @Test
        void amidTheLastFsyncOfTheFirstBase_offAndCanBeTurnedOnAgain() throws Exception {
            start("no");
            send("SET k 1", "OK");
            disk.holdSyncUntilWaits(Thread.currentThread());
            send("CONFIG SET appendonly yes", "OK");
            disk.awaitSync();
            send("CONFIG SET appendonly no", "OK");
            assertInfo("aof_enabled:0");
            send("CONFIG SET appendonly yes", "OK");
            awaitRewriteEnd();
            send("SET k 2", "OK");
            send("BGREWRITEAOF", "Background append only file rewriting started");
            awaitRewriteEnd();
            send("SET k 3", "OK");
            restart();
            send("GET k", "3");
        }
    }

    @Nested
    class Rewriting {
        @Test
        void newBaseAndIncrement_historyRemoved() throws IOException {
            start("yes");
            send("SET k 1", "OK");
            send("BGREWRITEAOF", "Background append only file rewriting started");
            send("INCR k", "2");
            awaitRewriteEnd();
            assertThat(manifest())
                    .containsExactly(
                            "file appendonly.aof.2.base.aof seq 2 type b",
                            "file appendonly.aof.2.incr.aof seq 2 type i");
            await().until(() -> files().size() == 3);
            restart();
            send("GET k", "2");
        }

        @Test
        void baseFails_oldFilesAndBothIncrementsStay() throws IOException {
            start("yes");
            send("SET k 1", "OK");
            disk.refuse("rewriteaof");
            send("BGREWRITEAOF", "Background append only file rewriting started");
            send("INCR k", "2");
            awaitRewriteEnd();
            assertInfo("aof_last_bgrewrite_status:err", "aof_rewrites_consecutive_failures:1");
            assertThat(manifest())
                    .containsExactly(
                            "file appendonly.aof.1.base.aof seq 1 type b",
                            "file appendonly.aof.1.incr.aof seq 1 type i",
                            "file appendonly.aof.2.incr.aof seq 2 type i");
            restart();
            send("GET k", "2");
        }

        @Test
        void disabledGarbageCollection_historyStaysUntilEnabled() throws IOException {
            directives.put("aof-disable-auto-gc", "yes");
            start("yes");
            send("BGREWRITEAOF", "Background append only file rewriting started");
            awaitRewriteEnd();
            assertThat(manifest()).filteredOn(line -> line.endsWith("type h")).hasSize(2);
            send("CONFIG SET aof-disable-auto-gc no", "OK");
            assertThat(manifest()).hasSize(2);
            await().until(() -> files().size() == 3);
        }

        /** The directory is synced after the rename of the manifest, of the base, and of the manifest again, twice. */
        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 4})
        void directoryCannotBeSynced_whatTheManifestNamesStays(int which) throws IOException {
            start("yes");
            send("SET k 1", "OK");
            disk.failDirectorySync(which);
            send("BGREWRITEAOF", "Background append only file rewriting started");
            send("INCR k", "2");
            awaitRewriteEnd();
            assertLogged("Input/output error");
            List<String> files = files();
            assertThat(manifest()).allMatch(line -> files.contains(line.split(" ")[1]));
            send("INCR k", "3");
            restart();
            send("GET k", "3");
        }

        @Test
        void grown_startsBySelf() {
            directives.put("auto-aof-rewrite-min-size", "1000");
            start("yes");
            for (int i = 0; i < 50; i++) {
                send("SET k " + i, "OK");
            }
            assertInfo("aof_rewrites:0");
            server.advanceMillis(200);
            awaitRewriteEnd();
            assertInfo("aof_rewrites:1");
            assertLogged("Starting automatic rewriting of AOF on");
            server.advanceMillis(200);
            assertInfo("aof_rewrites:1");
        }

        @Test
        void commandsFailedInLoading_onlyWhenAsked() throws IOException {
            start("yes");
            send("SET k 1", "OK");
            Path increment = directory.resolve("appendonlydir").resolve("appendonly.aof.1.incr.aof");
            Files.writeString(increment, "*2\r\n$4\r\nLPOP\r\n$1\r\nk\r\n", StandardOpenOption.APPEND);
            directives.put("auto-aof-rewrite-min-size", "1");
            directives.put("auto-aof-rewrite-percentage", "1");
            restart();
            assertLogged("Commands of the AOF answered errors");
            send("SET k 2", "OK");
            server.advanceMillis(200);
            awaitRewriteEnd();
            assertInfo("aof_rewrites:0");
            send("BGREWRITEAOF", "Background append only file rewriting started");
            awaitRewriteEnd();
            send("SET k 3", "OK");
            server.advanceMillis(200);
            awaitRewriteEnd();
            assertInfo("aof_rewrites:2");
        }

        @Test
        void threeFailures_waitsAMinuteUnlessAsked() {
            directives.put("auto-aof-rewrite-min-size", "1000");
            start("yes");
            disk.refuse("rewriteaof");
            for (int i = 0; i < 50; i++) {
                send("SET k " + i, "OK");
            }
            for (int i = 0; i < 5; i++) {
                server.advanceMillis(200);
                awaitRewriteEnd();
            }
            assertInfo("aof_rewrites_consecutive_failures:3");
            assertLogged("triggered the limit, will retry in 1 minutes");
            server.advanceMillis(MINUTE);
            awaitRewriteEnd();
            assertInfo("aof_rewrites_consecutive_failures:4");
            disk.refuse("");
            send("BGREWRITEAOF", "Background append only file rewriting started");
            awaitRewriteEnd();
            assertInfo("aof_rewrites_consecutive_failures:0", "aof_last_bgrewrite_status:ok");
        }

        @Test
        void amidATransaction_scheduled() {
            start("yes");
            send("MULTI", "OK");
            send("BGREWRITEAOF", "QUEUED");
            send("EXEC", "[Background append only file rewriting scheduled]");
            assertInfo("aof_rewrite_scheduled:1");
            server.advanceMillis(200);
            awaitRewriteEnd();
            assertInfo("aof_rewrites:1", "aof_rewrite_scheduled:0");
        }

        @Test
        void withoutALog_makesFilesThatNothingIsAddedTo() throws IOException {
            start("no");
            send("SET k 1", "OK");
            send("BGREWRITEAOF", "Background append only file rewriting started");
            awaitRewriteEnd();
            send("SET k 2", "OK");
            assertThat(manifest()).containsExactly("file appendonly.aof.1.base.aof seq 1 type b");
            restart();
            send("GET k", "1");
        }
    }

    @Nested
    class Replayed {
        @Test
        void commands_areNotAccountedAndPassTheMemoryLimit() {
            start("yes");
            send("MULTI", "OK");
            send("SET k 1", "QUEUED");
            send("RPUSH list a", "QUEUED");
            send("EXEC", "[OK 1]");
            directives.put("maxmemory", "1");
            directives.put("slowlog-log-slower-than", "0");
            restart();
            send("GET k", "1");
            send("LLEN list", "1");
            assertThat(server.send("INFO commandstats"))
                    .doesNotContain("cmdstat_set:", "cmdstat_rpush:", "cmdstat_exec:");
            assertThat(server.send("SLOWLOG GET -1")).doesNotContain("EXEC");
        }

        @Test
        void loadedAnew_clientsAreServedAfterwards() {
            start("yes");
            send("SET k 1", "OK");
            send("DEBUG LOADAOF", "OK");
            send("GET k", "1");
        }
    }

    @Nested
    class FullDisk {
        @Test
        void writesRefusedUntilThereIsRoom_nothingLost() {
            start("yes");
            disk.full(true);
            send("SET k 1", "OK");
            assertThat(server.send("SET k 2"))
                    .isEqualTo("-MISCONF Errors writing to the AOF file: No space left on device");
            send("GET k", "1");
            disk.full(false);
            server.advanceMillis(1000);
            send("SET k 3", "OK");
            restart();
            send("GET k", "3");
        }
    }

    @Nested
    class Shutdown {
        @Test
        void failedFsync_loggedAndEnds() {
            start("yes");
            send("SET k 1", "OK");
            disk.syncFails(true);
            assertThat(server.send("SHUTDOWN")).isEmpty();
            assertLogged("Fail to fsync the AOF file: Input/output error.");
        }

        @Test
        void unwrittenBytes_refusedUnlessForced() {
            start("yes");
            disk.full(true);
            send("SET k 1", "OK");
            assertThat(server.send("SHUTDOWN")).startsWith("-ERR Errors trying to SHUTDOWN");
            assertLogged("Can't write everything to the AOF file: No space left on device.");
            assertThat(server.send("SHUTDOWN FORCE")).isEmpty();
        }
    }

    @Nested
    class WaitAof {
        @Test
        void synced_answersOnceTheFsyncIsDone() {
            start("yes");
            send("SET k 1", "OK");
            CommandTester.Session client = server.connect();
            assertThat(client.send("WAITAOF 1 0 0")).isEmpty();
            server.advanceMillis(1000);
            await().untilAsserted(() -> {
                server.endTurn();
                assertThat(client.take()).isEqualTo("[1 0]");
            });
        }

        @Test
        void replicas_waitUntilTheTimeout() {
            start("yes");
            CommandTester.Session client = server.connect();
            assertThat(client.send("WAITAOF 0 1 500")).isEmpty();
            server.advanceMillis(499);
            assertThat(client.take()).isEmpty();
            server.advanceMillis(1);
            assertThat(client.take()).isEqualTo("[1 0]");
        }

        @Test
        void unblocked_isAnsweredWhatIsSynced() {
            start("yes");
            CommandTester.Session client = server.connect();
            String id = client.send("CLIENT ID");
            assertThat(client.send("WAITAOF 0 1 0")).isEmpty();
            assertThat(server.send("INFO clients")).contains("blocked_clients:1");
            assertThat(server.send("CLIENT UNBLOCK " + id)).isEqualTo("1");
            assertThat(client.take()).isEqualTo("[1 0]");
        }

        @Test
        void turnedOff_waitingClientsGetAnError() {
            start("yes");
            directives.put("appendfsync", "no");
            send("CONFIG SET appendfsync no", "OK");
            send("SET k 1", "OK");
            CommandTester.Session client = server.connect();
            assertThat(client.send("WAITAOF 1 0 0")).isEmpty();
            send("CONFIG SET appendonly no", "OK");
            assertThat(client.take()).startsWith("-ERR WAITAOF cannot be used when numlocal is set but appendonly is");
        }
    }
}
