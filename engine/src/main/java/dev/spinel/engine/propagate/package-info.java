/** The one door by which changes leave the engine: effects, in units, to all sinks. Depends on the API. */
@NullMarked
package dev.spinel.engine.propagate;

import org.jspecify.annotations.NullMarked;
