package dev.spinel.lua.vm;

/** A compiled function, of which closures are made. */
final class Prototype {
    final Chunk chunk;
    final int line;
    final int parameters;
    final boolean vararg;
    /** Number of slots for locals, parameters first. */
    final int slots;
    /** For each captured variable of the functions around: the slot of the next one, or -1 - n for its n-th. */
    final int[] captures;
    /** Parameters that functions inside capture. */
    final int[] capturedParameters;

    /** The slot of {@code arg}, the table of the varargs of a function that does not mention them; -1 if there is none. */
    final int argSlot;

    /** How much of the thread's stack a call needs ({@link Node#weight}). */
    final int weight;

    /** Whether nodes put numbers into locals without an object for each ({@link Frame#numbers}). */
    final boolean hasNumbers;

    final Stat body;

    Prototype(
            Chunk chunk,
            int line,
            int parameters,
            boolean vararg,
            int slots,
            int[] captures,
            int[] capturedParameters,
            int argSlot,
            int weight,
            boolean hasNumbers,
            Stat body) {
        this.chunk = chunk;
        this.line = line;
        this.parameters = parameters;
        this.vararg = vararg;
        this.slots = slots;
        this.captures = captures;
        this.capturedParameters = capturedParameters;
        this.argSlot = argSlot;
        this.weight = weight;
        this.hasNumbers = hasNumbers;
        this.body = body;
    }
}
