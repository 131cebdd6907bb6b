package dev.spinel.patterns.cache;

import org.jspecify.annotations.Nullable;

/**
 * A value could not be loaded: the loader failed, here or not long ago in another process, or took longer than callers wait. The cause
 * is that of the loader if it failed in this process, otherwise there is only its text.
 */
public final class CacheLoadException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CacheLoadException(String cache, String what, @Nullable Throwable cause) {
        super("Cache '" + cache + "': " + what, cause);
    }
}
