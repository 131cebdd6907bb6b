package dev.spinel.plugin.recipes;

import dev.spinel.api.data.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Members and their scores, as one ZADD takes them. One thread. */
final class ScoredMembers {
    private double[] scores = new double[16];
    private final List<Bytes> members = new ArrayList<>();

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
