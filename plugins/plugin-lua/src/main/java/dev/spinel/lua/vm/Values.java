package dev.spinel.lua.vm;

import org.jspecify.annotations.Nullable;

/**
 * Lua values in Java: nil is null, a boolean a {@code Boolean}, a number a {@code Double}, the others {@link LuaString},
 * {@link LuaTable}, {@link LuaFunction} and {@link Coroutine}. Results of calls are a value or an {@code Object[]} of them.
 */
public final class Values {
    /** No results, no arguments. */
    public static final @Nullable Object[] NONE = new @Nullable Object[0];

    private static final LuaString NIL = LuaString.of("nil");
    private static final LuaString STRING = LuaString.of("string");
    private static final LuaString NUMBER = LuaString.of("number");
    private static final LuaString TABLE = LuaString.of("table");
    private static final LuaString BOOLEAN = LuaString.of("boolean");
    private static final LuaString FUNCTION = LuaString.of("function");
    private static final LuaString THREAD = LuaString.of("thread");
    private static final LuaString USERDATA = LuaString.of("userdata");

    private Values() {}

    /** The first of the results of a call, nil if there is none. */
    public static @Nullable Object first(@Nullable Object results) {
        if (results instanceof Object[] several) {
            return several.length == 0 ? null : several[0];
        }
        return results;
    }

    /** All results of a call. */
    public static @Nullable Object[] all(@Nullable Object results) {
        return results instanceof Object[] several ? several : new @Nullable Object[] {results};
    }

    /** Whether a value counts as true. */
    public static boolean isTrue(@Nullable Object value) {
        return value != null && value != Boolean.FALSE;
    }

    /** What {@code type} answers. */
    public static LuaString type(@Nullable Object value) {
        if (value == null) {
            return NIL;
        }
        if (value instanceof LuaString) {
            return STRING;
        }
        if (value instanceof Double) {
            return NUMBER;
        }
        if (value instanceof LuaTable) {
            return TABLE;
        }
        if (value instanceof Boolean) {
            return BOOLEAN;
        }
        if (value instanceof LuaFunction) {
            return FUNCTION;
        }
        return value instanceof Coroutine ? THREAD : USERDATA;
    }

    /** The name of a type, for messages. */
    public static String typeName(@Nullable Object value) {
        return type(value).toString();
    }

    /** Equality without metamethods. */
    public static boolean rawEquals(@Nullable Object a, @Nullable Object b) {
        if (a == b) {
            // The same box may hold NaN.
            return !(a instanceof Double number) || !number.isNaN();
        }
        if (a instanceof LuaString x && b instanceof LuaString y) {
            return x.contentEquals(y);
        }
        return a instanceof Double x && b instanceof Double y && x.doubleValue() == y.doubleValue();
    }

    /** A string, or a number in its text form; null for anything else. */
    public static @Nullable LuaString toText(@Nullable Object value) {
        if (value instanceof LuaString string) {
            return string;
        }
        return value instanceof Double number ? NumberText.of(number) : null;
    }

    /** A number cut to an integer, as C does it on x86: what is out of range, or none, becomes the least. */
    public static long toInteger(double number) {
        return number >= -0x1p63 && number < 0x1p63 ? (long) number : Long.MIN_VALUE;
    }

    /** A number, or a string that is one; null for anything else. */
    public static @Nullable Double toNumber(@Nullable Object value) {
        if (value instanceof Double number) {
            return number;
        }
        return value instanceof LuaString text ? NumberText.parse(text) : null;
    }
}
