package dev.spinel.rdb;

import dev.spinel.api.data.Numbers;
import dev.spinel.engine.dataset.InvalidDatasetException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads the elements of the RDB format: bytes, lengths, strings; sums them up and knows where it is.
 *
 * <p>Lengths are not trusted: room is made for what has been read, or for what compressed bytes that have been read stand
 * for. One thread.
 *
 * <p>While the server is young, methods count how often they run and which way, and two threads that run the same one slow each
 * other down. So nothing here that every string needs uses what the engine's thread uses for every key, VarHandles first.
 */
final class RdbInput {
    private static final int BUFFER_BYTES = 1 << 16;
    private static final int LENGTH_KIND_SHIFT = 6;
    private static final int LENGTH_LOW_MASK = 0x3f;
    private static final int KIND_6_BITS = 0;
    private static final int KIND_14_BITS = 1;
    private static final int KIND_ENCODED = 3;
    private static final int MAX_STRING_BYTES = Integer.MAX_VALUE - 8;

    /** The room made for a string of which nothing has been read yet; from then on it doubles. */
    private static final int FIRST_PIECE_BYTES = 1 << 16;

    /** A compressed string that becomes longer is asked for room for. */
    private static final int MAX_UNQUESTIONED_BYTES = 1 << 20;

    private final @Nullable InputStream in;
    private final LongSupplier roomBytes;
    private final RdbString compressed = new RdbString();
    private byte[] buffer;
    private int at;
    private int limit;
    /** How much of the buffer is in the sum. */
    private int summedTo;

    private long sum;
    private boolean summing;
    /** Position of the buffer's first byte. */
    private long bufferPosition;

    private long lastInteger;

    /** Reads a stream, which is not closed. */
    RdbInput(InputStream in) {
        this.in = in;
        this.roomBytes = () -> Long.MAX_VALUE;
        this.buffer = new byte[BUFFER_BYTES];
        this.summing = true;
    }

    /**
     * Reads a part of an array.
     *
     * @param roomBytes how long a compressed string may become for which there is room
     */
    RdbInput(byte[] array, int offset, int length, LongSupplier roomBytes) {
        this.in = null;
        this.roomBytes = roomBytes;
        this.buffer = array;
        this.at = offset;
        this.limit = offset + length;
        this.bufferPosition = -offset;
    }

    /** Number of bytes read so far. */
    long position() {
        return bufferPosition + at;
    }

    /** Whether an array has been read to its end. */
    boolean isAtEnd() {
        return at == limit;
    }

    /** Computes no sum any more. */
    void stopSumming() {
        summing = false;
    }

    /** The sum of everything read so far. */
    long checksum() {
        sumUp();
        return sum;
    }

    private void sumUp() {
        if (summing) {
            sum = Crc64.update(sum, buffer, summedTo, at - summedTo);
        }
        summedTo = at;
    }

    /** The end came before the data did, the one damage that Redis names for itself. */
    private static InvalidDatasetException ended() {
        return new InvalidDatasetException("Short read or OOM loading DB. Unrecoverable error, aborting now.");
    }

    /** Has {@code count} bytes in the buffer, at most a few. */
    private void require(int count) throws IOException {
        while (limit - at < count) {
            if (in == null) {
                throw ended();
            }
            if (buffer.length - at < count) {
                compact();
            }
            fill(in);
        }
    }

    private void compact() {
        sumUp();
        System.arraycopy(buffer, at, buffer, 0, limit - at);
        bufferPosition += at;
        limit -= at;
        at = 0;
        summedTo = 0;
    }

    private void fill(InputStream stream) throws IOException {
        int count = stream.read(buffer, limit, buffer.length - limit);
        if (count < 0) {
            throw ended();
        }
        limit += count;
    }

    int readByte() throws IOException {
        require(1);
        return buffer[at++] & 0xff;
    }

    int readInt() throws IOException {
        require(Integer.BYTES);
        return (int) little(Integer.BYTES);
    }

    long readLong() throws IOException {
        require(Long.BYTES);
        return little(Long.BYTES);
    }

    /** Reads an unsigned number of bytes that are there, the lowest first. */
    private long little(int bytes) {
        long value = 0;
        for (int i = bytes - 1; i >= 0; i--) {
            value = (value << Byte.SIZE) | (buffer[at + i] & 0xff);
        }
        at += bytes;
        return value;
    }

