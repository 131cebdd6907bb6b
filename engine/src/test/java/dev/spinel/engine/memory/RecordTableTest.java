package dev.spinel.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.LongUnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests of {@link RecordTable}. */
final class RecordTableTest {
    private static final KeyHash HASH = new KeyHash(42);
    private static final LongUnaryOperator GOOD = number -> HASH.hash(key(number), 0, 8);

    private final Arena arena = new Arena(0);

    @Nested
    final class Basics {
        private final Table table = new Table(arena, GOOD);

        @Test
        void find_afterInsert_returnsTheAddress() {
            assertThat(table.get(1)).isEqualTo(Arena.NULL);
            long address = table.put(1);
            assertThat(table.get(1)).isEqualTo(address);
            assertThat(table.get(2)).isEqualTo(Arena.NULL);
            assertThat(table.size()).isEqualTo(1);
        }

        @Test
        void replaceFound_movedRecord_isFoundThere() {
            table.put(1);
            table.get(1);
            long moved = newRecord(1);
            table.replaceFound(moved);
            assertThat(table.get(1)).isEqualTo(moved);
            long again = newRecord(1);
            table.replace(GOOD.applyAsLong(1), moved, again);
            assertThat(table.get(1)).isEqualTo(again);
        }

        @Test
        void replaceFoundAndRemoveFound_withoutFind_refused() {
            table.put(1);
            assertThatThrownBy(table::removeFound).isInstanceOf(IllegalStateException.class);
            table.get(2);
            assertThatThrownBy(() -> table.replaceFound(8)).isInstanceOf(IllegalStateException.class);
            table.get(1);
            table.removeFound();
            assertThatThrownBy(table::removeFound).isInstanceOf(IllegalStateException.class);
            assertThat(table.size()).isZero();
        }

        @Test
        void removeAndReplace_ofWhatIsNotThere_refused() {
            long address = table.put(1);
            assertThatThrownBy(() -> table.remove(GOOD.applyAsLong(1), address + 1))
                    .isInstanceOf(IllegalStateException.class);
            assertThatThrownBy(() -> table.replace(GOOD.applyAsLong(2), address, 8))
                    .isInstanceOf(IllegalStateException.class);
            assertThat(table.get(1)).isEqualTo(address);
        }

        @Test
        void clear_afterGrowth_isAsSmallAsNew() {
            long newBytes = table.memoryBytes();
            for (int i = 0; i < 5000; i++) {
                table.put(i);
            }
            assertThat(table.memoryBytes()).isGreaterThan(40_000);
            table.clear();
            assertThat(table.size()).isZero();
            assertThat(table.memoryBytes()).isEqualTo(newBytes).isLessThanOrEqualTo(120);
            assertThat(table.get(1)).isEqualTo(Arena.NULL);
            table.put(1);
            assertThat(table.get(1)).isNotEqualTo(Arena.NULL);
        }
    }

    @Nested
    final class Memory {
        @Test
        void memoryBytes_atAnySize_isAboutTenPerRecord() {
            Table table = new Table(arena, RecordTableTest::mixed);
            int checked = 0;
            for (int i = 1; i <= 400_000; i++) {
                table.insert(mixed(i), i);
                if (i == 200 || i > 1000 && i % 997 == 0) {
                    double bytes = (double) table.memoryBytes() / i;
                    assertThat(bytes).as("bytes per record at %s", i).isLessThan(i == 200 ? 12.5 : 11);
                    checked++;
                }
            }
            assertThat(checked).isGreaterThan(400);
        }

        @Test
        void memoryBytes_afterRemoval_shrinks() {
            Table table = new Table(arena, RecordTableTest::mixed);
            for (int i = 1; i <= 200_000; i++) {
                table.insert(mixed(i), i);
            }
            for (int i = 1; i <= 198_000; i++) {
                table.remove(mixed(i), i);
            }
            assertThat(table.memoryBytes() / table.size()).isLessThan(16);
            for (int i = 198_001; i <= 200_000; i++) {
                table.remove(mixed(i), i);
            }
            assertThat(table.memoryBytes()).isLessThanOrEqualTo(new Table(arena, GOOD).memoryBytes() + 8);
        }
    }

    @Nested
    final class RandomUse {
        @Test
        void goodHashes() {
            run(new Table(arena, GOOD), 300_000, 30_000);
        }

        @Test
        void smallSegments_reachAllTagShifts() {
            Table table = new Table(arena, GOOD, 4, 8);
            run(table, 900_000, 400_000);
            assertThat(table.hashesRead).isPositive();
        }

