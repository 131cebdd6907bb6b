package dev.spinel.engine.command.sortedset;

import static dev.spinel.api.data.ValueType.SORTED_SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import java.util.List;

/**
 * A copy of a member with its score, in the order of sorted sets: by score, then by the bytes of the member.
 *
 * @param member a copy, valid for ever
 * @param score not NaN
 */
record ScoredMember(Bytes member, double score) implements Comparable<ScoredMember> {
    @Override
    public int compareTo(ScoredMember other) {
        if (score != other.score) {
            return score < other.score ? -1 : 1;
        }
        return member.compareTo(other.member);
    }

    /**
     * Makes the destination, argument 1, hold exactly these members and answers their number; no members remove the key.
     *
     * @param sizeKnown whether Redis knows the number of members before the first one, and so makes a large set at once
     */
    static void store(Call call, List<ScoredMember> members, String event, boolean sizeKnown) {
        Keyspace keys = call.keys();
        Bytes destination = call.arg(1);
        if (!members.isEmpty()) {
            SortedSetValue stored = keys.replace(SORTED_SET, destination);
            if (sizeKnown) {
                putNegativeZerosLast(members, stored);
            } else {
                members.forEach(member -> stored.put(member.member, member.score));
            }
            call.changed(destination, KeyEvent.SORTED_SET, event);
        } else if (keys.remove(destination)) {
            call.changed(destination, KeyEvent.GENERIC, "del");
        }
        call.reply().integer(members.size());
    }

    /**
     * Stores a score of -0 only once all members are there: a small set takes it as 0, and would keep it as 0 when a
     * later member makes it a large one. Until then such a member has a score that no zero is equal to.
     */
    private static void putNegativeZerosLast(List<ScoredMember> members, SortedSetValue target) {
        members.forEach(member -> target.put(member.member, member.isNegativeZero() ? 1 : member.score));
        members.forEach(member -> {
            if (member.isNegativeZero()) {
                target.put(member.member, member.score);
            }
        });
    }

    private boolean isNegativeZero() {
        return score == 0 && Double.doubleToRawLongBits(score) != 0;
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
