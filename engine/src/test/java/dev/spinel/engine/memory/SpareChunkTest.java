package dev.spinel.engine.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** Tests of how an {@link Arena} has its chunks made in the background. */
final class SpareChunkTest {
    private static final int RECORD_BYTES = 8 << 10;
    private static final int LARGE_BYTES = 3 << 20;

    private final List<Runnable> jobs = new ArrayList<>();

    @Test
    void halfAChunkLeft_nextOneIsMadeOnce() {
        Arena arena = new Arena(0, jobs::add);

        fill(arena, Arena.CHUNK_BYTES / 3);
        assertThat(jobs).isEmpty();

        fill(arena, Arena.CHUNK_BYTES * 2 / 3);
        assertThat(jobs).hasSize(1);
        assertThat(arena.reservedBytes()).isEqualTo(Arena.CHUNK_BYTES);

        jobs.get(0).run();
        fill(arena, Arena.CHUNK_BYTES + 1);
        assertThat(jobs).hasSize(1);
        assertThat(arena.reservedBytes()).isEqualTo(2L * Arena.CHUNK_BYTES);
    }

    @Test
    void limit_noneIsMadeBeyond() {
        Arena arena = new Arena(Arena.CHUNK_BYTES, jobs::add);

        while (arena.canAllocate(RECORD_BYTES)) {
            arena.allocate(RECORD_BYTES);
        }

        assertThat(jobs).isEmpty();
    }

    @Test
    void largeRecord_needsTheRestOfTheLimit_takesTheSparesPlace() {
        Arena arena = new Arena(2L * Arena.CHUNK_BYTES, jobs::add);
        fill(arena, Arena.CHUNK_BYTES * 2 / 3);
        jobs.get(0).run();

        long address = arena.allocate(LARGE_BYTES);
        arena.free(address, LARGE_BYTES);
        arena.allocate(RECORD_BYTES);
        // What has been given up is made again.
        fill(arena, Arena.CHUNK_BYTES * 3 / 4);

        assertThat(jobs).hasSize(2);
    }

    @Test
    void emptyChunk_spareIsGivenUp() {
        Arena arena = new Arena(0, jobs::add);
        List<Long> records = new ArrayList<>();
        while (jobs.isEmpty()) {
            records.add(arena.allocate(RECORD_BYTES));
        }
        jobs.get(0).run();

        records.forEach(address -> arena.free(address, RECORD_BYTES));
        fill(arena, Arena.CHUNK_BYTES * 2 / 3);

        assertThat(jobs).hasSize(2);
    }

    @Test
    void noThread_chunkIsMadeWhenWanted() {
        Executor none = job -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        Arena arena = new Arena(0, none);

        fill(arena, 2 * Arena.CHUNK_BYTES);

        assertThat(arena.reservedBytes()).isEqualTo(3L * Arena.CHUNK_BYTES);
    }

    private static void fill(Arena arena, long bytes) {
        while (arena.usedBytes() < bytes) {
            arena.allocate(RECORD_BYTES);
        }
    }
}
