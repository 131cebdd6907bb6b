package dev.spinel.api.data;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A number of C's {@code long double} on x86-64, in which Redis computes INCRBYFLOAT and HINCRBYFLOAT: 64 bits of mantissa,
 * 15 of exponent.
 *
 * <p>Immutable; any thread. Every operation allocates.
 */
public final class LongDouble implements Comparable<LongDouble> {
    private static final int MANTISSA_BITS = 64;
    /** Exponent of the last bit of the smallest number, 2^-16445. */
    private static final int MIN_UNIT_EXPONENT = -16445;
    /** Numbers have at most this many bits before the point. */
    private static final int MAX_INTEGER_BITS = 16384;
    /** Text longer than this denotes no number. */
    private static final int MAX_TEXT_LENGTH = 5119;
    /** Decimal exponents of the first digit beyond which a number certainly overflows or vanishes. */
    private static final int DECIMAL_RANGE = 5000;

    private static final int FRACTION_DIGITS = 17;
    private static final BigInteger FRACTION_SCALE = BigInteger.TEN.pow(FRACTION_DIGITS);

    private static final LongDouble INFINITY = new LongDouble(BigInteger.ONE, Integer.MAX_VALUE);
    private static final LongDouble NEGATIVE_INFINITY = new LongDouble(BigInteger.ONE.negate(), Integer.MAX_VALUE);

    /** The largest finite number. */
    public static final LongDouble MAX = new LongDouble(
            BigInteger.ONE.shiftLeft(MANTISSA_BITS).subtract(BigInteger.ONE), MAX_INTEGER_BITS - MANTISSA_BITS);

    /** The value is {@code mantissa * 2^exponent}; infinity has the largest exponent. */
    private final BigInteger mantissa;

    private final int exponent;

    private LongDouble(BigInteger mantissa, int exponent) {
        this.mantissa = mantissa;
        this.exponent = exponent;
    }

    /** The number that a long is; exact. */
    public static LongDouble of(long value) {
        return new LongDouble(BigInteger.valueOf(value), 0);
    }

    /**
     * The number that the bytes denote, rounded half to even, or null if they denote none.
     *
     * <p>As strtold in the C locale, but neither blanks nor NaN nor what overflows or vanishes.
     */
    public static @Nullable LongDouble parse(Bytes text) {
        if (text.length() > MAX_TEXT_LENGTH) {
            return null;
        }
        byte[] array = text.array();
        int at = text.offset();
        int end = at + text.length();
        boolean negative = at < end && array[at] == '-';
        if (negative || (at < end && array[at] == '+')) {
            at++;
        }
        if (Numbers.isWord(array, at, end, "inf") || Numbers.isWord(array, at, end, "infinity")) {
            return negative ? NEGATIVE_INFINITY : INFINITY;
        }
        boolean hexadecimal = end - at > 2 && array[at] == '0' && (array[at + 1] | 0x20) == 'x';
        if (hexadecimal) {
            at += 2;
        }
        return parseMagnitude(array, at, end, hexadecimal ? 16 : 10, negative);
    }

    private static @Nullable LongDouble parseMagnitude(byte[] array, int start, int end, int radix, boolean negative) {
        StringBuilder digits = new StringBuilder(end - start + 1);
        int fractionDigits = 0;
        boolean afterPoint = false;
        int at = start;
        for (; at < end; at++) {
            int b = array[at];
            if (Character.digit(b, radix) >= 0) {
                digits.append((char) b);
                fractionDigits += afterPoint ? 1 : 0;
            } else if (b == '.' && !afterPoint) {
                afterPoint = true;
            } else {
                break;
            }
        }
        if (digits.length() == 0) {
            return null;
        }
        long scale = 0;
        if (at < end) {
            if ((array[at] | 0x20) != (radix == 16 ? 'p' : 'e') || !Numbers.isExponent(array, at + 1, end)) {
                return null;
            }
            scale = Numbers.exponent(array, at + 1, end);
        }
        BigInteger magnitude = new BigInteger(digits.toString(), radix);
        BigInteger integer = negative ? magnitude.negate() : magnitude;
        if (magnitude.signum() == 0) {
            return of(0);
        }
        LongDouble value = radix == 16
                ? scaleBinary(integer, scale - 4L * fractionDigits)
                : scaleDecimal(integer, scale - fractionDigits);
        return value.isFinite() && value.mantissa.signum() != 0 ? value : null;
    }

    private static LongDouble scaleBinary(BigInteger integer, long exponent) {
        // Far outside of the range of numbers, yet near enough for the arithmetic of int.
        return rounded(integer, (int) Math.max(-100_000, Math.min(100_000, exponent)), false);
    }

