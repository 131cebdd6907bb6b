/**
 * The libraries that scripts find: Lua 5.1's own, without what reaches files or the machine, and bit, cjson, cmsgpack and
 * struct as Redis has them. Depends on {@code vm}.
 */
@NullMarked
package dev.spinel.lua.lib;

import org.jspecify.annotations.NullMarked;
