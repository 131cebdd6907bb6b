package dev.spinel.api.data;

/** Takes the parts of a custom value one after the other, in the order in which {@link ValueInput} gives them back. */
public interface ValueOutput {
    void writeLong(long value);

    void writeDouble(double value);

    /** Writes a byte string; it is copied. */
    void writeBytes(Bytes value);
}
