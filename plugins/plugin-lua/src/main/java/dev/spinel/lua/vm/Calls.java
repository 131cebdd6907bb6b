package dev.spinel.lua.vm;

import dev.spinel.lua.vm.Variables.Constant;
import org.jspecify.annotations.Nullable;

/** The nodes of calls. */
final class Calls {
    private Calls() {}

    /** A call. */
    abstract static class AnyCall extends Expr {
        final Expr[] args;
        final int line;
        private final boolean fixed;

        AnyCall(Expr callee, Expr[] args, int line) {
            super(3, Math.max(callee.weight, heaviest(args)));
            this.args = args;
            this.line = line;
            this.fixed = args.length == 0 || !args[args.length - 1].isMultiple();
        }

        @Override
        @Nullable
        Object eval(Frame frame) {
            return Values.first(evalAll(frame));
        }

        @Override
        boolean isMultiple() {
            return true;
        }

        /** Has the function that it calls replace the one that returns its results, if it is Lua's. */
        abstract int tailCall(Frame frame);

        /** Calls with the arguments, behind {@code self} if there is one. */
        final @Nullable Object call(Frame frame, @Nullable Object function, boolean method, @Nullable Object self) {
            if (function instanceof Closure closure && fixed && !closure.prototype.vararg) {
                @Nullable Object[] slots = slots(frame, closure.prototype, method, self);
                frame.line = line;
                return closure.run(frame.lua, slots, Values.NONE);
            }
            @Nullable Object[] values = arguments(frame, method, self);
            frame.line = line;
            return function instanceof LuaFunction callee
                    ? callee.call(frame.lua, values)
                    : frame.lua.call(function, values, this);
        }

        final int tailCall(Frame frame, @Nullable Object function, boolean method, @Nullable Object self) {
            if (!(function instanceof Closure closure)) {
                frame.result = call(frame, function, method, self);
                return Stat.RETURN;
            }
            if (fixed && !closure.prototype.vararg) {
                frame.tailSlots = slots(frame, closure.prototype, method, self);
                frame.tailVarargs = Values.NONE;
            } else {
                @Nullable Object[] values = arguments(frame, method, self);
                frame.tailSlots = closure.slots(values);
                frame.tailVarargs = closure.varargs(frame.lua, values);
            }
            frame.line = line;
            frame.tail = closure;
            return Stat.RETURN;
        }

        /** The slots of a function without varargs, with the arguments in them. */
        private @Nullable Object[] slots(Frame frame, Prototype callee, boolean method, @Nullable Object self) {
            @Nullable Object[] slots = new @Nullable Object[callee.slots];
            int parameters = callee.parameters;
            int at = 0;
            if (method) {
                if (parameters > 0) {
                    slots[0] = self;
                }
                at = 1;
            }
            for (Expr arg : args) {
                Object value = arg.eval(frame);
                if (at < parameters) {
                    slots[at] = value;
                }
                at++;
            }
            return slots;
        }

        private @Nullable Object[] arguments(Frame frame, boolean method, @Nullable Object self) {
            @Nullable Object[] values = evalList(frame, args);
            if (!method) {
                return values;
            }
            @Nullable Object[] withSelf = new @Nullable Object[values.length + 1];
            withSelf[0] = self;
            System.arraycopy(values, 0, withSelf, 1, values.length);
            return withSelf;
        }

        /** What messages call the function. */
        abstract @Nullable String describeFunction();
    }

    static final class Call extends AnyCall {
        private final Expr function;

        Call(Expr function, Expr[] args, int line) {
            super(function, args, line);
            this.function = function;
        }

        @Override
        @Nullable
        Object evalAll(Frame frame) {
            return call(frame, function.eval(frame), false, null);
        }

        @Override
        int tailCall(Frame frame) {
            return tailCall(frame, function.eval(frame), false, null);
        }

        @Override
        @Nullable
        String describeFunction() {
            return function.describe();
        }
    }

    static final class MethodCall extends AnyCall {
        private final Expr object;
        private final Constant name;

        MethodCall(Expr object, LuaString name, Expr[] args, int line) {
            super(object, args, line);
            this.object = object;
            this.name = new Constant(name);
        }

        @Override
        @Nullable
        Object evalAll(Frame frame) {
            Object self = object.eval(frame);
            return call(frame, method(frame, self), true, self);
        }

        @Override
        int tailCall(Frame frame) {
            Object self = object.eval(frame);
            return tailCall(frame, method(frame, self), true, self);
        }

        private @Nullable Object method(Frame frame, @Nullable Object self) {
            frame.line = line;
            return frame.lua.index(self, name.value(), object);
        }

        @Override
        String describeFunction() {
            return "method '" + name.value() + "'";
        }
    }
}
