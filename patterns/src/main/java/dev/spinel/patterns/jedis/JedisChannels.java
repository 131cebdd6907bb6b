package dev.spinel.patterns.jedis;

import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.RedisTransport.ChannelSession;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.JedisPubSub;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Subscriptions on one connection of a Jedis client, read by one daemon thread until the session is closed. When the
 * connection breaks, the thread takes another one at most {@value #RECONNECT_DELAY_MILLIS} ms later.
 *
 * <p>A channel of the session's own stays subscribed throughout: Jedis hands the connection back to its pool when the last
 * channel is gone, and that must not race with the next subscription.
 */
final class JedisChannels implements ChannelSession {
    private static final String KEEP_OPEN_CHANNEL = "spinel-patterns:session";
    private static final long RECONNECT_DELAY_MILLIS = 100;

    private final UnifiedJedis jedis;
    private final ChannelListener listener;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition closing = lock.newCondition();
    private final Set<String> channels = new HashSet<>();
    /** The subscriptions of the connection, from its first confirmation until it ends. */
    private @Nullable JedisPubSub live;

    private boolean closed;

    private JedisChannels(UnifiedJedis jedis, ChannelListener listener) {
        this.jedis = jedis;
        this.listener = listener;
    }

    static JedisChannels start(UnifiedJedis jedis, ChannelListener listener) {
        JedisChannels session = new JedisChannels(jedis, listener);
        Thread thread = new Thread(session::readUntilClosed, "spinel-patterns-jedis-channels");
        thread.setDaemon(true);
        thread.start();
        return session;
    }

    private void readUntilClosed() {
        while (true) {
            try {
                jedis.subscribe(new Reader(), KEEP_OPEN_CHANNEL);
            } catch (JedisException e) {
                log(e);
            }
            lock.lock();
            try {
                live = null;
                if (closed || (closing.await(RECONNECT_DELAY_MILLIS, TimeUnit.MILLISECONDS) && closed)) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } finally {
                lock.unlock();
            }
        }
    }

    @Override
    public void subscribe(String channel) {
        lock.lock();
        try {
            channels.add(channel);
            if (live != null) {
                live.subscribe(channel);
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
                live.unsubscribe(channel);
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
            closing.signalAll();
            if (live != null) {
                live.unsubscribe();
            }
        } catch (JedisException e) {
            log(e);
        } finally {
            lock.unlock();
        }
    }

    /** A broken connection needs no action: its reader finds out, and the next one subscribes all channels. */
    private static void log(JedisException failure) {
        System.getLogger(JedisChannels.class.getName())
                .log(System.Logger.Level.DEBUG, "The connection of the subscriptions broke", failure);
    }

    /** What arrives on one connection. */
    private final class Reader extends JedisPubSub {
        @Override
        public void onMessage(String channel, String message) {
            listener.message(channel, message);
        }

        @Override
        public void onSubscribe(String channel, int subscribedChannels) {
            if (!channel.equals(KEEP_OPEN_CHANNEL)) {
                listener.subscribed(channel);
                return;
            }
            lock.lock();
            try {
                live = this;
                if (closed) {
                    unsubscribe();
                } else if (!channels.isEmpty()) {
                    subscribe(channels.toArray(String[]::new));
                }
            } finally {
                lock.unlock();
            }
        }
    }
}
