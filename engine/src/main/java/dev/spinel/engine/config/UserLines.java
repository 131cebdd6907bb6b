package dev.spinel.engine.config;

import java.util.ArrayList;
import java.util.List;

/** The users that a configuration file declares: a name and rules on each line, several lines. */
final class UserLines extends ConfigKind {
    private static final String LINE_END = "\n";

    @Override
    boolean takesSeveralWords() {
        return true;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Whether the rules are valid is for those to say who know users; the lines are checked when they are taken over.
     */
    @Override
    String parse(List<String> words, String current) {
        if (words.get(0).isEmpty()) {
            throw new IllegalArgumentException("wrong number of arguments");
        }
        return String.join(" ", words);
    }

    @Override
    String parseFurtherLine(List<String> words, String current) {
        for (List<String> line : lines(current)) {
            if (line.get(0).equals(words.get(0))) {
                throw new IllegalArgumentException("Error in user declaration '" + words.get(0)
                        + "': Duplicate user found. A user can only be defined once in config files");
            }
        }
        return current + LINE_END + parse(words, current);
    }

    @Override
    List<List<String>> lines(String canonical) {
        List<List<String>> lines = new ArrayList<>();
        if (!canonical.isEmpty()) {
            for (String line : canonical.split(LINE_END, -1)) {
                lines.add(words(line));
            }
        }
        return lines;
    }

    /** The canonical form of several lines. */
    static String text(List<String> lines) {
        return String.join(LINE_END, lines);
    }
}
