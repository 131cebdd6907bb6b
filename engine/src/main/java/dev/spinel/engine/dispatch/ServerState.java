package dev.spinel.engine.dispatch;

import org.jspecify.annotations.Nullable;

/** The states of the server that keep commands from running, for those who bring them about. Engine thread only. */
public interface ServerState {
    /** Who has trouble with the disk. */
    enum DiskUser {
        /** Snapshots, {@code stop-writes-on-bgsave-error}. */
        SNAPSHOT,
        /** The append-only log. */
        LOG
    }

    /** Refuses what needs data, or not any more, because they are being loaded. At the start of the server that is so by itself. */
    void loading(boolean value);

    /** Tells how far loading has come; {@code loadedBytes} of {@code totalBytes}. */
    void loadingProgress(long totalBytes, long loadedBytes);

    /**
     * Refuses writes, and PING, because what they change cannot be saved.
     *
     * @param error the whole error, {@code MISCONF} included, or null when all is well again
     */
    void diskError(DiskUser user, @Nullable String error);

    /** Refuses writes, or not any more, because fewer replicas are in step than {@code min-replicas-to-write} asks for. */
    void tooFewReplicas(boolean value);
}