        @Test
        void reservedTable_staysCorrect() {
            Table table = new Table(arena, GOOD);
            table.reserve(20_000);
            long reserved = table.memoryBytes();
            assertThat(reserved).isBetween(200_000L, 300_000L);
            run(table, 100_000, 30_000);
            Table small = new Table(arena, GOOD, 4, 8);
            small.reserve(10_000);
            run(small, 100_000, 20_000);
        }

        @Test
        void smallSegments_fewKeys() {
            run(new Table(arena, GOOD, 4, 8), 200_000, 300);
        }

        @Test
        void equalTags_stayCorrect() {
            run(new Table(arena, number -> 0x1234567L << 36), 20_000, 2000);
        }

        @Test
        void equalHashesAtEitherEnd_stayCorrect() {
            run(new Table(arena, number -> number % 2 == 0 ? -1 : 0), 20_000, 2000);
        }

        @Test
        void skewedHashes_stayCorrect() {
            run(new Table(arena, number -> mixed(number) >>> (number % 40)), 100_000, 10_000);
            run(new Table(arena, number -> number << 30, 16, 8), 100_000, 10_000);
        }

        private void run(Table table, int steps, int keys) {
            long seed = new Random().nextLong();
            System.out.println("RecordTableTest.RandomUse seed " + seed);
            Random random = new Random(seed);
            Map<Long, Long> model = new HashMap<>();
            for (int step = 0; step < steps; step++) {
                long number = random.nextInt(keys);
                long hash = table.hash.applyAsLong(number);
                Long expected = model.get(number);
                long found = table.get(number);
                assertThat(found).isEqualTo(expected == null ? Arena.NULL : expected);
                boolean growing = step < steps * 3L / 4;
                if (expected == null && (growing || random.nextInt(10) == 0)) {
                    model.put(number, table.put(number));
                } else if (expected != null && !(growing && random.nextInt(4) != 0)) {
                    if (random.nextBoolean()) {
                        table.removeFound();
                    } else {
                        table.remove(hash, expected);
                    }
                    arena.free(expected, 16);
                    model.remove(number);
                } else if (expected != null && random.nextInt(2) == 0) {
                    long moved = newRecord(number);
                    if (random.nextBoolean()) {
                        table.replaceFound(moved);
                    } else {
                        table.replace(hash, expected, moved);
                    }
                    arena.free(expected, 16);
                    model.put(number, moved);
                }
                if (step % (steps / 10) == 0) {
                    verify(table, model);
                }
            }
            verify(table, model);
            for (Map.Entry<Long, Long> entry : model.entrySet()) {
                table.remove(table.hash.applyAsLong(entry.getKey()), entry.getValue());
            }
            verify(table, Map.of());
        }

        private void verify(Table table, Map<Long, Long> model) {
            assertThat(table.size()).isEqualTo(model.size());
            Set<Long> addresses = new HashSet<>(model.values());
            List<Long> visited = new ArrayList<>();
            long[] previous = new long[1];
            table.forEach(address -> {
                visited.add(address);
                // Tags have 27 bits at least.
                long prefix = table.hash.applyAsLong(numberAt(address)) >>> 37;
                assertThat(prefix).isGreaterThanOrEqualTo(previous[0]);
                previous[0] = prefix;
            });
            assertThat(visited).hasSameSizeAs(addresses);
            assertThat(new HashSet<>(visited)).isEqualTo(addresses);
            for (Map.Entry<Long, Long> entry : model.entrySet()) {
                if (table.get(entry.getKey()) != entry.getValue()) {
                    throw new AssertionError("lost " + entry);
                }
            }
        }
    }

    @Nested
    final class Scan {
        @Test
        void scan_whileTheTableChanges_visitsAllThatStays() {
            long seed = new Random().nextLong();
            System.out.println("RecordTableTest.Scan seed " + seed);
            Random random = new Random(seed);
            for (int round = 0; round < 60; round++) {
                Table table = round % 2 == 0 ? new Table(arena, GOOD) : new Table(arena, GOOD, 4, 8);
                int staying = 1 + random.nextInt(round % 10 == 9 ? 8000 : 500);
                int transientCount = random.nextInt(20_000);
                Set<Long> unvisited = new HashSet<>();
                for (long i = 0; i < staying; i++) {
                    unvisited.add(table.put(i));
                }
                // Grows in some rounds and shrinks in others.
                boolean growing = round % 4 < 2;
                for (long i = 0; !growing && i < transientCount; i++) {
                    table.put(1_000_000 + i);
                }
                long next = 1_000_000;
                long cursor = 0;
                int calls = 0;
                do {
                    int count = 1 + random.nextInt(30);
                    cursor = table.scan(cursor, count, unvisited::remove);
                    assertThat(cursor).isNotNegative();
                    for (int i = random.nextInt(200); i > 0 && next < 1_000_000 + transientCount; i--) {
                        if (growing) {
                            table.put(next++);
                        } else {
                            table.get(next++);
                            table.removeFound();
                        }
                    }
                    assertThat(++calls).isLessThan(100_000);
                } while (cursor != 0);
                assertThat(unvisited).isEmpty();
            }
        }

