package dev.spinel.patterns.leaderboard;

/** How members with the same score are numbered. */
public enum RankMode {
    /** Each has a number of its own: 1 2 3 4. */
    ORDINAL("ordinal"),
    /** The same number for the same score, and a gap after it: 1 2 2 4. */
    COMPETITION("competition"),
    /** The same number for the same score, without gaps: 1 2 2 3. Keeps the distinct scores beside the board. */
    DENSE("dense");

    private final String code;

    RankMode(String code) {
        this.code = code;
    }

    /** What scripts call it. */
    String code() {
        return code;
    }
}
