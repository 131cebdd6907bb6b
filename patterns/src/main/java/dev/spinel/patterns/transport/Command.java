package dev.spinel.patterns.transport;

import static java.util.Objects.requireNonNull;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One command as it goes over the wire: a name and its arguments. The byte arrays are shared, not copied; nobody changes
 * them after the command was made.
 */
public final class Command {
    private final String name;
    private final List<byte[]> arguments;
    private final byte @Nullable [] routingKey;
    private final boolean callerWaits;

    /**
     * A command whose sender does not wait for the reply.
     *
     * @param routingKey the element of {@code arguments} (the same array) whose hash slot decides which node of a cluster
     *     executes the command, or null when any node can
     */
    public Command(String name, List<byte[]> arguments, byte @Nullable [] routingKey) {
        this(name, arguments, routingKey, false);
    }

    /** As the other one; {@code callerWaits} is what {@link #callerWaits} tells. */
    public Command(String name, List<byte[]> arguments, byte @Nullable [] routingKey, boolean callerWaits) {
        this.name = requireNonNull(name, "name");
        this.arguments = List.copyOf(arguments);
        this.routingKey = routingKey;
        this.callerWaits = callerWaits;
    }

    /** The name, in upper case. */
    public String name() {
        return name;
    }

    /** The arguments after the name, in order. */
    public List<byte[]> arguments() {
        return arguments;
    }

    /** The argument that is the first key, or null if the command has none. */
    public byte @Nullable [] routingKey() {
        return routingKey;
    }

    /**
     * Whether the thread that sends it does nothing else until the reply is there, so that a transport over a blocking client may use that thread
     * instead of waking another one.
     */
    public boolean callerWaits() {
        return callerWaits;
    }

    @Override
    public String toString() {
        return name + " with " + arguments.size() + " arguments";
    }
}
