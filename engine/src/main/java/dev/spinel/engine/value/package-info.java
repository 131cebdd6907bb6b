/**
 * The value types and their encodings: views over the bytes of a record, and large values that records refer to.
 *
 * <p>Encodings are package-private; the views are public. Depends on the API and {@code dev.spinel.engine.memory}.
 */
@NullMarked
package dev.spinel.engine.value;

import org.jspecify.annotations.NullMarked;
