package dev.spinel.plugin.recipes;

import dev.spinel.api.data.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Members and their scores, as one ZADD takes them. One thread. */
final class ScoredMembers {
    private double[] scores;
    private final List<Bytes> members;

    /** @param expected how many members are likely to come */
    ScoredMembers(int expected) {
        scores = new double[Math.max(1, expected)];
        members = new ArrayList<>(expected);
    }

    /** @param member kept as it is, not copied */
    void add(double score, Bytes member) {
        if (members.size() == scores.length) {
            scores = Arrays.copyOf(scores, 2 * scores.length);
        }
        scores[members.size()] = score;
        members.add(member);
    }

    int size() {
        return members.size();
    }

    double score(int index) {
        return scores[index];
    }

    Bytes member(int index) {
        return members.get(index);
    }

    void clear() {
        members.clear();
    }
}
