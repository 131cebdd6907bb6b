package dev.spinel.api.data;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A map of fields to values, both byte strings. A field may have a time to live of its own; once that is over no method
 * finds the field any more, but {@link #size}.
 *
 * <p>Valid until the handler returns. Engine thread only.
 */
public interface HashValue {
    /** {@link #expiresAtMillis} of a field that does not expire. */
    long NO_EXPIRY = -1;

    /** {@link #expiresAtMillis} of a field that is absent. */
    long NO_FIELD = -2;

    /** The latest time at which a field may expire, in milliseconds of Unix time: 46 bits, as in Redis. */
    long MAX_EXPIRY_MILLIS = (1L << 46) - 1;

    /**
     * Number of fields. O(1). Of a large hash, fields whose time to live is over count until their memory was reclaimed,
     * which happens in the background.
     */
    long size();

    /** Number of fields whose time to live is not over: O(1) while none is over, O(n) otherwise. */
    long liveSize();

    /** Whether some field has a time to live, be it over or not. O(1). */
    boolean hasExpiringFields();

    /** The value of a field, valid until the next change or the next call on this hash, or null when absent. */
    @Nullable
    Bytes get(Bytes field);

    boolean contains(Bytes field);

    /** Sets a field, which then does not expire any more; true when it is new. */
    boolean put(Bytes field, Bytes value);

    /**
     * Sets a field and when it expires; true when it is new.
     *
     * @param unixMillis 1 to {@link #MAX_EXPIRY_MILLIS}, or {@link #NO_EXPIRY}
     */
    boolean put(Bytes field, Bytes value, long unixMillis);

    /** Sets a field and leaves its time to live as it is; true when it is new. */
    boolean update(Bytes field, Bytes value);

    /** When a field expires, in milliseconds of Unix time; {@link #NO_EXPIRY} without, {@link #NO_FIELD} when absent. */
    long expiresAtMillis(Bytes field);

    /**
     * Sets when a field expires.
     *
     * @param field a field that the hash contains
     * @param unixMillis 1 to {@link #MAX_EXPIRY_MILLIS}, or {@link #NO_EXPIRY}
     * @throws IllegalArgumentException when the field is absent
     */
    void expireAt(Bytes field, long unixMillis);

    /** Removes a field; false when absent. */
    boolean remove(Bytes field);

    /** A cursor before the first field, in no particular order; the hash must not change while it is in use. */
    Cursor cursor();

    /** A cursor that stands on one field, drawn uniformly, or null when there is none whose time to live is not over. */
    @Nullable
    Cursor randomField(RandomGenerator random);

    /**
     * Visits about {@code count} fields from a SCAN cursor on (all of a small hash); each field present during the whole
     * iteration is visited at least once.
     *
     * @return the next cursor, 0 at the end
     */
    long scan(long cursor, int count, FieldVisitor visitor);

    /** Receives fields; must not change the hash. The views are valid during the call. */
    interface FieldVisitor {
        void visit(Bytes field, Bytes value);
    }

    /** Position in a hash; its views are valid until it moves. */
    interface Cursor {
        /** Moves on; false past the end. */
        boolean next();

        Bytes field();

        Bytes value();
    }
}
