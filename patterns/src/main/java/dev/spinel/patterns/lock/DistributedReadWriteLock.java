package dev.spinel.patterns.lock;

/**
 * Two locks on one thing: many may read at the same time, a writer excludes everybody. A waiting writer goes before readers that
 * come after it, so that whoever reads must not wait for another read lease meanwhile.
 *
 * @param read held by any number
 * @param write held by one, while nobody reads
 */
public record DistributedReadWriteLock(DistributedLock read, DistributedLock write) {}
