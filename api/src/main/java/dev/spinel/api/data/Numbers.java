package dev.spinel.api.data;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Integers and doubles from and to text, with exactly the forms that Redis accepts and writes.
 *
 * <p>Nothing here allocates in the usual cases. Any thread.
 */
public final class Numbers {
    /*
     * Doubles. Redis writes 17 significant digits ("%.17g") and reads with strtod. Both directions multiply the 64-bit
     * mantissa of the one base by a 128-bit power of ten (PowersOfTen) and look at the fraction that rounding would drop.
     * The product is at most 2^64 units too small in its 192 bits; only if the true fraction may lie on the other side of
     * one half than the computed one (about one value in 2^60, and exact ties) does the JDK's exact, allocating
     * arithmetic decide. The idea is that of D. Lemire, Number parsing at a gigabyte per second, 2021.
     */

    /** The most bytes that {@link #formatLong} writes. */
    public static final int MAX_LONG_LENGTH = 20;

    /** The most bytes that {@link #formatDouble} and {@link #formatScore} write. */
    public static final int MAX_DOUBLE_LENGTH = 24;

    private static final int SIGNIFICANT_DIGITS = 17;
    private static final long MAX_17_DIGITS = 100_000_000_000_000_000L;
    /** Integers of this size and more may not be written as such where Redis asks whether a double is one. */
    private static final double MAX_INTEGRAL_SCORE = 0x1p62;

    private static final double[] EXACT_DOUBLE_POWERS = {
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22
    };
    private static final long[] LONG_POWERS = new long[19];

    static {
        long power = 1;
        for (int i = 0; i < LONG_POWERS.length; i++) {
            LONG_POWERS[i] = power;
            power *= 10;
        }
    }

    private static final byte[] SMALLEST_LONG = Long.toString(Long.MIN_VALUE).getBytes(StandardCharsets.US_ASCII);

    private Numbers() {}

    /** Whether the bytes are the canonical decimal form of a long: no plus, no leading zero, no {@code -0}. */
    public static boolean isLong(Bytes text) {
        return isLong(text.array(), text.offset(), text.length());
    }

    /** Whether the bytes are the canonical decimal form of a long: no plus, no leading zero, no {@code -0}. */
    public static boolean isLong(byte[] array, int offset, int length) {
        return convert(array, offset, length) != Long.MIN_VALUE || isSmallestLong(array, offset, length);
    }

    /** The long that the bytes denote, the smallest one also if they denote none. */
    private static long convert(byte[] array, int offset, int length) {
        if (length == 0 || length > MAX_LONG_LENGTH) {
            return Long.MIN_VALUE;
        }
        boolean negative = array[offset] == '-';
        int start = negative ? offset + 1 : offset;
        int end = offset + length;
        int digits = end - start;
        if (digits == 0 || digits > 19 || (array[start] == '0' && length > 1)) {
            return Long.MIN_VALUE;
        }
        long value = 0;
        for (int i = start; i < end; i++) {
            int digit = array[i] - '0';
            if (digit < 0 || digit > 9) {
                return Long.MIN_VALUE;
            }
            value = value * 10 + digit;
        }
        // 19 digits stay below 2^64, so that an overflow shows as a negative number.
        if (value < 0) {
            return Long.MIN_VALUE;
        }
        return negative ? -value : value;
    }

    private static boolean isSmallestLong(byte[] array, int offset, int length) {
        return Arrays.equals(array, offset, offset + length, SMALLEST_LONG, 0, SMALLEST_LONG.length);
    }

    /**
     * The long that the bytes denote.
     *
     * @throws NumberFormatException if not {@link #isLong(Bytes)}
     */
    public static long parseLong(Bytes text) {
        return parseLong(text.array(), text.offset(), text.length());
    }

    /**
     * The long that the bytes denote.
     *
     * @throws NumberFormatException if not {@link #isLong(byte[], int, int)}
     */
    public static long parseLong(byte[] array, int offset, int length) {
        long value = convert(array, offset, length);
        if (value == Long.MIN_VALUE && !isSmallestLong(array, offset, length)) {
            throw new NumberFormatException("not the canonical form of a long, length " + length);
        }
        return value;
    }

    /** The number of bytes of a long's decimal form. */
    public static int lengthOfLong(long value) {
        if (value == Long.MIN_VALUE) {
            return MAX_LONG_LENGTH;
        }
        return value < 0 ? 1 + digits(-value) : digits(value);
    }

