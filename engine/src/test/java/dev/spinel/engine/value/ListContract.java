package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ListValue;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.memory.KeyHash;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What every form of a list must do. */
abstract class ListContract {
    final EncodingLimits limits = new EncodingLimits();
    private final Arena arena = new Arena(0);
    private final ArrayCell cell = new ArrayCell();
    private final ValueContext context =
            new ValueContext(arena, new KeyHash(3), new LargeValues(new LazyRelease()), limits);
    private final ListView list = new ListView(context, cell);

    @BeforeEach
    void init() {
        list.bind(cell);
        list.init();
    }

    private void pushAll(String... elements) {
        for (String element : elements) {
            list.pushTail(Bytes.of(element));
        }
    }

    private List<String> contents(long index, boolean reversed) {
        List<String> contents = new ArrayList<>();
        ListValue.Cursor cursor = list.cursor(index, reversed);
        while (cursor.next()) {
            contents.add(cursor.element().toString());
            assertThat(cursor.elementEquals(Bytes.of(contents.get(contents.size() - 1))))
                    .isTrue();
            assertThat(cursor.elementEquals(Bytes.of("no such element"))).isFalse();
        }
        assertThat(cursor.next()).isFalse();
        return contents;
    }

    private List<String> contents() {
        return contents(0, false);
    }

    private static List<String> reversed(List<String> elements) {
        List<String> result = new ArrayList<>(elements);
        Collections.reverse(result);
        return result;
    }

    @Nested
    class PushAndPop {
        @Test
        void atBothEnds_keepsOrder() {
            list.pushHead(Bytes.of("b"));
            list.pushHead(Bytes.of("a"));
            list.pushTail(Bytes.of("12345"));
            assertThat(contents()).containsExactly("a", "b", "12345");
            assertThat(list.popTail()).isEqualTo(Bytes.of("12345"));
            assertThat(list.popHead()).isEqualTo(Bytes.of("a"));
            assertThat(list.popHead()).isEqualTo(Bytes.of("b"));
            assertThat(list.isEmpty()).isTrue();
            assertThat(contents()).isEmpty();
        }

        @Test
        void hugeElements_standBesideSmallOnes() {
            String huge = "x".repeat(100_000);
            pushAll("a", huge, "b");
            list.pushHead(Bytes.of(huge + "y"));
            assertThat(contents()).containsExactly(huge + "y", "a", huge, "b");
            assertThat(list.popHead().toString()).isEqualTo(huge + "y");
            assertThat(list.get(1).toString()).isEqualTo(huge);
            list.set(1, Bytes.of("small"));
            assertThat(contents()).containsExactly("a", "small", "b");
        }

        @Test
        void queue_usesBoundedMemory() {
            for (int i = 0; i < 2000; i++) {
                list.pushTail(Bytes.of("element" + i));
            }
            long before = arena.usedBytes();
            for (int i = 0; i < 20_000; i++) {
                assertThat(list.popHead()).isEqualTo(Bytes.of("element" + i));
                list.pushTail(Bytes.of("element" + (i + 2000)));
            }
            assertThat(arena.usedBytes()).isLessThan(before * 3 / 2 + 20_000);
            for (int i = 20_000; i < 22_000; i++) {
                assertThat(list.popHead()).isEqualTo(Bytes.of("element" + i));
            }
            assertThat(list.isEmpty()).isTrue();
        }
    }

    @Test
    void withoutMemory_pushFailsAndPopWorks() {
        Arena small = new Arena(9L << 20);
        ArrayCell smallCell = new ArrayCell();
        ListView full = new ListView(
                new ValueContext(small, new KeyHash(3), new LargeValues(new LazyRelease()), limits), smallCell);
        full.bind(smallCell);
        full.init();
        int pushed = 0;
        try {
            for (; pushed < 10_000_000; pushed++) {
                full.pushTail(Bytes.of("element" + pushed));
            }
        } catch (ArenaExhaustedException e) {
            assertThat(full.size()).isEqualTo(pushed);
        }
        assertThat(pushed).isLessThan(10_000_000);
        for (int i = 0; i < pushed; i++) {
            assertThat(full.popHead()).isEqualTo(Bytes.of("element" + i));
        }
        full.free();
        assertThat(small.usedBytes()).isZero();
    }

    @Nested
    class Cursors {
        @Test
        void remove_forward_standsBeforeNext() {
            pushAll("a", "x", "x", "b", "x");
            ListValue.Cursor cursor = list.cursor(0, false);
            List<String> kept = new ArrayList<>();
            while (cursor.next()) {
                if (cursor.elementEquals(Bytes.of("x"))) {
                    cursor.remove();
                } else {
                    kept.add(cursor.element().toString());
                }
            }
            assertThat(kept).containsExactly("a", "b");
            assertThat(contents()).containsExactly("a", "b");
        }

