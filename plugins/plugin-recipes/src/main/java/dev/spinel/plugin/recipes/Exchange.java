package dev.spinel.plugin.recipes;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.plugin.recipes.QueueMessages.BODIES;
import static dev.spinel.plugin.recipes.QueueMessages.DELAYED;
import static dev.spinel.plugin.recipes.QueueMessages.GROUPED;
import static dev.spinel.plugin.recipes.QueueMessages.LEASED;
import static dev.spinel.plugin.recipes.QueueMessages.LEASED_OF_GROUPS;
import static dev.spinel.plugin.recipes.QueueMessages.METAS;
import static dev.spinel.plugin.recipes.QueueMessages.READY;
import static dev.spinel.plugin.recipes.QueueMessages.TURNS;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Call;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.command.KeySpec.Flag;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.plugin.recipes.QueueMessages.Taken;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * QUEUE.EXCHANGE: settles deliveries of a queue whose ready messages are in sorted sets, and claims the next messages.
 *
 * <p>Does what the scripts {@code exchange.lua} and {@code exchange-answer.lua} of the library do together, with their keys and arguments;
 * see there for what each key holds and what holds when. Made for one call; engine thread only.
 */
final class Exchange {
    private static final int CHANNEL = 2;
    private static final int QUEUE_KEYS = 13;

    static final CommandSpec SPEC = CommandSpec.named("QUEUE.EXCHANGE")
            .since("0.1.0")
            .arity(-(2 + QUEUE_KEYS + 6))
            .flags(CommandFlag.WRITE)
            .acl(AclCategory.STRING, AclCategory.HASH, AclCategory.SORTEDSET)
            .keys(KeySpec.counted(1, Flag.RW, Flag.ACCESS, Flag.UPDATE, Flag.DELETE))
            .channelAfterKeys(CHANNEL)
            .arguments(
                    integer("numkeys"),
                    key("key", 0).multiple(),
                    integer("lease-milliseconds"),
                    integer("most"),
                    string("channel"),
                    integer("max-leased-per-group"),
                    integer("turn"),
                    integer("memory-milliseconds"),
                    block(
                                    "settlement",
                                    string("receipt"),
                                    oneOf(
                                            "kind",
                                            word("ack", "ACK"),
                                            word("retry", "RETRY"),
                                            word("reject", "REJECT"),
                                            word("extend", "EXTEND"),
                                            word("return", "RETURN")),
                                    integer("delay-milliseconds"),
                                    string("cause"))
                            .optional()
                            .multiple())
            .summary("Settles messages of a queue, and claims those that come next.")
            .complexity(
                    "O(N*log(M)+S) for N messages that are settled, claimed or due, M in the queue and S subscribers of the channel.")
            .build();

    private static final String NAME = "queue.exchange";

    private static final int PAUSED = 10;
    private static final int LAST_LEASE = 11;
    private static final int ANSWER = 12;

    private static final int LEASE = 0;
    private static final int MOST = 1;
    private static final int GROUP_LIMIT = 3;
    private static final int TURN = 4;
    private static final int MEMORY = 5;
    private static final int SETTLEMENTS = 6;
    /** Arguments of a settlement, and which is which. */
    private static final int PER_SETTLEMENT = 4;

    private static final int RECEIPT = 0;
    private static final int KIND = 1;
    private static final int DELAY = 2;
    private static final int CAUSE = 3;

    private static final double MICROS_PER_MILLI = 1000;
    private static final int PER_DELIVERY = 6;
    /** What is made of a message at most: fields and values, members and scores; and the numbers in these together. */
    private static final int MADE_STRINGS = 10;

    private static final int MADE_BYTES = 300;
    private static final int GROUP_COPIES = 3;

    private static final Bytes IS_READY = Bytes.of("ready");

    private enum Kind {
        ACK,
        RETRY,
        REJECT,
        EXTEND,
        RETURN;

        boolean makesReady() {
            return this == RETRY || this == RETURN;
        }
    }

    private static final List<Kind> KINDS = List.of(Kind.values());

    /** A message as it is delivered; the body is read when the reply is written. */
    private record Delivery(Bytes id, Bytes lease, long attempt, long enqueued, Bytes group) {
        int receiptLength() {
            return id.length() + 1 + lease.length();
        }

        /** Writes {@code id:lease}; returns the index after it. */
        int writeReceipt(byte[] target, int offset) {
            System.arraycopy(id.array(), id.offset(), target, offset, id.length());
            int at = offset + id.length();
            target[at++] = ':';
            System.arraycopy(lease.array(), lease.offset(), target, at, lease.length());
            return at + lease.length();
        }
    }

    /** A lease that a settlement ended. */
    private record Ended(int settlement, Bytes id, Bytes group) {}

