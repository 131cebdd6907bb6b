package dev.spinel.api.plugin;

import dev.spinel.api.command.Command;
import java.util.List;

/**
 * A contribution to the server: the one type that {@link java.util.ServiceLoader} looks for in a plugin.
 *
 * <p>Built-in command families use the same door. A plugin has a public constructor without parameters; the server makes
 * one instance and calls each method once, on the engine thread, before the commands become visible. Anything that it
 * throws refuses the plugin and leaves the server as it was.
 */
public interface ServerPlugin {
    /** The name that MODULE LIST answers; unique among the loaded plugins. */
    String name();

    /** The version that MODULE LIST answers. */
    default int version() {
        return 1;
    }

    /** The commands that it adds; a name that exists already is refused. */
    default List<Command> commands() {
        return List.of();
    }

    /** The configuration parameters that it adds. */
    default List<ConfigParameter> configParameters() {
        return List.of();
    }

    /** The sections that it adds to INFO. */
    default List<InfoSection> infoSections() {
        return List.of();
    }

    /** Called when the plugin is unloaded or the server stops, after its last command. */
    default void close() {}
}
