package dev.spinel.lua.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LuaTableTest {
    private static final LuaString NAME = LuaString.of("name");

    private final Interpreter lua = new Interpreter(HeapGauge.UNLIMITED, () -> {});

    private static Map<Object, Object> pairs(LuaTable table) {
        Map<Object, Object> pairs = new HashMap<>();
        LuaTable.Traversal traversal = table.traversal();
        while (traversal.next()) {
            assertThat(pairs.put(traversal.key(), traversal.value())).isNull();
        }
        return pairs;
    }

    @Test
    void filledFromTheEnd_isAnArray() {
        LuaTable table = lua.newTable();
        for (int i = 1_000_000; i >= 1; i--) {
            table.put(i, Double.valueOf(i));
        }

        assertThat(table.length()).isEqualTo(1_000_000);
        assertThat(table.get(765_432.0)).isEqualTo(765_432.0);
        assertThat(pairs(table)).hasSize(1_000_000);
    }

    @Test
    void indexBehindAShrunkenArray_isMetOnce() {
        LuaTable table = lua.newTable();
        for (int i = 1; i <= 8; i++) {
            table.put(i, Boolean.TRUE);
        }
        for (int i = 8; i > 2; i--) {
            table.put(i, null);
        }
        table.put(6, Boolean.FALSE);

        int met = 0;
        Object key = null;
        while (table.next(key) instanceof Object[] pair) {
            key = pair[0];
            met++;
            assertThat(met).isLessThanOrEqualTo(3);
        }
        assertThat(met).isEqualTo(3);
    }

    @Test
    void whatIsMet_mayBeRemoved() {
        LuaTable table = lua.newTable();
        for (int i = 20; i >= 1; i--) {
            table.put(i, Double.valueOf(i));
            table.put(LuaString.of("k" + i), true);
        }
        int met = 0;
        int position = table.following(0);
        while (position != 0) {
            Object key = table.keyAt(position);
            table.put(key, null);
            met++;
            position = table.following(position, key);
        }

        assertThat(met).isEqualTo(40);
        assertThat(table.next(null)).isNull();
    }

    @Test
    void unknownKey_hasNoNext() {
        LuaTable table = lua.newTable();
        table.put(NAME, true);

        assertThatThrownBy(() -> table.next(LuaString.of("other"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> table.next(0.0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> table.following(0, 0.0)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tableOfOneField_takesMore() {
        LuaTable table = lua.newTable(NAME, true);
        table.put(LuaString.of("other"), false);
        table.put(1, Double.valueOf(2));
        table.put(-0.0, 3.0);

        assertThat(table.get(LuaString.of("name"))).isEqualTo(true);
        assertThat(table.get(LuaString.of("other"))).isEqualTo(false);
        assertThat(table.get(1.0)).isEqualTo(2.0);
        assertThat(table.get(0.0)).isEqualTo(3.0);
        assertThat(table.get(LuaString.of("none"))).isNull();
    }

    @Test
    void sharedNames_areOneObject() {
        LuaTable first = lua.newTable(NAME, true);
        LuaTable second = lua.newTable(LuaString.of("name"), true);
        lua.shareNames(first);
        lua.shareNames(second);

        LuaTable.Traversal pairs = second.traversal();
        assertThat(pairs.next()).isTrue();
        assertThat(pairs.key()).isSameAs(NAME);
        assertThat(second.get(LuaString.of("name"))).isEqualTo(true);
    }

    /** Tables that began in different ways answer as a map of Java does. */
    @Test
    void randomChanges_giveWhatAMapHas() {
        long seed = 5;
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            LuaTable table = lua.newTableFor(random.nextInt(20), random.nextInt(20));
            Map<Object, Object> expected = new HashMap<>();
            int range = 1 + random.nextInt(40);
            for (int i = 0; i < 200; i++) {
                Object key = random.nextBoolean()
                        ? (Object) (double) (random.nextInt(range) + 1)
                        : LuaString.of("k" + random.nextInt(range));
                if (random.nextInt(3) == 0) {
                    table.put(key, null);
                    expected.remove(key);
                } else {
                    table.put(key, (double) i);
                    expected.put(key, (double) i);
                }
            }

            assertThat(pairs(table)).as("round %d of seed %d", round, seed).isEqualTo(expected);
            expected.forEach((key, value) -> assertThat(table.get(key)).isEqualTo(value));
            double border = table.length();
            assertThat(border == 0 || table.get(border) != null).isTrue();
            assertThat(table.get(border + 1)).isNull();
        }
    }
}
