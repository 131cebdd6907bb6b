package dev.spinel.api.data;

import java.util.random.RandomGenerator;

/**
 * A set of byte strings without order.
 *
 * <p>Valid until the handler returns. Engine thread only.
 */
public interface SetValue {
    /** Number of members. O(1). */
    long size();

    boolean contains(Bytes member);

    /** Adds a member; false when it was there. */
    boolean add(Bytes member);

    /** Removes a member; false when absent. */
    boolean remove(Bytes member);

    /** A member drawn uniformly, valid until the next change or call; the set must not be empty. O(1) on average. */
    Bytes random(RandomGenerator random);

    /** A cursor before the first member, in no particular order; the set must not change while it is in use. */
    Cursor cursor();

    /** As {@link HashValue#scan}. */
    long scan(long cursor, int count, MemberVisitor visitor);

    /** Receives members; must not change the set. The view is valid during the call. */
    interface MemberVisitor {
        void visit(Bytes member);
    }

    /** Position in a set; its view is valid until it moves. */
    interface Cursor {
        /** Moves on; false past the end. */
        boolean next();

        Bytes member();
    }
}
