/**
 * The clients of the engine and the port by which a transport connects them. Depends on the API and {@code
 * dev.spinel.engine.keyspace}.
 */
@NullMarked
package dev.spinel.engine.client;

import org.jspecify.annotations.NullMarked;
