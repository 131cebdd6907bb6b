package dev.spinel.engine.command.geo;

import dev.spinel.api.data.Numbers;

/** Doubles with a fixed number of digits after the point, as replies about places have them. */
final class FixedPoint {
    /** The most bytes of a coordinate. */
    static final int MAX_COORDINATE_LENGTH = 24;
    /** The most bytes of a distance. */
    static final int MAX_DISTANCE_LENGTH = Numbers.MAX_LONG_LENGTH + 2;

    private static final int COORDINATE_DIGITS = 17;
    private static final long COORDINATE_SCALE = 100_000_000_000_000_000L;
    private static final int DISTANCE_DIGITS = 4;
    private static final int DISTANCE_SCALE = 10_000;
    private static final int MANTISSA_BITS = 52;
    private static final int EXPONENT_BIAS = 1023;

    private FixedPoint() {}

    /**
     * Writes a longitude or latitude with its 17 digits after the point, correctly rounded ({@code %.17f}), without zeros
     * at the end; returns the number of bytes.
     */
    static int formatCoordinate(double value, byte[] target) {
        double magnitude = Math.abs(value);
        long whole = (long) magnitude;
        long fraction = scaledFraction(magnitude - whole);
        int at = 0;
        if (value < 0 && (whole | fraction) != 0) {
            target[at++] = '-';
        }
        at += Numbers.formatLong(whole, target, at);
        if (fraction == 0) {
            return at;
        }
        target[at++] = '.';
        int digits = COORDINATE_DIGITS;
        while (fraction % 10 == 0) {
            fraction /= 10;
            digits--;
        }
        return putDigits(fraction, digits, target, at);
    }

    /** A fraction below 1 times 10^17, rounded half to even: a product of 110 bits, shifted. It stays below 10^17. */
    private static long scaledFraction(double fraction) {
        if (fraction == 0) {
            return 0;
        }
        long bits = Double.doubleToRawLongBits(fraction);
        long mantissa = (bits & ((1L << MANTISSA_BITS) - 1)) | (1L << MANTISSA_BITS);
        int shift = EXPONENT_BIAS + MANTISSA_BITS - (int) (bits >>> MANTISSA_BITS);
        if (shift > 2 * Long.SIZE - 2) {
            return 0;
        }
        long high = Math.multiplyHigh(mantissa, COORDINATE_SCALE);
        long low = mantissa * COORDINATE_SCALE;
        if (shift >= Long.SIZE) {
            // What is shifted out of the upper word decides, and whether there is anything in the lower one.
            int rest = shift - Long.SIZE;
            long quotient = high >>> rest;
            long dropped = rest == 0 ? low : high << (Long.SIZE - rest);
            return quotient + roundUp(dropped, rest != 0 && low != 0, quotient);
        }
        long quotient = (high << (Long.SIZE - shift)) | (low >>> shift);
        return quotient + roundUp(low << (Long.SIZE - shift), false, quotient);
    }

    /** 1 if what was dropped, whose first bit is worth one half, rounds up. */
    private static int roundUp(long dropped, boolean more, long quotient) {
        if (dropped >= 0) {
            return 0;
        }
        boolean tie = dropped == Long.MIN_VALUE && !more;
        return tie && (quotient & 1) == 0 ? 0 : 1;
    }

    /** Writes a distance with 4 digits after the point, rounded half to even; returns the number of bytes. */
    static int formatDistance(double value, byte[] target) {
        long scaled = (long) Math.rint(value * DISTANCE_SCALE);
        int at = Numbers.formatLong(scaled / DISTANCE_SCALE, target, 0);
        target[at++] = '.';
        return putDigits(scaled % DISTANCE_SCALE, DISTANCE_DIGITS, target, at);
    }

    private static int putDigits(long digits, int count, byte[] target, int offset) {
        long rest = digits;
        for (int i = offset + count - 1; i >= offset; i--) {
            target[i] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return offset + count;
    }
}
