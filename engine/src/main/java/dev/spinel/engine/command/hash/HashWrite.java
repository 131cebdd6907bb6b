package dev.spinel.engine.command.hash;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands that set and remove fields: HSET, HMSET, HSETNX and HDEL. */
final class HashWrite {
    private static final Bytes HSET = Bytes.of("HSET");

    private HashWrite() {}

    static void hset(Call call) {
        call.reply().integer(put(call, "hset"));
    }

    static void hmset(Call call) {
        put(call, "hmset");
        call.reply().ok();
    }

    /** Sets all fields of the arguments; returns how many of them are new. */
    private static int put(Call call, String commandName) {
        int argCount = call.argCount();
        if (argCount % 2 != 0) {
            throw Errors.wrongArity(commandName);
        }
        Bytes key = call.arg(1);
        HashValue hash = call.keys().modifyOrCreate(ValueType.HASH, key);
        int added = 0;
        for (int i = 2; i < argCount; i += 2) {
            if (hash.put(call.arg(i), call.arg(i + 1))) {
                added++;
            }
        }
        call.changed(key, KeyEvent.HASH, "hset");
        return added;
    }

    static void hsetnx(Call call) {
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        Bytes field = call.arg(2);
        HashValue hash = keys.modify(ValueType.HASH, key);
        if (hash != null && hash.contains(field)) {
            call.reply().integer(0);
            return;
        }
        if (hash == null) {
            hash = keys.modifyOrCreate(ValueType.HASH, key);
        }
        // A field that is over may be in the way of whoever repeats the command before it is reclaimed.
        boolean unconditionally = hash.hasExpiringFields();
        hash.put(field, call.arg(3));
        call.changed(key, KeyEvent.HASH, "hset");
        if (unconditionally) {
            call.propagateAs(HSET, key, field, call.arg(3));
        }
        call.reply().integer(1);
    }

    static void hdel(Call call) {
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        HashValue hash = keys.modify(ValueType.HASH, key);
        int removed = 0;
        if (hash != null && hash.hasExpiringFields()) {
            removed = removeSome(call, hash);
        } else if (hash != null) {
            int argCount = call.argCount();
            for (int i = 2; i < argCount; i++) {
                if (hash.remove(call.arg(i))) {
                    removed++;
                }
            }
            if (removed > 0) {
                boolean emptied = hash.size() == 0;
                call.changed(key, KeyEvent.HASH, "hdel");
                if (emptied) {
                    keys.removeIfEmpty(key);
                }
            }
        }
        call.reply().integer(removed);
    }

    /** Logs the fields that were there and no others, which may be over but not yet reclaimed. */
    private static int removeSome(Call call, HashValue hash) {
        FieldRemoval removal = new FieldRemoval(call, hash);
        int removed = 0;
        for (int i = 2; i < call.argCount(); i++) {
            if (removal.remove(call.arg(i))) {
                removed++;
            }
        }
        removal.finish();
        return removed;
    }
}
