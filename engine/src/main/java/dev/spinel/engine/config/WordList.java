package dev.spinel.engine.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A list of words with a check of its own. */
final class WordList extends ConfigKind {
    private static final int MAX_ADDRESSES = 16;
    private static final int OOM_SCORES = 3;
    private static final int MAX_OOM_SCORE = 2000;
    private static final int MAX_PORT = 65535;

    private final Reader reader;

    /** Makes the canonical form of a list. */
    private interface Reader {
        List<String> read(List<String> words);
    }

    private WordList(Reader reader) {
        this.reader = reader;
    }

    /** Addresses to listen on; a leading {@code -} marks those that may be missing. */
    static WordList addresses() {
        return new WordList(words -> {
            if (words.size() > MAX_ADDRESSES) {
                throw new IllegalArgumentException("Too many bind addresses specified.");
            }
            return words;
        });
    }

    /** Three numbers, as {@code oom-score-adj-values} takes them. */
    static WordList oomScores() {
        return new WordList(words -> {
            if (words.size() != OOM_SCORES) {
                throw new IllegalArgumentException("wrong number of arguments");
            }
            for (String word : words) {
                checkOomScore(word);
            }
            return words;
        });
    }

    private static void checkOomScore(String word) {
        String error = "Invalid oom-score-adj-values, elements must be between -2000 and 2000.";
        try {
            if (Math.abs(Integer.parseInt(word)) > MAX_OOM_SCORE) {
                throw new IllegalArgumentException(error);
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(error, e);
        }
    }

    /** Host and port of a master, or {@code no one}, which is kept as nothing. */
    static WordList master() {
        return new WordList(words -> {
            if (words.size() == 1 && words.get(0).isEmpty()) {
                return words;
            }
            if (words.size() != 2) {
                throw new IllegalArgumentException("wrong number of arguments");
            }
            if (words.get(0).equalsIgnoreCase("no") && words.get(1).equalsIgnoreCase("one")) {
                return List.of("");
            }
            checkPort(words.get(1));
            return words;
        });
    }

    private static void checkPort(String word) {
        try {
            int port = Integer.parseInt(word);
            if (port < 0 || port > MAX_PORT) {
                throw new IllegalArgumentException("Invalid master port");
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Invalid master port", e);
        }
    }

    /** Percentiles between 0 and 100. */
    static WordList percentiles() {
        return new WordList(words -> {
            if (words.size() == 1 && words.get(0).isEmpty()) {
                return words;
            }
            List<String> canonical = new ArrayList<>();
            for (String word : words) {
                canonical.add(percentile(word));
            }
            return canonical;
        });
    }

    private static String percentile(String word) {
        double value;
        try {
            value = Double.parseDouble(word);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("Invalid latency-tracking-info-percentiles parameters", e);
        }
        if (!(value >= 0 && value <= 100)) {
            throw new IllegalArgumentException(
                    "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]");
        }
        return value == Math.rint(value) ? String.format(Locale.ROOT, "%.0f", value) : Double.toString(value);
    }

    @Override
    boolean takesSeveralWords() {
        return true;
    }

    @Override
    String parse(List<String> words, String current) {
        return String.join(" ", reader.read(words));
    }
}