        @Test
        void remove_reversed_standsBeforePrevious() {
            pushAll("x", "a", "x", "x", "b", "x");
            ListValue.Cursor cursor = list.cursor(5, true);
            List<String> kept = new ArrayList<>();
            while (cursor.next()) {
                if (cursor.elementEquals(Bytes.of("x"))) {
                    cursor.remove();
                } else {
                    kept.add(cursor.element().toString());
                }
            }
            assertThat(kept).containsExactly("b", "a");
            assertThat(contents()).containsExactly("a", "b");
        }

        @Test
        void cursor_beyondTheEnd_findsNothing() {
            pushAll("a", "b");
            assertThat(contents(2, false)).isEmpty();
            assertThat(contents(-1, true)).isEmpty();
        }
    }

    @Test
    void encodingName_isQuicklist() {
        assertThat(list.encodingName()).isEqualTo("quicklist");
    }

    @Test
    void copyFrom_sharesNothing() {
        for (int i = 0; i < 3000; i++) {
            list.pushTail(Bytes.of("e" + i));
        }
        ArrayCell copyCell = new ArrayCell();
        ListView copy = new ListView(context, copyCell);
        copy.bind(copyCell);
        copy.copyFrom(list);
        copy.set(5, Bytes.of("changed"));
        copy.removeRange(10, 2990);
        assertThat(list.get(5)).isEqualTo(Bytes.of("e5"));
        assertThat(list.size()).isEqualTo(3000);
        list.free();
        assertThat(copy.get(5)).isEqualTo(Bytes.of("changed"));
        assertThat(copy.get(10)).isEqualTo(Bytes.of("e2990"));
        copy.free();
        assertThat(arena.usedBytes()).isZero();
    }

    @Test
    void randomChanges_matchModel() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<String> model = new ArrayList<>();
        for (int round = 0; round < 150; round++) {
            boolean growing = round % 30 < 20;
            for (int i = 0; i < 40; i++) {
                change(model, growing, random);
            }
            assertThat(contents()).isEqualTo(model);
            assertThat(list.size()).isEqualTo(model.size());
            if (!model.isEmpty()) {
                int index = random.nextInt(model.size());
                assertThat(list.get(index).toString()).isEqualTo(model.get(index));
                assertThat(contents(index, false)).isEqualTo(model.subList(index, model.size()));
                assertThat(contents(index, true)).isEqualTo(reversed(model.subList(0, index + 1)));
            }
        }
        list.removeRange(0, list.size());
        assertThat(list.isEmpty()).isTrue();
        list.free();
        assertThat(arena.usedBytes()).isZero();
    }

    private void change(List<String> model, boolean growing, Random random) {
        String element = element(random);
        int kind = random.nextInt(growing ? 12 : 20);
        if (model.isEmpty() || kind < 4) {
            list.pushTail(Bytes.of(element));
            model.add(element);
            return;
        }
        int index = random.nextInt(model.size());
        switch (kind) {
            case 4, 5, 6 -> {
                list.pushHead(Bytes.of(element));
                model.add(0, element);
            }
            case 7, 8 -> {
                list.set(index, Bytes.of(element));
                model.set(index, element);
            }
            case 9, 10 -> {
                ListValue.Cursor cursor = list.cursor(index, random.nextBoolean());
                assertThat(cursor.next()).isTrue();
                boolean after = random.nextBoolean();
                if (after) {
                    cursor.insertAfter(Bytes.of(element));
                } else {
                    cursor.insertBefore(Bytes.of(element));
                }
                model.add(after ? index + 1 : index, element);
            }
            case 11, 12, 13 -> assertThat(list.popHead().toString()).isEqualTo(model.remove(0));
            case 14, 15 -> assertThat(list.popTail().toString()).isEqualTo(model.remove(model.size() - 1));
            case 16, 17, 18 -> removeSome(model, index, random);
            default -> {
                int to = index + random.nextInt(Math.min(200, model.size() - index) + 1);
                list.removeRange(index, to);
                model.subList(index, to).clear();
            }
        }
    }

    private void removeSome(List<String> model, int index, Random random) {
        boolean reversed = random.nextBoolean();
        ListValue.Cursor cursor = list.cursor(index, reversed);
        int at = index;
        for (int i = 0; i < 10 && cursor.next(); i++) {
            assertThat(cursor.element().toString()).isEqualTo(model.get(at));
            if (random.nextBoolean()) {
                cursor.remove();
                model.remove(at);
                at -= reversed ? 1 : 0;
            } else {
                at += reversed ? -1 : 1;
            }
        }
    }

    private static String element(Random random) {
        return switch (random.nextInt(20)) {
            case 0 -> "l".repeat(random.nextInt(12_000));
            case 1, 2 -> "m".repeat(random.nextInt(700));
            case 3, 4, 5, 6 -> Long.toString(random.nextLong() >> random.nextInt(64));
            default -> "element" + random.nextInt(1000);
        };
    }
}
