package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.ForwardingSink;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.keyspace.Keyspaces;
import java.io.IOException;

/** Removes every key before another sink takes it, so that none comes twice. Engine thread only. */
final class ReplacingSink extends ForwardingSink {
    private final Keyspaces keyspaces;
    private final DatasetSink target;

    ReplacingSink(Keyspaces keyspaces, DatasetSink target) {
        this.keyspaces = keyspaces;
        this.target = target;
    }

    @Override
    public void announceExpiringFields() throws IOException {
        target.announceExpiringFields();
    }

    @Override
    public void library(Bytes code) throws IOException {
        target.library(code);
    }

    @Override
    public void key(int database, Bytes key, long expiresAtMillis, long use) throws IOException {
        if (database < keyspaces.count()) {
            keyspaces.get(database).remove(key);
        }
        target.key(database, key, expiresAtMillis, use);
    }

    @Override
    protected ValueSink target() {
        return target;
    }
}
