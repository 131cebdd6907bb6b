package dev.spinel.api.data;

/**
 * How the server creates, keeps and copies the values of a plugin's own type, which are objects on the Java heap.
 *
 * <p>{@link ValueType#custom} makes a value type of it, with which commands get at the objects through the keyspace as at any
 * other value. One object costs the garbage collector what one large collection costs, so a type is for values that hold
 * much (a graph, a filter, an index), not for millions of small ones.
 *
 * <p>COPY, DEBUG DIGEST and files all go through {@link #save}, so it writes everything, and equal values equally. What the
 * methods throw fails the command at hand. Engine thread only.
 *
 * @param <V> the class of the values
 */
public interface CustomType<V> {
    /** The class of the values. */
    Class<V> valueClass();

    /** A new value with nothing in it. */
    V create();

    /** Writes a value in the format of {@link #version}. */
    void save(V value, ValueOutput out);

    /**
     * Reads a value that {@link #save} wrote.
     *
     * @param version the version of the format, which may be an older one
     * @throws IllegalArgumentException with the reason when the input makes no sense
     */
    V load(ValueInput in, int version);

    /** The version of the format that {@link #save} writes, 0 to 1023. */
    default int version() {
        return 0;
    }

    /** Bytes that a value takes, roughly; asked often, so better counted along than computed. */
    long memoryBytes(V value);

    /** Number of elements, the effort to free a value. */
    default long elementCount(V value) {
        return 1;
    }

    /** Whether a value holds nothing, so that {@code Keyspace.removeIfEmpty} removes it. */
    default boolean isEmpty(V value) {
        return false;
    }
}
