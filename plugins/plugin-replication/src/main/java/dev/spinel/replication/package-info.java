/**
 * The master's side of replication: the stream of changes, what is kept of it, and the replicas that follow it. Depends on the
 * engine's ports.
 */
@NullMarked
package dev.spinel.replication;

import org.jspecify.annotations.NullMarked;
