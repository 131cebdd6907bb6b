/**
 * Locks and rate limits of the {@code patterns} library as commands. Each does what its Lua script does, to the last bit of
 * what is stored. Depends on the API and nothing else.
 */
@NullMarked
package dev.spinel.plugin.recipes;

import org.jspecify.annotations.NullMarked;
