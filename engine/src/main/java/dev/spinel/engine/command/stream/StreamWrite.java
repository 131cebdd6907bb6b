package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** XADD, XTRIM and XSETID. */
final class StreamWrite {
    private static final int KEY = 1;
    private static final long MAX_ENTRY_BYTES = 1L << 30;

    private StreamWrite() {}

    static void xadd(Call call) {
        StreamTrim trim = StreamTrim.parse(call, true);
        int idIndex = trim.next();
        int first = idIndex + 1;
        int count = call.argCount() - first;
        if (count < 2 || count % 2 != 0) {
            throw Errors.wrongArity("xadd");
        }
        if (trim.id().isZero()) {
            throw Errors.err("The ID specified in XADD must be greater than 0-0");
        }
        Bytes[] strings = new Bytes[count];
        long bytes = 0;
        for (int i = 0; i < count; i++) {
            strings[i] = call.arg(first + i);
            bytes += strings[i].length();
        }
        Bytes key = call.arg(KEY);
        StreamValue existing = call.keys().modify(ValueType.STREAM, key);
        if (existing == null && trim.noMakeStream()) {
            call.reply().nil();
            return;
        }
        IdempotentAdd idempotent = trim.idempotent();
        Bytes idempotentId = idempotent == null ? null : idempotent.idOf(strings);
        if (idempotent != null && idempotentId != null) {
            StreamId known = StreamIdempotence.duplicateOf(call, existing, idempotent.producer(), idempotentId);
            if (known != null) {
                call.reply().bulk(known.text());
                return;
            }
        }
        StreamId last = existing == null ? StreamId.MIN : existing.lastId();
        if (last.equals(StreamId.MAX)) {
            throw Errors.err("The stream has exhausted the last possible ID, unable to add more items");
        }
        StreamId id = trim.id().after(last, call.nowMillis());
        if (id == null || id.compareTo(last) <= 0) {
            throw Errors.err("The ID specified in XADD is equal or smaller than the target stream top item");
        }
        if (bytes > MAX_ENTRY_BYTES) {
            throw Errors.err("Elements are too large to be stored");
        }
        Bytes producer = idempotent == null || idempotentId == null ? null : idempotent.producer();
        StreamValue stream;
        if (existing == null) {
            stream = create(call, key, id, strings, producer, idempotentId);
        } else {
            stream = existing;
            append(stream, id, strings, producer, idempotentId);
        }
        Bytes idText = id.text();
        if (!trim.id().isComplete()) {
            call.replaceArg(idIndex, idText);
        }
        call.reply().bulk(idText);
        call.changed(key, KeyEvent.STREAM, "xadd");
        boolean trimsByReference = trim.dependsOnReferences(stream);
        if (trimsByReference && call.isPropagated()) {
            // What is trimmed is logged after it.
            propagateAdded(call, key, List.of(), idText, strings);
        }
        if (trim.isGiven()) {
            trim.apply(call, key, stream);
        }
        if (!trimsByReference && !trim.isLoggedAsGiven() && call.isPropagated()) {
            propagateAdded(call, key, trim.exact(stream), idText, strings);
        }
        if (producer != null && idempotentId != null) {
            StreamIdempotence.record(call, stream, producer, idempotentId, id);
        }
    }

    private static void propagateAdded(Call call, Bytes key, List<Bytes> trim, Bytes id, Bytes[] strings) {
        List<Bytes> effect = new ArrayList<>(List.of(Bytes.of("XADD"), key));
        effect.addAll(trim);
        effect.add(id);
        effect.addAll(List.of(strings));
        call.propagateAs(effect.toArray(new Bytes[0]));
    }

    /** Makes a stream with one entry, or none if there is not enough memory for the entry. */
    private static StreamValue create(
            Call call,
            Bytes key,
            StreamId id,
            Bytes[] strings,
            @Nullable Bytes producer,
            @Nullable Bytes idempotentId) {
        boolean added = false;
        try {
            StreamValue stream = call.keys().modifyOrCreate(ValueType.STREAM, key);
            append(stream, id, strings, producer, idempotentId);
            added = true;
            return stream;
        } finally {
            if (!added) {
                call.keys().remove(key);
            }
        }
    }

    /** Adds an entry, with memory for the record of it if there is going to be one. */
    private static void append(
            StreamValue stream, StreamId id, Bytes[] strings, @Nullable Bytes producer, @Nullable Bytes idempotentId) {
        if (producer != null && idempotentId != null) {
            stream.makeProducers().reserve(producer, idempotentId);
        }
        stream.append(id, strings, 0, strings.length);
    }

    static void xtrim(Call call) {
        StreamTrim trim = StreamTrim.parse(call, false);
        Bytes key = call.arg(KEY);
        StreamValue stream = call.keys().modify(ValueType.STREAM, key);
        long removed = stream == null ? 0 : trim.apply(call, key, stream);
        if (stream != null
                && removed > 0
                && !trim.isLoggedAsGiven()
                && !trim.dependsOnReferences(stream)
                && call.isPropagated()) {
            List<Bytes> effect = new ArrayList<>(List.of(Bytes.of("XTRIM"), key));
            effect.addAll(trim.exact(stream));
            call.propagateAs(effect.toArray(new Bytes[0]));
        }
        call.reply().integer(removed);
    }

    static void xsetid(Call call) {
        StreamId id = StreamArguments.strictId(call, 2, 0);
        long added = -1;
        StreamId maxDeleted = null;
        for (int i = 3; i < call.argCount(); i += 2) {
            if (i + 1 == call.argCount()) {
                throw Errors.syntax();
            }
            if (call.argIs(i, "ENTRIESADDED")) {
                added = call.integerArg(i + 1);
                if (added < 0) {
                    throw Errors.err("entries_added must be positive");
                }
            } else if (call.argIs(i, "MAXDELETEDID")) {
                maxDeleted = StreamArguments.strictId(call, i + 1, 0);
                if (id.compareTo(maxDeleted) < 0) {
                    throw Errors.err("The ID specified in XSETID is smaller than the provided max_deleted_entry_id");
                }
            } else {
                throw Errors.syntax();
            }
        }
        Bytes key = call.arg(KEY);
        StreamValue stream = call.keys().modify(ValueType.STREAM, key);
        if (stream == null) {
            throw Errors.noSuchKey();
        }
        if (stream.size() > 0) {
            StreamValue.Cursor cursor = stream.cursor(StreamId.MIN, StreamId.MAX, true);
            if (cursor.next() && id.compareTo(cursor.id()) < 0) {
                throw Errors.err("The ID specified in XSETID is smaller than the target stream top item");
            }
            if (added != -1 && stream.size() > added) {
                throw Errors.err("The entries_added specified in XSETID is smaller than the target stream length");
            }
        }
        stream.lastId(id);
        if (added != -1) {
            stream.entriesAdded(added);
        }
        if (maxDeleted != null && !maxDeleted.isZero()) {
            stream.maxDeletedId(maxDeleted);
        }
        call.changed();
        call.event(call.keys(), key, KeyEvent.STREAM, "xsetid");
        call.reply().ok();
    }
}
