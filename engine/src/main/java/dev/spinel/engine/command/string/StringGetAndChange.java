package dev.spinel.engine.command.string;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands that answer a string and change its key: GETDEL, GETEX and GETSET. */
final class StringGetAndChange {
    private static final Bytes SET = Bytes.of("SET");
    private static final Bytes DEL = Bytes.of("DEL");
    private static final Bytes PERSIST = Bytes.of("PERSIST");
    private static final Bytes PEXPIREAT = Bytes.of("PEXPIREAT");

    private StringGetAndChange() {}

    static void getdel(Call call) {
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        StringValue value = keys.read(ValueType.STRING, key);
        if (value == null) {
            call.reply().nil();
        } else {
            call.reply().bulk(value.bytes());
            delete(call, keys, key);
        }
    }

    private static void delete(Call call, Keyspace keys, Bytes key) {
        keys.remove(key);
        call.changed(key, KeyEvent.GENERIC, "del");
        call.propagateAs(DEL, key);
    }

    static void getset(Call call) {
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        StringValue old = keys.read(ValueType.STRING, key);
        if (old == null) {
            call.reply().nil();
        } else {
            call.reply().bulk(old.bytes());
        }
        keys.setString(key, call.arg(2), false);
        call.changed(key, KeyEvent.STRING, "set");
        call.propagateAs(SET, key, call.arg(2));
    }

    /** GETEX without options changes nothing; a point in time that is over deletes the key. */
    static void getex(Call call) {
        StringOptions options = StringOptions.ofGetex(call);
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        StringValue value = keys.read(ValueType.STRING, key);
        if (value == null) {
            call.reply().nil();
            return;
        }
        long expiresAtMillis = options.expires() ? options.expiresAtMillis(call, "getex") : Keyspace.NO_EXPIRY;
        call.reply().bulk(value.bytes());
        if (options.expiresAtTime() && keys.isPast(expiresAtMillis)) {
            delete(call, keys, key);
        } else if (options.expires()) {
            keys.expireAt(key, expiresAtMillis);
            call.changed(key, KeyEvent.GENERIC, "expire");
            call.propagateAs(PEXPIREAT, key, Bytes.of(Long.toString(expiresAtMillis)));
        } else if (options.persist() && keys.expiresAtMillis(key) != Keyspace.NO_EXPIRY) {
            keys.expireAt(key, Keyspace.NO_EXPIRY);
            call.changed(key, KeyEvent.GENERIC, "persist");
            call.propagateAs(PERSIST, key);
        }
    }
}
