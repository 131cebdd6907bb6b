/**
 * The commands on places, kept in sorted sets by their geohash: specifications, handlers and the table that binds them.
 * Depends on {@code dev.spinel.api} only.
 */
@NullMarked
package dev.spinel.engine.command.geo;

import org.jspecify.annotations.NullMarked;
