package dev.spinel.replication;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import java.util.Arrays;

/** Commands in the form in which clients send them, one after the other in an array that grows. One thread. */
final class CommandBytes {
    private static final int INITIAL_BYTES = 1 << 10;
    /** An array that one large value made longer than this is not kept. */
    private static final int MAX_KEPT_BYTES = 1 << 20;
    /** Type byte, digits of an int, line break. */
    private static final int MAX_HEAD_BYTES = 1 + 10 + 2;

    private static final int LINE_END_BYTES = 2;

    private byte[] array = new byte[INITIAL_BYTES];
    private int length;

    /** The array that holds the bytes from index 0 on. */
    byte[] array() {
        return array;
    }

    int length() {
        return length;
    }

    void clear() {
        length = 0;
        if (array.length > MAX_KEPT_BYTES) {
            array = new byte[INITIAL_BYTES];
        }
    }

    /** Appends a command of {@code argCount} arguments. */
    void command(Bytes[] args, int argCount) {
        head('*', argCount);
        for (int i = 0; i < argCount; i++) {
            Bytes arg = args[i];
            head('$', arg.length());
            ensure((long) arg.length() + LINE_END_BYTES);
            System.arraycopy(arg.array(), arg.offset(), array, length, arg.length());
            length += arg.length();
            lineEnd();
        }
    }

    private void head(char type, int count) {
        ensure(MAX_HEAD_BYTES);
        array[length++] = (byte) type;
        length += Numbers.formatLong(count, array, length);
        lineEnd();
    }

    private void lineEnd() {
        array[length++] = '\r';
        array[length++] = '\n';
    }

    private void ensure(long more) {
        long needed = length + more;
        if (needed > array.length) {
            if (needed > Integer.MAX_VALUE - Long.BYTES) {
                throw new IllegalStateException("a command of " + needed + " bytes (expected: less than 2 GiB)");
            }
            array = Arrays.copyOf(
                    array, (int) Math.min(Integer.MAX_VALUE - Long.BYTES, Math.max(needed, 2L * array.length)));
        }
    }
}
