/**
 * How a recipe talks to a server: the port that a client library fills ({@link dev.spinel.patterns.transport.RedisTransport}),
 * operations with their scripts and retry classes, and the {@link dev.spinel.patterns.transport.PatternRuntime} that runs
 * them, by what the server has: commands, the {@link dev.spinel.patterns.transport.FunctionLibrary}, or scripts. Depends on the JDK alone.
 */
@NullMarked
package dev.spinel.patterns.transport;

import org.jspecify.annotations.NullMarked;
