package dev.spinel.plugin.recipes;

import dev.spinel.api.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What a queue knows of a message, {@code priority:lease:attempts:limit:enqueued:group}: as {@code exchange.lua} stores it. Any thread.
 *
 * @param lease the last one, as it is written; 0 if there was none
 * @param limit how often it is delivered at most
 * @param enqueued microseconds since 2020
 * @param group empty for none
 * @param head what is before the lease, as it is written
 * @param tail what is after the attempts
 */
record QueuedMessage(
        long priority, Bytes lease, long attempts, long limit, long enqueued, Bytes group, Bytes head, Bytes tail) {
    /** More digits would be more than 64 bits. */
    private static final int MAX_DIGITS = 18;

    private static final int NUMBERS = 5;
    private static final Bytes COLON = Bytes.of(":");

    /** Reads it, from a view that may change afterwards; null if it is none. */
    static @Nullable QueuedMessage parse(@Nullable Bytes meta) {
        if (meta == null) {
            return null;
        }
        byte[] text = meta.toByteArray();
        long[] numbers = new long[NUMBERS];
        int[] ends = new int[NUMBERS];
        int at = 0;
        for (int i = 0; i < NUMBERS; i++) {
            int start = at;
            while (at < text.length && text[at] >= '0' && text[at] <= '9' && at - start < MAX_DIGITS) {
                numbers[i] = 10 * numbers[i] + text[at] - '0';
                at++;
            }
            if (at == start || at == text.length || text[at] != ':') {
                return null;
            }
            ends[i] = at;
            at++;
        }
        return new QueuedMessage(
                numbers[0],
                part(text, ends[0] + 1, ends[1]),
                numbers[2],
                numbers[3],
                numbers[4],
                part(text, at, text.length),
                part(text, 0, ends[0] + 1),
                part(text, ends[2], text.length));
    }

    /** The same message with another lease and other attempts, as it is stored. */
    Bytes with(Bytes otherLease, long otherAttempts) {
        return Concatenation.of(head, otherLease, COLON, LuaNumbers.decimal(otherAttempts), tail);
    }

    private static Bytes part(byte[] text, int start, int end) {
        Bytes part = new Bytes();
        part.set(text, start, end - start);
        return part;
    }
}
