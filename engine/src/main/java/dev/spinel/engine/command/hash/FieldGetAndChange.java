package dev.spinel.engine.command.hash;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.engine.command.hash.FieldOptions.TimeToLive;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The commands that read or set fields and their time to live at once: HGETDEL, HGETEX and HSETEX. */
final class FieldGetAndChange {
    private static final Bytes HSET = Bytes.of("HSET");
    private static final Bytes HPEXPIREAT = Bytes.of("HPEXPIREAT");
    private static final Bytes HPERSIST = Bytes.of("HPERSIST");

    private FieldGetAndChange() {}

    static void hgetdel(Call call) {
        HashValue hash = call.keys().modify(ValueType.HASH, call.arg(1));
        FieldArguments fields = FieldArguments.parse(call, 2, "Number of fields must be a positive integer");
        ReplyWriter reply = call.reply();
        reply.array(fields.count());
        if (hash == null) {
            replyNils(reply, fields.count());
            return;
        }
        Set<Bytes> gone = new HashSet<>();
        for (int i = 0; i < fields.count(); i++) {
            Bytes field = fields.field(call, i);
            replyValue(reply, gone.add(field) ? hash.get(field) : null);
        }
        FieldRemoval removal = new FieldRemoval(call, hash);
        for (int i = 0; i < fields.count(); i++) {
            removal.remove(fields.field(call, i));
        }
        removal.finish();
    }

    private static void replyNils(ReplyWriter reply, int count) {
        for (int i = 0; i < count; i++) {
            reply.nil();
        }
    }

    private static boolean replyValue(ReplyWriter reply, @Nullable Bytes value) {
        if (value == null) {
            reply.nil();
            return false;
        }
        reply.bulk(value);
        return true;
    }

    /** Without options it only reads; a time that is over deletes the fields. */
    static void hgetex(Call call) {
        Bytes key = call.arg(1);
        HashValue hash = call.keys().modify(ValueType.HASH, key);
        FieldOptions options = FieldOptions.ofHgetex(call);
        boolean changes = options.timeToLive() != TimeToLive.UNSAID;
        int count = options.fields().count();
        ReplyWriter reply = call.reply();
        reply.array(count);
        if (hash == null) {
            replyNils(reply, count);
            return;
        }
        boolean past = options.timeToLive() == TimeToLive.SET && call.keys().isPast(options.expiresAtMillis());
        Set<Bytes> gone = new HashSet<>();
        for (int i = 0; i < count; i++) {
            Bytes field = options.field(i);
            replyValue(reply, past && !gone.add(field) ? null : hash.get(field));
        }
        if (past) {
            expire(call, hash, options);
        } else if (changes) {
            setTimes(call, hash, options);
        }
    }

    private static void setTimes(Call call, HashValue hash, FieldOptions options) {
        boolean persists = options.timeToLive() == TimeToLive.PERSIST;
        FieldTimes times = new FieldTimes(hash, options.fields().count());
        for (int i = 0; i < options.fields().count(); i++) {
            Bytes field = options.field(i);
            long before = hash.expiresAtMillis(field);
            if (before != HashValue.NO_FIELD && (!persists || before != HashValue.NO_EXPIRY)) {
                times.set(field, before, options.expiresAtMillis());
            }
        }
        List<Bytes> changed = times.changed();
        if (changed.isEmpty()) {
            return;
        }
        Bytes key = call.arg(1);
        if (persists) {
            call.changed(key, KeyEvent.HASH, "hpersist");
            FieldArguments.propagate(call, changed, HPERSIST, key);
        } else {
            call.changed(key, KeyEvent.HASH, "hexpire");
            FieldArguments.propagate(call, changed, HPEXPIREAT, key, FieldArguments.number(options.expiresAtMillis()));
        }
    }

    /** Answers whether the fields were set; a time that is over deletes them. */
    static void hsetex(Call call) {
        FieldOptions options = FieldOptions.ofHsetex(call);
        Bytes key = call.arg(1);
        HashValue hash = call.keys().modify(ValueType.HASH, key);
        if (!options.allows(hash)) {
            call.reply().integer(0);
            return;
        }
        if (options.timeToLive() == TimeToLive.SET && call.keys().isPast(options.expiresAtMillis())) {
            setAndExpire(call, hash, options);
        } else {
            set(call, hash == null ? call.keys().modifyOrCreate(ValueType.HASH, key) : hash, options);
        }
        call.reply().integer(1);
    }

    /** Removes the fields and tells of them as if they had been set before that, whether they were there or not. */
    private static void setAndExpire(Call call, @Nullable HashValue hash, FieldOptions options) {
        Bytes key = call.arg(1);
        call.event(call.keys(), key, KeyEvent.HASH, "hset");
        if (hash != null && expire(call, hash, options)) {
            return;
        }
        call.event(call.keys(), key, KeyEvent.HASH, "hdel");
        if (hash == null) {
            call.event(call.keys(), key, KeyEvent.GENERIC, "del");
        }
    }

    /** False when none of the fields was there. */
    private static boolean expire(Call call, HashValue hash, FieldOptions options) {
        FieldRemoval removal = new FieldRemoval(call, hash);
        for (int i = 0; i < options.fields().count(); i++) {
            removal.expire(options.field(i));
        }
        return removal.finish();
    }

    /** Logged without condition, and each time to live that is kept as the time that it is. */
    private static void set(Call call, HashValue hash, FieldOptions options) {
        boolean keeps = options.timeToLive() == TimeToLive.KEEP && hash.hasExpiringFields();
        boolean expires = options.timeToLive() == TimeToLive.SET;
        Bytes key = call.arg(1);
        int count = options.fields().count();
        List<Bytes> set = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Bytes field = options.field(i);
            Bytes value = options.value(i);
            long keptMillis = keeps ? hash.expiresAtMillis(field) : HashValue.NO_EXPIRY;
            if (keptMillis > 0) {
                hash.update(field, value);
                FieldArguments.propagateExpiring(call, List.of(field, value), keptMillis);
            } else {
                hash.put(field, value, expires ? options.expiresAtMillis() : HashValue.NO_EXPIRY);
                set.add(field);
                set.add(value);
            }
        }
        call.changed(key, KeyEvent.HASH, "hset");
        if (expires) {
            call.event(call.keys(), key, KeyEvent.HASH, "hexpire");
            FieldArguments.propagateExpiring(call, set, options.expiresAtMillis());
        } else if (!set.isEmpty()) {
            call.propagateAs(FieldArguments.effect(set, HSET, key));
        }
    }
}
