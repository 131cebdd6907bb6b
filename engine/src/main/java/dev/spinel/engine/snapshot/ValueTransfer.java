package dev.spinel.engine.snapshot;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.keyspace.Keyspace;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;

/** Single values on their way out of the keyspace and into it: DUMP, RESTORE, MIGRATE. Engine thread only. */
@SuppressWarnings("DoNotCallSuggester")
public final class ValueTransfer {
    /**
     * Tells the value of a key.
     *
     * @return false when there is no such key
     */
    public boolean tell(Keyspace keyspace, Bytes key, ValueSink sink) throws IOException {
        throw new UnsupportedOperationException();
    }

    /**
     * Starts a value that no key holds yet.
     *
     * @return what takes it, once, before {@link #put} or {@link #drop}
     */
    public ValueSink begin() {
        throw new UnsupportedOperationException();
    }

    /**
     * Puts the value that was begun under a key in place of any other.
     *
     * @param expiresAtMillis Unix time, or {@link Keyspace#NO_EXPIRY}
     * @param idleSeconds how long ago it was last used
     */
    public void put(Keyspace keyspace, Bytes key, long expiresAtMillis, long idleSeconds) {
        throw new UnsupportedOperationException();
    }

    /** Forgets the value that was begun, complete or not. */
    public void drop() {
        throw new UnsupportedOperationException();
    }
}
