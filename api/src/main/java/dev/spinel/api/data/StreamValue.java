package dev.spinel.api.data;

import java.util.Collection;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A stream: entries of fields and values in the order of their IDs, and its consumer groups. Engine thread only. */
public interface StreamValue {
    /** Number of entries. */
    long size();

    /** The greatest ID that an entry ever had. */
    StreamId lastId();

    void lastId(StreamId id);

    /** ID of the first entry, {@link StreamId#MIN} without. */
    StreamId firstId();

    /** The greatest ID of an entry that was deleted. */
    StreamId maxDeletedId();

    void maxDeletedId(StreamId id);

    /** Number of entries ever added. */
    long entriesAdded();

    void entriesAdded(long entries);

    /** How many entries were ever added up to an ID, {@link StreamGroup#UNKNOWN} where deleted ones may be among them. */
    default long entriesUpTo(StreamId id) {
        long added = entriesAdded();
        int toLast = id.compareTo(lastId());
        if (added == 0) {
            return 0;
        }
        if (size() == 0 && toLast <= 0) {
            return added;
        }
        if (toLast >= 0) {
            return toLast == 0 ? added : StreamGroup.UNKNOWN;
        }
        StreamId first = firstId();
        int toFirst = id.compareTo(first);
        if ((maxDeletedId().isZero() || maxDeletedId().compareTo(first) < 0) && toFirst <= 0) {
            return added - size() + (toFirst == 0 ? 1 : 0);
        }
        return StreamGroup.UNKNOWN;
    }

    /** Number of nodes that hold the entries. */
    long nodes();

    /**
     * Adds an entry, whose ID is greater than {@link #lastId()}, and counts it.
     *
     * @param strings holds fields and values in turn
     * @param first index of the first field
     * @param count number of fields and values, even
     */
    void append(StreamId id, Bytes[] strings, int first, int count);

    /** Removes an entry; false when there is none. */
    boolean delete(StreamId id);

    /**
     * Removes the oldest entries.
     *
     * @param maxSize how many entries may stay
     * @param wholeNodes whether to stop where a node would have to be changed
     * @param limit about how many entries to remove at most, 0 without limit
     * @return number of entries removed
     */
    long trimToSize(long maxSize, boolean wholeNodes, long limit);

    /** Removes the entries with IDs below one, as {@link #trimToSize}. */
    long trimBelow(StreamId minId, boolean wholeNodes, long limit);

    /** How many entries {@link #trimToSize} would remove with whole nodes only. */
    long trimmableToSize(long maxSize, long limit);

    /** How many entries {@link #trimBelow} would remove with whole nodes only. */
    long trimmableBelow(StreamId minId, long limit);

    /** A cursor before the first entry between two IDs, both inclusive; valid until the stream changes. */
    Cursor cursor(StreamId from, StreamId to, boolean reversed);

    /** The groups in the order of their names. */
    Collection<? extends StreamGroup> groups();

    /** A group by name, or null. */
    @Nullable
    StreamGroup group(Bytes name);

    /** Adds a group that does not exist. */
    StreamGroup createGroup(Bytes name, StreamId lastId, long entriesRead);

    /** Removes a group; false when there is none. */
    boolean removeGroup(Bytes name);

    /** What idempotent producers have added; null if there has never been one. */
    @Nullable
    StreamProducers producers();

    /** As {@link #producers}, made if there has never been one. */
    StreamProducers makeProducers();

    /** A walk over entries. */
    interface Cursor {
        /** Moves on; false at the end. */
        boolean next();

        StreamId id();

        /** Number of fields of the entry. */
        int fields();

        /** Visits fields and values in turn; the view is valid during the call. */
        void strings(Consumer<Bytes> receiver);
    }
}
