package dev.spinel.engine.value;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A sorted set of 64-bit integers in one run of bytes, in the format of Redis, to the byte.
 *
 * <p>An intset starts at some index of an array. A change takes place within the array, which must have room for it: see
 * {@link #bytesWith}. Engine thread only, as the owner of the array.
 */
final class Intset {
    /*
     *   intset  | bytes per number: u32, 2 or 4 or 8 | count: u32 | number | number | ...     all little-endian
     *
     * The width is that of the number that needs most, and never decreases again. A number that needs more than the width
     * lies outside the range of all others: it becomes the first or the last one.
     */

    /** Size of an empty intset. */
    static final int EMPTY_BYTES = 8;

    private static final int COUNT_OFFSET = 4;
    private static final int NUMBERS_OFFSET = 8;

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Intset() {}

    /** Writes an empty intset of {@link #EMPTY_BYTES}. */
    static void init(byte[] array, int start) {
        INTS.set(array, start, Short.BYTES);
        INTS.set(array, start + COUNT_OFFSET, 0);
    }

    /** Whether bytes that came from outside are exactly one well-formed intset. O(n). */
    static boolean isValid(byte[] array, int start, int length) {
        if (length < EMPTY_BYTES) {
            return false;
        }
        int width = width(array, start);
        int count = count(array, start);
        boolean knownWidth = width == Short.BYTES || width == Integer.BYTES || width == Long.BYTES;
        if (!knownWidth || count < 0 || NUMBERS_OFFSET + (long) count * width != length) {
            return false;
        }
        for (int i = 1; i < count; i++) {
            if (at(array, start, width, i - 1) >= at(array, start, width, i)) {
                return false;
            }
        }
        return true;
    }

    static int count(byte[] array, int start) {
        return (int) INTS.get(array, start + COUNT_OFFSET);
    }

    /** Size of the whole intset. */
    static int totalBytes(byte[] array, int start) {
        return NUMBERS_OFFSET + count(array, start) * width(array, start);
    }

    /** The number at an index from 0 in ascending order. */
    static long at(byte[] array, int start, int index) {
        return at(array, start, width(array, start), index);
    }

    /** Index of a number; if it is absent {@code -1 - i}, where i is the index at which it would be. O(log n). */
    static int search(byte[] array, int start, long number) {
        int width = width(array, start);
        int low = 0;
        int high = count(array, start) - 1;
        if (widthOf(number) > width) {
            return number < 0 ? -1 : -2 - high;
        }
        while (low <= high) {
            int middle = (low + high) >>> 1;
            long found = at(array, start, width, middle);
            if (found < number) {
                low = middle + 1;
            } else if (found > number) {
                high = middle - 1;
            } else {
                return middle;
            }
        }
        return -1 - low;
    }

    /** Size of the intset with a further number. */
    static int bytesWith(byte[] array, int start, long number) {
        return NUMBERS_OFFSET + (count(array, start) + 1) * Math.max(width(array, start), widthOf(number));
    }

    /** Inserts an absent number at the index where it belongs; {@link #bytesWith} of room are needed. O(n). */
    static void insert(byte[] array, int start, int index, long number) {
        int width = width(array, start);
        int count = count(array, start);
        int newWidth = widthOf(number);
        if (newWidth > width) {
            // From the end, as the numbers move towards it.
            int shift = index == 0 ? 1 : 0;
            for (int i = count - 1; i >= 0; i--) {
                write(array, start, newWidth, i + shift, at(array, start, width, i));
            }
            INTS.set(array, start, newWidth);
            width = newWidth;
        } else {
            int from = start + NUMBERS_OFFSET + index * width;
            System.arraycopy(array, from, array, from + width, (count - index) * width);
        }
        write(array, start, width, index, number);
        INTS.set(array, start + COUNT_OFFSET, count + 1);
    }

    /** Removes the number at an index. O(n). */
    static void remove(byte[] array, int start, int index) {
        int width = width(array, start);
        int count = count(array, start);
        int to = start + NUMBERS_OFFSET + index * width;
        System.arraycopy(array, to + width, array, to, (count - index - 1) * width);
        INTS.set(array, start + COUNT_OFFSET, count - 1);
    }

    private static int width(byte[] array, int start) {
        return (int) INTS.get(array, start);
    }

    private static int widthOf(long number) {
        if (number == (short) number) {
            return Short.BYTES;
        }
        return number == (int) number ? Integer.BYTES : Long.BYTES;
    }

    private static long at(byte[] array, int start, int width, int index) {
        int position = start + NUMBERS_OFFSET + index * width;
        return switch (width) {
            case Short.BYTES -> (short) SHORTS.get(array, position);
            case Integer.BYTES -> (int) INTS.get(array, position);
            default -> (long) LONGS.get(array, position);
        };
    }

    private static void write(byte[] array, int start, int width, int index, long number) {
        int position = start + NUMBERS_OFFSET + index * width;
        switch (width) {
            case Short.BYTES -> SHORTS.set(array, position, (short) number);
            case Integer.BYTES -> INTS.set(array, position, (int) number);
            default -> LONGS.set(array, position, number);
        }
    }
}
