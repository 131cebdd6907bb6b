package dev.spinel.resp.transport;

import dev.spinel.resp.codec.BufferBudget;
import dev.spinel.resp.codec.RequestLimits;

/**
 * The limits of connections, which CONFIG SET may change at any time; the values apply from the next use on.
 *
 * <p>Changed by the engine thread only; the loops of {@code io-threads} read what concerns them.
 */
public final class ConnectionSettings {
    private final RequestLimits requestLimits = new RequestLimits();
    private final BufferBudget bufferBudget = new BufferBudget();
    private int maxClients = 10_000;
    private volatile int keepAliveSeconds = 300;
    private volatile long maxQueryBufferBytes = 1L << 30;
    private long maxReplyBytes = Integer.MAX_VALUE;
    private long busyPollNanos;

    /** What a single request may announce. */
    public RequestLimits requestLimits() {
        return requestLimits;
    }

    /** What the requests and replies that wait may take of the heap, over all connections. */
    public BufferBudget bufferBudget() {
        return bufferBudget;
    }

    /** How many connections may be open ({@code maxclients}); a further one gets an error and is closed. */
    public int maxClients() {
        return maxClients;
    }

    public void maxClients(int count) {
        maxClients = count;
    }

    /** Seconds of silence after which the operating system probes a TCP peer ({@code tcp-keepalive}); 0: never. */
    public int keepAliveSeconds() {
        return keepAliveSeconds;
    }

    public void keepAliveSeconds(int seconds) {
        keepAliveSeconds = seconds;
    }

    /** Bytes of unexecuted requests beyond which a connection is closed ({@code client-query-buffer-limit}). */
    public long maxQueryBufferBytes() {
        return maxQueryBufferBytes;
    }

    public void maxQueryBufferBytes(long bytes) {
        maxQueryBufferBytes = bytes;
    }

    /** Bytes of replies that one connection may gather; a command whose reply exceeds them fails. */
    public long maxReplyBytes() {
        return maxReplyBytes;
    }

    public void maxReplyBytes(long bytes) {
        maxReplyBytes = bytes;
    }

    /** Nanoseconds that the engine's thread looks for input before it sleeps ({@code busy-poll-usec}); 0: sleeps at once. */
    public long busyPollNanos() {
        return busyPollNanos;
    }

    public void busyPollNanos(long nanos) {
        busyPollNanos = nanos;
    }
}
