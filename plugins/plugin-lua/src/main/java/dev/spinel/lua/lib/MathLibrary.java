package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Arguments;
import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.Values;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The library {@code math}. Source: the Lua 5.1 reference manual, section 5.6.
 *
 * <p>{@code random} uses the generator of POSIX's {@code drand48}, as Redis does; all scripts draw from it in turn.
 */
final class MathLibrary {
    private static final long MULTIPLIER = 0x5DEECE66DL;
    private static final long ADDEND = 0xB;
    private static final long MASK = (1L << 48) - 1;
    private static final long SEED_LOW = 0x330E;
    private static final long DEFAULT_SEED = SEED_LOW;
    private static final double MAX_RANDOM = 0x7FFFFFFF;

    private long random = DEFAULT_SEED;

    private MathLibrary() {}

    static LuaTable create(Interpreter lua) {
        LuaTable math = lua.newTable();
        unary(math, "abs", Math::abs);
        unary(math, "acos", Math::acos);
        unary(math, "asin", Math::asin);
        unary(math, "atan", Math::atan);
        binary(math, "atan2", Math::atan2);
        unary(math, "ceil", Math::ceil);
        unary(math, "cos", Math::cos);
        unary(math, "cosh", Math::cosh);
        unary(math, "deg", Math::toDegrees);
        unary(math, "exp", Math::exp);
        unary(math, "floor", Math::floor);
        binary(math, "fmod", (a, b) -> a % b);
        Builtin.define(math, "frexp", MathLibrary::frexp);
        binary(math, "ldexp", (a, b) -> a * Math.pow(2, b));
        unary(math, "log", Math::log);
        unary(math, "log10", Math::log10);
        Builtin.define(math, "max", (l, args) -> fold(args, Math::max));
        Builtin.define(math, "min", (l, args) -> fold(args, Math::min));
        binary(math, "mod", (a, b) -> a % b);
        Builtin.define(math, "modf", MathLibrary::modf);
        binary(math, "pow", Math::pow);
        unary(math, "rad", Math::toRadians);
        unary(math, "sin", Math::sin);
        unary(math, "sinh", Math::sinh);
        unary(math, "sqrt", Math::sqrt);
        unary(math, "tan", Math::tan);
        unary(math, "tanh", Math::tanh);
        MathLibrary library = new MathLibrary();
        Builtin.define(math, "random", library::random);
        Builtin.define(math, "randomseed", library::randomSeed);
        math.put(LuaString.of("huge"), Double.POSITIVE_INFINITY);
        math.put(LuaString.of("pi"), Math.PI);
        return math;
    }

    private static void unary(LuaTable math, String name, DoubleUnaryOperator operator) {
        Builtin.define(math, name, (l, args) -> operator.applyAsDouble(args.number(0)));
    }

    private static void binary(LuaTable math, String name, DoubleBinaryOperator operator) {
        Builtin.define(math, name, (l, args) -> operator.applyAsDouble(args.number(0), args.number(1)));
    }

    private static double fold(Arguments args, DoubleBinaryOperator operator) {
        double result = args.number(0);
        for (int i = 1; i < args.count(); i++) {
            result = operator.applyAsDouble(result, args.number(i));
        }
        return result;
    }

    private static Object frexp(Interpreter lua, Arguments args) {
        double value = args.number(0);
        if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
            return new @Nullable Object[] {value, 0.0};
        }
        int exponent = Math.getExponent(value) + 1;
        double mantissa = value / Math.pow(2, exponent);
        return new @Nullable Object[] {mantissa, (double) exponent};
    }

    private static Object modf(Interpreter lua, Arguments args) {
        double value = args.number(0);
        double whole = value < 0 ? Math.ceil(value) : Math.floor(value);
        return new @Nullable Object[] {whole, Double.isInfinite(value) ? 0.0 : value - whole};
    }

    private double nextRandom() {
        random = random * MULTIPLIER + ADDEND & MASK;
        return (random >>> 17) % MAX_RANDOM / MAX_RANDOM;
    }

    private Object random(Interpreter lua, Arguments args) {
        double r = nextRandom();
        switch (args.count()) {
            case 0 -> {
                return r;
            }
            case 1 -> {
                double max = (double) args.integer(0);
                if (max < 1) {
                    throw args.error(0, "interval is empty");
                }
                return Math.floor(r * max) + 1;
            }
            case 2 -> {
                double min = (double) args.integer(0);
                double max = (double) args.integer(1);
                if (min > max) {
                    throw args.error(1, "interval is empty");
                }
                return Math.floor(r * (max - min + 1)) + min;
            }
            default -> throw lua.error("wrong number of arguments");
        }
    }

    private Object randomSeed(Interpreter lua, Arguments args) {
        random = (args.integer(0) & 0xFFFFFFFFL) << 16 | SEED_LOW;
        return Values.NONE;
    }
}
