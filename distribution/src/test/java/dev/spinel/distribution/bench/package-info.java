/** JMH benchmarks of the assembled server. They may use whatever the distribution does. */
@NullMarked
package dev.spinel.distribution.bench;

import org.jspecify.annotations.NullMarked;
