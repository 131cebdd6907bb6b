package dev.spinel.aof;

/** A file of a log ends amid a command. */
final class TruncatedLogException extends InvalidLogException {
    private static final long serialVersionUID = 1;

    TruncatedLogException(long offset, String reason) {
        super(offset, reason);
    }
}
