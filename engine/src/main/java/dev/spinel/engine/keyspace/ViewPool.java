package dev.spinel.engine.keyspace;

import dev.spinel.api.data.ValueType;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.value.CustomView;
import dev.spinel.engine.value.HashView;
import dev.spinel.engine.value.ListView;
import dev.spinel.engine.value.SetView;
import dev.spinel.engine.value.SortedSetView;
import dev.spinel.engine.value.StreamView;
import dev.spinel.engine.value.StringView;
import dev.spinel.engine.value.ValueContext;
import dev.spinel.engine.value.ValueView;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The views that the current command uses, kept for the next ones.
 *
 * <p>Two requests for the same record get the same view, so that a change through one is seen through the other.
 */
final class ViewPool {
    private static final int TYPES = 7;

    /** So many views of a type are kept at most. */
    private static final int MAX_KEPT = 64;

    private final Arena arena;
    private final ValueContext context;
    private final List<List<Bound>> pools = new ArrayList<>();
    private final int[] used = new int[TYPES];
    private boolean inUse;

    private record Bound(ValueView view, Entry entry) {}

    ViewPool(Arena arena, ValueContext context) {
        this.arena = arena;
        this.context = context;
        for (int type = 0; type < TYPES; type++) {
            pools.add(new ArrayList<>());
        }
    }

    /** Takes back all views. */
    void reset() {
        if (inUse) {
            for (int type = 0; type < TYPES; type++) {
                if (used[type] > MAX_KEPT) {
                    List<Bound> pool = pools.get(type);
                    pool.subList(MAX_KEPT, pool.size()).clear();
                }
                used[type] = 0;
            }
            inUse = false;
        }
    }

    /** The view of a record, which may be in use already. */
    ValueView view(Database database, long hash, long address, int type) {
        Bound bound = inUse(type, address);
        if (bound == null) {
            bound = bindSpare(database, hash, address, type);
            used[type]++;
            inUse = true;
        }
        return bound.view;
    }

    /**
     * The view of a record for a use that ends before the pool is asked again. A command that removes many keys thus
     * needs no view for each.
     */
    ValueView passingView(Database database, long hash, long address, int type) {
        Bound bound = inUse(type, address);
        return (bound == null ? bindSpare(database, hash, address, type) : bound).view;
    }

    private @Nullable Bound inUse(int type, long address) {
        List<Bound> pool = pools.get(type);
        for (int i = 0; i < used[type]; i++) {
            Bound bound = pool.get(i);
            if (bound.entry.address() == address) {
                return bound;
            }
        }
        return null;
    }

    private Bound bindSpare(Database database, long hash, long address, int type) {
        List<Bound> pool = pools.get(type);
        if (used[type] == pool.size()) {
            Entry entry = new Entry(arena);
            pool.add(new Bound(newView(type, entry), entry));
        }
        Bound bound = pool.get(used[type]);
        bound.entry.bind(database, hash, address);
        bound.view.bind(bound.entry);
        return bound;
    }

    /** Forgets the view of a record that is being freed. */
    void invalidate(long address) {
        if (!inUse) {
            return;
        }
        for (int type = 0; type < TYPES; type++) {
            for (int i = 0; i < used[type]; i++) {
                Entry entry = pools.get(type).get(i).entry;
                if (entry.address() == address) {
                    entry.invalidate();
                }
            }
        }
    }

    /** Points the view of a record elsewhere after the keyspace itself moved it. */
    void moved(Database database, long hash, long oldAddress, long newAddress) {
        if (!inUse) {
            return;
        }
        for (int type = 0; type < TYPES; type++) {
            for (int i = 0; i < used[type]; i++) {
                Bound bound = pools.get(type).get(i);
                if (bound.entry.address() == oldAddress) {
                    bound.entry.bind(database, hash, newAddress);
                }
            }
        }
    }

    private ValueView newView(int type, Entry entry) {
        if (type == ValueType.STRING.id()) {
            return new StringView(entry);
        }
        if (type == ValueType.LIST.id()) {
            return new ListView(context, entry);
        }
        if (type == ValueType.SET.id()) {
            return new SetView(context, entry);
        }
        if (type == ValueType.SORTED_SET.id()) {
            return new SortedSetView(context, entry);
        }
        if (type == ValueType.HASH.id()) {
            return new HashView(context, entry);
        }
        if (type == ValueType.STREAM.id()) {
            return new StreamView(context, entry);
        }
        if (type == ValueType.CUSTOM_ID) {
            return new CustomView(context, entry);
        }
        throw new IllegalArgumentException("value type " + type + " (expected: 0 to " + (TYPES - 1) + ")");
    }
}
