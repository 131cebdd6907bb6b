package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.memory.KeyHash;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class LargeSortedSetTest {
    private record Entry(double score, Bytes member) {}

    private static final Comparator<Entry> ORDER =
            Comparator.<Entry>comparingDouble(e -> e.score + 0.0).thenComparing(Entry::member);

    private enum Scores {
        EQUAL {
            @Override
            double next(Random random) {
                return 1;
            }
        },
        FEW {
            @Override
            double next(Random random) {
                return random.nextInt(20) - 10;
            }
        },
        MANY {
            @Override
            double next(Random random) {
                return random.nextGaussian() * 1000;
            }
        },
        SPECIAL {
            @Override
            double next(Random random) {
                double[] values = {
                    0.0, -0.0, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, Double.MIN_VALUE, -1e308
                };
                return values[random.nextInt(values.length)];
            }
        },
        TIMES {
            @Override
            double next(Random random) {
                return 1.7e12 + random.nextInt(100_000);
            }
        };

        abstract double next(Random random);
    }

    private final Arena arena = new Arena(0);

    private LargeSortedSet newSet(Arena in) {
        return new LargeSortedSet(in, new KeyHash(7), new ScorePath());
    }

    @ParameterizedTest
    @EnumSource
    void randomChanges_matchTreeSet(Scores scores) {
        long seed = System.nanoTime();
        System.out.println("seed " + seed + " for " + scores);
        Random random = new Random(seed);
        LargeSortedSet set = newSet(arena);
        Map<Bytes, Double> model = new HashMap<>();
        NavigableSet<Entry> ordered = new TreeSet<>(ORDER);
        for (int phase = 0; phase < 8; phase++) {
            int range = phase % 2 == 0 ? 30_000 : 2_000;
            boolean growing = phase % 2 == 0;
            for (int i = 0; i < 20_000; i++) {
                Bytes member = Bytes.of("m" + random.nextInt(range));
                if (random.nextInt(10) < (growing ? 8 : 5)) {
                    double score = scores.next(random);
                    Double old = model.put(member, score);
                    if (old != null) {
                        ordered.remove(new Entry(old, member));
                    }
                    ordered.add(new Entry(score, member));
                    assertThat(set.put(member, score)).isEqualTo(old == null);
                } else {
                    Double old = model.remove(member);
                    if (old != null) {
                        ordered.remove(new Entry(old, member));
                    }
                    assertThat(set.remove(member)).isEqualTo(old != null);
                }
            }
            if (!growing) {
                List<Entry> all = new ArrayList<>(ordered);
                int from = random.nextInt(all.size());
                int to = from + random.nextInt(all.size() - from + 1);
                set.removeRange(from, to);
                for (Entry entry : all.subList(from, to)) {
                    ordered.remove(entry);
                    model.remove(entry.member);
                }
            }
            assertMatches(set, ordered, random, scores);
        }
        set.removeRange(0, set.size());
        assertThat(set.size()).isZero();
        set.put(Bytes.of("again"), 1);
        assertThat(set.rank(Bytes.of("again"))).isZero();
        set.release();
        assertThat(arena.usedBytes()).isZero();
    }

    private void assertMatches(LargeSortedSet set, NavigableSet<Entry> ordered, Random random, Scores scores) {
        assertThat(set.size()).isEqualTo(ordered.size());
        List<Entry> all = new ArrayList<>(ordered);
        ScorePath path = new ScorePath();
        for (int rank = 0; rank < all.size(); rank++) {
            Entry entry = all.get(rank);
            set.tree().seek(path, rank);
            long record = set.tree().record(set.tree().leaf(path), path.index);
            assertThat(ScoredRecord.compareMember(
                            arena.chunk(record),
                            arena.offset(record),
                            entry.member.array(),
                            entry.member.offset(),
                            entry.member.length()))
                    .isZero();
            assertThat(set.rank(entry.member)).isEqualTo(rank);
            assertThat(set.score(entry.member)).isEqualTo(entry.score);
        }
        for (int i = 0; i < 300; i++) {
            double score = scores.next(random);
            long below = all.stream().filter(e -> e.score < score).count();
            long notAbove = all.stream().filter(e -> e.score <= score).count();
            assertThat(set.countBelow(score, false)).isEqualTo(below);
            assertThat(set.countBelow(score, true)).isEqualTo(notAbove);
            if (scores == Scores.EQUAL) {
                Bytes member = Bytes.of("m" + random.nextInt(30_000));
                long before =
                        all.stream().filter(e -> e.member.compareTo(member) < 0).count();
                long notAfter = all.stream()
                        .filter(e -> e.member.compareTo(member) <= 0)
                        .count();
                assertThat(set.countBefore(member, false)).isEqualTo(before);
                assertThat(set.countBefore(member, true)).isEqualTo(notAfter);
            }
        }
    }

    @Test
    void put_withoutMemory_changesNothing() {
        Arena small = new Arena(9L << 20);
        LargeSortedSet set = newSet(small);
        Random random = new Random(3);
        int members = 0;
        try {
            for (; ; members++) {
                set.put(Bytes.of("member" + members), random.nextDouble());
            }
        } catch (ArenaExhaustedException e) {
            assertThat(set.size()).isEqualTo(members);
        }
        int refused = 0;
        for (int i = 0; i < 100_000; i++) {
            Bytes member = Bytes.of("member" + random.nextInt(members));
            double before = set.score(member);
            double score = random.nextDouble();
            try {
                set.put(member, score);
                assertThat(set.score(member)).isEqualTo(score);
            } catch (ArenaExhaustedException e) {
                refused++;
                assertThat(set.score(member)).isEqualTo(before);
            }
        }
        assertThat(refused).isPositive();
        assertThat(set.size()).isEqualTo(members);
        for (int i = 0; i < members; i++) {
            Bytes member = Bytes.of("member" + i);
            assertThat(set.rank(member)).isEqualTo(set.countBelow(set.score(member), false));
        }
        long used = small.usedBytes();
        LargeSortedSet copy = newSet(small);
        assertThatThrownBy(() -> copy.copyFrom(set)).isInstanceOf(ArenaExhaustedException.class);
        assertThat(small.usedBytes()).isEqualTo(used);
        set.removeRange(0, members);
        set.release();
        assertThat(small.usedBytes()).isZero();
    }
}
