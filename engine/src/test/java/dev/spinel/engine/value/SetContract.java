package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SetValue;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every encoding of a set must do; a subclass sets limits and members that lead to its encoding. */
abstract class SetContract {
    final EncodingLimits limits = new EncodingLimits();
    final Arena arena = new Arena(0);
    final ValueContext context = new ValueContext(arena, new KeyHash(3), new LargeValues(new LazyRelease()), limits);
    final ArrayCell cell = new ArrayCell();
    final SetView set = new SetView(context, cell);

    abstract String encoding();

    /** A member for each number. */
    abstract String member(int number);

    @BeforeEach
    void init() {
        set.init();
    }

    final boolean add(String member) {
        return set.add(Bytes.of(member));
    }

    final boolean remove(String member) {
        return set.remove(Bytes.of(member));
    }

    final boolean contains(String member) {
        return set.contains(Bytes.of(member));
    }

    static Set<String> contents(SetValue set) {
        Set<String> contents = new HashSet<>();
        SetValue.Cursor cursor = set.cursor();
        while (cursor.next()) {
            assertThat(contents.add(cursor.member().toString())).isTrue();
        }
        assertThat(cursor.next()).isFalse();
        return contents;
    }

    @Test
    void add_newAndKnownMember() {
        assertThat(add(member(1))).isTrue();
        assertThat(add(member(70_000))).isTrue();
        assertThat(add(member(1))).isFalse();
        assertThat(set.size()).isEqualTo(2);
        assertThat(contains(member(1))).isTrue();
        assertThat(contains(member(2))).isFalse();
        assertThat(contains("other")).isFalse();
        assertThat(set.encodingName()).isEqualTo(encoding());
    }

    @Test
    void remove_untilEmpty() {
        add(member(1));
        add(member(2));
        assertThat(remove("other")).isFalse();
        assertThat(remove(member(1))).isTrue();
        assertThat(remove(member(1))).isFalse();
        assertThat(set.isEmpty()).isFalse();
        assertThat(remove(member(2))).isTrue();
        assertThat(set.isEmpty()).isTrue();
        assertThat(contents(set)).isEmpty();
    }

    @Test
    void scan_visitsAllMembers() {
        Set<String> expected = new HashSet<>();
        for (int i = 0; i < 60; i++) {
            add(member(i * i * i));
            expected.add(member(i * i * i));
        }
        Set<String> visited = new HashSet<>();
        long cursor = 0;
        do {
            cursor = set.scan(cursor, 7, member -> visited.add(member.toString()));
        } while (cursor != 0);
        assertThat(visited).isEqualTo(expected);
    }

    @Test
    void random_isUniform() {
        int members = 20;
        for (int i = 0; i < members; i++) {
            add(member(i * 10_000));
        }
        Random random = new Random(17);
        Map<String, Integer> draws = new HashMap<>();
        int perMember = 5000;
        for (int i = 0; i < members * perMember; i++) {
            draws.merge(set.random(random).toString(), 1, Integer::sum);
        }
        assertThat(draws.keySet()).isEqualTo(contents(set));
        // Six standard deviations.
        int tolerance = (int) (6 * Math.sqrt(perMember));
        assertThat(draws.values())
                .allSatisfy(n -> assertThat(n).isBetween(perMember - tolerance, perMember + tolerance));
    }

    @Test
    void copyFrom_sharesNothing() {
        for (int i = 0; i < 50; i++) {
            add(member(i));
        }
        Set<String> expected = contents(set);
        ArrayCell copyCell = new ArrayCell();
        SetView copy = new SetView(context, copyCell);
        copy.copyFrom(set);
        assertThat(copy.encodingName()).isEqualTo(set.encodingName());
        add(member(100));
        remove(member(8));
        assertThat(contents(copy)).isEqualTo(expected);
        set.free();
        SetView again = new SetView(context, copyCell);
        again.bind(copyCell);
        assertThat(contents(again)).isEqualTo(expected);
        again.free();
        assertThat(arena.usedBytes()).isZero();
    }

    @Test
    void randomChanges_matchASet() {
        long seed = System.nanoTime();
        System.out.println(getClass().getSimpleName() + " seed " + seed);
        Random random = new Random(seed);
        Set<String> model = new HashSet<>();
        for (int i = 0; i < 20_000; i++) {
            String member = member(random.nextInt(80) * (random.nextInt(30) == 0 ? 10_000_000 : 1));
            switch (random.nextInt(4)) {
                case 0, 1 -> assertThat(add(member)).isEqualTo(model.add(member));
                case 2 -> assertThat(remove(member)).isEqualTo(model.remove(member));
                default -> assertThat(contains(member)).isEqualTo(model.contains(member));
            }
            assertThat(set.size()).isEqualTo(model.size());
            if (i % 50 == 0) {
                assertThat(contents(set)).isEqualTo(model);
            }
            if (!model.isEmpty() && i % 10 == 0) {
                assertThat(model).contains(set.random(random).toString());
            }
        }
        assertThat(set.encodingName()).isEqualTo(encoding());
        set.free();
        assertThat(arena.usedBytes()).isZero();
    }
}
