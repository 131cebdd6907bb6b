/**
 * The configuration: every directive of redis.conf with its kind, its value and what follows from a change.
 *
 * <p>Depends on the API only; files are the business of the distribution.
 */
@NullMarked
package dev.spinel.engine.config;

import org.jspecify.annotations.NullMarked;