    /** Reads an unsigned number of bytes that are there, the highest first. */
    private long big(int bytes) {
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = (value << Byte.SIZE) | (buffer[at + i] & 0xff);
        }
        at += bytes;
        return value;
    }

    double readDouble() throws IOException {
        return Double.longBitsToDouble(readLong());
    }

    float readFloat() throws IOException {
        return Float.intBitsToFloat(readInt());
    }

    /** Reads bytes to the start of an array. */
    void readBytes(byte[] target, int offset, int length) throws IOException {
        int done = 0;
        while (length - done > limit - at) {
            int count = limit - at;
            System.arraycopy(buffer, at, target, offset + done, count);
            at = limit;
            done += count;
            require(1);
        }
        System.arraycopy(buffer, at, target, offset + done, length - done);
        at += length - done;
    }

    /** Passes over bytes. */
    void skip(long count) throws IOException {
        for (long rest = count; rest > 0; ) {
            require(1);
            int step = (int) Math.min(rest, limit - at);
            at += step;
            rest -= step;
        }
    }

    /** Reads an unsigned number; as a length it may be negative, which means huge. */
    long readNumber() throws IOException {
        int head = readByte();
        int kind = head >> LENGTH_KIND_SHIFT;
        if (kind == KIND_ENCODED) {
            throw new InvalidDatasetException("An encoded string where a length is expected");
        }
        return readNumber(head);
    }

    private long readNumber(int head) throws IOException {
        int kind = head >> LENGTH_KIND_SHIFT;
        if (kind == KIND_6_BITS) {
            return head & LENGTH_LOW_MASK;
        }
        if (kind == KIND_14_BITS) {
            return (long) ((head & LENGTH_LOW_MASK) << Byte.SIZE) | readByte();
        }
        if (head == RdbType.LENGTH_32) {
            require(Integer.BYTES);
            return big(Integer.BYTES);
        }
        if (head == RdbType.LENGTH_64) {
            require(Long.BYTES);
            return big(Long.BYTES);
        }
        throw new InvalidDatasetException(String.format("Unknown length encoding %d in rdbLoadLen()", head));
    }

    /** Reads a number of elements: one that no memory holds, or that an array has too few bytes for, is refused at once. */
    long readCount() throws IOException {
        long count = readNumber();
        if (in == null && Long.compareUnsigned(count, limit - at) > 0) {
            throw ended();
        }
        if (count < 0) {
            throw new InvalidDatasetException("A collection of " + Long.toUnsignedString(count) + " elements");
        }
        return count;
    }

    /** Reads a string of any form; an integer is read as its decimal form. */
    void readString(RdbString target) throws IOException {
        int head = readByte();
        if (head >> LENGTH_KIND_SHIFT != KIND_ENCODED) {
            readPlain(target, readNumber(head));
            return;
        }
        switch (head & LENGTH_LOW_MASK) {
            case RdbType.ENCODED_INT_8 -> integer(target, (byte) readByte());
            case RdbType.ENCODED_INT_16 -> {
                require(Short.BYTES);
                integer(target, (short) little(Short.BYTES));
            }
            case RdbType.ENCODED_INT_32 -> integer(target, readInt());
            case RdbType.ENCODED_LZF -> readCompressed(target);
            default ->
                throw new InvalidDatasetException("Unknown RDB string encoding type " + (head & LENGTH_LOW_MASK));
        }
    }

    /**
     * Reads a string, without making the decimal form of one that is stored as an integer.
     *
     * @return whether the string is an integer; it is then in {@link #lastInteger}, and otherwise in {@code target}
     */
    boolean readStringOrInteger(RdbString target) throws IOException {
        require(1);
        int head = buffer[at] & 0xff;
        if (head >> LENGTH_KIND_SHIFT != KIND_ENCODED || (head & LENGTH_LOW_MASK) >= RdbType.ENCODED_LZF) {
            readString(target);
            return false;
        }
        at++;
        switch (head & LENGTH_LOW_MASK) {
            case RdbType.ENCODED_INT_8 -> lastInteger = (byte) readByte();
            case RdbType.ENCODED_INT_16 -> {
                require(Short.BYTES);
                lastInteger = (short) little(Short.BYTES);
            }
            default -> lastInteger = readInt();
        }
        return true;
    }

    /** What {@link #readStringOrInteger} read last as an integer. */
    long lastInteger() {
        return lastInteger;
    }

    private static void integer(RdbString target, long value) {
        byte[] digits = target.room(Numbers.MAX_LONG_LENGTH);
        target.set(digits, Numbers.formatLong(value, digits, 0));
    }

    private void readPlain(RdbString target, long length) throws IOException {
        if (length < 0 || length > MAX_STRING_BYTES) {
            throw new InvalidDatasetException("A string of " + Long.toUnsignedString(length) + " bytes");
        }
        int total = (int) length;
        byte[] array = target.room(total <= FIRST_PIECE_BYTES ? total : FIRST_PIECE_BYTES);
        int done = total <= array.length ? total : array.length;
        readBytes(array, 0, done);
        while (done < total) {
            array = Arrays.copyOf(array, (int) Math.min(total, 2L * array.length));
            readBytes(array, done, array.length - done);
            done = array.length;
        }
        target.set(array, total);
    }

    private void readCompressed(RdbString target) throws IOException {
        long compressedBytes = readNumber();
        long length = readNumber();
        readPlain(compressed, compressedBytes);
        byte[] source = compressed.view().array();
        if (length > MAX_STRING_BYTES || length != Lzf.length(source, (int) compressedBytes)) {
            throw new InvalidDatasetException("Invalid LZF compressed string");
        }
        if (length > MAX_UNQUESTIONED_BYTES && length > roomBytes.getAsLong()) {
            throw new InvalidDatasetException("There is no room for a string of " + length + " bytes");
        }
        byte[] array = target.room((int) length);
        if (!Lzf.decompress(source, (int) compressedBytes, array, (int) length)) {
            throw new InvalidDatasetException("Invalid LZF compressed string");
        }
        target.set(array, (int) length);
    }
}
