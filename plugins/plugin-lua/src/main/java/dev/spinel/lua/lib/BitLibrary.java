package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Arguments;
import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import java.util.function.IntBinaryOperator;

/** The library {@code bit}: operations on 32-bit numbers. Source: the documentation of Lua BitOp 1.0.2. */
final class BitLibrary {
    private BitLibrary() {}

    static LuaTable create(Interpreter lua) {
        LuaTable bit = lua.newTable();
        Builtin.define(bit, "tobit", (l, args) -> (double) toBits(args, 0));
        Builtin.define(bit, "bnot", (l, args) -> (double) ~toBits(args, 0));
        fold(bit, "band", (a, b) -> a & b);
        fold(bit, "bor", (a, b) -> a | b);
        fold(bit, "bxor", (a, b) -> a ^ b);
        shift(bit, "lshift", (a, n) -> a << n);
        shift(bit, "rshift", (a, n) -> a >>> n);
        shift(bit, "arshift", (a, n) -> a >> n);
        shift(bit, "rol", Integer::rotateLeft);
        shift(bit, "ror", Integer::rotateRight);
        Builtin.define(bit, "bswap", (l, args) -> (double) Integer.reverseBytes(toBits(args, 0)));
        Builtin.define(bit, "tohex", BitLibrary::toHex);
        return bit;
    }

    /** The lowest 32 bits of a number, rounded to an integer first. */
    private static int toBits(Arguments args, int index) {
        double value = Math.rint(args.number(index));
        if (Math.abs(value) < 0x1p62) {
            return (int) (long) value;
        }
        // Beyond that only bits above the lowest 32 are left, if anything.
        return 0;
    }

    private static void fold(LuaTable bit, String name, IntBinaryOperator operator) {
        Builtin.define(bit, name, (lua, args) -> {
            int result = toBits(args, 0);
            for (int i = 1; i < args.count(); i++) {
                result = operator.applyAsInt(result, toBits(args, i));
            }
            return (double) result;
        });
    }

    private static void shift(LuaTable bit, String name, IntBinaryOperator operator) {
        Builtin.define(bit, name, (lua, args) -> (double) operator.applyAsInt(toBits(args, 0), toBits(args, 1) & 31));
    }

    private static Object toHex(Interpreter lua, Arguments args) {
        int value = toBits(args, 0);
        int digits = args.isNil(1) ? 8 : toBits(args, 1);
        boolean upper = digits < 0;
        digits = Math.min(8, Math.abs(Math.max(digits, -8)));
        String hex = String.format(upper ? "%08X" : "%08x", value);
        return LuaString.of(hex.substring(8 - digits));
    }
}
