package dev.spinel.engine.snapshot;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.Keyspace;
import dev.spinel.engine.dataset.KeyUse;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.keyspace.Database;
import dev.spinel.engine.keyspace.Keyspaces;
import java.io.IOException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Single values on their way out of the keyspace and into it: DUMP, RESTORE, MIGRATE. Engine thread only. */
public final class ValueTransfer {
    /** The key under which a value is made, in a database that nobody sees. */
    private static final Bytes UNDER_CONSTRUCTION = Bytes.of("");

    private final Database scratch;
    private final ValueBuilder builder;

    /** @param customTypes the types of plugins by their names */
    public ValueTransfer(Keyspaces keyspaces, Function<String, @Nullable ValueType<?>> customTypes) {
        this.scratch = keyspaces.scratch();
        this.builder = new ValueBuilder(customTypes, false);
    }

    /**
     * Tells the value of a key.
     *
     * @return false when there is no such key
     */
    public boolean tell(Keyspace keyspace, Bytes key, ValueSink sink) throws IOException {
        return ((Database) keyspace).tell(key, sink);
    }

    /**
     * Starts a value that no key holds yet; one that was begun before is forgotten.
     *
     * @return what takes it, once, before {@link #put} or {@link #drop}; it throws {@link
     *     dev.spinel.engine.dataset.InvalidDatasetException} for what makes no sense
     */
    public ValueSink begin() {
        drop();
        builder.start(scratch, UNDER_CONSTRUCTION, Keyspace.NO_EXPIRY, KeyUse.UNKNOWN);
        return builder;
    }

    /**
     * Puts the value that was begun under a key in place of any other.
     *
     * @param expiresAtMillis Unix time, or {@link Keyspace#NO_EXPIRY}
     * @param use what is known of its use, see {@link KeyUse}
     */
    public void put(Keyspace keyspace, Bytes key, long expiresAtMillis, long use) {
        scratch.releaseViews();
        try {
            ((Database) keyspace).adopt(scratch, UNDER_CONSTRUCTION, key, expiresAtMillis, use);
        } finally {
            // Without room for it, it must not take up memory until the next one.
            drop();
        }
    }

    /** Forgets the value that was begun, complete or not. */
    public void drop() {
        scratch.releaseViews();
        scratch.remove(UNDER_CONSTRUCTION);
    }
}
