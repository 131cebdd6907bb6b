package dev.spinel.resp.codec;

/**
 * The words of an inline command: separated by blanks; double quotes with escapes, single quotes with {@code \'} only.
 *
 * <p>A NUL ends the line. A closing quote must be followed by a blank or the end. Any thread.
 */
final class InlineArguments {
    private InlineArguments() {}

    /** Index of the first byte that is no blank, or {@code end} if there is none before it or before a NUL. */
    static int skipBlanks(byte[] line, int from, int end) {
        int at = from;
        while (at < end && isBlank(line[at])) {
            at++;
        }
        return at < end && line[at] == 0 ? end : at;
    }

    /** Index behind the word that starts at {@code from}, or -1 if its quotes are unbalanced. */
    static int end(byte[] line, int from, int end) {
        int at = from;
        while (at < end && !endsWord(line[at])) {
            int quote = line[at];
            if (quote != '"' && quote != '\'') {
                at++;
                continue;
            }
            int close = at + 1;
            while (close < end && line[close] != quote && line[close] != 0) {
                boolean escape = line[close] == '\\' && close + 1 < end && (quote == '"' || line[close + 1] == '\'');
                close += escape ? 2 : 1;
            }
            boolean closed = close < end && line[close] == quote;
            boolean followed = close + 1 < end && line[close + 1] != 0 && !isBlank(line[close + 1]);
            return closed && !followed ? close + 1 : -1;
        }
        return at;
    }

    /** Replaces a word by what it stands for, in place, which never takes more room; returns its length. */
    static int unquote(byte[] line, int from, int end) {
        int at = from;
        int out = from;
        while (at < end && line[at] != '"' && line[at] != '\'') {
            line[out++] = line[at++];
        }
        if (at == end) {
            return out - from;
        }
        boolean escapes = line[at++] == '"';
        while (at < end - 1) {
            int b = line[at];
            if (b != '\\' || (!escapes && line[at + 1] != '\'')) {
                line[out++] = (byte) b;
                at++;
            } else if (escapes && line[at + 1] == 'x' && isHexadecimal(line, at + 2, end - 1)) {
                line[out++] = (byte) (Character.digit(line[at + 2], 16) * 16 + Character.digit(line[at + 3], 16));
                at += 4;
            } else {
                line[out++] = escapes ? escaped(line[at + 1]) : line[at + 1];
                at += 2;
            }
        }
        return out - from;
    }

    private static byte escaped(byte letter) {
        return switch (letter) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> letter;
        };
    }

    private static boolean isHexadecimal(byte[] line, int at, int end) {
        return at + 1 < end && Character.digit(line[at], 16) >= 0 && Character.digit(line[at + 1], 16) >= 0;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    private static boolean endsWord(byte b) {
        return b == ' ' || b == '\n' || b == '\r' || b == '\t' || b == 0;
    }
}
