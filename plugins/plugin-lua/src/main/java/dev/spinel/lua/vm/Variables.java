package dev.spinel.lua.vm;

import dev.spinel.lua.vm.Frame.Cell;
import org.jspecify.annotations.Nullable;

/** The nodes that read variables, fields and constants. */
final class Variables {
    private Variables() {}

    /** A variable of a function, as the parser knows it. */
    static final class LocalInfo {
        final String name;
        final int slot;
        /** Whether a function inside refers to it; set before the function runs. */
        boolean captured;

        LocalInfo(String name, int slot) {
            this.name = name;
            this.slot = slot;
        }

        /** Starts the variable with a value. */
        void declare(Frame frame, @Nullable Object value) {
            frame.slots[slot] = captured ? new Cell(value) : value;
        }

        /** Starts the variable with a number, in a function that {@linkplain Prototype#hasNumbers has such}. */
        void declare(Frame frame, double value) {
            if (captured) {
                frame.slots[slot] = new Cell(value);
            } else {
                frame.number(slot, value);
            }
        }
    }

    /** What can be assigned to. */
    abstract static class Target extends Expr {
        Target(int below) {
            super(1, below);
        }

        abstract void assign(Frame frame, @Nullable Object value);
    }

    static final class Constant extends Expr {
        private final @Nullable Object value;

        Constant(@Nullable Object value) {
            super(1, 0);
            this.value = value;
        }

        @Override
        @Nullable
        Object eval(Frame frame) {
            return value;
        }

        @Nullable
        Object value() {
            return value;
        }
    }

    static final class NumberConstant extends Expr {
        private final Double boxed;
        private final double value;

        NumberConstant(double value) {
            super(1, 0);
            this.boxed = value;
            this.value = value;
        }

        @Override
        Object eval(Frame frame) {
            return boxed;
        }

        @Override
        double number(Frame frame) {
            return value;
        }

        double value() {
            return value;
        }
    }

    static final class Local extends Target {
        final LocalInfo info;
        private final int slot;

        Local(LocalInfo info) {
            super(0);
            this.info = info;
            this.slot = info.slot;
        }

        @Override
        @Nullable
        Object eval(Frame frame) {
            Object value = frame.slots[slot];
            if (value == Frame.NUMBER) {
                return frame.numbers[slot];
            }
            return value instanceof Cell cell ? cell.value : value;
        }

        @Override
        double number(Frame frame) {
            Object value = frame.slots[slot];
            if (value == Frame.NUMBER) {
                return frame.numbers[slot];
            }
            if (value instanceof Double number) {
                return number;
            }
            value = eval(frame);
            return value instanceof Double number ? number : frame.notANumber(value);
        }

        @Override
        void assign(Frame frame, @Nullable Object value) {
            if (frame.slots[slot] instanceof Cell cell) {
                cell.value = value;
            } else {
                frame.slots[slot] = value;
            }
        }

        /** Assigns a number, in a function that {@linkplain Prototype#hasNumbers has such}. */
        void assign(Frame frame, double value) {
            if (frame.slots[slot] instanceof Cell cell) {
                cell.value = value;
            } else {
                frame.number(slot, value);
            }
        }

        @Override
        String describe() {
            return "local '" + info.name + "'";
        }
    }

    /** A variable of a function around. */
    static final class Upvalue extends Target {
        private final int index;
        private final String name;

        Upvalue(int index, String name) {
            super(0);
            this.index = index;
            this.name = name;
        }

        @Override
        @Nullable
        Object eval(Frame frame) {
            return frame.closure.captured[index].value;
        }

        @Override
        void assign(Frame frame, @Nullable Object value) {
            frame.closure.captured[index].value = value;
        }

        @Override
        String describe() {
            return "upvalue '" + name + "'";
        }
    }

    static final class Global extends Target {
        private final LuaString name;
        private final int line;

        Global(LuaString name, int line) {
            super(0);
            this.name = name;
            this.line = line;
        }

        @Override
        @Nullable
        Object eval(Frame frame) {
            LuaTable environment = frame.closure.environment;
            Object value = environment.get(name);
            if (value == null && environment.metatable() != null) {
                frame.line = line;
                return frame.lua.index(environment, name);
            }
            return value;
        }

        @Override
        void assign(Frame frame, @Nullable Object value) {
            frame.line = line;
            frame.lua.setIndex(frame.closure.environment, name, value);
        }

        @Override
        String describe() {
            return "global '" + name + "'";
        }
    }

    /** {@code object[key]}. */
    static final class Index extends Target {
        private final Expr object;
        private final Expr key;
        private final int line;

        Index(Expr object, Expr key, int line) {
            super(heaviest(object, key));
            this.object = object;
            this.key = key;
            this.line = line;
        }

