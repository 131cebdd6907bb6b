package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.IgnoringSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.KeyUse;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Whatever the bytes are, they are read or refused, in time and memory that the number of bytes bounds. */
class RdbDamageTest {
    /** Some 90 times the bytes that are read may be what they stand for, several times over while room grows. */
    private static final long MAX_ALLOCATED_BYTES = 4L << 20;

    private static final int SECONDS = Integer.getInteger("spinel.fuzz.seconds", 2);
    private static final byte[] INTERESTING = {
        0, 1, 2, 63, 64, 127, (byte) 128, (byte) 129, (byte) 192, (byte) 195, (byte) 252, (byte) 254, (byte) 255
    };

    private static final int CHANGES = 8 + INTERESTING.length;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final RdbFormat format = new RdbFormat("7.0.15", System::currentTimeMillis);
    private long read;
    private long refused;

    /** Passes over what the server cannot hold, so that what comes after it is read too. */
    private void read(byte[] bytes) throws IOException {
        DatasetFormat.Reader reader = format.reader(new ByteArrayInputStream(bytes), "dump.rdb");
        DatasetSink sink = new RecordedDataset();
        while (reader.next(sink)) {
            assertThat(reader.position()).isLessThanOrEqualTo(bytes.length);
        }
    }

    /** Restores a value without the end of its payload, whose checksum would keep out nearly everything. */
    private static void restore(byte[] value) throws IOException {
        Bytes payload = Bytes.of(withFooter(value));
        assertThat(DumpPayload.isAcceptable(payload, false, false)).isTrue();
        RecordedDataset sink = new RecordedDataset();
        sink.key(0, Bytes.of("key"), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
        DumpPayload.read(payload, sink, () -> Long.MAX_VALUE);
    }

    /** A payload with the right checksum. */
    static byte[] withFooter(byte[] value) {
        byte[] summed = RdbBytes.nothing().raw(value).u16(12).toByteArray();
        return RdbBytes.nothing()
                .raw(summed)
                .u64(Crc64.update(0, summed, 0, summed.length))
                .toByteArray();
    }

    @Test
    void payload_cutOrWithAnyByteChanged_isNotIntact() {
        byte[] payload = withFooter(SampleFiles.values().get(0).toByteArray());
        assertThat(DumpPayload.isAcceptable(Bytes.of(payload), false, false)).isTrue();
        for (int i = 0; i < payload.length; i++) {
            assertThat(DumpPayload.isAcceptable(Bytes.of(Arrays.copyOf(payload, i)), false, false))
                    .isFalse();
            for (int change = 0; change < 8; change++) {
                assertThat(DumpPayload.isAcceptable(Bytes.of(changed(payload, i, change)), false, false))
                        .isFalse();
            }
        }
    }

    private interface Reading {
        void read(byte[] bytes) throws IOException;
    }

    private void check(Reading reading, byte[] bytes, String what) {
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            reading.read(bytes);
            read++;
        } catch (InvalidDatasetException e) {
            refused++;
        } catch (IOException | RuntimeException | Error e) {
            throw new AssertionError(what + ": " + HexFormat.of().formatHex(bytes), e);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(allocated)
                .as(() -> what + ": " + HexFormat.of().formatHex(bytes))
                .isLessThan(MAX_ALLOCATED_BYTES);
    }

    /** A copy with one byte changed: a bit of it flipped, or one of the bytes on which the format turns. */
    private static byte[] changed(byte[] bytes, int index, int change) {
        byte[] changed = bytes.clone();
        changed[index] = change < 8 ? (byte) (bytes[index] ^ (1 << change)) : INTERESTING[change - 8];
        return changed;
    }

    @Test
    void file_cutAnywhere_isRefused() {
        for (byte[] file : SampleFiles.all()) {
            for (int length = 0; length < file.length; length++) {
                check(this::read, Arrays.copyOf(file, length), "cut at " + length);
            }
        }
        assertThat(read).isZero();
        assertThat(refused).isGreaterThan(1000);
    }

    @Test
    void file_withAnyByteChanged_isReadOrRefused() {
        for (byte[] file : SampleFiles.all()) {
            for (int i = 0; i < file.length; i++) {
                for (int change = 0; change < CHANGES; change++) {
                    check(this::read, changed(file, i, change), "byte " + i);
                }
            }
        }
        assertThat(read).isPositive();
        assertThat(refused).isPositive();
    }

    /** With a checksum, as every file of the last ten years has one, no change of a byte goes unnoticed. */
    @Test
    void fileWithChecksum_withAnyByteChanged_isRefused() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DatasetFormat.Writer writer = format.writer(out, false);
        writer.key(0, Bytes.of("key"), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
        writer.string(Bytes.of("value"));
        writer.end();
        byte[] file = out.toByteArray();
        read(file);
        for (int i = 0; i < file.length; i++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] changed = file.clone();
                changed[i] ^= (byte) (1 << bit);
                check(this::read, changed, "byte " + i);
            }
        }
        assertThat(read).isZero();
    }

    @Test
    void payload_withAnyByteChanged_isReadOrRefused() {
        for (RdbBytes value : SampleFiles.values()) {
            byte[] payload = value.toByteArray();
            for (int i = 0; i < payload.length; i++) {
                for (int change = 0; change < CHANGES; change++) {
                    check(RdbDamageTest::restore, changed(payload, i, change), "byte " + i);
                }
            }
        }
        assertThat(read).isPositive();
        assertThat(refused).isPositive();
    }

    /** Runs for {@code spinel.fuzz.seconds}, 2 by default. */
    @Test
    void randomDamage_isReadOrRefused() {
        long seed = Long.getLong("spinel.fuzz.seed", System.nanoTime());
        System.out.println("RdbDamageTest: -Dspinel.fuzz.seed=" + seed);
        Random random = new Random(seed);
        List<byte[]> files = SampleFiles.all();
        List<byte[]> payloads =
                SampleFiles.values().stream().map(RdbBytes::toByteArray).toList();
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < end) {
            check(this::read, damaged(files, random), "seed " + seed);
            check(RdbDamageTest::restore, damaged(payloads, random), "seed " + seed);
        }
        assertThat(read).isPositive();
        assertThat(refused).isPositive();
    }

    private static byte[] damaged(List<byte[]> samples, Random random) {
        byte[] bytes = samples.get(random.nextInt(samples.size())).clone();
        for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(6)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = INTERESTING[random.nextInt(INTERESTING.length)];
                case 2 -> {
                    byte[] other = samples.get(random.nextInt(samples.size()));
                    int from = random.nextInt(other.length);
                    int count = Math.min(random.nextInt(20), Math.min(other.length - from, bytes.length - at));
                    System.arraycopy(other, from, bytes, at, count);
                }
                case 3 -> bytes = inserted(bytes, at, random);
                case 4 -> {
                    int count = Math.min(random.nextInt(8), bytes.length - at);
                    byte[] shorter = new byte[bytes.length - count];
                    System.arraycopy(bytes, 0, shorter, 0, at);
                    System.arraycopy(bytes, at + count, shorter, at, shorter.length - at);
                    bytes = shorter.length == 0 ? bytes : shorter;
                }
                default -> {
                    for (int i = at; i < Math.min(bytes.length, at + 9); i++) {
                        bytes[i] = (byte) random.nextInt();
                    }
                }
            }
        }
        return bytes;
    }

    private static byte[] inserted(byte[] bytes, int at, Random random) {
        byte[] addition = new byte[1 + random.nextInt(12)];
        random.nextBytes(addition);
        addition[0] = INTERESTING[random.nextInt(INTERESTING.length)];
        byte[] longer = new byte[bytes.length + addition.length];
        System.arraycopy(bytes, 0, longer, 0, at);
        System.arraycopy(addition, 0, longer, at, addition.length);
        System.arraycopy(bytes, at, longer, at + addition.length, bytes.length - at);
        return longer;
    }

    /** Compressed bytes that stand for few, of which a length of gigabytes is told. */
    @Test
    void payloadWithAWrongLengthOfACompressedString_takesNoRoomForIt() {
        int compressedBytes = 1 << 16;
        RdbBytes value =
                RdbBytes.nothing().hex("00 C3 80 00 01 00 00 80 00 50 00 00").raw(new byte[compressedBytes]);
        check(RdbDamageTest::restore, value.toByteArray(), "a length of 5 MiB");
        assertThat(refused).isEqualTo(1);
    }

    @Test
    void payloadOfACompressedStringBeyondTheRoom_isRefused() throws IOException {
        byte[] source = new byte[10 << 20];
        byte[] compressed = new byte[source.length];
        int length = new Lzf().compress(source, 0, source.length, compressed, compressed.length);
        Bytes payload = Bytes.of(withFooter(RdbBytes.nothing()
                .hex("00 C3 80")
                .raw(ByteBuffer.allocate(4).putInt(length).array())
                .hex("80 00 A0 00 00")
                .raw(Arrays.copyOf(compressed, length))
                .toByteArray()));
        RecordedDataset sink = new RecordedDataset();
        sink.key(0, Bytes.of("key"), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
        assertThatThrownBy(() -> DumpPayload.read(payload, sink, () -> source.length - 1))
                .hasMessage("There is no room for a string of 10485760 bytes");
        DumpPayload.read(payload, sink, () -> source.length);
        assertThat(sink.values()).hasSize(1);
    }

    /** Room is made for the elements that are announced. */
    @Test
    void payloadOfFewBytes_announcesNoMillionsOfElements() {
        IgnoringSink sink = new IgnoringSink() {
            @Override
            public void set(long members) {
                throw new AssertionError(members + " members");
            }
        };
        Bytes payload = Bytes.of(
                withFooter(RdbBytes.nothing().hex("02 80 00 3D 09 00 01 61").toByteArray()));
        assertThatThrownBy(() -> DumpPayload.read(payload, sink, () -> Long.MAX_VALUE))
                .isInstanceOf(InvalidDatasetException.class);
    }

    /** A failing disk is no damage: it is told as what it is. */
    @Test
    void streamThatFails_isNotCalledDamaged() {
        InputStream failing = new InputStream() {
            @Override
            public int read() throws IOException {
                throw new IOException("Input/output error");
            }
        };
        DatasetFormat.Reader reader = format.reader(failing, "dump.rdb");
        assertThatThrownBy(() -> reader.next(new RecordedDataset()))
                .isExactlyInstanceOf(IOException.class)
                .hasMessage("Input/output error");
    }
}
