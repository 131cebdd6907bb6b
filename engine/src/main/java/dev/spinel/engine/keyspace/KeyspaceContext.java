package dev.spinel.engine.keyspace;

import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import dev.spinel.engine.value.EncodingLimits;
import dev.spinel.engine.value.LargeValues;
import dev.spinel.engine.value.ValueContext;
import java.util.random.RandomGenerator;

/** What the databases of one server share: storage, time, views, counters. Engine thread only. */
final class KeyspaceContext {
    private static final int CLOCK_MASK = 0xffffff;

    private final Arena arena;
    private final KeyHash keyHash;
    private final RandomGenerator random;
    private final KeyspaceListener listener;
    private final KeyspaceStatistics statistics = new KeyspaceStatistics();
    private final LargeValues largeValues = new LargeValues();
    private final ViewPool views;
    private long nowMillis;
    private int accessClock;
    private boolean deletesExpired = true;
    private boolean touchesKeys = true;

    KeyspaceContext(
            Arena arena, KeyHash keyHash, EncodingLimits limits, RandomGenerator random, KeyspaceListener listener) {
        this.arena = arena;
        this.keyHash = keyHash;
        this.random = random;
        this.listener = listener;
        this.views = new ViewPool(arena, new ValueContext(arena, keyHash, largeValues, limits));
    }

    Arena arena() {
        return arena;
    }

    KeyHash keyHash() {
        return keyHash;
    }

    RandomGenerator random() {
        return random;
    }

    KeyspaceListener listener() {
        return listener;
    }

    KeyspaceStatistics statistics() {
        return statistics;
    }

    LargeValues largeValues() {
        return largeValues;
    }

    ViewPool views() {
        return views;
    }

    long nowMillis() {
        return nowMillis;
    }

    void nowMillis(long unixMillis) {
        nowMillis = unixMillis;
        accessClock = (int) (unixMillis / 1000) & CLOCK_MASK;
    }

    /** Seconds of Unix time modulo 2^24, as records store it. */
    int accessClock() {
        return accessClock;
    }

    boolean deletesExpired() {
        return deletesExpired;
    }

    void deletesExpired(boolean value) {
        deletesExpired = value;
    }

    boolean touchesKeys() {
        return touchesKeys;
    }

    void touchesKeys(boolean value) {
        touchesKeys = value;
    }
}
