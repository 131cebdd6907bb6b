package dev.spinel.plugin.recipes;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.error.Errors;

/**
 * One limit of a call: what its key holds now, whether a cost fits, and what taking it makes of the key.
 *
 * <p>The arithmetic is that of {@code acquire.lua}, operation by operation in doubles, since a script may be the next to read
 * what is stored here. All times are microseconds. Made for one call; engine thread only.
 */
abstract sealed class LimitCheck permits GcraLimit, BucketLimit, CounterLimit, LogLimit, FixedLimit, ConcurrentLimit {
    /*
     * Constructors read and check, and change nothing, so that a key of another type is answered before any limit of the
     * call was touched. settle() then removes what is over, which two of the kinds do whatever is decided. Values of a key
     * are looked up again where they are changed: two limits may have the same key, and the views are the server's.
     */
    final Effects effects;
    final Bytes key;
    final double now;
    final double cost;
    /** The time of one unit, one window or one lease. */
    final double interval;
    /** The most that can be taken at once. */
    final double capacity;

    /** After how long the cost would fit if nobody else took any: 0 if it fits, -1 if it never does. */
    double retry;

    LimitCheck(RateLimit.Request request, Bytes key, double interval, double capacity) {
        this.effects = request.effects();
        this.key = key;
        this.now = request.now();
        this.cost = request.cost();
        this.interval = interval;
        this.capacity = capacity;
    }

    /** Removes what is over, and learns {@link #retry} if the constructor could not. */
    void settle() {}

    /** What would fit now. */
    abstract double remaining(boolean taken);

    /** After how long the limit is whole again. */
    abstract double reset(boolean taken);

    /** Takes the cost. */
    abstract void take();

    /** Stores a state that lay in the future, as far ahead as the present clock could have made it. */
    void keep() {}

    /**
     * When a key that is kept for so many microseconds expires, in milliseconds of Unix time. It counts from {@link #now}, since the
     * time of the command was read before that; a millisecond more, as keys may expire by a clock that is as much ahead.
     */
    final long expiry(double micros) {
        return LuaNumbers.unixMillis(now + micros) + 1;
    }

    /** A number in a hash that has it whenever it has the first one of the kind. */
    static double number(HashValue hash, Bytes field) {
        Bytes text = hash.get(field);
        if (text == null) {
            throw Errors.notAFloat();
        }
        return LuaNumbers.parse(text);
    }
}
