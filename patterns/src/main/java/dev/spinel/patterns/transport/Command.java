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
    private final @Nullable ReplicaAcknowledgement acknowledgement;

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
        this(name, arguments, routingKey, callerWaits, null);
    }

    private Command(
            String name,
            List<byte[]> arguments,
            byte @Nullable [] routingKey,
            boolean callerWaits,
            @Nullable ReplicaAcknowledgement acknowledgement) {
        this.name = requireNonNull(name, "name");
        this.arguments = List.copyOf(arguments);
        this.routingKey = routingKey;
        this.callerWaits = callerWaits;
        this.acknowledgement = acknowledgement;
    }

    /** This command, which has a key, to be acknowledged by replicas; null if it need not be. */
    Command acknowledgedBy(@Nullable ReplicaAcknowledgement value) {
        return value == null ? this : new Command(name, arguments, routingKey, callerWaits, value);
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

    /** Which replicas have to acknowledge it; null if none, and always for transports that cannot have that ({@link RedisTransport#waitsForReplicas}). */
    public @Nullable ReplicaAcknowledgement acknowledgement() {
        return acknowledgement;
    }

    @Override
    public String toString() {
        return name + " with " + arguments.size() + " arguments";
    }
}
