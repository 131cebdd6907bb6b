package dev.spinel.engine.keyspace;

import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import dev.spinel.engine.value.EncodingLimits;
import dev.spinel.engine.value.LargeValues;
import dev.spinel.engine.value.LazyRelease;
import dev.spinel.engine.value.ValueContext;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** What the databases of one server share: storage, time, views, counters. Engine thread only. */
final class KeyspaceContext {
    private final Arena arena;
    private final KeyHash keyHash;
    private final RandomGenerator random;
    private final KeyspaceListener listener;
    private final KeyspaceStatistics statistics = new KeyspaceStatistics();
    private final LazyRelease lazyRelease = new LazyRelease();
    private final LargeValues largeValues = new LargeValues(lazyRelease);
    private final AccessClock access;
    private final ViewPool views;
    private final ViewPool loadedViews;
    private final KeyUndo undo = new KeyUndo();
    private final ValueContext values;
    private long nowMillis;
    /** Times to live up to this are over. */
    private long dueMillis;

    private boolean expires = true;
    private boolean deletesExpired = true;
    private boolean imports;
    private boolean touchesKeys = true;
    private boolean expiresLazily;
    private boolean removesLazily;
    private @Nullable KeyspaceCut cut;

    KeyspaceContext(
            Arena arena, KeyHash keyHash, EncodingLimits limits, RandomGenerator random, KeyspaceListener listener) {
        this.arena = arena;
        this.keyHash = keyHash;
        this.random = random;
        this.listener = listener;
        this.access = new AccessClock(random);
        this.values = new ValueContext(arena, keyHash, largeValues, limits);
        this.views = new ViewPool(arena, values);
        this.loadedViews = new ViewPool(arena, values);
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

    LazyRelease lazyRelease() {
        return lazyRelease;
    }

    LargeValues largeValues() {
        return largeValues;
    }

    ViewPool views() {
        return views;
    }

    /** The view of the value that is being loaded, which commands that come in between leave alone. */
    ViewPool loadedViews() {
        return loadedViews;
    }

    /** What can be taken back of the command in progress. */
    KeyUndo undo() {
        return undo;
    }

    long nowMillis() {
        return nowMillis;
    }

    void nowMillis(long unixMillis) {
        nowMillis = unixMillis;
        updateDue();
        access.nowMillis(unixMillis);
    }

    /** The time by which keys expire: that of the command, or before all others while nothing expires. */
    long dueMillis() {
        return dueMillis;
    }

    void expires(boolean value) {
        expires = value;
        updateDue();
    }

    private void updateDue() {
        dueMillis = expires ? nowMillis : Long.MIN_VALUE;
        values.dueMillis(dueMillis);
    }

    /** How records tell the use of their keys. */
    AccessClock access() {
        return access;
    }

    /**
     * Whether keys whose time is over are removed when they are met.
     *
     * @param toChange by something that is to change them: in import mode nothing else removes them
     */
    boolean removesExpired(boolean toChange) {
        return deletesExpired && (toChange || !imports);
    }

    void deletesExpired(boolean value) {
        deletesExpired = value;
    }

    /** Whether data are imported from another server. */
    boolean imports() {
        return imports;
    }

    void imports(boolean value) {
        imports = value;
    }

    /** Whether the memory of expired values is released later. */
    boolean expiresLazily() {
        return expiresLazily;
    }

    void expiresLazily(boolean value) {
        expiresLazily = value;
    }

    /** Whether the memory of values that commands replace is released later. */
    boolean removesLazily() {
        return removesLazily;
    }

    void removesLazily(boolean value) {
        removesLazily = value;
        lazyRelease.defers(value);
    }

    /** Starts a cut of all databases; there must not be one. */
    KeyspaceCut startCut(Database[] databases, KeyspaceCut.Receiver receiver) {
        if (cut != null) {
            throw new IllegalStateException("the cut before has not been told to its end");
        }
        cut = new KeyspaceCut(this, databases, receiver);
        return cut;
    }

    /** The cut, while there are keys of it to be told. */
    KeyspaceCut cut() {
        return Objects.requireNonNull(cut, "cut");
    }

    void endCut(KeyspaceCut told) {
        if (cut == told) {
            cut = null;
        }
    }

    boolean touchesKeys() {
        return touchesKeys;
    }

    void touchesKeys(boolean value) {
        touchesKeys = value;
    }
}
