package dev.spinel.engine.command.string;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.LongDouble;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands that count in strings: INCR, INCRBY, DECR, DECRBY and INCRBYFLOAT. */
final class StringCounter {
    private static final Bytes SET = Bytes.of("SET");
    private static final Bytes KEEPTTL = Bytes.of("KEEPTTL");

    private StringCounter() {}

    static void incr(Call call) {
        add(call, 1);
    }

    static void decr(Call call) {
        add(call, -1);
    }

    static void incrby(Call call) {
        add(call, call.integerArg(2));
    }

    static void decrby(Call call) {
        long decrement = call.integerArg(2);
        if (decrement == Long.MIN_VALUE) {
            throw Errors.err("decrement would overflow");
        }
        add(call, -decrement);
    }

    private static void add(Call call, long increment) {
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        StringValue value = keys.modify(ValueType.STRING, key);
        long old = value == null ? 0 : value.integer();
        long sum = old + increment;
        if (((old ^ sum) & (increment ^ sum)) < 0) {
            throw Errors.incrementOverflow();
        }
        if (value == null) {
            value = keys.modifyOrCreate(ValueType.STRING, key);
        }
        value.set(sum);
        call.changed(key, KeyEvent.STRING, "incrby");
        call.reply().integer(sum);
    }

    /** Logged as SET, so that the result never depends on the arithmetic of who replays it. */
    static void incrbyfloat(Call call) {
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        StringValue value = keys.modify(ValueType.STRING, key);
        LongDouble old = value == null ? LongDouble.of(0) : LongDouble.parse(value.bytes());
        LongDouble increment = LongDouble.parse(call.arg(2));
        if (old == null || increment == null) {
            throw Errors.notAFloat();
        }
        LongDouble sum = old.plus(increment);
        if (!sum.isFinite()) {
            throw Errors.incrementNotFinite();
        }
        Bytes text = sum.text();
        keys.setString(key, text, true);
        call.changed(key, KeyEvent.STRING, "incrbyfloat");
        call.propagateAs(SET, key, text, KEEPTTL);
        call.reply().bulk(text);
    }
}
