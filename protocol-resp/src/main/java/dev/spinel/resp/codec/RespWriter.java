package dev.spinel.resp.codec;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import java.nio.charset.StandardCharsets;

/**
 * Replies in RESP2 or RESP3, written one after the other into a byte array that grows as needed.
 *
 * <p>The array comes from a pool and goes back to it when the writer is emptied, so that an idle writer holds no memory
 * and a busy one allocates nothing. One thread only. Source: the RESP specification; where it leaves a choice, Redis 7.0.
 */
public final class RespWriter implements ReplyWriter {
    /*
     * An aggregate of unknown size is written without its head; closing it moves the elements up to make room. One
     * memmove of what was written costs less than a reserved gap, which would have to be closed for every size.
     */

    private static final byte[] EMPTY = new byte[0];
    /** Type byte, digits of an int, line break. */
    private static final int MAX_HEAD_LENGTH = 1 + 10 + 2;

    private static final byte[] OK = ascii("+OK\r\n");
    private static final byte[] NULL = ascii("_\r\n");
    private static final byte[] NULL_BULK = ascii("$-1\r\n");
    private static final byte[] NULL_ARRAY = ascii("*-1\r\n");
    private static final byte[] TRUE = ascii("#t\r\n");
    private static final byte[] FALSE = ascii("#f\r\n");

    private final BufferPool pool;
    private final Growth growth;
    private byte[] array = EMPTY;
    private int length;
    private int protocol = 2;

    /** Decides how much may be written. */
    @FunctionalInterface
    public interface Growth {
        /** Whether what was written may grow to so many bytes; asked only when the array has to grow. */
        boolean allows(long bytes);
    }

    /** An empty writer for protocol version 2, which the pool alone limits. */
    public RespWriter(BufferPool pool) {
        this(pool, bytes -> true);
    }

    /** An empty writer for protocol version 2. */
    public RespWriter(BufferPool pool, Growth growth) {
        this.pool = pool;
        this.growth = growth;
    }

    /** The array that holds the replies from index 0 on; read only, and another one after the next write. */
    public byte[] array() {
        return array;
    }

    /** Number of bytes written; as a mark, the position for {@link #rollback}. */
    public int length() {
        return length;
    }

    /** Takes back everything written since {@link #length()} was {@code mark}. */
    public void rollback(int mark) {
        // Less may be left than at the mark, once the connection has closed.
        length = Math.min(length, mark);
    }

    /** Forgets the first {@code count} bytes; marks are void then. */
    public void discard(int count) {
        System.arraycopy(array, count, array, 0, length - count);
        length -= count;
    }

    /** Forgets everything written and gives the array back to the pool. */
    public void clear() {
        length = 0;
        if (array.length > 0) {
            pool.give(array);
            array = EMPTY;
        }
    }

    /**
     * Forgets everything written and gives the array that holds it to the caller, who gives it back to the pool. Take
     * {@link #length()} before.
     */
    public byte[] handOver() {
        byte[] written = array;
        length = 0;
        array = EMPTY;
        return written;
    }

    /** Sets the protocol version, 2 or 3, of the replies to come. */
    public void protocol(int version) {
        if (version != 2 && version != 3) {
            throw new IllegalArgumentException("protocol version " + version + ", expected 2 or 3");
        }
        protocol = version;
    }

    @Override
    public int protocol() {
        return protocol;
    }

    /** Appends bytes that already are in the protocol's form, such as a message composed once for many clients. */
    public void raw(byte[] source, int offset, int count) {
        ensure(count);
        System.arraycopy(source, offset, array, length, count);
        length += count;
    }

    @Override
    public void ok() {
        raw(OK, 0, OK.length);
    }

    @Override
    public void simple(String text) {
        line('+', text);
    }

    @Override
    public void error(String message) {
        int from = length;
        line('-', message);
        for (int i = from + 1; i < length - 2; i++) {
            if (array[i] == '\r' || array[i] == '\n') {
                array[i] = ' ';
            }
        }
    }

    @Override
    public void integer(long value) {
        ensure(Numbers.MAX_LONG_LENGTH + 3);
        array[length++] = ':';
        length += Numbers.formatLong(value, array, length);
        endLine();
    }

    @Override
    public void bulk(Bytes value) {
        bulk(value.array(), value.offset(), value.length());
    }

    @Override
    public void bulk(byte[] source, int offset, int count) {
        ensure(MAX_HEAD_LENGTH + count + 2L);
        head('$', count);
        System.arraycopy(source, offset, array, length, count);
        length += count;
        endLine();
    }

    @Override
    public void bulk(String text) {
        if (isAscii(text)) {
            ensure(MAX_HEAD_LENGTH + text.length() + 2L);
            head('$', text.length());
            putAscii(text);
            endLine();
        } else {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            bulk(utf8, 0, utf8.length);
        }
    }

    @Override
    public void bulkInteger(long value) {
        ensure(MAX_HEAD_LENGTH + Numbers.MAX_LONG_LENGTH + 2);
        head('$', Numbers.lengthOfLong(value));
        length += Numbers.formatLong(value, array, length);
        endLine();
    }

    @Override
    public void real(double value) {
        if (protocol == 2) {
            bulkReal(value);
            return;
        }
        ensure(1 + Numbers.MAX_DOUBLE_LENGTH + 2);
        array[length++] = ',';
        length += Numbers.formatDouble(value, array, length);
        endLine();
    }

