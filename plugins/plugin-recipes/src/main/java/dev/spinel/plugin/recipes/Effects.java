package dev.spinel.plugin.recipes;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The writing commands that the scripts call: each method changes data, publishes the keyspace event and logs the effect as
 * the command of its name does, with absolute times. Made for one call; engine thread only.
 */
final class Effects {
    private static final Bytes SET = Bytes.of("SET");
    private static final Bytes PXAT = Bytes.of("PXAT");
    private static final Bytes PEXPIREAT = Bytes.of("PEXPIREAT");
    private static final Bytes INCRBY = Bytes.of("INCRBY");
    private static final Bytes DEL = Bytes.of("DEL");
    private static final Bytes HSET = Bytes.of("HSET");
    private static final Bytes HDEL = Bytes.of("HDEL");
    private static final Bytes HINCRBY = Bytes.of("HINCRBY");
    private static final Bytes ZADD = Bytes.of("ZADD");
    private static final Bytes ZINCRBY = Bytes.of("ZINCRBY");
    private static final Bytes ZREM = Bytes.of("ZREM");
    private static final Bytes ZPOPMIN = Bytes.of("ZPOPMIN");
    private static final Bytes ZREMRANGEBYSCORE = Bytes.of("ZREMRANGEBYSCORE");

    private static final int MEMBERS_PER_CALL = 1000;

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

    /** INCRBY, the sum being known. */
    void incrby(Bytes key, long increment, long sum) {
        keys.modifyOrCreate(ValueType.STRING, key).set(sum);
        call.changed(key, KeyEvent.STRING, "incrby");
        if (call.isPropagated()) {
            call.propagateAs(INCRBY, key, LuaNumbers.decimal(increment));
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

    /**
     * HSET, or nothing if there are no fields.
     *
     * @param fieldsAndValues alternating
     */
    void hset(Bytes key, List<Bytes> fieldsAndValues) {
        if (!fieldsAndValues.isEmpty()) {
            HashValue hash = keys.modifyOrCreate(ValueType.HASH, key);
            for (int i = 0; i < fieldsAndValues.size(); i += 2) {
                hash.put(fieldsAndValues.get(i), fieldsAndValues.get(i + 1));
            }
            call.changed(key, KeyEvent.HASH, "hset");
            if (call.isPropagated()) {
                propagate(HSET, key, fieldsAndValues);
            }
        }
    }

    /** @param fieldsAndValues alternating */
    void hset(Bytes key, Bytes... fieldsAndValues) {
        hset(key, Arrays.asList(fieldsAndValues));
    }

    /** HSETNX. */
    void hsetnx(Bytes key, Bytes field, Bytes value) {
        HashValue hash = keys.read(ValueType.HASH, key);
        if (hash == null || !hash.contains(field)) {
            hset(key, field, value);
        }
    }

    void hdel(Bytes key, List<Bytes> fields) {
        HashValue hash = fields.isEmpty() ? null : keys.modify(ValueType.HASH, key);
        if (hash == null) {
            return;
        }
        boolean removed = false;
        for (Bytes field : fields) {
            removed |= hash.remove(field);
        }
        if (removed) {
            call.changed(key, KeyEvent.HASH, "hdel");
            keys.removeIfEmpty(key);
            if (call.isPropagated()) {
                propagate(HDEL, key, fields);
            }
        }
    }

    /** HINCRBY, the sum being known. */
    void hincrby(Bytes key, Bytes field, long increment, long sum) {
        keys.modifyOrCreate(ValueType.HASH, key).update(field, LuaNumbers.decimal(sum));
        call.changed(key, KeyEvent.HASH, "hincrby");
        if (call.isPropagated()) {
            call.propagateAs(HINCRBY, key, field, LuaNumbers.decimal(increment));
        }
    }

    /** ZADD of members with one score, a thousand at a time as the script does it. */
    void zadd(Bytes key, double score, List<Bytes> members) {
        ScoredMembers entries = new ScoredMembers(Math.min(members.size(), MEMBERS_PER_CALL));
        for (Bytes member : members) {
            entries.add(score, member);
            if (entries.size() == MEMBERS_PER_CALL) {
                zadd(key, entries);
                entries.clear();
            }
        }
        zadd(key, entries);
    }

    /** ZADD, or nothing if there are no members. */
    void zadd(Bytes key, ScoredMembers entries) {
        if (entries.size() == 0) {
            return;
        }
        SortedSetValue set = keys.modifyOrCreate(ValueType.SORTED_SET, key);
        boolean changed = false;
        for (int i = 0; i < entries.size(); i++) {
            Bytes member = entries.member(i);
            double score = entries.score(i);
            changed = changed || set.score(member) != score;
            set.put(member, score);
        }
        if (!changed) {
            return;
        }
        call.changed(key, KeyEvent.SORTED_SET, "zadd");
        if (call.isPropagated()) {
            List<Bytes> arguments = new ArrayList<>(2 * entries.size());
            for (int i = 0; i < entries.size(); i++) {
                arguments.add(LuaNumbers.text(entries.score(i)));
                arguments.add(entries.member(i));
            }
            propagate(ZADD, key, arguments);
        }
    }

    void zrem(Bytes key, List<Bytes> members) {
        SortedSetValue set = members.isEmpty() ? null : keys.modify(ValueType.SORTED_SET, key);
        if (set == null) {
            return;
        }
        boolean removed = false;
        for (Bytes member : members) {
            removed |= set.remove(member);
        }
        if (removed) {
            removed(key, members);
        }
    }

    /** What ZREM does beside it once members, at least one, have been removed from the set. */
    void removed(Bytes key, List<Bytes> members) {
        call.changed(key, KeyEvent.SORTED_SET, "zrem");
        keys.removeIfEmpty(key);
        if (call.isPropagated()) {
            propagate(ZREM, key, members);
        }
    }

    /** ZPOPMIN: removes up to so many members with the lowest scores, and answers copies of them. */
    List<Bytes> zpopmin(Bytes key, long count) {
        SortedSetValue set = keys.modify(ValueType.SORTED_SET, key);
        List<Bytes> popped = new ArrayList<>();
        if (set == null || count == 0) {
            return popped;
        }
        SortedSetValue.Cursor cursor = set.cursor(0, false);
        while (popped.size() < count && cursor.next()) {
            popped.add(cursor.member().copy());
        }
        set.removeRange(0, popped.size());
        call.changed(key, KeyEvent.SORTED_SET, "zpopmin");
        keys.removeIfEmpty(key);
        if (call.isPropagated()) {
            call.propagateAs(ZPOPMIN, key, LuaNumbers.decimal(popped.size()));
        }
        return popped;
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

    private void propagate(Bytes command, Bytes key, List<Bytes> arguments) {
        Bytes[] effect = new Bytes[2 + arguments.size()];
        effect[0] = command;
        effect[1] = key;
        for (int i = 0; i < arguments.size(); i++) {
            effect[2 + i] = arguments.get(i);
        }
        call.propagateAs(effect);
    }
}
