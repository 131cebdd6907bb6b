package dev.spinel.lua;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.Errors;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaFunction;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A compiled script of EVAL.
 *
 * @param sha the SHA-1 of its text in hexadecimal digits
 * @param flags what its first line says
 * @param hasFlags whether it says anything
 * @param text what was compiled
 */
record Script(String sha, LuaFunction function, Set<ScriptFlag> flags, boolean hasFlags, Bytes text) {
    private static final String SHEBANG = "#!lua";
    private static final String FLAGS = "flags=";

    /**
     * Compiles a text, which is kept.
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
            return new Script(sha, lua.compile(source, "@user_script", globals), flags, hasFlags, text);
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
        List<String> words = Shebang.words(Interpreter.javaText(source, end));
        if (words.isEmpty()) {
            throw Errors.err("Invalid engine in script shebang");
        }
        if (!words.get(0).equals(SHEBANG)) {
            throw Errors.err("Unexpected engine in script shebang: " + words.get(0));
        }
        for (String word : words.subList(1, words.size())) {
            if (!word.startsWith(FLAGS)) {
                throw Errors.err("Unknown lua shebang option: " + word);
            }
            if (word.length() == FLAGS.length()) {
                continue;
            }
            for (String name : word.substring(FLAGS.length()).split(",", -1)) {
                ScriptFlag flag = ScriptFlag.of(name);
                if (flag == null) {
                    throw Errors.err("Unexpected flag in script shebang: " + name);
                }
                flags.add(flag);
            }
        }
        return LuaString.of(source.bytes(), end, source.length() - end);
    }
}
