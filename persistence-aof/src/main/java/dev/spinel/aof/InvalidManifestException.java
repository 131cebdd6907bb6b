package dev.spinel.aof;

import java.io.IOException;

/** A manifest cannot be read; the message has the lines that redis-server logs in this case. */
final class InvalidManifestException extends IOException {
    private static final long serialVersionUID = 1;

    private final String reason;

    InvalidManifestException(String file, int lineNumber, String line, String reason) {
        super("*** FATAL AOF MANIFEST FILE ERROR ***\nReading the manifest file " + file + ", at line " + lineNumber
                + "\n>>> '" + line + "'\n" + reason);
        this.reason = reason;
    }

    /** What is wrong, without where. */
    String reason() {
        return reason;
    }
}