    @Override
    public void realDigits(byte[] source, int offset, int count) {
        if (protocol == 2) {
            bulk(source, offset, count);
            return;
        }
        ensure(1L + count + 2);
        array[length++] = ',';
        System.arraycopy(source, offset, array, length, count);
        length += count;
        endLine();
    }

    @Override
    public void bulkReal(double value) {
        ensure(MAX_HEAD_LENGTH + Numbers.MAX_DOUBLE_LENGTH + 2);
        int digitsAt = length + 4;
        int count = Numbers.formatDouble(value, array, digitsAt);
        if (count > 9) {
            System.arraycopy(array, digitsAt, array, digitsAt + 1, count);
        }
        head('$', count);
        length += count;
        endLine();
    }

    @Override
    public void nil() {
        if (protocol == 2) {
            raw(NULL_BULK, 0, NULL_BULK.length);
        } else {
            raw(NULL, 0, NULL.length);
        }
    }

    @Override
    public void nilArray() {
        if (protocol == 2) {
            raw(NULL_ARRAY, 0, NULL_ARRAY.length);
        } else {
            raw(NULL, 0, NULL.length);
        }
    }

    @Override
    public void bool(boolean value) {
        if (protocol == 2) {
            integer(value ? 1 : 0);
        } else {
            raw(value ? TRUE : FALSE, 0, TRUE.length);
        }
    }

    @Override
    public void bigNumber(String digits) {
        if (protocol == 2) {
            bulk(digits);
        } else {
            line('(', digits);
        }
    }

    @Override
    public void verbatim(String format, String text) {
        if (protocol == 2) {
            bulk(text);
            return;
        }
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        ensure(MAX_HEAD_LENGTH + 4L + utf8.length + 2L);
        head('=', 4 + utf8.length);
        putAscii(format);
        array[length++] = ':';
        raw(utf8, 0, utf8.length);
        endLine();
    }

    @Override
    public void array(int size) {
        ensure(MAX_HEAD_LENGTH);
        head('*', size);
    }

    @Override
    public void map(int size) {
        ensure(MAX_HEAD_LENGTH);
        head(mapType(), mapSize(size));
    }

    @Override
    public void set(int size) {
        ensure(MAX_HEAD_LENGTH);
        head(setType(), size);
    }

    @Override
    public void push(int size) {
        ensure(MAX_HEAD_LENGTH);
        head(protocol == 2 ? '*' : '>', size);
    }

    @Override
    public void attribute(int size) {
        if (protocol == 2) {
            throw new IllegalStateException("attributes need protocol version 3");
        }
        ensure(MAX_HEAD_LENGTH);
        head('|', size);
    }

    @Override
    public int begin() {
        return length;
    }

    @Override
    public void endArray(int mark, int size) {
        insertHead(mark, '*', size);
    }

    @Override
    public void endSet(int mark, int size) {
        insertHead(mark, setType(), size);
    }

    @Override
    public void endMap(int mark, int size) {
        insertHead(mark, mapType(), mapSize(size));
    }

    private char mapType() {
        return protocol == 2 ? '*' : '%';
    }

    private char setType() {
        return protocol == 2 ? '*' : '~';
    }

    private int mapSize(int pairs) {
        return protocol == 2 ? 2 * pairs : pairs;
    }

    private void insertHead(int mark, char type, int size) {
        int headLength = 1 + Numbers.lengthOfLong(size) + 2;
        ensure(headLength);
        int end = length + headLength;
        System.arraycopy(array, mark, array, mark + headLength, length - mark);
        length = mark;
        head(type, size);
        length = end;
    }

    /** Writes type, size and line break; the room is there. */
    private void head(char type, int size) {
        byte[] target = array;
        int at = length;
        target[at] = (byte) type;
        if (size >= 0 && size < 10) {
            target[at + 1] = (byte) ('0' + size);
            at += 2;
        } else if (size >= 0 && size < 100) {
            target[at + 1] = (byte) ('0' + size / 10);
            target[at + 2] = (byte) ('0' + size % 10);
            at += 3;
        } else {
            at += 1 + Numbers.formatLong(size, target, at + 1);
        }
        target[at] = '\r';
        target[at + 1] = '\n';
        length = at + 2;
    }

    private void line(char type, String text) {
        if (isAscii(text)) {
            ensure(text.length() + 3L);
            array[length++] = (byte) type;
            putAscii(text);
        } else {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            ensure(utf8.length + 3L);
            array[length++] = (byte) type;
            raw(utf8, 0, utf8.length);
        }
        endLine();
    }

    private void endLine() {
        array[length++] = '\r';
        array[length++] = '\n';
    }

    private void putAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            array[length++] = (byte) text.charAt(i);
        }
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private void ensure(long count) {
        if (array.length - length < count) {
            grow(length + count);
        }
    }

    private void grow(long needed) {
        if (needed > pool.maxLength() || !growth.allows(needed)) {
            throw BufferPool.outOfMemory();
        }
        byte[] larger = pool.take((int) Math.min(pool.maxLength(), Math.max(needed, 2L * array.length)));
        System.arraycopy(array, 0, larger, 0, length);
        if (array.length > 0) {
            pool.give(array);
        }
        array = larger;
    }
}
