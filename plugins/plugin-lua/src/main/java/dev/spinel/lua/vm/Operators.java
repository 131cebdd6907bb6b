package dev.spinel.lua.vm;

import dev.spinel.lua.vm.Variables.Local;
import dev.spinel.lua.vm.Variables.NumberConstant;
import org.jspecify.annotations.Nullable;

/** The nodes of operators. */
final class Operators {
    /** The binary operators with numbers as operands and result. */
    @SuppressWarnings("ImmutableEnumChecker") // a LuaString does not change, but for the hash that it caches
    enum Arithmetic {
        ADD("__add"),
        SUBTRACT("__sub"),
        MULTIPLY("__mul"),
        DIVIDE("__div"),
        MODULO("__mod"),
        POWER("__pow"),
        NEGATE("__unm");

        final LuaString event;

        Arithmetic(String event) {
            this.event = LuaString.of(event);
        }

        double apply(double a, double b) {
            return switch (this) {
                case ADD -> a + b;
                case SUBTRACT -> a - b;
                case MULTIPLY -> a * b;
                case DIVIDE -> a / b;
                case MODULO -> modulo(a, b);
                case POWER -> Math.pow(a, b);
                case NEGATE -> -a;
            };
        }
    }

    private Operators() {}

    /** As Lua 5.1 defines it: {@code a - floor(a / b) * b}. */
    static double modulo(double a, double b) {
        return a - Math.floor(a / b) * b;
    }

    /** {@link Expr#number} without a virtual call of the most frequent operands. */
    private static double operand(Expr operand, Frame frame) {
        if (operand instanceof Local local) {
            return local.number(frame);
        }
        return operand instanceof NumberConstant constant ? constant.value() : operand.number(frame);
    }

    /** An operator with numbers as operands and result; a class each, so that the compiler inlines what it computes. */
    abstract static class BinaryArithmetic extends Expr {
        private final Expr left;
        private final Expr right;
        private final Arithmetic operator;
        private final int line;

        BinaryArithmetic(Arithmetic operator, Expr left, Expr right, int line) {
            super(1, heaviest(left, right));
            this.operator = operator;
            this.left = left;
            this.right = right;
            this.line = line;
        }

        abstract double compute(double a, double b);

        @Override
        @Nullable
        Object eval(Frame frame) {
            double a = operand(left, frame);
            if (Double.isNaN(a) && frame.hasOther()) {
                return general(frame, frame.takeOther(), right.eval(frame));
            }
            double b = operand(right, frame);
            if (Double.isNaN(b) && frame.hasOther()) {
                return general(frame, a, frame.takeOther());
            }
            return compute(a, b);
        }

        @Override
        double number(Frame frame) {
            double a = operand(left, frame);
            if (Double.isNaN(a) && frame.hasOther()) {
                return unboxed(frame, general(frame, frame.takeOther(), right.eval(frame)));
            }
            double b = operand(right, frame);
            if (Double.isNaN(b) && frame.hasOther()) {
                return unboxed(frame, general(frame, a, frame.takeOther()));
            }
            return compute(a, b);
        }

        private static double unboxed(Frame frame, @Nullable Object value) {
            return value instanceof Double number ? number : frame.notANumber(value);
        }

        private @Nullable Object general(Frame frame, @Nullable Object a, @Nullable Object b) {
            frame.line = line;
            return frame.lua.arithmetic(operator, a, b, left, right);
        }
    }

    static Expr arithmetic(Arithmetic operator, Expr left, Expr right, int line) {
        if (left instanceof NumberConstant a && right instanceof NumberConstant b) {
            double folded = operator.apply(a.value(), b.value());
            if (!Double.isNaN(folded)) {
                return new NumberConstant(folded);
            }
        }
        return switch (operator) {
            case ADD ->
                new BinaryArithmetic(operator, left, right, line) {
                    @Override
                    double compute(double a, double b) {
                        return a + b;
                    }
                };
            case SUBTRACT ->
                new BinaryArithmetic(operator, left, right, line) {
                    @Override
                    double compute(double a, double b) {
                        return a - b;
                    }
                };
            case MULTIPLY ->
                new BinaryArithmetic(operator, left, right, line) {
                    @Override
                    double compute(double a, double b) {
                        return a * b;
                    }
                };
            case DIVIDE ->
                new BinaryArithmetic(operator, left, right, line) {
                    @Override
                    double compute(double a, double b) {
                        return a / b;
                    }
                };
            case MODULO ->
                new BinaryArithmetic(operator, left, right, line) {
                    @Override
                    double compute(double a, double b) {
                        return modulo(a, b);
                    }
                };
            case POWER ->
                new BinaryArithmetic(operator, left, right, line) {
                    @Override
                    double compute(double a, double b) {
                        return Math.pow(a, b);
                    }
                };
            case NEGATE -> throw new IllegalArgumentException("a unary operator has one operand");
        };
    }

    static final class Negate extends Expr {
        private final Expr operand;
        private final int line;

        Negate(Expr operand, int line) {
            super(1, operand.weight);
            this.operand = operand;
            this.line = line;
        }

        @Override
        @Nullable
        Object eval(Frame frame) {
            Object value = operand.eval(frame);
            if (value instanceof Double number) {
                return -number;
            }
            frame.line = line;
            return frame.lua.arithmetic(Arithmetic.NEGATE, value, value, operand, operand);
        }
    }

    static final class Not extends Expr {
        private final Expr operand;

