package dev.spinel.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests of {@link Arena}. */
final class ArenaTest {
    private final Arena arena = new Arena(0);

    @Nested
    final class Sizes {
        @Test
        void roundUp_everySlabSize_isAtLeastTheSizeAndWastesAnEighthAtMost() {
            for (int size = 1; size <= Arena.MAX_SLAB_RECORD_BYTES; size++) {
                int rounded = Arena.roundUp(size);
                assertThat(rounded).isGreaterThanOrEqualTo(size).isGreaterThanOrEqualTo(Arena.roundUp(size - 1));
                assertThat(rounded % 8).isZero();
                assertThat(Arena.roundUp(rounded)).isEqualTo(rounded);
                assertThat(rounded - size).isLessThan(Math.max(8, size / 7));
            }
        }

        @Test
        void roundUp_powerOfTwo_isExact() {
            for (int power = 3; power <= 30; power++) {
                assertThat(Arena.roundUp(1 << power)).isEqualTo(1 << power);
            }
        }

        @Test
        void roundUp_outOfRange_refused() {
            assertThatThrownBy(() -> Arena.roundUp(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> Arena.roundUp(Arena.MAX_RECORD_BYTES + 1))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> arena.allocate(-1)).isInstanceOf(IllegalArgumentException.class);
            assertThat(arena.reservedBytes()).isZero();
        }

        @Test
        void allocate_everyClassFillingAChunk_wastesLittle() {
            for (int size = 8; size <= Arena.MAX_SLAB_RECORD_BYTES; size = Arena.roundUp(size + 1)) {
                Arena full = new Arena(Arena.CHUNK_BYTES);
                while (full.canAllocate(size)) {
                    full.allocate(size);
                }
                int unused = Arena.CHUNK_BYTES - (int) full.usedBytes();
                assertThat(unused).as("size %s", size).isLessThan(Arena.CHUNK_BYTES / 100);
            }
        }

        @Test
        void allocate_everyClass_recordsAreDisjointAndFreeMergesBack() {
            List<Integer> sizes = new ArrayList<>();
            for (int size = 1; size <= Arena.MAX_SLAB_RECORD_BYTES; size = Arena.roundUp(size) + 1) {
                sizes.add(size);
            }
            sizes.addAll(List.of(8193, 9217, 100_000, 1 << 20, Arena.MAX_SPAN_BYTES, Arena.MAX_SPAN_BYTES + 1));
            for (int size : sizes) {
                Model model = new Model(arena);
                int count = Math.max(3, 200_000 / size);
                for (int i = 0; i < count; i++) {
                    model.allocate(size);
                }
                model.verify();
                while (!model.isEmpty()) {
                    model.free(model.size() / 2);
                }
                assertThat(arena.usedBytes()).isZero();
                assertThat(arena.reservedBytes()).isLessThanOrEqualTo(Arena.CHUNK_BYTES);
            }
        }
    }

    @Nested
    final class Memory {
        @Test
        void allocate_first_reservesOneChunk() {
            assertThat(arena.reservedBytes()).isZero();
            for (int size = 1; size <= Arena.MAX_SLAB_RECORD_BYTES; size *= 2) {
                assertThat(arena.allocate(size)).isNotEqualTo(Arena.NULL);
            }
            assertThat(arena.reservedBytes()).isEqualTo(Arena.CHUNK_BYTES);
        }

        @Test
        void free_ofEverything_keepsOneChunk() {
            Model model = new Model(arena);
            for (int i = 0; i < 40; i++) {
                model.allocate(1 << 20);
            }
            assertThat(arena.reservedBytes()).isGreaterThan(10L * Arena.CHUNK_BYTES);
            while (!model.isEmpty()) {
                model.free(0);
            }
            assertThat(arena.reservedBytes()).isEqualTo(Arena.CHUNK_BYTES);
            assertThat(arena.fragmentationRatio()).isEqualTo(1);
        }

