package dev.spinel.api.data;

import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A consumer group of a stream: how far it has read, its consumers, and the entries delivered to them that are not yet
 * acknowledged. Engine thread only.
 */
public interface StreamGroup {
    /** The count of entries read when it is not known. */
    long UNKNOWN = -1;

    Bytes name();

    /** ID of the last entry delivered. */
    StreamId lastId();

    void lastId(StreamId id);

    /** Number of entries ever read, or {@link #UNKNOWN}. */
    long entriesRead();

    void entriesRead(long entries);

    /** Number of entries delivered but not acknowledged. */
    long pendingCount();

    /** ID of the first entry that is pending, {@link StreamId#MIN} without. */
    StreamId firstPendingId();

    /** ID of the last entry that is pending, {@link StreamId#MIN} without. */
    StreamId lastPendingId();

    /** A consumer by name, or null. */
    @Nullable
    Consumer consumer(Bytes name);

    /** Adds a consumer that does not exist. */
    Consumer createConsumer(Bytes name, long nowMillis);

    /** Removes a consumer and what is pending for it; returns how many entries that were. */
    long removeConsumer(Consumer consumer);

    /** The consumers in the order of their names, without the one that has no name, whose entries nobody has. */
    Collection<? extends Consumer> consumers();

    /** Forgets that an entry is pending; false when it was not. */
    boolean acknowledge(StreamId id);

    /** Whether an entry was delivered and not acknowledged. */
    boolean isPending(StreamId id);

    /** Makes an entry pending for a consumer, and for no other any more. */
    void deliver(StreamId id, Consumer consumer, long deliveredMillis, long deliveries);

    /**
     * Makes an entry pending for nobody: for the consumer that has no name, delivered at the beginning of time. {@link #idle}
     * tells such entries first, in the order in which they were released.
     */
    void release(StreamId id, long deliveries);

    /** Number of entries pending for nobody, -1 if none ever was. */
    long releasedCount();

    /**
     * The entries that are pending for a time, the longest time first. O(1) where none is, as a rule; else
     * O(pending entries), though not for each of the calls that ask for some of many.
     *
     * @param from the ID of the first entry of the stream
     * @param deliveredUntil Unix time in milliseconds until which an entry must have been delivered
     * @param limit how many entries to tell at most
     * @param filter tells entries that the stream has from others; asked of as few as possible
     */
    Idle idle(StreamId from, long deliveredUntil, long limit, Predicate<StreamId> filter);

    /**
     * A cursor before the first pending entry from an ID on, which stays valid while entries come and go.
     *
     * @param consumer whose entries to visit; null for all
     */
    Pending pending(StreamId from, @Nullable Consumer consumer);

    /**
     * What {@link #idle} answers.
     *
     * @param ids the IDs of the entries
     * @param nextMillis Unix time in milliseconds before which none of those that were delivered later was delivered;
     *     of no meaning if there are as many IDs as asked for
     */
    record Idle(List<StreamId> ids, long nextMillis) {}

    /** A reader of a group. */
    interface Consumer {
        Bytes name();

        /** Number of entries pending for it. */
        long pendingCount();

        /** When it last tried to read, Unix time in milliseconds. */
        long seenMillis();

        void seenMillis(long unixMillis);
    }

    /** A walk over pending entries. */
    interface Pending {
        /** Moves on; false at the end. */
        boolean next();

        StreamId id();

        Consumer consumer();

        /** When the entry was last delivered, Unix time in milliseconds; 0 for one that nobody has. */
        long deliveredMillis();

        /** How many times it was delivered. */
        long deliveries();
    }
}
