package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.engine.admin.FixedProcess;
import dev.spinel.engine.command.CommandTester;
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
