package dev.spinel.patterns.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * How many replicas have to have what a command wrote before the command counts as done, and for how long the server waits for them. A
 * failover to one of these loses nothing of it.
 *
 * <p>{@code WAIT} cannot be called by scripts, counts the writes of the connection on which it is sent, and holds up whatever follows it there. So it
 * does not go through {@link RedisTransport#send} as a command of its own: a transport sends the command, {@link #mark} and {@link
 * #waiting} as one batch, which is one round trip, on a connection that commands of others do not share, and tells what {@link #confirm} makes of
 * the replies.
 *
 * <p>The mark is a write without a meaning. The command may have written nothing, as an earlier attempt did on another connection, and servers
 * from Redis 7.2 on then wait for nothing. As replicas take writes in the order of the primary, one that has the mark has all before it.
 *
 * @param replicas at least 1
 * @param timeout between 1 ms and a minute, in whole milliseconds, and shorter than the transport waits for replies
 *     ({@link PatternRuntime#checkAcknowledgement}): with a longer one, a command that too few replicas acknowledge is one that may have run or not
 */
public record ReplicaAcknowledgement(int replicas, Duration timeout) {
    private static final Duration MAX_TIMEOUT = Duration.ofMinutes(1);
    /** For how long a mark is kept: long enough that it does not go and come with each command. */
    private static final String MARK_MILLIS = "60000";

    /** Requires values in their ranges. */
    public ReplicaAcknowledgement {
        if (replicas < 1) {
            throw new IllegalArgumentException("At least 1 replica acknowledges, not " + replicas);
        }
        if (timeout.toMillis() < 1 || timeout.compareTo(MAX_TIMEOUT) > 0) {
            throw new IllegalArgumentException(
                    "Replicas have between 1 ms and a minute to acknowledge, not " + timeout);
        }
    }

    /** The write that follows a command with a key: of a key beside it, that of its hash tag with {@code :replicated}, which no recipe has. */
    public Command mark(Command command) {
        String routingKey = new String(requireNonNull(command.routingKey(), "routingKey"), UTF_8);
        byte[] key = (routingKey.substring(0, routingKey.indexOf('}') + 1) + ":replicated").getBytes(UTF_8);
        return new Command(
                "SET", List.of(key, new byte[0], "PX".getBytes(US_ASCII), MARK_MILLIS.getBytes(US_ASCII)), key);
    }

    /** The command that waits, which follows the mark. */
    public Command waiting() {
        return new Command(
                "WAIT",
                List.of(
                        Integer.toString(replicas).getBytes(US_ASCII),
                        Long.toString(timeout.toMillis()).getBytes(US_ASCII)),
                null);
    }

    /**
     * The reply to a command, once it counts as done.
     *
     * @param reply to the command; if it is an error, there is nothing to acknowledge
     * @param marked the reply to the mark
     * @param acknowledged the reply to the command that waits
     * @throws TransportException if the command ran, but it is not known whether so many replicas have it
     */
    public Reply confirm(Reply reply, Reply marked, Reply acknowledged) {
        if (reply instanceof Reply.Failure) {
            return reply;
        }
        for (Reply behind : List.of(marked, acknowledged)) {
            if (behind instanceof Reply.Failure error) {
                throw TransportException.notAcknowledged("no replica was asked, " + error.message());
            }
        }
        if (acknowledged.asLong() < replicas) {
            throw TransportException.notAcknowledged(acknowledged.asLong() + " of " + replicas
                    + " replicas acknowledged it within " + timeout.toMillis() + " ms");
        }
        return reply;
    }
}
