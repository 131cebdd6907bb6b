/** The engine: the meaning of all commands over data in memory, without sockets and files. */
@NullMarked
package dev.spinel.engine;

import org.jspecify.annotations.NullMarked;
