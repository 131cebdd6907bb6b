package dev.spinel.lua.vm;

import dev.spinel.lua.vm.Calls.AnyCall;
import dev.spinel.lua.vm.Operators.BinaryArithmetic;
import dev.spinel.lua.vm.Variables.Constant;
import dev.spinel.lua.vm.Variables.Index;
import dev.spinel.lua.vm.Variables.Local;
import dev.spinel.lua.vm.Variables.LocalInfo;
import dev.spinel.lua.vm.Variables.Target;
import org.jspecify.annotations.Nullable;

/** The nodes of statements. */
final class Statements {
    private Statements() {}

    static final class Block extends Stat {
        private final Stat[] statements;

        Block(Stat[] statements) {
            super(1, heaviest(statements));
            this.statements = statements;
        }

        @Override
        int exec(Frame frame) {
            for (Stat statement : statements) {
                int outcome = statement.exec(frame);
                if (outcome != NORMAL) {
                    return outcome;
                }
            }
            return NORMAL;
        }
    }

    static final class CallStat extends Stat {
        private final AnyCall call;

        CallStat(AnyCall call) {
            super(1, call.weight);
            this.call = call;
        }

        @Override
        int exec(Frame frame) {
            call.evalAll(frame);
            return NORMAL;
        }
    }

    /** {@code local a = x}: one variable, one value. */
    static final class LocalOne extends Stat {
        private final LocalInfo variable;
        private final Expr value;

        LocalOne(LocalInfo variable, Expr value) {
            super(1, value.weight);
            this.variable = variable;
            this.value = value;
        }

        @Override
        int exec(Frame frame) {
            variable.declare(frame, value.eval(frame));
            return NORMAL;
        }
    }

    /** {@code local a = b + c}. */
    static final class LocalNumber extends Stat {
        private final LocalInfo variable;
        private final BinaryArithmetic value;

        LocalNumber(LocalInfo variable, BinaryArithmetic value) {
            super(1, value.weight);
            this.variable = variable;
            this.value = value;
        }

        @Override
        int exec(Frame frame) {
            double number = value.number(frame);
            if (Double.isNaN(number) && frame.hasOther()) {
                variable.declare(frame, frame.takeOther());
            } else {
                variable.declare(frame, number);
            }
            return NORMAL;
        }
    }

    static final class LocalSeveral extends Stat {
        private final LocalInfo[] variables;
        private final Expr[] values;

        LocalSeveral(LocalInfo[] variables, Expr[] values) {
            super(2, heaviest(values));
            this.variables = variables;
            this.values = values;
        }

        @Override
        int exec(Frame frame) {
            @Nullable Object[] list = Expr.evalList(frame, values);
            for (int i = 0; i < variables.length; i++) {
                variables[i].declare(frame, i < list.length ? list[i] : null);
            }
            return NORMAL;
        }
    }

    /** {@code local function f}: the variable exists before its value does. */
    static final class LocalFunction extends Stat {
        private final Local variable;
        private final Expr body;

        LocalFunction(LocalInfo variable, Expr body) {
            super(1, body.weight);
            this.variable = new Local(variable);
            this.body = body;
        }

        @Override
        int exec(Frame frame) {
            variable.info.declare(frame, null);
            variable.assign(frame, body.eval(frame));
            return NORMAL;
        }
    }

    static final class AssignOne extends Stat {
        private final Target target;
        private final Expr value;

        AssignOne(Target target, Expr value) {
            super(1, heaviest(target, value));
            this.target = target;
            this.value = value;
        }

        @Override
        int exec(Frame frame) {
            target.assign(frame, value.eval(frame));
            return NORMAL;
        }
    }

    /** {@code t[k] = x}. */
    static final class AssignIndex extends Stat {
        private final Index target;
        private final Expr value;

        AssignIndex(Index target, Expr value) {
            super(1, heaviest(target, value));
            this.target = target;
            this.value = value;
        }

        @Override
        int exec(Frame frame) {
            Object object = target.object().eval(frame);
            if (target.key() instanceof Constant constant) {
                target.assign(frame, object, constant.value(), value.eval(frame));
                return NORMAL;
            }
            double index = target.key().number(frame);
            if (Double.isNaN(index) && frame.hasOther()) {
                Object key = frame.takeOther();
                target.assign(frame, object, key, value.eval(frame));
            } else {
                target.assign(frame, object, index, value.eval(frame));
            }
            return NORMAL;
        }
    }

