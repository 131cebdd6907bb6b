/** Typed access to the keys of one database. Depends on {@code dev.spinel.api.data} and {@code dev.spinel.api.error}. */
@NullMarked
package dev.spinel.api.keyspace;

import org.jspecify.annotations.NullMarked;
