/**
 * Scripts and functions in Lua: EVAL, SCRIPT, FUNCTION, FCALL and what scripts see of the server. Depends on the engine's
 * ports, {@code vm} and {@code lib}.
 */
@NullMarked
package dev.spinel.lua;

import org.jspecify.annotations.NullMarked;
