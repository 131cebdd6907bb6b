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
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** XPENDING, XCLAIM and XAUTOCLAIM. */
final class StreamPending {
    private static final int KEY = 1;
    private static final int GROUP = 2;
    private static final int CONSUMER = 3;
    private static final int MIN_IDLE = 4;
    private static final int FIRST_ID = 5;

    /** How many pending entries XAUTOCLAIM looks at for each that it may claim. */
    private static final int ATTEMPTS_FACTOR = 10;

    /** The greatest count of XAUTOCLAIM, as in Redis, which makes room for so many IDs. */
    private static final long MAX_COUNT = Long.MAX_VALUE / 16;

    /** The idle time of an entry that nobody has. */
    private static final long RELEASED = -1;

    private static final Bytes XACK = Bytes.of("XACK");

    private StreamPending() {}

    /** The group that a command names after a key. */
    static StreamGroup group(Call call, @Nullable StreamValue stream) {
        StreamGroup group = stream == null ? null : stream.group(call.arg(GROUP));
        if (group == null) {
            throw new CommandException(
                    "NOGROUP No such key '" + call.arg(KEY) + "' or consumer group '" + call.arg(GROUP) + "'");
        }
        return group;
    }

    static void xpending(Call call) {
        if (call.argCount() == 3) {
            summary(call, group(call, call.keys().read(ValueType.STREAM, call.arg(KEY))));
            return;
        }
        if (call.argCount() < 6 || call.argCount() > 9) {
            throw Errors.syntax();
        }
        int start = 3;
        long minIdle = 0;
        if (call.argIs(3, "IDLE")) {
            minIdle = call.integerArg(4);
            if (call.argCount() < 8) {
                throw Errors.syntax();
            }
            start = 5;
        }
        long count = Math.max(0, call.integerArg(start + 2));
        StreamId from = StreamArguments.rangeStart(call, start);
        StreamId to = StreamArguments.rangeEnd(call, start + 1);
        StreamGroup group = group(call, call.keys().read(ValueType.STREAM, call.arg(KEY)));
        StreamGroup.Consumer consumer = null;
        if (call.argCount() > start + 3) {
            consumer = group.consumer(call.arg(start + 3));
            if (consumer == null) {
                call.reply().array(0);
                return;
            }
        }
        ReplyWriter reply = call.reply();
        int mark = reply.begin();
        int size = 0;
        StreamGroup.Pending pending = group.pending(from, consumer);
        while (size < count && pending.next() && pending.id().compareTo(to) <= 0) {
            long idle = call.nowMillis() - pending.deliveredMillis();
            if (minIdle == 0 || idle >= minIdle) {
                reply.array(4);
                reply.bulk(pending.id().text());
                Bytes name = pending.consumer().name();
                reply.bulk(name);
                reply.integer(name.isEmpty() && pending.deliveredMillis() == 0 ? RELEASED : Math.max(0, idle));
                reply.integer(pending.deliveries());
                size++;
            }
        }
        reply.endArray(mark, size);
    }

    private static void summary(Call call, StreamGroup group) {
        ReplyWriter reply = call.reply();
        reply.array(4);
        reply.integer(group.pendingCount());
        if (group.pendingCount() == 0) {
            reply.nil();
            reply.nil();
            reply.nilArray();
            return;
        }
        reply.bulk(group.firstPendingId().text());
        reply.bulk(group.lastPendingId().text());
        int mark = reply.begin();
        int size = 0;
        for (StreamGroup.Consumer consumer : group.consumers()) {
            if (consumer.pendingCount() > 0) {
                reply.array(2);
                reply.bulk(consumer.name());
                reply.bulkInteger(consumer.pendingCount());
                size++;
            }
        }
        reply.endArray(mark, size);
    }

    private static long minIdle(Call call, String command) {
        return Math.max(
                0,
                call.integerArg(
                        MIN_IDLE, Long.MIN_VALUE, Long.MAX_VALUE, "Invalid min-idle-time argument for " + command));
    }

