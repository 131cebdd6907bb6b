/** Transactions: queued commands and watched keys. Depends on the API and {@code dev.spinel.engine.client}. */
@NullMarked
package dev.spinel.engine.transaction;

import org.jspecify.annotations.NullMarked;
