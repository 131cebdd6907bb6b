package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.RestoreParams;
import redis.clients.jedis.util.SafeEncoder;

/** Snapshots of a whole server: saved, loaded, refused; and values on their way from one server to another. */
class SnapshotIT {
    @TempDir
    Path directory;

    private SpinelServer server;
    private Jedis client;

    @BeforeEach
    void start() {
        start("");
    }

    private void start(String savePoints) {
        server = SpinelServer.builder()
                .port(0)
                .directive("dir", directory.toString())
                .directive("save", savePoints)
                .directive("enable-debug-command", "yes")
                .directive("enable-protected-configs", "yes")
                .start();
        client = new Jedis("127.0.0.1", server.port(), 30_000);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private void restart() {
        stop();
        start("");
    }

    private Object send(String command, String... arguments) {
        return SafeEncoder.encodeObject(client.sendCommand(() -> SafeEncoder.encode(command), arguments));
    }

    private String info(String field) {
        return client.info("persistence")
                .lines()
                .filter(line -> line.startsWith(field + ":"))
                .map(line -> line.substring(field.length() + 1))
                .findFirst()
                .orElseThrow();
    }

    /** Values in every encoding. */
    private void fill() {
        client.set("string", "v");
        client.set("integer", "-12345678901");
        client.set("expiring", "v");
        client.pexpireAt("expiring", 33_333_333_333_333L);
        for (int size : new int[] {3, 2000}) {
            for (int i = 0; i < size; i++) {
                client.rpush("list:" + size, "element " + i);
                client.sadd("set:" + size, "member " + i);
                client.sadd("intset:" + size, String.valueOf(7 * i));
                client.hset("hash:" + size, "field " + i, String.valueOf(i));
                client.zadd("zset:" + size, i / 4.0, "member " + i);
            }
        }
        client.rpush("list:3", "x".repeat(20_000));
        client.select(9);
        client.set("other", "database");
        client.select(0);
    }

    private Path file() {
        return directory.resolve("dump.rdb");
    }

    private void awaitSaved() {
        Awaitility.await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(info("rdb_bgsave_in_progress"))
                .isEqualTo("0"));
    }

    @Test
    void save_isThereAfterARestart() {
        fill();
        Object digest = send("DEBUG", "DIGEST");
        assertThat(client.save()).isEqualTo("OK");
        assertThat(info("rdb_changes_since_last_save")).isEqualTo("0");
        client.set("later", "v");
        restart();
        assertThat(send("DEBUG", "DIGEST")).isEqualTo(digest);
        assertThat(client.pexpireTime("expiring")).isEqualTo(33_333_333_333_333L);
        assertThat(info("rdb_last_load_keys_loaded")).isEqualTo("14");
    }

    @Test
    void bgsave_holdsWhatWasThereWhenItBegan() {
        send("DEBUG", "POPULATE", "100000");
        Object digest = send("DEBUG", "DIGEST");
        assertThat(client.bgsave()).isEqualTo("Background saving started");
        for (int i = 0; i < 5000; i++) {
            client.set("key:" + i, "changed");
            client.del("key:" + (99_999 - i));
            client.set("new:" + i, "v");
        }
        awaitSaved();
        assertThat(info("rdb_last_bgsave_status")).isEqualTo("ok");
        restart();
        assertThat(send("DEBUG", "DIGEST")).isEqualTo(digest);
    }

    @Test
    void bgsave_cancelled_leavesTheFileAlone() throws Exception {
        client.set("a", "1");
        client.save();
        byte[] before = Files.readAllBytes(file());
        send("DEBUG", "POPULATE", "300000");
        client.bgsave();
        assertThat(send("BGSAVE", "CANCEL")).isEqualTo("Background saving cancelled");
        awaitSaved();
        assertThat(Files.readAllBytes(file())).isEqualTo(before);
        assertThat(directory.toFile().list()).containsExactly("dump.rdb");
        assertThat(info("rdb_last_bgsave_status")).isEqualTo("ok");
        assertThatThrownBy(() -> send("BGSAVE", "CANCEL"))
                .isInstanceOf(JedisDataException.class)
                .hasMessage("ERR Background saving is currently not in progress or scheduled");
    }

