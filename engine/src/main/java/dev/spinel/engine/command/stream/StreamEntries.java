package dev.spinel.engine.command.stream;

import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamValue;
import org.jspecify.annotations.Nullable;

/** What a group has to do with entries: how many it has read and has yet to read, as far as that is known; what is pending. */
final class StreamEntries {
    /** A {@link #lag} that is not known; -1 is that of a group whose count is one ahead. */
    static final long UNKNOWN_LAG = Long.MIN_VALUE;

    private StreamEntries() {}

    /** A number of deliveries and one more, as far as that can be counted. */
    static long onceMore(long deliveries) {
        return deliveries == Long.MAX_VALUE ? deliveries : deliveries + 1;
    }

    /** What is pending in a group at an ID, or null. */
    static StreamGroup.@Nullable Pending pending(StreamGroup group, StreamId id) {
        StreamGroup.Pending pending = group.pending(id, null);
        return pending.next() && pending.id().equals(id) ? pending : null;
    }

    /** Has a group read an entry, if it is behind what the group read before. */
    static void read(StreamValue stream, StreamGroup group, StreamId id) {
        if (id.compareTo(group.lastId()) <= 0) {
            return;
        }
        if (group.entriesRead() != StreamGroup.UNKNOWN && !hasDeletedFrom(stream, id)) {
            group.entriesRead(group.entriesRead() + 1);
        } else if (stream.entriesAdded() != 0) {
            group.entriesRead(stream.entriesUpTo(id));
        }
        group.lastId(id);
    }

    /** Whether an entry was deleted at an ID or behind it, and not before all that are there. */
    private static boolean hasDeletedFrom(StreamValue stream, StreamId id) {
        StreamId deleted = stream.maxDeletedId();
        return stream.size() > 0
                && !deleted.isZero()
                && id.compareTo(deleted) <= 0
                && stream.firstId().compareTo(deleted) <= 0;
    }

    /** How many entries a group has yet to read, or {@link #UNKNOWN_LAG}. */
    static long lag(StreamValue stream, StreamGroup group) {
        if (stream.entriesAdded() == 0) {
            return 0;
        }
        long read = group.entriesRead() != StreamGroup.UNKNOWN && !hasDeletedFrom(stream, group.lastId())
                ? group.entriesRead()
                : stream.entriesUpTo(group.lastId());
        return read == StreamGroup.UNKNOWN ? UNKNOWN_LAG : stream.entriesAdded() - read;
    }
}
