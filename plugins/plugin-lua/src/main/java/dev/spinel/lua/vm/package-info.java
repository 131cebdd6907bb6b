/**
 * Lua 5.1: values, compiler to a tree of nodes, and what runs the tree. Knows nothing of the server. Depends on the JDK and
 * JSpecify.
 */
@NullMarked
package dev.spinel.lua.vm;

import org.jspecify.annotations.NullMarked;
