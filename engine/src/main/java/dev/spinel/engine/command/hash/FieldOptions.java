package dev.spinel.engine.command.hash;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.error.Errors;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of HGETEX and HSETEX after the key, parsed. Options stand before or after the fields.
 *
 * <p>Source: the command pages of Redis 8 and Valkey 9. Engine thread only.
 */
final class FieldOptions {
    /** What becomes of the time to live of the fields. */
    enum TimeToLive {
        /** What the command does by itself. */
        UNSAID,
        /** They expire at {@link #expiresAtMillis}. */
        SET,
        KEEP,
        PERSIST
    }

    /** What HSETEX demands of the key, or of the fields. */
    private enum Condition {
        NONE,
        /** The key exists, or all of the fields do. */
        PRESENT,
        /** The key does not exist, or none of the fields does. */
        ABSENT
    }

    private final Call call;
    private final boolean sets;
    private final String commandName;
    private TimeToLive timeToLive = TimeToLive.UNSAID;
    private Condition ofKey = Condition.NONE;
    private Condition ofFields = Condition.NONE;
    private long expiresAtMillis = HashValue.NO_EXPIRY;
    private @Nullable FieldArguments fields;

    private FieldOptions(Call call, boolean sets) {
        this.call = call;
        this.sets = sets;
        this.commandName = sets ? "hsetex" : "hgetex";
    }

    static FieldOptions ofHgetex(Call call) {
        return new FieldOptions(call, false).parse();
    }

    static FieldOptions ofHsetex(Call call) {
        return new FieldOptions(call, true).parse();
    }

    TimeToLive timeToLive() {
        return timeToLive;
    }

    /** When the fields expire, in milliseconds of Unix time, if {@link TimeToLive#SET}. */
    long expiresAtMillis() {
        return expiresAtMillis;
    }

    FieldArguments fields() {
        if (fields == null) {
            throw sets
                    ? Errors.err("missing FIELDS argument")
                    : Errors.err("Mandatory argument FIELDS is missing or not at the right position");
        }
        return fields;
    }

    private FieldOptions parse() {
        int index = 2;
        while (index < call.argCount()) {
            index = parseOption(index);
        }
        fields();
        return this;
    }

    /** Parses what begins at an argument; returns the index behind it. */
    private int parseOption(int index) {
        if (call.argIs(index, "FIELDS")) {
            if (fields != null) {
                throw Errors.err("FIELDS keyword specified multiple times");
            }
            int argumentsPerField = sets ? 2 : 1;
            FieldArguments parsed = FieldArguments.parseAmongOptions(call, index, argumentsPerField);
            fields = parsed;
            return parsed.first() + parsed.count() * argumentsPerField;
        } else if (call.argIs(index, "EX")) {
            return time(index, true, call.nowMillis());
        } else if (call.argIs(index, "PX")) {
            return time(index, false, call.nowMillis());
        } else if (call.argIs(index, "EXAT")) {
            return time(index, true, 0);
        } else if (call.argIs(index, "PXAT")) {
            return time(index, false, 0);
        } else if (sets && call.argIs(index, "KEEPTTL")) {
            return timeToLive(index, TimeToLive.KEEP);
        } else if (!sets && call.argIs(index, "PERSIST")) {
            return timeToLive(index, TimeToLive.PERSIST);
        } else if (sets && call.argIs(index, "FNX")) {
            return conditionOfFields(index, Condition.ABSENT);
        } else if (sets && call.argIs(index, "FXX")) {
            return conditionOfFields(index, Condition.PRESENT);
        } else if (sets && call.argIs(index, "NX")) {
            return conditionOfKey(index, Condition.ABSENT);
        } else if (sets && call.argIs(index, "XX")) {
            return conditionOfKey(index, Condition.PRESENT);
        }
        throw unknown(index);
    }

    private RuntimeException unknown(int index) {
        if (fields != null) {
            return Errors.err("wrong number of arguments");
        }
        return sets
                ? Errors.err("unknown argument: " + call.arg(index).quotable(128))
                : Errors.err("Mandatory argument FIELDS is missing or not at the right position");
    }

    private int time(int index, boolean inSeconds, long baseMillis) {
        int next = timeToLive(index, TimeToLive.SET);
        if (next == call.argCount()) {
            throw Errors.wrongArity(commandName);
        }
        expiresAtMillis = FieldExpiry.absoluteMillis(call, next, inSeconds, baseMillis, commandName);
        return next + 1;
    }

    private int timeToLive(int index, TimeToLive value) {
        if (timeToLive != TimeToLive.UNSAID) {
            throw Errors.err("Only one of EX, PX, EXAT, PXAT or " + (sets ? "KEEPTTL" : "PERSIST")
                    + " arguments can be specified");
        }
        timeToLive = value;
        return index + 1;
    }

    private int conditionOfKey(int index, Condition value) {
        if (ofKey != Condition.NONE) {
            throw Errors.err("Only one of XX or NX arguments can be specified");
        }
        ofKey = value;
        return index + 1;
    }

    private int conditionOfFields(int index, Condition value) {
        if (ofFields != Condition.NONE) {
            throw Errors.err("Only one of FXX or FNX arguments can be specified");
        }
        ofFields = value;
        return index + 1;
    }

    /** Whether HSETEX may set its fields; the hash is null when the key is absent. */
    boolean allows(@Nullable HashValue hash) {
        boolean keyAllows =
                switch (ofKey) {
                    case NONE -> true;
                    case PRESENT -> hash != null;
                    case ABSENT -> hash == null;
                };
        return keyAllows
                && switch (ofFields) {
                    case NONE -> true;
                    case PRESENT -> hash != null && existing(hash) == fields().count();
                    case ABSENT -> hash == null || existing(hash) == 0;
                };
    }

    private int existing(HashValue hash) {
        int existing = 0;
        FieldArguments named = fields();
        for (int i = 0; i < named.count(); i++) {
            if (hash.contains(field(i))) {
                existing++;
            }
        }
        return existing;
    }

    /** A field of the command, from 0. */
    Bytes field(int index) {
        return call.arg(fields().first() + (sets ? 2 * index : index));
    }

    /** The value that HSETEX gives to a field. */
    Bytes value(int index) {
        return call.arg(fields().first() + 2 * index + 1);
    }
}
