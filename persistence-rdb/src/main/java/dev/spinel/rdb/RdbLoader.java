package dev.spinel.rdb;

import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.snapshot.KeyspaceLoader;
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
    private final LongSupplier keyDelayNanos;
    private long owedNanos;

    /**
     * Opens a file.
     *
     * @param threads makes the thread that reads ahead
     * @param keyDelayNanos how long to wait for each key, so that tests find a server that loads ({@code key-load-delay})
     * @throws java.nio.file.NoSuchFileException if there is no such file
     */
    RdbLoader(RdbFormat format, Path file, ThreadFactory threads, LongSupplier keyDelayNanos) throws IOException {
        this.keyDelayNanos = keyDelayNanos;
        this.in = Files.newInputStream(file);
        this.totalBytes = Files.size(file);
        this.source = format.reader(in, file.toString());
        this.reader = new ReadAhead(source, file.toString(), threads);
    }

    /**
     * Loads the next keys.
     *
     * @param nanos a steady clock
     * @param deadlineNanos when to stop, by that clock
     * @return whether the file has ended, intact
     */
    boolean load(KeyspaceLoader sink, LongSupplier nanos, long deadlineNanos) throws IOException {
        do {
            if (owedNanos > 0) {
                long pauseNanos = Math.min(owedNanos, deadlineNanos - nanos.getAsLong());
                LockSupport.parkNanos(pauseNanos);
                owedNanos -= pauseNanos;
            } else {
                long keysBefore = sink.keysLoaded();
                if (!reader.next(sink)) {
                    return true;
                }
                owedNanos = (sink.keysLoaded() - keysBefore) * keyDelayNanos.getAsLong();
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

    /** Number of keys passed over because their values have no elements; once the file has ended. */
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