    private final Call call;
    private final ScriptArguments arguments;
    private final Effects effects;
    private final QueueMessages messages;
    private final int settlementCount;
    private final long most;
    private final double now;
    private final double leaseEnd;
    private final long turn;
    private final long forgottenAtMillis;
    private final @Nullable Bytes kept;
    private final boolean paused;
    private final long lastLease;

    private final Kind[] kinds;
    private final List<Boolean> settled = new ArrayList<>();
    private final List<Delivery> deliveries = new ArrayList<>();

    /** Checks all that may be wrong, and changes nothing. */
    private Exchange(ScriptArguments arguments, int settlementCount) {
        this.call = arguments.call();
        this.arguments = arguments;
        this.effects = new Effects(call);
        this.settlementCount = settlementCount;
        long leaseMillis = ScriptArguments.countArg(call, arguments.indexOf(LEASE));
        most = ScriptArguments.countArg(call, arguments.indexOf(MOST));
        long groupLimit = ScriptArguments.countArg(call, arguments.indexOf(GROUP_LIMIT));
        turn = ScriptArguments.countArg(call, arguments.indexOf(TURN));
        forgottenAtMillis = arguments.expiryArg(MEMORY);
        kinds = new Kind[settlementCount];
        for (int i = 0; i < settlementCount; i++) {
            kinds[i] = kindArg(indexOf(i, KIND));
            ScriptArguments.countArg(call, indexOf(i, DELAY));
        }
        arguments.requireKeys(QUEUE_KEYS);
        now = LuaNumbers.sinceEpoch(call.nowMicros());
        messages = new QueueMessages(arguments, effects, groupLimit, now);
        leaseEnd = now + leaseMillis * MICROS_PER_MILLI;
        paused = effects.keys().exists(arguments.key(PAUSED));
        lastLease = lastLease();
        StringValue answer = effects.keys().read(ValueType.STRING, arguments.key(ANSWER));
        kept = answer == null ? null : answer.bytes().copy();
    }

    /** Answers {wait, settled, deliveries} as the script. */
    static void exchange(Call call) {
        ScriptArguments arguments = ScriptArguments.of(call, NAME);
        int settlementCount = (arguments.count() - SETTLEMENTS) / PER_SETTLEMENT;
        if (settlementCount < 0 || arguments.count() != SETTLEMENTS + settlementCount * PER_SETTLEMENT) {
            throw Errors.wrongArity(NAME);
        }
        Exchange exchange = new Exchange(arguments, settlementCount);
        KeptExchange kept = KeptExchange.parse(exchange.kept);
        if (kept == null || kept.turn() < exchange.turn) {
            exchange.run();
        } else if (kept.turn() == exchange.turn) {
            exchange.repeat(kept);
        } else {
            // Its caller has given it up since, and asks for something else.
            exchange.refuseAll();
            exchange.reply(true);
        }
    }

    private int indexOf(int settlement, int part) {
        return arguments.indexOf(SETTLEMENTS + settlement * PER_SETTLEMENT + part);
    }

    private Kind kindArg(int index) {
        for (int i = 0; i < KINDS.size(); i++) {
            if (call.argIs(index, KINDS.get(i).name())) {
                return KINDS.get(i);
            }
        }
        throw Errors.syntax();
    }

    private long lastLease() {
        StringValue last = effects.keys().read(ValueType.STRING, arguments.key(LAST_LEASE));
        long lease = last == null ? 0 : last.integer();
        if (lease < 0 || lease >= LuaNumbers.MAX_EXACT) {
            throw Errors.err("the last lease is out of range");
        }
        return lease;
    }

    /** Has memory be found before anything changes, so that each message is somewhere as a whole. */
    private void requireRoom(List<Bytes> delayed, List<Bytes> leased) {
        long others = (long) settlementCount + delayed.size() + leased.size();
        long claimed = Math.min(most, messages.sizeOf(READY) + messages.sizeOf(GROUPED) + others);
        long bytes = MADE_BYTES * (others + claimed);
        for (int i = 0; i < settlementCount; i++) {
            bytes += call.arg(indexOf(i, CAUSE)).length();
        }
        for (int i = 0; i < QUEUE_KEYS; i++) {
            bytes += arguments.key(i).length();
        }
        HashValue metas = messages.hash(METAS);
        if (messages.hash(LEASED_OF_GROUPS) != null) {
            for (int i = 0; i < settlementCount; i++) {
                Bytes id = Receipt.parse(call.arg(indexOf(i, RECEIPT))).id();
                bytes += (kinds[i].makesReady() ? GROUP_COPIES : 1) * groupLength(metas, id);
            }
        }
        for (Bytes id : delayed) {
            bytes += GROUP_COPIES * groupLength(metas, id);
        }
        for (Bytes id : leased) {
            bytes += GROUP_COPIES * groupLength(metas, id);
        }
        List<Bytes> restored = claims() ? messages.groupsWithoutTurns() : List.of();
        long longest = longestGroup();
        for (Bytes group : restored) {
            bytes += MADE_BYTES + group.length();
            longest = Math.max(longest, group.length());
        }
        call.requireRoom(
                MADE_STRINGS * (others + claimed + restored.size()) + QUEUE_KEYS,
                bytes + claimed * GROUP_COPIES * longest);
    }

