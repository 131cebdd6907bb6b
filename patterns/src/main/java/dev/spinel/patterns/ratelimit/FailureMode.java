package dev.spinel.patterns.ratelimit;

/**
 * What a limiter answers when the server does not. Each answer for it is an event {@code ratelimit.degraded}.
 *
 * <p>{@link #OPEN} and {@link #CLOSED} mean an answer now: a request that may have run is not repeated, even if it has an id or takes
 * nothing, so that the answer comes after one time-out of the transport. What was not sent, or was refused as the server is loading
 * or failing over, is tried again as ever.
 */
public enum FailureMode {
    /** Requests with an id, and looks, are repeated; then the call fails with the {@link dev.spinel.patterns.transport.PatternException}. */
    FAIL,
    /** Allowed: where turning callers away costs more than overload. */
    OPEN,
    /** Limited, to be tried again after a second: where overload costs more. */
    CLOSED
}
