package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Arguments;
import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaFunction;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.Next;
import dev.spinel.lua.vm.NextElement;
import dev.spinel.lua.vm.NumberText;
import dev.spinel.lua.vm.Values;
import org.jspecify.annotations.Nullable;

/** The functions that are globals. Source: the Lua 5.1 reference manual, section 5.1. */
final class BaseLibrary {
    private static final int MAX_UNPACKED = 7999;
    /** More of a chunk's name is never shown. */
    private static final int MAX_CHUNK_NAME = 128;

    private static final double BYTES_PER_KIB = 1024;
    private static final LuaString METATABLE = LuaString.of("__metatable");

    private BaseLibrary() {}

    static void install(Interpreter lua, LuaTable globals) {
        globals.put(LuaString.of("_G"), globals);
        globals.put(LuaString.of("_VERSION"), LuaString.of("Lua 5.1"));
        Builtin.define(globals, "assert", BaseLibrary::assertTrue);
        Builtin.define(globals, "collectgarbage", BaseLibrary::collectGarbage);
        Builtin.define(globals, "error", BaseLibrary::error);
        Builtin.define(globals, "gcinfo", (l, args) -> usedKib());
        Builtin.define(globals, "getmetatable", BaseLibrary::getMetatable);
        Builtin.define(globals, "load", (l, args) -> load(l, args, globals));
        Builtin.define(globals, "loadstring", (l, args) -> loadString(l, args, globals));
        Next next = new Next();
        globals.put(LuaString.of("next"), next);
        Builtin.define(globals, "pairs", (l, args) -> new @Nullable Object[] {next, args.table(0), null});
        NextElement step = new NextElement();
        Builtin.define(globals, "ipairs", (l, args) -> new @Nullable Object[] {step, args.table(0), 0.0});
        Builtin.define(globals, "pcall", BaseLibrary::pcall);
        Builtin.define(globals, "rawequal", (l, args) -> Values.rawEquals(args.any(0), args.any(1)));
        Builtin.define(globals, "rawget", (l, args) -> args.table(0).get(args.any(1)));
        Builtin.define(globals, "rawset", BaseLibrary::rawSet);
        Builtin.define(globals, "select", BaseLibrary::select);
        Builtin.define(globals, "setmetatable", BaseLibrary::setMetatable);
        Builtin.define(globals, "tonumber", BaseLibrary::toNumber);
        Builtin.define(globals, "tostring", (l, args) -> l.toText(args.any(0)));
        Builtin.define(globals, "type", (l, args) -> Values.type(args.any(0)));
        Builtin.define(globals, "unpack", BaseLibrary::unpack);
        Builtin.define(globals, "xpcall", BaseLibrary::xpcall);
    }

    private static Object assertTrue(Interpreter lua, Arguments args) {
        if (!Values.isTrue(args.any(0))) {
            LuaString message = args.string(1, LuaString.of("assertion failed!"));
            throw new LuaError(lua.concat(LuaString.of(lua.where(1)), message));
        }
        return args.all();
    }

    private static Object collectGarbage(Interpreter lua, Arguments args) {
        String option = Interpreter.javaText(args.string(0, LuaString.of("collect")), MAX_CHUNK_NAME);
        return switch (option) {
            case "count" -> new @Nullable Object[] {usedKib(), 0.0};
            case "collect", "stop", "restart", "setpause", "setstepmul" -> 0.0;
            case "step" -> true;
            default -> throw args.error(0, "invalid option '" + option + "'");
        };
    }

    private static double usedKib() {
        Runtime runtime = Runtime.getRuntime();
        return (runtime.totalMemory() - runtime.freeMemory()) / BYTES_PER_KIB;
    }

    private static Object error(Interpreter lua, Arguments args) {
        Object value = args.get(0);
        int level = (int) args.integer(1, 1);
        LuaString text = level > 0 ? Values.toText(value) : null;
        if (text != null) {
            throw new LuaError(lua.concat(LuaString.of(lua.where(level)), text));
        }
        throw new LuaError(value);
    }

    private static @Nullable Object getMetatable(Interpreter lua, Arguments args) {
        LuaTable metatable = lua.metatable(args.any(0));
        if (metatable == null) {
            return null;
        }
        Object hidden = metatable.get(METATABLE);
        return hidden == null ? metatable : hidden;
    }

