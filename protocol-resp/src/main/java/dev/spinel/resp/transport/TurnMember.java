package dev.spinel.resp.transport;

/**
 * A connection as the turns of its transport see it.
 *
 * <p>Engine thread only.
 */
interface TurnMember {
    /** Goes on with requests that waited; once for each time it was queued. */
    void runResumed();

    /** Hands on what was written in this turn; once for each time it was queued. */
    void flushOutput();
}
