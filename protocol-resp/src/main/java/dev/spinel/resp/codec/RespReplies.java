package dev.spinel.resp.codec;

/** Counts the replies that a {@link RespWriter} wrote. Any thread. */
public final class RespReplies {
    /** What {@link #count} answers when the last reply lacks elements. */
    private static final int INCOMPLETE = -1;

    private RespReplies() {}

    /**
     * The number of whole replies from one index of an array to another, -1 when the last one lacks elements. Attributes
     * belong to the reply that follows, messages of RESP3 are not counted.
     */
    public static int count(byte[] array, int from, int to) {
        int replies = 0;
        int at = from;
        while (at < to) {
            boolean counts = array[at] != '>';
            at = end(array, at, to);
            if (at > to) {
                return INCOMPLETE;
            }
            if (counts) {
                replies++;
            }
        }
        return replies;
    }

    /** The index behind the reply that starts at an index; beyond {@code to} when it ends there too early. */
    private static int end(byte[] array, int start, int to) {
        int at = start;
        for (long pending = 1; pending > 0; pending--) {
            if (at >= to) {
                return to + 1;
            }
            byte type = array[at];
            int lineEnd = at + 1;
            while (array[lineEnd] != '\r') {
                lineEnd++;
            }
            long number = isSized(type) ? number(array, at + 1, lineEnd) : 0;
            at = lineEnd + 2;
            switch (type) {
                case '$', '=' -> at += number < 0 ? 0 : (int) number + 2;
                case '*', '~', '>' -> pending += Math.max(0, number);
                case '%' -> pending += 2 * number;
                case '|' -> pending += 2 * number + 1;
                default -> {}
            }
        }
        return at;
    }

    private static boolean isSized(byte type) {
        return type == '$' || type == '=' || type == '*' || type == '~' || type == '>' || type == '%' || type == '|';
    }

    private static long number(byte[] array, int from, int to) {
        long number = 0;
        for (int i = from; i < to; i++) {
            if (array[i] == '-') {
                return -1;
            }
            number = number * 10 + (array[i] - '0');
        }
        return number;
    }
}
