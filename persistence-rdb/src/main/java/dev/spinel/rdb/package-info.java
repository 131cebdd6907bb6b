/**
 * Redis's snapshot format, the files in it, and the commands that make and read them. Depends on the API and on the
 * engine's ports.
 */
@NullMarked
package dev.spinel.rdb;

import org.jspecify.annotations.NullMarked;
