package dev.spinel.engine.transaction;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.keyspace.Keyspace;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.Client.WatchedKey;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.KeptRequests;
import dev.spinel.engine.keyspace.Database;
import dev.spinel.engine.keyspace.Keyspaces;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The keys that clients watch, so that EXEC fails when one was changed. Engine thread only. */
public final class WatchedKeys {
    /** What a watched key takes of the heap beside its bytes, here and with its client. */
    private static final long KEY_BYTES = 224;

    private final KeptRequests kept;
    private final Map<DatabaseKey, List<Client>> watchers = new HashMap<>();

    /** @param kept counts the keys */
    public WatchedKeys(KeptRequests kept) {
        this.kept = kept;
    }

    private record DatabaseKey(int database, Bytes key) {}

    /** What watching a key takes of the heap, in bytes. */
    static long heapBytes(Bytes key) {
        return KEY_BYTES + key.length();
    }

    /** Has a client watch a key of its database. */
    void watch(Client client, Keyspace keyspace, Bytes key) {
        // looked up first: a key whose time is over is removed by that, which is no change since the watch
        boolean absent = keyspace.expiresAtMillis(key) == Keyspace.NO_KEY;
        DatabaseKey id = new DatabaseKey(keyspace.index(), key.copy());
        List<Client> clients = watchers.computeIfAbsent(id, k -> new ArrayList<>(1));
        if (clients.contains(client)) {
            return;
        }
        clients.add(client);
        client.watchedKeys().add(new WatchedKey(id.database, id.key, absent));
        kept.keep(client, heapBytes(key));
    }

    /** Has a client watch nothing any more. */
    public void unwatch(Client client) {
        for (WatchedKey watched : client.watchedKeys()) {
            kept.give(client, heapBytes(watched.key()));
            DatabaseKey id = new DatabaseKey(watched.database(), watched.key());
            List<Client> clients = watchers.get(id);
            if (clients != null && clients.remove(client) && clients.isEmpty()) {
                watchers.remove(id);
            }
        }
        client.watchedKeys().clear();
        client.set(ClientFlag.DIRTY_CAS, false);
    }

    /** Tells that a key was changed. */
    public void touch(int database, Bytes key) {
        if (watchers.isEmpty()) {
            return;
        }
        List<Client> clients = watchers.get(new DatabaseKey(database, key));
        if (clients != null) {
            for (Client client : clients) {
                client.set(ClientFlag.DIRTY_CAS, true);
            }
        }
    }

    /**
     * Tells that all keys of a database are about to be removed or exchanged: watched keys that exist, there or in the
     * database that they are exchanged with, count as changed.
     */
    public void touchAll(Database database, Database replacement) {
        for (Map.Entry<DatabaseKey, List<Client>> entry : watchers.entrySet()) {
            DatabaseKey id = entry.getKey();
            if (id.database == database.index()
                    && (database.typeOf(id.key) != null || replacement.typeOf(id.key) != null)) {
                for (Client client : entry.getValue()) {
                    client.set(ClientFlag.DIRTY_CAS, true);
                }
            }
        }
    }

    /** Whether a key that a client watches has expired since; it was removed or will be. */
    boolean anyExpired(Client client, Keyspaces keyspaces) {
        for (WatchedKey watched : client.watchedKeys()) {
            if (!watched.absentWhenWatched()
                    && keyspaces.get(watched.database()).expiresAtMillis(watched.key()) == Keyspace.NO_KEY) {
                return true;
            }
        }
        return false;
    }
}
