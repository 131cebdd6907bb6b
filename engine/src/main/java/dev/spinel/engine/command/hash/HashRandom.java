package dev.spinel.engine.command.hash;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.random.RandomGenerator;

/** The command HRANDFIELD: a random field, a number of different ones, or a number of independent draws. */
final class HashRandom {
    /*
     * Different fields are found in one of two ways. Where many are wanted of few, one walk over the hash takes each
     * field with the probability (still wanted) / (still to come), which draws every subset alike and needs no memory
     * (Knuth, The Art of Computer Programming 2, 3.4.2, algorithm S). Where few are wanted of many, draws are repeated
     * until enough different fields were seen: with at most a third taken, three draws in two find a new one on average.
     */

    /** A hash of more fields than this for each one wanted is not walked through. */
    private static final int DRAW_ABOVE_FIELDS_PER_WANTED = 3;

    /** The most draws of one call, so that the size of a reply, twice this, stays an int. */
    private static final long MAX_DRAWS = Integer.MAX_VALUE / 2;

    /** What a copy of a field takes of the heap beside its bytes, in a set. */
    private static final int DRAWN_BYTES = 112;

    private HashRandom() {}

    static void hrandfield(Call call) {
        if (call.argCount() == 2) {
            HashValue hash = call.keys().read(ValueType.HASH, call.arg(1));
            HashValue.Cursor drawn = hash == null ? null : hash.randomField(call.random());
            if (drawn == null) {
                call.reply().nil();
            } else {
                call.reply().bulk(drawn.field());
            }
            return;
        }
        long count = call.integerArg(2, -Long.MAX_VALUE, Long.MAX_VALUE);
        boolean withValues = call.argCount() > 3;
        if (call.argCount() > 4 || (withValues && !call.argIs(3, "WITHVALUES"))) {
            throw Errors.syntax();
        }
        if (withValues && (count < -Long.MAX_VALUE / 2 || count > Long.MAX_VALUE / 2)) {
            throw Errors.outOfRange();
        }
        HashValue hash = call.keys().read(ValueType.HASH, call.arg(1));
        if (hash == null || count == 0) {
            call.reply().array(0);
        } else if (count < 0) {
            replyDraws(call, hash, -count, withValues);
        } else {
            replyDifferent(call, hash, count, withValues);
        }
    }

    private static void replyDraws(Call call, HashValue hash, long count, boolean withValues) {
        if (count > MAX_DRAWS) {
            throw Errors.outOfRange();
        }
        HashValue.Cursor drawn = hash.randomField(call.random());
        if (drawn == null) {
            call.reply().array(0);
            return;
        }
        replyHead(call.reply(), (int) count, withValues);
        replyField(call.reply(), drawn, withValues);
        for (long i = 1; i < count; i++) {
            replyField(call.reply(), draw(call, hash), withValues);
        }
    }

    /** Draws from a hash that has fields. */
    private static HashValue.Cursor draw(Call call, HashValue hash) {
        return Objects.requireNonNull(hash.randomField(call.random()));
    }

    private static void replyDifferent(Call call, HashValue hash, long count, boolean withValues) {
        long size = hash.liveSize();
        int wanted = (int) Math.min(count, size);
        replyHead(call.reply(), wanted, withValues);
        if (wanted == 0 || size / wanted <= DRAW_ABOVE_FIELDS_PER_WANTED) {
            replyOfWalk(call, hash, size, wanted, withValues);
        } else {
            replyOfDraws(call, hash, wanted, withValues);
        }
    }

    private static void replyOfWalk(Call call, HashValue hash, long size, int wanted, boolean withValues) {
        RandomGenerator random = call.random();
        HashValue.Cursor cursor = hash.cursor();
        int missing = wanted;
        for (long toCome = size; missing > 0 && cursor.next(); toCome--) {
            if (missing == toCome || random.nextLong(toCome) < missing) {
                replyField(call.reply(), cursor, withValues);
                missing--;
            }
        }
    }

    private static void replyOfDraws(Call call, HashValue hash, int wanted, boolean withValues) {
        Set<Bytes> seen = new HashSet<>();
        while (seen.size() < wanted) {
            HashValue.Cursor drawn = draw(call, hash);
            if (seen.add(drawn.field().copy())) {
                call.takeHeap(DRAWN_BYTES + drawn.field().length());
                replyField(call.reply(), drawn, withValues);
            }
        }
    }

    /** RESP3 has a pair for each field with its value; RESP2 has them in one row. */
    private static void replyHead(ReplyWriter reply, int count, boolean withValues) {
        reply.array(withValues && reply.protocol() == 2 ? count * 2 : count);
    }

    private static void replyField(ReplyWriter reply, HashValue.Cursor cursor, boolean withValues) {
        if (withValues && reply.protocol() > 2) {
            reply.array(2);
        }
        reply.bulk(cursor.field());
        if (withValues) {
            reply.bulk(cursor.value());
        }
    }
}
