package dev.spinel.api.plugin;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

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

    /** A parameter that is an integer between two bounds, both included. */
    public static ConfigParameter integer(String name, long defaultValue, long min, long max, LongConsumer apply) {
        return new ConfigParameter(name, Long.toString(defaultValue), text -> {
            Bytes bytes = Bytes.of(text);
            if (!Numbers.isLong(bytes)) {
                throw new IllegalArgumentException("argument couldn't be parsed into an integer");
            }
            long value = Numbers.parseLong(bytes);
            if (value < min || value > max) {
                throw new IllegalArgumentException("argument must be between " + min + " and " + max + " inclusive");
            }
            apply.accept(value);
        });
    }
}
