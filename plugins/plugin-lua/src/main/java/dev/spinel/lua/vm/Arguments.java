package dev.spinel.lua.vm;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The arguments of one call of a {@link Builtin}, with Lua's checks and errors; counted from 0. */
public final class Arguments {
    private final Interpreter lua;
    private final String function;
    private final @Nullable Object[] values;

    Arguments(Interpreter lua, String function, @Nullable Object[] values) {
        this.lua = lua;
        this.function = function;
        this.values = values;
    }

    public int count() {
        return values.length;
    }

    /** All of them. */
    public @Nullable Object[] all() {
        return values;
    }

    /** Those from an index on. */
    public @Nullable Object[] from(int index) {
        if (index >= values.length) {
            return Values.NONE;
        }
        lua.memory().charge((long) (values.length - index) * Frame.BYTES_PER_SLOT);
        return Arrays.copyOfRange(values, index, values.length);
    }

    /** The one at an index, nil if there are fewer. */
    public @Nullable Object get(int index) {
        return index < values.length ? values[index] : null;
    }

    /** Whether the one at an index is absent or nil. */
    public boolean isNil(int index) {
        return index >= values.length || values[index] == null;
    }

    /** Any value, nil included, that must be given. */
    public @Nullable Object any(int index) {
        if (index >= values.length) {
            throw error(index, "value expected");
        }
        return values[index];
    }

    public LuaTable table(int index) {
        if (get(index) instanceof LuaTable table) {
            return table;
        }
        throw typeError(index, "table");
    }

    public LuaFunction function(int index) {
        if (get(index) instanceof LuaFunction f) {
            return f;
        }
        throw typeError(index, "function");
    }

    /** A string, or a number in its text form. */
    public LuaString string(int index) {
        Object value = get(index);
        if (value instanceof LuaString string) {
            return string;
        }
        if (value instanceof Double number) {
            return NumberText.of(number);
        }
        throw typeError(index, "string");
    }

    public LuaString string(int index, LuaString otherwise) {
        return isNil(index) ? otherwise : string(index);
    }

    /** A number, or a string that is one. */
    public double number(int index) {
        Object value = get(index);
        if (value instanceof Double number) {
            return number;
        }
        if (value instanceof LuaString text) {
            Double number = NumberText.parse(text);
            if (number != null) {
                return number;
            }
        }
        throw typeError(index, "number");
    }

    public double number(int index, double otherwise) {
        return isNil(index) ? otherwise : number(index);
    }

    /** A number {@linkplain Values#toInteger cut} to an integer. */
    public long integer(int index) {
        return Values.toInteger(number(index));
    }

    public long integer(int index, long otherwise) {
        return isNil(index) ? otherwise : integer(index);
    }

    /** An error about the argument at an index. */
    public LuaError error(int index, String text) {
        return lua.error("bad argument #" + (index + 1) + " to '" + function + "' (" + text + ")");
    }

    /** The error that the argument at an index has another type. */
    public LuaError typeError(int index, String expected) {
        return error(
                index,
                expected + " expected, got " + (index < values.length ? Values.typeName(values[index]) : "no value"));
    }
}