        @Test
        void free_ofLargeRecord_returnsItsMemoryAndReusesItsPlace() {
            long address = arena.allocate(10 << 20);
            assertThat(arena.reservedBytes()).isEqualTo(10 << 20);
            assertThat(arena.chunk(address)).hasSize(10 << 20);
            arena.free(address, 10 << 20);
            assertThat(arena.reservedBytes()).isZero();
            assertThat(arena.allocate(3 << 20)).isEqualTo(address);
        }

        @Test
        void allocate_atTheLimit_refusedWithoutChange() {
            Arena small = new Arena(2L * Arena.CHUNK_BYTES);
            int count = 0;
            while (small.canAllocate(5000)) {
                small.allocate(5000);
                count++;
            }
            long used = small.usedBytes();
            assertThat(used).isEqualTo((long) count * Arena.roundUp(5000));
            assertThatThrownBy(() -> small.allocate(5000))
                    .isInstanceOf(ArenaExhaustedException.class)
                    .satisfies(e -> assertThat(e.getStackTrace()).isEmpty());
            assertThat(small.canAllocate(3 << 20)).isFalse();
            assertThat(small.usedBytes()).isEqualTo(used);
            assertThat(small.reservedBytes()).isEqualTo(2L * Arena.CHUNK_BYTES);
        }

        @Test
        void allocate_afterOneBeyondTheLimit_takesNoPlaceOfIt() {
            Arena small = new Arena(Arena.CHUNK_BYTES);
            while (small.canAllocate(5000)) {
                small.allocate(5000);
            }
            for (int i = 0; i < 100; i++) {
                small.allocateBeyondLimit(9000);
                assertThat(small.canAllocate(5000)).isFalse();
                assertThatThrownBy(() -> small.allocate(5000)).isInstanceOf(ArenaExhaustedException.class);
                assertThatThrownBy(() -> small.allocate(9000)).isInstanceOf(ArenaExhaustedException.class);
            }
            assertThat(small.roomBytes()).isNegative();
            assertThat(small.reservedBytes()).isEqualTo(2L * Arena.CHUNK_BYTES);
        }

        @Test
        void allocate_largeWhileTheSpareChunkFillsTheLimit_givesTheSpareUp() {
            Arena small = new Arena(5 << 20);
            small.free(small.allocate(100), 100);
            assertThat(small.reservedBytes()).isEqualTo(Arena.CHUNK_BYTES);
            assertThat(small.canAllocate(5 << 20)).isTrue();
            small.allocate(5 << 20);
            assertThat(small.reservedBytes()).isEqualTo(5 << 20);
            assertThat(small.canAllocate(8)).isFalse();
        }

        @Test
        void clear_afterUse_isAsNew() {
            for (int size = 8; size < 5 << 20; size *= 3) {
                arena.allocate(size);
            }
            arena.clear();
            assertThat(arena.usedBytes()).isZero();
            assertThat(arena.reservedBytes()).isZero();
            Model model = new Model(arena);
            for (int size = 8; size < 5 << 20; size *= 3) {
                model.allocate(size);
            }
            model.verify();
        }

        @Test
        void free_ofWhatIsNotThere_refused() {
            long address = arena.allocate(64);
            assertThatThrownBy(() -> arena.free(address, 128)).isInstanceOf(IllegalArgumentException.class);
            arena.free(address, 57);
            assertThatThrownBy(() -> arena.free(address, 64)).isInstanceOf(IllegalArgumentException.class);
            long span = arena.allocate(20_000);
            arena.free(span, 20_000);
            assertThatThrownBy(() -> arena.free(span, 20_000)).isInstanceOf(IllegalArgumentException.class);
            long large = arena.allocate(3 << 20);
            assertThatThrownBy(() -> arena.free(large, 4 << 20)).isInstanceOf(IllegalArgumentException.class);
            assertThat(arena.usedBytes()).isEqualTo(3 << 20);
        }
    }

