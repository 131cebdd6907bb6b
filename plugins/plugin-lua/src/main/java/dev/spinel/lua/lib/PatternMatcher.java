package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Interpreter;
import org.jspecify.annotations.Nullable;

/**
 * Matches a Lua pattern by backtracking. Source: the Lua 5.1 reference manual, section 5.4.1.
 *
 * <p>How deep it may recurse is limited, and work is counted, so that a pattern that explodes can be ended like any script.
 */
final class PatternMatcher {
    private static final int MAX_CAPTURES = 32;
    private static final int MAX_DEPTH = 2000;
    private static final int UNFINISHED = -1;
    private static final int POSITION = -2;
    private static final int STEPS_PER_TICK = 64;

    private final Interpreter lua;
    private final byte[] text;
    private final byte[] pattern;
    private final boolean anchored;
    private final int[] captureStart;
    private final int[] captureLength;
    private int level;
    private int depth;
    private long steps;

    PatternMatcher(Interpreter lua, byte[] text, byte[] pattern) {
        this(lua, text, pattern, true);
    }

    /** @param anchors whether a caret at the start means the start of the text */
    PatternMatcher(Interpreter lua, byte[] text, byte[] pattern, boolean anchors) {
        this.lua = lua;
        this.text = text;
        this.pattern = pattern;
        this.anchored = anchors && pattern.length > 0 && pattern[0] == '^';
        int captures = Math.min(parentheses(pattern), MAX_CAPTURES);
        captureStart = new int[captures];
        captureLength = new int[captures];
    }

    /** There are no more captures than that. */
    private static int parentheses(byte[] pattern) {
        int count = 0;
        for (byte character : pattern) {
            if (character == '(') {
                count++;
            }
        }
        return count;
    }

    boolean isAnchored() {
        return anchored;
    }

    /** The end of a match that begins at an offset, or -1. */
    int match(int at) {
        level = 0;
        depth = 0;
        return match(at, anchored ? 1 : 0);
    }

    /** The captures of the last match, or the whole of it if the pattern has none and {@code from} is not negative. */
    @Nullable
    Object[] captures(int from, int to) {
        int count = level == 0 && from >= 0 ? 1 : level;
        @Nullable Object[] values = new @Nullable Object[count];
        for (int i = 0; i < count; i++) {
            values[i] = capture(i, from, to);
        }
        return values;
    }

    Object capture(int index, int from, int to) {
        if (index >= level) {
            if (index == 0) {
                return lua.newString(text, from, to - from);
            }
            throw lua.error("invalid capture index");
        }
        int length = captureLength[index];
        if (length == UNFINISHED) {
            throw lua.error("unfinished capture");
        }
        return length == POSITION
                ? (Object) (double) (captureStart[index] + 1)
                : lua.newString(text, captureStart[index], length);
    }

    private int match(int start, int patternStart) {
        if (++depth > MAX_DEPTH) {
            throw lua.error("pattern too complex");
        }
        try {
            return matchHere(start, patternStart);
        } finally {
            depth--;
        }
    }

    /** Counts bytes that were compared. */
    private void work(long bytes) {
        steps += bytes;
        if (steps >= STEPS_PER_TICK) {
            lua.tick((int) Math.min(steps / STEPS_PER_TICK, Integer.MAX_VALUE / 2));
            steps = 0;
        }
    }

    private int matchHere(int start, int patternStart) {
        int s = start;
        int p = patternStart;
        while (true) {
            work(1);
            if (p == pattern.length) {
                return s;
            }
            switch (pattern[p]) {
                case '(' -> {
                    boolean position = p + 1 < pattern.length && pattern[p + 1] == ')';
                    return startCapture(s, position ? p + 2 : p + 1, position ? POSITION : UNFINISHED);
                }
                case ')' -> {
                    return endCapture(s, p + 1);
                }
                case '$' -> {
                    if (p + 1 == pattern.length) {
                        return s == text.length ? s : -1;
                    }
                }
                case '%' -> {
                    int next = p + 1 < pattern.length ? pattern[p + 1] : 0;
                    if (next == 'b') {
                        s = matchBalance(s, p + 2);
                        if (s < 0) {
                            return -1;
                        }
                        p += 4;
                        continue;
                    }
                    if (next == 'f') {
                        p += 2;
                        if (p >= pattern.length || pattern[p] != '[') {
                            throw lua.error("missing '[' after '%f' in pattern");
                        }
                        int end = classEnd(p);
                        int before = s == 0 ? 0 : text[s - 1] & 0xFF;
                        int here = s < text.length ? text[s] & 0xFF : 0;
                        if (matchSet(before, p, end - 1) || !matchSet(here, p, end - 1)) {
                            return -1;
                        }
                        p = end;
                        continue;
                    }
                    if (next >= '0' && next <= '9') {
                        s = matchCapture(s, next);
                        if (s < 0) {
                            return -1;
                        }
                        p += 2;
                        continue;
                    }
                }
                default -> {}
            }
            int end = classEnd(p);
            int repeat = end < pattern.length ? pattern[end] : 0;
            work(end - p);
            boolean matches = s < text.length && matchSingle(text[s] & 0xFF, p, end);
            switch (repeat) {
                case '?' -> {
                    if (matches) {
                        int result = match(s + 1, end + 1);
                        if (result >= 0) {
                            return result;
                        }
                    }
                    p = end + 1;
                }
                case '*' -> {
                    return maxExpand(s, p, end);
                }
                case '+' -> {
                    return matches ? maxExpand(s + 1, p, end) : -1;
                }
                case '-' -> {
                    return minExpand(s, p, end);
                }
                default -> {
                    if (!matches) {
                        return -1;
                    }
                    s++;
                    p = end;
                }
            }
        }
    }

