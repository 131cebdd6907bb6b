package dev.spinel.engine.value;

import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * What was removed from the keyspace but still holds memory, given back between turns.
 *
 * <p>Engine thread only.
 */
public final class LazyRelease {
    /*
     * The arena belongs to one thread, so nothing can be freed in the background as Redis does. Instead the memory of a
     * large value or of a flushed database is given back in pieces, for half a millisecond a turn at most. Redis's
     * figures count the keys that the pieces belong to.
     */
    private final Deque<Removed> removed = new ArrayDeque<>();
    private boolean defers;
    private @Nullable Removed releasing;
    private long pendingObjects;
    private long releasedObjects;

    /** What is released, and of how many keys; those whose values wait on their own are not counted any more. */
    private static final class Removed {
        private final Releasable memory;
        private long objects;

        private Removed(Releasable memory, long objects) {
            this.memory = memory;
            this.objects = objects;
        }
    }

    /** Has large values that are removed from now on be released later, or at once. */
    public void defers(boolean value) {
        defers = value;
    }

    /** Takes over memory to which nothing refers any more, and releases it now or later. */
    void accept(Releasable memory) {
        Removed database = releasing;
        if (database != null) {
            // A large value of a flushed database, whose keys are counted already.
            database.objects--;
            removed.addFirst(new Removed(memory, 1));
        } else if (defers && !memory.isSmall()) {
            add(memory, 1);
        } else {
            memory.release();
        }
    }

    /** Releases memory later, and counts it as some number of objects. */
    public void add(Releasable memory, long objects) {
        removed.add(new Removed(memory, objects));
        pendingObjects += objects;
    }

    /** Whether there is something to release. */
    public boolean isPending() {
        return !removed.isEmpty();
    }

    /** Number of keys whose memory is yet to be released. */
    public long pendingObjects() {
        return pendingObjects;
    }

    /** Number of keys whose memory was released later than they were removed, since the start or {@link #resetCount}. */
    public long releasedObjects() {
        return releasedObjects;
    }

    /** CONFIG RESETSTAT. */
    public void resetCount() {
        releasedObjects = 0;
    }

    /**
     * Releases pieces until nothing is left or the time is up.
     *
     * @param budgetNanos how long this may take
     */
    public void run(long budgetNanos) {
        long start = System.nanoTime();
        Removed next = removed.peek();
        while (next != null && System.nanoTime() - start < budgetNanos) {
            releasing = next;
            if (next.memory.releasePiece()) {
                removed.removeFirstOccurrence(next);
                pendingObjects -= next.objects;
                releasedObjects += next.objects;
            }
            next = removed.peek();
        }
        releasing = null;
    }
}
