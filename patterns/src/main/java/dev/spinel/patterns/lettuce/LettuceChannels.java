package dev.spinel.patterns.lettuce;

import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.RedisTransport.ChannelSession;
import dev.spinel.patterns.transport.Scheduler;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Subscriptions on one Lettuce connection. One that breaks is replaced, after {@value #REPLACE_DELAY_MILLIS} ms; one that cannot be made is tried
 * again every half second. Lettuce itself must not reconnect: it would subscribe all channels with one command, which is refused for any of them.
 * A connection that does not answer for 15 seconds, though it is asked every 5, is replaced, too.
 */
final class LettuceChannels implements ChannelSession {
    private static final Duration RECONNECT_DELAY = Duration.ofMillis(500);
    private static final int REPLACE_DELAY_MILLIS = 100;
    private static final Duration PING_INTERVAL = Duration.ofSeconds(5);
    private static final int SILENT_INTERVALS = 3;

    private final Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> connector;
    private final ChannelListener listener;
    private final Duration pingInterval;
    private final ReentrantLock lock = new ReentrantLock();
    private final Set<String> channels = new LinkedHashSet<>();
    private volatile @Nullable StatefulRedisPubSubConnection<String, String> connection;
    private boolean connecting;
    private boolean closed;
    private volatile long heardNanos;

    LettuceChannels(
            Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> connector,
            ChannelListener listener) {
        this(connector, listener, PING_INTERVAL);
    }

    LettuceChannels(
            Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> connector,
            ChannelListener listener,
            Duration pingInterval) {
        this.connector = connector;
        this.listener = listener;
        this.pingInterval = pingInterval;
        watchLater();
    }

    @Override
    public void subscribe(String channel) {
        lock.lock();
        try {
            channels.add(channel);
            if (connection != null) {
                tellRefusal(channel, connection.async().subscribe(channel));
            } else {
                connect();
            }
        } finally {
            lock.unlock();
        }
    }

    /** In another thread, as whoever subscribes may hold a lock that the listener takes, and this one holds its own. */
    private void tellRefusal(String channel, CompletionStage<Void> asked) {
        var unused = asked.whenComplete((done, failure) -> {
            if (failure instanceof RedisCommandExecutionException) {
                var unusedTask = Scheduler.system().schedule(Duration.ZERO, () -> listener.refused(channel, failure));
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
                connectAfter(RECONNECT_DELAY);
                return;
            }
            if (closed) {
                check(made.closeAsync());
                return;
            }
            made.addListener(new RedisPubSubAdapter<>() {
                @Override
                public void message(String channel, String message) {
                    heardNanos = System.nanoTime();
                    if (connection == made) { // not what comes late by one that was replaced
                        listener.message(channel, message);
                    }
                }

                @Override
                public void subscribed(String channel, long count) {
                    if (connection == made) {
                        listener.subscribed(channel);
                    }
                }
            });
            made.addListener(new RedisConnectionStateListener() {
                @Override
                public void onRedisDisconnected(RedisChannelHandler<?, ?> broken) {
                    replace(made);
                }
            });
            connection = made;
            heardNanos = System.nanoTime();
            // By a command for each channel, as one that is refused would take all others of its command with it.
            channels.forEach(channel -> tellRefusal(channel, made.async().subscribe(channel)));
            if (!made.isOpen()) { // it broke before anybody listened
                replace(made);
            }
        } finally {
            lock.unlock();
        }
    }

    /** Has another connection take the place of one that is of no use any more. */
    private void replace(StatefulRedisPubSubConnection<String, String> broken) {
        lock.lock();
        try {
            if (connection != broken) {
                return;
            }
            connection = null;
            check(broken.closeAsync());
            connectAfter(Duration.ofMillis(REPLACE_DELAY_MILLIS));
        } finally {
            lock.unlock();
        }
    }

    private void connectAfter(Duration delay) {
        if (!closed) {
            var unused = Scheduler.system().schedule(delay, this::connect);
        }
    }

    private void watchLater() {
        var unused = Scheduler.system().schedule(pingInterval, this::watch);
    }

    /** Asks the server for a sign of life, and replaces a connection that gives none. */
    private void watch() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            StatefulRedisPubSubConnection<String, String> present = connection;
            if (present != null
                    && System.nanoTime() - heardNanos
                            > pingInterval.multipliedBy(SILENT_INTERVALS).toNanos()) {
                replace(present);
            } else if (present != null) {
                var unused = present.async().ping().whenComplete((pong, failure) -> answered(failure));
            }
        } finally {
            lock.unlock();
        }
        watchLater();
    }

    /** An error of the server is a sign of life as well; a time-out is none. */
    private void answered(@Nullable Throwable failure) {
        if (failure == null || failure instanceof RedisCommandExecutionException) {
            heardNanos = System.nanoTime();
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

    /** What failed here is made up for by the next connection, which subscribes again; users of channels survive lost messages. */
    private static void check(CompletionStage<?> change) {
        var unused = change.whenComplete((ignored, failure) -> {
            if (failure != null) {
                System.getLogger(LettuceChannels.class.getName())
                        .log(System.Logger.Level.DEBUG, "A change of subscriptions failed", failure);
            }
        });
    }
}
