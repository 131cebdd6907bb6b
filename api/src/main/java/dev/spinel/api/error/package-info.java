/** The catalogue of errors that clients see. Depends on the JDK and JSpecify only. */
@NullMarked
package dev.spinel.api.error;

import org.jspecify.annotations.NullMarked;
