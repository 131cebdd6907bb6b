package dev.spinel.engine.command.bitmap;

import static dev.spinel.engine.command.bitmap.Bitmap.WORDS;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import org.jspecify.annotations.Nullable;

/**
 * BITFIELD and BITFIELD_RO: integers of 1 to 64 bits at any bit of a string.
 *
 * <p>An instance walks over the operations of one call. That is done twice, first to check them all and to see how far
 * they reach, then to carry them out.
 */
final class BitField {
    private static final int FIRST_OPERATION = 2;

    private final Call call;
    private int at = FIRST_OPERATION;
    private Overflow overflow = Overflow.WRAP;

    // The operation that next() found.
    private Kind kind = Kind.GET;
    private boolean signed;
    private int bits;
    private long position;
    private long operand;

    private BitField(Call call) {
        this.call = call;
    }

    private enum Kind {
        GET(2),
        SET(3),
        INCRBY(3);

        private static final Kind[] ALL = values();

        private final int argCount;

        Kind(int argCount) {
            this.argCount = argCount;
        }
    }

    /** What becomes of a number that does not fit its field. */
    private enum Overflow {
        WRAP,
        SAT,
        FAIL;

        private static final Overflow[] ALL = values();
    }

    static void bitfield(Call call) {
        execute(call, false);
    }

    static void bitfieldRo(Call call) {
        execute(call, true);
    }

    private static void execute(Call call, boolean readOnly) {
        BitField check = new BitField(call);
        int operations = 0;
        long lastWritten = -1;
        while (check.next()) {
            operations++;
            if (check.kind != Kind.GET) {
                lastWritten = Math.max(lastWritten, check.position + check.bits - 1);
            }
        }
        if (lastWritten < 0) {
            StringValue value = call.keys().read(ValueType.STRING, call.arg(1));
            new BitField(call).run(operations, value, false);
            return;
        }
        if (readOnly) {
            throw Errors.err("BITFIELD_RO only supports the GET subcommand");
        }
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        StringValue old = keys.modify(ValueType.STRING, key);
        int oldLength = old == null ? -1 : old.length();
        StringValue value = Bitmap.writable(call, keys, lastWritten);
        boolean grown = value.length() != oldLength;
        if (new BitField(call).run(operations, value, grown)) {
            call.changed(key, KeyEvent.STRING, "setbit");
        } else if (grown) {
            // Redis takes this for no change, but the log and the replicas are to hold the same string.
            call.changed(key);
        }
    }

    /** Moves to the next operation and checks it; false when there is none. */
    private boolean next() {
        while (at < call.argCount() && call.argIs(at, "OVERFLOW") && at + 1 < call.argCount()) {
            overflow = overflowAt(at + 1);
            at += 2;
        }
        if (at >= call.argCount()) {
            return false;
        }
        kind = kindAt(at);
        parseType(call.arg(at + 1));
        position = BitOffset.parse(call, at + 2, bits);
        operand = kind == Kind.GET ? 0 : call.integerArg(at + 3);
        at += 1 + kind.argCount;
        return true;
    }

    private Overflow overflowAt(int index) {
        for (Overflow candidate : Overflow.ALL) {
            if (call.argIs(index, candidate.name())) {
                return candidate;
            }
        }
        throw Errors.err("Invalid OVERFLOW type specified");
    }

    private Kind kindAt(int index) {
        for (Kind candidate : Kind.ALL) {
            if (call.argIs(index, candidate.name()) && index + candidate.argCount < call.argCount()) {
                return candidate;
            }
        }
        throw Errors.syntax();
    }

