package dev.spinel.engine.command.hash;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.keyspace.KeyEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * The fields that one command removes from a hash, and what that means to others. A field that is over is not removed here:
 * whoever reclaims it says so.
 */
final class FieldRemoval {
    private static final Bytes HDEL = Bytes.of("HDEL");

    private final Call call;
    private final HashValue hash;
    private final List<Bytes> removed = new ArrayList<>();
    private int expired;

    FieldRemoval(Call call, HashValue hash) {
        this.call = call;
        this.hash = hash;
    }

    /** Removes a field; false when it is absent. */
    boolean remove(Bytes field) {
        boolean present = hash.remove(field);
        if (present) {
            removed.add(field);
        }
        return present;
    }

    /** Removes a field, if it is there, because it was to expire at a time that is past. */
    void expire(Bytes field) {
        if (remove(field)) {
            expired++;
        }
    }

    /** Tells of the removal, logs it as HDEL, and removes the key of a hash without fields; false if there was none. */
    boolean finish() {
        if (removed.isEmpty()) {
            return false;
        }
        Bytes key = call.arg(1);
        boolean emptied = hash.size() == 0;
        call.fieldsExpired(expired);
        call.changed(key, KeyEvent.HASH, "hdel");
        call.propagateAs(FieldArguments.effect(removed, HDEL, key));
        if (emptied) {
            call.keys().removeIfEmpty(key);
        }
        return true;
    }
}
