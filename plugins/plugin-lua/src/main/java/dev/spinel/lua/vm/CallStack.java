package dev.spinel.lua.vm;

import org.jspecify.annotations.Nullable;

/** The calls in progress of a coroutine while it does not run. */
final class CallStack {
    @Nullable
    Frame[] frames = new @Nullable Frame[8];

    int depth;
    int weight;
    int maxWeight = Coroutines.MAX_WEIGHT;
    /** Calls that a function of Java makes, which cannot be left and entered again. */
    int boundaries;
}
