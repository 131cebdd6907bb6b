package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the entries of a small collection that is one run of bytes, one after the other. Trusts nothing: whatever would lead
 * out of the bytes ends it as {@link #isBroken}. One thread.
 */
abstract class PackedCursor {
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final Bytes[] elements = {new Bytes(), new Bytes()};
    private final byte[][] digits = new byte[2][Numbers.MAX_LONG_LENGTH];
    private int turn;
    private boolean isNumber;
    private long number;
    private byte[] array = digits[0];
    private int start;
    private int at;
    private int end;
    private boolean broken;

    /** Starts before the first entry. */
    final void start(Bytes packed) {
        array = packed.array();
        start = packed.offset();
        end = start + packed.length();
        broken = !acceptHeader(packed.length());
        if (!broken) {
            rewind();
        }
    }

    private void rewind() {
        at = start + headerBytes();
    }

    /** What messages call it. */
    abstract String formatName();

    /** Whether the header of {@code length} bytes in all is in order. */
    abstract boolean acceptHeader(int length);

    abstract int headerBytes();

    /** The number of entries that the header tells, or -1 if it does not. */
    abstract int headerCount();

    /** Reads the entry at hand, or tells that there is none any more. */
    abstract boolean readEntry();

    /**
     * Goes through all entries, and back to before the first.
     *
     * @return how many there are; -1 if something is broken, or not as many as the header tells
     */
    final int count() {
        if (broken) {
            return -1;
        }
        int count = 0;
        while (next()) {
            count++;
        }
        int told = headerCount();
        broken |= told >= 0 && told != count;
        rewind();
        return broken ? -1 : count;
    }

    /** Moves on; false behind the last entry and when something is broken. */
    final boolean next() {
        turn ^= 1;
        return !broken && has(1) && readEntry() && !broken;
    }

    /** Whether what was read so far is not what it should be. */
    final boolean isBroken() {
        return broken;
    }

    /** The current entry, an integer in its decimal form; valid until the move after the next. */
    final Bytes element() {
        return elements[turn];
    }

    /** Whether the current entry is stored as an integer. */
    final boolean isNumber() {
        return isNumber;
    }

    /** The value of an entry that is stored as an integer. */
    final long number() {
        return number;
    }

    /** Whether so many bytes are left; otherwise all is broken. */
    final boolean has(long bytes) {
        broken |= bytes < 0 || bytes > end - at;
        return !broken;
    }

    final boolean fail() {
        broken = true;
        return false;
    }

    /** Whether nothing comes after the byte at hand; otherwise all is broken. */
    final boolean isLastByte() {
        broken |= at != end - 1;
        return !broken;
    }

    /** Where the cursor is, in bytes from the start of the collection. */
    final int position() {
        return at - start;
    }

    final void skip(int bytes) {
        at += bytes;
    }

    /** The byte at a distance from where the cursor is; it must have been asked for with {@link #has}. */
    final int peek(int distance) {
        return array[at + distance] & 0xff;
    }

    final int peekShort(int distance) {
        return (short) SHORTS.get(array, at + distance);
    }

    final int peekInt(int distance) {
        return (int) INTS.get(array, at + distance);
    }

    final long peekLong(int distance) {
        return (long) LONGS.get(array, at + distance);
    }

    /** A 24-bit number. */
    final int peekMedium(int distance) {
        return (array[at + distance + 2] << Short.SIZE) | (peekShort(distance) & 0xffff);
    }

    final int headerByte() {
        return array[start] & 0xff;
    }

    final int headerShort(int offset) {
        return (short) SHORTS.get(array, start + offset) & 0xffff;
    }

    final int headerInt(int offset) {
        return (int) INTS.get(array, start + offset);
    }

    /** Takes the entry as a string of {@code length} bytes after {@code headBytes} others, and moves behind it. */
    final boolean takeString(int headBytes, long length) {
        if (length < 0 || !has(headBytes + length)) {
            return fail();
        }
        isNumber = false;
        elements[turn].set(array, at + headBytes, (int) length);
        at += headBytes + (int) length;
        return true;
    }

    /** Takes the entry as a number of {@code bytes} bytes in all, and moves behind it. */
    final boolean takeNumber(long value, int bytes) {
        isNumber = true;
        number = value;
        elements[turn].set(digits[turn], 0, Numbers.formatLong(value, digits[turn], 0));
        at += bytes;
        return true;
    }
}
