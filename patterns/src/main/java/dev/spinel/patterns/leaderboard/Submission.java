package dev.spinel.patterns.leaderboard;

import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a submission did.
 *
 * @param standing where the member stands now
 * @param previousScore what it had before; empty if it is new
 * @param previousPosition where it stood before; empty if it is new
 * @param windows what it did on the boards of the windows on which it counted
 */
public record Submission(
        Standing standing,
        OptionalDouble previousScore,
        OptionalLong previousPosition,
        Map<BoardWindow, Submission> windows) {
    /** Keeps a copy of the map. */
    public Submission {
        windows = Map.copyOf(windows);
    }

    /** Whether the score is not what it was. */
    public boolean changed() {
        return previousScore.isEmpty() || previousScore.getAsDouble() != standing.score();
    }

    /** What it did in a window; empty if it did not count there: outside of a season, or if the board has no such window. */
    public Optional<Submission> in(BoardWindow window) {
        return Optional.ofNullable(windows.get(window));
    }
}
