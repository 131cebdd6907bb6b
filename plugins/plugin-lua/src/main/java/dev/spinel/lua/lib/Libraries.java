package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;

/** All libraries together. */
public final class Libraries {
    private Libraries() {}

    /** A table of globals with all libraries in it. */
    public static LuaTable globals(Interpreter lua) {
        LuaTable globals = lua.newTable();
        BaseLibrary.install(lua, globals);
        put(globals, "coroutine", CoroutineLibrary.create(lua));
        put(globals, "string", StringLibrary.create(lua));
        put(globals, "table", TableLibrary.create(lua));
        put(globals, "math", MathLibrary.create(lua));
        put(globals, "os", OsLibrary.create(lua));
        put(globals, "bit", BitLibrary.create(lua));
        put(globals, "cjson", JsonLibrary.create(lua));
        put(globals, "cmsgpack", MessagePackLibrary.create(lua));
        put(globals, "struct", StructLibrary.create(lua));
        return globals;
    }

    private static void put(LuaTable globals, String name, LuaTable library) {
        globals.put(LuaString.of(name), library);
    }
}
