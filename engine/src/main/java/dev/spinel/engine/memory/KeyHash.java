package dev.spinel.engine.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A seeded 64-bit hash of byte strings. Whoever does not know the seed cannot choose keys that collide. The values differ
 * from seed to seed, so they must never be stored. Immutable, hence usable by any thread.
 */
public final class KeyHash {
    /*
     * The construction is the folded multiplication made known by wyhash (Wang Yi, 2019): data is combined with secret
     * words, two words are multiplied to 128 bits, and both halves are combined. One multiplication digests sixteen
     * bytes. Here the secrets come from the seed through the finaliser of SplitMix64 (Steele, Lea, Flood, 2014).
     *
     * All bits of the result are used: the table takes its directory index and tags from the top.
     */
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

    private final long start;
    private final long secret1;
    private final long secret2;
    private final long secret3;

    /** Creates the hash that belongs to a seed: a random number drawn once per process, or a fixed one in tests. */
    public KeyHash(long seed) {
        long step = seed + GOLDEN_GAMMA;
        start = finalise(step);
        step += GOLDEN_GAMMA;
        secret1 = finalise(step);
        step += GOLDEN_GAMMA;
        secret2 = finalise(step);
        step += GOLDEN_GAMMA;
        secret3 = finalise(step);
    }

    /**
     * Returns the hash of {@code length} bytes of {@code array} from {@code offset} on.
     *
     * @throws IndexOutOfBoundsException when the range, if not empty, leaves the array
     */
    public long hash(byte[] array, int offset, int length) {
        long state = start;
        long first;
        long second;
        if (length > 16) {
            int position = offset;
            int last = offset + length - 16;
            while (position < last) {
                state = multiplyFolded(
                        (long) LONGS.get(array, position) ^ secret1, (long) LONGS.get(array, position + 8) ^ state);
                position += 16;
            }
            first = (long) LONGS.get(array, last);
            second = (long) LONGS.get(array, last + 8);
        } else if (length >= 8) {
            first = (long) LONGS.get(array, offset);
            second = (long) LONGS.get(array, offset + length - 8);
        } else if (length >= 4) {
            first = (int) INTS.get(array, offset);
            second = (int) INTS.get(array, offset + length - 4);
        } else if (length > 0) {
            first = (array[offset] & 0xFFL) << 16
                    | (array[offset + (length >>> 1)] & 0xFF) << 8
                    | (array[offset + length - 1] & 0xFF);
            second = 0;
        } else {
            first = 0;
            second = 0;
        }
        long folded = multiplyFolded(first ^ secret2, second ^ state);
        return multiplyFolded(folded ^ secret3, length ^ secret1);
    }

    private static long multiplyFolded(long a, long b) {
        return Math.multiplyHigh(a, b) ^ (a * b);
    }

    private static long finalise(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
