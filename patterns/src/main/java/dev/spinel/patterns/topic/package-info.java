/**
 * Messages to whoever listens, with what was missed. Depends on {@link dev.spinel.patterns.transport}.
 */
@NullMarked
package dev.spinel.patterns.topic;

import org.jspecify.annotations.NullMarked;
