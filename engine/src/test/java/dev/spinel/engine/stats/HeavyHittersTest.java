package dev.spinel.engine.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HeavyHittersTest {
    private static List<String> keys(HeavyHitters hitters) {
        return hitters.largest().stream().map(entry -> entry.key().toString()).toList();
    }

    @Test
    void fewKeys_areCountedExactly_largestFirst() {
        HeavyHitters hitters = new HeavyHitters(2);
        hitters.add(Bytes.of("a"), 5);
        hitters.add(Bytes.of("b"), 7);
        hitters.add(Bytes.of("c"), 1);
        hitters.add(Bytes.of("a"), 3);
        hitters.add(Bytes.of("d"), 0);
        assertThat(hitters.largest())
                .containsExactly(new HeavyHitters.Entry(Bytes.of("a"), 8), new HeavyHitters.Entry(Bytes.of("b"), 7));
    }

    @Test
    void key_isCopied() {
        HeavyHitters hitters = new HeavyHitters(1);
        byte[] array = {'x'};
        hitters.add(Bytes.of(array), 1);
        array[0] = 'y';
        assertThat(keys(hitters)).containsExactly("x");
    }

    /** Ten keys in a flood of others: each has its share, and none is told more than it had. */
    @Test
    void manyKeys_heavyOnesAreFound() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        HeavyHitters hitters = new HeavyHitters(10);
        Map<String, Long> sums = new HashMap<>();
        for (int i = 0; i < 300_000; i++) {
            String key = random.nextInt(10) < 3 ? "hot" + random.nextInt(10) : "cold" + random.nextInt(100_000);
            int amount = 1 + random.nextInt(100);
            sums.merge(key, (long) amount, Long::sum);
            hitters.add(Bytes.of(key), amount);
        }
        assertThat(keys(hitters))
                .as("seed %s", seed)
                .containsExactlyInAnyOrder(
                        "hot0", "hot1", "hot2", "hot3", "hot4", "hot5", "hot6", "hot7", "hot8", "hot9");
        assertThat(hitters.largest()).as("seed %s", seed).allSatisfy(entry -> {
            long had = sums.get(entry.key().toString());
            assertThat(entry.sum()).isBetween(had * 9 / 10, had);
        });
        assertThat(hitters.largest()).isSortedAccordingTo((a, b) -> Long.compare(b.sum(), a.sum()));
    }

    @Test
    void memory_isBounded_whateverKeysThereAre() {
        HeavyHitters hitters = new HeavyHitters(64);
        hitters.add(Bytes.of("hot"), 1_000_000);
        for (int i = 0; i < 20_000; i++) {
            hitters.add(Bytes.of("k" + i), 1);
            assertThat(hitters.heapBytes()).isLessThan(200_000);
        }
        for (int i = 0; i < 100; i++) {
            hitters.add(Bytes.of(i + "k".repeat(60_000)), 1);
            assertThat(hitters.heapBytes()).isLessThan(1_300_000);
        }
        hitters.add(Bytes.of("k".repeat(1_000_000)), 1_000_000_000);
        assertThat(hitters.heapBytes()).isLessThan(1_300_000);
        assertThat(hitters.largest().get(0)).isEqualTo(new HeavyHitters.Entry(Bytes.of("hot"), 1_000_000));
    }
}
