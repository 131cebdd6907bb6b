package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** XLEN, XRANGE, XREVRANGE, XREAD and XREADGROUP. */
final class StreamRead {
    private static final int KEY = 1;
    private static final long NO_BLOCK = -1;
    private static final long NO_CLAIM = -1;

    /** What an entry that is idle takes on the heap until it is claimed. */
    private static final long IDLE_BYTES = 100;

    /** How long a blocked call waits at least before it looks for entries to claim again. */
    private static final long MIN_LOOK_AGAIN_MILLIS = 10;

    private StreamRead() {}

    static void xlen(Call call) {
        StreamValue stream = call.keys().read(ValueType.STREAM, call.arg(KEY));
        call.reply().integer(stream == null ? 0 : stream.size());
    }

    static void xrange(Call call) {
        range(call, 2, 3, false);
    }

    static void xrevrange(Call call) {
        range(call, 3, 2, true);
    }

    private static void range(Call call, int start, int end, boolean reversed) {
        StreamId from = StreamArguments.rangeStart(call, start);
        StreamId to = StreamArguments.rangeEnd(call, end);
        long count = -1;
        for (int i = 4; i < call.argCount(); i += 2) {
            if (!call.argIs(i, "COUNT") || i + 1 == call.argCount()) {
                throw Errors.syntax();
            }
            count = Math.max(0, call.integerArg(i + 1));
        }
        StreamValue stream = call.keys().read(ValueType.STREAM, call.arg(KEY));
        if (stream == null) {
            call.reply().array(0);
        } else if (count == 0) {
            call.reply().nilArray();
        } else {
            ReplyWriter reply = call.reply();
            int mark = reply.begin();
            int size = 0;
            StreamValue.Cursor cursor = stream.cursor(from, to, reversed);
            while ((count < 0 || size < count) && cursor.next()) {
                entry(reply, cursor);
                size++;
            }
            reply.endArray(mark, size);
        }
    }

    /** Replies an entry: its ID, and fields and values in turn. */
    static void entry(ReplyWriter reply, StreamValue.Cursor cursor) {
        reply.array(2);
        content(reply, cursor);
    }

    /** Replies an entry, how long ago it was delivered before, and how often. */
    private static void entry(ReplyWriter reply, StreamValue.Cursor cursor, long idleMillis, long deliveries) {
        reply.array(4);
        content(reply, cursor);
        reply.integer(idleMillis);
        reply.integer(deliveries);
    }

    private static void content(ReplyWriter reply, StreamValue.Cursor cursor) {
        reply.bulk(cursor.id().text());
        reply.array(2 * cursor.fields());
        cursor.strings(reply::bulk);
    }

    static void xread(Call call) {
        new Reading(call, false).run();
    }

    static void xreadgroup(Call call) {
        new Reading(call, true).run();
    }

    /** One call of XREAD or XREADGROUP. */
    private static final class Reading {
        private final Call call;
        private final boolean grouped;
        private long count;
        private long timeoutMillis = NO_BLOCK;
        /** How long entries must have been pending that are claimed, or that none are. */
        private long minIdle = NO_CLAIM;

        private final ReadLimit limit = new ReadLimit();
        private boolean noAck;
        private int groupIndex;
        private int firstKey;
        private int streams;
        private final @Nullable StreamValue[] found;
        private final @Nullable StreamGroup[] groups;
        private final StreamId[] after;
        /** Whether a stream is asked for what its group was not yet given. */
        private final boolean[] isNew;
        /** What is pending for long enough. */
        private final StreamGroup.@Nullable Idle[] idle;

        Reading(Call call, boolean grouped) {
            this.call = call;
            this.grouped = grouped;
            parseOptions();
            found = new @Nullable StreamValue[streams];
            groups = new @Nullable StreamGroup[streams];
            after = new StreamId[streams];
            isNew = new boolean[streams];
            idle = new StreamGroup.@Nullable Idle[streams];
            Arrays.setAll(after, this::parseId);
        }

