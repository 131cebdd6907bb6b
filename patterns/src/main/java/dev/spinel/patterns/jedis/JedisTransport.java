package dev.spinel.patterns.jedis;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.ReplicaAcknowledgement;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.RoundTrip;
import dev.spinel.patterns.transport.TransportException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import redis.clients.jedis.AbstractPipeline;
import redis.clients.jedis.BuilderFactory;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.CommandObject;
import redis.clients.jedis.Connection;
import redis.clients.jedis.JedisCluster;
import redis.clients.jedis.RedisClient;
import redis.clients.jedis.RedisClusterClient;
import redis.clients.jedis.RedisSentinelClient;
import redis.clients.jedis.Response;
import redis.clients.jedis.UnifiedJedis;
import redis.clients.jedis.args.Rawable;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * The transport over a Jedis client that the application owns: {@code RedisClient}, or one that finds the node of a cluster
 * by key.
 *
 * <p>Jedis blocks. The first command of a sync form runs in the thread that called it, which costs no hand-over: the fastest way to use recipes.
 * All else (async forms, renewals, what follows from replies) runs on the given executor; virtual threads serve well. The client's pool
 * should have a connection for each thread of both kinds, one more for subscriptions, which take a daemon thread, and a time-out for those
 * who wait for a connection, who otherwise may keep renewals from being sent.
 *
 * <p>Clients of a cluster, and others that were given more than one attempt, repeat commands after connection failures by themselves. That is noticed: the
 * outcome of a command that was repeated is unknown, whatever the last attempt got. A redirection within a cluster repeats nothing; after a second
 * one in a row the outcome counts as unknown, too.
 *
 * <p>Commands that replicas have to acknowledge are for {@link RedisClient} and {@link RedisSentinelClient}; each keeps a connection of the pool until
 * that is known.
 */
public final class JedisTransport implements RedisTransport {
    private static final int SLOTS = 16_384;

    private final UnifiedJedis jedis;
    private final Executor executor;
    private final Supplier<Connection> channelConnections;

    private JedisTransport(UnifiedJedis jedis, Executor executor, Supplier<Connection> channelConnections) {
        this.jedis = requireNonNull(jedis, "jedis");
        this.executor = requireNonNull(executor, "executor");
        this.channelConnections = requireNonNull(channelConnections, "channelConnections");
    }

    /**
     * A transport over a client. Closing the transport closes neither the client nor the executor. Subscriptions are for {@link RedisClient},
     * {@link RedisSentinelClient}, {@link RedisClusterClient} and {@code JedisCluster}; for others use
     * {@link #over(UnifiedJedis, Executor, Supplier)}.
     *
     * @param executor runs the calls for which nobody waits: one of its own, as renewals wait behind whatever else runs on it
     */
    public static JedisTransport over(UnifiedJedis jedis, Executor executor) {
        return new JedisTransport(jedis, executor, () -> channelConnection(jedis));
    }

    /**
     * As {@link #over(UnifiedJedis, Executor)}, for any client.
     *
     * @param channelConnections gives a connection for subscriptions, which is closed as a broken one when it is not needed any more; may throw
     *     what Jedis throws
     */
    public static JedisTransport over(UnifiedJedis jedis, Executor executor, Supplier<Connection> channelConnections) {
        return new JedisTransport(jedis, executor, channelConnections);
    }

    /** A connection of the client's pool; in a cluster of any node, as each has all channels. */
    @SuppressWarnings("deprecation") // JedisCluster, for as long as Jedis has it
    private static Connection channelConnection(UnifiedJedis jedis) {
        if (jedis instanceof RedisClient client) {
            return client.getPool().getResource();
        } else if (jedis instanceof RedisSentinelClient client) {
            return client.getPrimaryNodesConnectionMap()
                    .values()
                    .iterator()
                    .next()
                    .getResource();
        } else if (jedis instanceof RedisClusterClient client) {
            return client.getConnectionFromSlot(ThreadLocalRandom.current().nextInt(SLOTS));
        } else if (jedis instanceof JedisCluster client) {
            return client.getConnectionFromSlot(ThreadLocalRandom.current().nextInt(SLOTS));
        }
        throw new JedisException("No connection for subscriptions is known of " + jedis.getClass());
    }

    @Override
    public CompletionStage<Reply> send(Command command) {
        CompletableFuture<Reply> result = new CompletableFuture<>();
        if (command.callerWaits()) {
            execute(command, result);
            return result;
        }
        try {
            executor.execute(() -> execute(command, result));
        } catch (Throwable e) { // the executor is full or shut down, or cannot have another thread
            result.completeExceptionally(TransportException.notSent(e));
        }
        return result;
    }

    /** Clients of one server have a connection for themselves while they pipeline. */
    @Override
    public boolean waitsForReplicas() {
        return jedis instanceof RedisClient || jedis instanceof RedisSentinelClient;
    }

    /** That of a connection of the pool, for clients of one server. */
    @Override
    public Optional<Duration> timeout() {
        if (!waitsForReplicas()) {
            return Optional.empty();
        }
        try (Connection connection = channelConnection(jedis)) {
            int millis = connection.getSoTimeout();
            return millis == 0 ? Optional.empty() : Optional.of(Duration.ofMillis(millis));
        } catch (JedisException e) { // the server is not reached: whoever uses it will be told
            return Optional.empty();
        }
    }