    /** Writes the decimal form of a long at an offset; returns the number of bytes written. */
    public static int formatLong(long value, byte[] target, int offset) {
        int length = lengthOfLong(value);
        int at = offset + length;
        // Negative remainders, because the smallest long has no positive counterpart.
        long rest = value < 0 ? value : -value;
        do {
            target[--at] = (byte) ('0' - rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (value < 0) {
            target[--at] = '-';
        }
        return length;
    }

    /**
     * The double that the bytes denote, or NaN if they denote none.
     *
     * <p>As strtod in the C locale: decimal and hexadecimal forms, {@code inf} and {@code infinity} in any case, a sign. No
     * blanks, no NaN; a number too large or too small for a double other than zero is none.
     */
    public static double parseDouble(Bytes text) {
        return parseDouble(text.array(), text.offset(), text.length());
    }

    /** The double that the bytes denote, or NaN, as {@link #parseDouble(Bytes)}. */
    public static double parseDouble(byte[] array, int offset, int length) {
        int end = offset + length;
        int at = offset;
        boolean negative = false;
        if (at < end && (array[at] == '-' || array[at] == '+')) {
            negative = array[at] == '-';
            at++;
        }
        if (at == end) {
            return Double.NaN;
        }
        int first = array[at] | 0x20;
        if (first == 'i') {
            if (isWord(array, at, end, "inf") || isWord(array, at, end, "infinity")) {
                return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
            }
            return Double.NaN;
        }
        if (end - at > 2 && array[at] == '0' && (array[at + 1] | 0x20) == 'x') {
            double magnitude = parseHexadecimal(array, at, end);
            return negative ? -magnitude : magnitude;
        }

        long mantissa = 0;
        int mantissaDigits = 0;
        boolean anyDigit = false;
        boolean cut = false;
        long exponent = 0;
        boolean afterPoint = false;
        for (; at < end; at++) {
            int b = array[at];
            if (b >= '0' && b <= '9') {
                anyDigit = true;
                if (mantissaDigits < 19) {
                    mantissa = mantissa * 10 + (b - '0');
                    if (mantissa != 0) {
                        mantissaDigits++;
                    }
                    exponent -= afterPoint ? 1 : 0;
                } else {
                    cut |= b != '0';
                    exponent += afterPoint ? 0 : 1;
                }
            } else if (b == '.' && !afterPoint) {
                afterPoint = true;
            } else {
                break;
            }
        }
        if (!anyDigit) {
            return Double.NaN;
        }
        if (at < end) {
            if ((array[at] | 0x20) != 'e' || !isExponent(array, at + 1, end)) {
                return Double.NaN;
            }
            exponent += exponent(array, at + 1, end);
        }
        if (mantissa == 0) {
            return negative ? -0.0 : 0.0;
        }
        double magnitude = cut ? Double.NaN : scale(mantissa, exponent);
        if (Double.isNaN(magnitude)) {
            magnitude = Double.parseDouble(new String(array, offset, length, StandardCharsets.ISO_8859_1));
            if (Double.isInfinite(magnitude) || magnitude == 0) {
                return Double.NaN;
            }
            return magnitude;
        }
        return negative ? -magnitude : magnitude;
    }

    /**
     * Writes a double as a reply to a client carries it ({@code %.17g}): {@code 3}, {@code 3.1400000000000001},
     * {@code 1e+17}, {@code -0}, {@code inf}; returns the number of bytes written.
     */
    public static int formatDouble(double value, byte[] target, int offset) {
        return format(value, MAX_17_DIGITS, target, offset);
    }

    /**
     * Writes a double as stored values and effects carry it: as {@link #formatDouble}, but integers up to 2^62 in
     * full; returns the number of bytes written.
     */
    public static int formatScore(double value, byte[] target, int offset) {
        return format(value, MAX_INTEGRAL_SCORE, target, offset);
    }

    private static int format(double value, double integralLimit, byte[] target, int offset) {
        int at = offset;
        if (Double.isNaN(value)) {
            return putText("nan", target, at);
        }
        if (Double.doubleToRawLongBits(value) < 0) {
            target[at++] = '-';
        }
        double magnitude = Math.abs(value);
        if (magnitude == Double.POSITIVE_INFINITY) {
            at += putText("inf", target, at);
        } else if (magnitude < integralLimit && magnitude == (long) magnitude) {
            at += formatLong((long) magnitude, target, at);
        } else {
            at += formatFraction(magnitude, target, at);
        }
        return at - offset;
    }

    /** Writes a positive, finite double with 17 significant digits, without trailing zeros. */
    private static int formatFraction(double magnitude, byte[] target, int offset) {
        long bits = Double.doubleToRawLongBits(magnitude);
        int biased = (int) (bits >>> 52);
        long fraction = bits & 0xF_FFFF_FFFF_FFFFL;
        long mantissa = biased == 0 ? fraction : fraction | 0x10_0000_0000_0000L;
        int shift = Long.numberOfLeadingZeros(mantissa);
        mantissa <<= shift;
        int scale = Math.max(biased, 1) - 1075 - shift; // magnitude = mantissa * 2^scale

        // floor(log10(2^(63 + scale))): the decimal exponent, or one too small
        int decimalExponent = (int) (((63 + scale) * 1_292_913_986L) >> 32);
        long digits = seventeenDigits(mantissa, scale, decimalExponent);
        if (digits >= MAX_17_DIGITS) {
            decimalExponent++;
            digits = seventeenDigits(mantissa, scale, decimalExponent);
        }
        if (digits < 0) {
            BigDecimal rounded =
                    new BigDecimal(magnitude).round(new MathContext(SIGNIFICANT_DIGITS, RoundingMode.HALF_EVEN));
            decimalExponent = rounded.precision() - rounded.scale() - 1;
            digits = rounded.unscaledValue().longValue();
            digits *= LONG_POWERS[SIGNIFICANT_DIGITS - rounded.precision()];
        } else if (digits == MAX_17_DIGITS) {
            decimalExponent++;
            digits /= 10;
        }
        int count = SIGNIFICANT_DIGITS;
        while (digits % 10 == 0) {
            digits /= 10;
            count--;
        }
        return layOut(digits, count, decimalExponent, target, offset);
    }

    /**
     * The first 17 digits, rounded half to even, of {@code mantissa * 2^scale}, whose first digit stands for
     * {@code 10^decimalExponent}; more than 17 if that exponent is too small; -1 if the product does not decide.
     */
    private static long seventeenDigits(long mantissa, int scale, int decimalExponent) {
        int power = SIGNIFICANT_DIGITS - 1 - decimalExponent;
        long powerHigh = PowersOfTen.high(power);
        long powerLow = PowersOfTen.low(power);
        long crossHigh = PowersOfTen.multiplyHighUnsigned(mantissa, powerLow);
        long middle = mantissa * powerHigh + crossHigh;
        long high = PowersOfTen.multiplyHighUnsigned(mantissa, powerHigh)
                + (Long.compareUnsigned(middle, crossHigh) < 0 ? 1 : 0);
        // The product counts in units of 2^(scale + binaryExponent - 127); its upper word holds all of the integer
        // part.
        int fractionBits = -1 - scale - PowersOfTen.binaryExponent(power);
        long digits = high >>> fractionBits;
        if (digits >= MAX_17_DIGITS) {
            return digits;
        }
        int up = roundUp(
                high & ((1L << fractionBits) - 1),
                1L << (fractionBits - 1),
                middle,
                mantissa * powerLow,
                PowersOfTen.isExact(power),
                (digits & 1) != 0);
        return up < 0 ? -1 : digits + up;
    }

    /**
     * Whether a fraction rounds up, 1 or 0; -1 if an inexact one lies too close to one half.
     *
     * @param top the fraction's bits in the product's upper word, of which {@code half} is the first
     * @param exact whether the three words are the true product; otherwise it is larger, by less than one unit of
     *     {@code middle}
     */
    private static int roundUp(long top, long half, long middle, long low, boolean exact, boolean odd) {
        if (top >= half) {
            boolean tie = top == half && middle == 0 && low == 0;
            return tie && exact && !odd ? 0 : 1;
        }
        return !exact && top == half - 1 && middle == -1 ? -1 : 0;
    }

    private static int layOut(long digits, int count, int decimalExponent, byte[] target, int offset) {
        int at = offset;
        if (decimalExponent < -4 || decimalExponent >= SIGNIFICANT_DIGITS) {
            long unit = LONG_POWERS[count - 1];
            target[at++] = (byte) ('0' + digits / unit);
            if (count > 1) {
                target[at++] = '.';
                at = putDigits(digits % unit, count - 1, target, at);
            }
            target[at++] = 'e';
            target[at++] = (byte) (decimalExponent < 0 ? '-' : '+');
            int magnitude = Math.abs(decimalExponent);
            at = putDigits(magnitude, magnitude < 100 ? 2 : 3, target, at);
        } else if (decimalExponent < 0) {
            target[at++] = '0';
            target[at++] = '.';
            at = putDigits(digits, count - 1 - decimalExponent, target, at);
        } else {
            int fractionDigits = Math.max(0, count - 1 - decimalExponent);
            long unit = LONG_POWERS[fractionDigits];
            at = putDigits(digits / unit, count - fractionDigits, target, at);
            if (fractionDigits > 0) {
                target[at++] = '.';
                at = putDigits(digits % unit, fractionDigits, target, at);
            }
            for (int zeros = decimalExponent + 1 - count; zeros > 0; zeros--) {
                target[at++] = '0';
            }
        }
        return at - offset;
    }

    /** {@code mantissa * 10^exponent} of an unsigned mantissa, or NaN if only exact arithmetic can tell, or if it is no normal double. */
    private static double scale(long mantissa, long exponent) {
        if (mantissa >>> 53 == 0 && exponent >= -22 && exponent <= 22) {
            double power = EXACT_DOUBLE_POWERS[(int) Math.abs(exponent)];
            return exponent < 0 ? mantissa / power : mantissa * power;
        }
        if (exponent < PowersOfTen.MIN || exponent > PowersOfTen.MAX) {
            return Double.NaN;
        }
        int power = (int) exponent;
        int shift = Long.numberOfLeadingZeros(mantissa);
        long factor = mantissa << shift;
        long powerHigh = PowersOfTen.high(power);
        long powerLow = PowersOfTen.low(power);
        long crossHigh = PowersOfTen.multiplyHighUnsigned(factor, powerLow);
        long middle = factor * powerHigh + crossHigh;
        long high = PowersOfTen.multiplyHighUnsigned(factor, powerHigh)
                + (Long.compareUnsigned(middle, crossHigh) < 0 ? 1 : 0);
        int dropped = high < 0 ? 11 : 10;
        int binaryExponent = PowersOfTen.binaryExponent(power) + (high < 0 ? 64 : 63) - shift;
        long significand = high >>> dropped;
        int up = roundUp(
                high & ((1L << dropped) - 1),
                1L << (dropped - 1),
                middle,
                factor * powerLow,
                PowersOfTen.isExact(power),
                (significand & 1) != 0);
        significand += up;
        if (significand == 1L << 53) {
            significand >>= 1;
            binaryExponent++;
        }
        if (up < 0 || binaryExponent < Double.MIN_EXPONENT || binaryExponent > Double.MAX_EXPONENT) {
            return Double.NaN;
        }
        return Double.longBitsToDouble((significand & 0xF_FFFF_FFFF_FFFFL) | ((long) (binaryExponent + 1023) << 52));
    }

    /** The value of {@code 0x} digits with a point and a binary exponent; NaN if malformed or out of range. */
    private static double parseHexadecimal(byte[] array, int start, int end) {
        int at = start + 2;
        boolean anyDigit = false;
        boolean zero = true;
        boolean afterPoint = false;
        for (; at < end; at++) {
            int b = array[at];
            if (Character.digit(b, 16) >= 0) {
                anyDigit = true;
                zero &= b == '0';
            } else if (b == '.' && !afterPoint) {
                afterPoint = true;
            } else {
                break;
            }
        }
        boolean hasExponent = at < end;
        if (!anyDigit || (hasExponent && ((array[at] | 0x20) != 'p' || !isExponent(array, at + 1, end)))) {
            return Double.NaN;
        }
        if (zero) {
            return 0.0;
        }
        String text = new String(array, start, end - start, StandardCharsets.ISO_8859_1);
        double value = Double.parseDouble(hasExponent ? text : text + "p0");
        return Double.isInfinite(value) || value == 0 ? Double.NaN : value;
    }

    /** Whether the bytes are one digit or more after an optional sign. */
    static boolean isExponent(byte[] array, int start, int end) {
        int at = start < end && (array[start] == '-' || array[start] == '+') ? start + 1 : start;
        if (at == end) {
            return false;
        }
        for (; at < end; at++) {
            if (array[at] < '0' || array[at] > '9') {
                return false;
            }
        }
        return true;
    }

    /** The exponent for which {@link #isExponent} holds, cut to a billion either way. */
    static long exponent(byte[] array, int start, int end) {
        boolean negative = array[start] == '-';
        long value = 0;
        for (int at = negative || array[start] == '+' ? start + 1 : start; at < end; at++) {
            value = Math.min(value * 10 + (array[at] - '0'), 1_000_000_000);
        }
        return negative ? -value : value;
    }

    /** Whether the bytes are an ASCII word in any case; {@code word} is in lower case. */
    static boolean isWord(byte[] array, int start, int end, String word) {
        if (end - start != word.length()) {
            return false;
        }
        for (int i = 0; i < word.length(); i++) {
            if ((array[start + i] | 0x20) != word.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    private static int digits(long positive) {
        for (int count = 1; count < LONG_POWERS.length; count++) {
            if (positive < LONG_POWERS[count]) {
                return count;
            }
        }
        return LONG_POWERS.length;
    }

    private static int putDigits(long digits, int count, byte[] target, int offset) {
        long rest = digits;
        for (int at = offset + count - 1; at >= offset; at--) {
            target[at] = (byte) ('0' + rest % 10);
            rest /= 10;
        }
        return offset + count;
    }

    private static int putText(String ascii, byte[] target, int offset) {
        for (int i = 0; i < ascii.length(); i++) {
            target[offset + i] = (byte) ascii.charAt(i);
        }
        return ascii.length();
    }
}
