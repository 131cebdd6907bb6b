package dev.spinel.engine.dataset;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamProducers;
import dev.spinel.api.data.ValueInput;
import java.nio.BufferUnderflowException;

/**
 * What a stream keeps of its idempotent producers, as it is saved: how long and how many records are kept, each 0 if the server's
 * directives count, how many were added and how many entries were not; then for each record 1, the producer, the idempotent ID, and both numbers of the entry's ID;
 * then 0. It may be in pieces, each with the same begin and some of the records.
 */
public final class SavedProducers {
    private static final long RECORD = 1;
    private static final long END = 0;

    private final SavedValue parts = new SavedValue();

    public SavedProducers(long durationSeconds, long maxSize, long added, long duplicates) {
        parts.writeLong(durationSeconds);
        parts.writeLong(maxSize);
        parts.writeLong(added);
        parts.writeLong(duplicates);
    }

    /** Adds a record, those of a producer the oldest first. */
    public void record(Bytes producer, Bytes id, long millis, long sequence) {
        parts.writeLong(RECORD);
        parts.writeBytes(producer);
        parts.writeBytes(id);
        parts.writeLong(millis);
        parts.writeLong(sequence);
    }

    /** Number of bytes so far. */
    public int sizeBytes() {
        return parts.sizeBytes();
    }

    /** All of it; nothing can be added any more. */
    public SavedValue value() {
        parts.writeLong(END);
        return parts;
    }

    /** Takes what was saved. */
    public interface Receiver {
        /** Comes first, in each piece. */
        void settings(long durationSeconds, long maxSize, long added, long duplicates);

        /** A record; the byte strings are valid during the call. */
        void record(Bytes producer, Bytes id, StreamId entry);
    }

    /**
     * Gives what was saved to a receiver.
     *
     * @throws InvalidDatasetException if it is nothing that was saved; part of it may have been given
     */
    public static void read(SavedValue saved, Receiver receiver) throws InvalidDatasetException {
        try {
            ValueInput in = saved.input();
            long durationSeconds = in.readLong();
            long maxSize = in.readLong();
            if (durationSeconds < 0
                    || durationSeconds > StreamProducers.MAX_DURATION_SECONDS
                    || maxSize < 0
                    || maxSize > StreamProducers.MAX_MAX_SIZE) {
                throw new InvalidDatasetException("Stream producers: limits out of range");
            }
            receiver.settings(durationSeconds, maxSize, in.readLong(), in.readLong());
            while (in.readLong() == RECORD) {
                receiver.record(in.readBytes(), in.readBytes(), new StreamId(in.readLong(), in.readLong()));
            }
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            throw new InvalidDatasetException("Stream producers: malformed", e);
        }
    }
}
