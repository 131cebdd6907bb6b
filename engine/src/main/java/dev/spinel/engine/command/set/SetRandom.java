package dev.spinel.engine.command.set;

import static dev.spinel.api.data.ValueType.SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SetValue;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/** The commands that draw members at random. */
final class SetRandom {
    private static final Bytes SREM = Bytes.of("SREM");
    private static final Bytes DEL = Bytes.of("DEL");

    /** What a copy of a member takes of the heap beside its bytes, in a list. */
    private static final int MEMBER_BYTES = 64;

    /** The same, in a set. */
    private static final int DRAWN_BYTES = 112;

    /** Drawing with rejection is used when the set has more than this many members for each one that is wanted. */
    private static final int REJECTION_FACTOR = 3;

    private SetRandom() {}

    static void spop(Call call) {
        if (call.argCount() > 3) {
            throw Errors.syntax();
        }
        if (call.argCount() == 3) {
            spopMany(call);
            return;
        }
        Bytes key = call.arg(1);
        SetValue set = call.keys().modify(SET, key);
        if (set == null) {
            call.reply().nil();
            return;
        }
        popOne(call, key, set);
        call.changed(key, KeyEvent.SET, "spop");
        call.keys().removeIfEmpty(key);
    }

    private static void spopMany(Call call) {
        long count = call.integerArg(2, 0, Long.MAX_VALUE, "value is out of range, must be positive");
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        ReplyWriter reply = call.reply();
        SetValue set = keys.modify(SET, key);
        if (set == null || count == 0) {
            reply.set(0);
            return;
        }
        long size = set.size();
        if (count >= size) {
            reply.set((int) size);
            SetValue.Cursor cursor = set.cursor();
            while (cursor.next()) {
                reply.bulk(cursor.member());
            }
            call.changed(key, KeyEvent.SET, "spop");
            keys.remove(key);
            call.event(keys, key, KeyEvent.GENERIC, "del");
            call.propagateAs(DEL, key);
            return;
        }
        List<Bytes> drawn = new ArrayList<>();
        draw(call, set, count, member -> {
            call.takeHeap(MEMBER_BYTES + member.length());
            drawn.add(member.copy());
        });
        // A reply for which there is no room leaves the set as it is.
        reply.set(drawn.size());
        for (int i = 0; i < drawn.size(); i++) {
            reply.bulk(drawn.get(i));
        }
        for (int i = 0; i < drawn.size(); i++) {
            call.propagateAs(SREM, key, drawn.get(i));
            set.remove(drawn.get(i));
        }
        call.changed(key, KeyEvent.SET, "spop");
    }

    /** Answers and removes one random member and logs that as SREM. */
    private static void popOne(Call call, Bytes key, SetValue set) {
        Bytes member = set.random(call.random());
        call.reply().bulk(member);
        call.propagateAs(SREM, key, member);
        set.remove(member);
    }

    static void srandmember(Call call) {
        if (call.argCount() > 3) {
            throw Errors.syntax();
        }
        ReplyWriter reply = call.reply();
        if (call.argCount() == 2) {
            SetValue set = call.keys().read(SET, call.arg(1));
            if (set == null) {
                reply.nil();
            } else {
                reply.bulk(set.random(call.random()));
            }
            return;
        }
        long count = call.integerArg(2, -Long.MAX_VALUE, Long.MAX_VALUE);
        SetValue set = call.keys().read(SET, call.arg(1));
        if (set == null || count == 0) {
            reply.array(0);
        } else if (count < 0) {
            drawRepeatedly(reply, set, -count, call.random());
        } else {
            long distinct = Math.min(count, set.size());
            reply.array((int) distinct);
            draw(call, set, distinct, reply::bulk);
        }
    }

    /** Draws so many distinct members, each a view that is valid until the next one. */
    private static void draw(Call call, SetValue set, long count, Consumer<Bytes> drawn) {
        if (count >= set.size() / REJECTION_FACTOR) {
            select(set, count, call.random(), drawn);
        } else {
            drawDistinct(call, set, count, drawn);
        }
    }

    private static void drawRepeatedly(ReplyWriter reply, SetValue set, long count, RandomGenerator random) {
        if (count > Integer.MAX_VALUE) {
            throw Errors.outOfRange();
        }
        reply.array((int) count);
        for (long i = 0; i < count; i++) {
            reply.bulk(set.random(random));
        }
    }

    /**
     * Draws in one pass: each member is taken with the chance of those still wanted among those still to come. Source: Knuth,
     * The Art of Computer Programming, volume 2, 3.4.2, algorithm S.
     */
    private static void select(SetValue set, long count, RandomGenerator random, Consumer<Bytes> drawn) {
        long wanted = count;
        long left = set.size();
        SetValue.Cursor cursor = set.cursor();
        while (wanted > 0 && cursor.next()) {
            if (random.nextLong(left) < wanted) {
                drawn.accept(cursor.member());
                wanted--;
            }
            left--;
        }
    }

    private static void drawDistinct(Call call, SetValue set, long count, Consumer<Bytes> drawn) {
        Set<Bytes> members = new HashSet<>();
        while (members.size() < count) {
            Bytes member = set.random(call.random()).copy();
            if (members.add(member)) {
                call.takeHeap(DRAWN_BYTES + member.length());
                drawn.accept(member);
            }
        }
    }
}