    /** As measured now. */
    @Override
    public Optional<Duration> roundTrip() {
        return RoundTrip.shortest(this::send);
    }

    private void execute(Command command, CompletableFuture<Reply> result) {
        WatchedArguments arguments = watched(command);
        ReplicaAcknowledgement wanted = command.acknowledgement();
        Reply reply;
        try {
            reply = wanted == null
                    ? received(() -> jedis.executeCommand(arguments))
                    : executeAcknowledged(command, arguments, wanted);
        } catch (TransportException e) {
            result.completeExceptionally(e);
            return;
        } catch (JedisException e) {
            result.completeExceptionally(
                    arguments.written ? TransportException.noReply(e) : TransportException.notSent(e));
            if (e.getCause() instanceof InterruptedException) { // while waiting for the pool, which cleared the mark
                Thread.currentThread().interrupt();
            }
            return;
        } catch (Throwable e) { // for want of memory as well: whoever waits for the reply is told
            result.completeExceptionally(TransportException.noReply(e));
            return;
        }
        if (arguments.repeated) {
            result.completeExceptionally(TransportException.noReply(
                    new JedisException("Jedis got no reply and repeated " + command.name() + " by itself")));
        } else {
            result.complete(reply);
        }
    }

    /** Executes a command together with what follows it; throws what Jedis does if one of them has no reply. */
    private Reply executeAcknowledged(Command command, WatchedArguments arguments, ReplicaAcknowledgement wanted) {
        Response<Object> reply;
        Response<Object> marked;
        Response<Object> acknowledged;
        try (AbstractPipeline pipeline = jedis.pipelined()) {
            reply = append(pipeline, arguments);
            marked = append(pipeline, watched(wanted.mark(command)));
            acknowledged = append(pipeline, watched(wanted.waiting()));
            pipeline.sync();
        }
        return wanted.confirm(received(reply), received(marked), received(acknowledged));
    }

    private static Response<Object> append(AbstractPipeline pipeline, WatchedArguments arguments) {
        return pipeline.executeCommand(new CommandObject<>(arguments, BuilderFactory.RAW_OBJECT));
    }

    private static WatchedArguments watched(Command command) {
        WatchedArguments arguments = new WatchedArguments(keyword(command.name()));
        for (byte[] argument : command.arguments()) {
            if (argument == command.routingKey()) {
                arguments.key(argument);
            } else {
                arguments.add(argument);
            }
        }
        return arguments;
    }

    /**
     * A command's arguments that know what Jedis does with them, in the thread that waits: it goes through them to write them, and asks a
     * cluster's client for their slot to choose a node, unless a redirection named one.
     */
    private static final class WatchedArguments extends CommandArguments {
        private boolean routedBySlot;
        /** Attempts since that; the second one is a redirection, a third one may be the same once more. */
        private int attemptsOfRoute;
        /** Whether any attempt began to write them, so that the command may have run. */
        private boolean written;
        /** Whether an attempt followed one that had no reply. */
        private boolean repeated;

        WatchedArguments(ProtocolCommand keyword) {
            super(keyword);
        }

        @Override
        public Set<Integer> getKeyHashSlots() {
            routedBySlot = true;
            attemptsOfRoute = 0;
            repeated |= written;
            return super.getKeyHashSlots();
        }

        @Override
        public Iterator<Rawable> iterator() {
            repeated |= written && (!routedBySlot || attemptsOfRoute > 1);
            attemptsOfRoute++;
            written = true;
            return super.iterator();
        }
    }

    /** A command's name as Jedis sends it, whether it knows the command or not. */
    private static ProtocolCommand keyword(String name) {
        byte[] raw = name.getBytes(US_ASCII);
        return () -> raw;
    }

    /** What Jedis gives or throws for a command that has a reply. */
    private static Reply received(Supplier<@Nullable Object> value) {
        try {
            return toReply(value.get());
        } catch (JedisDataException e) {
            return new Reply.Failure(String.valueOf(e.getMessage()));
        }
    }

    private static Reply toReply(@Nullable Object value) {
        if (value == null) {
            return new Reply.Null();
        } else if (value instanceof Long number) {
            return new Reply.Int(number);
        } else if (value instanceof byte[] bytes) {
            return new Reply.Bulk(bytes);
        } else if (value instanceof List<?> items) {
            List<Reply> replies = new ArrayList<>(items.size());
            for (Object item : items) {
                if (item instanceof JedisDataException error) {
                    return new Reply.Failure(String.valueOf(error.getMessage()));
                } else if (item instanceof Map.Entry<?, ?> entry) { // of a map, which RESP3 has
                    replies.add(toReply(entry.getKey()));
                    replies.add(toReply(entry.getValue()));
                } else {
                    replies.add(toReply(item));
                }
            }
            return new Reply.Items(replies);
        }
        throw new IllegalStateException("Jedis gave a " + value.getClass().getName());
    }

    @Override
    public ChannelSession openChannels(ChannelListener listener) {
        return JedisChannels.start(channelConnections, listener);
    }

    /** Does nothing: client and executor belong to the application. */
    @Override
    public void close() {}
}