        @Test
        void scan_unchangedTable_visitsEachOnceInChunksOfTheCount() {
            Table table = new Table(arena, GOOD);
            for (long i = 0; i < 10_000; i++) {
                table.put(i);
            }
            List<Long> visited = new ArrayList<>();
            long cursor = 0;
            do {
                int before = visited.size();
                cursor = table.scan(cursor, 10, visited::add);
                assertThat(visited.size() - before).isLessThanOrEqualTo(13);
                if (cursor != 0) {
                    assertThat(visited.size() - before).isGreaterThanOrEqualTo(10);
                }
            } while (cursor != 0);
            assertThat(visited).hasSize(10_000).doesNotHaveDuplicates();
        }

        @Test
        void scan_arbitraryCursor_ends() {
            Table table = new Table(arena, GOOD, 4, 8);
            for (long i = 0; i < 5000; i++) {
                table.put(i);
            }
            Random random = new Random(7);
            for (int i = 0; i < 1000; i++) {
                long cursor = random.nextLong() >>> 1 >>> random.nextInt(63);
                int calls = 0;
                do {
                    cursor = table.scan(cursor, 100, address -> {});
                    assertThat(++calls).isLessThan(60);
                } while (cursor != 0);
            }
            assertThat(table.scan(Long.MAX_VALUE, 10, address -> {})).isZero();
        }

        @Test
        void scan_emptyTable_ends() {
            assertThat(new Table(arena, GOOD).scan(0, 10, address -> {})).isZero();
        }

        @Test
        void scan_equalHashes_visitsThemTogether() {
            Table table = new Table(arena, number -> number % 2 == 0 ? 5L << 60 : 9L << 60);
            for (long i = 0; i < 300; i++) {
                table.put(i);
            }
            List<Long> visited = new ArrayList<>();
            long cursor = table.scan(0, 1, visited::add);
            assertThat(visited).hasSize(150);
            assertThat(table.scan(cursor, 1, visited::add)).isZero();
            assertThat(visited).hasSize(300).doesNotHaveDuplicates();
        }
    }

    @Nested
    final class Cut {
        @Test
        void cut_tableThatChanges_givesEachRecordOfItsStartOnce() {
            long seed = System.nanoTime();
            Random random = new Random(seed);
            for (int round = 0; round < 40; round++) {
                LongUnaryOperator hash = round % 4 == 3 ? number -> mixed(number) >>> 5 : GOOD;
                Table table = round % 2 == 0 ? new Table(arena, hash) : new Table(arena, hash, 4, 8);
                int keys = 1 + random.nextInt(6000);
                for (int cuts = 0; cuts < 3; cuts++) {
                    change(table, hash, random, keys, keys, null);
                    Set<Long> expected = new HashSet<>();
                    table.forEach(address -> expected.add(numberAt(address)));
                    Set<Long> given = new HashSet<>();
                    table.startCut();
                    while (!table.advanceCut(
                            1 + random.nextInt(200), address -> give(given, numberAt(address), seed))) {
                        change(table, hash, random, keys, random.nextInt(150), number -> give(given, number, seed));
                    }
                    assertThat(given).as("seed %s, round %s", seed, round).isEqualTo(expected);
                    assertThat(table.isCut()).isFalse();
                }
            }
        }

        private void give(Set<Long> given, long number, long seed) {
            assertThat(given.add(number))
                    .as("seed %s, %s given twice", seed, number)
                    .isTrue();
        }

