package dev.spinel.lua;

import dev.spinel.lua.lib.Libraries;
import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.Values;

/** Globals that scripts can read and not change, so that one script leaves nothing for the next. */
final class Sandbox {
    private static final LuaString INDEX = LuaString.of("__index");

    private Sandbox() {}

    /**
     * The libraries and {@code redis}, which scripts of Valkey call {@code server}, as globals, to be {@linkplain #protect protected}
     * once they are complete.
     */
    static LuaTable globals(Interpreter lua, LuaTable redis) {
        LuaTable globals = Libraries.globals(lua);
        globals.put(LuaString.of("redis"), redis);
        globals.put(LuaString.of("server"), redis);
        RedisApi.installProtectedCall(globals);
        return globals;
    }

    /** Makes globals and everything in them read-only, and reading a name that there is not an error. */
    static void protect(Interpreter lua, LuaTable globals) {
        LuaTable.Traversal names = globals.traversal();
        while (names.next()) {
            if (names.value() instanceof LuaTable library) {
                library.readOnly(true);
                lua.shareNames(library);
            }
        }
        lua.shareNames(globals);
        refuseUnknown(lua, globals);
        globals.readOnly(true);
    }

    /** Makes reading a name that a table does not have an error. */
    static void refuseUnknown(Interpreter lua, LuaTable table) {
        LuaTable metatable = lua.newTable();
        metatable.put(INDEX, new Builtin("__index", (l, args) -> {
            LuaString name = Values.toText(args.get(1));
            throw l.error("Script attempted to access nonexistent global variable '"
                    + (name == null ? Values.typeName(args.get(1)) : name) + "'");
        }));
        metatable.readOnly(true);
        table.metatable(metatable);
    }
}
