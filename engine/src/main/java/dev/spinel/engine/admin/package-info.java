/** The commands that steer and describe the server and its connections: specifications, handlers and the tables that bind them. */
@NullMarked
package dev.spinel.engine.admin;

import org.jspecify.annotations.NullMarked;
