package dev.spinel.distribution;

import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.Engine;
import dev.spinel.engine.EngineOptions;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.loop.EngineLoop;
import dev.spinel.resp.transport.ConnectionSettings;
import dev.spinel.resp.transport.IoTransport;
import dev.spinel.resp.transport.ListenSettings;
import dev.spinel.resp.transport.NettyTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A running server inside this JVM; several may run at once.
 *
 * <pre>{@code
 * try (SpinelServer server = SpinelServer.builder().port(0).start()) {
 *     connectTo(server.port());
 * }
 * }</pre>
 *
 * <p>Any thread.
 */
public final class SpinelServer implements AutoCloseable {
    /** The version of Redis whose commands are complete here, as clients are told. */
    static final String REDIS_VERSION = "7.0.15";

    private final EngineLoop loop;
    private final Thread engineThread;
    private final int port;

    private SpinelServer(EngineLoop loop, Thread engineThread, int port) {
        this.loop = loop;
        this.engineThread = engineThread;
        this.port = port;
    }

    /** Starts the description of a server; without more it listens on 127.0.0.1:6379. */
    public static Builder builder() {
        return new Builder();
    }

    /** The TCP port that the server listens on. */
    public int port() {
        return port;
    }

    /** Waits until the server has stopped. */
    public void awaitStop() throws InterruptedException {
        engineThread.join();
    }

    /** Asks the server to stop, without waiting for it. */
    public void stop() {
        loop.stop();
    }

    /** Stops the server and waits until its connections and its port are closed. */
    @Override
    public void close() {
        stop();
        try {
            engineThread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static String spinelVersion() {
        String version = SpinelServer.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }

    /** What a server is started with. */
    public static final class Builder {
        private final ConfigRegistry config = ConfigRegistry.withServerDirectives();
        private String bindAddress = "127.0.0.1";
        private ServerLog log = new ServerLog(System.out);
        private final List<ServerPlugin> plugins = new ArrayList<>();
        private @Nullable Path pluginDirectory;

        private Builder() {}

        /** The TCP port, 0 for any free one. */
        public Builder port(int value) {
            return directive("port", Integer.toString(value));
        }

        /**
         * Sets a directive of redis.conf.
         *
         * @param words its name and its value, as on a line of the file
         * @throws IllegalArgumentException with the reason when it is not known or does not accept the value
         */
        public Builder directive(String... words) {
            config.load(List.of(words));
            return this;
        }

        /** The address to listen on; {@code *} for all. */
        public Builder bindAddress(String value) {
            bindAddress = value;
            return this;
        }

        public Builder log(ServerLog value) {
            log = value;
            return this;
        }

        /** A plugin on the class path of this program; started with the server and closed with it. */
        public Builder plugin(ServerPlugin plugin) {
            plugins.add(plugin);
            return this;
        }

        /** A directory whose sub-directories and JARs are plugins. */
        public Builder pluginDirectory(Path value) {
            pluginDirectory = value;
            return this;
        }

        /**
         * Starts the server; when this returns, it accepts connections.
         *
         * @throws UncheckedIOException if the port cannot be used
         * @throws IllegalArgumentException if a plugin of {@link #plugin} is refused
         */
        public SpinelServer start() {
            JvmProcess process = new JvmProcess(log);
            PluginRegistry registry = new PluginRegistry(log);
            EngineOptions options = new EngineOptions(
                    config,
                    new NoConfigFile(),
                    process,
                    registry,
                    0,
                    System::currentTimeMillis,
                    System::nanoTime,
                    new SplittableRandom(),
                    REDIS_VERSION,
                    spinelVersion(),
                    (command, failure) -> log.failure("command " + command + " failed", failure));
            Engine engine = new Engine(options);
            registry.connect(engine.contributions());
            NettyTransport<Client> transport =
                    new NettyTransport<>(IoTransport.fastest(), new ConnectionSettings(), engine);
            EngineLoop loop = new EngineLoop(transport, engine);
            process.connect(transport, loop::stop);
            int port = (int) config.number("port");
            CompletableFuture<Integer> listening = new CompletableFuture<>();
            Thread thread = NettyTransport.newThread(
                    () -> {
                        try (transport;
                                registry) {
                            plugins.forEach(registry::add);
                            if (pluginDirectory != null) {
                                registry.loadAll(pluginDirectory);
                            }
                            transport.listen(ListenSettings.tcp(bindAddress, port));
                            listening.complete(transport.port());
                            loop.run();
                        } catch (IOException e) {
                            listening.completeExceptionally(new UncheckedIOException(e.getMessage(), e));
                        } catch (Throwable e) {
                            if (!listening.completeExceptionally(e)) {
                                log.failure("the engine thread ended", e);
                            }
                        }
                    },
                    "spinel-engine");
            thread.start();
            try {
                return new SpinelServer(loop, thread, listening.join());
            } catch (CompletionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw e;
            }
        }
    }
}
