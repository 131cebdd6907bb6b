package dev.spinel.api.data;

import org.jspecify.annotations.Nullable;

/**
 * What idempotent producers have added to a stream: the entry of each idempotent ID, by producer. A record is kept for a time
 * from the millisecond of its entry's ID on, and as one of so many of its producer at most. Engine thread only.
 */
public interface StreamProducers {
    long DEFAULT_DURATION_SECONDS = 100;
    long MAX_DURATION_SECONDS = 86_400;
    long DEFAULT_MAX_SIZE = 100;
    long MAX_MAX_SIZE = 10_000;

    /** What is not set for a stream: the directives of the server count. */
    long NOT_SET = 0;

    /** How long records are kept, in seconds. */
    long durationSeconds();

    /** How many records of a producer are kept. */
    long maxSize();

    /**
     * Sets how long and how many records are kept of this stream, each as it was if {@link #NOT_SET}, and forgets all records if
     * that leads to anything else than before; false if it was set so before.
     */
    boolean configure(long durationSeconds, long maxSize);

    /** The ID of the entry that a producer added under an idempotent ID, or null. */
    @Nullable
    StreamId find(Bytes producer, Bytes id, long nowMillis);

    /** Takes the memory for a record, so that adding it does not fail; fails, and nothing was added, if there is none. */
    void reserve(Bytes producer, Bytes id);

    /** Adds a record of an entry, in place of that of the same producer and idempotent ID if there is one, and counts it. */
    void add(Bytes producer, Bytes id, StreamId entry, long nowMillis);

    /** Counts an entry that was not added. */
    void countDuplicate();

    /** Number of records ever added. */
    long added();

    /** Number of entries that were not added. */
    long duplicates();

    /** Number of producers that have records. O(producers). */
    long producerCount(long nowMillis);

    /** Number of records. O(producers). */
    long recordCount(long nowMillis);
}
