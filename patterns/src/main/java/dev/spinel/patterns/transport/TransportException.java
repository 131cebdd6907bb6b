package dev.spinel.patterns.transport;

/** No reply came for a command. Says whether the command may nevertheless have run. */
public final class TransportException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean mayHaveRun;

    private TransportException(String message, Throwable cause, boolean mayHaveRun) {
        super(message, cause);
        this.mayHaveRun = mayHaveRun;
    }

    /** The command was not sent, so that it certainly did not run. */
    public static TransportException notSent(Throwable cause) {
        return new TransportException("Command not sent: " + cause, cause, false);
    }

    /** The command was sent or may have been: whether it ran is not known. */
    public static TransportException noReply(Throwable cause) {
        return new TransportException("No reply: " + cause, cause, true);
    }

    /** Whether the server may have executed the command. */
    public boolean mayHaveRun() {
        return mayHaveRun;
    }
}
