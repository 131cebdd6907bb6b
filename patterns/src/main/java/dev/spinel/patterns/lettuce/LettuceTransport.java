package dev.spinel.patterns.lettuce;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.ReplicaAcknowledgement;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.RoundTrip;
import dev.spinel.patterns.transport.TransportException;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The transport over one shared Lettuce connection, to a single server or to a cluster, a second one for subscriptions, and a third one for
 * commands that replicas have to acknowledge.
 *
 * <p>It makes its own clients, because Lettuce's defaults would break the port's contract: they keep commands while
 * disconnected and send those in flight again after a reconnect. Here commands are refused while disconnected and nothing is
 * replayed; the first connection is re-established by Lettuce, or replaced if a command on it and all that followed got no reply in time, that for
 * subscriptions by this class, which subscribes again. Callbacks run on
 * Lettuce's event loop.
 */
public final class LettuceTransport implements RedisTransport {
    private static final long MAX_RECONNECT_DELAY_MILLIS = 500;
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
    static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(2);

    private final AbstractRedisClient client;
    private volatile StatefulConnection<byte[], byte[]> connection;
    /** Makes another connection; null for a cluster, whose connections Lettuce keeps. */
    private final @Nullable Supplier<CompletionStage<StatefulConnection<byte[], byte[]>>> connector;

    private final AbstractRedisClient channelClient;
    private final Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> channelConnector;
    /** Makes connections for tracking; null for a cluster, each of whose nodes would have to be tracked. */
    private final @Nullable Supplier<CompletionStage<StatefulRedisConnection<String, String>>> trackingConnector;

    /** Null for a cluster, where a command may be sent to another node than what follows it. */
    private final @Nullable LettuceAcknowledgements acknowledgements;

    private final LettuceSender sender;
    private final Duration timeout;
    private final Optional<Duration> roundTrip;
    private final AtomicBoolean replacing = new AtomicBoolean();
    /** When a reply came last. */
    private volatile long heardNanos = System.nanoTime();

    private volatile boolean closed;

    private LettuceTransport(
            LettuceSender sender,
            Duration timeout,
            AbstractRedisClient client,
            StatefulConnection<byte[], byte[]> connection,
            @Nullable Supplier<CompletionStage<StatefulConnection<byte[], byte[]>>> connector,
            AbstractRedisClient channelClient,
            Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> channelConnector,
            @Nullable Supplier<CompletionStage<StatefulRedisConnection<String, String>>> trackingConnector,
            @Nullable LettuceAcknowledgements acknowledgements) {
        this.sender = sender;
        this.timeout = timeout;
        this.client = client;
        this.connection = connection;
        this.connector = connector;
        this.channelClient = channelClient;
        this.channelConnector = channelConnector;
        this.trackingConnector = trackingConnector;
        this.acknowledgements = acknowledgements;
        roundTrip = RoundTrip.shortest(command -> sender.send(connection, command));
    }

    /**
     * Connects to a server, such as {@code redis://127.0.0.1:6379}, as {@link #connect(RedisURI)} does. Blocks until connected.
     *
     * @throws io.lettuce.core.RedisConnectionException if the server cannot be reached
     */
    public static LettuceTransport connect(String uri) {
        return connect(RedisURI.create(uri));
    }

    /**
     * Connects to a server. A command that has no reply after the time-out of the address fails with an unknown outcome; the 60
     * seconds that Lettuce takes if none is set are replaced by 5. With TLS ({@code rediss://}) the JVM's trust store
     * counts ({@code javax.net.ssl.trustStore}). Blocks until connected.
     *
     * @throws io.lettuce.core.RedisConnectionException if the server cannot be reached
     */
    public static LettuceTransport connect(RedisURI address) {
        RedisURI uri = withTimeout(address);
        ClientResources resources = resources();
        RedisClient client = RedisClient.create(resources);
        client.setOptions(configure(ClientOptions.builder(), uri).build());
        RedisClient channelClient = RedisClient.create(resources);
        channelClient.setOptions(ClientOptions.builder().autoReconnect(false).build());
        LettuceSender sender = new LettuceSender();
        RedisClient acknowledgedClient = RedisClient.create(resources);
        acknowledgedClient.setOptions(
                configure(ClientOptions.builder(), uri).autoReconnect(false).build());
        return new LettuceTransport(
                sender,
                uri.getTimeout(),
                client,
                connectOrShutDown(client, () -> client.connect(ByteArrayCodec.INSTANCE, uri)),
                () -> client.connectAsync(ByteArrayCodec.INSTANCE, uri).thenApply(made -> made),
                channelClient,
                () -> channelClient.connectPubSubAsync(StringCodec.UTF8, uri),
                () -> client.connectAsync(StringCodec.UTF8, uri),
                new LettuceAcknowledgements(sender, acknowledgedClient, uri));
    }

    /**
     * Connects to a cluster through one of its nodes. Otherwise as {@link #connect(RedisURI)}, but without tracking and without acknowledgements
     * of replicas.
     *
     * @throws io.lettuce.core.RedisException if no node can be reached
     */
    public static LettuceTransport connectToCluster(RedisURI node) {
        return connectToCluster(List.of(node));
    }

