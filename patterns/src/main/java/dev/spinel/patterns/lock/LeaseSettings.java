package dev.spinel.patterns.lock;

import dev.spinel.patterns.transport.ReplicaAcknowledgement;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long leases run, and who has to know them.
 *
 * @param lease from a grant or renewal to its end on the server
 * @param maxHold from the grant to the last end that renewals reach; no renewals if it is the lease
 * @param pollInterval how long a waiter waits for news at most before it asks again
 * @param acknowledgement of grants and renewals, null if no replica need have them
 */
record LeaseSettings(
        Duration lease, Duration maxHold, Duration pollInterval, @Nullable ReplicaAcknowledgement acknowledgement) {
    /**
     * Until when a holder considers a lease of the given length as held that was asked for at the given time. Earlier than the server does: 2 % for
     * clocks that run at different rates, and 2 ms because the server counts leases in whole milliseconds from the last one that its
     * clock passed.
     */
    static long validUntilNanos(long sentNanos, Duration length) {
        long nanos = length.toNanos();
        return sentNanos + nanos - (nanos / 50 + 2_000_000);
    }

    /** Whether a grant that was asked for at the given time comes too late to be of use. */
    boolean isOver(long sentNanos, long nowNanos) {
        return validUntilNanos(sentNanos, lease) - nowNanos <= 0;
    }
}
