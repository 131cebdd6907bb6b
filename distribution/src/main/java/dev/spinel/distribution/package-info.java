/** The server as a whole: start and stop, configuration, logging, plugins, and the list of its modules. */
@NullMarked
package dev.spinel.distribution;

import org.jspecify.annotations.NullMarked;
