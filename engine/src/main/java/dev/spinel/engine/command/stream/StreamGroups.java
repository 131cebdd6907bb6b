package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** XGROUP and XACK. */
final class StreamGroups {
    private static final int KEY = 2;
    private static final int GROUP = 3;
    private static final int ID = 4;

    /** Arguments of CREATE with all options. */
    private static final int MAX_CREATE_ARGUMENTS = 8;

    private static final Bytes XCLAIM = Bytes.of("XCLAIM");
    private static final Bytes NO_IDLE_TIME = Bytes.of("0");
    private static final Bytes TIME = Bytes.of("TIME");
    private static final Bytes RETRYCOUNT = Bytes.of("RETRYCOUNT");
    private static final Bytes ONCE = Bytes.of("1");
    private static final Bytes FORCE = Bytes.of("FORCE");
    private static final Bytes JUSTID = Bytes.of("JUSTID");
    private static final Bytes LASTID = Bytes.of("LASTID");
    private static final Bytes XGROUP = Bytes.of("XGROUP");
    private static final Bytes CREATECONSUMER = Bytes.of("CREATECONSUMER");
    private static final Bytes SETID = Bytes.of("SETID");
    private static final Bytes ENTRIESREAD = Bytes.of("ENTRIESREAD");

    private static final List<String> HELP = List.of(
            "XGROUP <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "CREATE <key> <groupname> <id|$> [option]",
            "    Create a new consumer group. Options are:",
            "    * MKSTREAM",
            "      Create the empty stream if it does not exist.",
            "    * ENTRIESREAD entries_read",
            "      Set the group's entries_read counter (internal use).",
            "CREATECONSUMER <key> <groupname> <consumer>",
            "    Create a new consumer in the specified group.",
            "DELCONSUMER <key> <groupname> <consumer>",
            "    Remove the specified consumer.",
            "DESTROY <key> <groupname>",
            "    Remove the specified group.",
            "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
            "    Set the current group ID and entries_read counter.",
            "HELP",
            "    Prints this help.");

    private StreamGroups() {}

    /**
     * The stream of a key for changing what its groups have read. Redis looks it up like one that is read: it counts as a
     * hit or a miss.
     */
    static @Nullable StreamValue lookedUp(Call call, Bytes key) {
        return call.keys().peek(key) ? call.keys().modify(ValueType.STREAM, key) : null;
    }

    /**
     * The consumer of a name, which is made if there is none, and is seen now. The log hears of it by what it is given, else by
     * {@link #propagateConsumer}.
     */
    static StreamGroup.Consumer consumer(Call call, Bytes key, StreamGroup group, Bytes name) {
        StreamGroup.Consumer known = group.consumer(name);
        StreamGroup.Consumer consumer = known == null ? createConsumer(call, key, group, name) : known;
        consumer.seenMillis(call.nowMillis());
        return consumer;
    }

    private static StreamGroup.Consumer createConsumer(Call call, Bytes key, StreamGroup group, Bytes name) {
        StreamGroup.Consumer created = group.createConsumer(name, call.nowMillis());
        changed(call, key, "xgroup-createconsumer");
        return created;
    }

    /** Counts and publishes a change of groups, of which transactions that watch the key do not hear. */
    private static void changed(Call call, Bytes key, String event) {
        call.changed();
        call.event(call.keys(), key, KeyEvent.STREAM, event);
    }

    /** Logs that an entry is pending for a consumer. */
    static void propagateClaim(
            Call call,
            Bytes key,
            StreamGroup group,
            Bytes consumer,
            StreamId id,
            long deliveredMillis,
            long deliveries) {
        if (!call.isPropagated()) {
            return;
        }
        Bytes idText = id.text();
        call.propagateAs(
                XCLAIM,
                key,
                group.name(),
                consumer,
                NO_IDLE_TIME,
                idText,
                TIME,
                Bytes.of(Long.toString(deliveredMillis)),
                RETRYCOUNT,
                deliveries == 1 ? ONCE : Bytes.of(Long.toString(deliveries)),
                FORCE,
                JUSTID,
                LASTID,
                id.equals(group.lastId()) ? idText : group.lastId().text());
    }

    /** Logs that there is a consumer, who was given nothing that the log would tell. */
    static void propagateConsumer(Call call, Bytes key, StreamGroup group, StreamGroup.Consumer consumer) {
        if (call.isPropagated()) {
            call.propagateAs(XGROUP, CREATECONSUMER, key, group.name(), consumer.name());
        }
    }

    /** Logs how far a group has read. */
    static void propagateGroupId(Call call, Bytes key, StreamGroup group) {
        if (call.isPropagated()) {
            call.propagateAs(
                    XGROUP,
                    SETID,
                    key,
                    group.name(),
                    group.lastId().text(),
                    ENTRIESREAD,
                    Bytes.of(Long.toString(group.entriesRead())));
        }
    }

    private static CommandException keyRequired() {
        return Errors.err(
                "The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the"
                        + " MKSTREAM option to create an empty stream automatically.");
    }

    private static StreamValue stream(Call call) {
        StreamValue stream = call.keys().modify(ValueType.STREAM, call.arg(KEY));
        if (stream == null) {
            throw keyRequired();
        }
        return stream;
    }

