package dev.spinel.lua;

import dev.spinel.api.data.Bytes;
import dev.spinel.lua.vm.LuaFunction;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A loaded library of functions.
 *
 * @param code its whole text
 * @param compiledBytes what was counted as memory while it was loaded
 * @param functions by name, in the order of their registration
 */
record Library(String name, Bytes code, long compiledBytes, Map<String, Function> functions) {
    /** A registered function. */
    record Function(String name, LuaFunction callback, @Nullable String description, Set<ScriptFlag> flags) {}
}
