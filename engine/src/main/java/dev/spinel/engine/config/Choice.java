package dev.spinel.engine.config;

import java.util.ArrayList;
import java.util.List;

/** One of several words, or a set of them. */
final class Choice extends ConfigKind {
    private final List<String> words;
    private final boolean several;

    /**
     * A choice.
     *
     * @param several whether words add up; the first word then stands for none
     * @param words the words; one such as {@code relative=yes} stands for another one
     */
    Choice(boolean several, String... words) {
        this.several = several;
        this.words = List.of(words);
    }

    @Override
    boolean takesSeveralWords() {
        return several;
    }

    @Override
    String parse(List<String> given, String current) {
        List<String> chosen = new ArrayList<>();
        for (String word : given) {
            chosen.add(find(word));
        }
        if (!several) {
            return chosen.get(0);
        }
        if (chosen.isEmpty()) {
            throw unknown();
        }
        if (chosen.contains("save") && chosen.contains("nosave")) {
            throw new IllegalArgumentException("shutdown options SAVE and NOSAVE can't be used simultaneously");
        }
        List<String> ordered = new ArrayList<>(words.subList(1, words.size()));
        ordered.retainAll(chosen);
        return ordered.isEmpty() ? words.get(0) : String.join(" ", ordered);
    }

    private String find(String given) {
        for (String word : words) {
            int equals = word.indexOf('=');
            if ((equals < 0 ? word : word.substring(0, equals)).equalsIgnoreCase(given)) {
                return word.substring(equals + 1);
            }
        }
        throw unknown();
    }

    private IllegalArgumentException unknown() {
        StringBuilder names = new StringBuilder("argument(s) must be one of the following: ");
        for (int i = 0; i < words.size(); i++) {
            String word = words.get(i);
            int equals = word.indexOf('=');
            names.append(i == 0 ? "" : ", ").append(equals < 0 ? word : word.substring(0, equals));
        }
        return new IllegalArgumentException(names.toString());
    }

    @Override
    long number(String canonical) {
        return words.indexOf(canonical);
    }
}
