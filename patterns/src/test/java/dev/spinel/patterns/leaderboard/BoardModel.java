package dev.spinel.patterns.leaderboard;

import dev.spinel.patterns.leaderboard.Leaderboard.Order;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A board said plainly: scores and when they were reached, sorted anew for each question. */
final class BoardModel {
    record Entry(String member, double score, long subScore, int reached, Optional<String> data) {}

    private final Comparator<Entry> comparator;
    private final RankMode ranks;
    private final TieBreak ties;
    final Map<String, Entry> entries = new HashMap<>();
    private int steps;

    BoardModel(Order order, RankMode ranks, TieBreak ties) {
        Comparator<Entry> byScore = Comparator.comparingDouble(Entry::score);
        Comparator<Entry> byTime = Comparator.comparingInt(Entry::reached);
        Comparator<Entry> bySubScore = Comparator.comparingLong(Entry::subScore);
        Comparator<Entry> byMember = Comparator.comparing(Entry::member);
        boolean reversed = order == Order.HIGH_FIRST;
        this.ranks = ranks;
        this.ties = ties;
        comparator = (reversed ? byScore.reversed() : byScore)
                .thenComparing(
                        switch (ties) {
                            case MEMBER -> byMember;
                            case EARLIER_FIRST -> byTime;
                            case LATER_FIRST -> byTime.reversed();
                            case SUB_SCORE -> (reversed ? bySubScore.reversed() : bySubScore).thenComparing(byMember);
                        });
    }

    /** Takes a change as it is. */
    void put(String member, double score, long subScore, Optional<String> data) {
        steps++;
        Entry before = entries.get(member);
        boolean same = before != null && before.score() == score && before.subScore() == subScore;
        Optional<String> kept = data.isEmpty() && before != null ? before.data() : data;
        entries.put(member, new Entry(member, score, subScore, same ? before.reached() : steps, kept));
    }

    /** Takes a change if its score, or the sub-score of the same one, is better. */
    void putBest(Order order, String member, double score, long subScore, Optional<String> data) {
        Entry before = entries.get(member);
        int sign = order == Order.HIGH_FIRST ? -1 : 1;
        if (before == null
                || sign * Double.compare(score, before.score()) < 0
                || (score == before.score() && sign * Long.compare(subScore, before.subScore()) < 0)) {
            put(member, score, subScore, data);
        }
    }

    List<Standing> standings() {
        List<Entry> sorted = entries.values().stream().sorted(comparator).toList();
        List<Standing> standings = new ArrayList<>();
        long rank = 0;
        for (int i = 0; i < sorted.size(); i++) {
            Entry entry = sorted.get(i);
            if (ranks == RankMode.ORDINAL || i == 0 || sorted.get(i - 1).score() != entry.score()) {
                rank = ranks == RankMode.DENSE ? rank + 1 : i + 1;
            }
            standings.add(new Standing(
                    entry.member(), entry.score(), entry.subScore(), rank, i + 1, sorted.size(), entry.data()));
        }
        return standings;
    }

    /** Few small ones, which are tied, and those at the ends of the range. */
    static long subScore(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE;
            case 1 -> random.nextLong();
            default -> random.nextInt(3) - 1;
        };
    }

    /** A change with what is there of the two. */
    static Change change(Change plain, long subScore, Optional<String> data) {
        Change change = subScore == 0 ? plain : plain.withSubScore(subScore);
        return data.map(change::withData).orElse(change);
    }

    /** The same as they are told by a board that was not asked for texts. */
    static List<Standing> withoutData(List<Standing> standings) {
        return standings.stream()
                .map(standing -> new Standing(
                        standing.member(),
                        standing.score(),
                        standing.subScore(),
                        standing.rank(),
                        standing.position(),
                        standing.size(),
                        Optional.empty()))
                .toList();
    }
}
