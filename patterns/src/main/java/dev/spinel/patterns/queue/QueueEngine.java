package dev.spinel.patterns.queue;

/** What a queue is made of on the server. Both promise the same; all users of a queue give it the same one. */
public enum QueueEngine {
    /** Sorted sets: with priorities and groups. A message of 100 bytes that waits takes 350 bytes of Redis 7.0, 200 of Spinel. */
    SORTED_SETS,
    /**
     * A stream with a consumer group: first come, first served, without priorities and groups. A message of 100 bytes that
     * waits takes 143 bytes, and the server does less for each. Messages that are delivered again at once come before others, those
     * that were delayed after them. The tools of streams show what waits and what is pending.
     * Needs Redis 6.2, tested with 7.0.
     *
     * <p>The group {@code workers} is the queue's own, and {@code worker} its consumer. What other consumers have read or claimed in it, a
     * claim takes over after a lease, as a further attempt. If the group is destroyed, the next claim makes it anew and delivers all messages
     * that are not delayed or dead again, also those on lease, whose settlements are then refused; their attempts count from when
     * they became entries. Who acknowledges in it ({@code XACK}, {@code NOACK}), moves it ({@code XGROUP SETID}) or makes it himself with another
     * id than 0, takes messages out of the queue: they stay in the stream, and are not delivered. Of a leased message whose entry somebody deleted,
     * acknowledgements and extensions are told to take effect, all else is refused; until its lease ends, one message that is ready is not counted
     * by {@link WorkQueue#stats()} and {@link Exchange#next}.
     *
     * <p>Programs in any language may add messages, by {@code XADD {queue:<name>}:stream:entries * b <body>}, and wake workers by {@code
     * PUBLISH {queue:<name>}:stream:news added}; otherwise these find them within their poll interval. Such a message has no key and no delay,
     * is not refused by {@link WorkQueue.Builder#maxSize} but takes room of it, and is delivered as often as the queue says that delivers it first.
     * An entry that others delete ({@code XDEL}) is gone, without a dead letter; of one that was delivered already, its worker learns nothing: it is not
     * {@link Delivery#isLost lost}, and its acknowledgement takes effect.
     */
    STREAM
}
