/** Counters, slow log and latency events of the server. Depends on the API only. */
@NullMarked
package dev.spinel.engine.stats;

import org.jspecify.annotations.NullMarked;
