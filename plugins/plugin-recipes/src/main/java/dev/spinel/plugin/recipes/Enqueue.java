package dev.spinel.plugin.recipes;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.string;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Call;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.command.KeySpec.Flag;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * QUEUE.ENQUEUE: adds messages to a queue whose ready messages are in sorted sets.
 *
 * <p>Does what the scripts {@code adds.lua}, {@code ready-sorted-sets.lua} and {@code enqueue.lua} of the library do together, with their keys and arguments; see
 * there for what each key holds. Made for one call; engine thread only.
 */
final class Enqueue {
    private static final int CHANNEL = 3;

    static final CommandSpec SPEC = CommandSpec.named("QUEUE.ENQUEUE")
            .since("0.1.0")
            .arity(-21)
            .flags(CommandFlag.WRITE, CommandFlag.DENYOOM)
            .acl(AclCategory.STRING, AclCategory.HASH, AclCategory.SORTEDSET)
            .keys(KeySpec.counted(1, Flag.RW, Flag.ACCESS, Flag.UPDATE))
            .channelAfterKeys(CHANNEL)
            .arguments(
                    integer("numkeys"),
                    key("key", 0).multiple(),
                    integer("max-leased-per-group"),
                    integer("max-size"),
                    integer("max-deliveries"),
                    string("channel"),
                    integer("memory-milliseconds"),
                    block(
                                    "message",
                                    string("body"),
                                    integer("priority"),
                                    integer("delay-milliseconds"),
                                    integer("has-idempotency-key"),
                                    string("group"))
                            .multiple())
            .summary("Adds messages to a queue and announces them to those who wait for some.")
            .complexity("O(N*log(M)+S) for N messages, M in the queue and S subscribers of the channel.")
            .build();

    private static final String NAME = "queue.enqueue";

    private static final int READY = 0;
    private static final int DELAYED = 1;
    private static final int LEASED = 2;
    private static final int BODIES = 3;
    private static final int METAS = 4;
    private static final int LAST_ID = 5;
    private static final int GROUPED = 6;
    private static final int TURNS = 7;
    private static final int LEASED_OF_GROUPS = 8;
    private static final int QUEUE_KEYS = 9;

    private static final int GROUP_LIMIT = 0;
    private static final int MOST = 1;
    private static final int MAX_DELIVERIES = 2;
    private static final int MEMORY = 4;
    private static final int MESSAGES = 5;
    /** Arguments of a message, and which is which. */
    private static final int PER_MESSAGE = 5;

    private static final int BODY = 0;
    private static final int PRIORITY = 1;
    private static final int DELAY = 2;
    private static final int HAS_KEY = 3;
    private static final int GROUP = 4;

    private static final double MICROS_PER_MILLI = 1000;
    /** How many messages are written at once, as by the script. */
    private static final int WRITTEN_AT_ONCE = 1000;

    /** What is made of a message: field and field, meta, member and score, group and turn, and the id once more for its key. */
    private static final int MADE_STRINGS = 8;
    /** The numbers in these together, at most, and how often a group's name is in them. */
    private static final int MADE_BYTES = 200;

    private static final int GROUP_COPIES = 3;

    private static final Bytes COLON = Bytes.of(":");
    private static final Bytes NEVER_DELIVERED = Bytes.of(":0:0:");
    private static final Bytes ENQUEUED = Bytes.of("enqueued");

    private final Call call;
    private final ScriptArguments arguments;
    private final Effects effects;
    private final int messageCount;
    private final double now;
    private final Bytes nowText;
    private final Bytes maxDeliveries;
    private final long forgottenAtMillis;
    /** Whether so many messages of a message's group are leased that it gets no turn. */
    private final boolean[] atLimit;
    /** How many messages the queue has room for. */
    private final long room;

    private final ReadyMessages ready;
    /** What is written next: messages and bodies, messages and metas, delayed messages; and how many ids were given after the first one. */
    private final List<Bytes> bodies = new ArrayList<>();

