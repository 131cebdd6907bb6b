package dev.spinel.engine.propagate;

import dev.spinel.api.data.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Hands the effects of each unit (a command, a transaction) to the sinks as they come up, and ends the unit.
 *
 * <p>Engine thread only.
 */
public final class Propagator {
    private final List<WriteSink> sinks = new ArrayList<>();
    private boolean inUnit;
    private boolean muted;

    /** Has a sink receive all units from now on, after the sinks added before; not during a unit. */
    public void addSink(WriteSink sink) {
        sinks.add(sink);
    }

    /** Has a sink receive nothing any more; not during a unit. */
    public void removeSink(WriteSink sink) {
        sinks.remove(sink);
    }

    /** Whether anybody listens; otherwise effects need not be made. */
    public boolean isActive() {
        return !muted && !sinks.isEmpty();
    }

    /** Whether effects are dropped, because what makes them is a log. */
    public void muted(boolean value) {
        muted = value;
    }

    /** Has effects dropped, or not any more; whether that is a change. */
    public boolean mute(boolean value) {
        boolean changes = muted != value;
        muted = value;
        return changes;
    }

    /** Adds an effect to the current unit; the arguments need to be valid during the call only. */
    public void add(int database, Bytes[] args, int argCount) {
        if (muted) {
            return;
        }
        for (int i = 0; i < sinks.size(); i++) {
            sinks.get(i).effect(database, args, argCount);
            inUnit = true;
        }
    }

    /** Ends the unit. */
    public void flush() {
        if (inUnit) {
            inUnit = false;
            for (int i = 0; i < sinks.size(); i++) {
                sinks.get(i).endUnit();
            }
        }
    }
}
