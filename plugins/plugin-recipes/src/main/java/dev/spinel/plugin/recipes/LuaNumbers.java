package dev.spinel.plugin.recipes;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.error.Errors;

/** Numbers as scripts read, compare and write them. Any thread. */
final class LuaNumbers {
    /** From here on not every integer is a double. */
    static final double MAX_EXACT = 0x1p53;

    /** 2020-01-01T00:00Z in microseconds of Unix time, from which stored times count so that doubles hold them exactly. */
    private static final long EPOCH_MICROS = 1_577_836_800_000_000L;

    private static final long MICROS_PER_MILLI = 1000;

    /** The longest text: {@code -2.2250738585072014e-308}. */
    static final int MAX_TEXT_BYTES = 24;

    private LuaNumbers() {}

    /** A time of the server as states hold it. */
    static double sinceEpoch(long unixMicros) {
        return unixMicros - EPOCH_MICROS;
    }

    /** A time as states hold it in milliseconds of Unix time, rounded up. */
    static long unixMillis(double sinceEpoch) {
        return EPOCH_MICROS / MICROS_PER_MILLI + (long) Math.ceil(sinceEpoch / MICROS_PER_MILLI);
    }

    /** A stored number, or {@code ERR value is not a valid float}; infinite ones are not. */
    static double parse(Bytes text) {
        double value = Numbers.parseDouble(text);
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            throw Errors.notAFloat();
        }
        return value;
    }

    /** A number as {@code string.format('%.17g')} writes it, so that nothing of it is lost. */
    static Bytes text(double value) {
        byte[] array = new byte[MAX_TEXT_BYTES];
        Bytes text = new Bytes();
        text.set(array, 0, Numbers.formatDouble(value, array, 0));
        return text;
    }

    /** An integer as {@code string.format('%.0f')} writes it. */
    static Bytes decimal(long value) {
        byte[] array = new byte[Numbers.MAX_LONG_LENGTH];
        Bytes text = new Bytes();
        text.set(array, 0, Numbers.formatLong(value, array, 0));
        return text;
    }

    /** As {@code math.max}: unlike Java's it takes the first of 0 and -0, and of a number and NaN. */
    static double max(double first, double second) {
        return second > first ? second : first;
    }

    /** As {@code math.min}; {@link #max} tells the difference to Java's. */
    static double min(double first, double second) {
        return second < first ? second : first;
    }

    /** A number as a reply of a script carries it: cut towards zero, and the least one if it is none of 64 bits. */
    static long toInteger(double value) {
        return value >= -0x1p63 && value < 0x1p63 ? (long) value : Long.MIN_VALUE;
    }
}
