package dev.spinel.patterns.queue;

/** What a queue is made of on the server. Both promise the same; all users of a queue give it the same one. */
public enum QueueEngine {
    /** Sorted sets: with priorities and groups. A message of 100 bytes that waits takes 350 bytes of Redis 7.0, 200 of Spinel. */
    SORTED_SETS,
    /**
     * A stream with a consumer group: first come, first served, without priorities and groups. A message of 100 bytes that
     * waits takes 143 bytes, and the server does less for each. Messages that are delivered again at once come before others, those
     * that were delayed after them. The tools of streams show what waits and what is pending; the group
     * {@code workers} is the queue's own. Needs Redis 6.2, tested with 7.0.
     *
     * <p>Programs in any language may add messages, by {@code XADD {queue:<name>}:stream:entries * b <body>}, and wake workers by {@code
     * PUBLISH {queue:<name>}:stream:news added}; otherwise these find them within their poll interval. Such a message has no key and no delay,
     * is not counted against {@link WorkQueue.Builder#maxSize}, and is delivered as often as the queue says that delivers it first.
     */
    STREAM
}
