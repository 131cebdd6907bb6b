package dev.spinel.patterns.queue;

import dev.spinel.patterns.testing.ClientKind;

/** Workers of queues that are kept as streams. */
class StreamQueueWorkerIT extends WorkersContract {
    StreamQueueWorkerIT(ClientKind client) {
        super(client, QueueEngine.STREAM);
    }
}
