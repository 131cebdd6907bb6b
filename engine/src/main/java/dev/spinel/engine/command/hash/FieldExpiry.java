package dev.spinel.engine.command.hash;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands on the time to live of fields: HEXPIRE, HTTL, HPERSIST and their relatives. Each answers a number per field.
 *
 * <p>Source: the command pages of Redis 7.4 and Valkey 9.
 */
final class FieldExpiry {
    private static final Bytes HPEXPIREAT = Bytes.of("HPEXPIREAT");
    private static final Bytes HPERSIST = Bytes.of("HPERSIST");

    private static final int NO_FIELD = -2;
    private static final int NO_EXPIRY = -1;
    private static final int CONDITION_NOT_MET = 0;
    private static final int DONE = 1;
    private static final int DELETED = 2;

    private static final int NX = 1;
    private static final int XX = 1 << 1;
    private static final int GT = 1 << 2;
    private static final int LT = 1 << 3;

    private static final long MILLIS_PER_SECOND = 1000;
    private static final String COUNT_ERROR = "Number of fields must be a positive integer";

    private FieldExpiry() {}

    static void hexpire(Call call) {
        setExpiry(call, "hexpire", true, call.nowMillis());
    }

    static void hexpireat(Call call) {
        setExpiry(call, "hexpireat", true, 0);
    }

    static void hpexpire(Call call) {
        setExpiry(call, "hpexpire", false, call.nowMillis());
    }

    static void hpexpireat(Call call) {
        setExpiry(call, "hpexpireat", false, 0);
    }

    /** Logged as HPEXPIREAT or, when the time is over already, as HDEL of those fields that it concerns. */
    private static void setExpiry(Call call, String commandName, boolean inSeconds, long baseMillis) {
        Bytes key = call.arg(1);
        HashValue hash = call.keys().modify(ValueType.HASH, key);
        long whenMillis = absoluteMillis(call, 2, inSeconds, baseMillis, commandName);
        int index = 3;
        int condition = 0;
        for (int option = condition(call, index); option != 0; option = condition(call, index)) {
            condition |= option;
            index++;
        }
        FieldArguments fields =
                FieldArguments.parseFirst(call, index, "Parameter `numFields` should be greater than 0");
        for (index = fields.end(); index < call.argCount(); index++) {
            int option = condition(call, index);
            if (option == 0) {
                throw FieldArguments.wrongCount();
            }
            condition |= option;
        }
        requireCompatible(condition);
        ReplyWriter reply = call.reply();
        reply.array(fields.count());
        if (hash == null) {
            replyToEach(reply, fields.count(), NO_FIELD);
            return;
        }
        boolean past = call.keys().isPast(whenMillis);
        FieldRemoval removal = new FieldRemoval(call, hash);
        FieldTimes times = new FieldTimes(hash, fields.count());
        for (int i = 0; i < fields.count(); i++) {
            Bytes field = fields.field(call, i);
            long currentMillis = hash.expiresAtMillis(field);
            if (currentMillis == HashValue.NO_FIELD) {
                reply.integer(NO_FIELD);
            } else if (!holds(condition, currentMillis, whenMillis)) {
                reply.integer(CONDITION_NOT_MET);
            } else if (past) {
                removal.expire(field);
                reply.integer(DELETED);
            } else {
                times.set(field, currentMillis, whenMillis);
                reply.integer(DONE);
            }
        }
        removal.finish();
        if (!times.changed().isEmpty()) {
            call.changed(key, KeyEvent.HASH, "hexpire");
            FieldArguments.propagate(call, times.changed(), HPEXPIREAT, key, FieldArguments.number(whenMillis));
        }
    }

    private static void replyToEach(ReplyWriter reply, int fields, int code) {
        for (int i = 0; i < fields; i++) {
            reply.integer(code);
        }
    }

