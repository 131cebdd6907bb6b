package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import com.sun.management.ThreadMXBean;
import dev.spinel.engine.PortsProbe;
import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.snapshot.KeyspaceLoader;
import dev.spinel.engine.snapshot.SnapshotTarget;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes as a file, by Jazzer, see {@code RequestDecoderFuzzTest}: it is refused, or the databases hold a data set that is the
 * same when it was saved and loaded again. What that takes is bounded by the number of bytes.
 */
class RdbFuzzTest {
    private static final long ARENA_BYTES = 64L << 20;
    /** A table for as many keys as a file may announce takes 40 MB. */
    private static final long MAX_ALLOCATED_BYTES = 64L << 20;

    private static final long CYCLE_NANOS = 1_000_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final RdbFormat format = new RdbFormat("7.0.15", System::currentTimeMillis);
    private final PortsProbe probe = new PortsProbe();
    private final CommandTester tester = new CommandTester(List.of(probe), ARENA_BYTES);
    private final KeyspaceLoader loader = probe.ports().loader();

    static Stream<byte[]> anyFile_isRefusedOrIsADataSet() {
        return SampleFiles.all().stream();
    }

    @MethodSource
    @FuzzTest(maxDuration = "10s")
    void anyFile_isRefusedOrIsADataSet(byte @NotNull [] file) throws IOException {
        if (load(file)) {
            Keyspaces keyspaces = probe.ports().keyspaces();
            while (keyspaces.expireCycle(CYCLE_NANOS)) {
                // Fields whose time is over are not saved.
            }
            String digest = tester.send("DEBUG DIGEST");
            ByteArrayOutputStream saved = new ByteArrayOutputStream();
            probe.ports().snapshots().write(new Memory(saved));
            loader.clear();
            assertThat(load(saved.toByteArray())).isTrue();
            assertThat(tester.send("DEBUG DIGEST")).isEqualTo(digest);
        }
        loader.clear();
        assertThat(tester.send("DEBUG DIGEST")).isEqualTo("0".repeat(40));
    }

    /** A file that is an array. */
    private final class Memory implements SnapshotTarget {
        private final OutputStream out;
        private DatasetFormat.@Nullable Writer writer;

        Memory(OutputStream out) {
            this.out = out;
        }

        @Override
        public DatasetSink open() throws IOException {
            DatasetFormat.Writer opened = format.writer(out, false);
            writer = opened;
            return opened;
        }

        @Override
        public void complete() throws IOException {
            Objects.requireNonNull(writer, "writer").end();
        }

        @Override
        public void discard() {}

        @Override
        public void ended(@Nullable Throwable failure) {
            assertThat(failure).isNull();
        }
    }

    private boolean load(byte[] file) throws IOException {
        long before = threads.getCurrentThreadAllocatedBytes();
        boolean loaded = loadOnce(file);
        if (threads.getCurrentThreadAllocatedBytes() - before > MAX_ALLOCATED_BYTES) {
            // Jazzer may have instrumented classes on this thread.
            loader.clear();
            before = threads.getCurrentThreadAllocatedBytes();
            loaded = loadOnce(file);
            assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(MAX_ALLOCATED_BYTES);
        }
        return loaded;
    }

    private boolean loadOnce(byte[] file) throws IOException {
        DatasetFormat.Reader reader = format.reader(new ByteArrayInputStream(file), "dump.rdb");
        loader.begin(false);
        try {
            boolean more;
            do {
                more = reader.next(loader);
                assertThat(reader.position()).isLessThanOrEqualTo(file.length);
            } while (more);
            loader.end();
            return true;
        } catch (InvalidDatasetException e) {
            loader.undo();
            return false;
        }
    }
}
