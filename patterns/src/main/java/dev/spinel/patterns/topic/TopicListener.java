package dev.spinel.patterns.topic;

/**
 * Receives the messages of a topic in their order, and gaps where they are. Called by one thread at a time, one of the client library: must not
 * block. What it throws is the event {@code topic.listenerFailed}, and goes no further. What others publish on the topic's channel is the event
 * {@code topic.messageIgnored}, unless it looks like a message of a topic.
 */
public interface TopicListener {
    /**
     * A message.
     *
     * @param number counts the messages of the topic from 1
     */
    void message(String body, long number);

    /** Messages before the next one are missing: time to read again what the messages tell changes of. */
    void gap(Gap gap);
}
