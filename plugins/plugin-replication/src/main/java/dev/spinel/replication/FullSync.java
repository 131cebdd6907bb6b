package dev.spinel.replication;

import dev.spinel.engine.snapshot.SnapshotTarget;
import java.io.IOException;

/**
 * A snapshot of all data on its way to the replicas that need it.
 *
 * <p>The methods of {@link SnapshotTarget} on its threads, all others on the engine's.
 */
interface FullSync extends SnapshotTarget {
    /** Where the stream stood at the cut: the changes that the snapshot lacks begin there. */
    long offset();

    /** Whether a replica may still be taken into it. */
    boolean takesMore();

    /** Whether all of it is there. */
    boolean isComplete();

    /** Whether a replica has been given everything that is there. */
    boolean hasGivenAll(Replica replica);

    /** Whether the data end with a mark rather than after a length. */
    boolean endsWithMark();

    /**
     * Gives a replica what it can take of the snapshot as far as there is one.
     *
     * @param maxBytes how much its connection takes now
     * @return whether it has been given everything
     */
    boolean send(Replica replica, long maxBytes) throws IOException;

    /** Tells how many bytes of the snapshot the slowest of its replicas has been given. */
    void slowestReplica(long syncedBytes);

    /** Ends it early, because nobody wants it any more or the server goes down. */
    void abandon();

    /** Frees what it holds, once all of its replicas have it or are gone. */
    void close();
}
