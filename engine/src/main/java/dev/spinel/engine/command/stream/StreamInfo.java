package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamProducers;
import dev.spinel.api.data.StreamValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import java.util.List;

/** XINFO. */
final class StreamInfo {
    private static final int KEY = 2;
    private static final int GROUP = 3;
    private static final long DEFAULT_COUNT = 10;

    private static final List<String> HELP = List.of(
            "XINFO <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "CONSUMERS <key> <groupname>",
            "    Show consumers of <groupname>.",
            "GROUPS <key>",
            "    Show the stream consumer groups.",
            "STREAM <key> [FULL [COUNT <count>]",
            "    Show information about the stream.",
            "HELP",
            "    Prints this help.");

    private StreamInfo() {}

    private static StreamValue stream(Call call) {
        StreamValue stream = call.keys().read(ValueType.STREAM, call.arg(KEY));
        if (stream == null) {
            throw Errors.noSuchKey();
        }
        return stream;
    }

    private static void number(ReplyWriter reply, String name, long value) {
        reply.bulk(name);
        reply.integer(value);
    }

    private static void id(ReplyWriter reply, String name, StreamId id) {
        reply.bulk(name);
        reply.bulk(id.text());
    }

    private static void numberOrNil(ReplyWriter reply, String name, long value, long unknown) {
        reply.bulk(name);
        if (value == unknown) {
            reply.nil();
        } else {
            reply.integer(value);
        }
    }

    static void groups(Call call) {
        StreamValue stream = stream(call);
        ReplyWriter reply = call.reply();
        reply.array(stream.groups().size());
        for (StreamGroup group : stream.groups()) {
            reply.map(6);
            reply.bulk("name");
            reply.bulk(group.name());
            number(reply, "consumers", group.consumers().size());
            number(reply, "pending", group.pendingCount());
            id(reply, "last-delivered-id", group.lastId());
            numberOrNil(reply, "entries-read", group.entriesRead(), StreamGroup.UNKNOWN);
            numberOrNil(reply, "lag", StreamEntries.lag(stream, group), StreamEntries.UNKNOWN_LAG);
        }
    }

    static void consumers(Call call) {
        StreamGroup group = stream(call).group(call.arg(GROUP));
        if (group == null) {
            throw new CommandException(
                    "NOGROUP No such consumer group '" + call.arg(GROUP) + "' for key name '" + call.arg(KEY) + "'");
        }
        ReplyWriter reply = call.reply();
        reply.array(group.consumers().size());
        for (StreamGroup.Consumer consumer : group.consumers()) {
            reply.map(3);
            reply.bulk("name");
            reply.bulk(consumer.name());
            number(reply, "pending", consumer.pendingCount());
            number(reply, "idle", Math.max(0, call.nowMillis() - consumer.seenMillis()));
        }
    }

    static void help(Call call) {
        call.reply().array(HELP.size());
        for (String line : HELP) {
            call.reply().simple(line);
        }
    }

