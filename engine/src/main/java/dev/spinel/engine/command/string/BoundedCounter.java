package dev.spinel.engine.command.string;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.LongDouble;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import org.jspecify.annotations.Nullable;

/**
 * The command INCREX: counts in a string, between bounds, and sets when the key expires.
 *
 * <p>An instance is one call. A sum outside of the bounds, or of the numbers there are, changes nothing unless SATURATE moves
 * it to the bound. Logged as SET, or as DEL when the new expiry is over already. Source: the command page of Redis 8.8.
 */
final class BoundedCounter {
    private static final Bytes SET = Bytes.of("SET");
    private static final Bytes DEL = Bytes.of("DEL");
    private static final Bytes KEEPTTL = Bytes.of("KEEPTTL");
    private static final Bytes PXAT = Bytes.of("PXAT");

    /** The index of an option that was not given; no option stands at this place. */
    private static final int ABSENT = 0;

    private final Call call;
    private final Keyspace keys;
    private final Bytes key;

    private boolean byFloat;
    private int incrementIndex = ABSENT;
    private int lowerIndex = ABSENT;
    private int upperIndex = ABSENT;
    private boolean saturates;
    private int expiryIndex = ABSENT;
    private boolean persists;
    private boolean onlyWithoutExpiry;

    private BoundedCounter(Call call) {
        this.call = call;
        keys = call.keys();
        key = call.arg(1);
    }

    static void increx(Call call) {
        BoundedCounter counter = new BoundedCounter(call);
        counter.parse();
        if (counter.byFloat) {
            counter.countFloat();
        } else {
            counter.countInteger();
        }
    }

    private void parse() {
        for (int i = 2; i < call.argCount(); i++) {
            if (!parseFlag(i)) {
                parseOption(i);
                i++;
            }
        }
        if (persists && (onlyWithoutExpiry || expiryIndex != ABSENT)) {
            throw Errors.syntax();
        }
        if (onlyWithoutExpiry && expiryIndex == ABSENT) {
            throw Errors.err("ENX flag requires an expiration option (EX, PX, EXAT or PXAT)");
        }
    }

    /** Takes over an option without value; false when the argument is none. */
    private boolean parseFlag(int index) {
        boolean repeated;
        if (call.argIs(index, "SATURATE")) {
            repeated = saturates;
            saturates = true;
        } else if (call.argIs(index, "PERSIST")) {
            repeated = persists;
            persists = true;
        } else if (call.argIs(index, "ENX")) {
            repeated = onlyWithoutExpiry;
            onlyWithoutExpiry = true;
        } else {
            return false;
        }
        if (repeated) {
            throw Errors.syntax();
        }
        return true;
    }

    /** Takes over an option whose value follows. */
    private void parseOption(int index) {
        int valueIndex = index + 1;
        if (valueIndex == call.argCount()) {
            throw Errors.syntax();
        }
        int previous;
        if (call.argIs(index, "BYINT") || call.argIs(index, "BYFLOAT")) {
            previous = incrementIndex;
            incrementIndex = valueIndex;
            byFloat = call.argIs(index, "BYFLOAT");
        } else if (call.argIs(index, "LBOUND")) {
            previous = lowerIndex;
            lowerIndex = valueIndex;
        } else if (call.argIs(index, "UBOUND")) {
            previous = upperIndex;
            upperIndex = valueIndex;
        } else if (isExpiry(index)) {
            previous = expiryIndex;
            expiryIndex = valueIndex;
        } else {
            throw Errors.syntax();
        }
        if (previous != ABSENT) {
            throw Errors.syntax();
        }
    }

    private boolean isExpiry(int index) {
        return isSeconds(index) || call.argIs(index, "PX") || call.argIs(index, "PXAT");
    }

    private boolean isSeconds(int index) {
        return call.argIs(index, "EX") || call.argIs(index, "EXAT");
    }

    private boolean isRelative(int index) {
        return call.argIs(index, "EX") || call.argIs(index, "PX");
    }

    /** When the key is to expire, {@link Keyspace#NO_EXPIRY} if that is not said. */
    private long newExpiryMillis() {
        if (expiryIndex == ABSENT) {
            return Keyspace.NO_EXPIRY;
        }
        int option = expiryIndex - 1;
        return StringOptions.expiresAtMillis(call, expiryIndex, isSeconds(option), isRelative(option), "increx");
    }

