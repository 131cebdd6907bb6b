/**
 * Cache-aside with one load at a time over all processes: {@link dev.spinel.patterns.cache.CacheAside} is the way in. Depends on the
 * transport port.
 */
@NullMarked
package dev.spinel.patterns.cache;

import org.jspecify.annotations.NullMarked;
