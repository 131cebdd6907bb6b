package dev.spinel.engine.client;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.Errors;
import dev.spinel.engine.memory.WorkingHeap;

/**
 * What clients have the server keep for them: copies of requests that wait for something (the queue of a transaction, blocked
 * and paused clients), and the names of keys, channels and fields. It is counted here, so that a flood of it is noticed before the
 * heap is full. Engine thread only.
 */
public final class KeptRequests {
    /** Requests, and names of a client, up to this size are kept even when memory is short: it may need them to make room. */
    private static final long ALWAYS_KEPT_BYTES = 4096;

    private final WorkingHeap heap;
    private long totalBytes;
    private long countedBytes;
    private boolean isShort;

    /** @param heap knows whether there is room beside what was counted last */
    public KeptRequests(WorkingHeap heap) {
        this.heap = heap;
    }

    /** A copy of a request that stays valid. */
    public Request keep(Bytes[] args, int argCount) {
        Request request = Request.copyOf(args, argCount);
        totalBytes += request.heapBytes();
        return request;
    }

    /** Whether there is no room for a request; it is then to be answered {@code -OOM}. */
    public boolean refuses(Bytes[] args, int argCount) {
        long bytes = Request.heapBytes(args, argCount);
        return bytes > ALWAYS_KEPT_BYTES && lacksRoom(bytes);
    }

    private boolean lacksRoom(long bytes) {
        return isShort || !heap.suffices(uncountedBytes() + bytes);
    }

    /**
     * Makes sure that a client may have names kept that take so many bytes, before the first of them is.
     *
     * @throws dev.spinel.api.error.CommandException {@code -OOM} if there is no room
     */
    public void requireRoom(Client client, long bytes) {
        if (client.keptBytes() + bytes > ALWAYS_KEPT_BYTES && lacksRoom(bytes)) {
            throw Errors.outOfMemory();
        }
    }

    /** Counts a name that is kept for a client from now on. */
    public void keep(Client client, long bytes) {
        client.keptBytes(client.keptBytes() + bytes);
        totalBytes += bytes;
    }

    /** Counts a name that is kept for a client no more. */
    public void give(Client client, long bytes) {
        client.keptBytes(client.keptBytes() - bytes);
    }

    /** Sets whether memory is short. */
    public void memoryIsShort(boolean value) {
        isShort = value;
    }

    /** Bytes of the heap of all that was kept since the last {@link #counted}, what is gone included. */
    public long uncountedBytes() {
        return totalBytes - countedBytes;
    }

    /** The memory of all clients was summed up. */
    public void counted() {
        countedBytes = totalBytes;
    }
}
