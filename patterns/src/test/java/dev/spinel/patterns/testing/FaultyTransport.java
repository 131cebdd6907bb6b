package dev.spinel.patterns.testing;

import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/** Does to a transport without sockets what {@link FaultProxy} does to connections. */
final class FaultyTransport extends ForwardingTransport implements Faults {
    private final Set<CompletableFuture<Reply>> underWay = ConcurrentHashMap.newKeySet();
    private final List<FaultyChannels> channels = new CopyOnWriteArrayList<>();
    private final List<FaultyTracking> trackings = new CopyOnWriteArrayList<>();
    private final AtomicInteger repliesToLose = new AtomicInteger();
    private final AtomicInteger repliesLost = new AtomicInteger();
    private volatile boolean refusing;

    FaultyTransport(RedisTransport transport) {
        super(transport);
    }

    @Override
    public void loseReplies(int count) {
        repliesToLose.set(count);
    }

    @Override
    public int repliesLost() {
        return repliesLost.get();
    }

    @Override
    public void cut(boolean refuse) {
        refusing = refuse;
        breakCommands();
        channels.forEach(FaultyChannels::drop);
        trackings.forEach(FaultyTracking::drop);
        if (!refuse) {
            channels.forEach(FaultyChannels::open);
        }
    }

    @Override
    public void heal() {
        refusing = false;
        channels.forEach(FaultyChannels::open);
    }

    private static TransportException broken() {
        return TransportException.noReply(new IOException("cut"));
    }

    private void breakCommands() {
        underWay.forEach(reply -> reply.completeExceptionally(broken()));
    }

    @Override
    public CompletionStage<Reply> send(Command command) {
        if (refusing) {
            return CompletableFuture.failedFuture(TransportException.notSent(new IOException("refused")));
        }
        CompletableFuture<Reply> result = new CompletableFuture<>();
        underWay.add(result);
        var unused = transport.send(command).whenComplete((reply, failure) -> {
            underWay.remove(result);
            if (failure != null) {
                result.completeExceptionally(failure);
            } else if (repliesToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                repliesLost.incrementAndGet();
                result.completeExceptionally(broken());
                breakCommands();
            } else {
                result.complete(reply);
            }
        });
        return result;
    }

    @Override
    public ChannelSession openChannels(ChannelListener listener) {
        FaultyChannels session = new FaultyChannels(listener);
        channels.add(session);
        session.open();
        return session;
    }

    @Override
    public Optional<TrackingSession> openTracking(String prefix, TrackingListener listener) {
        FaultyTracking session = new FaultyTracking(prefix, listener);
        trackings.add(session);
        return Optional.of(session);
    }

    private final class FaultyChannels implements ChannelSession {
        private final ChannelListener listener;
        private final Set<String> names = new HashSet<>();
        private ChannelSession inner;

        FaultyChannels(ChannelListener listener) {
            this.listener = listener;
        }

        synchronized void open() {
            if (inner == null && !refusing) {
                inner = transport.openChannels(listener);
                names.forEach(inner::subscribe);
            }
        }

        synchronized void drop() {
            if (inner != null) {
                inner.close();
                inner = null;
            }
        }

        @Override
        public synchronized void subscribe(String channel) {
            names.add(channel);
            if (inner != null) {
                inner.subscribe(channel);
            }
        }

        @Override
        public synchronized void unsubscribe(String channel) {
            names.remove(channel);
            if (inner != null) {
                inner.unsubscribe(channel);
            }
        }

        @Override
        public void close() {
            channels.remove(this);
            drop();
        }
    }

    private final class FaultyTracking implements TrackingSession {
        private final String prefix;
        private final TrackingListener listener;
        private TrackingSession inner;

        FaultyTracking(String prefix, TrackingListener listener) {
            this.prefix = prefix;
            this.listener = listener;
        }

        void drop() {
            synchronized (this) {
                if (inner == null) {
                    return;
                }
                inner.close();
                inner = null;
            }
            listener.lost();
        }

        @Override
        public synchronized CompletionStage<Boolean> confirm() {
            if (refusing) {
                return CompletableFuture.failedFuture(broken());
            }
            if (inner == null) {
                inner = transport.openTracking(prefix, listener).orElseThrow();
            }
            return inner.confirm();
        }

        @Override
        public synchronized void close() {
            trackings.remove(this);
            if (inner != null) {
                inner.close();
                inner = null;
            }
        }
    }
}
