package dev.spinel.patterns.lettuce;

import dev.spinel.patterns.transport.RedisTransport.TrackingListener;
import dev.spinel.patterns.transport.RedisTransport.TrackingSession;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisConnectionStateListener;
import io.lettuce.core.TrackingArgs;
import io.lettuce.core.TrackingInfo;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.push.PushMessage;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.ArrayOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tracking in broadcasting mode on one Lettuce connection, for which the server need not remember who read what. Lettuce reconnects, but
 * the new connection does not track until the next confirmation. Pushes and replies come in the server's order, so that a reply that confirms
 * comes after all that was told before.
 */
final class LettuceTracking implements TrackingSession {
    private final Supplier<CompletionStage<StatefulRedisConnection<String, String>>> connector;
    private final String prefix;
    private final TrackingListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable CompletableFuture<StatefulRedisConnection<String, String>> connection;
    private boolean closed;

    LettuceTracking(
            Supplier<CompletionStage<StatefulRedisConnection<String, String>>> connector,
            String prefix,
            TrackingListener listener) {
        this.connector = connector;
        this.prefix = prefix;
        this.listener = listener;
    }

    @Override
    public CompletionStage<Boolean> confirm() {
        try {
            return connection().thenCompose(on -> confirm(on).whenComplete((confirmed, failure) -> {
                if (failure != null) {
                    leaveIfSilent(on, failure);
                }
            }));
        } catch (RuntimeException e) { // the client was shut down
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Has another connection be made for the next confirmation, if this one gave no reply in time. */
    private void leaveIfSilent(StatefulRedisConnection<String, String> on, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!(cause instanceof RedisCommandTimeoutException)) {
            return;
        }
        lock.lock();
        try {
            connection = null;
        } finally {
            lock.unlock();
        }
        listener.lost();
        var unused = on.closeAsync();
    }

    private CompletionStage<Boolean> confirm(StatefulRedisConnection<String, String> on) {
        return on.async().clientTrackinginfo().thenCompose(info -> {
            if (info.getFlags().contains(TrackingInfo.TrackingFlag.BCAST)) {
                return CompletableFuture.completedFuture(true);
            }
            TrackingArgs wanted = TrackingArgs.Builder.enabled().bcast().prefixes(prefix);
            return requireResp3(on)
                    .thenCompose(greeting -> on.async().clientTracking(wanted))
                    .thenApply(done -> false);
        });
    }

    /** Fails if Lettuce had to do without RESP3: the server would agree to track, and tell nothing. */
    private static CompletionStage<List<Object>> requireResp3(StatefulRedisConnection<String, String> on) {
        return on.async()
                .dispatch(
                        CommandType.HELLO,
                        new ArrayOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8).add(3));
    }

    /** The connection, made with the first confirmation and again after one that failed to make it. */
    private CompletionStage<StatefulRedisConnection<String, String>> connection() {
        lock.lock();
        try {
            if (closed) {
                return CompletableFuture.failedFuture(
                        new IllegalStateException("The tracking of " + prefix + " is closed"));
            }
            CompletableFuture<StatefulRedisConnection<String, String>> present = connection;
            if (present == null || present.isCompletedExceptionally()) {
                present = connector.get().thenApply(this::listening).toCompletableFuture();
                connection = present;
            }
            return present;
        } finally {
            lock.unlock();
        }
    }

    private StatefulRedisConnection<String, String> listening(StatefulRedisConnection<String, String> made) {
        made.addListener(this::pushed);
        made.addListener(new RedisConnectionStateListener() {
            @Override
            public void onRedisDisconnected(RedisChannelHandler<?, ?> broken) {
                listener.lost();
            }
        });
        return made;
    }

    private void pushed(PushMessage push) {
        if (!push.getType().equals("invalidate")) {
            return;
        }
        Object keys = push.getContent(StringCodec.UTF8::decodeKey).get(1);
        if (keys instanceof List<?> changed) {
            changed.forEach(key -> listener.invalidated((String) key));
        } else {
            listener.lost();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            if (connection != null) {
                var unused = connection.thenCompose(StatefulRedisConnection::closeAsync);
            }
        } finally {
            lock.unlock();
        }
    }
}