    static void describe(Call call) {
        StreamValue stream = stream(call);
        boolean full = call.argCount() > 3;
        long count = DEFAULT_COUNT;
        if (full) {
            boolean withCount = call.argCount() == 6 && call.argIs(4, "COUNT");
            if (!call.argIs(3, "FULL") || (call.argCount() != 4 && !withCount)) {
                throw Errors.err(
                        "unknown subcommand or wrong number of arguments for '" + call.arg(1) + "'. Try XINFO HELP.");
            }
            if (withCount) {
                count = call.integerArg(5);
                count = count < 0 ? DEFAULT_COUNT : count;
            }
        }
        ReplyWriter reply = call.reply();
        StreamProducers producers = stream.producers();
        reply.map((full ? 9 : 10) + (producers == null ? 0 : 6));
        number(reply, "length", stream.size());
        number(reply, "radix-tree-keys", stream.nodes());
        number(reply, "radix-tree-nodes", stream.nodes() + 1);
        id(reply, "last-generated-id", stream.lastId());
        id(reply, "max-deleted-entry-id", stream.maxDeletedId());
        number(reply, "entries-added", stream.entriesAdded());
        id(reply, "recorded-first-entry-id", stream.firstId());
        if (producers != null) {
            number(reply, "idmp-duration", producers.durationSeconds());
            number(reply, "idmp-maxsize", producers.maxSize());
            number(reply, "pids-tracked", producers.producerCount(call.nowMillis()));
            number(reply, "iids-tracked", producers.recordCount(call.nowMillis()));
            number(reply, "iids-added", producers.added());
            number(reply, "iids-duplicates", producers.duplicates());
        }
        if (full) {
            reply.bulk("entries");
            int mark = reply.begin();
            int size = 0;
            StreamValue.Cursor cursor = stream.cursor(StreamId.MIN, StreamId.MAX, false);
            while ((count == 0 || size < count) && cursor.next()) {
                StreamRead.entry(reply, cursor);
                size++;
            }
            reply.endArray(mark, size);
            reply.bulk("groups");
            reply.array(stream.groups().size());
            for (StreamGroup group : stream.groups()) {
                full(call, stream, group, count);
            }
            return;
        }
        number(reply, "groups", stream.groups().size());
        edge(reply, "first-entry", stream, false);
        edge(reply, "last-entry", stream, true);
    }

    private static void edge(ReplyWriter reply, String name, StreamValue stream, boolean reversed) {
        reply.bulk(name);
        StreamValue.Cursor cursor = stream.cursor(StreamId.MIN, StreamId.MAX, reversed);
        if (cursor.next()) {
            StreamRead.entry(reply, cursor);
        } else {
            reply.nil();
        }
    }

    private static void full(Call call, StreamValue stream, StreamGroup group, long count) {
        ReplyWriter reply = call.reply();
        long released = group.releasedCount();
        reply.map(released < 0 ? 7 : 8);
        reply.bulk("name");
        reply.bulk(group.name());
        id(reply, "last-delivered-id", group.lastId());
        numberOrNil(reply, "entries-read", group.entriesRead(), StreamGroup.UNKNOWN);
        numberOrNil(reply, "lag", StreamEntries.lag(stream, group), StreamEntries.UNKNOWN_LAG);
        number(reply, "pel-count", group.pendingCount());
        if (released >= 0) {
            number(reply, "nacked-count", released);
        }
        reply.bulk("pending");
        int mark = reply.begin();
        int size = 0;
        StreamGroup.Pending pending = group.pending(StreamId.MIN, null);
        while ((count == 0 || size < count) && pending.next()) {
            reply.array(4);
            reply.bulk(pending.id().text());
            reply.bulk(pending.consumer().name());
            reply.integer(pending.deliveredMillis());
            reply.integer(pending.deliveries());
            size++;
        }
        reply.endArray(mark, size);
        reply.bulk("consumers");
        reply.array(group.consumers().size());
        for (StreamGroup.Consumer consumer : group.consumers()) {
            consumer(reply, group, consumer, count);
        }
    }

    private static void consumer(ReplyWriter reply, StreamGroup group, StreamGroup.Consumer consumer, long count) {
        reply.map(4);
        reply.bulk("name");
        reply.bulk(consumer.name());
        number(reply, "seen-time", consumer.seenMillis());
        number(reply, "pel-count", consumer.pendingCount());
        reply.bulk("pending");
        int mark = reply.begin();
        int size = 0;
        StreamGroup.Pending pending = group.pending(StreamId.MIN, consumer);
        while ((count == 0 || size < count) && pending.next()) {
            reply.array(3);
            reply.bulk(pending.id().text());
            reply.integer(pending.deliveredMillis());
            reply.integer(pending.deliveries());
            size++;
        }
        reply.endArray(mark, size);
    }
}
