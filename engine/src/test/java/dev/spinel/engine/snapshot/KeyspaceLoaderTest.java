package dev.spinel.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.PortsProbe;
import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.KeyUse;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeyspaceLoaderTest {
    private static final int KEYS = 100_000;
    private static final long ARENA_BYTES = 16 << 20;

    private final PortsProbe probe = new PortsProbe();
    private final CommandTester tester = new CommandTester(List.of(probe), ARENA_BYTES);

    private long tableBytes() {
        return probe.ports().keyspaces().tableBytes();
    }

    private void load(KeyspaceLoader loader, int keys) throws IOException {
        for (int i = 0; i < keys; i++) {
            loader.key(0, Bytes.of("key:" + i), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
            loader.integer(i);
        }
    }

    @Test
    void expectedKeys_takeAsMuchAsTheyNeed() throws IOException {
        KeyspaceLoader loader = probe.ports().loader();
        loader.begin(false);
        loader.expectKeys(0, KEYS, 0);
        long expected = tableBytes();
        load(loader, KEYS);
        loader.end();
        assertThat(tableBytes()).isBetween(expected, expected + expected / 100);
        assertThat(tester.send("DBSIZE")).isEqualTo(Integer.toString(KEYS));
        assertThat(tableBytes()).isBetween(8L * KEYS, 14L * KEYS);
        for (int i = 0; i < KEYS; i += 2) {
            tester.send("DEL key:" + i);
        }
        assertThat(tableBytes()).isLessThan(7L * KEYS);
        assertThat(tester.send("GET key:77777")).isEqualTo("77777");
    }

    @Test
    void keysThatDoNotCome_takeNextToNothing() throws IOException {
        KeyspaceLoader loader = probe.ports().loader();
        loader.begin(false);
        loader.expectKeys(0, KEYS, 0);
        load(loader, 10);
        assertThat(tableBytes()).isGreaterThan(8 * KEYS);
        loader.end();
        assertThat(tableBytes()).isLessThan(KEYS);
        assertThat(tester.send("RANDOMKEY")).startsWith("key:");
    }

    @Test
    void databasesShareTheRoomThatIsMade() throws IOException {
        PortsProbe spacious = new PortsProbe();
        new CommandTester(List.of(spacious), 1L << 30);
        KeyspaceLoader loader = spacious.ports().loader();
        loader.begin(false);
        loader.expectKeys(0, Long.MAX_VALUE, 0);
        long expected = spacious.ports().keyspaces().tableBytes();
        for (int database = 1; database < 16; database++) {
            loader.expectKeys(database, Long.MAX_VALUE, 0);
        }
        assertThat(spacious.ports().keyspaces().tableBytes())
                .isEqualTo(expected)
                .isBetween(40L << 20, 60L << 20);
        loader.end();
        assertThat(spacious.ports().keyspaces().tableBytes()).isLessThan(expected / 100);
    }

    @Test
    void expectationsThatCannotBe_areOfNoConsequence() throws IOException {
        KeyspaceLoader loader = probe.ports().loader();
        loader.begin(false);
        long empty = tableBytes();
        loader.expectKeys(-1, KEYS, 0);
        loader.expectKeys(16, KEYS, 0);
        loader.expectKeys(0, ARENA_BYTES, 0);
        loader.expectKeys(0, Long.MAX_VALUE, Long.MAX_VALUE);
        loader.expectKeys(0, Long.MIN_VALUE, -1);
        assertThat(tableBytes()).isEqualTo(empty);
        loader.key(0, Bytes.of("key"), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
        loader.integer(1);
        loader.expectKeys(0, KEYS, 0);
        assertThat(tester.send("GET key")).isEqualTo("1");
        assertThat(tableBytes()).isLessThan(KEYS);
    }
}
