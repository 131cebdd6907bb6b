package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** XDEL, XDELEX and XACKDEL. */
final class StreamDelete {
    private static final int KEY = 1;
    private static final int GROUP = 2;

    private static final int NOT_THERE = -1;
    private static final int REMOVED = 1;
    private static final int STILL_REFERENCED = 2;

    /** What the result for an ID takes on the heap, with the ID itself. */
    private static final long RESULT_BYTES = 100;

    private StreamDelete() {}

    static void xdel(Call call) {
        Bytes key = call.arg(KEY);
        StreamValue stream = call.keys().modify(ValueType.STREAM, key);
        long deleted = 0;
        if (stream != null) {
            for (StreamId id : StreamArguments.ids(call, 2, call.argCount() - 2)) {
                deleted += StreamRemoval.delete(stream, id) ? 1 : 0;
            }
        }
        if (deleted > 0) {
            call.changed(key, KeyEvent.STREAM, "xdel");
        }
        call.reply().integer(deleted);
    }

    /** What XDELEX and XACKDEL are asked for. */
    private record Request(References references, List<StreamId> ids) {
        static Request parse(Call call, int first) {
            References references = null;
            List<StreamId> ids = null;
            for (int i = first; i < call.argCount(); i++) {
                References named = References.named(call, i);
                if (named != null && references == null) {
                    references = named;
                } else if (ids == null && i + 1 < call.argCount() && call.argIs(i, "IDS")) {
                    int count = (int)
                            call.integerArg(i + 1, 1, Integer.MAX_VALUE, "Number of IDs must be a positive integer");
                    if (count > call.argCount() - i - 2) {
                        throw Errors.err("The `numids` parameter must match the number of arguments");
                    }
                    ids = StreamArguments.ids(call, i + 2, count);
                    i += 1 + count;
                } else {
                    throw Errors.syntax();
                }
            }
            if (ids == null) {
                throw Errors.syntax();
            }
            return new Request(references == null ? References.KEEP : references, ids);
        }
    }

    static void xdelex(Call call) {
        Request request = Request.parse(call, KEY + 1);
        Bytes key = call.arg(KEY);
        remove(call, request, call.keys().modify(ValueType.STREAM, key), null);
    }

    static void xackdel(Call call) {
        Request request = Request.parse(call, GROUP + 1);
        StreamValue stream = StreamGroups.lookedUp(call, call.arg(KEY));
        StreamGroup group = stream == null ? null : stream.group(call.arg(GROUP));
        remove(call, request, group == null ? null : stream, group);
    }

    private static void remove(
            Call call, Request request, @Nullable StreamValue stream, @Nullable StreamGroup acknowledging) {
        List<StreamId> ids = request.ids;
        call.takeHeap(RESULT_BYTES * ids.size());
        int[] results = new int[ids.size()];
        Arrays.fill(results, NOT_THERE);
        if (stream == null) {
            reply(call, results);
            return;
        }
        Bytes key = call.arg(KEY);
        StreamRemoval removal = new StreamRemoval(call, key, stream);
        Set<StreamId> done = new HashSet<>();
        for (int i = 0; i < results.length; i++) {
            StreamId id = ids.get(i);
            int result = acknowledging == null
                    ? removes(removal, request.references, id)
                    : acknowledges(removal, request.references, id, acknowledging);
            // An ID that is given twice is not there any more the second time.
            boolean vanishes = result == REMOVED || (result == STILL_REFERENCED && acknowledging != null);
            results[i] = vanishes && !done.add(id) ? NOT_THERE : result;
        }
        reply(call, results);
        try {
            for (int i = 0; i < results.length; i++) {
                remove(removal, request.references, ids.get(i), acknowledging, results[i]);
            }
        } finally {
            if (removal.end() > 0) {
                call.changed(key, KeyEvent.STREAM, "xdel");
            }
        }
    }

    /** Replies before anything changes: there may be no room for the reply. */
    private static void reply(Call call, int[] results) {
        call.reply().array(results.length);
        for (int result : results) {
            call.reply().integer(result);
        }
    }

    /** What XDELEX is going to do with an entry. */
    private static int removes(StreamRemoval removal, References references, StreamId id) {
        if (!removal.has(id)) {
            return NOT_THERE;
        }
        return references == References.RESPECT && removal.isReferenced(id, null) ? STILL_REFERENCED : REMOVED;
    }

    /** What XACKDEL is going to do with an entry; one that is gone already counts as removed. */
    private static int acknowledges(StreamRemoval removal, References references, StreamId id, StreamGroup group) {
        if (!group.isPending(id)) {
            return NOT_THERE;
        }
        return references == References.RESPECT && removal.isReferenced(id, group) ? STILL_REFERENCED : REMOVED;
    }

    private static void remove(
            StreamRemoval removal,
            References references,
            StreamId id,
            @Nullable StreamGroup acknowledging,
            int result) {
        if (acknowledging != null && result != NOT_THERE) {
            removal.acknowledge(acknowledging, id);
        }
        // References to what is gone already are removed as well, but not those to an entry that stays.
        if (references == References.REMOVE && (result == REMOVED || !removal.has(id))) {
            removal.removeReferences(id);
        }
        if (result == REMOVED) {
            removal.delete(id);
        }
    }
}