        Not(Expr operand) {
            super(1, operand.weight);
            this.operand = operand;
        }

        @Override
        Object eval(Frame frame) {
            return !operand.test(frame);
        }

        @Override
        boolean test(Frame frame) {
            return !operand.test(frame);
        }
    }

    static final class Length extends Expr {
        private final Expr operand;
        private final int line;

        Length(Expr operand, int line) {
            super(1, operand.weight);
            this.operand = operand;
            this.line = line;
        }

        @Override
        @Nullable
        Object eval(Frame frame) {
            Object value = operand.eval(frame);
            if (value instanceof LuaTable table) {
                return (double) table.length();
            }
            frame.line = line;
            return frame.lua.length(value, operand);
        }

        @Override
        double number(Frame frame) {
            Object value = operand.eval(frame);
            if (value instanceof LuaTable table) {
                return table.length();
            }
            frame.line = line;
            Object length = frame.lua.length(value, operand);
            return length instanceof Double number ? number : frame.notANumber(length);
        }
    }

    static final class And extends Expr {
        private final Expr left;
        private final Expr right;

        And(Expr left, Expr right) {
            super(1, heaviest(left, right));
            this.left = left;
            this.right = right;
        }

        @Override
        @Nullable
        Object eval(Frame frame) {
            Object value = left.eval(frame);
            return Values.isTrue(value) ? right.eval(frame) : value;
        }

        @Override
        boolean test(Frame frame) {
            return left.test(frame) && right.test(frame);
        }
    }

    static final class Or extends Expr {
        private final Expr left;
        private final Expr right;

        Or(Expr left, Expr right) {
            super(1, heaviest(left, right));
            this.left = left;
            this.right = right;
        }

        @Override
        @Nullable
        Object eval(Frame frame) {
            Object value = left.eval(frame);
            return Values.isTrue(value) ? value : right.eval(frame);
        }

        @Override
        boolean test(Frame frame) {
            return left.test(frame) || right.test(frame);
        }
    }

    static Expr equal(Expr left, Expr right, boolean negated, int line) {
        return right instanceof NumberConstant constant
                ? new EqualToNumber(left, constant, negated)
                : new Equal(left, right, negated, line);
    }

    /** {@code a == 1}, where nothing else than a number is equal. */
    static final class EqualToNumber extends Expr {
        private final Expr left;
        private final double right;
        private final boolean negated;

        EqualToNumber(Expr left, NumberConstant right, boolean negated) {
            super(1, left.weight);
            this.left = left;
            this.right = right.value();
            this.negated = negated;
        }

        @Override
        Object eval(Frame frame) {
            return test(frame);
        }

        @Override
        boolean test(Frame frame) {
            double a = left.number(frame);
            if (Double.isNaN(a) && frame.hasOther()) {
                frame.takeOther();
                return negated;
            }
            return (a == right) != negated;
        }
    }

    static final class Equal extends Expr {
        private final Expr left;
        private final Expr right;
        private final boolean negated;
        private final int line;

        Equal(Expr left, Expr right, boolean negated, int line) {
            super(1, heaviest(left, right));
            this.left = left;
            this.right = right;
            this.negated = negated;
            this.line = line;
        }

        @Override
        Object eval(Frame frame) {
            return test(frame);
        }

        @Override
        boolean test(Frame frame) {
            Object a = left.eval(frame);
            Object b = right.eval(frame);
            if (a instanceof LuaTable && b instanceof LuaTable) {
                frame.line = line;
                return frame.lua.equal(a, b) != negated;
            }
            return Values.rawEquals(a, b) != negated;
        }
    }

    /** {@code <} and {@code <=}; the others are these with the operands swapped. */
    static final class Less extends Expr {
        private final Expr left;
        private final Expr right;
        private final boolean orEqual;
        private final boolean swapped;
        private final int line;

        Less(Expr left, Expr right, boolean orEqual, boolean swapped, int line) {
            super(1, heaviest(left, right));
            this.left = left;
            this.right = right;
            this.orEqual = orEqual;
            this.swapped = swapped;
            this.line = line;
        }

        @Override
        Object eval(Frame frame) {
            return test(frame);
        }

        @Override
        boolean test(Frame frame) {
            double a = left.number(frame);
            if (Double.isNaN(a) && frame.hasOther()) {
                return general(frame, frame.takeOther(), right.eval(frame));
            }
            double b = right.number(frame);
            if (Double.isNaN(b) && frame.hasOther()) {
                return general(frame, a, frame.takeOther());
            }
            if (swapped) {
                return orEqual ? b <= a : b < a;
            }
            return orEqual ? a <= b : a < b;
        }

        private boolean general(Frame frame, @Nullable Object a, @Nullable Object b) {
            frame.line = line;
            return swapped ? frame.lua.less(b, a, orEqual) : frame.lua.less(a, b, orEqual);
        }
    }

    /** {@code a .. b .. c}, all operands at once. */
    static final class Concat extends Expr {
        private final Expr[] operands;
        private final int line;

        Concat(Expr[] operands, int line) {
            super(1, heaviest(operands));
            this.operands = operands;
            this.line = line;
        }

        @Override
        @Nullable
        Object eval(Frame frame) {
            @Nullable Object[] values = new @Nullable Object[operands.length];
            for (int i = 0; i < values.length; i++) {
                values[i] = operands[i].eval(frame);
            }
            frame.line = line;
            return frame.lua.concat(values, operands);
        }
    }
}
