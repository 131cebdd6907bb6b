package dev.spinel.engine.config;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import java.util.List;
import java.util.Locale;

/** An integer within bounds, in one of several notations. */
final class WholeNumber extends ConfigKind {
    /** Each is 1024 of the one before. */
    private static final List<String> UNITS = List.of("kb", "mb", "gb");

    private static final int UNIT_BITS = 10;

    private final Notation notation;
    private final long min;
    private final long max;

    /** How the number is written. */
    enum Notation {
        DECIMAL,
        /** A file mode. */
        OCTAL,
        /** Bytes, with a unit such as {@code kb} (1024) or {@code k} (1000). */
        MEMORY,
        /** As {@link #MEMORY}, or a percentage, which is kept as a negative number. */
        MEMORY_OR_PERCENT
    }

    WholeNumber(Notation notation, long min, long max) {
        this.notation = notation;
        this.min = min;
        this.max = max;
    }

    @Override
    String parse(List<String> words, String current) {
        String word = words.get(0);
        long value =
                switch (notation) {
                    case DECIMAL -> decimal(word);
                    case OCTAL -> octal(word);
                    case MEMORY -> memory(word, "argument must be a memory value");
                    case MEMORY_OR_PERCENT -> memoryOrPercent(word);
                };
        if (value < min || value > max) {
            throw outOfBounds();
        }
        return canonical(value);
    }

    private IllegalArgumentException outOfBounds() {
        return new IllegalArgumentException(
                "argument must be between " + text(min) + " and " + text(max) + " inclusive");
    }

    private String text(long bound) {
        return notation == Notation.OCTAL ? Long.toOctalString(bound) : Long.toString(bound);
    }

    /** The canonical form of a value. */
    String canonical(long value) {
        return notation == Notation.MEMORY_OR_PERCENT && value < 0 ? -value + "%" : text(value);
    }

    @Override
    long number(String canonical) {
        if (notation == Notation.OCTAL) {
            return Long.parseLong(canonical, 8);
        }
        return canonical.endsWith("%") ? memoryOrPercent(canonical) : Long.parseLong(canonical);
    }

    @Override
    List<List<String>> lines(String canonical) {
        boolean isBytes =
                notation == Notation.MEMORY || (notation == Notation.MEMORY_OR_PERCENT && !canonical.endsWith("%"));
        return List.of(List.of(isBytes ? inUnits(Long.parseLong(canonical)) : canonical));
    }

    /** An amount of bytes in the largest unit of which it is a multiple. */
    static String inUnits(long bytes) {
        for (int i = UNITS.size(); bytes != 0 && i > 0; i--) {
            long unit = 1L << (UNIT_BITS * i);
            if (bytes % unit == 0) {
                return bytes / unit + UNITS.get(i - 1);
            }
        }
        return Long.toString(bytes);
    }

    private static long decimal(String word) {
        Bytes text = Bytes.of(word);
        if (!Numbers.isLong(text)) {
            throw new IllegalArgumentException("argument couldn't be parsed into an integer");
        }
        return Numbers.parseLong(text);
    }

    private static long octal(String word) {
        try {
            return Long.parseLong(word, 8);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("argument couldn't be parsed as an octal number", e);
        }
    }

    private long memoryOrPercent(String word) {
        if (word.endsWith("%")) {
            long percent = memory(word.substring(0, word.length() - 1), "argument must be a memory or percent value");
            if (percent > -min) {
                throw new IllegalArgumentException("percentage argument must be less or equal to " + -min);
            }
            return -percent;
        }
        long bytes = memory(word, "argument must be a memory or percent value");
        if (bytes < 0) {
            throw outOfBounds();
        }
        return bytes;
    }

    /**
     * Parses an amount of bytes.
     *
     * @return the amount, or -1 when it exceeds 63 bits
     * @throws IllegalArgumentException with {@code error}
     */
    static long memory(String word, String error) {
        int digits = 0;
        while (digits < word.length() && word.charAt(digits) >= '0' && word.charAt(digits) <= '9') {
            digits++;
        }
        long unit =
                switch (word.substring(digits).toLowerCase(Locale.ROOT)) {
                    case "", "b" -> 1;
                    case "k" -> 1_000;
                    case "kb" -> 1L << 10;
                    case "m" -> 1_000_000;
                    case "mb" -> 1L << 20;
                    case "g" -> 1_000_000_000;
                    case "gb" -> 1L << 30;
                    default -> throw new IllegalArgumentException(error);
                };
        long value = 0;
        for (int i = 0; i < digits; i++) {
            int digit = word.charAt(i) - '0';
            if (value > (Long.MAX_VALUE - digit) / 10) {
                return -1;
            }
            value = value * 10 + digit;
        }
        return value > Long.MAX_VALUE / unit ? -1 : value * unit;
    }
}
