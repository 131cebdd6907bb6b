package dev.spinel.engine.config;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The value of {@code save}: pairs of seconds and changes, or nothing. */
final class SavePoints extends ConfigKind {
    @Override
    boolean takesSeveralWords() {
        return true;
    }

    @Override
    String parse(List<String> words, String current) {
        if (words.size() == 1 && words.get(0).isEmpty()) {
            return "";
        }
        if (words.size() % 2 != 0) {
            throw invalid(null);
        }
        for (int i = 0; i < words.size(); i += 2) {
            if (number(words, i) < 1 || number(words, i + 1) < 0) {
                throw invalid(null);
            }
        }
        return String.join(" ", words);
    }

    @Override
    String parseFurtherLine(List<String> words, String current) {
        String added = parse(words, current);
        return added.isEmpty() || current.isEmpty() ? added : current + " " + added;
    }

    private static int number(List<String> words, int index) {
        try {
            return Integer.parseInt(words.get(index));
        } catch (NumberFormatException e) {
            throw invalid(e);
        }
    }

    private static IllegalArgumentException invalid(@Nullable Throwable cause) {
        return new IllegalArgumentException("Invalid save parameters", cause);
    }

    @Override
    List<List<String>> lines(String canonical) {
        List<String> words = words(canonical);
        if (words.size() == 1) {
            return List.of(words);
        }
        List<List<String>> lines = new ArrayList<>();
        for (int i = 0; i < words.size(); i += 2) {
            lines.add(words.subList(i, i + 2));
        }
        return lines;
    }
}