    @Test
    void bgsave_afterACancelledOne_isInProgressUntilItHasSaved() {
        send("DEBUG", "POPULATE", "300000");
        Object digest = send("DEBUG", "DIGEST");
        client.configSet("rdb-key-save-delay", "10000000");
        client.bgsave();
        send("BGSAVE", "CANCEL");
        awaitSaved();
        assertThat(client.bgsave()).isEqualTo("Background saving started");
        assertThat(info("rdb_bgsave_in_progress")).isEqualTo("1");
        assertThatThrownBy(client::bgsave).hasMessage("ERR Background save already in progress");
        client.configSet("rdb-key-save-delay", "0");
        awaitSaved();
        restart();
        assertThat(send("DEBUG", "DIGEST")).isEqualTo(digest);
    }

    @Test
    void savePoint_savesByItself() {
        client.configSet("save", "1 1");
        client.set("a", "1");
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> Files.exists(file()));
        awaitSaved();
        assertThat(info("rdb_changes_since_last_save")).isEqualTo("0");
    }

    @Test
    void close_withSavePoints_saves() {
        client.configSet("save", "3600 1");
        fill();
        Object digest = send("DEBUG", "DIGEST");
        restart();
        assertThat(send("DEBUG", "DIGEST")).isEqualTo(digest);
    }

    @Test
    void failedSave_refusesWritesUntilOneSucceeds() throws Exception {
        Files.createDirectories(directory.resolve("taken/full"));
        client.configSet("save", "3600 1000000");
        client.configSet("dbfilename", "taken");
        client.bgsave();
        awaitSaved();
        assertThat(info("rdb_last_bgsave_status")).isEqualTo("err");
        assertThatThrownBy(() -> client.set("a", "1"))
                .isInstanceOf(JedisDataException.class)
                .hasMessageStartingWith("MISCONF Redis is configured to save RDB snapshots");
        assertThatThrownBy(() -> client.save())
                .isInstanceOf(JedisDataException.class)
                .hasMessage("ERR");
        client.configSet("stop-writes-on-bgsave-error", "no");
        assertThat(client.set("a", "1")).isEqualTo("OK");
        client.configSet("stop-writes-on-bgsave-error", "yes");
        client.configSet("dbfilename", "dump.rdb");
        assertThat(client.save()).isEqualTo("OK");
        assertThat(client.set("a", "2")).isEqualTo("OK");
        assertThat(directory.toFile().list()).containsExactlyInAnyOrder("dump.rdb", "taken");
    }

    @Test
    void damagedFile_keepsTheServerFromStarting() throws Exception {
        fill();
        client.save();
        stop();
        byte[] bytes = Files.readAllBytes(file());
        Files.write(file(), Arrays.copyOf(bytes, bytes.length / 2));
        assertThatThrownBy(() -> start(""))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("Short read or OOM loading DB. Unrecoverable error, aborting now.")
                .hasMessageContaining(file() + ", offset ");
        Files.write(file(), bytes);
        start("");
        assertThat(client.dbSize()).isEqualTo(13);
    }

    @Test
    void reload_keepsEverything() {
        fill();
        Object digest = send("DEBUG", "DIGEST");
        assertThat(send("DEBUG", "RELOAD")).isEqualTo("OK");
        assertThat(send("DEBUG", "DIGEST")).isEqualTo(digest);
        client.set("string", "changed");
        client.set("new", "v");
        assertThat(send("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH", "MERGE")).isEqualTo("OK");
        assertThat(client.get("string")).isEqualTo("v");
        assertThat(client.get("new")).isEqualTo("v");
        assertThatThrownBy(() -> send("DEBUG", "RELOAD", "NOSAVE", "NOFLUSH"))
                .hasMessage("ERR Error trying to load the RDB dump, check server logs.");
    }

    @Test
    void reload_changesWatchedKeys() {
        client.rpush("list", "element");
        client.watch("list");
        send("DEBUG", "RELOAD");
        send("MULTI");
        assertThat(send("EXEC")).isNull();
    }

    @Test
    void dump_ofEveryValue_isRestored() {
        fill();
        for (String key : client.keys("*")) {
            client.persist(key);
            Object digest = send("DEBUG", "DIGEST-VALUE", key);
            byte[] payload = client.dump(key);
            client.restore(key, 0, payload, RestoreParams.restoreParams().replace());
            assertThat(send("DEBUG", "DIGEST-VALUE", key)).as(key).isEqualTo(digest);
            assertThat(client.ttl(key)).as(key).isEqualTo(-1);
        }
        assertThat(client.dump("absent")).isNull();
    }

    @Test
    void restore_ofDamage_changesNothing() {
        client.rpush("list", "a", "b");
        byte[] payload = client.dump("list");
        client.set("key", "before");
        RestoreParams replace = RestoreParams.restoreParams().replace();
        payload[3] ^= 1;
        assertThatThrownBy(() -> client.restore("key", 0, payload, replace))
                .hasMessage("ERR DUMP payload version or checksum are wrong");
        assertThatThrownBy(() -> client.restore("key", 0, "x".getBytes(StandardCharsets.US_ASCII), replace))
                .hasMessage("ERR DUMP payload version or checksum are wrong");
        assertThat(client.get("key")).isEqualTo("before");
    }

    @Test
    void migrate_movesKeysAndTheirExpiry(@TempDir Path elsewhere) {
        fill();
        String[] keys = client.keys("*").toArray(new String[0]);
        client.select(9);
        client.flushDB();
        client.select(0);
        Object digest = send("DEBUG", "DIGEST");
        try (SpinelServer other = SpinelServer.builder()
                        .port(0)
                        .directive("dir", elsewhere.toString())
                        .directive("enable-debug-command", "yes")
                        .start();
                Jedis target = new Jedis("127.0.0.1", other.port(), 30_000)) {
            List<String> arguments =
                    new ArrayList<>(List.of("127.0.0.1", String.valueOf(other.port()), "", "0", "10000", "KEYS"));
            arguments.addAll(List.of(keys));
            assertThat(send("MIGRATE", arguments.toArray(new String[0]))).isEqualTo("OK");
            assertThat(client.dbSize()).isZero();
            assertThat(SafeEncoder.encodeObject(target.sendCommand(() -> SafeEncoder.encode("DEBUG"), "DIGEST")))
                    .isEqualTo(digest);
            assertThat(target.pttl("expiring")).isPositive();
            client.set("string", "again");
            assertThatThrownBy(() -> send("MIGRATE", "127.0.0.1", String.valueOf(other.port()), "string", "0", "1000"))
                    .hasMessage("ERR Target instance replied with error: BUSYKEY Target key name already exists.");
            assertThat(send("MIGRATE", "127.0.0.1", String.valueOf(other.port()), "string", "0", "1000", "REPLACE"))
                    .isEqualTo("OK");
            assertThat(target.get("string")).isEqualTo("again");
            client.mset("a", "1", "string", "2", "b", "3");
            assertThatThrownBy(() -> send(
                            "MIGRATE",
                            "127.0.0.1",
                            String.valueOf(other.port()),
                            "",
                            "0",
                            "1000",
                            "KEYS",
                            "a",
                            "string",
                            "b"))
                    .hasMessage("ERR Target instance replied with error: BUSYKEY Target key name already exists.");
            assertThat(client.keys("*")).containsExactly("string");
            client.del("string");
        }
        assertThat(client.dbSize()).isZero();
    }
}