        @Override
        @Nullable
        Object eval(Frame frame) {
            Object target = object.eval(frame);
            if (key instanceof Constant constant) {
                return get(frame, target, constant.value());
            }
            double index = key.number(frame);
            if (Double.isNaN(index) && frame.hasOther()) {
                return get(frame, target, frame.takeOther());
            }
            if (target instanceof LuaTable table) {
                Object value = table.get(index);
                if (value != null || table.metatable() == null) {
                    return value;
                }
            }
            return general(frame, target, index);
        }

        private @Nullable Object get(Frame frame, @Nullable Object target, @Nullable Object index) {
            if (target instanceof LuaTable table) {
                Object value = table.get(index);
                if (value != null || table.metatable() == null) {
                    return value;
                }
            }
            return general(frame, target, index);
        }

        private @Nullable Object general(Frame frame, @Nullable Object target, @Nullable Object index) {
            frame.line = line;
            return frame.lua.index(target, index, object);
        }

        @Override
        void assign(Frame frame, @Nullable Object value) {
            assign(frame, object.eval(frame), key.eval(frame), value);
        }

        /** As {@link #assign(Frame, Object)} where object and key were evaluated before the value. */
        void assign(Frame frame, @Nullable Object target, @Nullable Object index, @Nullable Object value) {
            frame.line = line;
            if (target instanceof LuaTable table && table.metatable() == null && !table.isReadOnly()) {
                if (index instanceof LuaString || (index instanceof Double number && !number.isNaN())) {
                    table.put(index, value);
                    return;
                }
            }
            frame.lua.setIndex(target, index, value, object);
        }

        /** As {@link #assign(Frame, Object, Object, Object)} with a number as key. */
        void assign(Frame frame, @Nullable Object target, double index, @Nullable Object value) {
            int element = (int) index;
            if (element == index && element > 0 && target instanceof LuaTable table) {
                if (table.metatable() == null && !table.isReadOnly()) {
                    frame.line = line;
                    table.put(element, value);
                    return;
                }
            }
            assign(frame, target, (Double) index, value);
        }

        Expr object() {
            return object;
        }

        Expr key() {
            return key;
        }

        @Override
        String describe() {
            return "field '" + (key instanceof Constant c && c.value() instanceof LuaString name ? name : "?") + "'";
        }
    }

    static final class Varargs extends Expr {
        Varargs() {
            super(1, 0);
        }

        @Override
        @Nullable
        Object eval(Frame frame) {
            return frame.varargs.length == 0 ? null : frame.varargs[0];
        }

        @Override
        Object evalAll(Frame frame) {
            return frame.varargs;
        }

        @Override
        boolean isMultiple() {
            return true;
        }
    }

    /** An expression in parentheses, which has one value. */
    static final class Single extends Expr {
        private final Expr inner;

        Single(Expr inner) {
            super(1, inner.weight);
            this.inner = inner;
        }

        @Override
        @Nullable
        Object eval(Frame frame) {
            return inner.eval(frame);
        }

        @Override
        double number(Frame frame) {
            return inner.number(frame);
        }
    }

    /** A table constructor. */
    static final class TableConstructor extends Expr {
        private final Expr[] elements;
        private final Expr[] keys;
        private final Expr[] values;
        private final int line;

        TableConstructor(Expr[] elements, Expr[] keys, Expr[] values, int line) {
            super(2, Math.max(heaviest(elements), Math.max(heaviest(keys), heaviest(values))));
            this.elements = elements;
            this.keys = keys;
            this.values = values;
            this.line = line;
        }

        @Override
        Object eval(Frame frame) {
            @Nullable Object[] list = evalList(frame, elements);
            LuaTable table = frame.lua.newTable(keys.length == 0 ? list : list.clone(), keys.length);
            for (int i = 0; i < keys.length; i++) {
                Object key = keys[i].eval(frame);
                Object value = values[i].eval(frame);
                frame.line = line;
                frame.lua.rawSet(table, key, value);
            }
            if (keys.length > 0) {
                // An element takes the place of a key of the same number.
                for (int i = 0; i < list.length; i++) {
                    table.put(i + 1, list[i]);
                }
            }
            return table;
        }
    }

    /** A function body where it is defined. */
    static final class FunctionBody extends Expr {
        private static final int BYTES = 40;
        /** A reference, the cell, and the number in it. */
        private static final int BYTES_PER_CAPTURE = 36;

        private final Prototype prototype;

        FunctionBody(Prototype prototype) {
            super(1, 0);
            this.prototype = prototype;
        }

        @Override
        Object eval(Frame frame) {
            int[] captures = prototype.captures;
            frame.lua.memory().charge(BYTES + captures.length * BYTES_PER_CAPTURE);
            Cell[] cells = new Cell[captures.length];
            for (int i = 0; i < captures.length; i++) {
                int from = captures[i];
                cells[i] = from < 0 ? frame.closure.captured[-1 - from] : cell(frame, from);
            }
            return new Closure(prototype, cells, frame.closure.environment);
        }

        private static Cell cell(Frame frame, int slot) {
            if (frame.slots[slot] instanceof Cell cell) {
                return cell;
            }
            throw new IllegalStateException("the variable in slot " + slot + " is no cell");
        }
    }
}
