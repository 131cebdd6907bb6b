package dev.spinel.engine.command.bitmap;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;

/** The commands that look through the bits of a string: BITCOUNT and BITPOS. */
final class BitScan {
    private BitScan() {}

    static void bitcount(Call call) {
        StringValue value = call.keys().read(ValueType.STRING, call.arg(1));
        if (value == null) {
            call.reply().integer(0);
            return;
        }
        Bytes bytes = value.bytes();
        long first = 0;
        long last = Byte.SIZE * (long) bytes.length() - 1;
        if (call.argCount() == 4 || call.argCount() == 5) {
            long start = call.integerArg(2);
            long end = call.integerArg(3);
            if (start < 0 && end < 0 && start > end) {
                call.reply().integer(0);
                return;
            }
            boolean bits = call.argCount() == 5 && unitIsBit(call, 4);
            long size = bits ? last + 1 : bytes.length();
            first = firstBit(start, size, bits);
            last = lastBit(end, size, bits);
        } else if (call.argCount() != 2) {
            throw Errors.syntax();
        }
        call.reply().integer(first > last ? 0 : Bitmap.count(bytes, first, last));
    }

    static void bitpos(Call call) {
        long bit = call.integerArg(2);
        if (bit != 0 && bit != 1) {
            throw Errors.err("The bit argument must be 1 or 0.");
        }
        StringValue value = call.keys().read(ValueType.STRING, call.arg(1));
        if (value == null) {
            call.reply().integer(bit == 0 ? 0 : -1);
            return;
        }
        Bytes bytes = value.bytes();
        int argCount = call.argCount();
        long first = 0;
        long last = Byte.SIZE * (long) bytes.length() - 1;
        if (argCount > 3) {
            if (argCount > 6) {
                throw Errors.syntax();
            }
            long start = call.integerArg(3);
            boolean bits = argCount == 6 && unitIsBit(call, 5);
            long end = argCount > 4 ? call.integerArg(4) : -1;
            long size = bits ? last + 1 : bytes.length();
            first = firstBit(start, size, bits);
            last = lastBit(end, size, bits);
        }
        long found = first > last ? -1 : Bitmap.find(bytes, first, last, bit == 1);
        if (found < 0 && first <= last && bit == 0 && argCount < 5) {
            // Without an end the string counts as followed by clear bits for ever.
            found = last + 1;
        }
        call.reply().integer(found);
    }

    private static boolean unitIsBit(Call call, int index) {
        if (call.argIs(index, "BIT")) {
            return true;
        }
        if (!call.argIs(index, "BYTE")) {
            throw Errors.syntax();
        }
        return false;
    }

    /** The first bit of a range that starts at a byte or bit, from the end when negative, of so many. */
    private static long firstBit(long start, long size, boolean bits) {
        long index = Math.max(0, start < 0 ? size + start : start);
        // Beyond the end it only has to stay there.
        return bits ? index : Math.min(index, size) * Byte.SIZE;
    }

    /** The last bit of a range that ends at a byte or bit, from the end when negative, of so many; before 0 of none. */
    private static long lastBit(long end, long size, boolean bits) {
        long index = Math.min(Math.max(0, end < 0 ? size + end : end), size - 1);
        return bits ? index : index * Byte.SIZE + Byte.SIZE - 1;
    }
}
