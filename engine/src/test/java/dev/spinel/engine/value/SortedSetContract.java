package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What every encoding of a sorted set must do. */
abstract class SortedSetContract {
    private record Entry(double score, Bytes member) {}

    final EncodingLimits limits = new EncodingLimits();
    final Arena arena = new Arena(0);
    final ArrayCell cell = new ArrayCell();
    private final ValueContext context =
            new ValueContext(arena, new KeyHash(3), new LargeValues(new LazyRelease()), limits);
    final SortedSetView set = new SortedSetView(context, cell);

    @BeforeEach
    void init() {
        set.bind(cell);
        set.init();
    }

    final boolean put(String member, double score) {
        return set.put(Bytes.of(member), score);
    }

    private List<String> members(long rank, boolean reversed) {
        List<String> members = new ArrayList<>();
        SortedSetValue.Cursor cursor = set.cursor(rank, reversed);
        while (cursor.next()) {
            members.add(cursor.member() + "=" + cursor.score());
        }
        assertThat(cursor.next()).isFalse();
        return members;
    }

    @Nested
    class Put {
        @Test
        void newMember_isOrderedByScoreThenBytes() {
            assertThat(put("b", 1)).isTrue();
            assertThat(put("a", 1)).isTrue();
            assertThat(put("c", -1.5)).isTrue();
            assertThat(put("\u00e9", 1)).isTrue();
            assertThat(put("", 1)).isTrue();
            assertThat(put("12", 1)).isTrue();
            assertThat(members(0, false)).containsExactly("c=-1.5", "=1.0", "12=1.0", "a=1.0", "b=1.0", "\u00e9=1.0");
        }

        @Test
        void knownMember_isMoved() {
            put("a", 1);
            put("b", 2);
            assertThat(put("a", 3)).isFalse();
            assertThat(members(0, false)).containsExactly("b=2.0", "a=3.0");
            assertThat(put("a", 2.5)).isFalse();
            assertThat(members(0, false)).containsExactly("b=2.0", "a=2.5");
        }

        @Test
        void anyScore_isKept() {
            double[] scores = {
                Double.NEGATIVE_INFINITY,
                -Double.MAX_VALUE,
                -0x1p62,
                -0x1p62 + 1024,
                -1e17,
                -3.0000000000000004,
                -1e-300,
                -Double.MIN_VALUE,
                0,
                Double.MIN_VALUE,
                Double.MIN_NORMAL,
                0.1,
                1 / 3.0,
                127,
                128,
                4096,
                1 << 23,
                1L << 31,
                0x1p53 - 1,
                0x1p62,
                0x1p63,
                1e300,
                Double.MAX_VALUE,
                Double.POSITIVE_INFINITY
            };
            for (int i = 0; i < scores.length; i++) {
                put("m" + i, scores[i]);
            }
            for (int i = 0; i < scores.length; i++) {
                assertThat(set.score(Bytes.of("m" + i))).isEqualTo(scores[i]);
                assertThat(set.rank(Bytes.of("m" + i))).isEqualTo(i);
            }
        }
    }

    @Nested
    class Ranges {
        @Test
        void countBelow_ofSpecialScores_countsThem() {
            put("a", Double.NEGATIVE_INFINITY);
            put("b", -0.0);
            put("c", 0.0);
            put("d", Double.POSITIVE_INFINITY);
            assertThat(set.countBelow(Double.NEGATIVE_INFINITY, false)).isZero();
            assertThat(set.countBelow(Double.NEGATIVE_INFINITY, true)).isEqualTo(1);
            assertThat(set.countBelow(0.0, false)).isEqualTo(1);
            assertThat(set.countBelow(-0.0, true)).isEqualTo(3);
            assertThat(set.countBelow(Double.POSITIVE_INFINITY, false)).isEqualTo(3);
            assertThat(set.countBelow(Double.POSITIVE_INFINITY, true)).isEqualTo(4);
        }

        @Test
        void countBefore_ofEqualScores_countsByBytes() {
            for (String member : List.of("a", "b", "c", "ca")) {
                put(member, 7);
            }
            assertThat(set.countBefore(Bytes.of(""), true)).isZero();
            assertThat(set.countBefore(Bytes.of("b"), false)).isEqualTo(1);
            assertThat(set.countBefore(Bytes.of("b"), true)).isEqualTo(2);
            assertThat(set.countBefore(Bytes.of("bb"), true)).isEqualTo(2);
            assertThat(set.countBefore(Bytes.of("d"), false)).isEqualTo(4);
        }

