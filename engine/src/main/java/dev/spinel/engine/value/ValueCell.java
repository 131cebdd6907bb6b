package dev.spinel.engine.value;

/**
 * The bytes of one value inside the record of its key.
 *
 * <p>Array and offset change with every change of the keyspace, {@link #resize} included. Engine thread only.
 */
public interface ValueCell {
    /** The array that holds the bytes. */
    byte[] array();

    /** Index of the first byte. */
    int offset();

    /** Number of bytes. */
    int length();

    /** Number of bytes that {@link #resize} can reach without moving the record. */
    int capacity();

    /**
     * Sets the length, keeping the bytes up to the shorter of both; new bytes have no defined content.
     *
     * @throws dev.spinel.engine.memory.ArenaExhaustedException if there is no memory for a greater length; a smaller one
     *     never fails
     */
    void resize(int length);

    /** The encoding, 0 to 15; what it means is up to the type. */
    int encoding();

    void encoding(int encoding);
}
