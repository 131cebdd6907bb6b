package dev.spinel.engine.propagate;

import dev.spinel.api.data.Bytes;

/**
 * Receives every change of the data, in order: a log, a replication backlog.
 *
 * <p>Changes come as effects, deterministic commands that repeat them, in units whose effects must become visible together.
 * Engine thread only.
 */
public interface WriteSink {
    /** Which effects it takes, {@link Audience#LOG} or {@link Audience#REPLICAS}; always the same. */
    default Audience audience() {
        return Audience.LOG;
    }

    /**
     * Takes an effect of the unit in progress.
     *
     * @param database index of the database that it runs on
     * @param args name and arguments, valid during the call; there may be more than {@code argCount}
     */
    void effect(int database, Bytes[] args, int argCount);

    /** Ends the unit in progress, which has at least one effect. */
    void endUnit();
}