    private boolean claims() {
        return !paused && most > 0;
    }

    /** The length of the longest group with a turn that may be claimed from. */
    private long longestGroup() {
        long longest = 0;
        SortedSetValue turns = messages.set(TURNS);
        if (turns != null) {
            SortedSetValue.Cursor cursor = turns.cursor(0, false);
            for (long i = 0; i < most && cursor.next(); i++) {
                longest = Math.max(longest, cursor.member().length());
            }
        }
        return longest;
    }

    private long groupLength(@Nullable HashValue metas, Bytes id) {
        return messages.find(metas, id) ? messages.found().group().length() : 0;
    }

    private void run() {
        List<Bytes> delayed = messages.due(DELAYED);
        // What is settled now may be among them.
        requireRoom(delayed, messages.due(LEASED));
        settle();
        messages.endDelays(messages.due(DELAYED));
        messages.endLeases(messages.due(LEASED));
        messages.addReady();
        List<Taken> taken = claims() ? messages.take(most) : List.of();
        long movedBefore = messages.moved();
        lease(taken);
        effects.set(arguments.key(ANSWER), answer(), forgottenAtMillis);
        // A claim that got less than it asked for has left nothing, unless a damaged message made room for others.
        reply(taken.size() >= most || messages.moved() > movedBefore);
    }

    /**
     * Receipts hold while the message is leased, by that lease, and as long as nothing before in the same exchange ended it. What is
     * extended goes and comes again, as by the script.
     */
    private void settle() {
        HashValue metas = messages.hash(METAS);
        SortedSetValue leased = effects.keys().modify(ValueType.SORTED_SET, arguments.key(LEASED));
        if (leased == null) {
            refuseAll();
            return;
        }
        List<Ended> ended = new ArrayList<>();
        List<Bytes> extended = new ArrayList<>();
        List<Bytes> removed = new ArrayList<>();
        for (int i = 0; i < settlementCount; i++) {
            Receipt receipt = Receipt.parse(call.arg(indexOf(i, RECEIPT)));
            Bytes id = receipt.id();
            boolean holds = messages.find(metas, id) && messages.found().lease().equals(receipt.lease());
            if (holds && kinds[i] == Kind.EXTEND) {
                holds = QueueMessages.isIn(leased, id);
                extended.add(id);
            } else if (holds) {
                Bytes group = messages.found().groupCopy();
                holds = leased.remove(id);
                if (holds) {
                    ended.add(new Ended(i, id, group));
                    removed.add(id);
                }
            }
            settled.add(holds);
        }
        ScoredMembers longer = new ScoredMembers(extended.size());
        for (Bytes id : extended) {
            if (leased.remove(id)) {
                removed.add(id);
                longer.add(leaseEnd, id);
            }
        }
        if (!removed.isEmpty()) {
            effects.removed(arguments.key(LEASED), removed);
        }
        effects.zadd(arguments.key(LEASED), longer);
        List<Bytes> done = new ArrayList<>();
        for (Ended each : ended) {
            messages.makeRoom(each.group());
            if (kinds[each.settlement()] == Kind.ACK) {
                done.add(each.id());
            } else if (messages.find(messages.hash(METAS), each.id())) {
                retry(each);
            }
        }
        effects.hdel(arguments.key(BODIES), done);
        effects.hdel(arguments.key(METAS), done);
    }

    private void refuseAll() {
        settled.addAll(Collections.nCopies(settlementCount, false));
    }

    /** Does what another settlement than an acknowledgement asks for, with the message that was found last. */
    private void retry(Ended ended) {
        Kind kind = kinds[ended.settlement()];
        QueuedMessage message = messages.found();
        double delayMillis = call.integerArg(indexOf(ended.settlement(), DELAY));
        Bytes id = ended.id();
        if (kind == Kind.RETURN) {
            effects.hset(arguments.key(METAS), id, message.with(message.lease(), message.attempts() - 1));
            messages.makeReady(id, message.priority(), ended.group());
        } else if (kind == Kind.REJECT || message.attempts() >= message.limit()) {
            messages.bury(id, call.arg(indexOf(ended.settlement(), CAUSE)));
        } else if (delayMillis > 0) {
            effects.zadd(arguments.key(DELAYED), now + delayMillis * MICROS_PER_MILLI, id);
        } else {
            messages.makeReady(id, message.priority(), ended.group());
        }
    }

