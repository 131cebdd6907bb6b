package dev.spinel.api.command;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.GlobPattern;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import org.jspecify.annotations.Nullable;

/**
 * The options that SCAN, HSCAN, SSCAN and ZSCAN share.
 *
 * <p>A cursor is an unsigned 64-bit number. The commands check in this order: {@link #cursor}, then the key and its type,
 * then {@link #parse}: an absent key is answered before a wrong option. Source: the SCAN command page. Engine thread only.
 *
 * @param count about how many elements to visit, at least 1
 * @param pattern the glob pattern that elements must match, or null for all; valid until the handler returns
 * @param type the type name that keys must have (SCAN only), or null for all; valid until the handler returns
 * @param bare whether fields and members are wanted without their values and scores (HSCAN and ZSCAN only)
 */
public record ScanOptions(int count, @Nullable Bytes pattern, @Nullable Bytes type, boolean bare) {
    private static final int DEFAULT_COUNT = 10;

    /** Parses a cursor argument, or {@code ERR invalid cursor}. */
    public static long cursor(Call call, int index) {
        Bytes text = call.arg(index);
        int at = 0;
        boolean negative = false;
        if (!text.isEmpty() && (text.at(0) == '-' || text.at(0) == '+')) {
            negative = text.at(0) == '-';
            at = 1;
            if (text.length() == 1) {
                throw invalidCursor();
            }
        }
        long cursor = 0;
        for (; at < text.length(); at++) {
            int digit = text.at(at) - '0';
            if (digit < 0 || digit > 9 || overflows(cursor, digit)) {
                throw invalidCursor();
            }
            cursor = cursor * 10 + digit;
        }
        return negative ? -cursor : cursor;
    }

    private static boolean overflows(long cursor, int digit) {
        long limit = Long.divideUnsigned(-1L, 10);
        int compared = Long.compareUnsigned(cursor, limit);
        return compared > 0 || (compared == 0 && digit > 5);
    }

    private static CommandException invalidCursor() {
        return Errors.err("invalid cursor");
    }

    /**
     * Parses the arguments from {@code first} to the last one.
     *
     * @param withType whether the option TYPE is known
     */
    public static ScanOptions parse(Call call, int first, boolean withType) {
        return parse(call, first, withType, null);
    }

    /**
     * Parses the arguments from {@code first} to the last one, TYPE not among them.
     *
     * @param bareWord the option that asks for {@link #bare}, in upper case
     */
    public static ScanOptions parse(Call call, int first, String bareWord) {
        return parse(call, first, false, bareWord);
    }

    private static ScanOptions parse(Call call, int first, boolean withType, @Nullable String bareWord) {
        boolean bare = false;
        int count = DEFAULT_COUNT;
        Bytes pattern = null;
        Bytes type = null;
        int i = first;
        while (i < call.argCount()) {
            if (bareWord != null && call.argIs(i, bareWord)) {
                bare = true;
                i++;
                continue;
            }
            if (call.argIs(i, "NOVALUES")) {
                throw Errors.err("NOVALUES option can only be used in HSCAN");
            }
            if (call.argIs(i, "NOSCORES")) {
                throw Errors.err("NOSCORES option can only be used in ZSCAN");
            }
            if (i + 1 == call.argCount()) {
                throw Errors.syntax();
            }
            if (call.argIs(i, "COUNT")) {
                long number = call.integerArg(i + 1);
                if (number < 1) {
                    throw Errors.syntax();
                }
                count = (int) Math.min(number, Integer.MAX_VALUE);
            } else if (call.argIs(i, "MATCH")) {
                Bytes text = call.arg(i + 1);
                pattern = text.length() == 1 && text.at(0) == '*' ? null : text;
            } else if (withType && call.argIs(i, "TYPE")) {
                type = call.arg(i + 1);
            } else {
                throw Errors.syntax();
            }
            i += 2;
        }
        return new ScanOptions(count, pattern, type, bare);
    }

    /** Whether an element passes MATCH. */
    public boolean matches(Bytes element) {
        return pattern == null || GlobPattern.matches(pattern, element, false);
    }
}
