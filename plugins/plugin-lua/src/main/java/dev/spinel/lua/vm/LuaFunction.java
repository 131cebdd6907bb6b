package dev.spinel.lua.vm;

import org.jspecify.annotations.Nullable;

/**
 * Something that can be called.
 *
 * <p>Results come as one object: a Lua value stands for itself, and none or several are an {@code Object[]}, which is no Lua
 * value. {@link Values#first} and {@link Values#all} read them.
 */
public abstract class LuaFunction {
    /** Calls with arguments, which the function may keep and change. */
    public abstract @Nullable Object call(Interpreter lua, @Nullable Object[] args);

    /** The table in which the function looks for globals, null if it has none. */
    @Nullable
    LuaTable environment() {
        return null;
    }
}
