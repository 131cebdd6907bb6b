package dev.spinel.patterns.transport;

import java.time.Duration;

/**
 * Told what recipes do, for metrics and logs. Called on the thread that completes the operation: must be quick and must not
 * block. What it throws is logged and goes no further.
 */
public interface PatternListener {
    /** A listener that does nothing. */
    PatternListener NONE = new PatternListener() {};

    /** How an operation ended. */
    enum Outcome {
        /** With a result. */
        COMPLETED,
        /** Without effect: the server was not reached or refused to work. */
        UNAVAILABLE,
        /** Its reply was lost, or too few replicas acknowledged it. */
        UNKNOWN,
        /** With an error of the server or a reply that cannot be read. */
        FAILED
    }

    /**
     * An operation ended.
     *
     * @param operation its name, such as {@code lock.acquire}
     * @param attempts how often it was sent, at least 1
     * @param elapsed from the first attempt to the end
     */
    default void operationEnded(String operation, Outcome outcome, int attempts, Duration elapsed) {}

    /**
     * Something happened that is worth counting.
     *
     * @param event its name, such as {@code lock.lost} or {@code ratelimit.limited}; each recipe documents its own
     * @param subject the name of the lock, limiter or queue, or of the operation for {@code runtime.fellBack}
     */
    default void event(String event, String subject) {}

    /**
     * Something failed that nobody else is told about, or not with its cause: an exception of a callback of the application, or a failure
     * that the recipe copes with. Counts as {@link #event} unless overridden.
     *
     * @param event its name, such as {@code queue.handlerFailed}
     * @param subject as for {@link #event}; the channel for {@code runtime.channelRefused} and {@code runtime.channelListenerFailed}
     * @param cause what was thrown, without wrapping of the JDK
     */
    default void failed(String event, String subject, Throwable cause) {
        event(event, subject);
    }
}
