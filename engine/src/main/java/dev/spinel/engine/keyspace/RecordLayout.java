package dev.spinel.engine.keyspace;

import dev.spinel.api.data.ValueType;
import dev.spinel.engine.value.HashView;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Layout of the record of a key.
 *
 * <pre>
 *  0        1              4       5            5+k          5+k+v       +8 if flagged
 *  +--------+--------------+-------+------------+------------+-----------+-----+-------+
 *  | type 4 | access clock | flags | key length | val length | expiry ms | key | value |
 *  | enc. 4 | 24 bits      |       | k = 1 or 4 | v = 1 or 4 | 0 or 8    |     |       |
 *  +--------+--------------+-------+------------+------------+-----------+-----+-------+
 * </pre>
 *
 * <p>Lengths up to 255 take one byte, others four; numbers are little-endian. A short string key with a short value thus
 * has 7 bytes besides its contents.
 */
final class RecordLayout {
    static final int FLAGS_OFFSET = 4;
    static final int LENGTHS_OFFSET = 5;
    static final int HAS_EXPIRY = 1;
    static final int WIDE_KEY = 2;
    static final int WIDE_VALUE = 4;
    static final int MAX_NARROW = 255;

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private RecordLayout() {}

    static int type(byte[] chunk, int record) {
        return (chunk[record] >> 4) & 0xf;
    }

    static int encoding(byte[] chunk, int record) {
        return chunk[record] & 0xf;
    }

    static void typeAndEncoding(byte[] chunk, int record, int type, int encoding) {
        chunk[record] = (byte) (type << 4 | encoding);
    }

    /** Whether the value is a hash some field of which has a time to live. */
    static boolean hasExpiringFields(byte[] chunk, int record) {
        return type(chunk, record) == ValueType.HASH.id() && HashView.hasExpiringFields(encoding(chunk, record));
    }

    static int clock(byte[] chunk, int record) {
        return (chunk[record + 1] & 0xff) | (chunk[record + 2] & 0xff) << 8 | (chunk[record + 3] & 0xff) << 16;
    }

    static void clock(byte[] chunk, int record, int clock) {
        chunk[record + 1] = (byte) clock;
        chunk[record + 2] = (byte) (clock >> 8);
        chunk[record + 3] = (byte) (clock >> 16);
    }

    static int flags(byte[] chunk, int record) {
        return chunk[record + FLAGS_OFFSET];
    }

    /** The flags of a record with these lengths. */
    static int flagsFor(int keyLength, int valueLength, boolean expiry) {
        return (expiry ? HAS_EXPIRY : 0)
                | (keyLength > MAX_NARROW ? WIDE_KEY : 0)
                | (valueLength > MAX_NARROW ? WIDE_VALUE : 0);
    }

    static int keyLength(byte[] chunk, int record, int flags) {
        return (flags & WIDE_KEY) == 0
                ? chunk[record + LENGTHS_OFFSET] & 0xff
                : readInt(chunk, record + LENGTHS_OFFSET);
    }

    static int valueLength(byte[] chunk, int record, int flags) {
        int at = record + valueLengthOffset(flags);
        return (flags & WIDE_VALUE) == 0 ? chunk[at] & 0xff : readInt(chunk, at);
    }

    static void keyLength(byte[] chunk, int record, int flags, int length) {
        if ((flags & WIDE_KEY) == 0) {
            chunk[record + LENGTHS_OFFSET] = (byte) length;
        } else {
            writeInt(chunk, record + LENGTHS_OFFSET, length);
        }
    }

    static void valueLength(byte[] chunk, int record, int flags, int length) {
        int at = record + valueLengthOffset(flags);
        if ((flags & WIDE_VALUE) == 0) {
            chunk[at] = (byte) length;
        } else {
            writeInt(chunk, at, length);
        }
    }

    /** Where the length of the value stands, relative to the record. */
    static int valueLengthOffset(int flags) {
        return LENGTHS_OFFSET + ((flags & WIDE_KEY) == 0 ? 1 : 4);
    }

    /** Where the expiry stands if there is one, relative to the record. */
    static int expiryOffset(int flags) {
        return valueLengthOffset(flags) + ((flags & WIDE_VALUE) == 0 ? 1 : 4);
    }

    /** Where the key stands, relative to the record. */
    static int keyOffset(int flags) {
        return expiryOffset(flags) + ((flags & HAS_EXPIRY) == 0 ? 0 : 8);
    }

    static long expiry(byte[] chunk, int record, int flags) {
        return (long) LONG.get(chunk, record + expiryOffset(flags));
    }

    static void expiry(byte[] chunk, int record, int flags, long unixMillis) {
        LONG.set(chunk, record + expiryOffset(flags), unixMillis);
    }

    /** Size in bytes of a record. */
    static int size(int flags, int keyLength, int valueLength) {
        return keyOffset(flags) + keyLength + valueLength;
    }

    private static int readInt(byte[] chunk, int at) {
        return (int) INT.get(chunk, at);
    }

    private static void writeInt(byte[] chunk, int at, int value) {
        INT.set(chunk, at, value);
    }
}
