package dev.spinel.lua;

import java.util.ArrayList;
import java.util.List;

/**
 * The first line of a script or library, {@code #!lua key=value ...}: words in which quotes keep blanks together, as in the
 * inline commands of the protocol. One byte is one char.
 */
final class Shebang {
    private static final int NONE = -1;

    private final String line;
    private int at;

    private Shebang(String line) {
        this.line = line;
    }

    /** The words of a line; none if it is malformed. */
    static List<String> words(String line) {
        return new Shebang(line).words();
    }

    private List<String> words() {
        List<String> words = new ArrayList<>();
        while (true) {
            while (at < line.length() && isBlank(line.charAt(at))) {
                at++;
            }
            if (at == line.length()) {
                return words;
            }
            StringBuilder word = new StringBuilder();
            if (!read(word)) {
                return List.of();
            }
            words.add(word.toString());
        }
    }

    private static boolean isBlank(char c) {
        return c == ' ' || (c >= '\t' && c <= '\r');
    }

    private boolean read(StringBuilder word) {
        while (at < line.length() && !isBlank(line.charAt(at))) {
            char c = line.charAt(at++);
            if (c != '"' && c != '\'') {
                word.append(c);
            } else if (!readQuoted(word, c) || (at < line.length() && !isBlank(line.charAt(at)))) {
                return false;
            }
        }
        return true;
    }

    /** Reads up to the closing quote; false if there is none. */
    private boolean readQuoted(StringBuilder word, char quote) {
        while (at < line.length()) {
            char c = line.charAt(at++);
            if (c == quote) {
                return true;
            }
            if (c != '\\' || at == line.length()) {
                word.append(c);
            } else if (quote == '"') {
                word.append(escape());
            } else if (line.charAt(at) == quote) {
                word.append(quote);
                at++;
            } else {
                word.append(c);
            }
        }
        return false;
    }

    /** The character that a backslash and what follows it stand for. */
    private char escape() {
        char c = line.charAt(at++);
        int high = c == 'x' && at + 1 < line.length() ? Character.digit(line.charAt(at), 16) : NONE;
        int low = high == NONE ? NONE : Character.digit(line.charAt(at + 1), 16);
        if (low != NONE) {
            at += 2;
            return (char) (high << 4 | low);
        }
        return switch (c) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> '\007';
            default -> c;
        };
    }
}
