package dev.spinel.engine.command.string;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.Keyspace;

/**
 * The command LCS: the longest bytes that occur in two strings in the same order, not necessarily side by side.
 *
 * <p>Time and memory are O(n*m): {@code lengths[i][j]} is the length of the longest subsequence of the first {@code i}
 * bytes of one string and the first {@code j} of the other; the subsequence itself is read from the table backwards.
 * Which of several equally long ones is found, and how matches are cut into ranges, is observable and as in Redis.
 */
final class LongestCommonSubsequence {
    /** Share of the memory that the process could still use that one call may take. */
    private static final int FREE_MEMORY_SHARE = 2;

    private final byte[] a;
    private final byte[] b;
    private final int[][] lengths;

    private LongestCommonSubsequence(byte[] a, byte[] b) {
        this.a = a;
        this.b = b;
        lengths = new int[a.length + 1][b.length + 1];
        for (int i = 1; i <= a.length; i++) {
            int[] above = lengths[i - 1];
            int[] row = lengths[i];
            byte current = a[i - 1];
            for (int j = 1; j <= b.length; j++) {
                row[j] = current == b[j - 1] ? above[j - 1] + 1 : Math.max(above[j], row[j - 1]);
            }
        }
    }

    static void lcs(Call call) {
        Keyspace keys = call.keys();
        byte[] a = bytesOf(keys, call.arg(1));
        byte[] b = bytesOf(keys, call.arg(2));
        boolean onlyLength = false;
        boolean ranges = false;
        boolean withLengths = false;
        long minLength = 0;
        for (int i = 3; i < call.argCount(); i++) {
            if (call.argIs(i, "IDX")) {
                ranges = true;
            } else if (call.argIs(i, "LEN")) {
                onlyLength = true;
            } else if (call.argIs(i, "WITHMATCHLEN")) {
                withLengths = true;
            } else if (call.argIs(i, "MINMATCHLEN") && i + 1 < call.argCount()) {
                i++;
                minLength = call.integerArg(i);
            } else {
                throw Errors.syntax();
            }
        }
        if (onlyLength && ranges) {
            throw Errors.err("If you want both the length and indexes, please just use IDX.");
        }
        checkMemory(call, a.length, b.length);
        LongestCommonSubsequence solved = new LongestCommonSubsequence(a, b);
        if (ranges) {
            solved.replyRanges(call.reply(), minLength, withLengths);
        } else if (onlyLength) {
            call.reply().integer(solved.length());
        } else {
            byte[] text = solved.text();
            call.reply().bulk(text, 0, text.length);
        }
    }

    private static byte[] bytesOf(Keyspace keys, Bytes key) {
        ValueType<?> type = keys.typeOf(key);
        if (type != null && type != ValueType.STRING) {
            throw Errors.err("The specified keys must contain string values");
        }
        StringValue value = keys.read(ValueType.STRING, key);
        return value == null ? new byte[0] : value.bytes().toByteArray();
    }

    private static void checkMemory(Call call, long a, long b) {
        long bytes = (a + 1) * (b + 1) * Integer.BYTES;
        if (bytes > call.configNumber("proto-max-bulk-len")) {
            throw Errors.err("Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len");
        }
        Runtime runtime = Runtime.getRuntime();
        long unused = runtime.maxMemory() - (runtime.totalMemory() - runtime.freeMemory());
        if (bytes > unused / FREE_MEMORY_SHARE) {
            throw Errors.err("Insufficient memory, failed allocating transient memory for LCS");
        }
    }

    private int length() {
        return lengths[a.length][b.length];
    }

    private byte[] text() {
        byte[] text = new byte[length()];
        int i = a.length;
        int j = b.length;
        for (int left = text.length; left > 0; ) {
            if (a[i - 1] == b[j - 1]) {
                i--;
                j--;
                text[--left] = a[i];
            } else if (lengths[i - 1][j] > lengths[i][j - 1]) {
                i--;
            } else {
                j--;
            }
        }
        return text;
    }

    /** Writes the matching ranges, the last ones first, and the length. */
    private void replyRanges(ReplyWriter reply, long minLength, boolean withLengths) {
        reply.map(2);
        reply.bulk("matches");
        int mark = reply.begin();
        int written = 0;
        int i = a.length;
        int j = b.length;
        while (i > 0 && j > 0) {
            int run = 0;
            while (run < i && run < j && a[i - 1 - run] == b[j - 1 - run]) {
                run++;
            }
            if (run == 0) {
                if (lengths[i - 1][j] > lengths[i][j - 1]) {
                    i--;
                } else {
                    j--;
                }
                continue;
            }
            i -= run;
            j -= run;
            if (run >= minLength) {
                reply.array(withLengths ? 3 : 2);
                replyRange(reply, i, run);
                replyRange(reply, j, run);
                if (withLengths) {
                    reply.integer(run);
                }
                written++;
            }
        }
        reply.endArray(mark, written);
        reply.bulk("len");
        reply.integer(length());
    }

    private static void replyRange(ReplyWriter reply, int start, int length) {
        reply.array(2);
        reply.integer(start);
        reply.integer(start + length - 1L);
    }
}
