package dev.spinel.patterns.transport;

/**
 * The commands that some servers, such as Spinel, have in place of scripts of recipes. {@code NAME numkeys key [key ...] arg [arg ...]}
 * takes what EVALSHA takes after the digest, works on the same state, and has the same reply.
 */
public enum NativeCommand {
    /** {@code lock/acquire-mutex.lua}. */
    LOCK_ACQUIRE("LOCK.ACQUIRE"),
    /** {@code lock/renew-mutex.lua}. */
    LOCK_RENEW("LOCK.RENEW"),
    /** {@code lock/release-mutex.lua}. */
    LOCK_RELEASE("LOCK.RELEASE"),
    /** {@code ratelimit/acquire.lua}. */
    RATELIMIT_ACQUIRE("RATELIMIT.ACQUIRE"),
    /** {@code queue/adds.lua} with {@code queue/ready-sorted-sets.lua} and {@code queue/enqueue.lua}. */
    QUEUE_ENQUEUE("QUEUE.ENQUEUE"),
    /** {@code queue/exchange.lua} with {@code queue/exchange-answer.lua}. */
    QUEUE_EXCHANGE("QUEUE.EXCHANGE", true);

    private final String wireName;
    private final boolean servedWithoutRoom;

    NativeCommand(String wireName) {
        this(wireName, false);
    }

    NativeCommand(String wireName, boolean servedWithoutRoom) {
        this.wireName = wireName;
        this.servedWithoutRoom = servedWithoutRoom;
    }

    /** The name that goes over the wire. */
    String wireName() {
        return wireName;
    }

    /**
     * Whether servers run it although memory is above its limit. If one refuses it then, there is no memory at all: its script would end
     * half-way.
     */
    boolean isServedWithoutRoom() {
        return servedWithoutRoom;
    }
}
