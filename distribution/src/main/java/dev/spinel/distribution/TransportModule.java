package dev.spinel.distribution;

import static java.util.concurrent.TimeUnit.MICROSECONDS;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.spinel.engine.Engine;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.config.ConfigValue;
import dev.spinel.engine.loop.EngineLoop;
import dev.spinel.resp.transport.ConnectionSettings;
import dev.spinel.resp.transport.IoTransport;
import dev.spinel.resp.transport.NettyTransport;

/** The connections, and the loop that drives them and the engine. */
final class TransportModule extends AbstractModule {
    /** The share of the heap that requests and replies of all connections may take together while they wait. */
    private static final int BUFFERS_DIVISOR = 4;
    /** The share of the heap for the replies of one connection. */
    private static final int REPLIES_DIVISOR = 8;
    /** The share for its requests: half of what replies may take, as an array that grows is there twice. */
    private static final int REQUESTS_DIVISOR = 16;

    @Provides
    @Singleton
    ConnectionSettings connectionSettings(ConfigRegistry config) {
        ConnectionSettings settings = new ConnectionSettings();
        config.bind("maxclients", value -> settings.maxClients(asInt(value)));
        config.bind("busy-poll-usec", value -> settings.busyPollNanos(MICROSECONDS.toNanos(value.number())));
        config.bind("tcp-keepalive", value -> settings.keepAliveSeconds(asInt(value)));
        long heapBytes = Runtime.getRuntime().maxMemory();
        settings.bufferBudget().maxBytes(heapBytes / BUFFERS_DIVISOR);
        settings.maxReplyBytes(heapBytes / REPLIES_DIVISOR);
        long share = heapBytes / REQUESTS_DIVISOR;
        config.bind(
                "client-query-buffer-limit", value -> settings.maxQueryBufferBytes(Math.min(share, value.number())));
        config.bind(
                "proto-max-bulk-len", value -> settings.requestLimits().maxBulkBytes(Math.min(share, value.number())));
        return settings;
    }

    private static int asInt(ConfigValue value) {
        return (int) Math.min(Integer.MAX_VALUE, value.number());
    }

    @Provides
    @Singleton
    IoTransport ioTransport(ConfigRegistry config) {
        return switch (config.get("io-transport").text()) {
            case "nio" -> IoTransport.NIO;
            case "epoll" -> IoTransport.EPOLL;
            case "io_uring" ->
                throw new IllegalArgumentException("io-transport io_uring (expected: auto, nio or epoll)");
            default -> IoTransport.fastest();
        };
    }

    @Provides
    @Singleton
    NettyTransport<Client> transport(
            IoTransport io, ConnectionSettings settings, ConfigRegistry config, Engine engine) {
        return new NettyTransport<>(io, asInt(config.get("io-threads")), settings, engine);
    }

    @Provides
    @Singleton
    EngineLoop loop(NettyTransport<Client> transport, Engine engine) {
        return new EngineLoop(transport, engine);
    }
}
