package dev.spinel.api.data;

import java.util.random.RandomGenerator;

/**
 * A set of members, each with a score, ordered by score and then by the bytes of the member.
 *
 * <p>Scores are any double but NaN. Ranks count from 0 at the lowest. Valid until the handler returns. Engine thread
 * only.
 */
public interface SortedSetValue {
    /** Number of members. O(1). */
    long size();

    /** The score of a member, NaN when absent (no stored score is NaN). */
    double score(Bytes member);

    /** Sets the score of a member; true when the member is new. */
    boolean put(Bytes member, double score);

    /** Removes a member; false when absent. */
    boolean remove(Bytes member);

    /** The rank of a member from the lowest score, -1 when absent. O(log n). */
    long rank(Bytes member);

    /** Number of members with a score below {@code score}, or not above it when {@code inclusive}. O(log n). */
    long countBelow(double score, boolean inclusive);

    /** Number of members before {@code member} in byte order, or not after it when {@code inclusive}; all scores equal. */
    long countBefore(Bytes member, boolean inclusive);

    /** A cursor before the member at a rank, moving up, or down when reversed; no change while in use. O(log n). */
    Cursor cursor(long rank, boolean reversed);

    /** Removes the members from rank {@code from} (inclusive) to {@code to} (exclusive). */
    void removeRange(long from, long to);

    /** A cursor that stands on one member drawn uniformly; the set must not be empty. */
    Cursor randomMember(RandomGenerator random);

    /** As {@link HashValue#scan}. */
    long scan(long cursor, int count, MemberVisitor visitor);

    /** Receives members; must not change the set. The view is valid during the call. */
    interface MemberVisitor {
        void visit(Bytes member, double score);
    }

    /** Position in a sorted set; its view is valid until it moves. */
    interface Cursor {
        /** Moves on; false past the end. */
        boolean next();

        Bytes member();

        double score();
    }
}
