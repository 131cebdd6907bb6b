package dev.spinel.api.plugin;

import java.util.Map;
import java.util.function.Supplier;

/**
 * A section of INFO.
 *
 * @param name its title, such as {@code Example}; INFO finds it in any case
 * @param fields its fields in order, asked on the engine thread each time
 */
public record InfoSection(String name, Supplier<Map<String, String>> fields) {}
