package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Arguments;
import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Coroutine;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaFunction;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import org.jspecify.annotations.Nullable;

/** The library {@code coroutine}. Source: the Lua 5.1 reference manual, section 5.2. */
final class CoroutineLibrary {
    private CoroutineLibrary() {}

    static LuaTable create(Interpreter lua) {
        LuaTable coroutine = lua.newTable();
        Builtin.define(coroutine, "create", CoroutineLibrary::make);
        Builtin.define(coroutine, "resume", CoroutineLibrary::resume);
        Builtin.define(coroutine, "running", (l, args) -> l.runningCoroutine());
        Builtin.define(coroutine, "status", (l, args) -> argument(args).status().text());
        Builtin.define(coroutine, "wrap", CoroutineLibrary::wrap);
        Builtin.define(coroutine, "yield", (l, args) -> l.suspend(args.all()));
        return coroutine;
    }

    private static Coroutine argument(Arguments args) {
        if (args.get(0) instanceof Coroutine coroutine) {
            return coroutine;
        }
        throw args.error(0, "coroutine expected");
    }

    private static Coroutine make(Interpreter lua, Arguments args) {
        Coroutine made = lua.newCoroutine(args.get(0));
        if (made == null) {
            throw args.error(0, "Lua function expected");
        }
        return made;
    }

    private static Object resume(Interpreter lua, Arguments args) {
        Coroutine coroutine = argument(args);
        try {
            @Nullable Object[] results = lua.resume(coroutine, args.from(1));
            @Nullable Object[] answer = new @Nullable Object[results.length + 1];
            answer[0] = true;
            System.arraycopy(results, 0, answer, 1, results.length);
            return answer;
        } catch (LuaError e) {
            return new @Nullable Object[] {false, e.value()};
        }
    }

    private static Object wrap(Interpreter lua, Arguments args) {
        Coroutine coroutine = make(lua, args);
        return new LuaFunction() {
            @Override
            public Object call(Interpreter l, @Nullable Object[] values) {
                try {
                    return l.resume(coroutine, values);
                } catch (LuaError e) {
                    if (e.value() instanceof LuaString text) {
                        throw new LuaError(l.concat(LuaString.of(l.where(1)), text));
                    }
                    throw e;
                }
            }
        };
    }
}
