package dev.spinel.engine.config;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One line of a redis.conf as words.
 *
 * <p>Words are separated by blanks. Double quotes keep blanks and know {@code \n \r \t \b \a}, {@code \xhh} and an
 * escaped quote; single quotes keep everything but {@code \'}. A closing quote must end its word. Source: the comments in
 * redis.conf and the behaviour of redis-server 7.0.15. Any thread.
 */
public final class ConfigLine {
    private final byte[] line;
    private final ByteArrayOutputStream word = new ByteArrayOutputStream();
    private int at;

    private ConfigLine(byte[] line) {
        this.line = line;
    }

    /**
     * Splits a line; an empty line has no words.
     *
     * @throws IllegalArgumentException when a quote is not closed or not followed by a blank
     */
    public static List<String> split(String text) {
        ConfigLine line = new ConfigLine(text.getBytes(StandardCharsets.UTF_8));
        List<String> words = new ArrayList<>();
        while (line.skipBlanks()) {
            words.add(line.nextWord());
        }
        return words;
    }

    private boolean skipBlanks() {
        while (at < line.length && isBlank(line[at])) {
            at++;
        }
        return at < line.length;
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    private String nextWord() {
        word.reset();
        while (at < line.length && !isBlank(line[at])) {
            byte b = line[at++];
            if (b == '"' || b == '\'') {
                quoted(b);
                if (at < line.length && !isBlank(line[at])) {
                    throw unbalanced();
                }
                break;
            }
            word.write(b);
        }
        return word.toString(StandardCharsets.UTF_8);
    }

    private void quoted(byte quote) {
        while (true) {
            if (at == line.length) {
                throw unbalanced();
            }
            byte b = line[at++];
            if (b == quote) {
                return;
            }
            if (b == '\\' && at < line.length && (quote == '"' || line[at] == '\'')) {
                word.write(quote == '"' ? escaped() : line[at++]);
            } else {
                word.write(b);
            }
        }
    }

    private int escaped() {
        byte b = line[at++];
        if (b == 'x' && at + 1 < line.length) {
            int high = Character.digit(line[at], 16);
            int low = Character.digit(line[at + 1], 16);
            if (high >= 0 && low >= 0) {
                at += 2;
                return high * 16 + low;
            }
        }
        return switch (b) {
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'b' -> '\b';
            case 'a' -> 7;
            default -> b;
        };
    }

    private static IllegalArgumentException unbalanced() {
        return new IllegalArgumentException("Unbalanced quotes in configuration line");
    }

    /** A word in the form that {@link #split} reads back: as it is, or in double quotes where that is needed. */
    public static String quote(String word) {
        StringBuilder quoted = new StringBuilder("\"");
        boolean needed = word.isEmpty();
        for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
            int value = b & 0xff;
            needed |= value <= ' ' || value == '"' || value == '\'' || value == '\\' || value == 127;
            switch (value) {
                case '"', '\\' -> quoted.append('\\').append((char) value);
                case '\n' -> quoted.append("\\n");
                case '\r' -> quoted.append("\\r");
                case '\t' -> quoted.append("\\t");
                default -> {
                    if (value >= ' ' && value < 127) {
                        quoted.append((char) value);
                    } else {
                        needed = true;
                        quoted.append("\\x")
                                .append(Character.forDigit(value >> 4, 16))
                                .append(Character.forDigit(value & 15, 16));
                    }
                }
            }
        }
        return needed ? quoted.append('"').toString() : word;
    }
}
