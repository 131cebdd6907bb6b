package dev.spinel.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Tests of {@link KeyHash}. */
final class KeyHashTest {
    private final KeyHash hash = new KeyHash(1);

    @Test
    void hash_sameBytesElsewhere_isTheSame() {
        Random random = new Random(3);
        for (int length = 0; length < 100; length++) {
            byte[] key = new byte[length];
            random.nextBytes(key);
            byte[] longer = new byte[length + 20];
            random.nextBytes(longer);
            System.arraycopy(key, 0, longer, 13, length);
            assertThat(hash.hash(longer, 13, length)).isEqualTo(hash.hash(key, 0, length));
        }
    }

    @Test
    void hash_otherSeed_differs() {
        byte[] key = "key".getBytes(StandardCharsets.US_ASCII);
        assertThat(new KeyHash(2).hash(key, 0, 3)).isNotEqualTo(hash.hash(key, 0, 3));
        assertThat(new KeyHash(1).hash(key, 0, 3)).isEqualTo(hash.hash(key, 0, 3));
    }

    @Test
    void hash_allShortKeys_doNotCollide() {
        Set<Long> hashes = new HashSet<>();
        byte[] key = new byte[2];
        for (int i = 0; i < 1 << 16; i++) {
            key[0] = (byte) i;
            key[1] = (byte) (i >>> 8);
            hashes.add(hash.hash(key, 0, 2));
        }
        for (int length = 0; length < 100; length++) {
            if (length != 2) {
                hashes.add(hash.hash(new byte[length], 0, length));
            }
        }
        assertThat(hashes).hasSize((1 << 16) + 99);
    }

    @Test
    void hash_anyBitOfTheKey_changesHalfOfTheBits() {
        int samples = 400;
        for (int length : new int[] {3, 4, 7, 8, 15, 16, 17, 32, 33, 40}) {
            Random random = new Random(length);
            byte[] key = new byte[length];
            for (int bit = 0; bit < length * 8; bit++) {
                int[] changes = new int[64];
                for (int sample = 0; sample < samples; sample++) {
                    random.nextBytes(key);
                    long before = hash.hash(key, 0, length);
                    key[bit / 8] ^= (byte) (1 << bit % 8);
                    long changed = before ^ hash.hash(key, 0, length);
                    for (int i = 0; i < 64; i++) {
                        changes[i] += (int) (changed >>> i) & 1;
                    }
                }
                // Standard deviation 10.
                for (int count : changes) {
                    assertThat(count).as("length %s, bit %s", length, bit).isBetween(140, 260);
                }
            }
        }
    }

    @Test
    void hash_rangeOutsideTheArray_refused() {
        assertThatThrownBy(() -> hash.hash(new byte[10], 5, 6)).isInstanceOf(IndexOutOfBoundsException.class);
    }
}
