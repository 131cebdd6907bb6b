package dev.spinel.lua.vm;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Numbers as text, as C's {@code printf} and {@code strtod} make and read them. */
public final class NumberText {
    /** Lua writes numbers with {@code %.14g}. */
    private static final int PRECISION = 14;

    private static final double MAX_EXACT = 1e14;
    /** Longer texts are not taken for numbers. */
    private static final int MAX_PARSED = 4096;

    private NumberText() {}

    /** The text form of a number, {@code %.14g}. */
    public static LuaString of(double value) {
        if (value == Math.rint(value) && Math.abs(value) < MAX_EXACT && (value != 0 || 1 / value > 0)) {
            return ofInteger((long) value);
        }
        return LuaString.of(general(value, PRECISION, false));
    }

    /** The decimal digits of a number that is not the least of all. */
    public static LuaString ofInteger(long value) {
        int length = value < 0 ? 2 : 1;
        for (long rest = value / 10; rest != 0; rest /= 10) {
            length++;
        }
        byte[] digits = new byte[length];
        long rest = Math.abs(value);
        int at = length;
        do {
            digits[--at] = (byte) ('0' + rest % 10);
            rest /= 10;
        } while (rest != 0);
        if (value < 0) {
            digits[0] = '-';
        }
        return LuaString.of(digits);
    }

    /** {@code %.<precision>g}; {@code alternative} keeps trailing zeros ({@code #}). */
    public static String general(double value, int precision, boolean alternative) {
        String special = special(value);
        if (special != null) {
            return special;
        }
        int digits = Math.max(precision, 1);
        if (value == 0) {
            String zero = alternative ? digits == 1 ? "0." : "0." + "0".repeat(digits - 1) : "0";
            return 1 / value < 0 ? "-" + zero : zero;
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent >= digits) {
            String text = exponential(rounded, digits - 1, exponent);
            return alternative ? text : withoutZeros(text);
        }
        String text =
                rounded.setScale(digits - 1 - exponent, RoundingMode.HALF_EVEN).toPlainString();
        return alternative ? text : withoutZeros(text);
    }