    private void countInteger() {
        long increment = integer(incrementIndex, 1, "Increment");
        long lower = integer(lowerIndex, Long.MIN_VALUE, "LBOUND");
        long upper = integer(upperIndex, Long.MAX_VALUE, "UBOUND");
        if (lower > upper) {
            throw contradictingBounds();
        }
        long expiryMillis = newExpiryMillis();
        StringValue value = keys.modify(ValueType.STRING, key);
        long old = value == null ? 0 : value.integer();
        long sum = old + increment;
        boolean overflow = ((old ^ sum) & (increment ^ sum)) < 0;
        if (overflow) {
            sum = increment < 0 ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
        if (overflow || sum < lower || sum > upper) {
            if (!saturates) {
                replyInteger(old, 0);
                return;
            }
            sum = Math.max(lower, Math.min(upper, sum));
        }
        long applied = sum - old;
        if (((sum ^ old) & (sum ^ applied)) < 0) {
            throw Errors.err("applied increment would overflow");
        }
        store(value, Bytes.of(Long.toString(sum)), "incrby", expiryMillis);
        replyInteger(sum, applied);
    }

    private long integer(int index, long absent, String name) {
        return index == ABSENT
                ? absent
                : call.integerArg(index, Long.MIN_VALUE, Long.MAX_VALUE, name + " is not an integer or out of range");
    }

    private void replyInteger(long result, long applied) {
        call.reply().array(2);
        call.reply().integer(result);
        call.reply().integer(applied);
    }

    private void countFloat() {
        LongDouble increment = real(incrementIndex, LongDouble.of(0), "Increment");
        if (!increment.isFinite()) {
            throw Errors.err("BYFLOAT increment cannot be Infinity");
        }
        LongDouble lower = bound(lowerIndex, LongDouble.MAX.negate(), "LBOUND");
        LongDouble upper = bound(upperIndex, LongDouble.MAX, "UBOUND");
        if (lower.compareTo(upper) > 0) {
            throw contradictingBounds();
        }
        long expiryMillis = newExpiryMillis();
        StringValue value = keys.modify(ValueType.STRING, key);
        LongDouble old = value == null ? LongDouble.of(0) : LongDouble.parse(value.bytes());
        if (old == null) {
            throw Errors.notAFloat();
        }
        if (!old.isFinite()) {
            throw Errors.err("value cannot be Infinity");
        }
        LongDouble sum = old.plus(increment);
        LongDouble applied = increment;
        if (sum.compareTo(lower) < 0 || sum.compareTo(upper) > 0) {
            if (!saturates) {
                replyFloat(old, LongDouble.of(0));
                return;
            }
            sum = sum.compareTo(lower) < 0 ? lower : upper;
            applied = sum.plus(old.negate());
        }
        if (!applied.isFinite()) {
            throw Errors.incrementNotFinite();
        }
        store(value, sum.text(), "incrbyfloat", expiryMillis);
        replyFloat(sum, applied);
    }

    private LongDouble real(int index, LongDouble absent, String name) {
        if (index == ABSENT) {
            return absent;
        }
        LongDouble value = LongDouble.parse(call.arg(index));
        if (value == null) {
            throw Errors.err(name + " is not a valid float");
        }
        return value;
    }

    /** A bound; an infinite one bounds no more than the largest number does. */
    private LongDouble bound(int index, LongDouble absent, String name) {
        LongDouble value = real(index, absent, name);
        LongDouble largest = LongDouble.MAX;
        if (value.compareTo(largest) > 0) {
            return largest;
        }
        return value.compareTo(largest.negate()) < 0 ? largest.negate() : value;
    }

    private void replyFloat(LongDouble result, LongDouble applied) {
        call.reply().array(2);
        replyFloat(result.text());
        replyFloat(applied.text());
    }

    private void replyFloat(Bytes digits) {
        call.reply().realDigits(digits.array(), digits.offset(), digits.length());
    }

    private static CommandException contradictingBounds() {
        return Errors.err("LBOUND can't be greater than UBOUND");
    }

    /** Stores a result and its expiry, or removes the key when that is over. */
    private void store(@Nullable StringValue value, Bytes result, String event, long expiryMillis) {
        boolean hadExpiry = value != null && keys.expiresAtMillis(key) != Keyspace.NO_EXPIRY;
        boolean expires = expiryMillis != Keyspace.NO_EXPIRY && !(onlyWithoutExpiry && hadExpiry);
        if (expires && keys.isPast(expiryMillis)) {
            if (keys.remove(key)) {
                call.changed(key, KeyEvent.GENERIC, "del");
                call.propagateAs(DEL, key);
            }
            return;
        }
        keys.setString(key, result, !persists);
        call.changed(key, KeyEvent.STRING, event);
        if (expires) {
            keys.expireAt(key, expiryMillis);
            call.event(keys, key, KeyEvent.GENERIC, "expire");
            call.propagateAs(SET, key, result, PXAT, Bytes.of(Long.toString(expiryMillis)));
        } else if (persists) {
            if (hadExpiry) {
                call.event(keys, key, KeyEvent.GENERIC, "persist");
            }
            call.propagateAs(SET, key, result);
        } else {
            call.propagateAs(SET, key, result, KEEPTTL);
        }
    }
}
