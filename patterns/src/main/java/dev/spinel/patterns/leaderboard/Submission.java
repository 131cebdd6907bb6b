package dev.spinel.patterns.leaderboard;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What a submission did.
 *
 * @param standing where the member stands now
 * @param previousScore what it had before; empty if it is new
 * @param previousPosition where it stood before; empty if it is new
 */
public record Submission(Standing standing, OptionalDouble previousScore, OptionalLong previousPosition) {
    /** Whether the score is not what it was. */
    public boolean changed() {
        return previousScore.isEmpty() || previousScore.getAsDouble() != standing.score();
    }
}
