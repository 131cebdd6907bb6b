package dev.spinel.engine.snapshot;

/** Makes snapshots, one at a time, while the server goes on. Engine thread only. */
@SuppressWarnings("DoNotCallSuggester")
public final class Snapshots {
    /** Whether one is being made, or the one before is still being cleaned up after. */
    public boolean isRunning() {
        throw new UnsupportedOperationException();
    }

    /**
     * Cuts: what the databases hold now is what the target gets, in the turns to come.
     *
     * @throws IllegalStateException if one is running
     */
    public void start(SnapshotTarget target) {
        throw new UnsupportedOperationException();
    }

    /** Has the one that is running end early, and fail. Its target has discarded and ended when this returns. */
    public void cancel() {
        throw new UnsupportedOperationException();
    }

    /** Makes the one that is running, before anything else. Its target has ended when this returns. */
    public void finish() {
        throw new UnsupportedOperationException();
    }

    /** Number of keys at the cut of the one that is running. */
    public long keysTotal() {
        throw new UnsupportedOperationException();
    }

    /** Number of keys of the one that is running that are on their way to the target. */
    public long keysProcessed() {
        throw new UnsupportedOperationException();
    }
}
