/** HIMPORT: hashes made of fields that a client has named before. Depends on the API and {@code dev.spinel.engine.client}. */
@NullMarked
package dev.spinel.engine.hashimport;

import org.jspecify.annotations.NullMarked;
