package dev.spinel.engine.command.bitmap;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;

/**
 * Positions of bits in strings as arguments give them: bit 0 is the most significant one of the first byte.
 *
 * <p>A position lies within the longest string that {@code proto-max-bulk-len} allows.
 */
final class BitOffset {
    /** No configuration allows less, so nearer bits need no look at it. */
    private static final long ALWAYS_ALLOWED_BYTES = 1024 * 1024;
    /** Some bytes less than an array can hold, for what lies beside a string in its record. */
    private static final long MAX_STRING_BYTES = Integer.MAX_VALUE - 1024;

    private BitOffset() {}

    /** The position in an argument, or {@code ERR bit offset is not an integer or out of range}. */
    static long parse(Call call, int index) {
        Bytes text = call.arg(index);
        return checked(call, text.array(), text.offset(), text.length(), 1);
    }

    /** As {@link #parse}, but {@code #n} stands for the {@code n}-th field, from 0, of fields that are so wide. */
    static long parse(Call call, int index, int fieldBits) {
        Bytes text = call.arg(index);
        if (!text.isEmpty() && text.at(0) == '#') {
            return checked(call, text.array(), text.offset() + 1, text.length() - 1, fieldBits);
        }
        return parse(call, index);
    }

    private static long checked(Call call, byte[] array, int offset, int length, int unitBits) {
        if (!Numbers.isLong(array, offset, length)) {
            throw outOfRange();
        }
        long units = Numbers.parseLong(array, offset, length);
        if (units < 0 || units > Long.MAX_VALUE / unitBits) {
            throw outOfRange();
        }
        long bit = units * unitBits;
        long lastByte = bit >>> 3;
        if (lastByte >= ALWAYS_ALLOWED_BYTES
                && lastByte >= Math.min(MAX_STRING_BYTES, call.configNumber("proto-max-bulk-len"))) {
            throw outOfRange();
        }
        return bit;
    }

    private static CommandException outOfRange() {
        return Errors.err("bit offset is not an integer or out of range");
    }
}
