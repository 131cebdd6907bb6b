package dev.spinel.engine.config;

import java.util.List;

/** The value of {@code notify-keyspace-events}: letters of channels and classes of events. */
final class EventClasses extends ConfigKind {
    private static final String CLASSES_IN_A = "g$lshzxetd";
    private static final String OTHERS = "nKEm";

    @Override
    String parse(List<String> words, String current) {
        String given = words.get(0);
        for (int i = 0; i < given.length(); i++) {
            if ((CLASSES_IN_A + OTHERS + "A").indexOf(given.charAt(i)) < 0) {
                throw new IllegalArgumentException("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
            }
        }
        String selected = given.indexOf('A') >= 0 ? given + CLASSES_IN_A : given;
        String classes = keep(CLASSES_IN_A, selected);
        return (classes.equals(CLASSES_IN_A) ? "A" : classes) + keep(OTHERS, selected);
    }

    private static String keep(String letters, String selected) {
        StringBuilder kept = new StringBuilder();
        for (int i = 0; i < letters.length(); i++) {
            if (selected.indexOf(letters.charAt(i)) >= 0) {
                kept.append(letters.charAt(i));
            }
        }
        return kept.toString();
    }
}
