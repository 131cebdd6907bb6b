package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;

/**
 * Bytes after their length, which takes 7 bits per byte, the lowest first, and the top bit in all but the last byte: the
 * part that records of large hashes and sets consist of. Engine thread only, as the owner of the array.
 */
final class PrefixedBytes {
    private PrefixedBytes() {}

    /** Size of a length and as many bytes. */
    static int size(int length) {
        return prefixBytes(length) + length;
    }

    /** The length, read at an index of the array. */
    static int length(byte[] array, int index) {
        int b = array[index];
        if (b >= 0) {
            return b;
        }
        int length = b & 0x7F;
        int shift = 7;
        int i = index;
        do {
            b = array[++i];
            length |= (b & 0x7F) << shift;
            shift += 7;
        } while (b < 0);
        return length;
    }

    /** Index of the first byte, from the index of the length and the length. */
    static int content(int index, int length) {
        return index + prefixBytes(length);
    }

    /** Writes the length and the bytes; returns the index behind them. */
    static int write(byte[] array, int index, Bytes source) {
        int length = source.length();
        int i = index;
        int rest = length;
        while (rest > 0x7F) {
            array[i++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[i++] = (byte) rest;
        System.arraycopy(source.array(), source.offset(), array, i, length);
        return i + length;
    }

    private static int prefixBytes(int length) {
        if (length < 1 << 7) {
            return 1;
        }
        if (length < 1 << 14) {
            return 2;
        }
        if (length < 1 << 21) {
            return 3;
        }
        return length < 1 << 28 ? 4 : 5;
    }
}
