/** The transport over Lettuce, an optional dependency. The only package that knows it. */
@NullMarked
package dev.spinel.patterns.lettuce;

import org.jspecify.annotations.NullMarked;