        private void parseOptions() {
            for (int i = 1; i < call.argCount() && streams == 0; i++) {
                boolean more = i + 1 < call.argCount();
                if (more && call.argIs(i, "BLOCK")) {
                    if (call.isInScript()) {
                        throw Errors.err(call.arg(0) + " command is not allowed with BLOCK option from scripts");
                    }
                    timeoutMillis = timeout(++i);
                } else if (more && call.argIs(i, "COUNT")) {
                    count = Math.max(0, call.integerArg(++i));
                } else if (more && call.argIs(i, "MAXCOUNT")) {
                    limit.maxEntries(positive(++i, "MAXCOUNT"));
                } else if (more && call.argIs(i, "MAXSIZE")) {
                    limit.maxBytes(positive(++i, "MAXSIZE"));
                } else if (more && call.argIs(i, "STREAMS")) {
                    firstKey = i + 1;
                    int left = call.argCount() - firstKey;
                    if (left % 2 != 0) {
                        throw Errors.err("Unbalanced XREAD list of streams: for each stream key an ID or '$' must be"
                                + " specified.");
                    }
                    streams = left / 2;
                } else if (i + 2 < call.argCount() && call.argIs(i, "GROUP")) {
                    requireGrouped("GROUP");
                    groupIndex = i + 1;
                    i += 2;
                } else if (more && call.argIs(i, "CLAIM")) {
                    requireGrouped("CLAIM");
                    minIdle = minIdle(++i);
                } else if (call.argIs(i, "NOACK")) {
                    requireGrouped("NOACK");
                    noAck = true;
                } else {
                    throw Errors.syntax();
                }
            }
            if (streams == 0) {
                throw Errors.syntax();
            }
            if (grouped && groupIndex == 0) {
                throw Errors.err("Missing GROUP option for XREADGROUP");
            }
            if (count > limit.maxEntries()) {
                throw Errors.err("MAXCOUNT must be greater than or equal to COUNT");
            }
        }

        private long positive(int index, String option) {
            return call.integerArg(index, 1, Long.MAX_VALUE, option + " must be a positive integer");
        }

        private long minIdle(int index) {
            long millis = call.integerArg(
                    index, Long.MIN_VALUE, Long.MAX_VALUE, "min-idle-time is not an integer or out of range");
            if (millis < 0) {
                throw Errors.err("min-idle-time must be a positive integer");
            }
            return millis;
        }

        private long timeout(int index) {
            long timeout =
                    call.integerArg(index, Long.MIN_VALUE, Long.MAX_VALUE, "timeout is not an integer or out of range");
            if (timeout < 0) {
                throw Errors.timeoutNegative();
            }
            if (timeout > Long.MAX_VALUE - call.nowMillis()) {
                throw Errors.err("timeout is out of range");
            }
            return timeout;
        }

        private void requireGrouped(String option) {
            if (!grouped) {
                throw Errors.err(
                        "The " + option + " option is only supported by XREADGROUP. You called XREAD instead.");
            }
        }

        private StreamId parseId(int i) {
            int index = firstKey + streams + i;
            StreamValue stream = lookUp(i);
            found[i] = stream;
            if (grouped) {
                return parseGroupId(i, index, group(i, stream));
            }
            if (call.argIs(index, ">")) {
                throw Errors.err("The > ID can be specified only when calling XREADGROUP using the GROUP <group>"
                        + " <consumer> option.");
            }
            if (call.argIs(index, "$")) {
                StreamId last = stream == null ? StreamId.MIN : stream.lastId();
                call.replaceArg(index, last.text());
                return last;
            }
            if (call.argIs(index, "+")) {
                return beforeLast(index, stream);
            }
            return StreamArguments.strictId(call, index, 0);
        }

        private StreamId parseGroupId(int i, int index, StreamGroup group) {
            groups[i] = group;
            if (call.argIs(index, "$")) {
                throw Errors.err("The $ ID is meaningless in the context of XREADGROUP: you want to read the history"
                        + " of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID"
                        + " would just return an empty result set.");
            }
            // In Redis, the greatest ID means the same as >.
            StreamId id = call.argIs(index, ">") ? StreamId.MAX : StreamArguments.strictId(call, index, 0);
            isNew[i] = id.equals(StreamId.MAX);
            return isNew[i] ? group.lastId() : id;
        }

        /** The ID behind which only the last entry is; without entries, that of the greatest ID ever. */
        private StreamId beforeLast(int index, @Nullable StreamValue stream) {
            StreamId last = stream == null ? StreamId.MIN : stream.lastId();
            if (stream != null && stream.size() > 0) {
                StreamValue.Cursor cursor = stream.cursor(StreamId.MIN, StreamId.MAX, true);
                cursor.next();
                return Objects.requireNonNull(cursor.id().previous(), "ID before " + cursor.id());
            }
            call.replaceArg(index, last.text());
            return last;
        }

        private @Nullable StreamValue lookUp(int i) {
            Bytes key = call.arg(firstKey + i);
            if (grouped) {
                return StreamGroups.lookedUp(call, key);
            }
            // A key that got a value of another type while the call was blocked does not matter to the others.
            return call.isRetried()
                    ? call.keys().readIfOfType(ValueType.STREAM, key)
                    : call.keys().read(ValueType.STREAM, key);
        }

        private StreamGroup group(int i, @Nullable StreamValue stream) {
            StreamGroup group = stream == null ? null : stream.group(call.arg(groupIndex));
            if (group == null) {
                throw new CommandException("NOGROUP No such key '" + call.arg(firstKey + i) + "' or consumer group '"
                        + call.arg(groupIndex) + "' in XREADGROUP with GROUP option");
            }
            return group;
        }

