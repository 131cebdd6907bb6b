package dev.spinel.engine.client;

import dev.spinel.api.data.Bytes;

/**
 * Copies the requests that wait for something: the queue of a transaction, blocked and paused clients. It counts what it
 * copies, so that a flood of them is noticed before the heap is full. Engine thread only.
 */
public final class KeptRequests {
    /** Requests up to this size are kept even when memory is short: what a client could need to make room. */
    private static final long ALWAYS_KEPT_BYTES = 4096;

    private long totalBytes;
    private boolean isShort;

    /** A copy of a request that stays valid. */
    public Request keep(Bytes[] args, int argCount) {
        Request request = Request.copyOf(args, argCount);
        totalBytes += request.heapBytes();
        return request;
    }

    /** Whether there is no room for a request; it is then to be answered {@code -OOM}. */
    public boolean refuses(Bytes[] args, int argCount) {
        return isShort && Request.heapBytes(args, argCount) > ALWAYS_KEPT_BYTES;
    }

    /** Sets whether memory is short. */
    public void memoryIsShort(boolean value) {
        isShort = value;
    }

    /** Bytes of the heap of all requests kept so far, those that are gone included. */
    public long totalBytes() {
        return totalBytes;
    }
}