    /** Leases and delivers what was taken. */
    private void lease(List<Taken> taken) {
        if (taken.isEmpty()) {
            return;
        }
        Bytes lease = LuaNumbers.decimal(Math.max((long) now, lastLease + 1));
        effects.set(arguments.key(LAST_LEASE), lease);
        ScoredMembers leases = new ScoredMembers(taken.size());
        List<Bytes> changed = new ArrayList<>(2 * taken.size());
        HashValue bodies = messages.hash(BODIES);
        HashValue metas = messages.hash(METAS);
        QueuedMessage message = messages.found();
        List<Taken> damaged = new ArrayList<>();
        for (Taken each : taken) {
            Bytes id = each.id();
            if (bodies == null || !bodies.contains(id) || !messages.find(metas, id)) {
                damaged.add(each);
                continue;
            }
            long attempt = message.attempts() + 1;
            leases.add(leaseEnd, id);
            changed.add(id);
            changed.add(message.with(lease, attempt));
            deliveries.add(new Delivery(id, lease, attempt, message.enqueued(), message.groupCopy()));
        }
        damaged.forEach(messages::buryTaken);
        effects.zadd(arguments.key(LEASED), leases);
        effects.hset(arguments.key(METAS), changed);
    }

    /** What this exchange did, as it is kept for a repeated call: {@code turn|101|id:lease,id:lease}. */
    private Bytes answer() {
        int length = Numbers.MAX_LONG_LENGTH + 2 + settlementCount + deliveries.size();
        for (Delivery delivery : deliveries) {
            length += delivery.receiptLength();
        }
        byte[] text = new byte[length];
        int at = Numbers.formatLong(turn, text, 0);
        text[at++] = '|';
        for (boolean holds : settled) {
            text[at++] = (byte) (holds ? '1' : '0');
        }
        text[at++] = '|';
        for (Delivery delivery : deliveries) {
            at = delivery.writeReceipt(text, at);
            text[at++] = ',';
        }
        Bytes answer = new Bytes();
        answer.set(text, 0, deliveries.isEmpty() ? at : at - 1);
        return answer;
    }

    /** Answers what an exchange did before, and delivers once more what is still leased by it. */
    private void repeat(KeptExchange before) {
        settled.addAll(before.settled());
        HashValue metas = messages.hash(METAS);
        HashValue bodies = messages.hash(BODIES);
        SortedSetValue leased = messages.set(LEASED);
        QueuedMessage message = messages.found();
        for (Receipt receipt : before.receipts()) {
            Bytes id = receipt.id();
            if (messages.find(metas, id)
                    && message.lease().equals(receipt.lease())
                    && bodies != null
                    && bodies.contains(id)
                    && QueueMessages.isIn(leased, id)) {
                deliveries.add(
                        new Delivery(id, receipt.lease(), message.attempts(), message.enqueued(), message.groupCopy()));
            }
        }
        reply(true);
    }

    /** Wakes other workers if something became ready that is left, which there is only if there may be, and answers. */
    private void reply(boolean mayHaveMore) {
        boolean more = mayHaveMore && !paused && messages.hasMore();
        if (more && messages.moved() > 0) {
            call.publish(arguments.arg(CHANNEL), IS_READY);
        }
        ReplyWriter reply = call.reply();
        reply.array(3);
        reply.integer(more ? 0 : millisUntil(DELAYED, millisUntil(LEASED, -1)));
        reply.array(settled.size());
        for (boolean result : settled) {
            reply.integer(result ? 1 : 0);
        }
        reply.array(PER_DELIVERY * deliveries.size());
        HashValue bodies = messages.hash(BODIES);
        byte[] receipt = new byte[2 * Numbers.MAX_LONG_LENGTH + 1];
        for (Delivery delivery : deliveries) {
            if (receipt.length < delivery.receiptLength()) {
                receipt = new byte[delivery.receiptLength()];
            }
            reply.bulk(receipt, 0, delivery.writeReceipt(receipt, 0));
            reply.bulk(delivery.id());
            reply.integer(delivery.attempt());
            reply.integer(delivery.enqueued());
            Bytes body = bodies == null ? null : bodies.get(delivery.id());
            reply.bulk(body == null ? QueueMessages.NOTHING : body);
            reply.bulk(delivery.group());
        }
    }

    /** Milliseconds until the first of a set is due, if that is sooner; -1 stands for never. */
    private long millisUntil(int key, long other) {
        SortedSetValue set = messages.set(key);
        if (set == null) {
            return other;
        }
        double millis = Math.max(0, Math.ceil((SortedByTime.timeAt(set, 0) - now) / MICROS_PER_MILLI));
        return other < 0 || millis < other ? (long) millis : other;
    }
}
