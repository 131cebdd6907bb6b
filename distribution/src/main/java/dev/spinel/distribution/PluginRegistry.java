package dev.spinel.distribution;

import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.Contributions;
import dev.spinel.engine.admin.PluginHost;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The plugins of one server: found at its start, loaded and unloaded while it runs.
 *
 * <p>A plugin is a directory of JARs, or a single JAR. Made before the engine, which lists the plugins; {@link #connect}
 * once before anything is loaded. Engine thread only.
 */
final class PluginRegistry implements PluginHost, AutoCloseable {
    /*
     * Everything that a plugin does while it is loaded or unloaded may throw anything: its constructor and its static
     * initialisers run here, and a class compiled for a newer Java or against a library that is missing only shows when it
     * is linked. So this class catches Throwable, as the dispatcher does for handlers, and undoes what was done so far.
     *
     * A class loader becomes garbage when nothing refers to the loader, a class or an object of it. Hence: exceptions are
     * described, not kept as causes; the thread's context loader is put back; the plugin object is referred to by its
     * Installation and by what Contributions.remove gives back, and by nothing else.
     */
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

    private final ServerLog log;
    private final Map<String, String> parameters;
    private final Map<String, Installation> byName = new LinkedHashMap<>();
    /** Whether everything in the directory of plugins is in use. */
    private boolean complete = true;

    private @Nullable Contributions contributions;

    /** A plugin in use; those that the embedding program gave have no JARs. */
    private record Installation(ServerPlugin plugin, LoadedPlugin description, @Nullable LoadedJars jars) {}

    /** @param parameters values for the plugins' parameters by their full names, from the configuration */
    PluginRegistry(ServerLog log, Map<String, String> parameters) {
        this.log = log;
        this.parameters = parameters;
    }

    /** Tells the engine that the plugins add to. */
    void connect(Contributions engine) {
        contributions = engine;
    }

    /**
     * Loads each sub-directory and each JAR of a directory, in the order of their names. One that cannot be loaded is logged
     * and left out.
     */
    void loadAll(Path directory) {
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry) || entry.toString().endsWith(".jar")) {
                    found.add(entry);
                }
            }
        } catch (IOException e) {
            complete = false;
            log.warning("No plugins loaded: cannot read " + directory + ": " + e);
            return;
        }
        found.sort(null);
        for (Path path : found) {
            try {
                load(path.toString(), Map.of(), List.of());
            } catch (IllegalArgumentException e) {
                complete = false;
                log.warning("Plugin " + path + " failed to load: " + e.getMessage());
            }
        }
    }

    /**
     * Looks, once all plugins are loaded, for directives with a dot that are not a parameter of any of them. They may belong
     * to one that could not be loaded, and are logged then.
     *
     * @throws IllegalArgumentException naming the directive, if all plugins were loaded
     */
    void requireKnownParameters() {
        for (String parameter : parameters.keySet()) {
            String plugin = parameter.substring(0, parameter.indexOf('.'));
            if (!byName.containsKey(plugin)) {
                String problem = "there is no directive '" + parameter + "', and no plugin '" + plugin + "'";
                if (complete) {
                    throw new IllegalArgumentException(problem);
                }
                log.warning("Ignored: " + problem);
            }
        }
    }

    @Override
    public List<LoadedPlugin> loaded() {
        return byName.values().stream().map(Installation::description).toList();
    }

    @Override
    public void load(String path, Map<String, String> config, List<String> arguments) {
        Path absolute = Path.of(path).toAbsolutePath().normalize();
        LoadedJars jars;
        try {
            jars = LoadedJars.open(absolute);
        } catch (IOException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(jars.classLoader());
        try {
            install(jars.instantiate(), jars, absolute.toString(), config, arguments);
        } catch (Throwable e) {
            close(jars);
            throw refused(absolute.toString(), e);
        } finally {
            thread.setContextClassLoader(before);
        }
    }

    /**
     * Adds a plugin that the embedding program made.
     *
     * @throws IllegalArgumentException with the reason when it is refused
     */
    void add(ServerPlugin plugin) {
        String origin = plugin.getClass().getName();
        try {
            install(plugin, null, origin, Map.of(), List.of());
        } catch (Throwable e) {
            throw refused(origin, e);
        }
    }

    private void install(
            ServerPlugin plugin,
            @Nullable LoadedJars jars,
            String origin,
            Map<String, String> config,
            List<String> arguments) {
        String name = plugin.name();
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name '" + name + "' (expected: lower-case letters, digits and hyphens, at most 64)");
        }
        if (byName.containsKey(name)) {
            throw new IllegalArgumentException("a plugin named " + name + " is loaded already");
        }
        plugin.open(arguments);
        try {
            LoadedPlugin description = new LoadedPlugin(name, plugin.version(), origin, List.copyOf(arguments));
            Map<String, String> values = configured(name);
            values.putAll(config);
            connected().add(name, plugin, values);
            byName.put(name, new Installation(plugin, description, jars));
        } catch (Throwable e) {
            close(name, plugin);
            throw e;
        }
        log.notice("Plugin '" + name + "' loaded from " + origin);
    }

    /** The values that the configuration has for the parameters of a plugin. */
    private Map<String, String> configured(String name) {
        Map<String, String> values = new LinkedHashMap<>();
        parameters.forEach((parameter, value) -> {
            if (parameter.startsWith(name + ".")) {
                values.put(parameter, value);
            }
        });
        return values;
    }

    /** The error to answer; a defect of the plugin is logged with its stack trace before. */
    private IllegalArgumentException refused(String origin, Throwable failure) {
        if (failure instanceof IOException || failure instanceof IllegalArgumentException) {
            return new IllegalArgumentException(failure.getMessage());
        }
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        String reason = root instanceof ServiceConfigurationError ? root.getMessage() : root.toString();
        log.failure("Plugin " + origin + " threw while it was loaded", failure);
        return new IllegalArgumentException(reason);
    }

    @Override
    public void unload(String name) {
        Installation installation = byName.get(name);
        if (installation == null) {
            throw new IllegalArgumentException("no such module with that name");
        }
        if (connected().hasValueTypes(name)) {
            throw new IllegalArgumentException("the module exports one or more module-side data types, can't unload");
        }
        if (connected().hasBlockedClients(name)) {
            throw new IllegalArgumentException(
                    "the module has blocked clients. Please wait them unblocked and try again");
        }
        remove(name, installation);
        log.notice("Plugin '" + name + "' unloaded");
    }

    private void remove(String name, Installation installation) {
        byName.remove(name);
        connected().remove(name);
        LoadedJars jars = installation.jars;
        if (jars == null) {
            close(name, installation.plugin);
        } else {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(jars.classLoader());
            try {
                close(name, installation.plugin);
            } finally {
                thread.setContextClassLoader(before);
                close(jars);
            }
        }
    }

    private void close(String name, ServerPlugin plugin) {
        try {
            plugin.close();
        } catch (Throwable e) {
            log.failure("Plugin '" + name + "' threw while it was closed", e);
        }
    }

    private void close(LoadedJars jars) {
        try {
            jars.close();
        } catch (IOException e) {
            log.warning("Cannot close the JARs of " + jars.path() + ": " + e);
        }
    }

    private Contributions connected() {
        return Objects.requireNonNull(contributions, "connect comes first");
    }

    /**
     * Unloads all plugins, the last one first, when the server stops. Without a line in the log, the last one of which is
     * why the server stopped.
     */
    @Override
    public void close() {
        List<Installation> installations = new ArrayList<>(byName.values());
        for (int i = installations.size() - 1; i >= 0; i--) {
            Installation installation = installations.get(i);
            remove(installation.description.name(), installation);
        }
    }
}
