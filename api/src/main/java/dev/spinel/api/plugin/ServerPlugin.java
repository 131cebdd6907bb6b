package dev.spinel.api.plugin;

import dev.spinel.api.command.Command;
import dev.spinel.api.data.ValueType;
import java.util.List;

/**
 * A contribution to the server: the one type that {@link java.util.ServiceLoader} looks for in a plugin.
 *
 * <p>Built-in command families use the same door. A plugin has a public constructor without parameters; the server makes
 * one instance and calls each method once on the engine thread, {@link #name} first and then {@link #open}, before the
 * commands become visible. Anything that it throws refuses the plugin and leaves the server as it was.
 *
 * <p>A plugin's classes are its own: of the server it sees only {@code dev.spinel.api} and JSpecify, and nothing of other
 * plugins. Once it is unloaded they become garbage, unless a thread that it started still runs.
 */
public interface ServerPlugin {
    /** The name that MODULE LIST answers: lower-case letters, digits and hyphens; unique among the loaded plugins. */
    String name();

    /** The version that MODULE LIST answers. */
    default int version() {
        return 1;
    }

    /**
     * Prepares the plugin before its contributions are asked for.
     *
     * @param arguments what MODULE LOAD gave after the path; empty at the start of the server
     * @throws IllegalArgumentException with the reason when they are not acceptable
     */
    default void open(List<String> arguments) {}

    /** The commands that it adds; a name that exists already is refused. */
    default List<Command> commands() {
        return List.of();
    }

    /** The types of values that it adds; a plugin with any cannot be unloaded, since keys may hold its objects. */
    default List<ValueType<?>> valueTypes() {
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

    /** Called once when the plugin is unloaded, the server stops or loading failed after {@link #open}; ends its threads. */
    default void close() {}
}