    private final List<Bytes> metas = new ArrayList<>();
    private final ScoredMembers delayed = new ScoredMembers(0);
    private long moreIds;
    /** The idempotency keys of messages that are new, in order, and the messages. */
    private final Map<Bytes, Long> idsOfKeys = new LinkedHashMap<>();

    private long lastId;

    /** Checks all that may be wrong, and changes nothing. */
    private Enqueue(ScriptArguments arguments, int messageCount) {
        this.call = arguments.call();
        this.arguments = arguments;
        this.effects = new Effects(call);
        this.messageCount = messageCount;
        ready = new ReadyMessages(effects, arguments.key(READY), arguments.key(GROUPED), arguments.key(TURNS));
        long groupLimit = ScriptArguments.countArg(call, arguments.indexOf(GROUP_LIMIT));
        long most = ScriptArguments.countArg(call, arguments.indexOf(MOST));
        ScriptArguments.countArg(call, arguments.indexOf(MAX_DELIVERIES));
        maxDeliveries = arguments.arg(MAX_DELIVERIES);
        ScriptArguments.countArg(call, arguments.indexOf(MEMORY));
        int keyed = 0;
        for (int i = 0; i < messageCount; i++) {
            call.integerArg(indexOf(i, PRIORITY), 0, ReadyMessages.MAX_PRIORITY);
            ScriptArguments.countArg(call, indexOf(i, DELAY));
            keyed += (int) call.integerArg(indexOf(i, HAS_KEY), 0, 1);
        }
        arguments.requireKeys(QUEUE_KEYS + keyed);
        forgottenAtMillis = keyed > 0 ? arguments.expiryArg(MEMORY) : 0;
        now = LuaNumbers.sinceEpoch(call.nowMicros());
        nowText = LuaNumbers.decimal((long) now);

        long size = sizeOf(READY) + sizeOf(DELAYED) + sizeOf(LEASED) + sizeOf(GROUPED);
        room = most > 0 ? most - size : Long.MAX_VALUE;
        sizeOf(TURNS);
        effects.keys().read(ValueType.HASH, arguments.key(BODIES));
        effects.keys().read(ValueType.HASH, arguments.key(METAS));
        lastId = lastId();
        atLimit = groupsAtLimit(groupLimit);
        for (int i = QUEUE_KEYS; i < QUEUE_KEYS + keyed; i++) {
            kept(i);
        }
    }

    /** Answers for each message 1 and its id; 0 and the id of the one that came with its key before; -1 and 0 if the queue is full. */
    static void enqueue(Call call) {
        ScriptArguments arguments = ScriptArguments.of(call, NAME);
        int messageCount = (arguments.count() - MESSAGES) / PER_MESSAGE;
        if (messageCount < 1 || arguments.count() != MESSAGES + messageCount * PER_MESSAGE) {
            throw Errors.wrongArity(NAME);
        }
        Enqueue enqueue = new Enqueue(arguments, messageCount);
        enqueue.requireRoom();
        long[] answer = enqueue.run();
        call.reply().array(answer.length);
        for (long number : answer) {
            call.reply().integer(number);
        }
    }

    private int indexOf(int message, int part) {
        return arguments.indexOf(MESSAGES + message * PER_MESSAGE + part);
    }

    private Bytes part(int message, int part) {
        return call.arg(indexOf(message, part));
    }

    private boolean hasKey(int message) {
        return call.integerArg(indexOf(message, HAS_KEY)) == 1;
    }

    private long sizeOf(int key) {
        SortedSetValue set = effects.keys().read(ValueType.SORTED_SET, arguments.key(key));
        return set == null ? 0 : set.size();
    }

    private long lastId() {
        StringValue last = effects.keys().read(ValueType.STRING, arguments.key(LAST_ID));
        long id = last == null ? 0 : last.integer();
        if (id < 0 || id > LuaNumbers.MAX_EXACT - messageCount) {
            throw Errors.err("the last id is out of range");
        }
        return id;
    }

