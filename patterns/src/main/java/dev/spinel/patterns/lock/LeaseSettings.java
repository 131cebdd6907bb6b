package dev.spinel.patterns.lock;

import java.time.Duration;

/**
 * How long leases run.
 *
 * @param lease from a grant or renewal to its end on the server
 * @param maxHold from the grant to the last end that renewals reach; no renewals if it is the lease
 * @param pollInterval how long a waiter waits for news at most before it asks again
 */
record LeaseSettings(Duration lease, Duration maxHold, Duration pollInterval) {
    /**
     * How much earlier than the server a holder considers its lease ended: 2 % for clocks that run at different rates, and 2 ms
     * because the server counts leases in whole milliseconds from the last one that its clock passed.
     */
    long marginNanos(Duration length) {
        return length.toNanos() / 50 + 2_000_000;
    }
}
