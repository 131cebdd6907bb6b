package dev.spinel.plugin.recipes;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import org.jspecify.annotations.Nullable;

/**
 * A reader of what a queue knows of its messages, {@code priority:lease:attempts:limit:enqueued:group}: as {@code exchange.lua} stores it.
 * It stands on one at a time, of which it holds no copy: valid until the hash that has it is asked again or changed. One thread.
 */
final class QueuedMessage {
    /** More digits would be more than 64 bits. */
    private static final int MAX_DIGITS = 18;

    private static final int LEASE = 1;
    private static final int ATTEMPTS = 2;
    private static final int NUMBERS = 5;

    private final Bytes text = new Bytes();
    private final long[] numbers = new long[NUMBERS];
    /** Where the colon after each number is. */
    private final int[] ends = new int[NUMBERS];

    private final Bytes lease = new Bytes();
    private final Bytes group = new Bytes();

    /** Moves to a message; false, and this stands on none, if that is none. */
    boolean read(@Nullable Bytes meta) {
        if (meta == null) {
            return false;
        }
        text.set(meta);
        int length = meta.length();
        int at = 0;
        for (int i = 0; i < NUMBERS; i++) {
            int start = at;
            long number = 0;
            while (at < length && isDigit(meta.at(at)) && at - start < MAX_DIGITS) {
                number = 10 * number + meta.at(at) - '0';
                at++;
            }
            if (at == start || at == length || meta.at(at) != ':') {
                return false;
            }
            numbers[i] = number;
            ends[i] = at;
            at++;
        }
        int leaseStart = ends[LEASE - 1] + 1;
        lease.set(meta.array(), meta.offset() + leaseStart, ends[LEASE] - leaseStart);
        group.set(meta.array(), meta.offset() + at, length - at);
        return true;
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }

    long priority() {
        return numbers[0];
    }

    /** The last lease, as it is written; 0 if there was none. */
    Bytes lease() {
        return lease;
    }

    long attempts() {
        return numbers[ATTEMPTS];
    }

    /** How often it is delivered at most. */
    long limit() {
        return numbers[3];
    }

    /** Microseconds since 2020. */
    long enqueued() {
        return numbers[4];
    }

    /** Empty for none. */
    Bytes group() {
        return group;
    }

    /** A copy of the group. */
    Bytes groupCopy() {
        return group.isEmpty() ? QueueMessages.NOTHING : group.copy();
    }

    /** The same message with another lease and other attempts, as it is stored. */
    Bytes with(Bytes otherLease, long otherAttempts) {
        int headEnd = ends[LEASE - 1] + 1;
        int tail = text.length() - ends[ATTEMPTS];
        int digits = Numbers.lengthOfLong(otherAttempts);
        byte[] changed = new byte[headEnd + otherLease.length() + 1 + digits + tail];
        System.arraycopy(text.array(), text.offset(), changed, 0, headEnd);
        int at = headEnd;
        System.arraycopy(otherLease.array(), otherLease.offset(), changed, at, otherLease.length());
        at += otherLease.length();
        changed[at++] = ':';
        at += Numbers.formatLong(otherAttempts, changed, at);
        System.arraycopy(text.array(), text.offset() + ends[ATTEMPTS], changed, at, tail);
        return Bytes.of(changed);
    }
}