    private static LongDouble scaleDecimal(BigInteger integer, long exponent) {
        long firstDigit = exponent + (long) (integer.bitLength() * 0.30103);
        if (firstDigit > DECIMAL_RANGE) {
            return integer.signum() < 0 ? NEGATIVE_INFINITY : INFINITY;
        }
        if (firstDigit < -DECIMAL_RANGE) {
            return of(0);
        }
        if (exponent >= 0) {
            return rounded(integer.multiply(BigInteger.TEN.pow((int) exponent)), 0, false);
        }
        BigInteger divisor = BigInteger.TEN.pow((int) -exponent);
        // Two bits more than the mantissa's: what the quotient drops then only breaks ties.
        int shift = Math.max(0, MANTISSA_BITS + 2 + divisor.bitLength() - integer.bitLength());
        BigInteger[] parts = integer.abs().shiftLeft(shift).divideAndRemainder(divisor);
        BigInteger quotient = integer.signum() < 0 ? parts[0].negate() : parts[0];
        return rounded(quotient, -shift, parts[1].signum() != 0);
    }

    /** {@code integer * 2^exponent}, a little more in magnitude if {@code more}, rounded half to even. */
    private static LongDouble rounded(BigInteger integer, int exponent, boolean more) {
        BigInteger magnitude = integer.abs();
        int drop = Math.max(magnitude.bitLength() - MANTISSA_BITS, MIN_UNIT_EXPONENT - exponent);
        if (drop > 0) {
            boolean half = magnitude.testBit(drop - 1);
            boolean beyondHalf = more || magnitude.getLowestSetBit() < drop - 1;
            magnitude = magnitude.shiftRight(drop);
            if (half && (beyondHalf || magnitude.testBit(0))) {
                magnitude = magnitude.add(BigInteger.ONE);
            }
        }
        int unit = exponent + Math.max(0, drop);
        boolean negative = integer.signum() < 0;
        if (magnitude.bitLength() + unit > MAX_INTEGER_BITS) {
            return negative ? NEGATIVE_INFINITY : INFINITY;
        }
        return new LongDouble(negative ? magnitude.negate() : magnitude, unit);
    }

    /** Whether this is neither infinite nor the sum of opposite infinities. */
    public boolean isFinite() {
        return exponent != Integer.MAX_VALUE;
    }

    /** The sum, rounded half to even; not finite if a term is not, or if the sum overflows. */
    public LongDouble plus(LongDouble other) {
        if (!isFinite() || !other.isFinite()) {
            return isFinite() ? other : this;
        }
        int unit = Math.min(exponent, other.exponent);
        BigInteger sum = mantissa.shiftLeft(exponent - unit).add(other.mantissa.shiftLeft(other.exponent - unit));
        return rounded(sum, unit, false);
    }

    /** The number of the other sign. */
    public LongDouble negate() {
        return new LongDouble(mantissa.negate(), exponent);
    }

    /** Compares by value; the infinities are the least and the greatest. */
    @Override
    public int compareTo(LongDouble other) {
        if (!isFinite() || !other.isFinite()) {
            return Integer.compare(infiniteSign(), other.infiniteSign());
        }
        int unit = Math.min(exponent, other.exponent);
        return mantissa.shiftLeft(exponent - unit).compareTo(other.mantissa.shiftLeft(other.exponent - unit));
    }

    private int infiniteSign() {
        return isFinite() ? 0 : mantissa.signum();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LongDouble number && compareTo(number) == 0;
    }

    @Override
    public int hashCode() {
        int zeros = Math.max(0, mantissa.getLowestSetBit());
        return 31 * mantissa.shiftRight(zeros).hashCode() + (mantissa.signum() == 0 ? 0 : exponent + zeros);
    }

    /** Decimal digits without exponent, at most 17 after the point, without trailing zeros; for a finite number. */
    public Bytes text() {
        if (exponent >= 0) {
            return Bytes.of(mantissa.shiftLeft(exponent).toString());
        }
        BigInteger scaled = mantissa.abs().multiply(FRACTION_SCALE);
        boolean half = scaled.testBit(-exponent - 1);
        boolean beyondHalf = scaled.getLowestSetBit() < -exponent - 1;
        BigInteger units = scaled.shiftRight(-exponent);
        if (half && (beyondHalf || units.testBit(0))) {
            units = units.add(BigInteger.ONE);
        }
        if (units.signum() == 0) {
            return Bytes.of("0");
        }
        StringBuilder text = new StringBuilder(units.toString());
        while (text.length() <= FRACTION_DIGITS) {
            text.insert(0, '0');
        }
        text.insert(text.length() - FRACTION_DIGITS, '.');
        int length = text.length();
        while (text.charAt(length - 1) == '0') {
            length--;
        }
        text.setLength(text.charAt(length - 1) == '.' ? length - 1 : length);
        if (mantissa.signum() < 0) {
            text.insert(0, '-');
        }
        return Bytes.of(text.toString().getBytes(StandardCharsets.US_ASCII));
    }
}
