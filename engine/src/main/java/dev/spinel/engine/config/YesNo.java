package dev.spinel.engine.config;

import java.util.List;

/** {@code yes} or {@code no}. */
final class YesNo extends ConfigKind {
    @Override
    String parse(List<String> words, String current) {
        String word = words.get(0);
        if (word.equalsIgnoreCase("yes")) {
            return "yes";
        }
        if (word.equalsIgnoreCase("no")) {
            return "no";
        }
        throw new IllegalArgumentException("argument must be 'yes' or 'no'");
    }

    @Override
    long number(String canonical) {
        return canonical.equals("yes") ? 1 : 0;
    }
}
