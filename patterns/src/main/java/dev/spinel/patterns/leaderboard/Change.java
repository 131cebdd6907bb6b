package dev.spinel.patterns.leaderboard;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import java.util.OptionalLong;

/** What is to become of a member's score. Immutable. */
public final class Change {
    private final String member;
    private final double score;
    private final Rule rule;
    private final OptionalLong subScore;
    private final Optional<String> data;
    private final Optional<String> id;

    private Change(
            String member, double score, Rule rule, OptionalLong subScore, Optional<String> data, Optional<String> id) {
        this.member = requireNonNull(member, "member");
        this.score = score;
        this.rule = rule;
        this.subScore = subScore;
        this.data = data;
        this.id = id;
        if (!Double.isFinite(score)) {
            throw new IllegalArgumentException("A score is a finite number, not " + score);
        }
    }

    /** How the score meets the one that the member has. */
    enum Rule {
        SET("set"),
        BEST("best"),
        ADD("add");

        private final String code;

        Rule(String code) {
            this.code = code;
        }

        /** What scripts call it. */
        String code() {
            return code;
        }
    }

    private static Change of(String member, double score, Rule rule) {
        return new Change(member, score, rule, OptionalLong.empty(), Optional.empty(), Optional.empty());
    }

    /** The member has this score. */
    public static Change set(String member, double score) {
        return of(member, score, Rule.SET);
    }

    /** The member has this score if that is better than what it has. */
    public static Change best(String member, double score) {
        return of(member, score, Rule.BEST);
    }

    /** The member has so many points more, beginning at 0. */
    public static Change add(String member, double points) {
        return of(member, points, Rule.ADD);
    }

    /**
     * The same with a sub-score, for boards with {@link TieBreak#SUB_SCORE}; it is 0 if not set. It takes the place of the one that the
     * member has, also when points are added; with {@link #best}, the better sub-score of the same score does.
     */
    public Change withSubScore(long value) {
        return new Change(member, score, rule, OptionalLong.of(value), data, id);
    }

    /**
     * The same with a text that is kept beside the member, such as the link of a replay, in place of the one that it has; not if
     * {@link #best} finds a score that is no worse. Meant for tens or hundreds of bytes.
     */
    public Change withData(String value) {
        return new Change(member, score, rule, subScore, Optional.of(value), id);
    }

    /**
     * The same with an id, such as that of the match: submitted again for this member within {@link Leaderboard.Builder#rememberFor} it
     * counts no more, on none of the boards, and answers what the first one did. For another member it counts.
     */
    public Change withId(String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("An id is not empty");
        }
        return new Change(member, score, rule, subScore, data, Optional.of(value));
    }

    String member() {
        return member;
    }

    double score() {
        return score;
    }

    Rule rule() {
        return rule;
    }

    OptionalLong subScore() {
        return subScore;
    }

    Optional<String> data() {
        return data;
    }

    Optional<String> id() {
        return id;
    }
}
