package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Makes listpacks, one after the other, in an array that is used again. One thread.
 *
 * <p>Source: {@code listpack.md} by Salvatore Sanfilippo.
 */
final class ListpackBuilder {
    private static final int HEADER_BYTES = 6;
    private static final int COUNT_OFFSET = 4;
    private static final int COUNT_UNKNOWN = 0xffff;
    private static final int MAX_ENTRY_OVERHEAD = 10;
    private static final int MAX_SHORT_STRING = 63;
    private static final int MAX_MEDIUM_STRING = 4095;
    private static final int INITIAL_BYTES = 256;
    private static final int MAX_KEPT_BYTES = 1 << 20;

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Bytes view = new Bytes();
    private byte[] array = new byte[INITIAL_BYTES];
    private int at;
    private int count;

    /** Starts a listpack; the one before is no longer valid. */
    ListpackBuilder begin() {
        if (array.length > MAX_KEPT_BYTES) {
            array = new byte[INITIAL_BYTES];
        }
        at = HEADER_BYTES;
        count = 0;
        return this;
    }

    /** Appends an entry, as an integer if it looks like one. */
    ListpackBuilder add(byte[] source, int offset, int length) {
        if (length <= Numbers.MAX_LONG_LENGTH && Numbers.isLong(source, offset, length)) {
            return add(Numbers.parseLong(source, offset, length));
        }
        ensure(length);
        int start = at;
        if (length <= MAX_SHORT_STRING) {
            array[at++] = (byte) (0x80 | length);
        } else if (length <= MAX_MEDIUM_STRING) {
            array[at++] = (byte) (0xE0 | (length >> Byte.SIZE));
            array[at++] = (byte) length;
        } else {
            array[at++] = (byte) 0xF0;
            INTS.set(array, at, length);
            at += Integer.BYTES;
        }
        System.arraycopy(source, offset, array, at, length);
        at += length;
        endEntry(start);
        return this;
    }

    /** Appends an integer. */
    ListpackBuilder add(long value) {
        ensure(0);
        int start = at;
        if (value >= 0 && value < 1 << 7) {
            array[at++] = (byte) value;
        } else if (value >= -(1 << 12) && value < 1 << 12) {
            array[at++] = (byte) (0xC0 | ((value >> Byte.SIZE) & 0x1f));
            array[at++] = (byte) value;
        } else if (value == (short) value) {
            array[at++] = (byte) 0xF1;
            SHORTS.set(array, at, (short) value);
            at += Short.BYTES;
        } else if (value >= -(1 << 23) && value < 1 << 23) {
            array[at++] = (byte) 0xF2;
            SHORTS.set(array, at, (short) value);
            array[at + Short.BYTES] = (byte) (value >> Short.SIZE);
            at += Short.BYTES + 1;
        } else if (value == (int) value) {
            array[at++] = (byte) 0xF3;
            INTS.set(array, at, (int) value);
            at += Integer.BYTES;
        } else {
            array[at++] = (byte) 0xF4;
            LONGS.set(array, at, value);
            at += Long.BYTES;
        }
        endEntry(start);
        return this;
    }

    private void ensure(int contentBytes) {
        // One byte more for the end mark.
        long needed = (long) at + contentBytes + MAX_ENTRY_OVERHEAD + 1 + Long.BYTES;
        if (needed > array.length) {
            array = Arrays.copyOf(
                    array, Math.toIntExact(Math.min(Math.max(needed, 2L * array.length), Integer.MAX_VALUE - 8)));
        }
    }

    /** Appends the length of an entry, which is read backwards: 7 bits a byte, the highest first. */
    private void endEntry(int start) {
        int length = at - start;
        int bytes = ListpackCursor.backwardLengthBytes(length);
        for (int i = bytes - 1; i >= 0; i--) {
            int seven = (length >> (7 * i)) & 0x7f;
            array[at++] = (byte) (i == bytes - 1 ? seven : seven | 0x80);
        }
        count++;
    }

    /** Ends the listpack; the view is valid until the next one begins. */
    Bytes end() {
        array[at++] = (byte) 0xff;
        INTS.set(array, 0, at);
        SHORTS.set(array, COUNT_OFFSET, (short) Math.min(count, COUNT_UNKNOWN));
        view.set(array, 0, at);
        return view;
    }
}
