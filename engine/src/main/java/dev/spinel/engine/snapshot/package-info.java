/**
 * Snapshots of all data without stopping the server, and single values on their way out. Depends on the keyspace, its
 * values and the terms of {@code dataset}.
 */
@NullMarked
package dev.spinel.engine.snapshot;

import org.jspecify.annotations.NullMarked;