    /** {@code a = b + c} with a local variable. */
    static final class AssignNumber extends Stat {
        private final Local variable;
        private final BinaryArithmetic value;

        AssignNumber(Local variable, BinaryArithmetic value) {
            super(1, value.weight);
            this.variable = variable;
            this.value = value;
        }

        @Override
        int exec(Frame frame) {
            double number = value.number(frame);
            if (Double.isNaN(number) && frame.hasOther()) {
                variable.assign(frame, frame.takeOther());
            } else {
                variable.assign(frame, number);
            }
            return NORMAL;
        }
    }

    static final class AssignSeveral extends Stat {
        private final Target[] targets;
        private final Expr[] values;

        AssignSeveral(Target[] targets, Expr[] values) {
            super(2, Math.max(heaviest(targets), heaviest(values)));
            this.targets = targets;
            this.values = values;
        }

        @Override
        int exec(Frame frame) {
            @Nullable Object[] objects = new @Nullable Object[targets.length];
            @Nullable Object[] keys = new @Nullable Object[targets.length];
            for (int i = 0; i < targets.length; i++) {
                if (targets[i] instanceof Index index) {
                    objects[i] = index.object().eval(frame);
                    keys[i] = index.key().eval(frame);
                }
            }
            @Nullable Object[] list = Expr.evalList(frame, values);
            for (int i = targets.length - 1; i >= 0; i--) {
                Object value = i < list.length ? list[i] : null;
                if (targets[i] instanceof Index index) {
                    index.assign(frame, objects[i], keys[i], value);
                } else {
                    targets[i].assign(frame, value);
                }
            }
            return NORMAL;
        }
    }

    static final class If extends Stat {
        private final Expr[] conditions;
        private final Stat[] blocks;

        /** @param blocks one for each condition, and one more for {@code else}, if there is one */
        If(Expr[] conditions, Stat[] blocks) {
            super(1, Math.max(heaviest(conditions), heaviest(blocks)));
            this.conditions = conditions;
            this.blocks = blocks;
        }

        @Override
        int exec(Frame frame) {
            for (int i = 0; i < conditions.length; i++) {
                if (conditions[i].test(frame)) {
                    return blocks[i].exec(frame);
                }
            }
            return blocks.length > conditions.length ? blocks[conditions.length].exec(frame) : NORMAL;
        }
    }

    static final class While extends Stat {
        private final Expr condition;
        private final Stat body;

        While(Expr condition, Stat body) {
            super(1, heaviest(condition, body));
            this.condition = condition;
            this.body = body;
        }

        @Override
        int exec(Frame frame) {
            while (condition.test(frame)) {
                frame.lua.tick();
                int outcome = body.exec(frame);
                if (outcome != NORMAL) {
                    return outcome == BREAK ? NORMAL : outcome;
                }
            }
            return NORMAL;
        }
    }

    static final class Repeat extends Stat {
        private final Stat body;
        private final Expr condition;

        Repeat(Stat body, Expr condition) {
            super(1, heaviest(body, condition));
            this.body = body;
            this.condition = condition;
        }

        @Override
        int exec(Frame frame) {
            do {
                frame.lua.tick();
                int outcome = body.exec(frame);
                if (outcome != NORMAL) {
                    return outcome == BREAK ? NORMAL : outcome;
                }
            } while (!condition.test(frame));
            return NORMAL;
        }
    }

    static final class NumericFor extends Stat {
        private final LocalInfo variable;
        private final Expr from;
        private final Expr to;
        private final @Nullable Expr step;
        private final Stat body;
        private final int line;

        NumericFor(LocalInfo variable, Expr from, Expr to, @Nullable Expr step, Stat body, int line) {
            super(1, heaviest(from, to, step, body));
            this.variable = variable;
            this.from = from;
            this.to = to;
            this.step = step;
            this.body = body;
            this.line = line;
        }

