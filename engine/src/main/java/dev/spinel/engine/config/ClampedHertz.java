package dev.spinel.engine.config;

import dev.spinel.engine.config.WholeNumber.Notation;
import java.util.List;

/** The value of {@code hz}: any number that is not negative, brought between 1 and 500 without an error. */
final class ClampedHertz extends ConfigKind {
    private static final int MIN = 1;
    private static final int MAX = 500;

    private final WholeNumber number = new WholeNumber(Notation.DECIMAL, 0, Integer.MAX_VALUE);

    @Override
    String parse(List<String> words, String current) {
        long hertz = number.number(number.parse(words, current));
        return Long.toString(Math.max(MIN, Math.min(MAX, hertz)));
    }

    @Override
    long number(String canonical) {
        return number.number(canonical);
    }
}
