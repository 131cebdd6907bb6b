/** What becomes of a request before and after its handler runs: lookup, checks, keys, descriptions of commands. */
@NullMarked
package dev.spinel.engine.dispatch;

import org.jspecify.annotations.NullMarked;
