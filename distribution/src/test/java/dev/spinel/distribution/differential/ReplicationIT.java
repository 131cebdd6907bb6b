package dev.spinel.distribution.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.distribution.ServerLog;
import dev.spinel.distribution.SpinelServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What replicas are sent, with replicas that are plain sockets. */
class ReplicationIT {
    @TempDir
    Path directory;

    private final ByteArrayOutputStream log = new ByteArrayOutputStream();
    private SpinelServer server;
    private RespConnection client;

    @BeforeEach
    void start() throws IOException {
        server = SpinelServer.builder()
                .port(0)
                .directive("dir", directory.toString())
                .directive("repl-diskless-sync-delay", "0")
                .directive("repl-ping-replica-period", "3600")
                .directive("enable-debug-command", "yes")
                .log(new ServerLog(new PrintStream(log, true, StandardCharsets.UTF_8)))
                .start();
        client = new RespConnection(server.port());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        server.close();
    }

    private String info(String name) throws IOException {
        Matcher matcher = Pattern.compile("(?m)^" + name + ":(.*?)\r?$")
                .matcher(client.call("INFO", "everything").text());
        assertThat(matcher.find()).as(name).isTrue();
        return matcher.group(1);
    }

    private SocketReplica replica() throws IOException {
        return new SocketReplica(server.port());
    }

    /** Has a replica ask for everything, and returns the id and the offset that it is answered. */
    private static String[] fullSync(SocketReplica replica, String... capabilities) throws IOException {
        for (String capability : capabilities) {
            assertThat(replica.call("REPLCONF", "capa", capability)).isEqualTo("+OK");
        }
        String[] answer = replica.call("PSYNC", "?", "-1").split(" ");
        assertThat(answer[0]).isEqualTo("+FULLRESYNC");
        assertThat(new String(replica.snapshot(), StandardCharsets.ISO_8859_1)).startsWith("REDIS0010");
        return new String[] {answer[1], answer[2]};
    }

