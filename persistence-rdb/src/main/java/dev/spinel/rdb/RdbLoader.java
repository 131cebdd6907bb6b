package dev.spinel.rdb;

import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.snapshot.ReadAhead;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadFactory;
import java.util.function.LongSupplier;

/** Loads a file in slices. Engine thread only. */
final class RdbLoader implements Closeable {
    private final InputStream in;
    private final ReadAhead reader;
    private final long totalBytes;

    /**
     * Opens a file.
     *
     * @param threads makes the thread that reads ahead
     * @throws java.nio.file.NoSuchFileException if there is no such file
     */
    RdbLoader(RdbFormat format, Path file, ThreadFactory threads) throws IOException {
        this.in = Files.newInputStream(file);
        this.totalBytes = Files.size(file);
        this.reader = new ReadAhead(format.reader(in, file.toString()), threads);
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
