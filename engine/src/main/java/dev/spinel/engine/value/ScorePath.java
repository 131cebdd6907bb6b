package dev.spinel.engine.value;

import dev.spinel.engine.memory.Arena;
import java.util.Arrays;

/**
 * A place in a {@link ScoreTree}: what is looked for, and the nodes on the way to where it is. Reused for all trees of a
 * view, so that a search allocates nothing. Engine thread only.
 */
final class ScorePath {
    /** Where the place lies among members of the score looked for. */
    enum Side {
        /** Before all of them. */
        BEFORE_SCORE,
        /** Before the member looked for. */
        BEFORE_MEMBER,
        /** After the member looked for. */
        AFTER_MEMBER,
        /** After all of them. */
        AFTER_SCORE
    }

    /** With at least 16 children per node, enough for any number of members. */
    private static final int MAX_HEIGHT = 16;

    private static final byte[] NO_BYTES = {};

    final ScoreNode[] nodes = new ScoreNode[MAX_HEIGHT];
    final int[] slots = new int[MAX_HEIGHT];
    /** Index of the entry in the leaf. */
    int index;

    /** The score looked for, as {@link ScoredRecord#orderOf} gives it. */
    long order;

    private Side side = Side.BEFORE_SCORE;
    private byte[] member = NO_BYTES;
    private int memberOffset;
    private int memberLength;

    /** Looks for the edge of a score. */
    ScorePath aim(double score, Side edge) {
        return aim(ScoredRecord.orderOf(score), NO_BYTES, 0, 0, edge);
    }

    /** Looks for a member. The array is held until the next aim. */
    ScorePath aim(long scoreOrder, byte[] array, int offset, int length, Side edge) {
        order = scoreOrder;
        member = array;
        memberOffset = offset;
        memberLength = length;
        side = edge;
        return this;
    }

    /** Forgets what was looked for and found, so that nothing is kept from the collector. */
    void clear(int height) {
        member = NO_BYTES;
        Arrays.fill(nodes, 0, height, null);
    }

    /** Whether a record, whose score has the order given, lies before the place looked for. */
    boolean isAfter(long recordOrder, long record, Arena arena) {
        if (recordOrder != order) {
            return recordOrder < order;
        }
        return switch (side) {
            case BEFORE_SCORE -> false;
            case AFTER_SCORE -> true;
            case BEFORE_MEMBER -> compare(record, arena) < 0;
            case AFTER_MEMBER -> compare(record, arena) <= 0;
        };
    }

    private int compare(long record, Arena arena) {
        return ScoredRecord.compareMember(
                arena.chunk(record), arena.offset(record), member, memberOffset, memberLength);
    }
}
