package dev.spinel.patterns.lettuce;

import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.RedisTransport.ChannelSession;
import dev.spinel.patterns.transport.Scheduler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions on one Lettuce connection, which subscribes again by itself after a reconnect. A first connection that fails is tried again every
 * half second. A connection that does not answer for 15 seconds, though it is asked every 5, is replaced.
 */
final class LettuceChannels implements ChannelSession {
    private static final Duration RECONNECT_DELAY = Duration.ofMillis(500);
    private static final Duration PING_INTERVAL = Duration.ofSeconds(5);
    private static final long MAX_SILENCE_NANOS = Duration.ofSeconds(15).toNanos();

    private final Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> connector;
    private final ChannelListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> channels = new HashSet<>();
    private @Nullable StatefulRedisPubSubConnection<String, String> connection;
    private boolean connecting;
    private boolean closed;
    private volatile long heardNanos;

    LettuceChannels(
            Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> connector,
            ChannelListener listener) {
        this.connector = connector;
        this.listener = listener;
        watchLater();
    }

    @Override
    public void subscribe(String channel) {
        lock.lock();
        try {
            channels.add(channel);
            if (connection != null) {
                subscribe(connection, channel);
            } else {
                connect();
            }
        } finally {
            lock.unlock();
        }
    }

    /** By a command for each channel, as one that is refused would take all others of its command with it. */
    private void subscribe(StatefulRedisPubSubConnection<String, String> on, String channel) {
        var unused = on.async().subscribe(channel).whenComplete((done, failure) -> {
            if (failure instanceof RedisCommandExecutionException) {
                listener.refused(channel, failure);
            }
        });
    }

    private void connect() {
        lock.lock();
        try {
            if (connecting || closed || connection != null || channels.isEmpty()) {
                return;
            }
            connecting = true;
            CompletionStage<StatefulRedisPubSubConnection<String, String>> connected;
            try {
                connected = connector.get();
            } catch (RuntimeException e) { // the client was shut down
                connected = CompletableFuture.failedStage(e);
            }
            var unused = connected.whenComplete((made, failure) -> connected(made));
            check(connected);
        } finally {
            lock.unlock();
        }
    }

    private void connected(@Nullable StatefulRedisPubSubConnection<String, String> made) {
        lock.lock();
        try {
            connecting = false;
            if (made == null) {
                if (!closed) {
                    var unused = Scheduler.system().schedule(RECONNECT_DELAY, this::connect);
                }
                return;
            }
            if (closed) {
                check(made.closeAsync());
                return;
            }
            made.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    listener.message(channel, message);
                }

                @Override
                public void subscribed(String channel, long count) {
                    listener.subscribed(channel);
                }
            });
            connection = made;
            heardNanos = System.nanoTime();
            channels.forEach(channel -> subscribe(made, channel));
        } finally {
            lock.unlock();
        }
    }

    private void watchLater() {
        var unused = Scheduler.system().schedule(PING_INTERVAL, this::watch);
    }

    /** Asks the server for a sign of life, and replaces a connection that gives none. One that is known to be broken is Lettuce's business. */
    private void watch() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            StatefulRedisPubSubConnection<String, String> present = connection;
            if (present != null && !present.isOpen()) {
                heardNanos = System.nanoTime();
            } else if (present != null && System.nanoTime() - heardNanos > MAX_SILENCE_NANOS) {
                connection = null;
                check(present.closeAsync());
                connect();
            } else if (present != null) {
                var unused = present.async().ping().whenComplete((pong, failure) -> heardNanos = System.nanoTime());
            }
        } finally {
            lock.unlock();
        }
        watchLater();
    }

    @Override
    public void unsubscribe(String channel) {
        lock.lock();
        try {
            if (channels.remove(channel) && connection != null) {
                check(connection.async().unsubscribe(channel));
            }
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            channels.clear();
            if (connection != null) {
                check(connection.closeAsync());
                connection = null;
            }
        } finally {
            lock.unlock();
        }
    }

    /** What failed here is made up for by the reconnect, which subscribes again; users of channels survive lost messages. */
    private static void check(CompletionStage<?> change) {
        var unused = change.whenComplete((ignored, failure) -> {
            if (failure != null) {
                System.getLogger(LettuceChannels.class.getName())
                        .log(System.Logger.Level.DEBUG, "A change of subscriptions failed", failure);
            }
        });
    }
}
