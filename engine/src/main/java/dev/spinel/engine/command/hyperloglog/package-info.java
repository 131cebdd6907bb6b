/**
 * The HyperLogLog commands: the format of sketches, specifications, handlers and the table that binds them. Depends on
 * {@code dev.spinel.api} only.
 *
 * <p>A sketch is a string with the very bytes that Redis writes, so that snapshots, logs and GET and SET carry it from one
 * to the other.
 */
@NullMarked
package dev.spinel.engine.command.hyperloglog;

import org.jspecify.annotations.NullMarked;
