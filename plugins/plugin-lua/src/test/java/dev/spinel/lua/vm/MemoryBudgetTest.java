package dev.spinel.lua.vm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {
    private static final long MIB = 1L << 20;

    private final Heap heap = new Heap();
    private final MemoryBudget budget = new MemoryBudget(heap, loops -> {});

    /** A heap of which a test says what is in use. */
    private static final class Heap implements HeapGauge {
        long roomBytes = 100 * MIB;
        long garbageBytes;
        int collections;
        long collectionMillis;

        @Override
        public long roomBytes() {
            return roomBytes;
        }

        @Override
        public long roomBytesWithoutGarbage() {
            collections++;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(collectionMillis));
            roomBytes += garbageBytes;
            garbageBytes = 0;
            return roomBytes;
        }

        @Override
        public long footprintBytes(long arrayBytes) {
            return 2 * arrayBytes;
        }
    }

    private void allocate(long bytes, boolean isGarbage) {
        budget.charge(bytes);
        heap.roomBytes -= bytes;
        heap.garbageBytes += isGarbage ? bytes : 0;
    }

    @Test
    void whatIsKept_isRefusedBeforeTheRoomIsUsedUp() {
        assertThatThrownBy(() -> {
                    while (true) {
                        allocate(1000, false);
                    }
                })
                .isInstanceOf(LuaError.class)
                .hasMessage("not enough memory");

        assertThat(heap.roomBytes).isBetween(MIB, 5 * MIB);
    }

    @Test
    void garbage_isCollectedWhenTheRoomIsShortAndGoesOnForEver() {
        for (int i = 0; i < 1_000_000; i++) {
            allocate(1000, true);
        }

        assertThat(heap.collections).isBetween(5, 20);
    }

    @Test
    void refusedAgainAtOnce_doesNotCollectEachTime() {
        heap.roomBytes = MIB;
        for (int i = 0; i < 1000; i++) {
            assertThatThrownBy(() -> budget.charge(2 * MIB)).isInstanceOf(LuaError.class);
        }

        assertThat(heap.collections).isBetween(1, 600);
    }

    @Test
    void manyScriptsThatAreRefused_doNotCollectEachTime() {
        heap.roomBytes = MIB;
        heap.collectionMillis = 20;
        assertThatThrownBy(() -> budget.charge(2 * MIB)).isInstanceOf(LuaError.class);
        for (int i = 0; i < 1000; i++) {
            budget.begin();
            assertThatThrownBy(() -> budget.charge(1000)).isInstanceOf(LuaError.class);
        }

        assertThat(heap.collections).isLessThan(5);
    }

    @Test
    void afterARelease_aCollectionComesAtOnce() {
        heap.roomBytes = MIB;
        heap.collectionMillis = 20;
        assertThatThrownBy(() -> budget.charge(2 * MIB)).isInstanceOf(LuaError.class);
        heap.garbageBytes = 50 * MIB;
        budget.begin();
        assertThatThrownBy(() -> budget.charge(1000)).isInstanceOf(LuaError.class);

        budget.released();
        budget.charge(2 * MIB);

        assertThat(heap.roomBytes).isEqualTo(51 * MIB);
    }

    @Test
    void scriptAfterALargeOne_getsACollectionAtOnce() {
        heap.roomBytes = MIB;
        assertThatThrownBy(() -> budget.charge(5 * MIB)).isInstanceOf(LuaError.class);
        heap.garbageBytes = 50 * MIB;
        budget.begin();

        budget.charge(2 * MIB);

        assertThat(heap.roomBytes).isEqualTo(51 * MIB);
    }

    @Test
    void largeArray_countsWithWhatItWastes() {
        List<byte[]> arrays = new ArrayList<>();

        assertThatThrownBy(() -> {
                    while (true) {
                        arrays.add(budget.newBytes(MIB));
                        heap.roomBytes -= MIB;
                    }
                })
                .isInstanceOf(LuaError.class);
        assertThat(arrays).hasSizeBetween(40, 50);
    }

    @Test
    void arrayOfMostOfTheRoom_isRefused() {
        assertThatThrownBy(() -> budget.newBytes(30 * MIB)).isInstanceOf(LuaError.class);
        assertThat(budget.newBytes(20 * MIB)).hasSize((int) (20 * MIB));
    }
}
