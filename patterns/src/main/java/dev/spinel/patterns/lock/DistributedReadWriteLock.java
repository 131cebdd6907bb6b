package dev.spinel.patterns.lock;

/**
 * Two locks on one thing: many may read at the same time, a writer excludes everybody. A waiting writer goes before readers that
 * come after it, and readers that waited for a writer go, when it releases, before the next one, which waits up to a second for them to come, so
 * that neither starves; after a writer that died it is a race. Whoever reads must not wait for another read lease of the same name meanwhile.
 *
 * @param read held by any number
 * @param write held by one, while nobody reads
 */
public record DistributedReadWriteLock(DistributedLock read, DistributedLock write) {}
