package dev.spinel.patterns.transport;

import org.jspecify.annotations.Nullable;

/** No reply came for a command, or too few replicas acknowledged it. Says whether the command may nevertheless have run. */
public final class TransportException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** What is known of the command. */
    private enum Ran {
        NO,
        MAYBE,
        YES
    }

    private final Ran ran;

    private TransportException(String message, @Nullable Throwable cause, Ran ran) {
        super(message, cause);
        this.ran = ran;
    }

    /** The command was not sent, so that it certainly did not run. */
    public static TransportException notSent(Throwable cause) {
        return new TransportException("Command not sent: " + cause, cause, Ran.NO);
    }

    /** The command was sent or may have been: whether it ran is not known. */
    public static TransportException noReply(Throwable cause) {
        return new TransportException("No reply: " + cause, cause, Ran.MAYBE);
    }

    /** The command ran, but not so many replicas as it asks for are known to have what it wrote ({@link ReplicaAcknowledgement}). */
    static TransportException notAcknowledged(String reason) {
        return new TransportException(reason, null, Ran.YES);
    }

    /** Whether the server may have executed the command. */
    public boolean mayHaveRun() {
        return ran != Ran.NO;
    }

    /** Whether the server did execute the command, so that only a failover can undo it. */
    boolean hasRun() {
        return ran == Ran.YES;
    }
}