    private int classEnd(int start) {
        int p = start;
        int c = pattern[p++];
        if (c == '%') {
            if (p >= pattern.length) {
                throw lua.error("malformed pattern (ends with '%')");
            }
            return p + 1;
        }
        if (c == '[') {
            if (p < pattern.length && pattern[p] == '^') {
                p++;
            }
            do {
                if (p >= pattern.length) {
                    throw lua.error("malformed pattern (missing ']')");
                }
                if (pattern[p++] == '%' && p < pattern.length) {
                    p++;
                }
            } while (p >= pattern.length || pattern[p] != ']');
            return p + 1;
        }
        return p;
    }

    private boolean matchSingle(int c, int p, int end) {
        return switch (pattern[p]) {
            case '.' -> true;
            case '%' -> matchClass(c, pattern[p + 1] & 0xFF);
            case '[' -> matchSet(c, p, end - 1);
            default -> (pattern[p] & 0xFF) == c;
        };
    }

    /** Whether a byte is in the set from {@code [} at {@code start} to {@code ]} at {@code end}. */
    private boolean matchSet(int c, int start, int end) {
        int p = start + 1;
        boolean positive = true;
        if (pattern[p] == '^') {
            positive = false;
            p++;
        }
        for (; p < end; p++) {
            if (pattern[p] == '%') {
                p++;
                if (matchClass(c, pattern[p] & 0xFF)) {
                    return positive;
                }
            } else if (p + 2 < end && pattern[p + 1] == '-') {
                if ((pattern[p] & 0xFF) <= c && c <= (pattern[p + 2] & 0xFF)) {
                    return positive;
                }
                p += 2;
            } else if ((pattern[p] & 0xFF) == c) {
                return positive;
            }
        }
        return !positive;
    }

    private static boolean matchClass(int c, int letter) {
        boolean in;
        switch (letter | 0x20) {
            case 'a' -> in = isLetter(c);
            case 'c' -> in = c < 0x20 || c == 0x7F;
            case 'd' -> in = isDigit(c);
            case 'l' -> in = c >= 'a' && c <= 'z';
            case 'p' -> in = c > 0x20 && c < 0x7F && !isLetter(c) && !isDigit(c);
            case 's' -> in = c == ' ' || (c >= '\t' && c <= '\r');
            case 'u' -> in = c >= 'A' && c <= 'Z';
            case 'w' -> in = isLetter(c) || isDigit(c);
            case 'x' -> in = isDigit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
            case 'z' -> in = c == 0;
            default -> {
                return letter == c;
            }
        }
        boolean isLetter = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
        if (!isLetter) {
            return letter == c;
        }
        return letter >= 'a' ? in : !in;
    }

    private static boolean isLetter(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    private int maxExpand(int s, int p, int end) {
        int count = 0;
        while (s + count < text.length && matchSingle(text[s + count] & 0xFF, p, end)) {
            count++;
        }
        work((long) count * (end - p));
        for (; count >= 0; count--) {
            int result = match(s + count, end + 1);
            if (result >= 0) {
                return result;
            }
        }
        return -1;
    }

    private int minExpand(int start, int p, int end) {
        int s = start;
        while (true) {
            int result = match(s, end + 1);
            if (result >= 0) {
                return result;
            }
            if (s >= text.length || !matchSingle(text[s] & 0xFF, p, end)) {
                return -1;
            }
            s++;
        }
    }

    private int startCapture(int s, int p, int kind) {
        if (level >= MAX_CAPTURES) {
            throw lua.error("too many captures");
        }
        captureStart[level] = s;
        captureLength[level] = kind;
        level++;
        int result = match(s, p);
        if (result < 0) {
            level--;
        }
        return result;
    }

    private int endCapture(int s, int p) {
        int open = level - 1;
        while (open >= 0 && captureLength[open] != UNFINISHED) {
            open--;
        }
        if (open < 0) {
            throw lua.error("invalid pattern capture");
        }
        captureLength[open] = s - captureStart[open];
        int result = match(s, p);
        if (result < 0) {
            captureLength[open] = UNFINISHED;
        }
        return result;
    }

    private int matchBalance(int start, int p) {
        if (p + 1 >= pattern.length) {
            throw lua.error("unbalanced pattern");
        }
        if (start >= text.length || text[start] != pattern[p]) {
            return -1;
        }
        int open = 1;
        for (int s = start + 1; s < text.length; s++) {
            if (text[s] == pattern[p + 1]) {
                if (--open == 0) {
                    work(s - start);
                    return s + 1;
                }
            } else if (text[s] == pattern[p]) {
                open++;
            }
        }
        work(text.length - start);
        return -1;
    }

    private int matchCapture(int s, int digit) {
        int index = digit - '1';
        if (index < 0 || index >= level || captureLength[index] == UNFINISHED) {
            throw lua.error("invalid capture index");
        }
        int length = captureLength[index];
        if (length > text.length - s) {
            return -1;
        }
        work(length);
        for (int i = 0; i < length; i++) {
            if (text[captureStart[index] + i] != text[s + i]) {
                return -1;
            }
        }
        return s + length;
    }
}
