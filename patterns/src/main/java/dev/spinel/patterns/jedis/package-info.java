/** The transport over Jedis, an optional dependency. The only package that knows it. */
@NullMarked
package dev.spinel.patterns.jedis;

import org.jspecify.annotations.NullMarked;
