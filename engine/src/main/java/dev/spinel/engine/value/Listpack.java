package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * A sequence of byte strings and integers in one run of bytes, in the format of Redis, to the byte.
 *
 * <p>A listpack starts at some index of an array, its {@code start}. A {@code position} is the index of an entry in the
 * array, or of the end mark behind the last one. A change takes place within the array, which must have room for it:
 * callers compute the new size, see to the room, and then change. Positions before the change stay what they are; when
 * the bytes move to another array, the caller moves its positions along. Arguments must not lie in the listpack that is
 * changed. Engine thread only, as the owner of the array.
 *
 * <p>Source: {@code listpack.md} by Salvatore Sanfilippo, and the payloads that redis-server 7.0 dumps.
 */
final class Listpack {
    /*
     *   listpack  | total bytes: u32 | entries: u16 | entry | entry | ... | 0xFF |     numbers are little-endian
     *   entry     | encoding and content | length of that, readable backwards |
     *
     *   0xxxxxxx                     integer 0 to 127
     *   10llllll content             string of up to 63 bytes
     *   110xxxxx xxxxxxxx            integer of 13 bits, high bits first
     *   1110llll llllllll content    string of up to 4095 bytes, high bits of the length first
     *   11110000 u32 content         longer string
     *   11110001 .. 11110100         integer of 16, 24, 32, 64 bits follows
     *
     * The length at the end has 7 bits per byte, the highest first; all bytes but the first have the top bit set, so that
     * a reader who comes from behind knows when to stop. Its own size follows from thresholds that are off by one from
     * what 7 bits hold, and must be kept. 65535 entries stands for "so many or more".
     *
     * What looks like the decimal form of a 64-bit integer is always stored as an integer in the shortest encoding, hence
     * a string that is the same as an integer need not be compared with strings. (Readers accept a foreign listpack that
     * has it as a string.)
     *
     * Example: the elements "1" and "abc" are these 14 bytes: 0E 00 00 00  02 00  01 01  83 61 62 63 04  FF
     */

    /** Size of an empty listpack. */
    static final int EMPTY_BYTES = 7;

    /** A listpack must not grow beyond this. */
    static final int MAX_BYTES = 1 << 30;

    /** The position that does not exist. */
    static final int NONE = -1;

    private static final int HEADER_BYTES = 6;
    private static final int COUNT_OFFSET = 4;
    private static final int COUNT_UNKNOWN = 0xFFFF;
    private static final byte END = (byte) 0xFF;

    private static final int SHORT_STRING = 0x80;
    private static final int INT_13 = 0xC0;
    private static final int MEDIUM_STRING = 0xE0;
    private static final int LONG_STRING = 0xF0;
    private static final int INT_16 = 0xF1;
    private static final int INT_24 = 0xF2;
    private static final int INT_32 = 0xF3;
    private static final int INT_64 = 0xF4;

    private static final int MAX_SHORT_STRING = 63;
    private static final int MAX_MEDIUM_STRING = 4095;

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Listpack() {}

    /** Writes an empty listpack of {@link #EMPTY_BYTES}. */
    static void init(byte[] array, int start) {
        setTotalBytes(array, start, EMPTY_BYTES);
        setHeaderCount(array, start, 0);
        array[start + HEADER_BYTES] = END;
    }

    /** Size of the whole listpack. */
    static int totalBytes(byte[] array, int start) {
        return (int) INTS.get(array, start);
    }

    /** Number of entries. O(1) below 65535 entries, O(n) above. */
    static int count(byte[] array, int start) {
        int count = headerCount(array, start);
        if (count != COUNT_UNKNOWN) {
            return count;
        }
        count = 0;
        for (int position = first(start); !isEnd(array, position); position = next(array, position)) {
            count++;
        }
        return count;
    }

    static boolean isEmpty(byte[] array, int start) {
        return isEnd(array, first(start));
    }

    /**
     * Checks bytes that came from outside. Only what passes may be given to the other methods. O(n).
     *
     * @return the number of entries, or {@link #NONE} if the bytes are not exactly one well-formed listpack
     */
    static int check(byte[] array, int start, int length) {
        if (length < EMPTY_BYTES || length > MAX_BYTES || totalBytes(array, start) != length) {
            return NONE;
        }
        int end = start + length - 1;
        int position = start + HEADER_BYTES;
        int count = 0;
        while (position < end) {
            int bytes = encodedBytesWithin(array, position, end);
            if (bytes == NONE || bytes + backlenBytes(bytes) > end - position || !isBacklen(array, position, bytes)) {
                return NONE;
            }
            position += bytes + backlenBytes(bytes);
            count++;
        }
        int declared = headerCount(array, start);
        return array[end] == END && (declared == count || declared == COUNT_UNKNOWN) ? count : NONE;
    }

