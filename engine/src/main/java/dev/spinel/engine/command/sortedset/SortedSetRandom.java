package dev.spinel.engine.command.sortedset;

import static dev.spinel.api.data.ValueType.SORTED_SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.error.Errors;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/** The command ZRANDMEMBER: a random member, a number of different ones, or a number of independent draws. */
final class SortedSetRandom {
    /*
     * Different members are found in one of two ways, as HRANDFIELD does: where many are wanted of few, one walk takes
     * each with the chance of those still wanted among those still to come (Knuth, The Art of Computer Programming 2,
     * 3.4.2, algorithm S); where few are wanted of many, draws are repeated until enough different members were seen.
     */

    /** A sorted set of more members than this for each one wanted is not walked through. */
    private static final int DRAW_ABOVE_MEMBERS_PER_WANTED = 3;

    /** The most draws of one call, so that the size of a reply, twice this, stays an int. */
    private static final long MAX_DRAWS = Integer.MAX_VALUE / 2;

    /** What a copy of a member takes of the heap beside its bytes, in a set. */
    private static final int DRAWN_BYTES = 112;

    private SortedSetRandom() {}

    static void zrandmember(Call call) {
        ReplyWriter reply = call.reply();
        if (call.argCount() == 2) {
            SortedSetValue sortedSet = call.keys().read(SORTED_SET, call.arg(1));
            if (sortedSet == null) {
                reply.nil();
            } else {
                reply.bulk(sortedSet.randomMember(call.random()).member());
            }
            return;
        }
        long count = call.integerArg(2, -Long.MAX_VALUE, Long.MAX_VALUE);
        boolean withScores = call.argCount() > 3;
        if (call.argCount() > 4 || (withScores && !call.argIs(3, "WITHSCORES"))) {
            throw Errors.syntax();
        }
        if (withScores && (count < -Long.MAX_VALUE / 2 || count > Long.MAX_VALUE / 2)) {
            throw Errors.outOfRange();
        }
        SortedSetValue sortedSet = call.keys().read(SORTED_SET, call.arg(1));
        if (sortedSet == null || count == 0) {
            reply.array(0);
        } else if (count < 0) {
            draw(reply, sortedSet, -count, call.random(), withScores);
        } else {
            answerDifferent(call, sortedSet, (int) Math.min(count, sortedSet.size()), withScores);
        }
    }

    private static void draw(
            ReplyWriter reply, SortedSetValue sortedSet, long count, RandomGenerator random, boolean withScores) {
        if (count > MAX_DRAWS) {
            throw Errors.outOfRange();
        }
        ScoredMember.replyHead(reply, (int) count, withScores);
        for (long i = 0; i < count; i++) {
            SortedSetValue.Cursor drawn = sortedSet.randomMember(random);
            ScoredMember.reply(reply, drawn.member(), drawn.score(), withScores);
        }
    }

    private static void answerDifferent(Call call, SortedSetValue sortedSet, int wanted, boolean withScores) {
        ScoredMember.replyHead(call.reply(), wanted, withScores);
        if (sortedSet.size() / wanted <= DRAW_ABOVE_MEMBERS_PER_WANTED) {
            answerByWalk(call.reply(), sortedSet, wanted, call.random(), withScores);
        } else {
            answerByDraws(call, sortedSet, wanted, withScores);
        }
    }

    private static void answerByWalk(
            ReplyWriter reply, SortedSetValue sortedSet, int wanted, RandomGenerator random, boolean withScores) {
        int missing = wanted;
        SortedSetValue.Cursor cursor = sortedSet.cursor(0, false);
        for (long toCome = sortedSet.size(); missing > 0 && cursor.next(); toCome--) {
            if (missing == toCome || random.nextLong(toCome) < missing) {
                ScoredMember.reply(reply, cursor.member(), cursor.score(), withScores);
                missing--;
            }
        }
    }

    private static void answerByDraws(Call call, SortedSetValue sortedSet, int wanted, boolean withScores) {
        Set<Bytes> seen = new HashSet<>();
        while (seen.size() < wanted) {
            SortedSetValue.Cursor drawn = sortedSet.randomMember(call.random());
            if (seen.add(drawn.member().copy())) {
                call.takeHeap(DRAWN_BYTES + drawn.member().length());
                ScoredMember.reply(call.reply(), drawn.member(), drawn.score(), withScores);
            }
        }
    }
}
