package dev.spinel.patterns.transport;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The subscriptions of all recipes over one session of the transport: a channel is subscribed while somebody listens. Its confirmation is told
 * to all who listen by then, and so is that of a reconnect. Who comes later is told alone, as soon as all channels before it are confirmed.
 * A channel that is refused is asked for again: the server may have been busy, or permit it later.
 */
final class Channels implements RedisTransport.ChannelListener {
    static final int REFUSED_AGAIN_SECONDS = 5;

    private record Late(String channel, RedisTransport.ChannelListener listener) {}

    private final RedisTransport transport;
    private final Scheduler scheduler;
    private final PatternListener failures;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, List<RedisTransport.ChannelListener>> listeners = new HashMap<>();
    /** The channels that were subscribed and are neither confirmed nor refused yet. */
    private final Set<String> unconfirmed = new HashSet<>();
    /** The channels that were refused, which the next listener tries again, or a timer. */
    private final Set<String> refused = new HashSet<>();
    /** Who came to a channel that was confirmed before, and is not told yet. */
    private final List<Late> late = new ArrayList<>();

    private RedisTransport.@Nullable ChannelSession session;
    private Scheduler.@Nullable Task again;
    private boolean closed;

    Channels(RedisTransport transport, Scheduler scheduler, PatternListener failures) {
        this.transport = transport;
        this.scheduler = scheduler;
        this.failures = failures;
    }

    Scheduler.Task add(String channel, RedisTransport.ChannelListener listener) {
        lock.lock();
        try {
            if (closed) {
                return () -> {};
            }
            RedisTransport.ChannelSession open = session;
            if (open == null) {
                open = transport.openChannels(this);
                session = open;
            }
            List<RedisTransport.ChannelListener> more = new ArrayList<>(listenersOf(channel));
            boolean first = more.isEmpty();
            more.add(listener);
            listeners.put(channel, List.copyOf(more));
            if (refused.remove(channel) || first) {
                unconfirmed.add(channel);
                open.subscribe(channel);
            } else if (!unconfirmed.contains(channel)) {
                late.add(new Late(channel, listener));
                scheduler.schedule(Duration.ZERO, this::tellLate);
            }
        } finally {
            lock.unlock();
        }
        return () -> remove(channel, listener);
    }

    private void remove(String channel, RedisTransport.ChannelListener listener) {
        lock.lock();
        try {
            List<RedisTransport.ChannelListener> rest = new ArrayList<>(listenersOf(channel));
            if (!rest.remove(listener)) {
                return;
            }
            if (!rest.isEmpty()) {
                listeners.put(channel, List.copyOf(rest));
                return;
            }
            listeners.remove(channel);
            unconfirmed.remove(channel);
            refused.remove(channel);
            if (session != null) {
                session.unsubscribe(channel);
            }
        } finally {
            lock.unlock();
        }
    }

    private List<RedisTransport.ChannelListener> listenersOf(String channel) {
        lock.lock();
        try {
            return listeners.getOrDefault(channel, List.of());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void message(String channel, String message) {
        for (RedisTransport.ChannelListener listener : listenersOf(channel)) {
            guard(channel, () -> listener.message(channel, message));
        }
    }

    @Override
    public void subscribed(String channel) {
        lock.lock();
        try {
            unconfirmed.remove(channel);
            refused.remove(channel);
            late.removeIf(one -> one.channel.equals(channel));
        } finally {
            lock.unlock();
        }
        for (RedisTransport.ChannelListener listener : listenersOf(channel)) {
            guard(channel, () -> listener.subscribed(channel));
        }
        tellLate();
    }

    private void tellLate() {
        List<Late> told;
        lock.lock();
        try {
            if (!unconfirmed.isEmpty()) {
                return;
            }
            told = List.copyOf(late);
            late.clear();
        } finally {
            lock.unlock();
        }
        for (Late one : told) {
            if (listenersOf(one.channel).contains(one.listener)) {
                guard(one.channel, () -> one.listener.subscribed(one.channel));
            }
        }
    }

    @Override
    public void refused(String channel, Throwable cause) {
        boolean told = false;
        lock.lock();
        try {
            if (listeners.containsKey(channel)) {
                unconfirmed.remove(channel);
                told = refused.add(channel);
                askAgainLater();
            }
        } finally {
            lock.unlock();
        }
        if (told) {
            failures.failed("runtime.channelRefused", channel, cause);
        }
        tellLate();
    }

    private void askAgainLater() {
        if (again == null) {
            again = scheduler.schedule(Duration.ofSeconds(REFUSED_AGAIN_SECONDS), this::askAgain);
        }
    }

    private void askAgain() {
        lock.lock();
        try {
            again = null;
            if (session != null && !refused.isEmpty()) {
                List.copyOf(refused).forEach(session::subscribe);
                askAgainLater();
            }
        } finally {
            lock.unlock();
        }
    }

    /** One listener's failure concerns neither the others nor the connection. */
    private void guard(String channel, Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            failures.failed("runtime.channelListenerFailed", channel, e);
        }
    }

    void close() {
        lock.lock();
        try {
            closed = true;
            listeners.clear();
            late.clear();
            if (again != null) {
                again.cancel();
            }
            if (session != null) {
                session.close();
                session = null;
            }
        } finally {
            lock.unlock();
        }
    }
}