        @Test
        void cursor_beyondTheEnd_findsNothing() {
            assertThat(members(0, false)).isEmpty();
            assertThat(members(0, true)).isEmpty();
            put("a", 1);
            assertThat(members(1, false)).isEmpty();
            assertThat(members(-1, true)).isEmpty();
        }
    }

    @Test
    void emptySet_answersAbsence() {
        assertThat(set.isEmpty()).isTrue();
        assertThat(set.score(Bytes.of("a"))).isNaN();
        assertThat(set.rank(Bytes.of("a"))).isEqualTo(-1);
        assertThat(set.remove(Bytes.of("a"))).isFalse();
        assertThat(set.countBelow(1, true)).isZero();
        assertThat(set.countBefore(Bytes.of("a"), true)).isZero();
    }

    @Test
    void randomMember_drawsAll() {
        for (int i = 0; i < 20; i++) {
            put("m" + i, i);
        }
        Random random = new Random(1);
        Set<String> drawn = new HashSet<>();
        for (int i = 0; i < 1000; i++) {
            SortedSetValue.Cursor cursor = set.randomMember(random);
            assertThat(cursor.member().toString()).isEqualTo("m" + (int) cursor.score());
            drawn.add(cursor.member().toString());
        }
        assertThat(drawn).hasSize(20);
    }

    @Test
    void scan_visitsAll() {
        for (int i = 0; i < 500; i++) {
            put("m" + i, i);
        }
        Map<String, Double> seen = new HashMap<>();
        long cursor = 0;
        do {
            cursor = set.scan(cursor, 10, (member, score) -> seen.put(member.toString(), score));
        } while (cursor != 0);
        assertThat(seen).hasSize(500).containsEntry("m77", 77.0);
    }

    @Test
    void copyFrom_sharesNothing() {
        for (int i = 0; i < 300; i++) {
            put("m" + i, i % 7);
        }
        SortedSetView copy = new SortedSetView(context, new ArrayCell());
        ArrayCell copyCell = new ArrayCell();
        copy.bind(copyCell);
        copy.copyFrom(set);
        List<String> before = members(0, false);
        copy.removeRange(0, 299);
        copy.put(Bytes.of("other"), 99);
        assertThat(members(0, false)).isEqualTo(before);
        assertThat(copy.encodingName()).isEqualTo(set.encodingName());
        set.free();
        SortedSetView again = new SortedSetView(context, copyCell);
        again.bind(copyCell);
        assertThat(again.rank(Bytes.of("other"))).isEqualTo(1);
        again.free();
        assertThat(arena.usedBytes()).isZero();
    }

    @Test
    void randomChanges_matchModel() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Map<Bytes, Double> model = new HashMap<>();
        for (int round = 0; round < 60; round++) {
            for (int i = 0; i < 60; i++) {
                Bytes member = Bytes.of(random.nextBoolean() ? "" + random.nextInt(300) : "m" + random.nextInt(300));
                if (random.nextInt(3) > 0) {
                    double score = random.nextBoolean() ? random.nextInt(10) : random.nextDouble();
                    assertThat(set.put(member, score)).isEqualTo(model.put(member, score) == null);
                } else {
                    assertThat(set.remove(member)).isEqualTo(model.remove(member) != null);
                }
            }
            List<Entry> all = new ArrayList<>();
            model.forEach((member, score) -> all.add(new Entry(score, member)));
            all.sort(Comparator.comparingDouble(Entry::score).thenComparing(Entry::member));
            List<String> expected = new ArrayList<>();
            for (Entry entry : all) {
                expected.add(entry.member + "=" + entry.score);
                assertThat(set.rank(entry.member)).isEqualTo(expected.size() - 1);
                assertThat(set.score(entry.member)).isEqualTo(entry.score);
            }
            int from = random.nextInt(all.size());
            assertThat(members(from, false)).isEqualTo(expected.subList(from, expected.size()));
            List<String> reversed = new ArrayList<>(expected.subList(0, from + 1));
            Collections.reverse(reversed);
            assertThat(members(from, true)).isEqualTo(reversed);
            double bound = random.nextInt(10);
            assertThat(set.countBelow(bound, false))
                    .isEqualTo(all.stream().filter(e -> e.score < bound).count());
            if (round % 5 == 4) {
                int to = from + random.nextInt(all.size() - from + 1);
                set.removeRange(from, to);
                all.subList(from, to).forEach(entry -> model.remove(entry.member));
            }
            assertThat(set.size()).isEqualTo(model.size());
        }
        set.free();
        assertThat(arena.usedBytes()).isZero();
    }
}
