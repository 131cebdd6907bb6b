package dev.spinel.engine.command.hash;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.LongDouble;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands that count in fields: HINCRBY and HINCRBYFLOAT. Engine thread only. */
final class HashCounter {
    private static final Bytes HSET = Bytes.of("HSET");

    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];
    /** The digits of a sum, valid until the next one. */
    private final Bytes text = new Bytes();

    void hincrby(Call call) {
        long increment = call.integerArg(3);
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        Bytes field = call.arg(2);
        HashValue hash = keys.modify(ValueType.HASH, key);
        Bytes value = hash == null ? null : hash.get(field);
        long old = 0;
        if (value != null) {
            if (!Numbers.isLong(value)) {
                throw Errors.err("hash value is not an integer");
            }
            old = Numbers.parseLong(value);
        }
        long sum = old + increment;
        if (((old ^ sum) & (increment ^ sum)) < 0) {
            throw Errors.incrementOverflow();
        }
        text.set(digits, 0, Numbers.formatLong(sum, digits, 0));
        boolean replacesExpired = value == null && hash != null && hash.hasExpiringFields();
        put(call, hash, text, "hincrby");
        if (replacesExpired) {
            // The field may be over but not yet reclaimed, and whoever repeats the command would count on from it.
            call.propagateAs(HSET, key, field, text);
        }
        call.reply().integer(sum);
    }

    /** Logged as HSET or, with a time to live, HSETEX, so that the result never depends on the arithmetic of who replays it. */
    void hincrbyfloat(Call call) {
        LongDouble increment = LongDouble.parse(call.arg(3));
        if (increment == null) {
            throw Errors.notAFloat();
        }
        if (!increment.isFinite()) {
            throw Errors.err("value is NaN or Infinity");
        }
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        Bytes field = call.arg(2);
        HashValue hash = keys.modify(ValueType.HASH, key);
        Bytes value = hash == null ? null : hash.get(field);
        LongDouble old = value == null ? LongDouble.of(0) : LongDouble.parse(value);
        if (old == null) {
            throw Errors.err("hash value is not a float");
        }
        LongDouble sum = old.plus(increment);
        if (!sum.isFinite()) {
            throw Errors.incrementNotFinite();
        }
        Bytes result = sum.text();
        long expiresAtMillis =
                hash == null || !hash.hasExpiringFields() ? HashValue.NO_EXPIRY : hash.expiresAtMillis(field);
        put(call, hash, result, "hincrbyfloat");
        if (expiresAtMillis > 0) {
            FieldArguments.propagateExpiring(call, List.of(field, result), expiresAtMillis);
        } else {
            call.propagateAs(HSET, key, field, result);
        }
        call.reply().bulk(result);
    }

    /**
     * Sets the field of the second argument, which keeps its time to live, and tells of the change; {@code hash} is null when
     * the key is absent.
     */
    private static void put(Call call, @Nullable HashValue hash, Bytes value, String event) {
        Bytes key = call.arg(1);
        HashValue target = hash == null ? call.keys().modifyOrCreate(ValueType.HASH, key) : hash;
        target.update(call.arg(2), value);
        call.changed(key, KeyEvent.HASH, event);
    }
}
