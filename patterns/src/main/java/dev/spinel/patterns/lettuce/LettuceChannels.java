package dev.spinel.patterns.lettuce;

import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.RedisTransport.ChannelSession;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions on one Lettuce connection, which subscribes again by itself after a reconnect. A first connection that fails
 * is tried again with the next subscription.
 */
final class LettuceChannels implements ChannelSession {
    private final Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> connector;
    private final ChannelListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> channels = new HashSet<>();
    private @Nullable StatefulRedisPubSubConnection<String, String> connection;
    private boolean connecting;
    private boolean closed;

    LettuceChannels(
            Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> connector,
            ChannelListener listener) {
        this.connector = connector;
        this.listener = listener;
    }

    @Override
    public void subscribe(String channel) {
        lock.lock();
        try {
            channels.add(channel);
            if (connection != null) {
                check(connection.async().subscribe(channel));
            } else if (!connecting && !closed) {
                connecting = true;
                CompletionStage<StatefulRedisPubSubConnection<String, String>> connected = connector.get();
                check(connected);
                var unused = connected.whenComplete((made, failure) -> connected(made));
            }
        } finally {
            lock.unlock();
        }
    }

    private void connected(@Nullable StatefulRedisPubSubConnection<String, String> made) {
        lock.lock();
        try {
            connecting = false;
            if (made == null) {
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
            if (!channels.isEmpty()) {
                check(made.async().subscribe(channels.toArray(String[]::new)));
            }
        } finally {
            lock.unlock();
        }
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
