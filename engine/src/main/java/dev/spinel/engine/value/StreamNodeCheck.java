package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.engine.dataset.ValueSink;
import org.jspecify.annotations.Nullable;

/** Checks a node of a stream that comes from outside, so that {@link LargeStream} may trust it. */
final class StreamNodeCheck {
    private static final int ALL_FLAGS = ValueSink.STREAM_ENTRY_DELETED | ValueSink.STREAM_ENTRY_SAME_FIELDS;

    private final byte[] array;
    private final StreamId master;
    private int at;
    private StreamId lastLiveId;
    private boolean hasLive;
    private boolean hasIdsBehind;

    private StreamNodeCheck(byte[] array, int first, StreamId master, StreamId before) {
        this.array = array;
        this.at = first;
        this.master = master;
        this.lastLiveId = before;
    }

    /**
     * Checks whether a listpack has the form of a node; null if not.
     *
     * @param id the ID of the node
     * @param before the ID of the last live entry before the node, {@link StreamId#MIN} without
     */
    static @Nullable StreamNodeCheck of(StreamId id, Bytes listpack, StreamId before) {
        if (Listpack.check(listpack.array(), listpack.offset(), listpack.length()) <= 0) {
            return null;
        }
        StreamNodeCheck check = new StreamNodeCheck(listpack.array(), Listpack.first(listpack.offset()), id, before);
        return check.isValid() ? check : null;
    }

    /** ID of the last live entry, of the nodes before if this one has none. */
    StreamId lastLiveId() {
        return lastLiveId;
    }

    /** Whether a live entry has a smaller ID than the node. */
    boolean hasIdsBehind() {
        return hasIdsBehind;
    }

    private boolean isEnd() {
        return Listpack.isEnd(array, at);
    }

    private boolean isInteger() {
        return !isEnd() && Listpack.isInteger(array, at);
    }

    private long take() {
        long value = Listpack.integer(array, at);
        at = Listpack.next(array, at);
        return value;
    }

    /** Moves over strings; false if there are not so many. */
    private boolean skip(long strings) {
        for (long left = strings; left > 0; left--) {
            if (isEnd()) {
                return false;
            }
            at = Listpack.next(array, at);
        }
        return strings >= 0;
    }

    private boolean isValid() {
        long[] head = new long[3];
        for (int i = 0; i < head.length; i++) {
            if (!isInteger()) {
                return false;
            }
            head[i] = take();
        }
        long fields = head[2];
        if (!skip(fields) || !isInteger() || take() != 0) {
            return false;
        }
        long live = 0;
        long deleted = 0;
        while (!isEnd()) {
            if (!isFlags()) {
                return false;
            }
            long flags = take();
            boolean isDeleted = (flags & ValueSink.STREAM_ENTRY_DELETED) != 0;
            if (!takeId(isDeleted) || !skipStrings(flags, fields)) {
                return false;
            }
            if (isDeleted) {
                deleted++;
            } else {
                live++;
            }
        }
        return live == head[0] && deleted == head[1] && live + deleted > 0;
    }

    /** Whether flags follow that are known, and that a further one makes no longer or shorter. */
    private boolean isFlags() {
        return isInteger()
                && (Listpack.integer(array, at) & ~ALL_FLAGS) == 0
                && Listpack.entryBytesAt(array, at) == Listpack.entryBytes(ALL_FLAGS);
    }

    /** Takes the ID of an entry; false if there is none, or one that may not follow the last live entry. */
    private boolean takeId(boolean isDeleted) {
        if (!isInteger()) {
            return false;
        }
        long millis = take();
        if (!isInteger()) {
            return false;
        }
        StreamId id = new StreamId(master.millis() + millis, master.sequence() + take());
        boolean follows = id.compareTo(lastLiveId) > 0;
        if (isDeleted) {
            // XSETID makes it possible to go back behind deleted entries, but not behind live ones.
            return follows || !hasLive;
        }
        if (!follows) {
            return false;
        }
        hasLive = true;
        hasIdsBehind |= id.compareTo(master) < 0;
        lastLiveId = id;
        return true;
    }

    /** Moves over fields, values and the count of parts of an entry; false if they are not what they should be. */
    private boolean skipStrings(long flags, long fields) {
        long parts;
        if ((flags & ValueSink.STREAM_ENTRY_SAME_FIELDS) != 0) {
            parts = fields + 3;
            if (!skip(fields)) {
                return false;
            }
        } else {
            if (!isInteger()) {
                return false;
            }
            long own = take();
            parts = 2 * own + 4;
            if (own < 0 || own > Listpack.MAX_BYTES || !skip(2 * own)) {
                return false;
            }
        }
        return isInteger() && take() == parts;
    }
}
