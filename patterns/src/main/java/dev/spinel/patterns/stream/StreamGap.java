package dev.spinel.patterns.stream;

/**
 * Entries that a group of consumers will never get: trimmed away before they were read, or while they were pending, or gone with the group
 * or the whole stream. Some of those that were trimmed away while they were pending may have been handled after all, as nobody can tell
 * whether those who worked on them succeeded.
 *
 * @param after the id of an entry after which they are missing, {@code ?} if nobody knows
 * @param missed how many at most; negative if nobody knows
 */
public record StreamGap(String after, long missed) {}
