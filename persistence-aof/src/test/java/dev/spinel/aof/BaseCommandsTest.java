package dev.spinel.aof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.KeyUse;
import dev.spinel.engine.dataset.SavedProducers;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.StreamState;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BaseCommandsTest {
    @TempDir
    private Path directory;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final BaseCommands sink = new BaseCommands(out);

    private static Bytes hex(String digits) {
        return Bytes.of(HexFormat.of().parseHex(digits));
    }

    @BeforeEach
    void startKey() throws IOException {
        sink.key(0, Bytes.of("k"), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
    }

    /** The commands as a log of them is read, each as one line. */
    private List<String> commands() throws IOException {
        sink.end();
        Path file = directory.resolve("base");
        Files.write(file, out.toByteArray());
        List<String> commands = new ArrayList<>();
        try (CommandReader reader = CommandReader.open(file, 0)) {
            while (reader.next()) {
                List<String> words = new ArrayList<>();
                for (int i = 0; i < reader.argCount(); i++) {
                    words.add(reader.args()[i].toString());
                }
                commands.add(String.join(" ", words));
            }
        }
        return commands;
    }

    @Test
    void streamProducers_followTheEntries() throws IOException {
        SavedProducers producers = new SavedProducers(5, 7, 3, 1);
        producers.record(Bytes.of("p"), Bytes.of("i"), 9, 1);
        sink.streamProducers(producers.value());
        SavedProducers more = new SavedProducers(5, 7, 3, 1);
        more.record(Bytes.of("q"), Bytes.of("i"), 9, 1);
        sink.streamProducers(more.value());
        sink.stream(0);
        sink.streamState(new StreamState(0, new StreamId(9, 1), StreamId.MIN, new StreamId(9, 1), 1, 0));
        sink.key(0, Bytes.of("l"), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
        sink.stream(0);
        sink.streamState(new StreamState(0, StreamId.MIN, StreamId.MIN, StreamId.MIN, 0, 0));
        assertThat(commands())
                .containsSubsequence(
                        "XSETID k 9-1 ENTRIESADDED 1 MAXDELETEDID 9-1",
                        "XCFGSET k IDMP-DURATION 5",
                        "XCFGSET k IDMP-MAXSIZE 7",
                        "XIDMPRECORD k p i 9-1",
                        "XIDMPRECORD k q i 9-1",
                        "XADD l MAXLEN 0 0-1 x y")
                .doesNotContain("XCFGSET l IDMP-DURATION 5");
    }

    @Test
    void streamProducers_limitsOfTheServer_areNotWritten() throws IOException {
        SavedProducers producers = new SavedProducers(0, 7, 3, 1);
        sink.streamProducers(producers.value());
        sink.stream(0);
        sink.streamState(new StreamState(0, StreamId.MIN, StreamId.MIN, StreamId.MIN, 0, 0));
        assertThat(commands())
                .contains("XCFGSET k IDMP-MAXSIZE 7")
                .noneMatch(command -> command.contains("IDMP-DURATION"));
    }

    @Test
    void streamProducers_ofAKeyThatFailed_areNotThoseOfTheNextOne() throws IOException {
        sink.streamProducers(new SavedProducers(5, 7, 3, 1).value());
        sink.key(0, Bytes.of("l"), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
        sink.stream(0);
        sink.streamState(new StreamState(0, StreamId.MIN, StreamId.MIN, StreamId.MIN, 0, 0));
        assertThat(commands()).noneMatch(command -> command.startsWith("XCFGSET"));
    }

    @Test
    void stringsAndExpiries_databasesSelectedWhenTheyChange() throws IOException {
        sink.string(Bytes.of("v"));
        sink.key(0, Bytes.of("number"), 1_700_000_000_123L, 5);
        sink.integer(-12);
        sink.key(3, Bytes.of("x"), DatasetSink.NO_EXPIRY, 5);
        sink.string(Bytes.of(""));
        assertThat(commands())
                .containsExactly(
                        "SELECT 0",
                        "SET k v",
                        "SET number -12",
                        "PEXPIREAT number 1700000000123",
                        "SELECT 3",
                        "SET x ");
    }

    /** The node of DUMP by redis-server 7.0.15, of XADD k 5-1 f a, XADD k 5-2 f b g c, XADD k 7-0 f 12, XDEL k 5-1. */
    @Test
    void stream_liveEntriesAndGroups() throws IOException {
        sink.stream(1);
        sink.streamNode(
                5,
                1,
                hex(
                        "3e0000001800020101010101816602000103010001000181610204010001000101010201816602816202816702816302080102010201dfff020c010401ff"));
        sink.streamState(new StreamState(2, new StreamId(7, 0), new StreamId(5, 2), new StreamId(5, 1), 3, 1));
        sink.streamGroup(Bytes.of("g"), new StreamId(7, 0), 3, 2);
        sink.streamPending(5, 2, 1000, 1);
        sink.streamPending(7, 0, 2000, 4);
        sink.streamConsumers(2);
        sink.streamConsumer(Bytes.of("c1"), 3000, 1);
        sink.streamOwned(7, 0);
        sink.streamConsumer(Bytes.of("c2"), 3000, 1);
        sink.streamOwned(5, 2);
        assertThat(commands())
                .containsExactly(
                        "SELECT 0",
                        "XADD k 5-2 f b g c",
                        "XADD k 7-0 f 12",
                        "XSETID k 7-0 ENTRIESADDED 3 MAXDELETEDID 5-1",
                        "XGROUP CREATE k g 7-0 ENTRIESREAD 3",
                        "XGROUP CREATECONSUMER k g c1",
                        "XCLAIM k g c1 0 7-0 TIME 2000 RETRYCOUNT 4 JUSTID FORCE",
                        "XGROUP CREATECONSUMER k g c2",
                        "XCLAIM k g c2 0 5-2 TIME 1000 RETRYCOUNT 1 JUSTID FORCE");
    }

    @Test
    void emptyStream_isMadeAndEmptied() throws IOException {
        sink.stream(0);
        sink.streamState(new StreamState(0, new StreamId(9, 1), StreamId.MIN, new StreamId(9, 1), 4, 0));
        assertThat(commands())
                .containsExactly("SELECT 0", "XADD k MAXLEN 0 0-1 x y", "XSETID k 9-1 ENTRIESADDED 4 MAXDELETEDID 9-1");
    }

    /** XADD 5-1, XADD 9-1, XDEL 9-1, XSETID 6-1. */
    @Test
    void lastIdBehindADeletedOne_isSetInTwoSteps() throws IOException {
        sink.stream(0);
        sink.streamState(new StreamState(0, new StreamId(6, 1), StreamId.MIN, new StreamId(9, 1), 2, 0));
        assertThat(commands())
                .containsExactly(
                        "SELECT 0",
                        "XADD k MAXLEN 0 0-1 x y",
                        "XSETID k 9-1 ENTRIESADDED 2 MAXDELETEDID 9-1",
                        "XSETID k 6-1");
    }

    /** The payload of DUMP by redis-server 7.0.15, of a hash that uses every encoding of integers. */
    @Test
    void hashListpack_allIntegers() throws IOException {
        sink.hash(hex(
                "50000000100000017f01c08002dfff02cfff02d00002f1881303f1008003f2ffff7f04f200008004f3ffffff7f05f300000080"
                        + "05f4ffffffffffffff7f09f400000000000000800980018361626304ff"));
        assertThat(commands())
                .containsExactly(
                        "SELECT 0",
                        "HMSET k 0 127 128 -1 4095 -4096 5000 -32768 8388607 -8388608 2147483647 -2147483648"
                                + " 9223372036854775807 -9223372036854775808  abc");
    }

    /** The payload of DUMP by redis-server 7.0.15 after ZADD z 1 a 2.5 7. */
    @Test
    void sortedSetListpack_scoresFirst() throws IOException {
        sink.sortedSet(hex("1300000004008161020101070183322e3504ff"));
        assertThat(commands()).containsExactly("SELECT 0", "ZADD k 1 a 2.5 7");
    }

    @Test
    void intsets_ofAllWidths() throws IOException {
        sink.intset(hex("0200000002000000ffff0100"));
        sink.key(0, Bytes.of("four"), DatasetSink.NO_EXPIRY, 0);
        sink.intset(hex("0400000001000000ffffffff"));
        sink.key(0, Bytes.of("eight"), DatasetSink.NO_EXPIRY, 0);
        sink.intset(hex("08000000010000000000000000000080"));
        assertThat(commands())
                .containsExactly("SELECT 0", "SADD k -1 1", "SADD four -1", "SADD eight -9223372036854775808");
    }

    @Test
    void largeCollections_64ElementsPerCommand() throws IOException {
        sink.list(130);
        for (int i = 0; i < 130; i++) {
            sink.listElement(Bytes.of("e" + i));
        }
        sink.key(0, Bytes.of("h"), 5, 0);
        sink.hash(65);
        for (int i = 0; i < 65; i++) {
            sink.field(Bytes.of("f" + i), Bytes.of("v"));
        }
        sink.key(0, Bytes.of("z"), DatasetSink.NO_EXPIRY, 0);
        sink.sortedSet(1);
        sink.scored(Bytes.of("m"), Double.NEGATIVE_INFINITY);
        sink.key(0, Bytes.of("s"), DatasetSink.NO_EXPIRY, 0);
        sink.set(1);
        sink.member(Bytes.of("m"));
        List<String> commands = commands();
        assertThat(commands).hasSize(9);
        assertThat(commands.get(1)).startsWith("RPUSH k e0 e1 ").endsWith(" e63");
        assertThat(commands.get(2)).startsWith("RPUSH k e64 ").endsWith(" e127");
        assertThat(commands.get(3)).isEqualTo("RPUSH k e128 e129");
        assertThat(commands.get(4)).startsWith("HMSET h f0 v ").endsWith(" f63 v");
        assertThat(commands.get(5)).isEqualTo("HMSET h f64 v");
        assertThat(commands.get(6)).isEqualTo("PEXPIREAT h 5");
        assertThat(commands.get(7)).isEqualTo("ZADD z -inf m");
        assertThat(commands.get(8)).isEqualTo("SADD s m");
    }

    @Test
    void list_pagesAndElements() throws IOException {
        sink.list(2);
        sink.listPage(hex("0e000000020001018361626304ff"));
        sink.listElement(Bytes.of("x"));
        assertThat(commands()).containsExactly("SELECT 0", "RPUSH k 1 abc x");
    }

    @Test
    void timestamp_isALineOfItsOwn() throws IOException {
        ByteArrayOutputStream base = new ByteArrayOutputStream();
        new BaseCommands(base).timestamp(1_628_217_470);
        assertThat(base).hasToString("#TS:1628217470\r\n");
    }

    @Test
    void customValue_refused() {
        assertThatThrownBy(() -> sink.custom("some-type", 1, new SavedValue()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("some-type");
    }

    @Test
    void fieldsThatExpire_getTheirTimesAfterTheirValues() throws IOException {
        sink.expiringHash(
                hex("18000000" + "0600" + "816602" + "817602" + "c3e802" + "816702" + "817702" + "0001" + "ff"));
        sink.key(0, Bytes.of("t"), 5000, KeyUse.UNKNOWN);
        sink.expiringHash(66, 900);
        for (int i = 0; i < 65; i++) {
            sink.field(Bytes.of("f" + i), Bytes.of("v"));
        }
        sink.expiringField(Bytes.of("g"), Bytes.of("w"), 1000);
        List<String> commands = commands();
        assertThat(commands).hasSize(7);
        assertThat(commands.subList(0, 3))
                .containsExactly("SELECT 0", "HMSET k f v g w", "HPEXPIREAT k 1000 FIELDS 1 f");
        assertThat(commands.get(3)).startsWith("HMSET t f0 v f1 v ");
        assertThat(commands.subList(4, 7))
                .containsExactly("HMSET t f64 v g w", "HPEXPIREAT t 1000 FIELDS 1 g", "PEXPIREAT t 5000");
    }
}
