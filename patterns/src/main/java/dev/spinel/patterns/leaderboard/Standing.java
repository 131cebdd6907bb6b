package dev.spinel.patterns.leaderboard;

/**
 * Where a member stands.
 *
 * @param rank from 1, by the board's {@link RankMode}
 * @param position from 1, without ties
 * @param size how many members the board has
 */
public record Standing(String member, double score, long rank, long position, long size) {
    /** The share of members that stand behind this one, in percent: 0 for the last, below 100 for the first. */
    public double percentile() {
        return 100.0 * (size - position) / size;
    }
}
