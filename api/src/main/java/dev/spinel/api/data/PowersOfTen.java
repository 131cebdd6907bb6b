package dev.spinel.api.data;

import java.math.BigInteger;

/**
 * Powers of ten as 128-bit floating point numbers, for the conversion of doubles from and to decimal digits.
 *
 * <p>{@code 10^p = T * 2^(binaryExponent(p) - 127)} with {@code 2^127 <= T < 2^128}; {@code T} is cut off, never rounded
 * up, so that a product with it is at most the true one. It is exact for {@code 0 <= p <= MAX_EXACT}.
 */
final class PowersOfTen {
    static final int MIN = -342;
    static final int MAX = 342;

    /** The largest power whose 128 bits are exact: {@code 5^55 < 2^128}. */
    static final int MAX_EXACT = 55;

    private static final long[] HIGH = new long[MAX - MIN + 1];
    private static final long[] LOW = new long[MAX - MIN + 1];

    static {
        for (int p = MIN; p <= MAX; p++) {
            BigInteger bits;
            if (p >= 0) {
                BigInteger power = BigInteger.TEN.pow(p);
                bits = power.shiftLeft(Math.max(0, 128 - power.bitLength()))
                        .shiftRight(Math.max(0, power.bitLength() - 128));
            } else {
                // 10^p lies strictly between two powers of two, so that this quotient has exactly 128 bits.
                BigInteger divisor = BigInteger.TEN.pow(-p);
                bits = BigInteger.ONE.shiftLeft(127 + divisor.bitLength()).divide(divisor);
            }
            HIGH[p - MIN] = bits.shiftRight(64).longValue();
            LOW[p - MIN] = bits.longValue();
        }
    }

    private PowersOfTen() {}

    /** The upper 64 bits of {@code T}. */
    static long high(int p) {
        return HIGH[p - MIN];
    }

    /** The lower 64 bits of {@code T}. */
    static long low(int p) {
        return LOW[p - MIN];
    }

    static boolean isExact(int p) {
        return p >= 0 && p <= MAX_EXACT;
    }

    /** {@code floor(log2(10^p))}; the factor is log2(10) * 2^16, precise enough up to |p| = 1650. */
    static int binaryExponent(int p) {
        return (p * 217706) >> 16;
    }

    /** The upper half of the product of two unsigned numbers. */
    static long multiplyHighUnsigned(long a, long b) {
        return Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
    }
}
