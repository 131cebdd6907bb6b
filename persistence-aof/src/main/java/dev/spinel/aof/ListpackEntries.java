package dev.spinel.aof;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;

/**
 * Walks the entries of a listpack, the packed form of small collections, front to back.
 *
 * <p>Source: {@code listpack.md} by Salvatore Sanfilippo. One thread at a time; reused.
 */
final class ListpackEntries {
    private static final int HEADER_BYTES = 6;
    private static final int END = 0xFF;

    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];
    private byte[] array = new byte[0];
    private int at;

    /** Starts with the first entry of a listpack. */
    void start(Bytes listpack) {
        array = listpack.array();
        at = listpack.offset() + HEADER_BYTES;
    }

    boolean hasNext() {
        return unsigned(at) != END;
    }

    /** Points a view at the next entry, a number in its decimal form; valid until the next call. */
    void next(Bytes view) {
        int head = unsigned(at);
        int encodedBytes;
        if (head < 0x80) {
            encodedBytes = number(view, head, 1);
        } else if (head < 0xC0) {
            encodedBytes = string(view, 1, head & 0x3F);
        } else if (head < 0xE0) {
            encodedBytes = number(view, (((head & 0x1F) << 8) | unsigned(at + 1)) << 19 >> 19, 2);
        } else if (head < 0xF0) {
            encodedBytes = string(view, 2, (head & 0x0F) << 8 | unsigned(at + 1));
        } else if (head == 0xF0) {
            encodedBytes = string(view, 5, (int) littleEndian(4));
        } else if (head <= 0xF4) {
            int bytes = head == 0xF4 ? 8 : head - 0xEF;
            encodedBytes = number(view, littleEndian(bytes), 1 + bytes);
        } else {
            throw new IllegalArgumentException("listpack entry of kind " + head + " (expected: up to 244)");
        }
        at += encodedBytes + backlenBytes(encodedBytes);
    }

    private int string(Bytes view, int headBytes, int length) {
        view.set(array, at + headBytes, length);
        return headBytes + length;
    }

    private int number(Bytes view, long value, int encodedBytes) {
        view.set(digits, 0, Numbers.formatLong(value, digits, 0));
        return encodedBytes;
    }

    /** The signed number behind the head. */
    private long littleEndian(int bytes) {
        long value = array[at + bytes];
        for (int i = bytes - 1; i >= 1; i--) {
            value = value << 8 | unsigned(at + i);
        }
        return value;
    }

    private int unsigned(int index) {
        return array[index] & 0xFF;
    }

    /** Size of the length at the end of an entry; the thresholds are those of the format, off by one as they look. */
    private static int backlenBytes(int bytes) {
        if (bytes <= 127) {
            return 1;
        }
        if (bytes < 16383) {
            return 2;
        }
        if (bytes < 2097151) {
            return 3;
        }
        return bytes < 268435455 ? 4 : 5;
    }
}
