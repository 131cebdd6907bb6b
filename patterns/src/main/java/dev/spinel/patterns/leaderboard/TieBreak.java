package dev.spinel.patterns.leaderboard;

/** Who comes first of those with the same score. */
public enum TieBreak {
    /** The lower name, by its bytes. */
    MEMBER("member"),
    /** Who reached the score first, by the server's clock. Keeps an entry per member beside the board. */
    EARLIER_FIRST("earlier"),
    /** Who reached the score last, likewise. */
    LATER_FIRST("later"),
    /**
     * The better sub-score of the submission ({@link Change#withSubScore}), in the sense of the board's order; at the same one, the
     * lower name. Any long, compared exactly. Keeps an entry per member beside the board.
     */
    SUB_SCORE("sub");

    private final String code;

    TieBreak(String code) {
        this.code = code;
    }

    /** What scripts call it. */
    String code() {
        return code;
    }
}
