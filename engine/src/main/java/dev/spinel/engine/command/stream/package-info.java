/** The stream commands: specifications, handlers and the table that binds them. Depends on {@code dev.spinel.api} only. */
@NullMarked
package dev.spinel.engine.command.stream;

import org.jspecify.annotations.NullMarked;
