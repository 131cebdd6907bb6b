package dev.spinel.engine.value;

import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;

/** What all views of a keyspace share: memory, hash, registry of large values and limits. Engine thread only. */
public final class ValueContext {
    final Arena arena;
    final KeyHash hash;
    final LargeValues large;
    final EncodingLimits limits;

    public ValueContext(Arena arena, KeyHash hash, LargeValues large, EncodingLimits limits) {
        this.arena = arena;
        this.hash = hash;
        this.large = large;
        this.limits = limits;
    }
}