    /** As {@link #encodedBytes} of bytes that may be anything: {@link #NONE} if that is no entry that ends before an index. */
    private static int encodedBytesWithin(byte[] array, int position, int end) {
        int head = array[position] & 0xFF;
        if (head > INT_64) {
            return NONE;
        }
        int headBytes = head < MEDIUM_STRING ? 1 : head < LONG_STRING ? 2 : head == LONG_STRING ? 5 : 1;
        if (headBytes > end - position || (head == LONG_STRING && contentLength(array, position) < 0)) {
            return NONE;
        }
        long bytes = head == LONG_STRING ? 5L + contentLength(array, position) : encodedBytes(array, position);
        return bytes > end - position ? NONE : (int) bytes;
    }

    /** Whether the length that {@link #writeBacklen} writes follows an entry. */
    private static boolean isBacklen(byte[] array, int position, int bytes) {
        int index = position + bytes;
        int rest = bytes;
        for (int i = index + backlenBytes(bytes) - 1; i > index; i--) {
            if (array[i] != (byte) (rest | 0x80)) {
                return false;
            }
            rest >>>= 7;
        }
        return array[index] == (byte) rest;
    }

    /**
     * Whether the entries of a checked listpack differ, or, of pairs, the first ones. O(n squared).
     *
     * @param step 1 for single entries, 2 for pairs
     */
    static boolean isDistinct(byte[] array, int start, int step) {
        Bytes entry = new Bytes();
        byte[] scratch = new byte[Numbers.MAX_LONG_LENGTH];
        for (int position = first(start); !isEnd(array, position); ) {
            view(array, position, entry, scratch);
            position = skip(array, position, step);
            if (find(array, position, entry, step - 1) != NONE) {
                return false;
            }
        }
        return true;
    }

    /** Position of the first entry, or of the end mark of an empty listpack. */
    static int first(int start) {
        return start + HEADER_BYTES;
    }

    /** Position of the end mark. */
    static int end(byte[] array, int start) {
        return start + totalBytes(array, start) - 1;
    }

    /** Position of the last entry, {@link #NONE} in an empty listpack. */
    static int last(byte[] array, int start) {
        return previous(array, start, end(array, start));
    }

    static boolean isEnd(byte[] array, int position) {
        return array[position] == END;
    }

    /** Position of the entry after one, or of the end mark. */
    static int next(byte[] array, int position) {
        int bytes = encodedBytes(array, position);
        return position + bytes + backlenBytes(bytes);
    }

    /** Position after {@code count} entries from a position on, all of which must exist. */
    static int skip(byte[] array, int position, int count) {
        int result = position;
        for (int i = 0; i < count; i++) {
            result = next(array, result);
        }
        return result;
    }

    /** Position of the entry before an entry or the end mark, {@link #NONE} before the first. */
    static int previous(byte[] array, int start, int position) {
        if (position == start + HEADER_BYTES) {
            return NONE;
        }
        int index = position - 1;
        int bytes = array[index] & 0x7F;
        for (int shift = 7; array[index] < 0; shift += 7) {
            bytes |= (array[--index] & 0x7F) << shift;
        }
        return index - bytes;
    }

    /** Position of the entry with an index from 0, which must exist; searched from the nearer end. O(n). */
    static int seek(byte[] array, int start, int index) {
        int count = headerCount(array, start);
        if (count == COUNT_UNKNOWN || index <= count / 2) {
            return skip(array, first(start), index);
        }
        int position = end(array, start);
        for (int i = count; i > index; i--) {
            position = previous(array, start, position);
        }
        return position;
    }

    /** Whether an entry is stored as an integer. */
    static boolean isInteger(byte[] array, int position) {
        int head = array[position] & 0xFF;
        return head < SHORT_STRING || (head >= INT_13 && head < MEDIUM_STRING) || head >= INT_16;
    }