    private static Object setMetatable(Interpreter lua, Arguments args) {
        LuaTable table = args.table(0);
        Object metatable = args.get(1);
        if (!(metatable == null && args.count() > 1) && !(metatable instanceof LuaTable)) {
            throw args.error(1, "nil or table expected");
        }
        if (lua.metamethod(table, METATABLE) != null) {
            throw lua.error("cannot change a protected metatable");
        }
        requireWritable(table);
        table.metatable((LuaTable) metatable);
        return table;
    }

    /** Redis reports this from within Lua's API, where no position is known. */
    private static void requireWritable(LuaTable table) {
        if (table.isReadOnly()) {
            throw new LuaError("Attempt to modify a readonly table");
        }
    }

    private static Object rawSet(Interpreter lua, Arguments args) {
        LuaTable table = args.table(0);
        Object key = args.any(1);
        Object value = args.any(2);
        requireWritable(table);
        lua.rawSet(table, key, value);
        return table;
    }

    private static Object pcall(Interpreter lua, Arguments args) {
        try {
            args.any(0);
            return succeeded(lua.call(args.get(0), args.from(1)));
        } catch (LuaError e) {
            return new @Nullable Object[] {false, e.value()};
        }
    }

    private static Object succeeded(@Nullable Object results) {
        @Nullable Object[] all = Values.all(results);
        @Nullable Object[] answer = new @Nullable Object[all.length + 1];
        answer[0] = true;
        System.arraycopy(all, 0, answer, 1, all.length);
        return answer;
    }

    private static Object xpcall(Interpreter lua, Arguments args) {
        args.any(1);
        try {
            return succeeded(lua.call(args.get(0)));
        } catch (LuaError e) {
            @Nullable Object[] answer = Values.all(succeeded(lua.call(args.get(1), e.value())));
            answer[0] = false;
            return answer;
        }
    }

    private static Object select(Interpreter lua, Arguments args) {
        if (args.get(0) instanceof LuaString text && text.length() == 1 && text.at(0) == '#') {
            return (double) (args.count() - 1);
        }
        long n = args.integer(0);
        if (n < 0) {
            n += args.count();
        }
        if (n < 1) {
            throw args.error(0, "index out of range");
        }
        return args.from((int) Math.min(n, args.count()));
    }

    private static @Nullable Object toNumber(Interpreter lua, Arguments args) {
        long base = args.integer(1, 10);
        if (base == 10) {
            return Values.toNumber(args.any(0));
        }
        LuaString text = args.string(0);
        if (base < 2 || base > 36) {
            throw args.error(1, "base out of range");
        }
        return NumberText.parse(text, (int) base);
    }

    private static Object unpack(Interpreter lua, Arguments args) {
        LuaTable table = args.table(0);
        long from = args.integer(1, 1);
        long to = args.isNil(2) ? table.length() : args.integer(2);
        if (from > to) {
            return Values.NONE;
        }
        if (to - from < 0 || to - from >= MAX_UNPACKED) {
            throw lua.error("too many results to unpack");
        }
        @Nullable Object[] values = new @Nullable Object[(int) (to - from + 1)];
        lua.tick(values.length);
        for (int i = 0; i < values.length; i++) {
            values[i] = table.get((double) (from + i));
        }
        return values;
    }

    private static Object loadString(Interpreter lua, Arguments args, LuaTable globals) {
        LuaString source = args.string(0);
        return compile(lua, source, args.string(1, source), globals);
    }

    private static Object load(Interpreter lua, Arguments args, LuaTable globals) {
        LuaFunction reader = args.function(0);
        ByteBuilder source = new ByteBuilder(lua);
        while (true) {
            lua.tick();
            Object piece = Values.first(lua.call(reader));
            if (piece == null || (piece instanceof LuaString end && end.length() == 0)) {
                break;
            }
            LuaString text = Values.toText(piece);
            if (text == null) {
                return new @Nullable Object[] {null, LuaString.of("reader function must return a string")};
            }
            source.append(text);
        }
        return compile(lua, source.toLuaString(), args.string(1, LuaString.of("=(load)")), globals);
    }

    private static Object compile(Interpreter lua, LuaString source, LuaString name, LuaTable globals) {
        try {
            return lua.compile(source, Interpreter.javaText(name, MAX_CHUNK_NAME), globals);
        } catch (LuaError e) {
            return new @Nullable Object[] {null, e.value()};
        }
    }
}
