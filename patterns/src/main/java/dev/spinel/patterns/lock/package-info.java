/**
 * Distributed locks, read-write locks and semaphores as leases with fences: {@link dev.spinel.patterns.lock.Locks} is the way
 * in. Depends on the transport port.
 */
@NullMarked
package dev.spinel.patterns.lock;

import org.jspecify.annotations.NullMarked;
