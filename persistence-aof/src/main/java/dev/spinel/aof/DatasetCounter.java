package dev.spinel.aof;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.SavedValue;

/** Counts the keys of a data set. One thread at a time. */
final class DatasetCounter implements DatasetSink {
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
    public void key(int database, Bytes key, long expiresAtMillis, long idleSeconds) {
        keys++;
        if (expiresAtMillis != NO_EXPIRY) {
            withExpiry++;
            if (expiresAtMillis < nowMillis) {
                expired++;
            }
        }
    }

    @Override
    public void string(Bytes value) {}

    @Override
    public void integer(long value) {}

    @Override
    public void list(long parts) {}

    @Override
    public void listPage(Bytes listpack) {}

    @Override
    public void listElement(Bytes element) {}

    @Override
    public void intset(Bytes intset) {}

    @Override
    public void set(Bytes listpack) {}

    @Override
    public void set(long members) {}

    @Override
    public void member(Bytes member) {}

    @Override
    public void hash(Bytes listpack) {}

    @Override
    public void hash(long fields) {}

    @Override
    public void field(Bytes field, Bytes value) {}

    @Override
    public void sortedSet(Bytes listpack) {}

    @Override
    public void sortedSet(long members) {}

    @Override
    public void scored(Bytes member, double score) {}

    @Override
    public void custom(String typeName, int version, SavedValue value) {}
}
