package dev.spinel.api.keyspace;

/**
 * What introspection tells of a key.
 *
 * @param encoding what OBJECT ENCODING answers
 * @param idleSeconds seconds since the last access, or {@link #NOT_TRACKED} under a policy of use frequency
 * @param accessFrequency the logarithmic access counter, 0 to 255, or {@link #NOT_TRACKED} under any other policy
 * @param memoryBytes what the key and its value take, the share of the table included
 * @param elementCount number of elements; 1 for a string
 */
public record KeyDescription(
        String encoding, long idleSeconds, int accessFrequency, long memoryBytes, long elementCount) {
    public static final int NOT_TRACKED = -1;
}
