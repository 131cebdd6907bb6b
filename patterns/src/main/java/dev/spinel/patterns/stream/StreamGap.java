package dev.spinel.patterns.stream;

/**
 * Entries that a group of consumers will never get: trimmed away before they were read, or while they were pending, or gone with the group
 * or the whole stream.
 *
 * @param after the id of an entry after which they are missing, {@code ?} if nobody knows
 * @param missed how many; negative if nobody knows
 */
public record StreamGap(String after, long missed) {}
