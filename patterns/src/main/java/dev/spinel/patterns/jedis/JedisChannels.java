package dev.spinel.patterns.jedis;

import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.RedisTransport.ChannelSession;
import dev.spinel.patterns.transport.Scheduler;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Subscriptions on one connection of a Jedis client, read by one daemon thread until the session is closed. The connection is taken with the first
 * channel and never given back for other use: whatever ends it, it is closed. Another one follows after {@value #FIRST_DELAY_MILLIS} ms, and up to
 * {@value #MAX_DELAY_MILLIS} ms while nothing can be subscribed.
 *
 * <p>Each channel is subscribed by a command of its own, whose replies come in order: an error is that of the oldest without one. The last channel
 * stays subscribed for up to 5 seconds, so that those who come and go need no new connection. A connection on which nothing is heard for
 * 15 seconds, though it is asked every 5, is closed.
 */
final class JedisChannels implements ChannelSession {
    private static final int FIRST_DELAY_MILLIS = 100;
    private static final int MAX_DELAY_MILLIS = 5_000;
    private static final Duration PING_INTERVAL = Duration.ofSeconds(5);
    private static final long MAX_SILENCE_NANOS = Duration.ofSeconds(15).toNanos();
    /** In the place of a channel, where the command is a PING. */
    private static final String PING = "";

    private final Supplier<Connection> connections;
    private final ChannelListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** What is wanted; guarded by the lock, as below. */
    private final Set<String> channels = new LinkedHashSet<>();
    /** The connection that is read. */
    private @Nullable Connection connection;
    /** The subscriptions of the connection while others may write to it. */
    private @Nullable Reader live;

    private boolean closed;
    private volatile long heardNanos;

    private JedisChannels(Supplier<Connection> connections, ChannelListener listener) {
        this.connections = connections;
        this.listener = listener;
    }

    static JedisChannels start(Supplier<Connection> connections, ChannelListener listener) {
        JedisChannels session = new JedisChannels(connections, listener);
        Thread thread = new Thread(session::readUntilClosed, "spinel-patterns-jedis-channels");
        thread.setDaemon(true);
        thread.start();
        session.watch();
        return session;
    }

    private void readUntilClosed() {
        long delayMillis = FIRST_DELAY_MILLIS;
        while (awaitChannels()) {
            boolean confirmed = readConnection();
            delayMillis = confirmed ? FIRST_DELAY_MILLIS : Math.min(2 * delayMillis, MAX_DELAY_MILLIS);
            pause(delayMillis);
        }
    }

    /** Waits for the first channel; false when the session is closed. Nobody but a listener interrupts this thread, and that does not end it. */
    private boolean awaitChannels() {
        lock.lock();
        try {
            while (channels.isEmpty() && !closed) {
                changed.awaitUninterruptibly();
            }
            return !closed;
        } finally {
            lock.unlock();
        }
    }

    private void pause(long millis) {
        Thread.interrupted(); // what a listener may have left
        lock.lock();
        try {
            long left = TimeUnit.MILLISECONDS.toNanos(millis);
            while (left > 0 && !closed) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) { // so it was shorter
            log(e);
        } finally {
            lock.unlock();
        }
    }

    /** Reads one connection until it ends, or all channels are refused; returns whether any was subscribed. */
    private boolean readConnection() {
        Reader reader = new Reader();
        try (Connection taken = connections.get()) {
            try {
                read(taken, reader);
            } finally {
                letGo();
                taken.setBroken(); // so that closing it does not give it back to a pool
            }
        } catch (Throwable e) { // of Jedis, or of an application's supplier of connections; this thread is the only one
            // that reads
            log(e);
        }
        return reader.everConfirmed;
    }

    /** Nobody may write to a connection that is closed: Jedis would connect it again, without logging in, and nobody would read it. */
    private void letGo() {
        lock.lock();
        try {
            connection = null;
            live = null;
        } finally {
            lock.unlock();
        }
    }

    private static void read(Connection taken, Reader reader) {
        String next = reader.begin(taken);
        while (next != null) {
            try {
                reader.proceed(taken, next);
                next = null;
            } catch (JedisDataException e) {
                next = reader.failed(e);
            }
        }
    }

    @Override
    public void subscribe(String channel) {
        lock.lock();
        try {
            channels.add(channel);
            changed.signalAll();
            if (live != null) {
                live.ask(channel);
                live.dropUnwanted();
            }
        } catch (JedisException e) {
            log(e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void unsubscribe(String channel) {
        lock.lock();
        try {
            if (channels.remove(channel) && live != null) {
                live.dropUnwanted();
            }
        } catch (JedisException e) {
            log(e);
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
            changed.signalAll();
            disconnect();
        } finally {
            lock.unlock();
        }
    }

    /** Ends the connection, which its reader finds out. */
    private void disconnect() {
        Connection present = connection;
        letGo();
        if (present != null) {
            try {
                present.forceDisconnect();
            } catch (IOException e) {
                log(e);
            }
        }
    }

    /** Asks the server for a sign of life, and ends a connection that gives none, or that nobody needs any more. */
    private void watch() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (connection != null && (channels.isEmpty() || System.nanoTime() - heardNanos > MAX_SILENCE_NANOS)) {
                disconnect();
            } else if (live != null) {
                live.asked.add(PING);
                live.ping();
            }
        } catch (JedisException e) {
            log(e);
        } finally {
            lock.unlock();
        }
        var unused = Scheduler.system().schedule(PING_INTERVAL, this::watch);
    }

    /** A broken connection needs no action: its reader finds out, and the next one subscribes all channels. */
    private static void log(Throwable failure) {
        System.getLogger(JedisChannels.class.getName())
                .log(System.Logger.Level.DEBUG, "The connection of the subscriptions broke", failure);
    }

    /** Tells the listener, whose failures must not end the connection. */
    private static void tell(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            System.getLogger(JedisChannels.class.getName())
                    .log(System.Logger.Level.WARNING, "A listener of channels failed", e);
        }
    }

    /** What arrives on one connection. */
    private final class Reader extends JedisPubSub {
        /** The commands without a reply, in order; guarded by the lock, as below. */
        private final Queue<String> asked = new ArrayDeque<>();
        /** The channels of this connection that were asked for and are not refused. */
        private final Set<String> subscriptions = new HashSet<>();

        private final Set<String> confirmed = new HashSet<>();
        private final Set<String> refused = new HashSet<>();
        private boolean everConfirmed;

        /** The channel to begin with, or null if none is wanted any more. */
        @Nullable
        String begin(Connection taken) {
            lock.lock();
            try {
                heardNanos = System.nanoTime();
                connection = taken;
                return closed ? null : askNext();
            } finally {
                lock.unlock();
            }
        }

        /** The channel of the SUBSCRIBE with which reading goes on; nobody else writes meanwhile. */
        private @Nullable String askNext() {
            String next = confirmed.stream().findAny().orElse(null);
            for (Iterator<String> wanted = channels.iterator(); next == null && wanted.hasNext(); ) {
                String channel = wanted.next();
                next = refused.contains(channel) ? null : channel;
            }
            if (next != null) {
                asked.add(next);
                subscriptions.add(next);
            }
            return next;
        }

        /** The server answered the oldest command with an error; returns the channel to go on with, if there is one. */
        @Nullable
        String failed(JedisDataException error) {
            String channel;
            String next;
            lock.lock();
            try {
                heardNanos = System.nanoTime();
                live = null;
                channel = asked.poll();
                if (channel != null && !channel.equals(PING)) {
                    subscriptions.remove(channel);
                    confirmed.remove(channel);
                    refused.add(channel);
                }
                next = connection == null ? null : askNext();
            } finally {
                lock.unlock();
            }
            if (channel != null && !channel.equals(PING)) {
                tell(() -> listener.refused(channel, error));
            }
            return next;
        }

        void ask(String channel) {
            asked.add(channel);
            subscriptions.add(channel);
            refused.remove(channel);
            subscribe(channel);
        }

        /** Unless nothing else is left, as a connection without subscriptions ends. */
        void dropUnwanted() {
            if (Collections.disjoint(channels, subscriptions)) {
                return;
            }
            for (String channel : Set.copyOf(subscriptions)) {
                if (!channels.contains(channel)) {
                    subscriptions.remove(channel);
                    confirmed.remove(channel);
                    unsubscribe(channel);
                }
            }
        }

        @Override
        public void onMessage(String channel, String message) {
            heardNanos = System.nanoTime();
            tell(() -> listener.message(channel, message));
        }

        @Override
        public void onPong(String pattern) {
            heard();
        }

        @Override
        public void onSubscribe(String channel, int subscribedChannels) {
            heard();
            lock.lock();
            try {
                if (connection == null) {
                    throw new JedisConnectionException("The connection was ended");
                }
                everConfirmed = true;
                if (subscriptions.contains(channel)) {
                    confirmed.add(channel);
                }
                if (live == null) {
                    live = this;
                    for (String wanted : channels) {
                        if (!subscriptions.contains(wanted) && !refused.contains(wanted)) {
                            ask(wanted);
                        }
                    }
                    dropUnwanted();
                }
            } finally {
                lock.unlock();
            }
            tell(() -> listener.subscribed(channel));
        }

        private void heard() {
            lock.lock();
            try {
                heardNanos = System.nanoTime();
                asked.poll();
            } finally {
                lock.unlock();
            }
        }
    }
}
