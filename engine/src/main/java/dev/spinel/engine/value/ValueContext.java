package dev.spinel.engine.value;

import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;

/** What all views of a keyspace share: memory, hash, registry of large values, limits and time. Engine thread only. */
public final class ValueContext {
    final Arena arena;
    final KeyHash hash;
    final LargeValues large;
    final EncodingLimits limits;
    private long dueMillis = Long.MIN_VALUE;

    public ValueContext(Arena arena, KeyHash hash, LargeValues large, EncodingLimits limits) {
        this.arena = arena;
        this.hash = hash;
        this.large = large;
        this.limits = limits;
    }

    /** Sets the time, in milliseconds of Unix time, before which times to live of fields are over. */
    public void dueMillis(long unixMillis) {
        dueMillis = unixMillis;
    }

    /** Whether a field that expires at a time is over. */
    boolean isDue(long expiresAtMillis) {
        return expiresAtMillis < dueMillis;
    }
}
