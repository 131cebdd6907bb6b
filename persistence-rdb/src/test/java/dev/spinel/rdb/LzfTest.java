package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LzfTest {
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final Lzf lzf = new Lzf();

    private byte[] compress(byte[] source, int maxBytes) {
        byte[] target = new byte[Math.max(maxBytes, 0)];
        return Arrays.copyOf(target, lzf.compress(source, 0, source.length, target, maxBytes));
    }

    private static byte[] decompress(byte[] source, int length) {
        byte[] target = new byte[length];
        assertThat(Lzf.decompress(source, source.length, target, length)).isTrue();
        return target;
    }

    /** Text of few different words, or of few different bytes, or of any. */
    private byte[] sample(int length) {
        byte[] bytes = new byte[length];
        int alphabet = 1 << random.nextInt(9);
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte)
                    (i > 20 && random.nextInt(4) > 0 ? bytes[i - 1 - random.nextInt(20)] : random.nextInt(alphabet));
        }
        return bytes;
    }

    @Test
    void compress_ofARun_isTheWorkedExample() {
        byte[] source = "aaaaaaaaaa".getBytes(StandardCharsets.US_ASCII);
        assertThat(HexFormat.of().formatHex(compress(source, 10))).isEqualTo("0061e00000");
    }

    @Test
    void decompress_ofCompressed_isTheSource() {
        for (int i = 0; i < 3000; i++) {
            byte[] source = sample(1 + random.nextInt(i % 100 == 0 ? 100_000 : 600));
            byte[] compressed = compress(source, source.length + source.length / 32 + 1);
            assertThat(compressed).as("seed %d", seed).isNotEmpty();
            assertThat(Lzf.length(compressed, compressed.length))
                    .as("seed %d", seed)
                    .isEqualTo(source.length);
            assertThat(decompress(compressed, source.length))
                    .as("seed %d", seed)
                    .isEqualTo(source);
        }
    }

    @Test
    void compress_afterOthers_isTheSameAsBefore() {
        byte[] source = sample(500);
        byte[] before = compress(source, 600);
        for (int i = 0; i < 100; i++) {
            compress(sample(500), 600);
        }
        assertThat(compress(source, 600)).as("seed %d", seed).isEqualTo(before);
    }

    @Test
    void compress_intoTooLittleRoom_isNothing() {
        byte[] source = sample(300);
        int length = compress(source, 400).length;
        assertThat(compress(source, length)).hasSize(length);
        assertThat(compress(source, length - 1)).as("seed %d", seed).isEmpty();
    }

    @Test
    void decompress_ofGarbage_isRefusedOrFits() {
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            byte[] garbage = i % 2 == 0 ? sample(1 + random.nextInt(40)) : compress(sample(60), 100);
            garbage[random.nextInt(garbage.length)] ^= (byte) (1 << random.nextInt(8));
            byte[] target = new byte[64];
            if (Lzf.decompress(garbage, garbage.length, target, 60)) {
                accepted++;
            }
            assertThat(Arrays.copyOfRange(target, 60, 64)).as("seed %d", seed).containsOnly(0);
        }
        assertThat(accepted).as("seed %d", seed).isPositive();
    }

    @Test
    void length_ofWhatIsCutOff_isNone() {
        assertThat(Lzf.length(new byte[] {5, 'a', 'b'}, 3)).isEqualTo(-1);
        assertThat(Lzf.length(new byte[] {0, 'a', (byte) 0xe0, 5}, 4)).isEqualTo(-1);
        assertThat(Lzf.length(new byte[] {0, 'a', (byte) 0xe0, 5, 0}, 5)).isEqualTo(15);
    }
}
