package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.engine.dataset.ValueSink;
import org.jspecify.annotations.Nullable;

/** Checks a node of a stream that comes from outside, so that {@link LargeStream} may trust it. */
final class StreamNodeCheck {
    private final byte[] array;
    private final StreamId master;
    private int at;

    private StreamNodeCheck(byte[] array, int first, StreamId master) {
        this.array = array;
        this.at = first;
        this.master = master;
    }

    /** Whether a listpack has the form of a node whose first entry has an ID. */
    static boolean isValid(StreamId id, Bytes listpack) {
        if (Listpack.check(listpack.array(), listpack.offset(), listpack.length()) <= 0) {
            return false;
        }
        return new StreamNodeCheck(listpack.array(), Listpack.first(listpack.offset()), id).isValid();
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
        @Nullable StreamId previous = null;
        while (!isEnd()) {
            if (!isInteger()) {
                return false;
            }
            long flags = take();
            if (!isInteger()) {
                return false;
            }
            long millis = take();
            if (!isInteger()) {
                return false;
            }
            StreamId id = new StreamId(master.millis() + millis, master.sequence() + take());
            if ((flags & ValueSink.STREAM_ENTRY_DELETED) != 0) {
                deleted++;
            } else if (previous != null && id.compareTo(previous) <= 0) {
                return false;
            } else {
                // XSETID makes it possible to use the ID of a deleted entry again.
                previous = id;
                live++;
            }
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
            if (!isInteger() || take() != parts) {
                return false;
            }
        }
        return live == head[0] && deleted == head[1];
    }
}
