package dev.spinel.lua.vm;

import org.jspecify.annotations.Nullable;

/** An expression. */
abstract class Expr extends Node {
    /** Lists up to that length are not counted as memory while they are on their way. */
    private static final int MAX_UNCOUNTED = 16;

    Expr(int own, int below) {
        super(own, below);
    }

    /** Its value; the first one, if it has several. */
    abstract @Nullable Object eval(Frame frame);

    /** All its values, as results of a call. */
    @Nullable
    Object evalAll(Frame frame) {
        return eval(frame);
    }

    /** Whether it may have none or several values. */
    boolean isMultiple() {
        return false;
    }

    /**
     * Its value without a box, if that is a number; otherwise NaN, with {@link Frame#hasOther} telling the difference.
     */
    double number(Frame frame) {
        Object value = eval(frame);
        return value instanceof Double number ? number : frame.notANumber(value);
    }

    /** Whether its value counts as true. */
    boolean test(Frame frame) {
        return Values.isTrue(eval(frame));
    }

    /** What messages call it, such as {@code local 'x'}; null for what has no name. */
    @Nullable
    String describe() {
        return null;
    }

    /** Evaluates a list of expressions, of which the last one may have several values; the array is new. */
    static @Nullable Object[] evalList(Frame frame, Expr[] list) {
        int count = list.length;
        if (count == 0) {
            return Values.NONE;
        }
        Expr last = list[count - 1];
        if (!last.isMultiple()) {
            @Nullable Object[] values = new @Nullable Object[count];
            for (int i = 0; i < count; i++) {
                values[i] = list[i].eval(frame);
            }
            return values;
        }
        @Nullable Object[] before = new @Nullable Object[count - 1];
        for (int i = 0; i < before.length; i++) {
            before[i] = list[i].eval(frame);
        }
        @Nullable Object[] more = Values.all(last.evalAll(frame));
        int total = before.length + more.length;
        if (total > MAX_UNCOUNTED) {
            frame.lua.memory().charge((long) total * Frame.BYTES_PER_SLOT);
        }
        @Nullable Object[] values = new @Nullable Object[total];
        System.arraycopy(before, 0, values, 0, before.length);
        System.arraycopy(more, 0, values, before.length, more.length);
        return values;
    }
}
