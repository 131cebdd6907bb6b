package dev.spinel.resp.codec;

/** Thrown when the unsent output of one client would pass 2 GiB, the longest that an array can be. */
public final class OutputOverflowException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OutputOverflowException() {
        super("more than 2 GiB of unsent output");
    }
}
