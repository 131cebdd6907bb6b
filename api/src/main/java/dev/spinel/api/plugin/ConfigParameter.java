package dev.spinel.api.plugin;

import java.util.Objects;
import java.util.function.Consumer;

/**
 * A configuration parameter of a plugin: readable by CONFIG GET, changeable by CONFIG SET.
 *
 * @param name lower case with hyphens, prefixed with the plugin's name and a dot
 * @param defaultValue what holds until it is set
 * @param apply checks and takes over a value, on the engine thread; throws {@link IllegalArgumentException} with the
 *     reason when it is not acceptable
 */
public record ConfigParameter(String name, String defaultValue, Consumer<String> apply) {
    public ConfigParameter {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(defaultValue, "defaultValue");
        Objects.requireNonNull(apply, "apply");
    }
}
