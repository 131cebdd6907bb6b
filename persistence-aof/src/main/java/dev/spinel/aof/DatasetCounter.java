package dev.spinel.aof;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.IgnoringSink;

/** Counts the keys of a data set. One thread at a time. */
final class DatasetCounter extends IgnoringSink {
    private final long nowMillis;
    private long keys;
    private long withExpiry;
    private long expired;

    DatasetCounter(long nowMillis) {
        this.nowMillis = nowMillis;
    }

    long keys() {
        return keys;
    }

    /** Number of keys that expire at some time. */
    long withExpiry() {
        return withExpiry;
    }

    /** Number of keys whose time is over. */
    long expired() {
        return expired;
    }

    @Override
    public void key(int database, Bytes key, long expiresAtMillis, long use) {
        keys++;
        if (expiresAtMillis != NO_EXPIRY) {
            withExpiry++;
            if (expiresAtMillis < nowMillis) {
                expired++;
            }
        }
    }
}
