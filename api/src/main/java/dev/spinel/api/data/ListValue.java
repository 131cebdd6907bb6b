package dev.spinel.api.data;

/**
 * A list of byte strings.
 *
 * <p>An index counts from 0 at the head; a negative one from -1 at the tail is not accepted here: commands resolve it.
 * An emptied list stays as a key until {@link dev.spinel.api.keyspace.Keyspace#removeIfEmpty}. Valid until the handler
 * returns. Engine thread only.
 */
public interface ListValue {
    /** Number of elements. O(1). */
    long size();

    void pushHead(Bytes element);

    void pushTail(Bytes element);

    /** Removes the first element and returns it, valid until the next change; the list must not be empty. O(1). */
    Bytes popHead();

    /** Removes the last element and returns it, valid until the next change; the list must not be empty. O(1). */
    Bytes popTail();

    /** The element at an index from 0 to {@code size() - 1}, valid until the next change. O(n/page) from the nearer end. */
    Bytes get(long index);

    /** Replaces the element at an index from 0 to {@code size() - 1}. */
    void set(long index, Bytes element);

    /** Removes the elements from index {@code from} (inclusive) to {@code to} (exclusive). */
    void removeRange(long from, long to);

    /** A cursor that stands before the element at an index and moves towards the tail, or the head when reversed. */
    Cursor cursor(long index, boolean reversed);

    /**
     * Position in a list. The list may be changed only through the cursor while it is in use. Valid until the handler
     * returns.
     */
    interface Cursor {
        /** Moves on; false past the end. */
        boolean next();

        /** The current element, valid until the next move or change. */
        Bytes element();

        /** Whether the current element has these bytes; cheaper than {@code element().equals(other)}. */
        boolean elementEquals(Bytes other);

        /** Removes the current element; {@link #next} then moves to the one that came after it in moving direction. */
        void remove();

        /** Inserts before the current element, counted from the head; the cursor must not be used afterwards. */
        void insertBefore(Bytes element);

        /** Inserts after the current element, counted from the head; the cursor must not be used afterwards. */
        void insertAfter(Bytes element);
    }
}
