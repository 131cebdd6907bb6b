package dev.spinel.engine.command.string;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands that set strings: SET in all its forms, SETNX, SETEX, PSETEX, MSET and MSETNX. */
final class StringSet {
    private static final Bytes SET = Bytes.of("SET");
    private static final Bytes PXAT = Bytes.of("PXAT");

    private StringSet() {}

    static void set(Call call) {
        if (call.argCount() == 3) {
            assign(call, call.keys(), call.arg(1), call.arg(2), false);
            call.reply().ok();
        } else {
            setWithOptions(call, StringOptions.ofSet(call));
        }
    }

    private static void setWithOptions(Call call, StringOptions options) {
        long expiresAtMillis = options.expires() ? options.expiresAtMillis(call, "set") : Keyspace.NO_EXPIRY;
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        if (options.get()) {
            StringValue old = keys.read(ValueType.STRING, key);
            if (old == null) {
                call.reply().nil();
            } else {
                call.reply().bulk(old.bytes());
            }
        }
        if ((options.nx() && exists(keys, key)) || (options.xx() && !exists(keys, key))) {
            if (!options.get()) {
                call.reply().nil();
            }
            return;
        }
        assign(call, keys, key, call.arg(2), options.keepTtl());
        if (options.expires()) {
            expire(call, keys, key, call.arg(2), expiresAtMillis);
        } else if (options.get()) {
            propagateWithoutGet(call);
        }
        if (!options.get()) {
            call.reply().ok();
        }
    }

    private static boolean exists(Keyspace keys, Bytes key) {
        return keys.typeOf(key) != null;
    }

    private static void assign(Call call, Keyspace keys, Bytes key, Bytes value, boolean keepTimeToLive) {
        keys.setString(key, value, keepTimeToLive);
        call.changed(key, KeyEvent.STRING, "set");
    }

    /** Gives the key that was just set its time to live, and logs both as one SET with a point in time. */
    private static void expire(Call call, Keyspace keys, Bytes key, Bytes value, long expiresAtMillis) {
        keys.expireAt(key, expiresAtMillis);
        call.event(keys, key, KeyEvent.GENERIC, "expire");
        call.propagateAs(SET, key, value, PXAT, Bytes.of(Long.toString(expiresAtMillis)));
    }

    /** Logs SET without its option GET, which matters to the client alone. */
    private static void propagateWithoutGet(Call call) {
        int argCount = call.argCount();
        int kept = 3;
        for (int i = 3; i < argCount; i++) {
            kept += call.argIs(i, "GET") ? 0 : 1;
        }
        Bytes[] arguments = new Bytes[kept];
        for (int i = 0, next = 0; i < argCount; i++) {
            if (i < 3 || !call.argIs(i, "GET")) {
                arguments[next++] = call.arg(i);
            }
        }
        call.propagateAs(arguments);
    }

    static void setnx(Call call) {
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        if (exists(keys, key)) {
            call.reply().integer(0);
        } else {
            assign(call, keys, key, call.arg(2), false);
            call.reply().integer(1);
        }
    }

    static void setex(Call call) {
        setWithDuration(call, true, "setex");
    }

    static void psetex(Call call) {
        setWithDuration(call, false, "psetex");
    }

    private static void setWithDuration(Call call, boolean seconds, String commandName) {
        long expiresAtMillis = StringOptions.expiresAtMillis(call, 2, seconds, true, commandName);
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        Bytes value = call.arg(3);
        assign(call, keys, key, value, false);
        expire(call, keys, key, value, expiresAtMillis);
        call.reply().ok();
    }

    static void mset(Call call) {
        checkPairs(call, "mset");
        assignPairs(call);
        call.reply().ok();
    }

    static void msetnx(Call call) {
        checkPairs(call, "msetnx");
        Keyspace keys = call.keys();
        for (int i = 1; i < call.argCount(); i += 2) {
            if (exists(keys, call.arg(i))) {
                call.reply().integer(0);
                return;
            }
        }
        assignPairs(call);
        call.reply().integer(1);
    }

    private static void checkPairs(Call call, String commandName) {
        if (call.argCount() % 2 == 0) {
            throw Errors.wrongArity(commandName);
        }
    }

    private static void assignPairs(Call call) {
        Keyspace keys = call.keys();
        int argCount = call.argCount();
        for (int i = 1; i < argCount; i += 2) {
            assign(call, keys, call.arg(i), call.arg(i + 1), false);
        }
    }
}
