/** The thread that owns all data and its duty cycle. Depends on the JDK only. */
@NullMarked
package dev.spinel.engine.loop;

import org.jspecify.annotations.NullMarked;