    /** {@code %.<precision>e}. */
    public static String exponential(double value, int precision) {
        String special = special(value);
        if (special != null) {
            return special;
        }
        if (value == 0) {
            String zero = (precision == 0 ? "0" : "0." + "0".repeat(precision)) + "e+00";
            return 1 / value < 0 ? "-" + zero : zero;
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
        return exponential(rounded, precision, rounded.precision() - rounded.scale() - 1);
    }

    /** {@code %.<precision>f}. */
    public static String fixed(double value, int precision) {
        String special = special(value);
        if (special != null) {
            return special;
        }
        String text = new BigDecimal(value)
                .setScale(precision, RoundingMode.HALF_EVEN)
                .toPlainString();
        return (value < 0 || (value == 0 && 1 / value < 0)) && !text.startsWith("-") ? "-" + text : text;
    }

    private static @Nullable String special(double value) {
        if (Double.isNaN(value)) {
            // What 0/0 gives on x86, which has the sign bit set; Java does not keep the sign of NaN.
            return "-nan";
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? "inf" : "-inf";
        }
        return null;
    }

    private static String exponential(BigDecimal rounded, int decimals, int exponent) {
        String digits = rounded.unscaledValue().abs().toString();
        StringBuilder text = new StringBuilder();
        if (rounded.signum() < 0) {
            text.append('-');
        }
        text.append(digits.charAt(0));
        if (decimals > 0) {
            text.append('.');
            for (int i = 1; i <= decimals; i++) {
                text.append(i < digits.length() ? digits.charAt(i) : '0');
            }
        }
        text.append('e').append(exponent < 0 ? '-' : '+');
        int size = Math.abs(exponent);
        return text.append(size < 10 ? "0" : "").append(size).toString();
    }

    private static String withoutZeros(String text) {
        int e = text.indexOf('e');
        String mantissa = e < 0 ? text : text.substring(0, e);
        if (mantissa.indexOf('.') < 0) {
            return text;
        }
        int end = mantissa.length();
        while (mantissa.charAt(end - 1) == '0') {
            end--;
        }
        if (mantissa.charAt(end - 1) == '.') {
            end--;
        }
        return mantissa.substring(0, end) + (e < 0 ? "" : text.substring(e));
    }

    /** The number that a whole string is, blanks around it allowed; null if it is none. */
    public static @Nullable Double parse(LuaString string) {
        byte[] bytes = string.bytes();
        int from = 0;
        int to = bytes.length;
        while (from < to && isBlank(bytes[from])) {
            from++;
        }
        while (to > from && isBlank(bytes[to - 1])) {
            to--;
        }
        return to - from > MAX_PARSED ? null : parse(bytes, from, to);
    }

    static boolean isBlank(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    private static @Nullable Double parse(byte[] bytes, int from, int to) {
        int at = from;
        boolean negative = false;
        if (at < to && (bytes[at] == '-' || bytes[at] == '+')) {
            negative = bytes[at] == '-';
            at++;
        }
        if (at >= to) {
            return null;
        }
        if (to - at > 2 && bytes[at] == '0' && (bytes[at + 1] | 0x20) == 'x') {
            return parseHex(bytes, at + 2, to, negative);
        }
        int digits = 0;
        long small = 0;
        boolean plain = true;
        for (int i = at; i < to; i++) {
            byte b = bytes[i];
            if (b >= '0' && b <= '9') {
                digits++;
                small = small * 10 + b - '0';
            } else if (b == '.' || (b | 0x20) == 'e' || b == '-' || b == '+') {
                plain = false;
            } else {
                return word(bytes, at, to, negative);
            }
        }
        if (digits == 0) {
            return null;
        }
        if (plain && digits <= 15) {
            return negative ? -(double) small : (double) small;
        }
        try {
            return Double.valueOf(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Double word(byte[] bytes, int from, int to, boolean negative) {
        String text = new String(bytes, from, to - from, StandardCharsets.ISO_8859_1);
        if (text.equalsIgnoreCase("inf") || text.equalsIgnoreCase("infinity")) {
            return negative ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        return text.equalsIgnoreCase("nan") ? Double.NaN : null;
    }

    private static @Nullable Double parseHex(byte[] bytes, int from, int to, boolean negative) {
        double value = 0;
        double scale = 0;
        int digits = 0;
        int at = from;
        for (; at < to && (bytes[at] | 0x20) != 'p'; at++) {
            int digit = Character.digit(bytes[at], 16);
            if (bytes[at] == '.' && scale == 0) {
                scale = 1;
            } else if (digit < 0) {
                return null;
            } else {
                value = value * 16 + digit;
                scale *= 16;
                digits++;
            }
        }
        if (digits == 0) {
            return null;
        }
        if (scale > 1) {
            value /= scale;
        }
        if (at < to) {
            try {
                String exponent = new String(bytes, at + 1, to - at - 1, StandardCharsets.ISO_8859_1);
                value *= Math.pow(2, Integer.parseInt(exponent));
            } catch (NumberFormatException e) {
                return null;
            }
        }
        return negative ? -value : value;
    }

    /** The integer that a string is in a base from 2 to 36, blanks around it allowed; null if it is none. */
    public static @Nullable Double parse(LuaString string, int base) {
        if (string.length() > MAX_PARSED) {
            return null;
        }
        String text = string.toString().strip();
        boolean negative = text.startsWith("-");
        if (negative || text.startsWith("+")) {
            text = text.substring(1);
        }
        if (base == 16 && (text.startsWith("0x") || text.startsWith("0X"))) {
            text = text.substring(2);
        }
        double value = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = Character.digit(text.charAt(i), base);
            if (digit < 0) {
                return null;
            }
            value = value * base + digit;
        }
        if (text.isEmpty()) {
            return null;
        }
        // strtoul: what does not fit is its largest number, and a minus sign wraps around.
        if (value >= 0x1p64) {
            return 0x1p64;
        }
        return negative ? 0x1p64 - value : value;
    }
}
