package dev.spinel.engine.dispatch;

import dev.spinel.api.data.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Runs the commands of a log on a client of its own, which no limit, gate or password concerns and whose changes are not
 * propagated. Starts at database 0. Engine thread only.
 */
public interface Replay {
    /**
     * Runs the next command, MULTI, EXEC and SELECT included.
     *
     * @param args name and arguments, which need to be valid during the call only
     * @return the text of the error that it answered, or null
     * @throws ReplayFailedException if there was no memory for it, or its handler has a defect
     * @throws dev.spinel.engine.loop.LoopStoppedException if it was ended because the server stops
     */
    @Nullable
    String run(Bytes[] args, int argCount) throws ReplayFailedException;

    /** Whether a MULTI waits for its EXEC. */
    boolean inTransaction();

    /** Forgets the commands since MULTI; nothing if there was none. */
    void discard();
}
