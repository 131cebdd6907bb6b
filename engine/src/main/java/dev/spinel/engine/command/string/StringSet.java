package dev.spinel.engine.command.string;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands that set strings: SET in all its forms, SETNX, SETEX, PSETEX, MSET, MSETNX and MSETEX. */
final class StringSet {
    private static final Bytes SET = Bytes.of("SET");
    private static final Bytes MSET = Bytes.of("MSET");
    private static final Bytes PXAT = Bytes.of("PXAT");
    private static final Bytes KEEPTTL = Bytes.of("KEEPTTL");

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
        boolean refused = false;
        if (options.get() || options.condition() != null) {
            StringValue old = keys.read(ValueType.STRING, key);
            refused = !options.acceptsValue(call, old);
            if (options.get()) {
                replyValue(call, old);
            }
        }
        if (refused || (options.nx() && exists(keys, key)) || (options.xx() && !exists(keys, key))) {
            if (!options.get()) {
                call.reply().nil();
            }
            return;
        }
        assign(call, keys, key, call.arg(2), options.keepTtl());
        if (options.expires()) {
            expire(call, keys, key, call.arg(2), expiresAtMillis);
        } else if (options.get() || options.condition() != null) {
            propagateDecided(call, options);
        }
        if (!options.get()) {
            call.reply().ok();
        }
    }

    private static void replyValue(Call call, @Nullable StringValue value) {
        if (value == null) {
            call.reply().nil();
        } else {
            call.reply().bulk(value.bytes());
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

    /** Logs SET without GET, which matters to the client alone, and without a condition on the value, which was met. */
    private static void propagateDecided(Call call, StringOptions options) {
        int argCount = call.argCount();
        List<Bytes> kept = new ArrayList<>(argCount);
        for (int i = 0; i < argCount; i++) {
            if (i == options.conditionIndex() && options.condition() != null) {
                i++;
            } else if (i < 3 || !call.argIs(i, "GET")) {
                kept.add(call.arg(i));
            }
        }
        call.propagateAs(kept.toArray(Bytes[]::new));
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

    /** Sets all keys or none, with one expiry for all: one effect when there is no expiry, else one for each key. */
    static void msetex(Call call) {
        long keyCount = call.integerArg(1, 1, Integer.MAX_VALUE, "invalid numkeys value");
        if (keyCount > (call.argCount() - 2) / 2) {
            throw Errors.err("wrong number of key-value pairs");
        }
        int end = 2 + 2 * (int) keyCount;
        StringOptions options = StringOptions.ofMsetex(call, end);
        long expiresAtMillis = options.expires() ? options.expiresAtMillis(call, "msetex") : Keyspace.NO_EXPIRY;
        Keyspace keys = call.keys();
        for (int i = 2; i < end && (options.nx() || options.xx()); i += 2) {
            if (exists(keys, call.arg(i)) == options.nx()) {
                call.reply().integer(0);
                return;
            }
        }
        for (int i = 2; i < end; i += 2) {
            Bytes key = call.arg(i);
            Bytes value = call.arg(i + 1);
            assign(call, keys, key, value, options.keepTtl());
            if (options.expires()) {
                expire(call, keys, key, value, expiresAtMillis);
            } else if (options.keepTtl()) {
                call.propagateAs(SET, key, value, KEEPTTL);
            }
        }
        if (!options.expires() && !options.keepTtl()) {
            propagatePairs(call, end);
        }
        call.reply().integer(1);
    }

    private static void propagatePairs(Call call, int end) {
        Bytes[] arguments = new Bytes[end - 1];
        arguments[0] = MSET;
        for (int i = 2; i < end; i++) {
            arguments[i - 1] = call.arg(i);
        }
        call.propagateAs(arguments);
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
