package dev.spinel.api.data;

import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A map of fields to values, both byte strings.
 *
 * <p>Valid until the handler returns. Engine thread only.
 */
public interface HashValue {
    /** Number of fields. O(1). */
    long size();

    /** The value of a field, valid until the next change or the next call on this hash, or null when absent. */
    @Nullable
    Bytes get(Bytes field);

    boolean contains(Bytes field);

    /** Sets a field; true when it is new. */
    boolean put(Bytes field, Bytes value);

    /** Removes a field; false when absent. */
    boolean remove(Bytes field);

    /** A cursor before the first field, in no particular order; the hash must not change while it is in use. */
    Cursor cursor();

    /** A cursor that stands on one field, drawn uniformly; the hash must not be empty. */
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
