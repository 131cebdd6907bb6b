package dev.spinel.engine.command.generic;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands on the time to live of keys. */
final class KeyExpiry {
    private static final Bytes PEXPIREAT = Bytes.of("PEXPIREAT");
    private static final Bytes DEL = Bytes.of("DEL");

    private static final int NX = 1;
    private static final int XX = 1 << 1;
    private static final int GT = 1 << 2;
    private static final int LT = 1 << 3;

    private KeyExpiry() {}

    static void expire(Call call) {
        setExpiry(call, "expire", true, call.nowMillis());
    }

    static void expireat(Call call) {
        setExpiry(call, "expireat", true, 0);
    }

    static void pexpire(Call call) {
        setExpiry(call, "pexpire", false, call.nowMillis());
    }

    static void pexpireat(Call call) {
        setExpiry(call, "pexpireat", false, 0);
    }

    private static void setExpiry(Call call, String commandName, boolean inSeconds, long baseMillis) {
        int condition = condition(call);
        long whenMillis = absoluteMillis(call, commandName, inSeconds, baseMillis);
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        long currentMillis = keys.expiresAtMillis(key);
        if (currentMillis == Keyspace.NO_KEY || !holds(condition, currentMillis, whenMillis)) {
            call.reply().integer(0);
            return;
        }
        if (keys.isPast(whenMillis)) {
            keys.remove(key);
            call.changed(key, KeyEvent.GENERIC, "del");
            call.propagateAs(DEL, key);
        } else {
            // What has expired before the beginning of time may have to stay, and a negative time says otherwise.
            whenMillis = Math.max(0, whenMillis);
            keys.expireAt(key, whenMillis);
            call.changed(key, KeyEvent.GENERIC, "expire");
            call.propagateAs(PEXPIREAT, key, Bytes.of(Long.toString(whenMillis)));
        }
        call.reply().integer(1);
    }

    private static int condition(Call call) {
        int condition = 0;
        for (int i = 3; i < call.argCount(); i++) {
            if (call.argIs(i, "NX")) {
                condition |= NX;
            } else if (call.argIs(i, "XX")) {
                condition |= XX;
            } else if (call.argIs(i, "GT")) {
                condition |= GT;
            } else if (call.argIs(i, "LT")) {
                condition |= LT;
            } else {
                throw Errors.err("Unsupported option " + call.arg(i).quotable(Integer.MAX_VALUE));
            }
        }
        if ((condition & NX) != 0 && condition != NX) {
            throw Errors.err("NX and XX, GT or LT options at the same time are not compatible");
        }
        if ((condition & (GT | LT)) == (GT | LT)) {
            throw Errors.err("GT and LT options at the same time are not compatible");
        }
        return condition;
    }

    private static long absoluteMillis(Call call, String commandName, boolean inSeconds, long baseMillis) {
        long when = call.integerArg(2);
        if (inSeconds) {
            if (when > Long.MAX_VALUE / 1000 || when < Long.MIN_VALUE / 1000) {
                throw Errors.invalidExpire(commandName);
            }
            when *= 1000;
        }
        if (when > Long.MAX_VALUE - baseMillis) {
            throw Errors.invalidExpire(commandName);
        }
        return when + baseMillis;
    }

    /** Whether the conditions let the new expiry replace the current one; a key without expiry counts as endless. */
    private static boolean holds(int condition, long currentMillis, long newMillis) {
        boolean endless = currentMillis == Keyspace.NO_EXPIRY;
        if ((condition & NX) != 0 && !endless) {
            return false;
        }
        if ((condition & XX) != 0 && endless) {
            return false;
        }
        if ((condition & GT) != 0 && (endless || newMillis <= currentMillis)) {
            return false;
        }
        return (condition & LT) == 0 || endless || newMillis < currentMillis;
    }

    static void persist(Call call) {
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        if (keys.expiresAtMillis(key) < 0) {
            call.reply().integer(0);
            return;
        }
        keys.expireAt(key, Keyspace.NO_EXPIRY);
        call.changed(key, KeyEvent.GENERIC, "persist");
        call.reply().integer(1);
    }

    static void ttl(Call call) {
        replyTime(call, call.nowMillis(), true);
    }

    static void pttl(Call call) {
        replyTime(call, call.nowMillis(), false);
    }

    static void expiretime(Call call) {
        replyTime(call, 0, true);
    }

    static void pexpiretime(Call call) {
        replyTime(call, 0, false);
    }

    /** Answers when the key expires, counted from a time; -1 without expiry, -2 without key. */
    private static void replyTime(Call call, long baseMillis, boolean inSeconds) {
        Bytes key = call.arg(1);
        long expiresAtMillis = call.keys().peek(key) ? call.keys().expiresAtMillis(key) : Keyspace.NO_KEY;
        if (expiresAtMillis < 0) {
            call.reply().integer(expiresAtMillis);
            return;
        }
        long millis = Math.max(0, expiresAtMillis - baseMillis);
        // Unsigned, since rounding the latest possible time overflows.
        call.reply().integer(inSeconds ? Long.divideUnsigned(millis + 500, 1000) : millis);
    }
}
