package dev.spinel.lua;

import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.Values;

/** Errors as scripts and clients see them. */
final class ScriptErrors {
    private ScriptErrors() {}

    /** A message with its code: {@code -CODE text} has one, anything else gets {@code ERR}. */
    static String withCode(String text) {
        return text.startsWith("-") ? text.substring(1) : "ERR " + text;
    }

    /** A message as it goes to a client, which is not to read a dash twice. */
    static String message(String text) {
        return text.startsWith("-") ? text.substring(1) : text;
    }

    /** The table that stands for an error, {@code text} with its code. */
    static LuaTable table(Interpreter lua, String text) {
        LuaTable table = lua.newTable();
        table.put(ReplyToLua.ERR_FIELD, LuaString.of(text));
        return table;
    }

    /** An error that a function of Redis's raises. */
    static LuaError raised(Interpreter lua, String text) {
        return new LuaError(table(lua, withCode(text)));
    }

    /** What a client is answered of an error that ended a script, without where it happened. */
    static String text(LuaError error) {
        if (error.value() instanceof LuaTable table) {
            LuaString text = Values.toText(table.get(ReplyToLua.ERR_FIELD));
            return text == null ? "ERR unknown error" : message(text.toString());
        }
        LuaString text = Values.toText(error.value());
        return "ERR " + (text == null ? error.getMessage() : text.toString());
    }

    /** The text with the script and the place, as Redis adds them. */
    static String located(LuaError error, String scriptName) {
        String text = text(error);
        return error.line() == 0
                ? text + " script: " + scriptName + ", on <unknown>:0."
                : text + " script: " + scriptName + ", on @" + error.chunk() + ":" + error.line() + ".";
    }
}
