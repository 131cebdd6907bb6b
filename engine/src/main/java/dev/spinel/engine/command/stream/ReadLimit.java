package dev.spinel.engine.command.stream;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamValue;

/** How many entries, and about how many bytes, XREAD and XREADGROUP may answer in all, of several streams. */
final class ReadLimit {
    private static final long NONE = Long.MAX_VALUE;

    private long maxEntries = NONE;
    private long maxBytes = NONE;
    private long entries;
    private long bytes;
    private boolean isFull;
    private long measured;

    void maxEntries(long most) {
        maxEntries = most;
    }

    void maxBytes(long most) {
        maxBytes = most;
    }

    long maxEntries() {
        return maxEntries;
    }

    long entriesLeft() {
        return maxEntries - entries;
    }

    boolean isBySize() {
        return maxBytes != NONE;
    }

    /** Whether there is no room left. */
    boolean isReached() {
        return isFull || entries >= maxEntries;
    }

    /** Whether there is room for an entry, for the first one in any case; if not, there is none for any other. */
    boolean hasRoomFor(StreamValue.Cursor entry) {
        if (maxBytes != NONE && entries > 0 && bytes + bytesOf(entry) > maxBytes) {
            isFull = true;
        }
        return !isReached();
    }

    /** Counts an entry if there is room for it. */
    boolean takes(StreamValue.Cursor entry) {
        if (!hasRoomFor(entry)) {
            return false;
        }
        entries++;
        if (maxBytes != NONE) {
            bytes += bytesOf(entry);
        }
        return true;
    }

    /** Counts an entry that is gone. */
    void takesDeleted() {
        entries++;
    }

    /** Bytes of an entry in the protocol. */
    private long bytesOf(StreamValue.Cursor entry) {
        measured = aggregate(2) + bulk(entry.id().text()) + aggregate(2L * entry.fields());
        entry.strings(string -> measured += bulk(string));
        return measured;
    }

    private static long aggregate(long elements) {
        return 3L + Long.toString(elements).length();
    }

    private static long bulk(Bytes value) {
        return aggregate(value.length()) + value.length() + 2;
    }
}
