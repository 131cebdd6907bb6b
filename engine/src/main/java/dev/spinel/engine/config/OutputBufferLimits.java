package dev.spinel.engine.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The value of {@code client-output-buffer-limit}: class, hard limit, soft limit and seconds of the soft limit, for one
 * or more of three classes; the others keep theirs.
 */
final class OutputBufferLimits extends ConfigKind {
    private static final int WORDS_PER_CLASS = 4;
    private static final List<String> CLASSES = List.of("normal", "slave", "pubsub");

    @Override
    boolean takesSeveralWords() {
        return true;
    }

    @Override
    String parse(List<String> words, String current) {
        if (words.equals(List.of(""))) {
            return current;
        }
        if (words.size() % WORDS_PER_CLASS != 0) {
            throw new IllegalArgumentException("Wrong number of arguments in buffer limit configuration.");
        }
        List<String> values = new ArrayList<>(words(current));
        for (int i = 0; i < words.size(); i += WORDS_PER_CLASS) {
            String name = words.get(i).toLowerCase(Locale.ROOT);
            int at = CLASSES.indexOf(name.equals("replica") ? "slave" : name) * WORDS_PER_CLASS;
            if (at < 0) {
                throw new IllegalArgumentException("Invalid client class specified in buffer limit configuration.");
            }
            values.set(at + 1, Long.toString(bytes(words.get(i + 1))));
            values.set(at + 2, Long.toString(bytes(words.get(i + 2))));
            values.set(at + 3, Long.toString(seconds(words.get(i + 3))));
        }
        return String.join(" ", values);
    }

    private static long bytes(String word) {
        long bytes =
                WholeNumber.memory(word, "Error in hard, soft or soft_seconds setting in buffer limit configuration.");
        return bytes < 0 ? Long.MAX_VALUE : bytes;
    }

    private static long seconds(String word) {
        try {
            long seconds = Long.parseLong(word);
            if (seconds >= 0) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            throw invalid(e);
        }
        throw invalid(null);
    }

    private static IllegalArgumentException invalid(@Nullable Throwable cause) {
        return new IllegalArgumentException(
                "Error in hard, soft or soft_seconds setting in buffer limit configuration.", cause);
    }

    @Override
    List<List<String>> lines(String canonical) {
        List<String> words = words(canonical);
        List<List<String>> lines = new ArrayList<>();
        for (int i = 0; i < words.size(); i += WORDS_PER_CLASS) {
            String name = words.get(i);
            lines.add(List.of(
                    name.equals("slave") ? "replica" : name,
                    WholeNumber.inUnits(Long.parseLong(words.get(i + 1))),
                    WholeNumber.inUnits(Long.parseLong(words.get(i + 2))),
                    words.get(i + 3)));
        }
        return lines;
    }
}
