package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Writes the elements of the RDB format: bytes, lengths, strings; and sums them up.
 *
 * <p>One thread. Allocates nothing but room for compressed strings, which is kept up to a limit.
 */
final class RdbOutput {
    private static final int BUFFER_BYTES = 1 << 14;
    private static final int MAX_LENGTH_BYTES = 9;
    private static final int MIN_COMPRESSED_BYTES = 20;
    /** Compression needs as much room again as the string has. */
    private static final int MAX_COMPRESSIBLE_BYTES = 4 << 20;

    private static final int MIN_COMPRESSION_GAIN = 4;
    /** The longest string that may be the decimal form of an integer of 32 bits. */
    private static final int MAX_INT_LENGTH = 11;

    private static final int MAX_KEPT_BYTES = 1 << 20;
    private static final int MAX_LENGTH_6_BITS = 1 << 6;
    private static final int MAX_LENGTH_14_BITS = 1 << 14;
    private static final int LENGTH_14_BITS = 0x40;

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle BIG_LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final OutputStream out;
    private final boolean compressing;
    private final boolean summing;
    private final Lzf lzf = new Lzf();
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];
    private byte[] compressed = new byte[0];
    private int at;
    private long sum;

    /**
     * An output.
     *
     * @param compressing whether strings of more than 20 bytes and up to 4 MiB are compressed if that saves anything
     * @param summing whether to compute {@link #checksum}
     */
    RdbOutput(OutputStream out, boolean compressing, boolean summing) {
        this.out = out;
        this.compressing = compressing;
        this.summing = summing;
    }

    private void ensure(int count) throws IOException {
        if (buffer.length - at < count) {
            drain();
        }
    }

    private void drain() throws IOException {
        if (summing) {
            sum = Crc64.update(sum, buffer, 0, at);
        }
        out.write(buffer, 0, at);
        at = 0;
    }

    /** Hands everything on and flushes the stream. */
    void flush() throws IOException {
        drain();
        out.flush();
    }

    /** The sum of everything written so far; 0 if none is computed. */
    long checksum() {
        return summing ? Crc64.update(sum, buffer, 0, at) : 0;
    }

    void writeByte(int value) throws IOException {
        ensure(1);
        buffer[at++] = (byte) value;
    }

    void writeShort(int value) throws IOException {
        ensure(Short.BYTES);
        SHORTS.set(buffer, at, (short) value);
        at += Short.BYTES;
    }

    void writeLong(long value) throws IOException {
        ensure(Long.BYTES);
        LONGS.set(buffer, at, value);
        at += Long.BYTES;
    }

    void writeDouble(double value) throws IOException {
        writeLong(Double.doubleToRawLongBits(value));
    }

    void writeBytes(byte[] array, int offset, int length) throws IOException {
        if (length > buffer.length - at) {
            drain();
            if (length >= buffer.length) {
                if (summing) {
                    sum = Crc64.update(sum, array, offset, length);
                }
                out.write(array, offset, length);
                return;
            }
        }
        System.arraycopy(array, offset, buffer, at, length);
        at += length;
    }

    /** Writes a length or another unsigned number in 1, 2, 5 or 9 bytes. */
    void writeLength(long value) throws IOException {
        ensure(MAX_LENGTH_BYTES);
        if (value >= 0 && value < MAX_LENGTH_6_BITS) {
            buffer[at++] = (byte) value;
        } else if (value >= 0 && value < MAX_LENGTH_14_BITS) {
            buffer[at++] = (byte) (LENGTH_14_BITS | (value >> Byte.SIZE));
            buffer[at++] = (byte) value;
        } else if (value >>> Integer.SIZE == 0) {
            buffer[at] = (byte) RdbType.LENGTH_32;
            BIG_INTS.set(buffer, at + 1, (int) value);
            at += 1 + Integer.BYTES;
        } else {
            buffer[at] = (byte) RdbType.LENGTH_64;
            BIG_LONGS.set(buffer, at + 1, value);
            at += 1 + Long.BYTES;
        }
    }

    void writeString(Bytes value) throws IOException {
        writeString(value.array(), value.offset(), value.length());
    }

    /** Writes a string in the shortest of its forms: integer, compressed, plain. */
    void writeString(byte[] array, int offset, int length) throws IOException {
        if (length <= MAX_INT_LENGTH) {
            if (Numbers.isLong(array, offset, length) && writeSmallInteger(Numbers.parseLong(array, offset, length))) {
                return;
            }
        } else if (isWorthCompressing(length) && writeCompressed(array, offset, length)) {
            return;
        }
        writeLength(length);
        writeBytes(array, offset, length);
    }

    private boolean isWorthCompressing(int length) {
        return compressing && length > MIN_COMPRESSED_BYTES && length <= MAX_COMPRESSIBLE_BYTES;
    }

    /** Writes the string that is the decimal form of a number. */
    void writeInteger(long value) throws IOException {
        if (!writeSmallInteger(value)) {
            int length = Numbers.formatLong(value, digits, 0);
            writeLength(length);
            writeBytes(digits, 0, length);
        }
    }

    private boolean writeSmallInteger(long value) throws IOException {
        if (value != (int) value) {
            return false;
        }
        ensure(1 + Integer.BYTES);
        if (value == (byte) value) {
            buffer[at++] = (byte) (RdbType.ENCODED | RdbType.ENCODED_INT_8);
            buffer[at++] = (byte) value;
        } else if (value == (short) value) {
            buffer[at++] = (byte) (RdbType.ENCODED | RdbType.ENCODED_INT_16);
            SHORTS.set(buffer, at, (short) value);
            at += Short.BYTES;
        } else {
            buffer[at++] = (byte) (RdbType.ENCODED | RdbType.ENCODED_INT_32);
            INTS.set(buffer, at, (int) value);
            at += Integer.BYTES;
        }
        return true;
    }

    private boolean writeCompressed(byte[] array, int offset, int length) throws IOException {
        int maxBytes = length - MIN_COMPRESSION_GAIN;
        byte[] room = compressed;
        if (room.length < maxBytes) {
            room = new byte[Math.max(maxBytes, 2 * room.length)];
            if (room.length <= MAX_KEPT_BYTES) {
                compressed = room;
            }
        }
        int compressedBytes = lzf.compress(array, offset, length, room, maxBytes);
        if (compressedBytes == 0) {
            return false;
        }
        writeByte(RdbType.ENCODED | RdbType.ENCODED_LZF);
        writeLength(compressedBytes);
        writeLength(length);
        writeBytes(room, 0, compressedBytes);
        return true;
    }
}