        @Override
        int exec(Frame frame) {
            Object first = from.eval(frame);
            Object last = to.eval(frame);
            Object by = step == null ? (Object) 1.0 : step.eval(frame);
            frame.line = line;
            double at = number(frame, first, "initial value");
            double limit = number(frame, last, "limit");
            double increment = number(frame, by, "step");
            for (; increment > 0 ? at <= limit : limit <= at; at += increment) {
                frame.lua.tick();
                variable.declare(frame, at);
                int outcome = body.exec(frame);
                if (outcome != NORMAL) {
                    return outcome == BREAK ? NORMAL : outcome;
                }
            }
            return NORMAL;
        }

        private static double number(Frame frame, @Nullable Object value, String what) {
            Double number = Values.toNumber(value);
            if (number == null) {
                throw frame.lua.error("'for' " + what + " must be a number");
            }
            return number;
        }
    }

    static final class GenericFor extends Stat {
        private final LocalInfo[] variables;
        private final Expr[] iterator;
        private final Stat body;
        private final int line;

        GenericFor(LocalInfo[] variables, Expr[] iterator, Stat body, int line) {
            super(2, Math.max(heaviest(iterator), body.weight));
            this.variables = variables;
            this.iterator = iterator;
            this.body = body;
            this.line = line;
        }

        @Override
        int exec(Frame frame) {
            @Nullable Object[] list = Expr.evalList(frame, iterator);
            Object function = list.length > 0 ? list[0] : null;
            Object state = list.length > 1 ? list[1] : null;
            Object control = list.length > 2 ? list[2] : null;
            if (state instanceof LuaTable table) {
                if (function instanceof Next) {
                    return goThroughPairs(frame, table, control);
                }
                if (function instanceof NextElement && control instanceof Double index) {
                    return goThroughElements(frame, table, index);
                }
            }
            while (true) {
                frame.lua.tick();
                frame.line = line;
                @Nullable Object[] args = {state, control};
                Object results = function instanceof LuaFunction callee
                        ? callee.call(frame.lua, args)
                        : frame.lua.call(function, args, null);
                control = Values.first(results);
                if (control == null) {
                    return NORMAL;
                }
                if (results instanceof Object[] several) {
                    for (int i = 0; i < variables.length; i++) {
                        variables[i].declare(frame, i < several.length ? several[i] : null);
                    }
                } else {
                    declare(frame, results, null);
                }
                int outcome = body.exec(frame);
                if (outcome != NORMAL) {
                    return outcome == BREAK ? NORMAL : outcome;
                }
            }
        }

        private int goThroughPairs(Frame frame, LuaTable table, @Nullable Object before) {
            Object key = before;
            int position = 0;
            while (true) {
                frame.lua.tick();
                frame.line = line;
                try {
                    position = key == null ? table.following(0) : table.following(position, key);
                } catch (IllegalArgumentException e) {
                    throw Next.noSuchKey();
                }
                if (position == 0) {
                    return NORMAL;
                }
                key = table.keyAt(position);
                declare(frame, key, table.valueAt(position));
                int outcome = body.exec(frame);
                if (outcome != NORMAL) {
                    return outcome == BREAK ? NORMAL : outcome;
                }
            }
        }

        private int goThroughElements(Frame frame, LuaTable table, double before) {
            double index = before;
            while (true) {
                frame.lua.tick();
                index++;
                Object element = table.get(index);
                if (element == null) {
                    return NORMAL;
                }
                declare(frame, (Double) index, element);
                int outcome = body.exec(frame);
                if (outcome != NORMAL) {
                    return outcome == BREAK ? NORMAL : outcome;
                }
            }
        }

        private void declare(Frame frame, @Nullable Object first, @Nullable Object second) {
            variables[0].declare(frame, first);
            for (int i = 1; i < variables.length; i++) {
                variables[i].declare(frame, i == 1 ? second : null);
            }
        }
    }

    static final class Break extends Stat {
        Break() {
            super(1, 0);
        }

        @Override
        int exec(Frame frame) {
            return BREAK;
        }
    }

    static final class Return extends Stat {
        private final Expr[] values;

        Return(Expr[] values) {
            super(2, heaviest(values));
            this.values = values;
        }

        @Override
        int exec(Frame frame) {
            if (values.length == 1) {
                Expr value = values[0];
                if (value instanceof AnyCall call) {
                    return call.tailCall(frame);
                }
                frame.result = value.evalAll(frame);
            } else {
                frame.result = Expr.evalList(frame, values);
            }
            return RETURN;
        }
    }
}
