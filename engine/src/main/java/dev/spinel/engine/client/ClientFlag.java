package dev.spinel.engine.client;

/** A state of a client that the dispatcher tests as one bit. */
public enum ClientFlag {
    /** Commands are queued for EXEC. */
    MULTI,
    /** A watched key changed, so EXEC will answer nil. */
    DIRTY_CAS,
    /** A command could not be queued, so EXEC will answer an error. */
    DIRTY_EXEC,
    /** Waits for a key, a time or an acknowledgement. */
    BLOCKED,
    /** Has subscriptions and speaks RESP2, so it may only use commands of that context. */
    SUBSCRIBED,
    /** Receives all commands. */
    MONITOR,
    /** Will be closed once its output is sent. */
    CLOSE_AFTER_REPLY,
    /** Has not authenticated though a password is needed. */
    UNAUTHENTICATED,
    /** Is not evicted when clients use too much memory. */
    NO_EVICT,
    /** Its reads do not move the access clock of keys. */
    NO_TOUCH,
    /** Executes the queued commands of a transaction. */
    IN_EXEC,
    /** A blocked command of it runs again because a key became ready. */
    RETRYING,
    /** Waits for the end of CLIENT PAUSE. */
    PAUSED,
    /** Sent READONLY for a cluster. */
    READONLY;

    /** The bit of this flag in {@link Client#flagBits}. */
    public int bit() {
        return 1 << ordinal();
    }
}
