package dev.spinel.patterns.queue;

/**
 * What became of a message.
 *
 * @param id of the message in the queue, from 1; that of the earlier one for a duplicate; 0 if the queue is full
 */
public record Enqueued(Status status, long id) {
    /** The three ways. */
    public enum Status {
        /** It is in the queue. */
        NEW,
        /** A message with its key was enqueued before; this one was not. */
        DUPLICATE,
        /** The queue has as many messages as it may; it was not enqueued. */
        FULL
    }
}
