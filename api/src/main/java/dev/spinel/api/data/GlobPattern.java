package dev.spinel.api.data;

/**
 * The glob patterns of KEYS, SCAN, PSUBSCRIBE and CONFIG GET.
 *
 * <p>{@code *} stands for any run of bytes and {@code ?} for one byte. {@code [a-z_]} stands for one byte of a class,
 * {@code [^...]} for one byte outside of it; a range may be given either way round, and a class that is not closed ends
 * with the pattern. A backslash takes the next byte as it is, inside of a class too. Ignoring case concerns ASCII
 * letters only, and not a byte escaped inside of a class.
 *
 * <p>Deliberately as in Redis, the empty text matches the empty pattern alone, not {@code *}.
 *
 * <p>Source: the behaviour of redis-server 7.0.15. Any thread.
 */
public final class GlobPattern {
    private static final int MISMATCH = -1;

    private GlobPattern() {}

    /**
     * Whether a text as a whole matches a pattern. O(length of pattern times length of text), O(length of text) with at
     * most one star; allocates nothing.
     */
    public static boolean matches(Bytes pattern, Bytes text, boolean ignoreCase) {
        // Every token but the star takes exactly one byte. So only what the last star takes in is left to vary: a
        // longer
        // run for an earlier star could only make the rest start later. No recursion is needed.
        int patternLength = pattern.length();
        int textLength = text.length();
        if (textLength == 0) {
            return patternLength == 0;
        }
        int p = 0;
        int t = 0;
        int afterStar = MISMATCH;
        int starEnd = 0;
        while (t < textLength) {
            int next;
            if (p == patternLength) {
                next = MISMATCH;
            } else if (pattern.at(p) == '*') {
                p++;
                if (p == patternLength) {
                    return true;
                }
                afterStar = p;
                starEnd = t;
                continue;
            } else {
                next = matchOne(pattern, p, text.at(t), ignoreCase);
            }
            if (next != MISMATCH) {
                p = next;
                t++;
            } else if (afterStar != MISMATCH) {
                p = afterStar;
                t = ++starEnd;
            } else {
                return false;
            }
        }
        while (p < patternLength && pattern.at(p) == '*') {
            p++;
        }
        return p == patternLength;
    }

    /** The position after the one-byte token at {@code p} when that takes {@code value}, else {@link #MISMATCH}. */
    private static int matchOne(Bytes pattern, int p, int value, boolean ignoreCase) {
        int token = pattern.at(p);
        if (token == '?') {
            return p + 1;
        }
        if (token == '[') {
            return matchClass(pattern, p + 1, value, ignoreCase);
        }
        int literal = p;
        if (token == '\\' && p + 1 < pattern.length()) {
            literal = p + 1;
        }
        return same(pattern.at(literal), value, ignoreCase) ? literal + 1 : MISMATCH;
    }

    /** As {@link #matchOne} for a class whose first byte after the bracket is at {@code p}. */
    private static int matchClass(Bytes pattern, int p, int value, boolean ignoreCase) {
        int end = pattern.length();
        int i = p;
        boolean negated = i < end && pattern.at(i) == '^';
        if (negated) {
            i++;
        }
        boolean found = false;
        while (i < end && pattern.at(i) != ']') {
            int first = pattern.at(i);
            if (first == '\\' && i + 1 < end) {
                found |= pattern.at(i + 1) == value;
                i += 2;
            } else if (i + 2 < end && pattern.at(i + 1) == '-') {
                found |= inRange(first, pattern.at(i + 2), value, ignoreCase);
                i += 3;
            } else {
                found |= same(first, value, ignoreCase);
                i++;
            }
        }
        return found == negated ? MISMATCH : Math.min(i + 1, end);
    }

    private static boolean inRange(int first, int last, int value, boolean ignoreCase) {
        // The bounds are ordered before they are folded, so that [a-Z] without case is the empty range from z to a.
        int low = Math.min(first, last);
        int high = Math.max(first, last);
        return ignoreCase ? lower(value) >= lower(low) && lower(value) <= lower(high) : value >= low && value <= high;
    }

    private static boolean same(int a, int b, boolean ignoreCase) {
        return a == b || (ignoreCase && lower(a) == lower(b));
    }

    private static int lower(int value) {
        return value >= 'A' && value <= 'Z' ? value + ('a' - 'A') : value;
    }
}
