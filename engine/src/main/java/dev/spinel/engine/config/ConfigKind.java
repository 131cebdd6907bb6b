package dev.spinel.engine.config;

import java.util.List;

/** How the values of a directive are written: checks a text and gives it its canonical form. */
abstract class ConfigKind {
    /**
     * Checks a value.
     *
     * @param words the value; one word unless {@link #takesSeveralWords}
     * @param current the canonical value that is in force, for kinds that change a part of it
     * @return the canonical form, which CONFIG GET answers
     * @throws IllegalArgumentException with the reason that the client reads
     */
    abstract String parse(List<String> words, String current);

    /** As {@link #parse} for a further line of the same directive in one file; by default the last line counts. */
    String parseFurtherLine(List<String> words, String current) {
        return parse(words, current);
    }

    /** Whether the value is a list of words rather than one word that may contain blanks. */
    boolean takesSeveralWords() {
        return false;
    }

    /** The number that a canonical value stands for; {@link IllegalArgumentException} when it is none. */
    long number(String canonical) {
        throw new IllegalArgumentException("'" + canonical + "' (expected: a directive that is a number)");
    }

    /** The values of the lines that write a canonical value to a file, each a list of words; usually one line. */
    List<List<String>> lines(String canonical) {
        return List.of(takesSeveralWords() ? words(canonical) : List.of(canonical));
    }

    /** Splits a canonical value at blanks; the empty value is one empty word. */
    static List<String> words(String canonical) {
        return List.of(canonical.split(" ", -1));
    }
}