    /** The value of an entry that is stored as an integer. */
    static long integer(byte[] array, int position) {
        int head = array[position] & 0xFF;
        if (head < SHORT_STRING) {
            return head;
        }
        if (head < MEDIUM_STRING) {
            // Shifting left and back extends the sign.
            int extended = ((head & 0x1F) << 8 | (array[position + 1] & 0xFF)) << 19 >> 19;
            return extended;
        }
        return switch (head) {
            case INT_16 -> (short) SHORTS.get(array, position + 1);
            case INT_24 -> array[position + 3] << 16 | ((short) SHORTS.get(array, position + 1) & 0xFFFF);
            case INT_32 -> (int) INTS.get(array, position + 1);
            case INT_64 -> (long) LONGS.get(array, position + 1);
            default -> throw notAnEntry(head, position);
        };
    }

    /** Points a view at the bytes of an entry; those of an integer are written to {@code scratch} first. */
    static void view(byte[] array, int position, Bytes view, byte[] scratch) {
        if (isInteger(array, position)) {
            int length = Numbers.formatLong(integer(array, position), scratch, 0);
            view.set(scratch, 0, length);
        } else {
            view.set(array, content(array, position), contentLength(array, position));
        }
    }

    /** Length of the bytes of an entry, the decimal form of an integer. */
    static int length(byte[] array, int position) {
        return isInteger(array, position)
                ? Numbers.lengthOfLong(integer(array, position))
                : contentLength(array, position);
    }

    /** Whether an entry has these bytes. */
    static boolean contentEquals(byte[] array, int position, Bytes other) {
        if (isInteger(array, position)) {
            return Numbers.isLong(other) && integer(array, position) == Numbers.parseLong(other);
        }
        return other.contentEquals(array, content(array, position), contentLength(array, position));
    }

    /**
     * Searches entries for bytes, from a position on; every entry compared is followed by {@code skip} others that are
     * not. O(n).
     *
     * @return the position, {@link #NONE} when no entry compared has the bytes
     */
    static int find(byte[] array, int from, Bytes sought, int skip) {
        int length = sought.length();
        // For an empty string, the byte before the content: the one that encodes it.
        byte last = length == 0 ? (byte) SHORT_STRING : sought.at(length - 1);
        boolean number = Numbers.isLong(sought);
        long value = number ? Numbers.parseLong(sought) : 0;
        int position = from;
        while (array[position] != END) {
            int head = array[position] & 0xFF;
            if (head >= SHORT_STRING && head < INT_13) {
                int contentLength = head & MAX_SHORT_STRING;
                // Fields of a hash often begin alike, hence a look at the last byte before the whole comparison.
                if (contentLength == length
                        && array[position + length] == last
                        && sought.contentEquals(array, position + 1, length)) {
                    return position;
                }
                // The length is below 128, so the one behind the content has a single byte.
                position += contentLength + 2;
            } else {
                if (isInteger(array, position)) {
                    if (number && integer(array, position) == value) {
                        return position;
                    }
                } else if (sought.contentEquals(array, content(array, position), contentLength(array, position))) {
                    return position;
                }
                position = next(array, position);
            }
            for (int i = 0; i < skip; i++) {
                position = next(array, position);
            }
        }
        return NONE;
    }

    /** Size of an entry with these bytes. */
    static int entryBytes(Bytes content) {
        if (Numbers.isLong(content)) {
            return entryBytes(Numbers.parseLong(content));
        }
        int length = content.length();
        int bytes = stringHeadBytes(length) + length;
        return bytes + backlenBytes(bytes);
    }

    /** Size of an entry with an integer. */
    static int entryBytes(long value) {
        // Less than 64 bytes take one byte for the length behind them.
        return integerBytes(value) + 1;
    }

    /** Size of the entry at a position. */
    static int entryBytesAt(byte[] array, int position) {
        int bytes = encodedBytes(array, position);
        return bytes + backlenBytes(bytes);
    }

    /** Inserts before a position; {@link #entryBytes(Bytes)} of room are needed. O(n) to move what follows. */
    static void insert(byte[] array, int start, int position, Bytes content) {
        byte[] source = content.array();
        int offset = content.offset();
        int length = content.length();
        if (Numbers.isLong(source, offset, length)) {
            insert(array, start, position, Numbers.parseLong(source, offset, length));
            return;
        }
        int bytes = stringHeadBytes(length) + length;
        open(array, start, position, bytes + backlenBytes(bytes));
        writeString(array, position, source, offset, length);
        changeCount(array, start, 1);
    }

