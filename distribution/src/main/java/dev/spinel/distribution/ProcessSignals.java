package dev.spinel.distribution;

import dev.spinel.engine.admin.ServerProcess.ShutdownMode;
import dev.spinel.engine.config.ConfigRegistry;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What signals make of the process of a server: SIGTERM and SIGINT ask it to stop, each one anew, as the directives {@code
 * shutdown-on-sigterm} and {@code shutdown-on-sigint} say; SIGINT while it stops ends it at once. SIGHUP, which comes when a
 * terminal closes, is ignored.
 */
final class ProcessSignals {
    /*
     * The hooks that Java has for the end of a process run once: a server that goes on because its data cannot be saved
     * would hear no further signal. sun.misc.Signal, which the module jdk.unsupported exports, hears them all; it is called
     * by reflection because javac warns of it in a way that no annotation suppresses. SIGPIPE is ignored by the virtual
     * machine.
     */
    private static final String TERM = "TERM";

    private static final String INT = "INT";

    private final ServerLog log;
    private final Map<String, ShutdownMode> modes = new ConcurrentHashMap<>();

    /** Made before the server is started, whose thread owns the configuration. */
    ProcessSignals(ConfigRegistry config, ServerLog log) {
        this.log = log;
        config.bind("shutdown-on-sigterm", value -> modes.put(TERM, ShutdownMode.of(value.words())));
        config.bind("shutdown-on-sigint", value -> modes.put(INT, ShutdownMode.of(value.words())));
    }

    /** Has signals reach a server from now on; before, they end the process. */
    void handle(SpinelServer server) {
        try {
            Class<?> type = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Constructor<?> signal = type.getConstructor(String.class);
            Method handle = type.getMethod("handle", type, handlerType);
            for (String name : modes.keySet()) {
                Object handler = Proxy.newProxyInstance(
                        ProcessSignals.class.getClassLoader(), new Class<?>[] {handlerType}, (proxy, method, args) -> {
                            shutDown(server, name);
                            return null;
                        });
                handle.invoke(null, signal.newInstance(name), handler);
            }
            if (!System.getProperty("os.name").startsWith("Windows")) {
                Object ignore = handlerType.getField("SIG_IGN").get(null);
                handle.invoke(null, signal.newInstance("HUP"), ignore);
            }
        } catch (ReflectiveOperationException e) {
            log.warning("Signals end the server without saving, because they cannot be handled: " + e);
        }
    }

    private void shutDown(SpinelServer server, String name) {
        if (name.equals(INT) && server.isStopping()) {
            log.warning("You insist... exiting now.");
            Runtime.getRuntime().halt(1);
        }
        log.warning(
                server.isStarting()
                        ? "Received shutdown signal during loading, scheduling shutdown."
                        : "Received SIG" + name + " scheduling shutdown...");
        server.stop(Objects.requireNonNull(modes.get(name)));
    }
}
