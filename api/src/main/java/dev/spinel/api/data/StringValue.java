package dev.spinel.api.data;

/**
 * A string: up to 512 MB of any bytes.
 *
 * <p>Valid until the handler returns. Engine thread only.
 */
public interface StringValue {
    /** Length in bytes; of an integer, the length of its decimal form. */
    int length();

    /** A view of the bytes, valid until the next change. */
    Bytes bytes();

    /** Whether the value is stored as a 64-bit integer, so that {@link #integer()} costs nothing. */
    boolean isInteger();

    /**
     * The value as a signed 64-bit decimal integer without leading zeros, plus sign or blanks.
     *
     * @throws dev.spinel.api.error.CommandException {@code ERR value is not an integer or out of range}
     */
    long integer();

    /** Replaces the value; a canonical 64-bit integer is stored as such. */
    void set(Bytes value);

    /** Replaces the value by an integer. */
    void set(long value);

    /**
     * Overwrites bytes from an offset on, growing the value and filling a gap with zero bytes.
     *
     * @return the new length
     */
    int setRange(int offset, Bytes value);

    /** Appends, with room for further appends; returns the new length. */
    int append(Bytes suffix);

    /** Sets the length, cutting or filling with zero bytes. */
    void resize(int length);

    /** Writes one byte of a raw string in place; {@code index < length()}. For bitmaps and registers. */
    void setByte(int index, byte value);
}
