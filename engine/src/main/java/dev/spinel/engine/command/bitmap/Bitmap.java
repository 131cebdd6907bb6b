package dev.spinel.engine.command.bitmap;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.Keyspace;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Bits of strings: bit 0 is the most significant one of the first byte.
 *
 * <p>Runs of bytes are worked on eight at a time, as big-endian words, so that the order of bits in a word is theirs in the
 * string.
 */
final class Bitmap {
    /** Views a byte array as longs at any index, the first byte in the most significant place. */
    static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Bitmap() {}

    /** The bit at a position, 0 or 1; 0 beyond the end. */
    static int bit(Bytes bytes, long position) {
        long index = position >>> 3;
        return index < bytes.length() ? bytes.at((int) index) >>> (7 - (position & 7)) & 1 : 0;
    }

    /** The number of set bits in {@code length} bytes. */
    static long count(byte[] array, int offset, int length) {
        long count = 0;
        int end = offset + length;
        int at = offset;
        for (; at <= end - Long.BYTES; at += Long.BYTES) {
            count += Long.bitCount((long) WORDS.get(array, at));
        }
        for (; at < end; at++) {
            count += Integer.bitCount(array[at] & 0xFF);
        }
        return count;
    }

    /** The number of set bits from one position to another, both included; they lie in the string. */
    static long count(Bytes bytes, long first, long last) {
        int firstByte = (int) (first >>> 3);
        int lastByte = (int) (last >>> 3);
        int before = bytes.at(firstByte) & ~(0xFF >>> (first & 7)) & 0xFF;
        int after = bytes.at(lastByte) & 0x7F >>> (last & 7);
        return count(bytes.array(), bytes.offset() + firstByte, lastByte - firstByte + 1)
                - Integer.bitCount(before)
                - Integer.bitCount(after);
    }

    /** The first position from one to another, both included and in the string, that holds a bit; -1 without. */
    static long find(Bytes bytes, long first, long last, boolean set) {
        byte[] array = bytes.array();
        int at = bytes.offset() + (int) (first >>> 3);
        int end = bytes.offset() + (int) (last >>> 3) + 1;
        // Turned so that the bit to find is a 1; those before the first position are cleared.
        int flip = set ? 0 : 0xFF;
        int head = (array[at] ^ flip) & 0xFF >>> (first & 7);
        if (head == 0) {
            at++;
            long plain = set ? 0 : -1;
            while (at <= end - Long.BYTES && (long) WORDS.get(array, at) == plain) {
                at += Long.BYTES;
            }
            while (at < end && (head = (array[at] ^ flip) & 0xFF) == 0) {
                at++;
            }
            if (at >= end) {
                return -1;
            }
        }
        long found =
                (long) (at - bytes.offset()) << 3 | (Integer.numberOfLeadingZeros(head) - (Integer.SIZE - Byte.SIZE));
        return found <= last ? found : -1;
    }

    /**
     * The string of argument 1 for changing, long enough to have a bit at a position, filled up with zero bytes, and
     * stored as plain bytes, as Redis stores whatever a bit command writes to.
     *
     * @throws dev.spinel.api.error.CommandException WRONGTYPE
     */
    static StringValue writable(Call call, Keyspace keys, long position) {
        int length = (int) (position >>> 3) + 1;
        StringValue value = keys.modifyOrCreate(ValueType.STRING, call.arg(1));
        if (value.length() < length) {
            value.resize(length);
        } else {
            int last = value.length() - 1;
            value.setByte(last, value.bytes().at(last));
        }
        return value;
    }
}
