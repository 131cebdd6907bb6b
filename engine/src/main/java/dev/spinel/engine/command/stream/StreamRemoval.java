package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The removal of entries of a stream and of references to them, which is logged as what any server understands, XDEL and XACK.
 */
final class StreamRemoval {
    /** How many entries are removed before that is logged. */
    private static final int BATCH = 1000;

    private static final Bytes XACK = Bytes.of("XACK");
    private static final Bytes XDEL = Bytes.of("XDEL");

    private final Call call;
    private final Bytes key;
    private final StreamValue stream;
    private final boolean isLogged;
    private final List<Bytes> deleted = new ArrayList<>();
    private final Map<Bytes, List<Bytes>> acknowledged = new LinkedHashMap<>();
    private int unlogged;
    private long deletedCount;
    private boolean hasAcknowledged;

    StreamRemoval(Call call, Bytes key, StreamValue stream) {
        this.call = call;
        this.key = key;
        this.stream = stream;
        isLogged = call.isPropagated();
        call.propagateNothing();
    }

    /** Removes an entry; false when there is none. */
    static boolean delete(StreamValue stream, StreamId id) {
        if (!stream.delete(id)) {
            return false;
        }
        if (id.compareTo(stream.maxDeletedId()) > 0) {
            stream.maxDeletedId(id);
        }
        return true;
    }

    /** Whether there is an entry. */
    boolean has(StreamId id) {
        return stream.cursor(id, id, false).next();
    }

    /** Removes an entry; false when there is none. */
    boolean delete(StreamId id) {
        if (!delete(stream, id)) {
            return false;
        }
        deletedCount++;
        log(deleted, id);
        return true;
    }

    /** Acknowledges an entry; false when it is not pending. */
    boolean acknowledge(StreamGroup group, StreamId id) {
        if (!group.acknowledge(id)) {
            return false;
        }
        hasAcknowledged = true;
        if (isLogged) {
            log(acknowledged.computeIfAbsent(group.name(), name -> new ArrayList<>()), id);
        }
        return true;
    }

    /** Removes all references to an entry. */
    void removeReferences(StreamId id) {
        for (StreamGroup group : stream.groups()) {
            acknowledge(group, id);
        }
    }

    /**
     * Whether a group has not yet read an entry, or not acknowledged it.
     *
     * @param acknowledging a group that acknowledges it
     */
    boolean isReferenced(StreamId id, @Nullable StreamGroup acknowledging) {
        for (StreamGroup group : stream.groups()) {
            if (id.compareTo(group.lastId()) > 0 || (group != acknowledging && group.isPending(id))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Removes the oldest entries, as far as references allow.
     *
     * @param most how many at most
     * @param end the greatest ID to look at
     * @return how many were removed
     */
    long trim(References references, long most, StreamId end) {
        StreamId last = references == References.RESPECT ? min(end, readByAll()) : end;
        long before = deletedCount;
        List<StreamId> ids = new ArrayList<>();
        do {
            // Where the batch before has ended; the last entry of it may have stayed.
            StreamId from = ids.isEmpty() ? StreamId.MIN : ids.get(ids.size() - 1);
            ids.clear();
            StreamValue.Cursor cursor = stream.cursor(from, last, false);
            while (ids.size() < BATCH && cursor.next()) {
                ids.add(cursor.id());
            }
            for (StreamId id : ids) {
                if (deletedCount - before == most) {
                    break;
                }
                trim(references, id);
            }
        } while (ids.size() == BATCH && deletedCount - before < most);
        return deletedCount - before;
    }

    private void trim(References references, StreamId id) {
        if (references == References.RESPECT && isReferenced(id, null)) {
            return;
        }
        if (references == References.REMOVE) {
            removeReferences(id);
        }
        delete(id);
    }

    /** The ID of the last entry that all groups have read. */
    private StreamId readByAll() {
        StreamId least = StreamId.MAX;
        for (StreamGroup group : stream.groups()) {
            least = min(least, group.lastId());
        }
        return least;
    }

    private static StreamId min(StreamId a, StreamId b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    private void log(List<Bytes> ids, StreamId id) {
        if (isLogged) {
            ids.add(id.text());
            if (++unlogged == BATCH) {
                flush();
            }
        }
    }

    private void flush() {
        acknowledged.forEach((group, ids) -> propagate(ids, XACK, key, group));
        propagate(deleted, XDEL, key);
        unlogged = 0;
    }

    private void propagate(Collection<Bytes> ids, Bytes... head) {
        if (!ids.isEmpty()) {
            List<Bytes> effect = new ArrayList<>(List.of(head));
            effect.addAll(ids);
            call.propagateAs(effect.toArray(new Bytes[0]));
            ids.clear();
        }
    }

    /** Logs what was not yet, to be called even if the removal fails half way; returns how many entries were removed. */
    long end() {
        flush();
        if (hasAcknowledged && deletedCount == 0) {
            call.changed();
        }
        return deletedCount;
    }
}