        /** Puts, moves and removes records at random; hands those to be saved before that to {@code saved}. */
        private void change(
                Table table, LongUnaryOperator hash, Random random, int keys, int changes, LongConsumer saved) {
            for (int i = 0; i < changes; i++) {
                long number = random.nextInt(keys * 2);
                long address = table.get(number);
                if (address == Arena.NULL) {
                    table.put(number);
                    continue;
                }
                if (table.takeFromCut(hash.applyAsLong(number), address)) {
                    saved.accept(number);
                }
                switch (random.nextInt(3)) {
                    case 0 -> table.replace(hash.applyAsLong(number), address, newRecord(number));
                    case 1 -> table.remove(hash.applyAsLong(number), address);
                    default -> {
                        table.get(number);
                        table.removeFound();
                    }
                }
            }
        }

        @Test
        void startCut_beforeTheOneBeforeEnded_refused() {
            Table table = new Table(arena, GOOD);
            table.put(1);
            table.startCut();
            assertThatThrownBy(table::startCut).isInstanceOf(IllegalStateException.class);
        }

        @Test
        void startCut_emptyTable_endsAtOnce() {
            Table table = new Table(arena, GOOD);
            table.startCut();
            table.put(1);
            assertThat(table.isCut()).isFalse();
            assertThat(table.advanceCut(10, address -> {
                        throw new AssertionError("visited " + address);
                    }))
                    .isTrue();
        }
    }

    @Nested
    final class RandomAddress {
        @Test
        void randomAddress_emptyTable_isNull() {
            assertThat(new Table(arena, GOOD).randomAddress(new Random(1))).isEqualTo(Arena.NULL);
        }

        @Test
        void randomAddress_unevenSegments_isUniform() {
            // Half of the hashes begin alike, so that segments have all depths and lengths.
            Table table = new Table(arena, number -> number % 2 == 0 ? mixed(number) : mixed(number) >>> 6, 16, 8);
            int keys = 1000;
            Map<Long, Integer> drawn = new HashMap<>();
            for (long i = 0; i < keys; i++) {
                drawn.put(table.put(i), 0);
            }
            Random random = new Random(12345);
            int draws = 200 * keys;
            for (int i = 0; i < draws; i++) {
                drawn.computeIfPresent(table.randomAddress(random), (address, count) -> count + 1);
            }
            double expected = (double) draws / keys;
            double chiSquare = 0;
            for (int count : drawn.values()) {
                chiSquare += (count - expected) * (count - expected) / expected;
            }
            // 999 degrees of freedom: mean 999, standard deviation 44.7.
            assertThat(chiSquare).isBetween(999 - 4 * 44.7, 999 + 4 * 44.7);
        }

        @Test
        void randomAddress_afterShrinking_returnsWhatIsLeft() {
            Table table = new Table(arena, GOOD);
            for (long i = 0; i < 2000; i++) {
                table.put(i);
            }
            for (long i = 1; i < 2000; i++) {
                table.get(i);
                table.removeFound();
            }
            assertThat(table.randomAddress(new Random(1))).isEqualTo(table.get(0));
        }
    }

    private static long mixed(long number) {
        long mixed = number * 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ mixed >>> 32) * 0xD6E8FEB86659FD93L;
        return mixed ^ mixed >>> 32;
    }

    private static byte[] key(long number) {
        byte[] key = new byte[8];
        LONGS.set(key, 0, number);
        return key;
    }

    private long newRecord(long number) {
        long address = arena.allocate(16);
        LONGS.set(arena.chunk(address), arena.offset(address) + 8, number);
        return address;
    }

    private long numberAt(long address) {
        return (long) LONGS.get(arena.chunk(address), arena.offset(address) + 8);
    }

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /** A table of records of 16 bytes that have a number as key in their second half. */
    private final class Table extends RecordTable {
        private final LongUnaryOperator hash;
        private long hashesRead;

        Table(Arena arena, LongUnaryOperator hash) {
            super(arena);
            this.hash = hash;
        }

        Table(Arena arena, LongUnaryOperator hash, int maxSegmentEntries, int maxUnshiftedDepth) {
            super(arena, maxSegmentEntries, maxUnshiftedDepth);
            this.hash = hash;
        }

        long get(long number) {
            return find(hash.applyAsLong(number), key(number), 0, 8);
        }

        long put(long number) {
            long address = newRecord(number);
            insert(hash.applyAsLong(number), address);
            return address;
        }

        @Override
        protected boolean keyEquals(byte[] chunk, int offset, byte[] key, int keyOffset, int keyLength) {
            return keyLength == 8 && (long) LONGS.get(chunk, offset + 8) == (long) LONGS.get(key, keyOffset);
        }

        @Override
        protected long hashAt(byte[] chunk, int offset) {
            hashesRead++;
            return hash.applyAsLong((long) LONGS.get(chunk, offset + 8));
        }
    }
}
