/**
 * Streams of the server, and groups of consumers that are told what they missed. Depends on {@link dev.spinel.patterns.transport}.
 */
@NullMarked
package dev.spinel.patterns.stream;

import org.jspecify.annotations.NullMarked;
