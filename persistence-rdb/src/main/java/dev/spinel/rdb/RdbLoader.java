package dev.spinel.rdb;

import dev.spinel.engine.dataset.DatasetSink;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/** Loads a file in slices. Engine thread only. */
final class RdbLoader implements Closeable {
    /** Keys between two looks at the clock. */
    private static final int KEYS_PER_LOOK = 16;

    private final InputStream in;
    private final RdbReader reader;
    private final long totalBytes;
    private final long keyDelayNanos;

    /**
     * @param keyDelayNanos how long to wait after each key, so that tests find a server that loads ({@code key-load-delay})
     * @throws java.nio.file.NoSuchFileException if there is no such file
     */
    RdbLoader(RdbFormat format, Path file, long keyDelayNanos) throws IOException {
        this.keyDelayNanos = keyDelayNanos;
        this.in = Files.newInputStream(file);
        this.totalBytes = Files.size(file);
        this.reader = format.reader(in, file.toString());
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
            for (int i = 0; i < KEYS_PER_LOOK; i++) {
                if (!reader.next(sink)) {
                    return true;
                }
                if (keyDelayNanos > 0) {
                    LockSupport.parkNanos(keyDelayNanos);
                }
            }
        } while (nanos.getAsLong() - deadlineNanos < 0);
        return false;
    }

    /** Loads everything that is left. */
    void loadAll(DatasetSink sink) throws IOException {
        while (reader.next(sink)) {
            // Each call loads a key.
        }
    }

    /** Number of keys passed over so far because their values have no elements. */
    long emptyKeysSkipped() {
        return reader.emptyKeysSkipped();
    }

    long totalBytes() {
        return totalBytes;
    }

    long loadedBytes() {
        return reader.position();
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
