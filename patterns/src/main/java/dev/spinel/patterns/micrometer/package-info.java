/** Metrics of recipes for Micrometer, an optional dependency. The only package that knows it. */
@NullMarked
package dev.spinel.patterns.micrometer;

import org.jspecify.annotations.NullMarked;