    private void await(String name, String value) {
        Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> assertThat(info(name))
                .isEqualTo(value));
    }

    @Nested
    class Sync {
        @Test
        void snapshotByLength_thenChanges() throws IOException {
            client.call("SET", "before", "1");
            try (SocketReplica replica = replica()) {
                replica.send("SYNC");
                String data = new String(replica.snapshot(), StandardCharsets.ISO_8859_1);
                assertThat(data).startsWith("REDIS0010").contains("before");
                client.call("SET", "after", "1");
                client.call("PUBLISH", "channel", "message");
                assertThat(replica.command()).isEqualTo("SELECT 0");
                assertThat(replica.command()).isEqualTo("SET after 1");
                assertThat(replica.command()).isEqualTo("PUBLISH channel message");
            }
        }

        @Test
        void snapshotToMark_thenChangesOnceItAcknowledges() throws IOException {
            try (SocketReplica replica = replica()) {
                String[] start = fullSync(replica, "eof", "psync2");
                client.call("SET", "a", "1");
                assertThat(info("slave0")).contains("state=online");
                replica.send("REPLCONF", "ACK", start[1]);
                assertThat(replica.command()).isEqualTo("SELECT 0");
                assertThat(replica.command()).isEqualTo("SET a 1");
            }
        }

        @Test
        void secondReplica_whileTheFirstIsOnline_hasTheSameStream() throws IOException {
            try (SocketReplica first = replica();
                    SocketReplica second = replica()) {
                String id = fullSync(first)[0];
                client.call("SET", "a", "1");
                assertThat(first.command()).isEqualTo("SELECT 0");
                assertThat(first.command()).isEqualTo("SET a 1");
                String[] start = fullSync(second);
                assertThat(start[0]).isEqualTo(id);
                assertThat(start[1]).isEqualTo(Long.toString(first.streamBytes()));
                client.call("SET", "b", "1");
                for (SocketReplica replica : List.of(first, second)) {
                    assertThat(replica.command()).isEqualTo("SELECT 0");
                    assertThat(replica.command()).isEqualTo("SET b 1");
                }
            }
        }

        @Test
        void dataOnly_isSentThemAndClosed() throws IOException {
            try (SocketReplica replica = replica()) {
                replica.call("REPLCONF", "rdb-only", "1");
                fullSync(replica);
                client.call("SET", "a", "1");
                assertThat(replica.isClosedByMaster()).isTrue();
            }
        }

        @Test
        void replicaGoneWhileItsSnapshotIsMade_leavesNothingBehind() throws IOException {
            client.call("DEBUG", "POPULATE", "100");
            client.call("CONFIG", "SET", "rdb-key-save-delay", "100000");
            try (SocketReplica replica = replica()) {
                replica.send("PSYNC", "?", "-1");
                await("connected_slaves", "1");
            }
            await("connected_slaves", "0");
            client.call("CONFIG", "SET", "rdb-key-save-delay", "0");
            try (SocketReplica replica = replica()) {
                fullSync(replica);
            }
            assertThat(directory).isEmptyDirectory();
        }

        @Test
        void snapshotThatIsTakenWhole_isNotCalledIncomplete() throws IOException {
            for (String capability : List.of("eof", "psync2")) {
                try (SocketReplica replica = replica()) {
                    fullSync(replica, capability);
                    await("rdb_bgsave_in_progress", "0");
                }
                await("connected_slaves", "0");
            }
            assertThat(log.toString(StandardCharsets.UTF_8))
                    .contains("succeeded")
                    .doesNotContain("No replica waits for the snapshot any more");
        }

        /** One that wants the data only does not have the stream kept that another needs. */
        @Test
        void replicaAfterOneThatWantsDataOnly_hasASnapshotOfItsOwnWhenChangesAreGone() throws IOException {
            client.call("CONFIG", "SET", "repl-diskless-sync", "no", "repl-backlog-size", "16384");
            client.call("DEBUG", "POPULATE", "100");
            client.call("CONFIG", "SET", "rdb-key-save-delay", "10000");
            try (SocketReplica dataOnly = replica();
                    SocketReplica replica = replica()) {
                dataOnly.call("REPLCONF", "rdb-only", "1");
                String first = dataOnly.call("PSYNC", "?", "-1");
                for (int i = 0; i < 50; i++) {
                    client.call("SET", "k", "x".repeat(1000));
                }
                replica.send("PSYNC", "?", "-1");
                await("connected_slaves", "2");
                client.call("SET", "k", "last");
                client.call("CONFIG", "SET", "rdb-key-save-delay", "0");
                dataOnly.snapshot();
                String second = replica.line();
                assertThat(second).startsWith("+FULLRESYNC").isNotEqualTo(first);
                assertThat(new String(replica.snapshot(), StandardCharsets.ISO_8859_1))
                        .contains("last");
                client.call("SET", "after", "1");
                assertThat(replica.command()).isEqualTo("SELECT 0");
                assertThat(replica.command()).isEqualTo("SET after 1");
            }
        }

        /** Nor does it when it goes on where it stopped. */
        @Test
        void dataOnly_thatGoesOn_hasTheStreamKept() throws IOException {
            client.call("CONFIG", "SET", "repl-backlog-size", "16384");
            String id;
            try (SocketReplica replica = replica()) {
                id = fullSync(replica, "psync2")[0];
            }
            try (SocketReplica replica = new SocketReplica(server.port(), 4096)) {
                replica.call("REPLCONF", "rdb-only", "1");
                assertThat(replica.call("PSYNC", id, "1")).startsWith("+CONTINUE");
                for (int i = 0; i < 20; i++) {
                    client.call("SET", "k", "x".repeat(1 << 20));
                }
                assertThat(replica.command()).isEqualTo("SELECT 0");
                for (int i = 0; i < 20; i++) {
                    assertThat(replica.command()).startsWith("SET k ");
                }
            }
        }

        @Test
        void functionsOnly_hasNoKeys() throws IOException {
            client.call("SET", "key", "value");
            client.call("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 1 end)");
            try (SocketReplica functions = replica();
                    SocketReplica nothing = replica()) {
                functions.call("REPLCONF", "rdb-only", "1", "rdb-filter-only", "functions");
                nothing.call("REPLCONF", "rdb-only", "1", "rdb-filter-only", "");
                assertThat(functions.call("REPLCONF", "rdb-filter-only", "keys"))
                        .isEqualTo("-ERR Unsupported rdb-filter-only option: keys");
                functions.send("PSYNC", "?", "-1");
                nothing.send("PSYNC", "?", "-1");
                assertThat(functions.line()).startsWith("+FULLRESYNC");
                assertThat(new String(functions.snapshot(), StandardCharsets.ISO_8859_1))
                        .contains("register_function")
                        .doesNotContain("key");
                assertThat(nothing.line()).startsWith("+FULLRESYNC");
                assertThat(new String(nothing.snapshot(), StandardCharsets.ISO_8859_1))
                        .startsWith("REDIS0010")
                        .doesNotContain("register_function", "key");
            }
        }

        @Test
        void stuckReplica_leavesTheOthersOfItsSnapshotAlone() throws IOException {
            client.call("CONFIG", "SET", "repl-timeout", "2", "repl-diskless-sync-max-replicas", "2");
            client.call("CONFIG", "SET", "repl-diskless-sync-delay", "60", "rdbcompression", "no");
            client.call("EVAL", "for i = 1, 4000 do redis.call('set', i, string.rep('x', 10000)) end", "0");
            try (SocketReplica stuck = new SocketReplica(server.port(), 4096);
                    SocketReplica healthy = replica()) {
                for (SocketReplica replica : List.of(stuck, healthy)) {
                    replica.call("REPLCONF", "capa", "eof");
                    replica.send("PSYNC", "?", "-1");
                }
                assertThat(healthy.line()).startsWith("+FULLRESYNC");
                assertThat(healthy.snapshot()).hasSizeGreaterThan(40_000_000);
                assertThat(stuck.isClosedByMaster()).isTrue();
            }
            assertThat(log.toString(StandardCharsets.UTF_8)).containsOnlyOnce("Disconnecting timedout replica");
        }

        @Test
        void reply_toReplica_closesIt() throws IOException {
            try (SocketReplica replica = replica()) {
                fullSync(replica);
                replica.send("PING");
                assertThat(replica.isClosedByMaster()).isTrue();
            }
        }
    }

    @Nested
    class PartialSync {
        @Test
        void goesOnWhereItStopped() throws IOException {
            String id;
            long offset;
            try (SocketReplica replica = replica()) {
                id = fullSync(replica, "psync2")[0];
                client.call("SET", "a", "1");
                replica.command();
                replica.command();
                offset = replica.streamBytes();
            }
            client.call("SET", "b", "1");
            client.call("SET", "c", "1");
            try (SocketReplica replica = replica()) {
                replica.call("REPLCONF", "capa", "psync2");
                assertThat(replica.call("PSYNC", id, Long.toString(offset + 1))).isEqualTo("+CONTINUE " + id);
                assertThat(replica.command()).isEqualTo("SET b 1");
                assertThat(replica.command()).isEqualTo("SET c 1");
            }
            assertThat(info("sync_partial_ok")).isEqualTo("1");
        }

        @Test
        void otherStreamOrOffset_isGivenAllData() throws IOException {
            String id;
            try (SocketReplica replica = replica()) {
                id = fullSync(replica)[0];
            }
            try (SocketReplica replica = replica()) {
                assertThat(replica.call("PSYNC", "0".repeat(40), "1")).startsWith("+FULLRESYNC " + id);
            }
            try (SocketReplica replica = replica()) {
                assertThat(replica.call("PSYNC", id, "1000")).startsWith("+FULLRESYNC " + id);
            }
            assertThat(info("sync_partial_err")).isEqualTo("2");
        }

        @Test
        void whatIsNotKeptAnyMore_isGivenAllData() throws IOException {
            client.call("CONFIG", "SET", "repl-backlog-size", "20000");
            String id;
            try (SocketReplica replica = replica()) {
                id = fullSync(replica)[0];
            }
            for (int i = 0; i < 40; i++) {
                client.call("SET", "k" + i, "x".repeat(1000));
            }
            try (SocketReplica replica = replica()) {
                assertThat(replica.call("PSYNC", id, "1")).startsWith("+FULLRESYNC");
            }
            assertThat(Long.parseLong(info("repl_backlog_histlen"))).isBetween(20_000L, 22_000L);
        }
    }

    @Nested
    class Wait {
        @Test
        void replicaAcknowledges_answersTheirNumber() throws IOException {
            try (SocketReplica replica = replica()) {
                fullSync(replica);
                client.call("SET", "a", "1");
                client.send(List.of(Request.of("WAIT", "1", "0")));
                assertThat(replica.command()).isEqualTo("SELECT 0");
                assertThat(replica.command()).isEqualTo("SET a 1");
                long written = replica.streamBytes();
                assertThat(replica.command()).isEqualTo("REPLCONF GETACK *");
                replica.send("REPLCONF", "ACK", Long.toString(written - 1));
                assertThat(client.hasReply()).isFalse();
                replica.send("REPLCONF", "ACK", Long.toString(written));
                assertThat(Reply.parse(client.receive()).text()).isEqualTo("1");
            }
        }

        @Test
        void timeIsOver_answersHowManyHaveIt() throws IOException {
            try (SocketReplica replica = replica();
                    SocketReplica silent = replica()) {
                fullSync(replica);
                fullSync(silent);
                client.call("SET", "a", "1");
                client.send(List.of(Request.of("WAIT", "2", "300")));
                replica.send("REPLCONF", "ACK", "1000000");
                assertThat(Reply.parse(client.receive()).text()).isEqualTo("1");
            }
        }

        @Test
        void clientThatWroteNothing_isAnsweredAtOnce() throws IOException {
            try (SocketReplica replica = replica();
                    RespConnection reader = new RespConnection(server.port())) {
                fullSync(replica);
                client.call("SET", "a", "1");
                assertThat(reader.call("WAIT", "1", "0").text()).isEqualTo("1");
            }
        }

        @Test
        void inTransaction_doesNotWait() throws IOException {
            client.call("MULTI");
            client.call("WAIT", "1", "0");
            assertThat(client.call("EXEC").children().get(0).text()).isEqualTo("0");
        }
    }

    @Nested
    class Limits {
        @Test
        void replicaThatReadsNothing_isClosedAndOthersGoOn() throws IOException {
            client.call("CONFIG", "SET", "client-output-buffer-limit", "replica 4mb 0 0");
            try (SocketReplica slow = new SocketReplica(server.port(), 4096)) {
                slow.send("SYNC");
                slow.snapshot();
                String value = "x".repeat(1 << 20);
                for (int i = 0; i < 40; i++) {
                    assertThat(client.call("SET", "k", value).text()).isEqualTo("OK");
                }
                await("connected_slaves", "0");
            }
        }

        @Test
        void tooFewReplicas_writesAreRefused() throws IOException {
            client.call("CONFIG", "SET", "min-replicas-to-write", "1");
            assertThat(client.call("SET", "a", "1").toString())
                    .contains("NOREPLICAS Not enough good replicas to write.");
            try (SocketReplica replica = replica()) {
                fullSync(replica);
                Awaitility.await()
                        .untilAsserted(() ->
                                assertThat(client.call("SET", "a", "1").text()).isEqualTo("OK"));
                assertThat(info("min_slaves_good_slaves")).isEqualTo("1");
            }
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThat(client.call("SET", "a", "1").toString()).contains("NOREPLICAS"));
        }
    }

    /** As redis-server 7.0 has it: one that came by SYNC is never asked for a sign of life. */
    @Test
    void silentReplica_isClosedUnlessItLoadsOrCameBySync() throws IOException {
        client.call("CONFIG", "SET", "repl-timeout", "2");
        try (SocketReplica silent = replica();
                SocketReplica loading = replica();
                SocketReplica old = replica()) {
            fullSync(silent);
            fullSync(loading);
            old.send("SYNC");
            old.snapshot();
            await("connected_slaves", "3");
            Awaitility.await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                loading.sendEmptyLine();
                assertThat(info("connected_slaves")).isEqualTo("2");
            });
            assertThat(silent.isClosedByMaster()).isTrue();
            client.call("SET", "k", "1");
            for (SocketReplica replica : List.of(loading, old)) {
                assertThat(replica.command()).isEqualTo("SELECT 0");
                assertThat(replica.command()).isEqualTo("SET k 1");
            }
        }
    }

    @Nested
    class Changes {
        @Test
        void expiredKey_isDeletedWhomeverAScriptTells() throws Exception {
            client.call("DEBUG", "SET-ACTIVE-EXPIRE", "0");
            try (SocketReplica replica = replica()) {
                fullSync(replica);
                client.call("SET", "k", "1", "PX", "1");
                assertThat(replica.command()).isEqualTo("SELECT 0");
                assertThat(replica.command()).startsWith("SET k 1 PXAT ");
                // Until the key has expired.
                Thread.sleep(10);
                client.call(
                        "EVAL",
                        "redis.set_repl(redis.REPL_NONE) redis.call('get', 'k') redis.call('set', 'other', 1)",
                        "0");
                client.call("SET", "after", "1");
                assertThat(replica.command()).isEqualTo("DEL k");
                assertThat(replica.command()).isEqualTo("SET after 1");
            }
        }

        @Test
        void moreAtOnceThanTheHeapHasRoomFor_haveReplicasStartAnew() throws IOException {
            long megabytes = (Runtime.getRuntime().maxMemory() >> 20) / 8 + 16;
            try (SocketReplica replica = replica();
                    SocketReplica next = replica()) {
                String id = fullSync(replica)[0];
                client.call(
                        "EVAL",
                        "local value = string.rep('x', 1048576) for i = 1, ARGV[1] do redis.call('set', 'k', value) end",
                        "0",
                        Long.toString(megabytes));
                assertThat(replica.isClosedByMaster()).isTrue();
                client.call("SET", "k", "last");
                assertThat(fullSync(next)[0]).isNotEqualTo(id);
                client.call("SET", "after", "1");
                assertThat(next.command()).isEqualTo("SELECT 0");
                assertThat(next.command()).isEqualTo("SET after 1");
            }
        }
    }

    @Test
    void clients_knowReplicas() throws IOException {
        try (SocketReplica replica = replica()) {
            replica.call("REPLCONF", "listening-port", "7777", "ip-address", "10.0.0.1");
            fullSync(replica);
            assertThat(client.call("CLIENT", "LIST", "TYPE", "replica").text()).contains(" flags=S ");
            assertThat(info("slave0")).startsWith("ip=10.0.0.1,port=7777,state=online,offset=0,lag=");
            Reply role = client.call("ROLE").children().get(2).children().get(0);
            assertThat(role.children().stream().map(Reply::text)).containsExactly("10.0.0.1", "7777", "0");
            assertThat(client.call("CLIENT", "KILL", "TYPE", "replica").text()).isEqualTo("1");
            assertThat(replica.isClosedByMaster()).isTrue();
        }
    }
}
