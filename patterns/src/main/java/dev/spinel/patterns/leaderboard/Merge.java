package dev.spinel.patterns.leaderboard;

/** What becomes of a member that is on several of the boards that are merged. */
public enum Merge {
    /**
     * It gets the sum of its scores, as reached when the last of them was, with the best of its sub-scores, and the text of the last
     * board that has one for it.
     */
    SUM("sum"),
    /** It gets its best score, with the time, the sub-score and the text of that one. */
    BEST("best");

    private final String code;

    Merge(String code) {
        this.code = code;
    }

    /** What scripts call it. */
    String code() {
        return code;
    }
}