    /**
     * Connects to a cluster through the first of these nodes that can be reached. Otherwise as {@link #connectToCluster(RedisURI)}.
     *
     * @param addresses at least one; the time-out is that of the first
     * @throws io.lettuce.core.RedisException if no node can be reached
     */
    public static LettuceTransport connectToCluster(List<RedisURI> addresses) {
        if (addresses.isEmpty()) {
            throw new IllegalArgumentException("A cluster needs at least one node to begin with");
        }
        List<RedisURI> nodes =
                addresses.stream().map(LettuceTransport::withTimeout).toList();
        ClientResources resources = resources();
        RedisClusterClient client = RedisClusterClient.create(resources, nodes);
        ClusterClientOptions.Builder options = ClusterClientOptions.builder();
        configure(options, nodes.get(0));
        client.setOptions(options.build());
        RedisClusterClient channelClient = RedisClusterClient.create(resources, nodes);
        channelClient.setOptions(
                ClusterClientOptions.builder().autoReconnect(false).build());
        return new LettuceTransport(
                new LettuceSender(),
                nodes.get(0).getTimeout(),
                client,
                connectOrShutDown(client, () -> client.connect(ByteArrayCodec.INSTANCE)),
                null,
                channelClient,
                () -> channelClient
                        .refreshPartitionsAsync()
                        .thenCompose(known -> channelClient.connectPubSubAsync(StringCodec.UTF8))
                        .thenApply(pubSub -> pubSub),
                null,
                null);
    }

    /** Threads of both clients. Reconnects are tried at least twice a second; by default it could take half a minute. */
    private static ClientResources resources() {
        return ClientResources.builder()
                .reconnectDelay(Delay.exponential(0, MAX_RECONNECT_DELAY_MILLIS, TimeUnit.MILLISECONDS, 2))
                .build();
    }

    /** With a time-out of its own, which is that of connecting as well. */
    static RedisURI withTimeout(RedisURI uri) {
        if (!uri.getTimeout().equals(RedisURI.DEFAULT_TIMEOUT_DURATION)) {
            return uri;
        }
        RedisURI.Builder copy = RedisURI.builder(uri).withTimeout(DEFAULT_TIMEOUT);
        if (uri.getSentinelMasterId() != null) { // this and the sentinels are not copied
            copy.withSentinelMasterId(uri.getSentinelMasterId());
        }
        uri.getSentinels().forEach(sentinel -> copy.withSentinel(withTimeout(sentinel)));
        return copy.build();
    }

    private static ClientOptions.Builder configure(ClientOptions.Builder options, RedisURI uri) {
        return options.autoReconnect(true)
                .replayFilter(command -> true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(uri.getTimeout()));
    }

    private static StatefulConnection<byte[], byte[]> connectOrShutDown(
            AbstractRedisClient client, Supplier<StatefulConnection<byte[], byte[]>> connector) {
        try {
            return connector.get();
        } catch (RuntimeException e) {
            shutDown(client);
            throw e;
        }
    }

    @Override
    public CompletionStage<Reply> send(Command command) {
        if (closed) {
            return CompletableFuture.failedFuture(
                    TransportException.notSent(new IllegalStateException("The transport is closed")));
        }
        ReplicaAcknowledgement wanted = command.acknowledgement();
        return wanted == null
                ? watched(connection, command)
                : requireNonNull(acknowledgements, "a cluster does not wait for replicas")
                        .send(command, wanted);
    }

    /** Sends a command, and gives up a connection on which it got no reply in time, nor anything else since it was sent. */
    private CompletionStage<Reply> watched(StatefulConnection<byte[], byte[]> on, Command command) {
        long sentNanos = System.nanoTime();
        CompletableFuture<Reply> sent = sender.send(on, command);
        var unused = sent.whenComplete((reply, failure) -> {
            if (failure == null) {
                heardNanos = System.nanoTime();
            } else if (LettuceSender.isTimeout(failure) && heardNanos - sentNanos < 0) {
                replace(on);
            }
        });
        return sent;
    }

    /**
     * Has another connection take the place of one that is silent: Lettuce makes one again that broke, but not one whose host is gone without a
     * word. The present one stays until the other one is there.
     */
    private void replace(StatefulConnection<byte[], byte[]> silent) {
        if (connector == null || closed || connection != silent || !replacing.compareAndSet(false, true)) {
            return;
        }
        CompletionStage<StatefulConnection<byte[], byte[]>> made;
        try {
            made = connector.get();
        } catch (RuntimeException e) { // the client was shut down
            made = CompletableFuture.failedStage(e);
        }
        var unused = made.whenComplete((other, failure) -> {
            if (other != null) {
                heardNanos = System.nanoTime();
                connection = other;
                var unusedClosing = closed ? other.closeAsync() : silent.closeAsync();
            }
            replacing.set(false); // if there is none, the next command without a reply asks for it again
        });
    }

    @Override
    public boolean waitsForReplicas() {
        return acknowledgements != null;
    }

    @Override
    public Optional<Duration> timeout() {
        return Optional.of(timeout);
    }

    /** As measured when it was connected: to ask a connection later would block its event loop, should the caller run there. */
    @Override
    public Optional<Duration> roundTrip() {
        return roundTrip;
    }

    @Override
    public ChannelSession openChannels(ChannelListener listener) {
        return new LettuceChannels(channelConnector, listener);
    }

    @Override
    public Optional<TrackingSession> openTracking(String prefix, TrackingListener listener) {
        return trackingConnector == null
                ? Optional.empty()
                : Optional.of(new LettuceTracking(trackingConnector, prefix, listener));
    }

    @Override
    public void close() {
        closed = true;
        connection.close();
        if (acknowledgements != null) {
            acknowledgements.close();
        }
        channelClient.shutdown(Duration.ZERO, SHUTDOWN_TIMEOUT);
        shutDown(client);
    }

    /** Ends a client and the threads that it was given. */
    private static void shutDown(AbstractRedisClient client) {
        ClientResources resources = client.getResources();
        client.shutdown(Duration.ZERO, SHUTDOWN_TIMEOUT);
        var unused = resources.shutdown(0, SHUTDOWN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
    }
}