    /**
     * Parses a time into milliseconds of Unix time, or {@code ERR invalid expire time ...}.
     *
     * @param baseMillis what it counts from, 0 if it is Unix time
     */
    static long absoluteMillis(Call call, int index, boolean inSeconds, long baseMillis, String commandName) {
        long time = call.integerArg(index);
        if (time < 0) {
            throw Errors.err("invalid expire time, must be >= 0");
        }
        if (inSeconds) {
            if (time > HashValue.MAX_EXPIRY_MILLIS / MILLIS_PER_SECOND) {
                throw Errors.invalidExpire(commandName);
            }
            time *= MILLIS_PER_SECOND;
        }
        if (time > HashValue.MAX_EXPIRY_MILLIS - baseMillis) {
            throw Errors.invalidExpire(commandName);
        }
        // Nothing expires at the very beginning of time: the format of files has the 0 for "never".
        return Math.max(1, time + baseMillis);
    }

    /** The bit of the condition that an argument names, or 0. */
    private static int condition(Call call, int index) {
        if (index >= call.argCount()) {
            return 0;
        } else if (call.argIs(index, "NX")) {
            return NX;
        } else if (call.argIs(index, "XX")) {
            return XX;
        } else if (call.argIs(index, "GT")) {
            return GT;
        } else if (call.argIs(index, "LT")) {
            return LT;
        }
        return 0;
    }

    private static void requireCompatible(int condition) {
        if ((condition & NX) != 0 && condition != NX) {
            throw Errors.err("NX and XX, GT or LT options at the same time are not compatible");
        }
        if ((condition & (GT | LT)) == (GT | LT)) {
            throw Errors.err("GT and LT options at the same time are not compatible");
        }
    }

    /** Whether the conditions let the new expiry replace the current one; a field without expiry counts as endless. */
    private static boolean holds(int condition, long currentMillis, long newMillis) {
        boolean endless = currentMillis == HashValue.NO_EXPIRY;
        if ((condition & NX) != 0) {
            return endless;
        }
        if ((condition & XX) != 0 && endless) {
            return false;
        }
        if ((condition & GT) != 0) {
            return !endless && newMillis > currentMillis;
        }
        return (condition & LT) == 0 || endless || newMillis < currentMillis;
    }

    static void httl(Call call) {
        replyTimes(call, true, call.nowMillis());
    }

    static void hpttl(Call call) {
        replyTimes(call, false, call.nowMillis());
    }

    static void hexpiretime(Call call) {
        replyTimes(call, true, 0);
    }

    static void hpexpiretime(Call call) {
        replyTimes(call, false, 0);
    }

    /** Answers when fields expire, counted from a time, seconds rounded up; -1 without expiry, -2 without field. */
    private static void replyTimes(Call call, boolean inSeconds, long baseMillis) {
        HashValue hash = call.keys().read(ValueType.HASH, call.arg(1));
        FieldArguments fields = FieldArguments.parse(call, 2, COUNT_ERROR);
        ReplyWriter reply = call.reply();
        reply.array(fields.count());
        for (int i = 0; i < fields.count(); i++) {
            long expiryMillis = hash == null ? HashValue.NO_FIELD : hash.expiresAtMillis(fields.field(call, i));
            if (expiryMillis < 0) {
                reply.integer(expiryMillis);
            } else {
                long millis = Math.max(0, expiryMillis - baseMillis);
                reply.integer(inSeconds ? (millis + MILLIS_PER_SECOND - 1) / MILLIS_PER_SECOND : millis);
            }
        }
    }

    static void hpersist(Call call) {
        Bytes key = call.arg(1);
        HashValue hash = call.keys().modify(ValueType.HASH, key);
        FieldArguments fields = FieldArguments.parse(call, 2, COUNT_ERROR);
        ReplyWriter reply = call.reply();
        reply.array(fields.count());
        if (hash == null) {
            replyToEach(reply, fields.count(), NO_FIELD);
            return;
        }
        List<Bytes> changed = new ArrayList<>();
        for (int i = 0; i < fields.count(); i++) {
            Bytes field = fields.field(call, i);
            long expiryMillis = hash.expiresAtMillis(field);
            if (expiryMillis == HashValue.NO_FIELD) {
                reply.integer(NO_FIELD);
            } else if (expiryMillis == HashValue.NO_EXPIRY) {
                reply.integer(NO_EXPIRY);
            } else {
                hash.expireAt(field, HashValue.NO_EXPIRY);
                changed.add(field);
                reply.integer(DONE);
            }
        }
        if (!changed.isEmpty()) {
            call.changed(key, KeyEvent.HASH, "hpersist");
            FieldArguments.propagate(call, changed, HPERSIST, key);
        }
    }
}
