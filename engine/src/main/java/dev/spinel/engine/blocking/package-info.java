/** Clients that wait for keys. Depends on the API, {@code engine.client} and {@code engine.keyspace}. */
@NullMarked
package dev.spinel.engine.blocking;

import org.jspecify.annotations.NullMarked;
