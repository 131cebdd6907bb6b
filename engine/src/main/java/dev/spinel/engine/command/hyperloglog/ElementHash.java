package dev.spinel.engine.command.hyperloglog;

import dev.spinel.api.data.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The hash of an element, and what it says to a sketch: which register, and which value.
 *
 * <p>MurmurHash64A by Austin Appleby (public domain) with the seed that Redis uses.
 */
final class ElementHash {
    private static final long MULTIPLIER = 0xC6A4A7935BD1E995L;
    private static final int SHIFT = 47;
    private static final long SEED = 0xADC83B19L;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** A bit above those of the hash that are left, so that a register never exceeds 51. */
    private static final long SENTINEL = 1L << (Long.SIZE - SketchLayout.REGISTER_INDEX_BITS);

    private ElementHash() {}

    static long of(Bytes element) {
        byte[] array = element.array();
        int length = element.length();
        int at = element.offset();
        int end = at + length;
        long hash = SEED ^ (length * MULTIPLIER);
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            long word = (long) WORDS.get(array, at) * MULTIPLIER;
            word ^= word >>> SHIFT;
            hash = (hash ^ word * MULTIPLIER) * MULTIPLIER;
        }
        if (at < end) {
            for (int i = end - 1; i >= at; i--) {
                hash ^= (array[i] & 0xFFL) << ((i - at) * Byte.SIZE);
            }
            hash *= MULTIPLIER;
        }
        hash ^= hash >>> SHIFT;
        hash *= MULTIPLIER;
        return hash ^ (hash >>> SHIFT);
    }

    /** The register of an element with this hash. */
    static int register(long hash) {
        return (int) hash & (SketchLayout.REGISTERS - 1);
    }

    /** What that register is to be at least, 1 to 51: one more than the number of zeros that follow the index. */
    static int value(long hash) {
        return Long.numberOfTrailingZeros((hash >>> SketchLayout.REGISTER_INDEX_BITS) | SENTINEL) + 1;
    }
}