    @Nested
    final class Evacuation {
        @Test
        void sparseSlabs_runEmptyOnceTheirRecordsHaveMoved() {
            Model model = new Model(arena);
            for (int size : new int[] {24, 1000, 5000}) {
                for (int i = 0; i < 10_000_000 / size; i++) {
                    model.allocate(size);
                }
            }
            model.freeEverySecond();
            long gaps = arena.gapBytes();
            assertThat(gaps).isBetween(14_000_000L, 16_000_000L);

            long freed = arena.startEvacuation();
            assertThat(freed).isBetween(13_000_000L, gaps);
            model.evacuate();
            arena.endEvacuation();

            assertThat(arena.gapBytes()).isLessThan(gaps / 10);
            model.verify();
        }

        @Test
        void emptyChunks_goBackToTheJvm() {
            Model model = new Model(arena);
            for (int i = 0; i < 40_000; i++) {
                model.allocate(1000);
            }
            model.freeEverySecond();
            long reserved = arena.reservedBytes();
            arena.startEvacuation();
            model.evacuate();
            arena.endEvacuation();
            assertThat(arena.reservedBytes()).isLessThan(reserved * 2 / 3);
        }

        @Test
        void endInTheMidst_leavesAllGapsUsable() {
            Model model = new Model(arena);
            for (int i = 0; i < 20_000; i++) {
                model.allocate(1000);
            }
            model.freeEverySecond();
            long reserved = arena.reservedBytes();
            arena.startEvacuation();
            arena.endEvacuation();
            for (int i = 0; i < 10_000; i++) {
                model.allocate(1000);
            }
            assertThat(arena.reservedBytes()).isEqualTo(reserved);
            model.verify();
        }

        @Test
        void fullSlabsAndOtherStorage_stay() {
            for (int i = 0; i < 1000; i++) {
                arena.allocate(1024);
                arena.allocate(20_000);
            }
            long large = arena.allocate(3 << 20);
            assertThat(arena.startEvacuation()).isZero();
            assertThat(arena.isEvacuated(large)).isFalse();
        }

        @Test
        void spanBesideAnEvacuatedSlab_isNotTakenForItsSecondHalf() {
            // In the first chunk: spans from its end down to place 3, and slabs at places 0 to 2.
            arena.allocate(2000 << 10);
            long span = arena.allocate(1999 << 10);
            Model narrow = new Model(arena);
            for (int i = 0; i < 3 * 32; i++) {
                narrow.allocate(1024);
            }
            narrow.freeEverySecond();
            assertThat(arena.startEvacuation()).isEqualTo(32 << 10);
            assertThat(arena.offset(span)).isEqualTo(3 * (32 << 10));
            assertThat(arena.isEvacuated(span)).isFalse();
        }
    }

    @Nested
    final class Churn {
        @Test
        void randomUse_keepsContentsAndAccounts() {
            long seed = new Random().nextLong();
            System.out.println("ArenaTest.randomUse seed " + seed);
            Random random = new Random(seed);
            Model model = new Model(arena);
            for (int step = 0; step < 300_000; step++) {
                boolean growing = step / 30_000 % 2 == 0;
                if (model.isEmpty() || random.nextInt(100) < (growing ? 60 : 40)) {
                    model.allocate(randomSize(random));
                } else {
                    model.free(random.nextInt(model.size()));
                }
                if (step % 20_000 == 0) {
                    model.verify();
                }
                // Two thirds of the time slabs are being evacuated, a part of whose records moves in the end.
                if (step % 3000 == 1000) {
                    arena.startEvacuation();
                } else if (step % 3000 == 2999) {
                    model.evacuate();
                    arena.endEvacuation();
                }
            }
            arena.endEvacuation();
            model.verify();
            while (!model.isEmpty()) {
                model.free(random.nextInt(model.size()));
            }
            assertThat(arena.usedBytes()).isZero();
            assertThat(arena.reservedBytes()).isEqualTo(Arena.CHUNK_BYTES);
            // All places for slabs and spans have merged again, so the chunk holds what a new one does.
            Arena fresh = new Arena(0);
            int spans = 0;
            while (fresh.reservedBytes() <= Arena.CHUNK_BYTES) {
                fresh.allocate(Arena.MAX_SPAN_BYTES);
                arena.allocate(Arena.MAX_SPAN_BYTES);
                spans++;
            }
            assertThat(spans).isEqualTo(3);
            assertThat(arena.reservedBytes()).isEqualTo(fresh.reservedBytes());
        }

