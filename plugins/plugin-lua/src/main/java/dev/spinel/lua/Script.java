package dev.spinel.lua;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.Errors;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaFunction;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import java.util.EnumSet;
import java.util.Set;

/**
 * A compiled script of EVAL.
 *
 * @param sha the SHA-1 of its text in hexadecimal digits
 * @param flags what its first line says
 * @param hasFlags whether it says anything
 * @param bytes the length of its text
 */
record Script(String sha, LuaFunction function, Set<ScriptFlag> flags, boolean hasFlags, int bytes) {
    private static final String SHEBANG = "#!";
    private static final String FLAGS = "flags=";

    /**
     * Compiles a text.
     *
     * @throws dev.spinel.api.error.CommandException with the reason if that is not possible
     */
    static Script compile(Interpreter lua, Bytes text, String sha, LuaTable globals) {
        Set<ScriptFlag> flags = EnumSet.noneOf(ScriptFlag.class);
        LuaString source = LuaString.of(text.array(), text.offset(), text.length());
        boolean hasFlags = text.length() >= 2 && text.at(0) == '#' && text.at(1) == '!';
        if (hasFlags) {
            source = withoutShebang(source, flags);
        }
        try {
            return new Script(sha, lua.compile(source, "@user_script", globals), flags, hasFlags, text.length());
        } catch (LuaError e) {
            throw Errors.err("Error compiling script (new function): " + e.getMessage());
        }
    }

    /** The text behind the first line, of which the line break is left so that lines keep their numbers. */
    private static LuaString withoutShebang(LuaString source, Set<ScriptFlag> flags) {
        int end = 0;
        while (end < source.length() && source.at(end) != '\n') {
            end++;
        }
        if (end == source.length()) {
            throw Errors.err("Invalid script shebang");
        }
        String[] words = source.substring(0, end).toString().strip().split(" +", -1);
        if (!words[0].equals(SHEBANG + "lua")) {
            throw Errors.err("Unexpected engine in script shebang: " + words[0]);
        }
        for (int i = 1; i < words.length; i++) {
            if (!words[i].startsWith(FLAGS)) {
                throw Errors.err("Unknown lua shebang option: " + words[i]);
            }
            for (String name : words[i].substring(FLAGS.length()).split(",", -1)) {
                if (name.isEmpty()) {
                    continue;
                }
                ScriptFlag flag = ScriptFlag.of(name);
                if (flag == null) {
                    throw Errors.err("Unexpected flag in script shebang: " + name);
                }
                flags.add(flag);
            }
        }
        return source.substring(end, source.length());
    }
}
