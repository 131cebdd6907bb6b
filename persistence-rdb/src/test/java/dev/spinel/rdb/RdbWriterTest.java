package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.KeyUse;
import dev.spinel.engine.dataset.SavedProducers;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.StreamState;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RdbWriterTest {
    private static final RdbWriter.About ABOUT = new RdbWriter.About("7.0.15", 1_800_000_000L, 1_000_000, false);
    /** Header, fields about the file. */
    private static final int HEAD_BYTES = 80;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    private interface Telling {
        void tell(DatasetSink sink) throws IOException;
    }

    private byte[] write(Telling values) throws IOException {
        return write(values, false);
    }

    private byte[] write(Telling values, boolean valkey) throws IOException {
        DatasetFormat.Writer writer = new RdbWriter(new RdbOutput(bytes, true, true), ABOUT, valkey);
        values.tell(writer);
        writer.end();
        return bytes.toByteArray();
    }

    private static void key(DatasetSink sink, int database, String key) throws IOException {
        sink.key(database, Bytes.of(key), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
    }

    private static String body(byte[] file) {
        return HexFormat.of().formatHex(file, HEAD_BYTES, file.length - Long.BYTES);
    }

    private static Map<String, String> read(byte[] file) throws IOException {
        RecordedDataset dataset = new RecordedDataset();
        DatasetFormat.Reader reader =
                new RdbFormat("7.0.15", System::currentTimeMillis).reader(new ByteArrayInputStream(file), "dump.rdb");
        while (reader.next(dataset)) {
            // Each call reads a key.
        }
        return dataset.values();
    }

    /** The example of the README. */
    @Test
    void workedExample() throws IOException {
        byte[] file = write(sink -> {
            sink.expectKeys(0, 3, 1);
            key(sink, 0, "n");
            sink.integer(300);
            sink.key(0, Bytes.of("t"), 1_800_000_060_000L, KeyUse.UNKNOWN);
            sink.string(Bytes.of("spinel"));
            key(sink, 0, "l");
            sink.list(1);
            sink.listElement(Bytes.of("abc"));
        });
        assertThat(HexFormat.of().formatHex(file, 0, HEAD_BYTES))
                .isEqualTo("524544495330303130"
                        + "fa0972656469732d76657206372e302e3135"
                        + "fa0a72656469732d62697473c040"
                        + "fa056374696d65c200d2496b"
                        + "fa08757365642d6d656dc240420f00"
                        + "fa08616f662d62617365c000");
        assertThat(body(file))
                .isEqualTo("fe00" + "fb0301"
                        + "00016ec12c01"
                        + "fc603a5d18a3010000" + "000174067370696e656c"
                        + "12016c01020c0c00000001008361626304ff"
                        + "ff");
    }

    @Test
    void databases_mayComeBack() throws IOException {
        byte[] file = write(sink -> {
            int[] databases = {0, 0, 300, 0};
            for (int i = 0; i < databases.length; i++) {
                key(sink, databases[i], "k" + i);
                sink.integer(1);
            }
        });
        assertThat(read(file)).containsOnlyKeys("0/k0", "0/k1", "300/k2", "0/k3");
    }

    @Test
    void expectedKeys_areToldBeforeTheFirstKeyOfTheirDatabase() throws IOException {
        byte[] file = write(sink -> {
            sink.expectKeys(0, 2, 0);
            sink.expectKeys(7, 1, 0);
            sink.expectKeys(9, 100_000, 2);
            for (int database : new int[] {9, 0, 9, 0}) {
                key(sink, database, "k");
                sink.integer(1);
            }
        });
        String key = "00016bc001";
        assertThat(body(file))
                .isEqualTo("fe09fb80000186a002" + key + "fe00fb0200" + key + "fe09" + key + "fe00" + key + "ff");
    }

    @Test
    void use_isWrittenAsFarAsItIsKnown() throws IOException {
        assertThat(body(write(withUse(KeyUse.UNKNOWN)))).isEqualTo("fe0000016bc001ff");
        bytes.reset();
        assertThat(body(write(withUse(KeyUse.idle(70))))).isEqualTo("fe00f8404600016bc001ff");
        bytes.reset();
        assertThat(body(write(withUse(KeyUse.frequency(200))))).isEqualTo("fe00f9c800016bc001ff");
    }

    private static Telling withUse(long use) {
        return sink -> {
            sink.key(0, Bytes.of("k"), DatasetSink.NO_EXPIRY, use);
            sink.integer(1);
        };
    }

    @Test
    void setAsListpack_isWrittenMemberByMember() throws IOException {
        ListpackBuilder listpack = new ListpackBuilder();
        listpack.begin().add(5).add(new byte[] {'x'}, 0, 1);
        byte[] file = write(sink -> {
            key(sink, 0, "k");
            sink.set(listpack.end());
        });
        assertThat(body(file)).isEqualTo("fe0002016b02c0050178ff");
    }

    @Test
    void customValue_isWrittenAsThatOfAModule() throws IOException {
        SavedValue value = new SavedValue();
        value.writeLong(-2);
        value.writeDouble(0.5);
        value.writeBytes(Bytes.of("text"));
        byte[] file = write(sink -> {
            key(sink, 0, "k");
            sink.custom("test-type", 3, value);
        });
        assertThat(read(file))
                .containsExactly(
                        Map.entry("0/k", "custom test-type 3 01fffffffffffffffe023fe0000000000000030000000474657874"));
    }

    @Test
    void longString_isWrittenInItsPieces() throws IOException {
        byte[] file = write(sink -> {
            key(sink, 0, "k");
            sink.longString(new byte[][] {{'a', 'b'}, {'c'}});
        });
        assertThat(body(file)).isEqualTo("fe00" + "00016b" + "03616263" + "ff");
    }

    /** The room for compression would be as large as the string. */
    @Test
    void stringOfMegabytes_isNotCompressed() throws IOException {
        byte[] file = write(sink -> {
            key(sink, 0, "k");
            sink.string(Bytes.of(new byte[(4 << 20) + 1]));
        });
        assertThat(file.length).isGreaterThan(4 << 20);
    }

    /** A save must not keep the collector busy. */
    @Test
    void strings_areWrittenWithoutGarbage() throws IOException {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        DatasetFormat.Writer writer =
                new RdbWriter(new RdbOutput(OutputStream.nullOutputStream(), true, true), ABOUT, false);
        Bytes key = Bytes.of("key:000000000001");
        Bytes value = Bytes.of("a value of more than twenty bytes that is longer than that");
        long allocated = Long.MAX_VALUE;
        for (int round = 0; round < 5; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 10_000; i++) {
                writer.key(0, key, 4_000_000_000_000L, 5);
                writer.string(value);
                writer.key(0, key, DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
                writer.integer(i);
            }
            allocated = Math.min(allocated, threads.getCurrentThreadAllocatedBytes() - before);
        }
        assertThat(allocated).isLessThan(10_000);
    }

    private static void expiringHashes(DatasetSink sink) throws IOException {
        byte[] listpack = HexFormat.of()
                .parseHex("18000000" + "0600" + "816602" + "817602" + "c3e802" + "816702" + "817702" + "0001" + "ff");
        sink.announceExpiringFields();
        key(sink, 0, "p");
        sink.expiringHash(Bytes.of(listpack));
        key(sink, 0, "t");
        sink.expiringHash(2, 900);
        sink.expiringField(Bytes.of("f"), Bytes.of("v"), 1000);
        sink.field(Bytes.of("g"), Bytes.of("w"));
        key(sink, 0, "h");
        sink.hash(1);
        sink.field(Bytes.of("f"), Bytes.of("v"));
    }

    @Test
    void expiringFields_areWrittenAsValkey9Does() throws IOException {
        byte[] file = write(RdbWriterTest::expiringHashes, true);
        assertThat(new String(file, 0, 9, StandardCharsets.US_ASCII)).isEqualTo("VALKEY080");
        assertThat(read(file))
                .isEqualTo(Map.of("0/p", "hash [f=v@1000, g=w]", "0/t", "hash [f=v@1000, g=w]", "0/h", "hash [f=v]"));
        String fields = "02" + "0166" + "0176" + "e803000000000000" + "0167" + "0177" + "ffffffffffffffff";
        assertThat(body(file)).contains("16" + "0170" + fields, "16" + "0174" + fields, "04" + "0168" + "01");
    }

    @Test
    void filesWithoutExpiringFields_areTheSameForValkey() throws IOException {
        byte[] file = write(
                sink -> {
                    key(sink, 0, "h");
                    sink.hash(1);
                    sink.field(Bytes.of("f"), Bytes.of("v"));
                },
                true);
        assertThat(new String(file, 0, 9, StandardCharsets.US_ASCII)).isEqualTo("REDIS0010");
    }

    @Test
    void expiringFields_areWrittenAsRedis74Does() throws IOException {
        byte[] file = write(RdbWriterTest::expiringHashes);
        assertThat(new String(file, 0, 9, StandardCharsets.US_ASCII)).isEqualTo("REDIS0012");
        assertThat(read(file))
                .isEqualTo(Map.of("0/p", "hash [f=v@1000, g=w]", "0/t", "hash [f=v@1000, g=w]", "0/h", "hash [f=v]"));
        assertThat(body(file)).contains("18" + "0174" + "8403000000000000" + "02" + "4065" + "0166" + "0176" + "00");
    }

    /** Other servers pass over what they do not know of a file. */
    @Test
    void streamProducers_areAFieldBeforeTheStream() throws IOException {
        SavedProducers producers = new SavedProducers(5, 7, 3, 1);
        producers.record(Bytes.of("p"), Bytes.of("i"), 9, 1);
        SavedValue saved = producers.value();
        SavedValue more = new SavedProducers(5, 7, 3, 1).value();
        byte[] file = write(sink -> {
            key(sink, 0, "s");
            sink.streamProducers(saved);
            sink.streamProducers(more);
            sink.stream(0);
            sink.streamState(new StreamState(0, new StreamId(9, 1), StreamId.MIN, StreamId.MIN, 1, 0));
            key(sink, 0, "t");
            sink.stream(0);
            sink.streamState(new StreamState(0, StreamId.MIN, StreamId.MIN, StreamId.MIN, 0, 0));
        });
        assertThat(new String(file, 0, 9, StandardCharsets.US_ASCII)).isEqualTo("REDIS0010");
        Map<String, String> values = read(file);
        assertThat(values.get("0/s"))
                .contains(
                        " producers " + HexFormat.of().formatHex(saved.toByteArray()),
                        " producers " + HexFormat.of().formatHex(more.toByteArray()));
        assertThat(values.get("0/t")).doesNotContain("producers");
    }
}