    /** Inserts an integer before a position; {@link #entryBytes(long)} of room are needed. */
    static void insert(byte[] array, int start, int position, long value) {
        open(array, start, position, entryBytes(value));
        writeInteger(array, position, value);
        changeCount(array, start, 1);
    }

    /** Adds at the end; {@link #entryBytes(Bytes)} of room are needed. O(1). */
    static void append(byte[] array, int start, Bytes content) {
        insert(array, start, end(array, start), content);
    }

    /** Adds an integer at the end; {@link #entryBytes(long)} of room are needed. O(1). */
    static void append(byte[] array, int start, long value) {
        insert(array, start, end(array, start), value);
    }

    /** Replaces an entry; the difference of {@link #entryBytes(Bytes)} and {@link #entryBytesAt} is needed as room. */
    static void replace(byte[] array, int start, int position, Bytes content) {
        byte[] source = content.array();
        int offset = content.offset();
        int length = content.length();
        if (Numbers.isLong(source, offset, length)) {
            replace(array, start, position, Numbers.parseLong(source, offset, length));
            return;
        }
        int bytes = stringHeadBytes(length) + length;
        resizeEntry(array, start, position, bytes + backlenBytes(bytes));
        writeString(array, position, source, offset, length);
    }

    /** Replaces an entry by an integer, as {@link #replace(byte[], int, int, Bytes)}. */
    static void replace(byte[] array, int start, int position, long value) {
        resizeEntry(array, start, position, entryBytes(value));
        writeInteger(array, position, value);
    }

    /** Removes the entries from a position up to another one, {@code count} of them. O(n) to move what follows. */
    static void remove(byte[] array, int start, int from, int to, int count) {
        open(array, start, to, from - to);
        changeCount(array, start, -count);
    }

    /** Removes {@code count} entries from a position on, all of which must exist. */
    static void remove(byte[] array, int start, int position, int count) {
        remove(array, start, position, skip(array, position, count), count);
    }

    /**
     * Adds at the front by moving the start, so that nothing else moves; {@link #entryBytes(Bytes)} of room are needed
     * before it. O(1).
     *
     * @return the new start
     */
    static int prepend(byte[] array, int start, Bytes content) {
        int bytes = entryBytes(content);
        int moved = start - bytes;
        int total = totalBytes(array, start);
        int count = headerCount(array, start);
        setTotalBytes(array, moved, total + bytes);
        setHeaderCount(array, moved, count);
        write(array, first(moved), content);
        changeCount(array, moved, 1);
        return moved;
    }

    /**
     * Removes the first entry by moving the start, so that nothing else moves. O(1).
     *
     * @return the new start
     */
    static int removeFirst(byte[] array, int start) {
        int bytes = entryBytesAt(array, first(start));
        int moved = start + bytes;
        int total = totalBytes(array, start);
        int count = headerCount(array, start);
        setTotalBytes(array, moved, total - bytes);
        setHeaderCount(array, moved, count);
        changeCount(array, moved, -1);
        return moved;
    }

    /** Writes a listpack of the {@code count} entries that another one has from a position up to another position. */
    static void copy(byte[] array, int from, int to, int count, byte[] target, int targetStart) {
        int bytes = to - from;
        setTotalBytes(target, targetStart, EMPTY_BYTES + bytes);
        setHeaderCount(target, targetStart, Math.min(count, COUNT_UNKNOWN));
        System.arraycopy(array, from, target, first(targetStart), bytes);
        target[first(targetStart) + bytes] = END;
    }

    private static void write(byte[] array, int position, Bytes content) {
        byte[] source = content.array();
        int offset = content.offset();
        int length = content.length();
        if (Numbers.isLong(source, offset, length)) {
            writeInteger(array, position, Numbers.parseLong(source, offset, length));
        } else {
            writeString(array, position, source, offset, length);
        }
    }

    /** Moves everything from a position to the end by some bytes, backwards when negative; updates the total. */
    private static void open(byte[] array, int start, int position, int bytes) {
        int total = totalBytes(array, start);
        System.arraycopy(array, position, array, position + bytes, start + total - position);
        setTotalBytes(array, start, total + bytes);
    }

    private static void resizeEntry(byte[] array, int start, int position, int bytes) {
        int oldBytes = entryBytesAt(array, position);
        if (bytes != oldBytes) {
            open(array, start, position + oldBytes, bytes - oldBytes);
        }
    }

