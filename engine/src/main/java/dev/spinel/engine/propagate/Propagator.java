package dev.spinel.engine.propagate;

import dev.spinel.api.data.Bytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the effects of one unit (a command, a transaction) and hands them to the sinks when it is complete.
 *
 * <p>Without sinks nothing is collected. Engine thread only.
 */
public final class Propagator {
    private final List<WriteSink> sinks = new ArrayList<>();
    private final List<Effect> unit = new ArrayList<>();

    /** Has a sink receive all units from now on, after the sinks added before. */
    public void addSink(WriteSink sink) {
        sinks.add(sink);
    }

    public void removeSink(WriteSink sink) {
        sinks.remove(sink);
    }

    /** Whether anybody listens; otherwise effects need not be made. */
    public boolean isActive() {
        return !sinks.isEmpty();
    }

    /** Adds an effect to the current unit; the arguments are copied. */
    public void add(int database, Bytes[] args, int argCount) {
        if (sinks.isEmpty()) {
            return;
        }
        List<Bytes> copies = new ArrayList<>(argCount);
        for (int i = 0; i < argCount; i++) {
            copies.add(args[i].copy());
        }
        unit.add(new Effect(database, copies));
    }

    /** Ends the unit: the sinks receive what was collected. */
    public void flush() {
        if (unit.isEmpty()) {
            return;
        }
        for (WriteSink sink : sinks) {
            sink.write(unit);
        }
        unit.clear();
    }
}
