package dev.spinel.lua.vm;

import org.jspecify.annotations.Nullable;

/** The function {@code next}. The generic {@code for} knows it, and goes through a table without calling it. */
public final class Next extends LuaFunction {
    @Override
    public @Nullable Object call(Interpreter lua, @Nullable Object[] values) {
        Arguments args = new Arguments(lua, "next", values);
        try {
            return args.table(0).next(args.get(1));
        } catch (IllegalArgumentException e) {
            throw noSuchKey();
        }
    }

    static LuaError noSuchKey() {
        return new LuaError("invalid key to 'next'");
    }
}
