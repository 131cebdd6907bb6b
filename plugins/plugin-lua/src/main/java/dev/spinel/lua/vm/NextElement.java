package dev.spinel.lua.vm;

import org.jspecify.annotations.Nullable;

/** The iterator of {@code ipairs}. The generic {@code for} knows it, and goes through a table without calling it. */
public final class NextElement extends LuaFunction {
    @Override
    public @Nullable Object call(Interpreter lua, @Nullable Object[] values) {
        Arguments args = new Arguments(lua, "ipairs", values);
        double index = args.number(1) + 1;
        Object value = args.table(0).get(index);
        return value == null ? null : new Object[] {index, value};
    }
}