        void run() {
            if (grouped) {
                call.propagateNothing();
            }
            ReplyWriter reply = call.reply();
            int mark = 0;
            int answered = 0;
            for (int i = 0; i < streams; i++) {
                // Redis looks the key up again.
                call.keys().peek(call.arg(firstKey + i));
                StreamValue stream = found[i];
                if (stream == null || !hasSome(i, stream)) {
                    continue;
                }
                if (answered++ == 0) {
                    mark = reply.begin();
                }
                if (reply.protocol() == 2) {
                    reply.array(2);
                }
                reply.bulk(call.arg(firstKey + i));
                serve(i, stream);
            }
            if (answered == 0) {
                waitOrReplyNothing();
            } else if (reply.protocol() == 2) {
                reply.endArray(mark, answered);
            } else {
                reply.endMap(mark, answered);
            }
        }

        /** Whether a stream is answered for. A group may have read on in it, when the stream is named twice. */
        private boolean hasSome(int i, StreamValue stream) {
            if (limit.isReached()) {
                return false;
            }
            if (isNew[i]) {
                after[i] = Objects.requireNonNull(groups[i], "group").lastId();
            }
            boolean hasSome = findIdle(i, stream) || (grouped && !isNew[i]) || hasAfter(stream, after[i]);
            return hasSome && (!limit.isBySize() || firstFits(i, stream));
        }

        /** Looks for entries to claim; false if there are none. */
        private boolean findIdle(int i, StreamValue stream) {
            if (minIdle == NO_CLAIM || !isNew[i] || stream.size() == 0) {
                return false;
            }
            long most = count == 0 ? limit.entriesLeft() : Math.min(count, limit.entriesLeft());
            StreamGroup.Idle found = Objects.requireNonNull(groups[i], "group")
                    .idle(stream.firstId(), call.nowMillis() - minIdle, most, new Kept(stream, most));
            idle[i] = found;
            return !found.ids().isEmpty();
        }

        /** Whether a stream has an entry that is pending; its ID is then kept on the heap, or that of another one instead. */
        private final class Kept implements Predicate<StreamId> {
            private final StreamValue stream;
            private long uncounted;

            /** @param most how many are kept at most */
            Kept(StreamValue stream, long most) {
                this.stream = stream;
                uncounted = most;
            }

            @Override
            public boolean test(StreamId id) {
                if (!stream.cursor(id, id, false).next()) {
                    return false;
                }
                if (uncounted > 0) {
                    uncounted--;
                    call.takeHeap(IDLE_BYTES);
                }
                return true;
            }
        }

        /** Whether there is room for the first entry that a stream is answered for with. */
        private boolean firstFits(int i, StreamValue stream) {
            StreamGroup group = groups[i];
            StreamGroup.Idle claimed = idle[i];
            StreamId first = after[i].next();
            StreamId last = StreamId.MAX;
            if (claimed != null && !claimed.ids().isEmpty()) {
                first = claimed.ids().get(0);
                last = first;
            } else if (group != null && !isNew[i] && first != null) {
                StreamGroup.Consumer consumer = group.consumer(call.arg(groupIndex + 1));
                StreamGroup.Pending pending = consumer == null ? null : group.pending(first, consumer);
                first = pending != null && pending.next() ? pending.id() : null;
                last = first == null ? last : first;
            }
            StreamValue.Cursor cursor = first == null ? null : stream.cursor(first, last, false);
            return cursor == null || !cursor.next() || limit.hasRoomFor(cursor);
        }

        private void waitOrReplyNothing() {
            if (timeoutMillis == NO_BLOCK) {
                call.reply().nilArray();
            } else if (grouped) {
                call.blockOnExisting(
                        ValueType.STREAM,
                        firstKey,
                        streams,
                        timeoutMillis,
                        Call.TimeoutReply.NIL_ARRAY,
                        "UNBLOCKED the stream key no longer exists");
                for (int i = 0; i < streams; i++) {
                    StreamGroup.Idle pending = idle[i];
                    if (pending != null) {
                        lookAgain(call.arg(firstKey + i), pending);
                    }
                }
            } else {
                call.block(ValueType.STREAM, firstKey, streams, timeoutMillis, Call.TimeoutReply.NIL_ARRAY);
            }
        }

        /** Has the call run again when what is pending is idle for long enough, or would be if it were delivered now. */
        private void lookAgain(Bytes key, StreamGroup.Idle pending) {
            long wait = Math.max(MIN_LOOK_AGAIN_MILLIS, minIdle);
            long next = pending.nextMillis() == Long.MAX_VALUE ? call.nowMillis() : pending.nextMillis();
            if (next <= Long.MAX_VALUE - wait) {
                call.readyAt(key, next + wait);
            }
        }

