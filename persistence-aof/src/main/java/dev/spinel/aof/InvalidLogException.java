package dev.spinel.aof;

import java.io.IOException;

/** A file of a log does not hold commands at some place. */
class InvalidLogException extends IOException {
    private static final long serialVersionUID = 1;

    private final long offset;

    InvalidLogException(long offset, String reason) {
        super(reason);
        this.offset = offset;
    }

    /** Index in the file of the byte that is wrong. */
    final long offset() {
        return offset;
    }
}
