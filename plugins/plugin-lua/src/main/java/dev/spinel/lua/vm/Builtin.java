package dev.spinel.lua.vm;

import org.jspecify.annotations.Nullable;

/** A function of Java under a name, which errors about its arguments tell. */
public final class Builtin extends LuaFunction {
    private final String name;
    private final Body body;

    /** What the function does. */
    @FunctionalInterface
    public interface Body {
        @Nullable
        Object call(Interpreter lua, Arguments args);
    }

    public Builtin(String name, Body body) {
        this.name = name;
        this.body = body;
    }

    @Override
    public @Nullable Object call(Interpreter lua, @Nullable Object[] args) {
        return body.call(lua, new Arguments(lua, name, args));
    }

    /** Puts a function into a table under its name. */
    public static void define(LuaTable table, String name, Body body) {
        table.put(LuaString.of(name), new Builtin(name, body));
    }
}
