/**
 * The one door by which changes leave the engine: effects, in units, to all sinks; and the clients that wait for what becomes of
 * them. Depends on the API, clients and blocking.
 */
@NullMarked
package dev.spinel.engine.propagate;

import org.jspecify.annotations.NullMarked;
