package dev.spinel.engine.client;

/** A state of a client that the dispatcher tests as one bit. */
public enum ClientFlag {
    /** Commands are queued for EXEC. */
    MULTI(0),
    /** A watched key changed, so EXEC will answer nil. */
    DIRTY_CAS(1),
    /** A command could not be queued, so EXEC will answer an error. */
    DIRTY_EXEC(2),
    /** Waits for a key, a time or an acknowledgement. */
    BLOCKED(3),
    /** Has subscriptions and speaks RESP2, so it may only use commands of that context. */
    SUBSCRIBED(4),
    /** Receives all commands. */
    MONITOR(5),
    /** Will be closed once its output is sent. */
    CLOSE_AFTER_REPLY(6),
    /** Has not authenticated though a password is needed. */
    UNAUTHENTICATED(7),
    /** Is not evicted when clients use too much memory. */
    NO_EVICT(8),
    /** Its reads do not move the access clock of keys. */
    NO_TOUCH(9),
    /** Executes the queued commands of a transaction. */
    IN_EXEC(10),
    /** A blocked command of it runs again because a key became ready. */
    RETRYING(11),
    /** Waits for the end of CLIENT PAUSE. */
    PAUSED(12),
    /** Sent READONLY for a cluster. */
    READONLY(13),
    /** Is told which keys change that it caches. */
    TRACKING(14),
    /** Acts as a user that may not do everything. */
    RESTRICTED(15),
    /** Follows the changes of this server. */
    REPLICA(16),
    /** Follows redirections to another server, as CLIENT CAPA told. */
    REDIRECTABLE(17),
    /** Runs the commands of scripts. */
    SCRIPT(18),
    /** Is a log that is replayed, which may say what clients may not. */
    LOG(19),
    /** Brings the data of another server, which says itself what expires; matters in import mode only. */
    IMPORT_SOURCE(20);

    private final int bit;

    ClientFlag(int position) {
        this.bit = 1 << position;
    }

    /** The bit of this flag in {@link Client#flagBits}. */
    public int bit() {
        return bit;
    }
}