        private static boolean hasAfter(StreamValue stream, StreamId id) {
            if (id.compareTo(stream.lastId()) >= 0) {
                return false;
            }
            StreamValue.Cursor last = stream.cursor(StreamId.MIN, StreamId.MAX, true);
            return last.next() && last.id().compareTo(id) > 0;
        }

        private void serve(int i, StreamValue stream) {
            StreamGroup group = groups[i];
            ReplyWriter reply = call.reply();
            if (group == null) {
                int mark = reply.begin();
                reply.endArray(mark, serveBehind(stream, after[i], 0, cursor -> {}));
                return;
            }
            Bytes key = call.arg(firstKey + i);
            Bytes name = call.arg(groupIndex + 1);
            boolean isKnown = group.consumer(name) != null;
            StreamGroup.Consumer consumer = StreamGroups.consumer(call, key, group, name);
            if (isNew[i]) {
                int mark = reply.begin();
                StreamGroup.Idle claimed = idle[i];
                int size = claimed == null ? 0 : serveIdle(key, stream, group, consumer, claimed.ids());
                reply.endArray(mark, size + serveNew(key, stream, group, consumer, after[i], size));
            } else {
                serveHistory(key, stream, group, consumer, after[i]);
            }
            if (!isKnown && consumer.pendingCount() == 0) {
                StreamGroups.propagateConsumer(call, key, group, consumer);
            }
        }

        /** Claims entries; returns how many. */
        private int serveIdle(
                Bytes key, StreamValue stream, StreamGroup group, StreamGroup.Consumer consumer, List<StreamId> ids) {
            int size = 0;
            for (StreamId id : ids) {
                StreamValue.Cursor cursor = stream.cursor(id, id, false);
                if (!cursor.next() || !limit.takes(cursor)) {
                    break;
                }
                StreamGroup.Pending pending = Objects.requireNonNull(StreamEntries.pending(group, id), "pending");
                long deliveries = pending.deliveries();
                entry(call.reply(), cursor, Math.max(0, call.nowMillis() - pending.deliveredMillis()), deliveries);
                deliver(key, group, consumer, id, StreamEntries.onceMore(deliveries));
                size++;
            }
            return size;
        }

        private int serveNew(
                Bytes key,
                StreamValue stream,
                StreamGroup group,
                StreamGroup.Consumer consumer,
                StreamId id,
                int before) {
            int size = serveBehind(stream, id, before, cursor -> {
                StreamEntries.read(stream, group, cursor.id());
                if (!noAck) {
                    deliver(key, group, consumer, cursor.id(), 1);
                }
            });
            if (size > 0) {
                call.changed();
                StreamGroups.propagateGroupId(call, key, group);
            }
            return size;
        }

        private void deliver(
                Bytes key, StreamGroup group, StreamGroup.Consumer consumer, StreamId id, long deliveries) {
            group.deliver(id, consumer, call.nowMillis(), deliveries);
            call.changed();
            StreamGroups.propagateClaim(call, key, group, consumer.name(), id, call.nowMillis(), deliveries);
        }

        /** Replies the entries behind an ID, after so many others of the stream; returns how many. */
        private int serveBehind(StreamValue stream, StreamId id, int before, Consumer<StreamValue.Cursor> delivered) {
            int size = 0;
            StreamId next = id.next();
            if (next != null) {
                StreamValue.Cursor cursor = stream.cursor(next, StreamId.MAX, false);
                while ((count == 0 || before + size < count) && cursor.next() && limit.takes(cursor)) {
                    if (minIdle == NO_CLAIM) {
                        entry(call.reply(), cursor);
                    } else {
                        entry(call.reply(), cursor, 0, 0);
                    }
                    delivered.accept(cursor);
                    size++;
                }
            }
            return size;
        }

        private void serveHistory(
                Bytes key, StreamValue stream, StreamGroup group, StreamGroup.Consumer consumer, StreamId id) {
            ReplyWriter reply = call.reply();
            int mark = reply.begin();
            int size = 0;
            StreamId next = id.next();
            if (next != null) {
                StreamGroup.Pending pending = group.pending(next, consumer);
                while ((count == 0 || size < count) && !limit.isReached() && pending.next()) {
                    StreamValue.Cursor cursor = stream.cursor(pending.id(), pending.id(), false);
                    if (cursor.next()) {
                        if (!limit.takes(cursor)) {
                            break;
                        }
                        entry(reply, cursor);
                        deliver(key, group, consumer, pending.id(), StreamEntries.onceMore(pending.deliveries()));
                    } else {
                        limit.takesDeleted();
                        reply.array(2);
                        reply.bulk(pending.id().text());
                        reply.nilArray();
                    }
                    size++;
                }
            }
            reply.endArray(mark, size);
        }
    }
}
