package dev.spinel.patterns.lock;

/** Why a lease ended before it was released. */
public enum LossReason {
    /** It ran out by the holder's own clock: its bound was reached, or it could not be renewed in time. */
    EXPIRED,
    /** The server does not know it any more: it ran out there, or was deleted; another holder may have the lock. */
    GONE
}
