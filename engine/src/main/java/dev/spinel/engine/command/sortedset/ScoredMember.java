package dev.spinel.engine.command.sortedset;

import static dev.spinel.api.data.ValueType.SORTED_SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.keyspace.KeyEvent;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a member with its score, in the order of sorted sets: by score, then by the bytes of the member.
 *
 * @param member a copy, valid for ever
 * @param score not NaN
 */
record ScoredMember(Bytes member, double score) implements Comparable<ScoredMember> {
    /** What one takes of the heap beside the bytes of the member: itself, its view, the header of its array, a reference. */
    static final int HEAP_BYTES = 80;

    @Override
    public int compareTo(ScoredMember other) {
        if (score != other.score) {
            return score < other.score ? -1 : 1;
        }
        return member.compareTo(other.member);
    }

    /** What takes members with their scores, each member once. */
    @FunctionalInterface
    interface Sink {
        /** Takes a member, a view that is valid during the call. */
        void add(Bytes member, double score);
    }

    /** Members that can be gone through more than once, always in the same order and with the same scores. */
    @FunctionalInterface
    interface Members {
        void forEach(Sink sink);
    }

    /**
     * Makes the destination, argument 1, hold exactly these members and answers their number; no members remove the key.
     *
     * @param sizeKnown whether Redis knows the number of members before the first one, and so makes a large set at once
     */
    static void store(Call call, Members members, String event, boolean sizeKnown) {
        Destination destination = new Destination(call, sizeKnown);
        members.forEach(destination);
        if (destination.size > 0) {
            if (destination.hasNegativeZeros) {
                members.forEach(destination::putNegativeZero);
            }
            call.changed(call.arg(1), KeyEvent.SORTED_SET, event);
        } else if (call.keys().remove(call.arg(1))) {
            call.changed(call.arg(1), KeyEvent.GENERIC, "del");
        }
        call.reply().integer(destination.size);
    }

    /** The sorted set at argument 1, which the first member makes. */
    private static final class Destination implements Sink {
        /*
         * A score of -0 is stored only once all members are there: a small set takes it as 0, and would keep it as 0 when a
         * later member makes it a large one. Until then such a member has a score that no zero is equal to.
         */
        private final Call call;
        private final boolean sizeKnown;
        private @Nullable SortedSetValue stored;
        private boolean hasNegativeZeros;
        private int size;

        Destination(Call call, boolean sizeKnown) {
            this.call = call;
            this.sizeKnown = sizeKnown;
        }

        private SortedSetValue stored() {
            if (stored == null) {
                stored = call.keys().replace(SORTED_SET, call.arg(1));
            }
            return stored;
        }

        @Override
        public void add(Bytes member, double score) {
            boolean waits = sizeKnown && isNegativeZero(score);
            hasNegativeZeros |= waits;
            stored().put(member, waits ? 1 : score);
            size++;
        }

        void putNegativeZero(Bytes member, double score) {
            if (isNegativeZero(score)) {
                stored().put(member, score);
            }
        }

        private static boolean isNegativeZero(double score) {
            return score == 0 && Double.doubleToRawLongBits(score) != 0;
        }
    }

    /** Opens an array of members: a flat one in RESP2, with a pair for each member that has its score in RESP3. */
    static void replyHead(ReplyWriter reply, int size, boolean withScores) {
        reply.array(withScores && reply.protocol() == 2 ? size * 2 : size);
    }

    /** Answers one member of an array that {@link #replyHead} opened. */
    static void reply(ReplyWriter reply, Bytes member, double score, boolean withScores) {
        if (withScores && reply.protocol() > 2) {
            reply.array(2);
        }
        reply.bulk(member);
        if (withScores) {
            reply.real(score);
        }
    }
}
