package dev.spinel.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.propagate.Audience;
import dev.spinel.engine.propagate.Propagator;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplicationStreamTest {
    private final ReplicationStream stream = new ReplicationStream(new Random(1));
    private final Propagator propagator = new Propagator();
    private long readUpTo;

    @BeforeEach
    void begin() {
        stream.begin();
        propagator.addSink(stream);
        readUpTo = stream.offset();
    }

    private void effect(int database, String command) {
        Bytes[] args = Arrays.stream(command.split(" ")).map(Bytes::of).toArray(Bytes[]::new);
        propagator.add(database, args, args.length);
    }

    private void unit(int database, String... commands) {
        for (String command : commands) {
            effect(database, command);
        }
        propagator.flush();
    }

    /** The words of what was appended since the last call. */
    private String appended() {
        StringBuilder text = new StringBuilder();
        Backlog backlog = stream.backlog();
        while (readUpTo < backlog.end()) {
            int count = backlog.contiguous(readUpTo);
            text.append(
                    new String(backlog.chunk(readUpTo), backlog.index(readUpTo), count, StandardCharsets.ISO_8859_1));
            readUpTo += count;
        }
        return text.toString()
                .replaceAll("\\*\\d+\r\n", "|")
                .replaceAll("\\$\\d+\r\n", "")
                .replace("\r\n", " ");
    }

    @Test
    void effect_bytes_areThoseOfAClient() {
        unit(3, "SET k value");
        Backlog backlog = stream.backlog();
        long from = backlog.start();
        assertThat(new String(
                        backlog.chunk(from),
                        backlog.index(from),
                        backlog.contiguous(from),
                        StandardCharsets.ISO_8859_1))
                .isEqualTo("*2\r\n$6\r\nSELECT\r\n$1\r\n3\r\n*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nvalue\r\n");
    }

    @Test
    void unit_ofOneEffect_isNoTransaction() {
        unit(0, "SET a 1");
        unit(0, "SET b 1");
        assertThat(appended()).isEqualTo("|SELECT 0 |SET a 1 |SET b 1 ");
    }

    @Test
    void unit_ofSeveralEffects_isATransactionAfterSelect() {
        unit(0, "SET a 1", "INCR a", "DEL b");
        assertThat(appended()).isEqualTo("|SELECT 0 |MULTI |SET a 1 |INCR a |DEL b |EXEC ");
    }

    @Test
    void unit_overSeveralDatabases_selectsWithin() {
        effect(1, "SET a 1");
        effect(2, "SET a 1");
        effect(2, "SET b 1");
        propagator.flush();
        unit(2, "SET c 1");
        assertThat(appended()).isEqualTo("|SELECT 1 |MULTI |SET a 1 |SELECT 2 |SET a 1 |SET b 1 |EXEC |SET c 1 ");
    }

    @Test
    void selectAgain_precedesTheNextCommand() {
        unit(0, "SET a 1");
        stream.selectAgain();
        unit(0, "SET b 1");
        assertThat(appended()).isEqualTo("|SELECT 0 |SET a 1 |SELECT 0 |SET b 1 ");
    }

    @Test
    void ping_needsNoDatabase() {
        stream.ping();
        stream.requestAcknowledgement();
        assertThat(appended()).isEqualTo("|PING |REPLCONF GETACK * ");
    }

    @Test
    void effects_apart_areNoTransaction() {
        propagator.apart(true);
        effect(0, "DEL a");
        effect(0, "DEL b");
        propagator.apart(false);
        assertThat(appended()).isEqualTo("|SELECT 0 |DEL a |DEL b ");
    }

    @Test
    void effects_restrictedToTheLog_areLeftOut() {
        Audience before = propagator.restrict(Audience.LOG);
        effect(0, "SET a 1");
        propagator.restore(before);
        effect(0, "SET b 1");
        assertThat(propagator.flush()).isTrue();
        assertThat(appended()).isEqualTo("|SELECT 0 |SET b 1 ");
    }

    @Test
    void end_keepsCountingUnderAnotherName() {
        unit(0, "SET a 1");
        long offset = stream.offset();
        String id = stream.id();
        propagator.removeSink(stream);
        stream.end();
        assertThat(stream.isActive()).isFalse();
        assertThat(stream.offset()).isEqualTo(offset);
        assertThat(stream.id()).hasSize(40).isNotEqualTo(id);
        stream.begin();
        assertThat(stream.backlog().start()).isEqualTo(offset);
    }

    @Test
    void turn_ofMoreThanMayBe_tearsTheStream() {
        stream.maxTurnBytes(100);
        String id = stream.id();
        unit(0, "SET a " + "x".repeat(50));
        assertThat(stream.isTorn()).isFalse();
        effect(0, "SET a 1");
        effect(0, "SET b " + "x".repeat(50));
        effect(0, "SET c 1");
        propagator.flush();
        unit(0, "SET d 1");
        assertThat(stream.isTorn()).isTrue();
        assertThat(stream.id()).isNotEqualTo(id);
        assertThat(stream.backlog().start()).isEqualTo(stream.offset()).isGreaterThan(readUpTo);
        assertThat(stream.backlog().heapBytes()).isZero();
        readUpTo = stream.offset();
        stream.nextTurn();
        unit(0, "SET e 1", "SET f 1");
        assertThat(stream.isTorn()).isFalse();
        assertThat(appended()).isEqualTo("|SELECT 0 |MULTI |SET e 1 |SET f 1 |EXEC ");
    }

    @Test
    void effect_afterALargeOne_isWhole() {
        String large = "x".repeat(3 << 20);
        unit(0, "SET large " + large);
        unit(0, "SET a 1", "SET large " + large);
        unit(0, "SET b 1");
        assertThat(appended())
                .isEqualTo(
                        "|SELECT 0 |SET large " + large + " |MULTI |SET a 1 |SET large " + large + " |EXEC |SET b 1 ");
    }
}