        private int randomSize(Random random) {
            int magnitude = random.nextInt(1000);
            if (magnitude < 900) {
                return random.nextInt(600);
            }
            if (magnitude < 985) {
                return random.nextInt(20_000);
            }
            return magnitude < 999 ? random.nextInt(300_000) : random.nextInt(5 << 20);
        }
    }

    /** What an arena should hold: records with a stamp at both ends. */
    private static final class Model {
        private final Arena arena;
        private final List<long[]> records = new ArrayList<>();
        private long usedBytes;
        private long stamps;

        Model(Arena arena) {
            this.arena = arena;
            this.usedBytes = arena.usedBytes();
        }

        void allocate(int size) {
            long address = arena.allocate(size);
            int rounded = Arena.roundUp(size);
            byte stamp = (byte) ++stamps;
            byte[] chunk = arena.chunk(address);
            int offset = arena.offset(address);
            for (int i = 0; i < rounded; i += rounded > 4096 ? 997 : 1) {
                chunk[offset + i] = stamp;
            }
            chunk[offset + rounded - 1] = stamp;
            records.add(new long[] {address, size, stamp});
            usedBytes += rounded;
            assertThat(arena.usedBytes()).isEqualTo(usedBytes);
        }

        void free(int index) {
            long[] record = records.get(index);
            records.set(index, records.get(records.size() - 1));
            records.remove(records.size() - 1);
            checkStamp(record);
            arena.free(record[0], (int) record[1]);
            usedBytes -= Arena.roundUp((int) record[1]);
            assertThat(arena.usedBytes()).isEqualTo(usedBytes);
        }

        void freeEverySecond() {
            for (int i = records.size() - 1; i >= 0; i -= 2) {
                free(i);
            }
        }

        void evacuate() {
            for (long[] record : records) {
                if (arena.isEvacuated(record[0])) {
                    record[0] = arena.evacuate(record[0], (int) record[1]);
                    checkStamp(record);
                }
            }
            assertThat(arena.usedBytes()).isEqualTo(usedBytes);
        }

        boolean isEmpty() {
            return records.isEmpty();
        }

        int size() {
            return records.size();
        }

        void verify() {
            records.sort((a, b) -> Long.compare(a[0], b[0]));
            BitSet chunks = new BitSet();
            long reserved = 0;
            long previousEnd = 1;
            for (long[] record : records) {
                checkStamp(record);
                assertThat(record[0]).isGreaterThanOrEqualTo(previousEnd).isLessThan(1L << Arena.ADDRESS_BITS);
                int rounded = Arena.roundUp((int) record[1]);
                // A record larger than a chunk's range of addresses takes no more than that range.
                previousEnd = record[0] + Math.min(rounded / 8, 1 << 19);
                byte[] chunk = arena.chunk(record[0]);
                assertThat(arena.offset(record[0]) + rounded).isLessThanOrEqualTo(chunk.length);
                if (!chunks.get((int) (record[0] >>> 19))) {
                    chunks.set((int) (record[0] >>> 19));
                    reserved += chunk.length;
                }
            }
            assertThat(arena.reservedBytes() - reserved).isBetween(0L, (long) Arena.CHUNK_BYTES);
        }

        private void checkStamp(long[] record) {
            byte[] chunk = arena.chunk(record[0]);
            int offset = arena.offset(record[0]);
            int rounded = Arena.roundUp((int) record[1]);
            assertThat(chunk[offset]).isEqualTo((byte) record[2]);
            assertThat(chunk[offset + rounded - 1]).isEqualTo((byte) record[2]);
        }
    }
}
