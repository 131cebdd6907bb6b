package dev.spinel.plugin.recipes;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/**
 * The writing commands that the scripts call: each method changes data, publishes the keyspace event and logs the effect as
 * the command of its name does, with absolute times. Made for one call; engine thread only.
 */
final class Effects {
    private static final Bytes SET = Bytes.of("SET");
    private static final Bytes PXAT = Bytes.of("PXAT");
    private static final Bytes PEXPIREAT = Bytes.of("PEXPIREAT");
    private static final Bytes INCR = Bytes.of("INCR");
    private static final Bytes DEL = Bytes.of("DEL");
    private static final Bytes HSET = Bytes.of("HSET");
    private static final Bytes ZADD = Bytes.of("ZADD");
    private static final Bytes ZINCRBY = Bytes.of("ZINCRBY");
    private static final Bytes ZREMRANGEBYSCORE = Bytes.of("ZREMRANGEBYSCORE");

    private final Call call;
    private final Keyspace keys;

    Effects(Call call) {
        this.call = call;
        this.keys = call.keys();
    }

    Keyspace keys() {
        return keys;
    }

    void set(Bytes key, Bytes value) {
        keys.setString(key, value, false);
        call.changed(key, KeyEvent.STRING, "set");
        if (call.isPropagated()) {
            call.propagateAs(SET, key, value);
        }
    }

    /** SET with PX, the end of the time to live being known in Unix time. */
    void set(Bytes key, Bytes value, long expiresAtMillis) {
        // A key with a time to live keeps its place for it, and need not move twice.
        keys.setString(key, value, true);
        keys.expireAt(key, expiresAtMillis);
        call.changed(key, KeyEvent.STRING, "set");
        call.event(keys, key, KeyEvent.GENERIC, "expire");
        if (call.isPropagated()) {
            call.propagateAs(SET, key, value, PXAT, LuaNumbers.decimal(expiresAtMillis));
        }
    }

    /** PEXPIRE of a key that exists. */
    void pexpireat(Bytes key, long expiresAtMillis) {
        keys.expireAt(key, expiresAtMillis);
        call.changed(key, KeyEvent.GENERIC, "expire");
        if (call.isPropagated()) {
            call.propagateAs(PEXPIREAT, key, LuaNumbers.decimal(expiresAtMillis));
        }
    }

    /** INCR, the sum being known. */
    void incr(Bytes key, long sum) {
        keys.modifyOrCreate(ValueType.STRING, key).set(sum);
        call.changed(key, KeyEvent.STRING, "incrby");
        if (call.isPropagated()) {
            call.propagateAs(INCR, key);
        }
    }

    void del(Bytes key) {
        if (keys.remove(key)) {
            call.changed(key, KeyEvent.GENERIC, "del");
            if (call.isPropagated()) {
                call.propagateAs(DEL, key);
            }
        }
    }

    /** @param fieldsAndValues alternating */
    void hset(Bytes key, Bytes... fieldsAndValues) {
        HashValue hash = keys.modifyOrCreate(ValueType.HASH, key);
        for (int i = 0; i < fieldsAndValues.length; i += 2) {
            hash.put(fieldsAndValues[i], fieldsAndValues[i + 1]);
        }
        call.changed(key, KeyEvent.HASH, "hset");
        if (call.isPropagated()) {
            Bytes[] effect = new Bytes[2 + fieldsAndValues.length];
            effect[0] = HSET;
            effect[1] = key;
            System.arraycopy(fieldsAndValues, 0, effect, 2, fieldsAndValues.length);
            call.propagateAs(effect);
        }
    }

    /** ZADD; true when the member is new. */
    boolean zadd(Bytes key, double score, Bytes member) {
        SortedSetValue set = keys.modifyOrCreate(ValueType.SORTED_SET, key);
        if (set.score(member) == score) {
            return false;
        }
        boolean added = set.put(member, score);
        call.changed(key, KeyEvent.SORTED_SET, "zadd");
        if (call.isPropagated()) {
            call.propagateAs(ZADD, key, LuaNumbers.text(score), member);
        }
        return added;
    }

    void zincrby(Bytes key, double increment, Bytes member) {
        SortedSetValue set = keys.modifyOrCreate(ValueType.SORTED_SET, key);
        double old = set.score(member);
        double score = Double.isNaN(old) ? increment : old + increment;
        if (score != old) {
            set.put(member, score);
            call.changed(key, KeyEvent.SORTED_SET, "zincr");
            if (call.isPropagated()) {
                call.propagateAs(ZINCRBY, key, LuaNumbers.text(increment), member);
            }
        }
    }

    /**
     * ZREMRANGEBYSCORE of a key that exists, the ranks of the range being known.
     *
     * @param from the lowest rank to remove
     * @param to the rank after the last one to remove; nothing happens unless it is above {@code from}
     * @param min the range as the command takes it
     */
    void zremrangebyscore(Bytes key, SortedSetValue set, long from, long to, Bytes min, Bytes max) {
        if (from < to) {
            set.removeRange(from, to);
            call.changed(key, KeyEvent.SORTED_SET, "zremrangebyscore");
            keys.removeIfEmpty(key);
            if (call.isPropagated()) {
                call.propagateAs(ZREMRANGEBYSCORE, key, min, max);
            }
        }
    }
}
