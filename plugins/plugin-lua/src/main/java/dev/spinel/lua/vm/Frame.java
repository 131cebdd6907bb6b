package dev.spinel.lua.vm;

import org.jspecify.annotations.Nullable;

/** One call of a Lua function: its locals, and what a node hands to the node that runs it. */
final class Frame {
    /** Stands for nil in {@link #other}, where null means that there is nothing. */
    static final Object NIL = new Object();

    /** Stands in {@link #slots} for the number in {@link #numbers}. */
    static final Object NUMBER = new Object();

    private static final double[] NO_NUMBERS = {};

    /** A reference and the number that it may refer to. */
    static final int BYTES_PER_SLOT = 20;

    final Interpreter lua;
    final Closure closure;
    /** The locals; one that a function inside captures is a {@link Cell}. */
    final @Nullable Object[] slots;

    /** The values of those locals that are {@link #NUMBER}: a loop that counts makes no objects. */
    final double[] numbers;

    final @Nullable Object[] varargs;
    /** The line of the call in progress, for messages. */
    int line;
    /** What the function returns. */
    @Nullable
    Object result;
    /** The arguments of the call that replaces this one. */
    @Nullable
    Object[] tailSlots = Values.NONE;
    /** The varargs of the call that replaces this one. */
    @Nullable
    Object[] tailVarargs = Values.NONE;
    /** The function whose call replaces this one. */
    @Nullable
    Closure tail;
    /** What {@link Expr#number} met that is no number. */
    private @Nullable Object other;

    Frame(Interpreter lua, Closure closure, @Nullable Object[] slots, @Nullable Object[] varargs) {
        this.lua = lua;
        this.closure = closure;
        this.slots = slots;
        this.numbers = closure.prototype.hasNumbers ? new double[slots.length] : NO_NUMBERS;
        this.varargs = varargs;
    }

    /** Has a local be a number. */
    void number(int slot, double value) {
        numbers[slot] = value;
        if (slots[slot] != NUMBER) {
            slots[slot] = NUMBER;
        }
    }

    /** Has {@link Expr#number} answer that the value is no number. */
    double notANumber(@Nullable Object value) {
        other = value == null ? NIL : value;
        return Double.NaN;
    }

    /** Whether the NaN that {@link Expr#number} answered means that there is another value, which is taken then. */
    boolean hasOther() {
        return other != null;
    }

    /** The value that is no number. */
    @Nullable
    Object takeOther() {
        Object value = other;
        other = null;
        return value == NIL ? null : value;
    }

    /** A local variable that outlives its block, since functions refer to it. */
    static final class Cell {
        @Nullable
        Object value;

        Cell(@Nullable Object value) {
            this.value = value;
        }
    }
}