    /** Parses {@code u} and 1 to 63, or {@code i} and 1 to 64. */
    private void parseType(Bytes text) {
        if (text.isEmpty() || (text.at(0) != 'i' && text.at(0) != 'u')) {
            throw invalidType();
        }
        signed = text.at(0) == 'i';
        if (!Numbers.isLong(text.array(), text.offset() + 1, text.length() - 1)) {
            throw invalidType();
        }
        long width = Numbers.parseLong(text.array(), text.offset() + 1, text.length() - 1);
        if (width < 1 || width > (signed ? Long.SIZE : Long.SIZE - 1)) {
            throw invalidType();
        }
        bits = (int) width;
    }

    private static CommandException invalidType() {
        return Errors.err(
                "Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.");
    }

    /** Carries out all operations and answers them; whether a field changed, or was written to a string that grew. */
    private boolean run(int operations, @Nullable StringValue value, boolean grown) {
        ReplyWriter reply = call.reply();
        reply.array(operations);
        boolean changed = false;
        while (next()) {
            long old = value == null ? 0 : read(value.bytes());
            if (kind == Kind.GET || value == null) {
                reply.integer(old);
                continue;
            }
            long exact = kind == Kind.SET ? operand : old + operand;
            int beyond = kind == Kind.SET ? beyondRange(operand, 0) : beyondRange(old, operand);
            if (beyond != 0 && overflow == Overflow.FAIL) {
                reply.nil();
                continue;
            }
            long fitting = beyond == 0 ? exact : fit(exact, beyond);
            reply.integer(kind == Kind.SET ? old : fitting);
            write(value, fitting);
            changed |= grown || fitting != old;
        }
        return changed;
    }

    /** Whether a sum is too large for the field, 1, too small, -1, or neither, 0. */
    private int beyondRange(long number, long increment) {
        long sum = number + increment;
        if (((number ^ sum) & (increment ^ sum)) < 0) {
            return increment > 0 ? 1 : -1;
        }
        if (sum > max()) {
            return 1;
        }
        if (sum >= min()) {
            return 0;
        }
        // A negative number that is SET counts as a large unsigned one.
        return !signed && kind == Kind.SET ? 1 : -1;
    }

    private long max() {
        return signed ? Long.MAX_VALUE >>> (Long.SIZE - bits) : -1L >>> (Long.SIZE - bits);
    }

    private long min() {
        return signed ? -max() - 1 : 0;
    }

    private long fit(long number, int beyond) {
        if (overflow == Overflow.SAT) {
            return beyond > 0 ? max() : min();
        }
        return aligned(number << (Long.SIZE - bits));
    }

    /** The number in the most significant bits of a word. */
    private long aligned(long word) {
        return signed ? word >> (Long.SIZE - bits) : word >>> (Long.SIZE - bits);
    }

    /** The number at the position; what lies beyond the end of the string is zero. */
    private long read(Bytes bytes) {
        long index = position >>> 3;
        int shift = (int) (position & 7);
        long word;
        int ninth = 0;
        if (index + Long.BYTES < bytes.length()) {
            int offset = bytes.offset() + (int) index;
            word = (long) WORDS.get(bytes.array(), offset);
            ninth = bytes.array()[offset + Long.BYTES] & 0xFF;
        } else {
            word = 0;
            for (long i = index; i < index + Long.BYTES; i++) {
                word = word << Byte.SIZE | (i < bytes.length() ? bytes.at((int) i) & 0xFF : 0);
            }
        }
        return aligned(word << shift | ninth >>> (Byte.SIZE - shift));
    }

    /** Writes a number at the position, from its least significant bits on. */
    private void write(StringValue value, long number) {
        long rest = number;
        int left = bits;
        long end = position + bits;
        while (left > 0) {
            int index = (int) ((end - 1) >>> 3);
            int unused = 7 - (int) ((end - 1) & 7);
            int count = Math.min(left, Byte.SIZE - unused);
            int mask = ((1 << count) - 1) << unused;
            int old = value.bytes().at(index);
            value.setByte(index, (byte) ((old & ~mask) | ((int) rest << unused & mask)));
            rest >>>= count;
            end -= count;
            left -= count;
        }
    }
}
