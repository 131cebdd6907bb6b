package dev.spinel.lua.vm;

/** A statement. */
abstract class Stat extends Node {
    /** Goes on with the next statement. */
    static final int NORMAL = 0;
    /** Leaves the innermost loop. */
    static final int BREAK = 1;
    /** Leaves the function; {@link Frame#result} has its results, or {@link Frame#tail} what makes them. */
    static final int RETURN = 2;

    Stat(int own, int below) {
        super(own, below);
    }

    abstract int exec(Frame frame);
}
