/**
 * Counts of what happens: {@link dev.spinel.patterns.analytics.WindowedCounter}, {@link dev.spinel.patterns.analytics.UniqueCounter},
 * {@link dev.spinel.patterns.analytics.TopItems} and {@link dev.spinel.patterns.analytics.Funnel}. Depends on the transport port.
 */
@NullMarked
package dev.spinel.patterns.analytics;

import org.jspecify.annotations.NullMarked;
