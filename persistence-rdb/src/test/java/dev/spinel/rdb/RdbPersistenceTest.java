package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.engine.admin.FixedProcess;
import dev.spinel.engine.command.CommandTester;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RdbPersistenceTest {
    private static final long SMALL_ARENA_BYTES = 16L << 20;
    private static final int VALUE_BYTES = 100_000;

    @TempDir
    private Path directory;

    private CommandTester server(long arenaBytes, boolean loads) {
        RdbPersistence persistence = new RdbPersistence(new RdbFormat("7.0.15", System::currentTimeMillis), loads);
        return new CommandTester(
                new FixedProcess(), List.of(persistence), Map.of("dir", directory.toString()), arenaBytes);
    }

    private static void fill(CommandTester tester, int keys) {
        for (int i = 0; i < keys; i++) {
            tester.send("SETRANGE key:" + i + " " + VALUE_BYTES + " x");
        }
    }

    /** A server with more room leaves a file. */
    private void saveMoreThanFits() {
        CommandTester large = server(8 * SMALL_ARENA_BYTES, false);
        fill(large, 400);
        assertThat(large.send("SAVE")).isEqualTo("OK");
        large.close();
    }

    private void leave(byte[] file) throws IOException {
        Files.write(directory.resolve("dump.rdb"), file);
    }

    private void start() {
        CommandTester tester = server(SMALL_ARENA_BYTES, true);
        while (!tester.send("PING").equals("PONG")) {
            tester.endTurn();
        }
    }

    @Test
    void start_withAValueOfAPluginThatIsNotThere_failsWithFileAndOffset() throws IOException {
        byte[] file = RdbBytes.file(12)
                .value(7, "k")
                .hex("81 BDEC2B6EB2DCD001 02 05 00")
                .end();
        leave(file);
        assertThatThrownBy(this::start)
                .hasMessageMatching(
                        "Fatal error loading the DB: The value of the key 'k' is of type '[\\w-]{9}', and no plugin with that type is loaded \\("
                                + directory.resolve("dump.rdb") + ", before offset " + file.length + "\\)");
    }

    @Test
    void start_withADatabaseThatIsNotThere_failsWithFileAndOffset() throws IOException {
        byte[] file = RdbBytes.file(12).hex("FE 40C8").value(0, "k").string("v").end();
        leave(file);
        assertThatThrownBy(this::start)
                .hasMessage(
                        "Fatal error loading the DB: Data of database 200, but there are 16 databases (see the directive databases) ("
                                + directory.resolve("dump.rdb") + ", before offset " + file.length + ")");
    }

    @Test
    void start_withAFileOfALaterVersion_failsWithFileAndOffset() throws IOException {
        leave(RdbBytes.file(13).end());
        assertThatThrownBy(this::start)
                .hasMessage("Fatal error loading the DB: Can't handle RDB format version 13 ("
                        + directory.resolve("dump.rdb") + ", offset 9)");
    }

    @Test
    void fileOfALaterVersion_isReadIfVersionsAreNotChecked() throws IOException {
        CommandTester tester = server(SMALL_ARENA_BYTES, false);
        leave(RdbBytes.file(13).value(0, "k").string("v").end());
        assertThat(tester.send("DEBUG RELOAD NOSAVE"))
                .isEqualTo("-ERR Error trying to load the RDB dump, check server logs.");
        assertThat(tester.send("CONFIG SET rdb-version-check relaxed")).isEqualTo("OK");
        assertThat(tester.send("DEBUG RELOAD NOSAVE")).isEqualTo("OK");
        assertThat(tester.send("GET k")).isEqualTo("v");
        tester.close();
    }

    @Test
    void fieldsThatExpire_areSavedForWhomTheDirectiveSays() throws IOException {
        CommandTester tester = server(SMALL_ARENA_BYTES, false);
        tester.send("HSET h a 1 b 2");
        tester.send("HPEXPIREAT h 9999999999999 FIELDS 1 a");
        for (String format : List.of("redis", "valkey", "redis")) {
            assertThat(tester.send("CONFIG SET rdb-field-expiry-format " + format))
                    .isEqualTo("OK");
            assertThat(tester.send("SAVE")).isEqualTo("OK");
            byte[] file = Files.readAllBytes(directory.resolve("dump.rdb"));
            assertThat(new String(file, 0, 9, StandardCharsets.US_ASCII))
                    .isEqualTo(format.equals("valkey") ? "VALKEY080" : "REDIS0012");
            assertThat(tester.send("DEBUG RELOAD")).isEqualTo("OK");
            assertThat(tester.send("HPEXPIRETIME h FIELDS 2 a b")).contains("9999999999999");
        }
        tester.close();
    }

    @Test
    void start_beyondTheRoom_failsWithFileAndOffset() {
        saveMoreThanFits();
        assertThatThrownBy(() -> {
                    CommandTester small = server(SMALL_ARENA_BYTES, true);
                    while (!small.send("PING").equals("PONG")) {
                        small.endTurn();
                    }
                })
                .hasMessageMatching("Fatal error loading the DB: out of memory at offset [1-9]\\d+ of "
                        + directory.resolve("dump.rdb") + ": .*");
    }

    @Test
    void reload_beyondTheRoom_leavesNothingBehind() {
        saveMoreThanFits();
        CommandTester small = server(SMALL_ARENA_BYTES, false);
        fill(small, 20);
        assertThat(small.send("DEBUG RELOAD NOSAVE")).startsWith("-OOM");
        assertThat(small.send("DBSIZE")).isEqualTo("0");
        fill(small, 100);
        assertThat(small.send("STRLEN key:99")).isEqualTo(Integer.toString(VALUE_BYTES + 1));
        assertThat(small.send("DEBUG RELOAD")).isEqualTo("OK");
        assertThat(small.send("DBSIZE")).isEqualTo("100");
        small.close();
    }
}
