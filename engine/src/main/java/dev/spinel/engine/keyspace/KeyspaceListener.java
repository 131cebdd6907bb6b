package dev.spinel.engine.keyspace;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ValueType;
import java.util.List;

/** Learns what the keyspace does by itself while commands look at it. Engine thread only. */
public interface KeyspaceListener {
    /** A key that did not exist now holds a value. The key is valid during the call. */
    void added(Database database, Bytes key, ValueType<?> type);

    /** A key was removed because its time to live was over. The key is valid during the call. */
    void expired(Database database, Bytes key);

    /**
     * Fields of a hash were removed because their time to live was over. Key and fields are valid during the call.
     *
     * @param emptied whether they were the last ones, so that the key was removed, too
     */
    void fieldsExpired(Database database, Bytes key, List<Bytes> fields, boolean emptied);

    /**
     * A key was removed to make room. The key is valid during the call.
     *
     * @param lazily whether the memory of its value is released later
     */
    void evicted(Database database, Bytes key, boolean lazily);

    /** A key that a command wanted to read does not exist. The key is valid during the call. */
    void missed(Database database, Bytes key);

    /** A collection became empty and was removed with its key. The key is valid during the call. */
    void emptied(Database database, Bytes key);
}
