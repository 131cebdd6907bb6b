package dev.spinel.engine.keyspace;

/**
 * What introspection tells of a key.
 *
 * @param encoding what OBJECT ENCODING answers
 * @param idleSeconds seconds since the last access
 * @param memoryBytes what the key and its value take, the share of the table included
 * @param elementCount number of elements; 1 for a string
 */
public record KeyDescription(String encoding, long idleSeconds, long memoryBytes, long elementCount) {
    /** What one key takes of the table on average. */
    static final int TABLE_SLOT_BYTES = 10;
}