    static void xclaim(Call call) {
        StreamValue stream = StreamGroups.lookedUp(call, call.arg(KEY));
        StreamGroup group = group(call, stream);
        long minIdle = minIdle(call, "XCLAIM");
        List<StreamId> ids = new ArrayList<>();
        int next = FIRST_ID;
        while (next < call.argCount()) {
            StreamId id = StreamArguments.idOrNull(call.arg(next), 0);
            if (id == null) {
                break;
            }
            ids.add(id);
            next++;
        }
        long now = call.nowMillis();
        long delivered = now;
        long retries = -1;
        boolean force = false;
        boolean justId = false;
        StreamId lastId = StreamId.MIN;
        for (int i = next; i < call.argCount(); i++) {
            boolean more = i + 1 < call.argCount();
            if (call.argIs(i, "FORCE")) {
                force = true;
            } else if (call.argIs(i, "JUSTID")) {
                justId = true;
            } else if (more && call.argIs(i, "IDLE")) {
                delivered = now
                        - call.integerArg(
                                ++i, Long.MIN_VALUE, Long.MAX_VALUE, "Invalid IDLE option argument for XCLAIM");
            } else if (more && call.argIs(i, "TIME")) {
                delivered =
                        call.integerArg(++i, Long.MIN_VALUE, Long.MAX_VALUE, "Invalid TIME option argument for XCLAIM");
            } else if (more && call.argIs(i, "RETRYCOUNT")) {
                retries = call.integerArg(
                        ++i, Long.MIN_VALUE, Long.MAX_VALUE, "Invalid RETRYCOUNT option argument for XCLAIM");
            } else if (more && call.argIs(i, "LASTID")) {
                lastId = StreamArguments.strictId(call, ++i, 0);
            } else {
                throw Errors.err("Unrecognized XCLAIM option '" + call.arg(i) + "'");
            }
        }
        if (delivered < 0 || delivered > now) {
            delivered = now;
        }
        call.propagateNothing();
        Bytes key = call.arg(KEY);
        if (lastId.compareTo(group.lastId()) > 0) {
            group.lastId(lastId);
            call.changed();
            StreamGroups.propagateGroupId(call, key, group);
        }
        StreamGroup.Consumer consumer = null;
        ReplyWriter reply = call.reply();
        int mark = reply.begin();
        int size = 0;
        for (StreamId id : ids) {
            StreamGroup.Pending pending = StreamEntries.pending(group, id);
            StreamValue.Cursor entry = Objects.requireNonNull(stream).cursor(id, id, false);
            if (!entry.next()) {
                if (pending != null) {
                    forget(call, key, group, id);
                }
                continue;
            }
            if (pending == null ? !force : minIdle > 0 && now - pending.deliveredMillis() < minIdle) {
                continue;
            }
            if (consumer == null) {
                consumer = StreamGroups.consumer(call, key, group, call.arg(CONSUMER));
            }
            long before = pending == null ? 1 : pending.deliveries();
            long deliveries = retries >= 0 ? retries : justId ? before : StreamEntries.onceMore(before);
            claim(call, key, group, consumer, entry, delivered, deliveries, justId);
            size++;
        }
        reply.endArray(mark, size);
    }

    private static void claim(
            Call call,
            Bytes key,
            StreamGroup group,
            StreamGroup.Consumer consumer,
            StreamValue.Cursor entry,
            long delivered,
            long deliveries,
            boolean justId) {
        group.deliver(entry.id(), consumer, delivered, deliveries);
        if (justId) {
            call.reply().bulk(entry.id().text());
        } else {
            StreamRead.entry(call.reply(), entry);
        }
        call.changed();
        StreamGroups.propagateClaim(call, key, group, consumer.name(), entry.id(), delivered, deliveries);
    }

    /** Acknowledges an entry that is gone. */
    static void forget(Call call, Bytes key, StreamGroup group, StreamId id) {
        group.acknowledge(id);
        call.changed();
        if (call.isPropagated()) {
            call.propagateAs(XACK, key, group.name(), id.text());
        }
    }

    static void xautoclaim(Call call) {
        long minIdle = minIdle(call, "XAUTOCLAIM");
        StreamId start = StreamArguments.rangeStart(call, FIRST_ID);
        long count = 100;
        boolean justId = false;
        for (int i = FIRST_ID + 1; i < call.argCount(); i++) {
            if (call.argIs(i, "COUNT") && i + 1 < call.argCount()) {
                count = call.integerArg(++i, 1, MAX_COUNT, "COUNT must be > 0");
            } else if (call.argIs(i, "JUSTID")) {
                justId = true;
            } else {
                throw Errors.syntax();
            }
        }
        StreamValue stream = StreamGroups.lookedUp(call, call.arg(KEY));
        StreamGroup group = group(call, stream);
        call.propagateNothing();
        autoclaim(call, Objects.requireNonNull(stream), group, new Claiming(start, minIdle, count, justId));
    }

    /** What XAUTOCLAIM was asked for. */
    private record Claiming(StreamId start, long minIdle, long count, boolean justId) {}

    private static void autoclaim(Call call, StreamValue stream, StreamGroup group, Claiming claiming) {
        Bytes key = call.arg(KEY);
        List<StreamId> claimed = new ArrayList<>();
        List<StreamId> deleted = new ArrayList<>();
        long attempts = claiming.count * ATTEMPTS_FACTOR;
        long left = claiming.count;
        StreamGroup.Pending pending = group.pending(claiming.start, null);
        boolean more = pending.next();
        while (more && attempts-- > 0 && left > 0) {
            StreamId id = pending.id();
            if (!stream.cursor(id, id, false).next()) {
                deleted.add(id);
                forget(call, key, group, id);
                left--;
            } else if (claiming.minIdle == 0 || call.nowMillis() - pending.deliveredMillis() >= claiming.minIdle) {
                claimed.add(id);
                left--;
            }
            more = pending.next();
        }
        ReplyWriter reply = call.reply();
        reply.array(3);
        reply.bulk((more ? pending.id() : StreamId.MIN).text());
        reply.array(claimed.size());
        StreamGroup.Consumer consumer =
                claimed.isEmpty() ? null : StreamGroups.consumer(call, key, group, call.arg(CONSUMER));
        for (StreamId id : claimed) {
            StreamValue.Cursor entry = stream.cursor(id, id, false);
            entry.next();
            long before =
                    Objects.requireNonNull(StreamEntries.pending(group, id)).deliveries();
            long deliveries = claiming.justId ? before : StreamEntries.onceMore(before);
            claim(
                    call,
                    key,
                    group,
                    Objects.requireNonNull(consumer),
                    entry,
                    call.nowMillis(),
                    deliveries,
                    claiming.justId);
        }
        reply.array(deleted.size());
        for (StreamId id : deleted) {
            reply.bulk(id.text());
        }
    }
}
