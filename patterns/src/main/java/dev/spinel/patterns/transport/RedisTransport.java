package dev.spinel.patterns.transport;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * The port to a client library. An implementation sends commands and tells for each failure whether the command may have
 * run; it <em>never repeats a command by itself</em>, because only the operation knows whether that is harmless.
 * Redirections of a cluster ({@code MOVED}, {@code ASK}) are its business: they tell that the command did not run.
 *
 * <p>Thread-safe. {@link #send} does not block its caller, and the stages it returns may complete on a thread of the client
 * library: what depends on them must not block.
 */
public interface RedisTransport extends AutoCloseable {
    /**
     * Sends one command.
     *
     * @return the reply, errors of the server included as {@link Reply.Failure}; or a failure with a
     *     {@link TransportException} if no reply came within the transport's time-out, or the command asks for an acknowledgement of replicas,
     *     and too few gave it
     */
    CompletionStage<Reply> send(Command command);

    /** Whether {@link #send} carries out a command's {@link Command#acknowledgement}; commands have one only if it does. */
    default boolean waitsForReplicas() {
        return false;
    }

    /** For how long {@link #send} waits for a reply; empty if that is not known, or has no end. May block until there is a connection. */
    default Optional<Duration> timeout() {
        return Optional.empty();
    }

    /**
     * How long a reply to a command that does nothing takes, the shortest of a few. May block until these have been answered,
     * for two seconds at most.
     *
     * @return empty if it was not measured, as the server was not reached within that time, or is in this process
     */
    default Optional<Duration> roundTrip() {
        return Optional.empty();
    }

    /**
     * Opens a session of subscriptions, on a connection of its own that is re-established whenever it breaks, with all its
     * channels, until the session is closed. Does not block; a connection that cannot be made yet is tried again.
     */
    ChannelSession openChannels(ChannelListener listener);

    /**
     * Opens a session in which the server tells which keys of a prefix change, whoever changes them, on a connection of its own that is
     * re-established when it breaks. Does not block; nothing is told before the first {@link TrackingSession#confirm}.
     *
     * @return empty if this transport cannot do that
     */
    default Optional<TrackingSession> openTracking(String prefix, TrackingListener listener) {
        return Optional.empty();
    }

    /** Closes the connections. Commands in flight fail with an unknown outcome. */
    @Override
    void close();

    /** Receives what arrives on subscribed channels, on a thread of the client library: must not block, and should throw nothing. */
    interface ChannelListener {
        /** A message was published. Delivery is at most once. */
        void message(String channel, String message);

        /**
         * A subscription took effect: messages published from now on arrive. Called again each time a broken connection was
         * re-established, since messages of the time between are lost.
         */
        void subscribed(String channel);

        /**
         * The server refused a subscription, as for want of a permission. It is tried again when it is asked for again, and with the next
         * connection.
         */
        default void refused(String channel, Throwable cause) {}

        /** A listener for which each of these is a sign that there may be something new. */
        static ChannelListener signalling(Runnable signal) {
            return new ChannelListener() {
                @Override
                public void message(String channel, String message) {
                    signal.run();
                }

                @Override
                public void subscribed(String channel) {
                    signal.run();
                }
            };
        }
    }

    /** Receives what the server tells about tracked keys, on a thread of the client library: must not block. */
    interface TrackingListener {
        /** A key was changed or deleted, or expired. */
        void invalidated(String key);

        /** Any key may have changed, as all were deleted; or as the connection broke, so that nothing is told until it is confirmed. */
        void lost();
    }

    /** The tracking of the keys of a prefix. Thread-safe; no method blocks. */
    interface TrackingSession extends AutoCloseable {
        /**
         * Asks the server whether it tracks, and has it begin if it does not. Called by one caller at a time.
         *
         * @return true if it has tracked since the last time: what changed before this call has been told. False if it has just begun:
         *     anything may have changed before. A failure if the server is not reached or does not know tracking
         */
        CompletionStage<Boolean> confirm();

        /** Ends the tracking and closes the connection. */
        @Override
        void close();
    }

    /** A set of subscribed channels. Thread-safe; no method blocks. */
    interface ChannelSession extends AutoCloseable {
        /** Adds a channel; {@link ChannelListener#subscribed} tells when it took effect. */
        void subscribe(String channel);

        /** Removes a channel. Messages that are on their way may still arrive. */
        void unsubscribe(String channel);

        /** Ends all subscriptions and closes the connection. */
        @Override
        void close();
    }
}
