/**
 * Rate limiting: {@link dev.spinel.patterns.ratelimit.RateLimiter} decides in one round trip over any number of limits, by
 * the server's clock alone. Depends on the transport port.
 */
@NullMarked
package dev.spinel.patterns.ratelimit;

import org.jspecify.annotations.NullMarked;
