package dev.spinel.patterns.leaderboard;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * Where a member stands.
 *
 * @param subScore what breaks ties, on boards with {@link TieBreak#SUB_SCORE}; 0 on others
 * @param rank from 1, by the board's {@link RankMode}
 * @param position from 1, without ties
 * @param size how many members the board has
 * @param data the text beside the member, if it has one and it was asked for ({@link Board#withData})
 */
public record Standing(
        String member, double score, long subScore, long rank, long position, long size, Optional<String> data) {
    /** Requires all parts. */
    public Standing {
        requireNonNull(member, "member");
        requireNonNull(data, "data");
    }

    /** The share of members that stand behind this one, in percent: 0 for the last, below 100 for the first. */
    public double percentile() {
        return 100.0 * (size - position) / size;
    }
}
