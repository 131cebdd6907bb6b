package dev.spinel.engine.keyspace;

/** Counters of the keyspace for INFO. Engine thread only. */
public final class KeyspaceStatistics {
    long keyspaceHits;
    long keyspaceMisses;
    long expiredKeys;
    long evictedKeys;
    long expiredFields;

    public long keyspaceHits() {
        return keyspaceHits;
    }

    public long keyspaceMisses() {
        return keyspaceMisses;
    }

    public long expiredKeys() {
        return expiredKeys;
    }

    public long evictedKeys() {
        return evictedKeys;
    }

    /** Number of fields of hashes that were removed because their time to live was over. */
    public long expiredFields() {
        return expiredFields;
    }

    /** Counts fields that a command removed because their time to live is over. */
    public void fieldsExpired(int count) {
        expiredFields += count;
    }

    /** CONFIG RESETSTAT. */
    public void reset() {
        keyspaceHits = 0;
        keyspaceMisses = 0;
        expiredKeys = 0;
        evictedKeys = 0;
        expiredFields = 0;
    }
}
