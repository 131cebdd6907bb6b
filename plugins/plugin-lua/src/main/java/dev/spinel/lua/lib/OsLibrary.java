package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaTable;

/** {@code os.clock}, all that scripts have of {@code os}. */
final class OsLibrary {
    private static final double NANOS_PER_SECOND = 1e9;

    private OsLibrary() {}

    static LuaTable create(Interpreter lua) {
        LuaTable os = lua.newTable();
        // Scripts take differences only, and the time of the thread costs a system call.
        Builtin.define(os, "clock", (l, args) -> System.nanoTime() / NANOS_PER_SECOND);
        return os;
    }
}
