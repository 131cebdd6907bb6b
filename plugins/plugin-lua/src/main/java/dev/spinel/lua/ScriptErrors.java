package dev.spinel.lua;

import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.Values;
import org.jspecify.annotations.Nullable;

/** Errors as scripts and clients see them. */
final class ScriptErrors {
    private static final LuaString ERR = LuaString.of("err");
    /** Set in the error of a command that a script called: it is in the server's statistics already. */
    private static final LuaString COUNTED = LuaString.of("ignore_error_stats_update");

    private static final int MAX_TEXT_BYTES = 1 << 20;

    private ScriptErrors() {}

    /** A message with its code: {@code -CODE text} has one, anything else gets {@code ERR}. */
    static String withCode(String text) {
        return text.startsWith("-") ? text.substring(1) : "ERR " + text;
    }

    /** A message as it goes to a client. */
    static String message(LuaString message) {
        return Interpreter.javaText(message, MAX_TEXT_BYTES);
    }

    /** The table that stands for an error, {@code text} with its code. */
    static LuaTable table(Interpreter lua, String text) {
        return lua.newTable(ERR, lua.newString(text));
    }

    /** The table that stands for the error of a command that a script called, {@code text} with its code. */
    static LuaTable counted(Interpreter lua, String text) {
        LuaTable table = table(lua, text);
        table.put(COUNTED, true);
        return table;
    }

    /** Whether an error value is that of a command that a script called. */
    static boolean isCounted(@Nullable Object error) {
        return error instanceof LuaTable table && Values.isTrue(table.get(COUNTED));
    }

    /** The text of a value that stands for an error, null if it does not. */
    static @Nullable LuaString errorText(@Nullable Object value) {
        return value instanceof LuaTable table ? Values.toText(table.get(ERR)) : null;
    }

    /** An error that a function of Redis's raises. */
    static LuaError raised(Interpreter lua, String text) {
        return new LuaError(table(lua, withCode(text)));
    }

    /** What a client is answered of an error that ended a script, without where it happened. */
    static String text(LuaError error) {
        Object value = error.value();
        if (value instanceof LuaTable) {
            LuaString text = errorText(value);
            return text == null ? "ERR unknown error" : message(text);
        }
        LuaString text = Values.toText(value);
        if (text != null) {
            return "ERR " + Interpreter.javaText(text, MAX_TEXT_BYTES);
        }
        return "ERR "
                + (value == null || value instanceof Boolean
                        ? String.valueOf(value == null ? "nil" : value)
                        : Values.typeName(value));
    }

    /** The text with the script and the place, as Redis adds them. */
    static String located(LuaError error, String scriptName) {
        String text = text(error);
        return error.line() == 0
                ? text + " script: " + scriptName + ", on <unknown>:0."
                : text + " script: " + scriptName + ", on @" + error.chunk() + ":" + error.line() + ".";
    }
}
