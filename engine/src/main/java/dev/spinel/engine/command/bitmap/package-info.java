/**
 * The commands on strings as bitmaps and bit fields: specifications, handlers and the table that binds them. Depends on
 * {@code dev.spinel.api} only.
 */
@NullMarked
package dev.spinel.engine.command.bitmap;

import org.jspecify.annotations.NullMarked;
