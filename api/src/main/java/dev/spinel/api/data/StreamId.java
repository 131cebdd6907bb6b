package dev.spinel.api.data;

import org.jspecify.annotations.Nullable;

/**
 * The ID of an entry of a stream: two unsigned numbers of 64 bits, the first of which is a time as a rule.
 *
 * @param millis Unix time in milliseconds, unsigned
 * @param sequence number among the entries of that time, unsigned
 */
public record StreamId(long millis, long sequence) implements Comparable<StreamId> {
    /** The smallest ID, {@code 0-0}, which no entry has. */
    public static final StreamId MIN = new StreamId(0, 0);

    /** The greatest ID. */
    public static final StreamId MAX = new StreamId(-1, -1);

    /** The ID after this one, null after {@link #MAX}. */
    public @Nullable StreamId next() {
        if (sequence != -1) {
            return new StreamId(millis, sequence + 1);
        }
        return millis == -1 ? null : new StreamId(millis + 1, 0);
    }

    /** The ID before this one, null before {@link #MIN}. */
    public @Nullable StreamId previous() {
        if (sequence != 0) {
            return new StreamId(millis, sequence - 1);
        }
        return millis == 0 ? null : new StreamId(millis - 1, -1);
    }

    /** Whether this is {@link #MIN}. */
    public boolean isZero() {
        return millis == 0 && sequence == 0;
    }

    @Override
    public int compareTo(StreamId other) {
        int order = Long.compareUnsigned(millis, other.millis);
        return order != 0 ? order : Long.compareUnsigned(sequence, other.sequence);
    }

    /** The form of the protocol: both numbers with a hyphen between them. */
    public Bytes text() {
        if (millis < 0 || sequence < 0) {
            return Bytes.of(toString());
        }
        byte[] text = new byte[2 * Numbers.MAX_LONG_LENGTH + 1];
        int length = Numbers.formatLong(millis, text, 0);
        text[length++] = '-';
        length += Numbers.formatLong(sequence, text, length);
        Bytes bytes = new Bytes();
        bytes.set(text, 0, length);
        return bytes;
    }

    /** As {@link #text}. */
    @Override
    public String toString() {
        return Long.toUnsignedString(millis) + '-' + Long.toUnsignedString(sequence);
    }
}
