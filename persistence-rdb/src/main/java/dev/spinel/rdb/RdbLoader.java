package dev.spinel.rdb;

import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.snapshot.ReadAhead;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Loads a file in slices. Engine thread only. */
final class RdbLoader implements Closeable {
    private final InputStream in;
    private final RdbReader source;
    private final ReadAhead reader;
    private final long totalBytes;

    /**
     * Opens a file.
     *
     * @param threads makes the thread that reads ahead
     * @param keyDelayNanos how long that thread waits before each key, so that tests find a server that loads
     *     ({@code key-load-delay})
     * @throws java.nio.file.NoSuchFileException if there is no such file
     */
    RdbLoader(RdbFormat format, Path file, ThreadFactory threads, long keyDelayNanos) throws IOException {
        this.in = Files.newInputStream(file);
        this.totalBytes = Files.size(file);
        this.source = format.reader(in, file.toString());
        this.reader = new ReadAhead(keyDelayNanos > 0 ? new SlowReader(source, keyDelayNanos) : source, threads);
    }

    /** A reader that waits before each key. */
    private record SlowReader(DatasetFormat.Reader source, long keyDelayNanos) implements DatasetFormat.Reader {
        @Override
        public boolean next(DatasetSink sink) throws IOException {
            LockSupport.parkNanos(keyDelayNanos);
            return source.next(sink);
        }

        @Override
        public long position() {
            return source.position();
        }
    }

    /**
     * Loads the next keys.
     *
     * @param nanos a steady clock
     * @param deadlineNanos when to stop, by that clock
     * @return whether the file has ended, intact
     */
    boolean load(DatasetSink sink, LongSupplier nanos, long deadlineNanos) throws IOException {
        do {
            if (!reader.next(sink)) {
                return true;
            }
        } while (nanos.getAsLong() - deadlineNanos < 0);
        return false;
    }

    /** Loads everything that is left. */
    void loadAll(DatasetSink sink) throws IOException {
        while (reader.next(sink)) {
            // Each call loads some keys.
        }
    }

    /** Number of keys passed over because their values have no elements; known once the file has ended. */
    long emptyKeysSkipped() {
        return source.emptyKeysSkipped();
    }

    long totalBytes() {
        return totalBytes;
    }

    long loadedBytes() {
        return reader.position();
    }

    @Override
    public void close() throws IOException {
        reader.close();
        in.close();
    }
}
