package dev.spinel.patterns.lock;

/** What a release found. */
public enum ReleaseResult {
    /** The lease was held until now. */
    RELEASED,
    /** The lease had ended before, so that others may have been in at the same time. Their leases are untouched. */
    LOST
}