    private boolean[] groupsAtLimit(long groupLimit) {
        boolean[] result = new boolean[messageCount];
        HashValue leased = effects.keys().read(ValueType.HASH, arguments.key(LEASED_OF_GROUPS));
        if (leased == null || groupLimit == 0) {
            return result;
        }
        for (int i = 0; i < messageCount; i++) {
            Bytes group = part(i, GROUP);
            result[i] = !group.isEmpty() && QueueMessages.leasedOf(leased, group) >= groupLimit;
        }
        return result;
    }

    /** What is kept of an idempotency key: the id of the message that came with it before; 0 if none did, or this is no id. */
    private long kept(int key) {
        StringValue kept = effects.keys().read(ValueType.STRING, arguments.key(key));
        return kept != null && QueueMessages.isId(kept.bytes()) ? Numbers.parseLong(kept.bytes()) : 0;
    }

    /** Has memory be found before anything changes, so that each message is there as a whole. */
    private void requireRoom() {
        // Keys may have to move as their values grow.
        long bytes = 0;
        for (int i = 0; i < arguments.keyCount(); i++) {
            bytes += arguments.key(i).length();
        }
        for (int i = 0; i < messageCount; i++) {
            bytes += MADE_BYTES
                    + maxDeliveries.length()
                    + (long) GROUP_COPIES * part(i, GROUP).length();
        }
        call.requireRoom((long) MADE_STRINGS * messageCount, bytes);
    }

    private long[] run() {
        long[] answer = new long[2 * messageCount];
        long added = 0;
        int key = QUEUE_KEYS;
        for (int i = 0; i < messageCount; i++) {
            long kept = hasKey(i) ? idsOfKeys.getOrDefault(arguments.key(key), kept(key)) : 0;
            if (kept > 0) {
                answer[2 * i + 1] = kept;
            } else if (added >= room) {
                answer[2 * i] = -1;
            } else {
                added++;
                lastId++;
                if (added == 1) {
                    effects.incrby(arguments.key(LAST_ID), 1, lastId);
                } else {
                    moreIds++;
                }
                answer[2 * i] = 1;
                answer[2 * i + 1] = lastId;
                add(i);
                if (hasKey(i)) {
                    idsOfKeys.put(arguments.key(key), lastId);
                }
            }
            key += hasKey(i) ? 1 : 0;
        }
        write();
        idsOfKeys.forEach((name, id) -> effects.set(name, LuaNumbers.decimal(id), forgottenAtMillis));
        if (added > 0) {
            call.publish(arguments.arg(CHANNEL), ENQUEUED);
        }
        return answer;
    }

    /** Adds a message under the last id. */
    private void add(int message) {
        if (bodies.size() == 2 * WRITTEN_AT_ONCE) {
            write();
        }
        Bytes id = LuaNumbers.decimal(lastId);
        Bytes group = part(message, GROUP);
        bodies.add(id);
        bodies.add(part(message, BODY));
        metas.add(id);
        metas.add(Concatenation.of(
                part(message, PRIORITY), NEVER_DELIVERED, maxDeliveries, COLON, nowText, COLON, group));
        double delayMillis = call.integerArg(indexOf(message, DELAY));
        if (delayMillis > 0) {
            delayed.add(now + delayMillis * MICROS_PER_MILLI, id);
            return;
        }
        long priority = call.integerArg(indexOf(message, PRIORITY));
        if (group.isEmpty()) {
            ready.add(id, priority, group);
            return;
        }
        ready.addLater(id, priority, group);
        if (!atLimit[message]) {
            ready.giveTurnLater(group);
        }
    }

    private void write() {
        if (moreIds > 0) {
            effects.incrby(arguments.key(LAST_ID), moreIds, lastId);
        }
        effects.zadd(arguments.key(DELAYED), delayed);
        ready.write();
        effects.hset(arguments.key(BODIES), bodies);
        effects.hset(arguments.key(METAS), metas);
        moreIds = 0;
        bodies.clear();
        metas.clear();
        delayed.clear();
    }
}
