package dev.spinel.engine.keyspace;

import java.util.Locale;

/** Which keys make room when memory is short ({@code maxmemory-policy}). */
public enum EvictionPolicy {
    NOEVICTION(Order.NONE, false),
    ALLKEYS_LRU(Order.IDLE_TIME, false),
    VOLATILE_LRU(Order.IDLE_TIME, true),
    ALLKEYS_LRM(Order.MODIFICATION_AGE, false),
    VOLATILE_LRM(Order.MODIFICATION_AGE, true),
    ALLKEYS_LFU(Order.FREQUENCY, false),
    VOLATILE_LFU(Order.FREQUENCY, true),
    ALLKEYS_RANDOM(Order.RANDOM, false),
    VOLATILE_RANDOM(Order.RANDOM, true),
    VOLATILE_TTL(Order.EXPIRY, true);

    private final Order order;
    private final boolean volatileOnly;

    EvictionPolicy(Order order, boolean volatileOnly) {
        this.order = order;
        this.volatileOnly = volatileOnly;
    }

    /** What decides which of several keys goes first. */
    enum Order {
        /** None of them goes. */
        NONE,
        /** The one that was not used for the longest time. */
        IDLE_TIME,
        /** The one that was not changed for the longest time. */
        MODIFICATION_AGE,
        /** The one that is used least often. */
        FREQUENCY,
        /** Any. */
        RANDOM,
        /** The one that expires first. */
        EXPIRY
    }

    Order order() {
        return order;
    }

    /** Whether only keys with a time to live may go. */
    boolean volatileOnly() {
        return volatileOnly;
    }

    /** The policy of a name as {@code maxmemory-policy} has it. */
    public static EvictionPolicy of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
