package dev.spinel.distribution;

import com.google.inject.CreationException;
import com.google.inject.Guice;
import com.google.inject.Injector;
import com.google.inject.Key;
import com.google.inject.Module;
import com.google.inject.Stage;
import com.google.inject.TypeLiteral;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.distribution.config.Configuration;
import dev.spinel.engine.Engine;
import dev.spinel.engine.admin.ServerProcess.Save;
import dev.spinel.engine.admin.ServerProcess.ShutdownMode;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.loop.EngineLoop;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.resp.transport.LocalConnection;
import dev.spinel.resp.transport.NettyTransport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
    private static final int NEVER_READY = -1;

    private final Engine engine;
    private final NettyTransport<Client> transport;
    private final Thread engineThread;
    /** The port, once data are loaded. */
    private final CompletableFuture<Integer> listening;
    /** Completed exceptionally when a defect ended the engine. */
    private final CompletableFuture<Void> ended;

    private SpinelServer(
            Engine engine,
            NettyTransport<Client> transport,
            Thread engineThread,
            CompletableFuture<Integer> listening,
            CompletableFuture<Void> ended) {
        this.engine = engine;
        this.transport = transport;
        this.engineThread = engineThread;
        this.listening = listening;
        this.ended = ended;
    }

    /**
     * Starts the description of a server. Without more it listens on 127.0.0.1:6379, keeps its data in memory only, and
     * logs nothing. With the directive {@code dir} it loads the snapshot that it finds there.
     */
    public static Builder builder() {
        return new Builder();
    }

    /** The parts of a server. */
    private static List<Module> modules(
            Configuration configuration, ServerLog log, ServerClock clock, boolean loadsSnapshot) {
        return List.of(
                new ProcessModule(log, clock),
                new ConfigurationModule(configuration),
                new PluginModule(),
                new CapabilityModule(loadsSnapshot),
                new EngineModule(),
                new TransportModule());
    }

    private static Injector injector(
            Configuration configuration, ServerLog log, ServerClock clock, boolean loadsSnapshot) {
        List<Module> strict = new ArrayList<>(modules(configuration, log, clock, loadsSnapshot));
        strict.add(binder -> {
            binder.requireExplicitBindings();
            binder.requireExactBindingAnnotations();
            binder.disableCircularProxies();
        });
        try {
            return Guice.createInjector(Stage.PRODUCTION, strict);
        } catch (CreationException e) {
            // One refusal is reported once for each part that needs the refused one.
            if (e.getErrorMessages().iterator().next().getCause() instanceof IllegalArgumentException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** The TCP port that the server listens on, 0 for none. */
    public int port() {
        return listening.join();
    }

    /**
     * A connection without a socket.
     *
     * @throws java.util.concurrent.RejectedExecutionException if the server has stopped
     */
    LocalConnection<Client> connect(LocalConnection.Output output) {
        return transport.connect(output);
    }

    /**
     * Waits until the server accepts connections.
     *
     * @return false when it was stopped before
     * @throws UncheckedIOException if an address cannot be used, or data cannot be loaded
     * @throws IllegalArgumentException if a plugin or a user is refused
     */
    boolean awaitStart() {
        try {
            return listening.join() != NEVER_READY;
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Whether data are still being loaded. */
    boolean isStarting() {
        return !listening.isDone();
    }

    /** Waits until the server has stopped. */
    public void awaitStop() throws InterruptedException {
        engineThread.join();
    }

    /** Whether a defect ended the server. */
    boolean hasFailed() {
        return ended.isCompletedExceptionally();
    }

    /**
     * Asks the server to stop, without waiting for it. It saves its data before if it is configured to save them, and goes on
     * if that fails.
     */
    public void stop() {
        stop(new ShutdownMode(Save.CONFIGURED, false, false));
    }

    /** Asks the server to stop in a certain way, without waiting for it. */
    void stop(ShutdownMode mode) {
        engine.requestShutdown(mode);
    }

    /** Whether the server was asked to stop and has neither done so nor failed to. */
    boolean isStopping() {
        return engine.isShutdownRequested();
    }

    /** Stops the server even if its data cannot be saved, and waits until its connections and its port are closed. */
    @Override
    public void close() {
        engine.requestShutdown(new ShutdownMode(Save.CONFIGURED, false, true));
        try {
            engineThread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Starts a server as configured, without waiting until it accepts connections.
     *
     * @param anyPort whether port 0 means any free port rather than no TCP
     * @param loadsSnapshot whether the data of a snapshot are loaded if there is one
     */
    static SpinelServer launch(
            Configuration configuration,
            ServerLog log,
            ServerClock clock,
            List<ServerPlugin> plugins,
            @Nullable Path pluginDirectory,
            boolean anyPort,
            boolean loadsSnapshot) {
        ConfigRegistry config = configuration.registry();
        config.load(List.of(
                "dir",
                Path.of(config.get("dir").text()).toAbsolutePath().normalize().toString()));
        config.bind(
                "loglevel",
                value -> log.threshold(ServerLog.Level.valueOf(value.text().toUpperCase(Locale.ROOT))));
        Injector injector = injector(configuration, log, clock, loadsSnapshot);
        NettyTransport<Client> transport = injector.getInstance(Key.get(new TypeLiteral<NettyTransport<Client>>() {}));
        EngineLoop loop = injector.getInstance(EngineLoop.class);
        PluginRegistry registry = injector.getInstance(PluginRegistry.class);
        Engine engine = injector.getInstance(Engine.class);
        registry.connect(engine.contributions());
        engine.onServeOthers(loop::serveOthers);
        ServerAddresses addresses = new ServerAddresses(config, transport, log);
        OomScore oomScore = new OomScore(config, log, Path.of("/proc/self/oom_score_adj"));
        CompletableFuture<Integer> listening = new CompletableFuture<>();
        CompletableFuture<Void> ended = new CompletableFuture<>();
        injector.getInstance(JvmProcess.class)
                .connect(transport, loop::stop, () -> listening.complete(transport.port()), reason -> {
                    listening.completeExceptionally(new UncheckedIOException(reason, new IOException(reason)));
                    loop.stop();
                });
        Thread thread = NettyTransport.newThread(
                () -> {
                    try (transport;
                            registry) {
                        plugins.forEach(registry::add);
                        if (pluginDirectory != null) {
                            registry.loadAll(pluginDirectory);
                        }
                        for (List<String> words : configuration.pluginPaths()) {
                            load(registry, words);
                        }
                        registry.requireKnownParameters();
                        engine.loadUsers();
                        addresses.open(anyPort);
                        oomScore.open();
                        log.warning("Running mode=standalone, port=" + Math.max(0, transport.port()) + ", PID: "
                                + ProcessHandle.current().pid());
                        log.warning("Server initialized");
                        loop.run();
                        // Shut down while data were loaded.
                        listening.complete(NEVER_READY);
                    } catch (Throwable e) {
                        if (!listening.completeExceptionally(
                                e instanceof IOException io ? new UncheckedIOException(io.getMessage(), io) : e)) {
                            log.failure("the engine thread ended", e);
                            ended.completeExceptionally(e);
                        }
                    } finally {
                        engine.close();
                    }
                },
                "spinel-engine",
                Interpreter.STACK_BYTES);
        thread.start();
        return new SpinelServer(engine, transport, thread, listening, ended);
    }

    private static void load(PluginRegistry registry, List<String> pathAndArguments) {
        String path = pathAndArguments.get(0);
        try {
            registry.load(path, Map.of(), pathAndArguments.subList(1, pathAndArguments.size()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Module " + path + " failed to load: " + e.getMessage(), e);
        }
    }

    /** What a server is started with; used for one start. */
    public static final class Builder {
        private final Configuration configuration = new Configuration();
        private final List<ServerPlugin> plugins = new ArrayList<>();
        private ServerLog log = ServerLog.silent();
        private ServerClock clock = ServerClock.SYSTEM;
        private @Nullable Path pluginDirectory;
        private boolean loadsSnapshot;

        private Builder() {
            directive("bind", "127.0.0.1");
            directive("save", "");
        }

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
            configuration.registry().load(List.of(words));
            loadsSnapshot |= words[0].equalsIgnoreCase("dir");
            return this;
        }

        /** Where the server logs. */
        public Builder log(ServerLog value) {
            log = value;
            return this;
        }

        /** The time that the server has; the system's unless set. */
        Builder clock(ServerClock value) {
            clock = value;
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
            SpinelServer server = launch(configuration, log, clock, plugins, pluginDirectory, true, loadsSnapshot);
            server.awaitStart();
            return server;
        }
    }
}
