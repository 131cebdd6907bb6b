/**
 * Bytes and the value types that a key can hold, without their encodings. Depends on the JDK, JSpecify and
 * {@code dev.spinel.api.error} only.
 */
@NullMarked
package dev.spinel.api.data;

import org.jspecify.annotations.NullMarked;
