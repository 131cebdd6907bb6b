package dev.spinel.engine.config;

import java.util.List;

/** The value of {@code activedefrag}, which says no as a redis-server does whose allocator cannot be steered. */
final class WithoutDefragmentation extends ConfigKind {
    private final YesNo kind = new YesNo();

    @Override
    String parse(List<String> words, String current) {
        if (kind.parse(words, current).equals("yes")) {
            throw new IllegalArgumentException("Active defragmentation cannot be enabled: it requires a Redis server"
                    + " compiled with a modified Jemalloc like the one shipped by default with the Redis source"
                    + " distribution");
        }
        return "no";
    }

    @Override
    long number(String canonical) {
        return kind.number(canonical);
    }
}
