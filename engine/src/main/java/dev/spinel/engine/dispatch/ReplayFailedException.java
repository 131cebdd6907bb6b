package dev.spinel.engine.dispatch;

/** The failure of the server, not of the command, to run a command of a log: what follows must not build on it. */
public final class ReplayFailedException extends Exception {
    private static final long serialVersionUID = 1;

    public ReplayFailedException(String message, Throwable cause) {
        super(message, cause);
    }
}
