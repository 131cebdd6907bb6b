package dev.spinel.patterns.leaderboard;

import dev.spinel.patterns.leaderboard.Leaderboard.Order;
import dev.spinel.patterns.transport.Names;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;

/**
 * What a board is like, and all boards beside it.
 *
 * @param halfLife in which scores fade by half; zero if they do not
 * @param windows that submissions count in as well
 * @param zone whose calendar those go by
 */
record BoardSettings(
        String name,
        Order order,
        RankMode ranks,
        TieBreak ties,
        Duration halfLife,
        Duration keepFor,
        Duration rememberFor,
        List<BoardWindow> windows,
        ZoneId zone) {
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(3660);
    /** What {@link #isWithinBounds} takes, in words. */
    static final String BOUNDS = "between 1 ms and " + LONGEST.toDays() + " days";

    BoardSettings {
        windows = List.copyOf(windows);
        Names.withoutBraces("board", name);
        check(keepFor.isZero() || isWithinBounds(keepFor), name, "keepFor is zero or " + BOUNDS + ", not " + keepFor);
        check(isWithinBounds(rememberFor), name, "rememberFor is " + BOUNDS + ", not " + rememberFor);
        check(
                halfLife.isZero() || isWithinBounds(halfLife),
                name,
                "the half-life is zero or " + BOUNDS + ", not " + halfLife);
        check(
                halfLife.isZero() || order == Order.HIGH_FIRST,
                name,
                "scores fade towards 0, so that high ones have to be best: " + order + " has no half-life");
        check(windows.stream().distinct().count() == windows.size(), name, "a window is there twice: " + windows);
    }

    /** Whether a time is one that the server can count in milliseconds and add to its clock. */
    static boolean isWithinBounds(Duration time) {
        return time.compareTo(SHORTEST) >= 0 && time.compareTo(LONGEST) <= 0;
    }

    private static void check(boolean holds, String name, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException("Board '" + name + "': " + otherwise);
        }
    }

    /** Refuses what a change asks for and this board does not have. */
    void check(Change change) {
        check(
                change.subScore().isEmpty() || ties == TieBreak.SUB_SCORE,
                name,
                "a sub-score breaks no ties where those go by " + ties);
        check(halfLife.isZero() || change.score() > 0, name, "only points above 0 fade by half, not " + change.score());
    }

    /** Refuses windows that this board does not have. */
    BoardWindow windowOf(BoardWindow window) {
        int index = windows.indexOf(window);
        check(index >= 0, name, "no window " + window + " among " + windows);
        return windows.get(index);
    }

    boolean fades() {
        return !halfLife.isZero();
    }
}