    private static void writeString(byte[] array, int position, byte[] source, int offset, int length) {
        int content = position;
        if (length <= MAX_SHORT_STRING) {
            array[content++] = (byte) (SHORT_STRING | length);
        } else if (length <= MAX_MEDIUM_STRING) {
            array[content++] = (byte) (MEDIUM_STRING | length >> 8);
            array[content++] = (byte) length;
        } else {
            array[content++] = (byte) LONG_STRING;
            INTS.set(array, content, length);
            content += Integer.BYTES;
        }
        System.arraycopy(source, offset, array, content, length);
        writeBacklen(array, content + length, content + length - position);
    }

    private static void writeInteger(byte[] array, int position, long value) {
        int bytes = integerBytes(value);
        switch (bytes) {
            case 1 -> array[position] = (byte) value;
            case 2 -> {
                array[position] = (byte) (INT_13 | (value >> 8 & 0x1F));
                array[position + 1] = (byte) value;
            }
            case 3 -> {
                array[position] = (byte) INT_16;
                SHORTS.set(array, position + 1, (short) value);
            }
            case 4 -> {
                array[position] = (byte) INT_24;
                SHORTS.set(array, position + 1, (short) value);
                array[position + 3] = (byte) (value >> 16);
            }
            case 5 -> {
                array[position] = (byte) INT_32;
                INTS.set(array, position + 1, (int) value);
            }
            default -> {
                array[position] = (byte) INT_64;
                LONGS.set(array, position + 1, value);
            }
        }
        array[position + bytes] = (byte) bytes;
    }

    private static int integerBytes(long value) {
        if (value >= 0 && value <= 127) {
            return 1;
        }
        if (value >= -4096 && value <= 4095) {
            return 2;
        }
        if (value == (short) value) {
            return 3;
        }
        if (value >= -(1 << 23) && value < 1 << 23) {
            return 4;
        }
        return value == (int) value ? 5 : 9;
    }

    private static int stringHeadBytes(int length) {
        return length <= MAX_SHORT_STRING ? 1 : length <= MAX_MEDIUM_STRING ? 2 : 5;
    }

    /** Size of encoding and content of the entry at a position. */
    private static int encodedBytes(byte[] array, int position) {
        int head = array[position] & 0xFF;
        if (head < SHORT_STRING) {
            return 1;
        }
        if (head < INT_13) {
            return 1 + (head & MAX_SHORT_STRING);
        }
        if (head < MEDIUM_STRING) {
            return 2;
        }
        if (head < LONG_STRING) {
            return 2 + contentLength(array, position);
        }
        return switch (head) {
            case LONG_STRING -> 5 + contentLength(array, position);
            case INT_16 -> 3;
            case INT_24 -> 4;
            case INT_32 -> 5;
            case INT_64 -> 9;
            default -> throw notAnEntry(head, position);
        };
    }

    /** Index of the first byte of a string. */
    private static int content(byte[] array, int position) {
        int head = array[position] & 0xFF;
        return position + (head < INT_13 ? 1 : head < LONG_STRING ? 2 : 5);
    }

    /** Length of a string. */
    private static int contentLength(byte[] array, int position) {
        int head = array[position] & 0xFF;
        if (head < INT_13) {
            return head & MAX_SHORT_STRING;
        }
        return head < LONG_STRING
                ? (head & 0x0F) << 8 | (array[position + 1] & 0xFF)
                : (int) INTS.get(array, position + 1);
    }

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

    private static void writeBacklen(byte[] array, int index, int bytes) {
        int rest = bytes;
        for (int i = index + backlenBytes(bytes) - 1; i > index; i--) {
            array[i] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        array[index] = (byte) rest;
    }

    private static int headerCount(byte[] array, int start) {
        return (short) SHORTS.get(array, start + COUNT_OFFSET) & 0xFFFF;
    }

    private static void setHeaderCount(byte[] array, int start, int count) {
        SHORTS.set(array, start + COUNT_OFFSET, (short) count);
    }

    private static void changeCount(byte[] array, int start, int difference) {
        int count = headerCount(array, start);
        if (count != COUNT_UNKNOWN) {
            setHeaderCount(array, start, count + difference);
        }
    }

    private static void setTotalBytes(byte[] array, int start, int bytes) {
        INTS.set(array, start, bytes);
    }

    private static IllegalStateException notAnEntry(int head, int position) {
        return new IllegalStateException("no listpack entry starts with byte " + head + ", at index " + position);
    }
}
