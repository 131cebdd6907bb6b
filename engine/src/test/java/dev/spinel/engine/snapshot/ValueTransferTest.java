package dev.spinel.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.keyspace.Keyspace;
import dev.spinel.engine.PortsProbe;
import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.dataset.KeyUse;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class ValueTransferTest {
    private final PortsProbe probe = new PortsProbe();
    private final CommandTester tester = new CommandTester(List.of(probe), 0);

    private void loadZeros(String lastMember) throws IOException {
        ValueTransfer transfer = probe.ports().values();
        ValueSink sink = transfer.begin();
        sink.sortedSet(3);
        sink.scored(Bytes.of("negative"), -0.0);
        sink.scored(Bytes.of("positive"), 0.0);
        sink.scored(Bytes.of(lastMember), -1);
        transfer.put(probe.ports().keyspaces().get(0), Bytes.of("zset"), Keyspace.NO_EXPIRY, KeyUse.UNKNOWN);
    }

    /** What comes before the long member lies in a listpack at first. */
    @Test
    void negativeZeroBeforeALongMember_keepsItsSign() throws IOException {
        loadZeros("m".repeat(100));
        assertThat(tester.send("OBJECT ENCODING zset")).isEqualTo("skiplist");
        assertThat(tester.send("ZMSCORE zset negative positive")).isEqualTo("[-0 0]");
    }

    @Test
    void negativeZeroInAListpack_isZeroAsInRedis() throws IOException {
        loadZeros("short");
        assertThat(tester.send("OBJECT ENCODING zset")).isEqualTo("listpack");
        assertThat(tester.send("ZMSCORE zset negative positive")).isEqualTo("[0 0]");
    }
}
