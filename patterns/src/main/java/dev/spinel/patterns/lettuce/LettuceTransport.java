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
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The transport over one shared Lettuce connection, to a single server or to a cluster, a second one for subscriptions, and a third one for
 * commands that replicas have to acknowledge.
 *
 * <p>It makes its own clients, because Lettuce's defaults would break the port's contract: they keep commands while
 * disconnected and send those in flight again after a reconnect. Here commands are refused while disconnected and nothing is
 * replayed; the first connection is re-established by Lettuce, that for subscriptions by this class, which subscribes again. Callbacks run on
 * Lettuce's event loop.
 */
public final class LettuceTransport implements RedisTransport {
    private static final long MAX_RECONNECT_DELAY_MILLIS = 500;
    private static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(5);
    static final Duration SHUTDOWN_TIMEOUT = Duration.ofSeconds(2);

    private final AbstractRedisClient client;
    private final StatefulConnection<byte[], byte[]> connection;
    private final AbstractRedisClient channelClient;
    private final Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> channelConnector;
    /** Makes connections for tracking; null for a cluster, each of whose nodes would have to be tracked. */
    private final @Nullable Supplier<CompletionStage<StatefulRedisConnection<String, String>>> trackingConnector;

    /** Null for a cluster, where a command may be sent to another node than what follows it. */
    private final @Nullable LettuceAcknowledgements acknowledgements;

    private final LettuceSender sender;
    private final Duration timeout;
    private final Optional<Duration> roundTrip;
    private volatile boolean closed;

    private LettuceTransport(
            LettuceSender sender,
            Duration timeout,
            AbstractRedisClient client,
            StatefulConnection<byte[], byte[]> connection,
            AbstractRedisClient channelClient,
            Supplier<CompletionStage<StatefulRedisPubSubConnection<String, String>>> channelConnector,
            @Nullable Supplier<CompletionStage<StatefulRedisConnection<String, String>>> trackingConnector,
            @Nullable LettuceAcknowledgements acknowledgements) {
        this.sender = sender;
        this.timeout = timeout;
        this.client = client;
        this.connection = connection;
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
    public static LettuceTransport connect(RedisURI uri) {
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
                timeout(uri),
                client,
                connectOrShutDown(client, () -> client.connect(ByteArrayCodec.INSTANCE, uri)),
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
     * @param nodes at least one; the time-out is that of the first
     * @throws io.lettuce.core.RedisException if no node can be reached
     */
    public static LettuceTransport connectToCluster(List<RedisURI> nodes) {
        if (nodes.isEmpty()) {
            throw new IllegalArgumentException("A cluster needs at least one node to begin with");
        }
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
                timeout(nodes.get(0)),
                client,
                connectOrShutDown(client, () -> client.connect(ByteArrayCodec.INSTANCE)),
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

    private static Duration timeout(RedisURI uri) {
        return uri.getTimeout().equals(RedisURI.DEFAULT_TIMEOUT_DURATION) ? DEFAULT_TIMEOUT : uri.getTimeout();
    }

    private static ClientOptions.Builder configure(ClientOptions.Builder options, RedisURI uri) {
        return options.autoReconnect(true)
                .replayFilter(command -> true)
                .disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
                .timeoutOptions(TimeoutOptions.enabled(timeout(uri)));
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
                ? sender.send(connection, command)
                : requireNonNull(acknowledgements, "a cluster does not wait for replicas")
                        .send(command, wanted);
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
