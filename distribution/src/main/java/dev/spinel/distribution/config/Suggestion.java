package dev.spinel.distribution.config;

import org.jspecify.annotations.Nullable;

/** The known name that a misspelled one is closest to. */
final class Suggestion {
    /** A name further away than a third of its length is no misspelling of it. */
    private static final int MAX_DISTANCE_DIVISOR = 3;

    private Suggestion() {}

    /** The closest of some names, or null when none is close. O(total length of the names times the length). */
    static @Nullable String closest(String misspelled, Iterable<String> names) {
        String closest = null;
        int best = Math.max(1, misspelled.length() / MAX_DISTANCE_DIVISOR) + 1;
        for (String name : names) {
            int distance = distance(misspelled, name);
            if (distance < best) {
                best = distance;
                closest = name;
            }
        }
        return closest;
    }

    /** The number of letters to insert, delete or replace, or of neighbours to swap (optimal string alignment). */
    private static int distance(String from, String to) {
        int[][] distances = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            distances[i][0] = i;
        }
        for (int j = 0; j <= to.length(); j++) {
            distances[0][j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            for (int j = 1; j <= to.length(); j++) {
                boolean same = from.charAt(i - 1) == to.charAt(j - 1);
                int least = Math.min(
                        distances[i - 1][j - 1] + (same ? 0 : 1),
                        Math.min(distances[i - 1][j], distances[i][j - 1]) + 1);
                if (i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1)) {
                    least = Math.min(least, distances[i - 2][j - 2] + 1);
                }
                distances[i][j] = least;
            }
        }
        return distances[from.length()][to.length()];
    }
}