    private static StreamGroup group(Call call, StreamValue stream) {
        StreamGroup group = stream.group(call.arg(GROUP));
        if (group == null) {
            throw new CommandException(
                    "NOGROUP No such consumer group '" + call.arg(GROUP) + "' for key name '" + call.arg(KEY) + "'");
        }
        return group;
    }

    /** The last ID for {@code $}, which is also what is logged; null for anything else. */
    private static @Nullable StreamId lastIdArg(Call call, @Nullable StreamValue stream) {
        if (!call.argIs(ID, "$")) {
            return null;
        }
        StreamId id = stream == null ? StreamId.MIN : stream.lastId();
        call.replaceArg(ID, id.text());
        return id;
    }

    private static CommandException unknownOrWrongArity(Call call) {
        return Errors.err(
                "unknown subcommand or wrong number of arguments for '" + call.arg(1) + "'. Try XGROUP HELP.");
    }

    private static long entriesRead(Call call, int index) {
        long entries = call.integerArg(index);
        if (entries < 0 && entries != StreamGroup.UNKNOWN) {
            throw Errors.err("value for ENTRIESREAD must be positive or -1");
        }
        return entries;
    }

    static void create(Call call) {
        boolean makeStream = false;
        long entriesRead = StreamGroup.UNKNOWN;
        for (int i = ID + 1; i < call.argCount(); i++) {
            if (call.argIs(i, "MKSTREAM")) {
                makeStream = true;
            } else if (call.argIs(i, "ENTRIESREAD") && i + 1 < call.argCount()) {
                entriesRead = entriesRead(call, ++i);
            } else {
                throw unknownOrWrongArity(call);
            }
        }
        Bytes key = call.arg(KEY);
        StreamValue stream = call.keys().modify(ValueType.STREAM, key);
        if (stream == null && !makeStream) {
            throw keyRequired();
        }
        if (call.argCount() > MAX_CREATE_ARGUMENTS) {
            throw unknownOrWrongArity(call);
        }
        StreamId last = lastIdArg(call, stream);
        StreamId id = last == null ? StreamArguments.strictId(call, ID, 0) : last;
        boolean isNew = stream == null;
        if (stream == null) {
            stream = call.keys().modifyOrCreate(ValueType.STREAM, key);
        }
        if (stream.group(call.arg(GROUP)) != null) {
            throw new CommandException("BUSYGROUP Consumer Group name already exists");
        }
        stream.createGroup(call.arg(GROUP), id, entriesRead);
        if (isNew) {
            call.changed(key, KeyEvent.STREAM, "xgroup-create");
        } else {
            changed(call, key, "xgroup-create");
        }
        call.reply().ok();
    }

    static void setid(Call call) {
        long entriesRead = StreamGroup.UNKNOWN;
        for (int i = ID + 1; i < call.argCount(); i++) {
            if (!call.argIs(i, "ENTRIESREAD") || i + 1 == call.argCount()) {
                throw unknownOrWrongArity(call);
            }
            entriesRead = entriesRead(call, ++i);
        }
        StreamValue stream = stream(call);
        StreamGroup group = group(call, stream);
        if (call.argCount() > ID + 3) {
            throw unknownOrWrongArity(call);
        }
        StreamId last = lastIdArg(call, stream);
        group.lastId(last == null ? StreamArguments.id(call, ID, 0) : last);
        group.entriesRead(entriesRead);
        changed(call, call.arg(KEY), "xgroup-setid");
        call.reply().ok();
    }

    static void help(Call call) {
        call.reply().array(HELP.size());
        for (String line : HELP) {
            call.reply().simple(line);
        }
    }

    static void destroy(Call call) {
        boolean removed = stream(call).removeGroup(call.arg(GROUP));
        if (removed) {
            call.changed(call.arg(KEY), KeyEvent.STREAM, "xgroup-destroy");
        }
        call.reply().integer(removed ? 1 : 0);
    }

    static void createconsumer(Call call) {
        StreamGroup group = group(call, stream(call));
        boolean created = group.consumer(call.arg(ID)) == null;
        if (created) {
            createConsumer(call, call.arg(KEY), group, call.arg(ID));
        }
        call.reply().integer(created ? 1 : 0);
    }

    static void delconsumer(Call call) {
        StreamGroup group = group(call, stream(call));
        StreamGroup.Consumer consumer = group.consumer(call.arg(ID));
        long pending = 0;
        if (consumer != null) {
            pending = group.removeConsumer(consumer);
            changed(call, call.arg(KEY), "xgroup-delconsumer");
        }
        call.reply().integer(pending);
    }

    static void xack(Call call) {
        StreamValue stream = lookedUp(call, call.arg(1));
        StreamGroup group = stream == null ? null : stream.group(call.arg(2));
        long acknowledged = 0;
        if (group != null) {
            for (StreamId id : StreamArguments.ids(call, 3, call.argCount() - 3)) {
                acknowledged += group.acknowledge(id) ? 1 : 0;
            }
        }
        if (acknowledged > 0) {
            call.changed();
        }
        call.reply().integer(acknowledged);
    }
}
