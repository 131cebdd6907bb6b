package dev.spinel.api.error;

import java.util.Objects;

/**
 * The failure of a command that its client reads as an error reply.
 *
 * <p>It carries no stack trace: it is an answer, not a defect. The dispatcher removes what the handler had already
 * replied and answers {@code -<message>} instead. The message starts with the error code, as in {@code "ERR syntax
 * error"} or {@code "WRONGTYPE Operation against ..."}; line breaks in it are replaced by spaces on the wire.
 */
public final class CommandException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param message code and text, without the leading {@code -} */
    public CommandException(String message) {
        super(Objects.requireNonNull(message, "message"), null, false, false);
    }

    /** The error code: the message up to its first space, for instance {@code WRONGTYPE}. */
    public String code() {
        String message = message();
        int space = message.indexOf(' ');
        return space < 0 ? message : message.substring(0, space);
    }

    /** Code and text, never null. */
    public String message() {
        return Objects.requireNonNull(getMessage(), "message");
    }
}
