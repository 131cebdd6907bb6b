package dev.spinel.aof;

import java.io.IOException;

/**
 * A manifest was replaced, but a crash of the operating system may bring back the one before. The files of both are to be
 * kept.
 */
final class UnsyncedManifestException extends IOException {
    private static final long serialVersionUID = 1;

    UnsyncedManifestException(String message, Throwable cause) {
        super(message, cause);
    }
}
