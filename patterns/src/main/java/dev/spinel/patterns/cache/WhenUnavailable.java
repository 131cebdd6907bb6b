package dev.spinel.patterns.cache;

/** What a cache does while its server is unavailable. */
public enum WhenUnavailable {
    /** Asks the source: one load at a time per key and process, none of them stored. */
    LOAD,
    /** Fails the one who asks, so that the source never sees more than it does with a cache. */
    FAIL
}
