package dev.spinel.patterns.ratelimit;

/** What a limiter answers when the server does not. Each answer for it is an event {@code ratelimit.degraded}. */
public enum FailureMode {
    /** The call fails with the {@link dev.spinel.patterns.transport.PatternException}. */
    FAIL,
    /** Allowed: where turning callers away costs more than overload. */
    OPEN,
    /** Limited, to be tried again after a second: where overload costs more. */
    CLOSED
}
