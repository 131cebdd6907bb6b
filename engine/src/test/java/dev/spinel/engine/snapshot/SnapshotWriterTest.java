package dev.spinel.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.DatasetSink;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests of {@link SnapshotWriter}: when it leaves the processor to others. */
final class SnapshotWriterTest {
    private static final int CHUNKS = 5;

    private final ChunkMemory memory = new ChunkMemory(ChunkPool.empty(0));
    private final List<Long> breaks = new ArrayList<>();
    private final Written target = new Written();
    private final SnapshotWriter writer = new SnapshotWriter(target, memory, () -> {}, () -> 0, breaks::add);

    private static final class Written implements SnapshotTarget {
        private final EventRecorder copy =
                new EventRecorder(new ChunkMemory(ChunkPool.empty(0)), EventRecorder.MAX_WHOLE_STRING_BYTES);
        private boolean completed;

        @Override
        public DatasetSink open() {
            return copy;
        }

        @Override
        public void complete() {
            completed = true;
        }

        @Override
        public void discard() {}

        @Override
        public void ended(@Nullable Throwable failure) {}

        private long writtenBytes() {
            return copy.takeAll().stream()
                    .mapToLong(EventRecorder.Chunk::totalBytes)
                    .sum();
        }
    }

    @BeforeEach
    void recordChunks() {
        EventRecorder recorder = new EventRecorder(memory, EventRecorder.MAX_WHOLE_STRING_BYTES);
        for (int i = 0; i < CHUNKS; i++) {
            recorder.key(0, Bytes.of("key" + i), -1, 0);
            recorder.integer(i);
            recorder.seal();
        }
        recorder.takeAll().forEach(writer::add);
        recorder.release();
        writer.end();
    }

    @Test
    void inUse_fewBytesWait_restsAfterEachChunk() {
        writer.takesBreaks(true);

        writer.run();

        assertThat(breaks).hasSize(CHUNKS).allMatch(nanos -> nanos > 0 && nanos <= SnapshotWriter.MAX_BREAK_NANOS);
        assertWritten();
    }

    @Test
    void inUse_clientsChangeDataFasterThanTheyAreWritten_hurries() {
        writer.takesBreaks(true);
        memory.take((int) SnapshotWriter.MAX_RESTING_BYTES);

        writer.run();

        assertThat(breaks).isEmpty();
        assertWritten();
    }

    @Test
    void notInUse_doesNotRest() {
        writer.run();

        assertThat(breaks).isEmpty();
        assertWritten();
    }

    private void assertWritten() {
        assertThat(writer.failure()).isNull();
        assertThat(target.completed).isTrue();
        assertThat(target.writtenBytes()).isPositive();
        assertThat(writer.queuedBytes()).isZero();
    }
}
