/** The commands on keys whatever their type: names, expiry, iteration, sorting, inspection. Depends on {@code dev.spinel.api} only. */
@NullMarked
package dev.spinel.engine.command.generic;

import org.jspecify.annotations.NullMarked;
