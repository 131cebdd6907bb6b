package dev.spinel.engine.snapshot;

import dev.spinel.engine.dataset.DatasetSink;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Where a snapshot goes: a file, a replica.
 *
 * <p>All methods but {@link #contents} and {@link #ended} are called on one background thread, which sees nothing of the
 * engine; by {@link Snapshots#write} on the engine's.
 */
public interface SnapshotTarget {
    /**
     * Parts of the data.
     *
     * @param keys the databases
     * @param libraries the libraries of functions
     */
    record Contents(boolean keys, boolean libraries) {
        public static final Contents ALL = new Contents(true, true);
    }

    /** What it takes of the data; asked at the cut, on the engine thread. */
    default Contents contents() {
        return Contents.ALL;
    }

    /** Starts: whatever was in the database at the cut is then given to the sink. */
    DatasetSink open() throws IOException;

    /** Gets ready to end after the last value, with what takes long, such as making the bytes durable. */
    default void prepare() throws IOException {}

    /** Ends: puts the bytes in place. The snapshot is not cancelled any more. */
    void complete() throws IOException;

    /** Removes what was written, after a failure of any of the others or of the sink, or when the snapshot was cancelled. */
    void discard();

    /**
     * The last call, on the engine thread.
     *
     * @param failure null when all went well; a {@link java.util.concurrent.CancellationException} when it was cancelled
     */
    void ended(@Nullable Throwable failure);
}
