package dev.spinel.engine.propagate;

import dev.spinel.api.data.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;

/**
 * Hands the effects of each unit (a command, a transaction) to the sinks as they come up, and ends the unit.
 *
 * <p>Engine thread only.
 */
public final class Propagator {
    private final List<WriteSink> sinks = new ArrayList<>();
    /** The sinks that have an effect of the unit in progress, a bit each by their index. */
    private int told;

    private Audience audience = Audience.EVERYBODY;
    private boolean apart;
    private LongSupplier position = () -> 0;

    /** Has a sink receive all units that are meant for it from now on, after the sinks added before. */
    public void addSink(WriteSink sink) {
        sinks.add(sink);
    }

    /** Has a sink receive nothing any more, the end of a unit in progress included. */
    public void removeSink(WriteSink sink) {
        int index = sinks.indexOf(sink);
        if (index >= 0) {
            sinks.remove(index);
            int before = (1 << index) - 1;
            told = (told & before) | ((told >>> 1) & ~before);
        }
    }

    /** Whether anybody listens to commands; otherwise effects need not be made. */
    public boolean isActive() {
        return audience != Audience.NOBODY && hasSinks();
    }

    /** Whether anybody listens to {@link #addUnrestricted}. */
    public boolean hasSinks() {
        return !sinks.isEmpty();
    }

    /**
     * Has effects dropped that are not meant for some of those who hear of them now.
     *
     * @return who heard of them so far, for {@link #restore}
     */
    public Audience restrict(Audience to) {
        Audience before = audience;
        audience = before.and(to);
        return before;
    }

    /** Ends what {@link #restrict} began. */
    public void restore(Audience before) {
        audience = before;
    }

    /**
     * Sets whether each effect is a unit of its own, as when keys go one after the other that have nothing to do with each
     * other.
     */
    public void apart(boolean value) {
        apart = value;
    }

    /** Adds an effect to the current unit; the arguments need to be valid during the call only. */
    public void add(int database, Bytes[] args, int argCount) {
        add(Audience.EVERYBODY, database, args, argCount);
    }

    /** Adds an effect to the current unit, for some of those who hear of effects. */
    public void add(Audience of, int database, Bytes[] args, int argCount) {
        tell(audience.and(of), database, args, argCount);
    }

    /** Adds an effect that no command caused, such as an expiry, so that {@link #restrict} does not concern it. */
    public void addUnrestricted(int database, Bytes[] args, int argCount) {
        tell(Audience.EVERYBODY, database, args, argCount);
    }

    private void tell(Audience to, int database, Bytes[] args, int argCount) {
        for (int i = 0; i < sinks.size(); i++) {
            if (to.includes(sinks.get(i).audience())) {
                sinks.get(i).effect(database, args, argCount);
                told |= 1 << i;
            }
        }
        if (apart) {
            flush();
        }
    }

    /**
     * Ends the unit.
     *
     * @return whether it had an effect
     */
    public boolean flush() {
        if (told == 0) {
            return false;
        }
        for (int i = 0; i < sinks.size(); i++) {
            if ((told & 1 << i) != 0) {
                sinks.get(i).endUnit();
            }
        }
        told = 0;
        return true;
    }

    /** Sets what tells how far the stream of replicas has come, in bytes. */
    public void onPosition(LongSupplier bytes) {
        position = bytes;
    }

    /** How far the stream of replicas has come, in bytes; 0 when there has never been one. */
    public long position() {
        return position.getAsLong();
    }
}
