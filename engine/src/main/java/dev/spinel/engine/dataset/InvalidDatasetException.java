package dev.spinel.engine.dataset;

import java.io.IOException;

/** Data that are to be loaded make no sense; the message says what, for a log. */
public final class InvalidDatasetException extends IOException {
    private static final long serialVersionUID = 1;

    public InvalidDatasetException(String message) {
        super(message);
    }

    public InvalidDatasetException(String message, Throwable cause) {
        super(message, cause);
    }
}
