package dev.spinel.patterns.queue;

import dev.spinel.patterns.testing.ClientKind;

/** Workers of queues in sorted sets. */
class QueueWorkerIT extends WorkersContract {
    QueueWorkerIT(ClientKind client) {
        super(client, QueueEngine.SORTED_SETS);
    }

    @Override
    WorkQueue.Builder builder() {
        return super.builder().maxLeasedPerGroup(3);
    }
}
