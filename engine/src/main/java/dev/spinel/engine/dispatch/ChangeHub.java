package dev.spinel.engine.dispatch;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import dev.spinel.engine.blocking.BlockedClients;
import dev.spinel.engine.keyspace.Database;
import dev.spinel.engine.keyspace.KeyspaceListener;
import dev.spinel.engine.propagate.Propagator;
import dev.spinel.engine.tracking.ClientTracking;
import dev.spinel.engine.transaction.WatchedKeys;
import java.util.List;

/**
 * What a change of a key sets off: watching transactions, waiting clients, keyspace events, effects of expiry.
 *
 * <p>Engine thread only.
 */
public final class ChangeHub implements KeyspaceListener {
    private static final Bytes HDEL = Bytes.of("HDEL");

    private final WatchedKeys watchedKeys;
    private final BlockedClients blockedClients;
    private final KeyEvents keyEvents;
    private final ClientTracking tracking;
    private final Propagator propagator;
    private final Bytes[] deletion = {Bytes.of("DEL"), new Bytes()};
    private final Bytes[] unlinking = {Bytes.of("UNLINK"), new Bytes()};
    private long changes;

    public ChangeHub(
            WatchedKeys watchedKeys,
            BlockedClients blockedClients,
            KeyEvents keyEvents,
            ClientTracking tracking,
            Propagator propagator) {
        this.tracking = tracking;
        this.watchedKeys = watchedKeys;
        this.blockedClients = blockedClients;
        this.keyEvents = keyEvents;
        this.propagator = propagator;
    }

    /** Number of changes since the server started: {@code rdb_changes_since_last_save} counts from a mark of it. */
    public long changes() {
        return changes;
    }

    /** Counts a change that is not tied to a key. */
    public void changed() {
        changes++;
    }

    void changed(int database, Bytes key) {
        changes++;
        watchedKeys.touch(database, key);
        blockedClients.keyChanged(database, key);
        if (tracking.isOn()) {
            tracking.changed(key);
        }
    }

    void changed(int database, Bytes key, KeyEvent event, String name) {
        changed(database, key);
        keyEvents.publish(database, key, event, name);
    }

    void event(Keyspace keyspace, Bytes key, KeyEvent event, String name) {
        keyEvents.publish(keyspace.index(), key, event, name);
    }

    @Override
    public void added(Database database, Bytes key, ValueType<?> type) {
        blockedClients.keyReady(database.index(), key);
        keyEvents.publish(database.index(), key, KeyEvent.NEW, "new");
    }

    private void vanished(Database database, Bytes key) {
        blockedClients.keyChanged(database.index(), key);
        watchedKeys.touch(database.index(), key);
        if (tracking.isOn()) {
            tracking.vanished(key);
        }
    }

    @Override
    public void expired(Database database, Bytes key) {
        vanished(database, key);
        keyEvents.publish(database.index(), key, KeyEvent.EXPIRED, "expired");
        deletion[1].set(key);
        propagator.addUnrestricted(database.index(), deletion, deletion.length);
    }

    @Override
    public void fieldsExpired(Database database, Bytes key, List<Bytes> fields, boolean emptied) {
        vanished(database, key);
        keyEvents.publish(database.index(), key, KeyEvent.HASH, "hexpired");
        if (propagator.hasSinks()) {
            Bytes[] removal = new Bytes[2 + fields.size()];
            removal[0] = HDEL;
            removal[1] = key;
            for (int i = 0; i < fields.size(); i++) {
                removal[2 + i] = fields.get(i);
            }
            propagator.addUnrestricted(database.index(), removal, removal.length);
        }
        if (emptied) {
            emptied(database, key);
        }
    }

    @Override
    public void evicted(Database database, Bytes key, boolean lazily) {
        vanished(database, key);
        keyEvents.publish(database.index(), key, KeyEvent.EVICTED, "evicted");
        Bytes[] removal = lazily ? unlinking : deletion;
        removal[1].set(key);
        propagator.addUnrestricted(database.index(), removal, removal.length);
    }

    @Override
    public void missed(Database database, Bytes key) {
        keyEvents.publish(database.index(), key, KeyEvent.KEY_MISS, "keymiss");
    }

    @Override
    public void emptied(Database database, Bytes key) {
        keyEvents.publish(database.index(), key, KeyEvent.GENERIC, "del");
    }
}
