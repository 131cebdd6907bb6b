/**
 * From a request to its handler: the table of commands, the gates before them, what a change sets off, and what is told
 * about commands.
 *
 * <p>Depends on the API and on the engine's packages for clients, keyspace, blocking, transactions, publish/subscribe,
 * propagation and statistics.
 */
@NullMarked
package dev.spinel.engine.dispatch;

import org.jspecify.annotations.NullMarked;
