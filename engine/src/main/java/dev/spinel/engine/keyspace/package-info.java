/**
 * The databases: records of keys in the arena, found through one table per database, with their time to live.
 *
 * <p>Depends on the API, {@code dev.spinel.engine.memory} and {@code dev.spinel.engine.value}.
 */
@NullMarked
package dev.spinel.engine.keyspace;

import org.jspecify.annotations.NullMarked;
