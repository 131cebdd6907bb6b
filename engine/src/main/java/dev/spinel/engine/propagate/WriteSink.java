package dev.spinel.engine.propagate;

import java.util.List;

/**
 * Receives every change of the data, in order: a log, a replication backlog.
 *
 * <p>Engine thread only.
 */
public interface WriteSink {
    /**
     * Takes one unit of effects, which must become visible together.
     *
     * @param unit the effects, one or more, valid during the call; their arguments for ever
     */
    void write(List<Effect> unit);
}
