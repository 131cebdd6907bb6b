package dev.spinel.engine.keyspace;

/** Counters of the keyspace for INFO. Engine thread only. */
public final class KeyspaceStatistics {
    long keyspaceHits;
    long keyspaceMisses;
    long expiredKeys;
    long evictedKeys;

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

    /** CONFIG RESETSTAT. */
    public void reset() {
        keyspaceHits = 0;
        keyspaceMisses = 0;
        expiredKeys = 0;
        evictedKeys = 0;
    }
}
