package dev.spinel.engine.admin;

import java.util.List;
import java.util.Map;

/** The plugins of a running server, as the distribution loads them. Engine thread only. */
public interface PluginHost {
    /** The loaded plugins, built-in command families not among them. */
    List<LoadedPlugin> loaded();

    /**
     * Loads a plugin and makes its commands visible.
     *
     * @param config values for the plugin's parameters, by name
     * @throws IllegalArgumentException with the reason when it cannot be loaded; the server is then as it was
     */
    void load(String path, Map<String, String> config, List<String> arguments);

    /**
     * Removes a plugin with its commands.
     *
     * @throws IllegalArgumentException with the reason, in lower case, when it cannot be unloaded
     */
    void unload(String name);

    /** A plugin as MODULE LIST shows it. */
    record LoadedPlugin(String name, int version, String path, List<String> arguments) {}
}
