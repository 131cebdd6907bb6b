package dev.spinel.api.data;

/**
 * Gives back the parts of a custom value in the order in which {@link ValueOutput} took them.
 *
 * <p>Reading a part as another kind than it was written, or beyond the end, throws {@link IllegalArgumentException}.
 */
public interface ValueInput {
    long readLong();

    double readDouble();

    /** Reads a byte string, valid for ever. */
    Bytes readBytes();
}
