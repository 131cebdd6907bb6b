package dev.spinel.resp.codec;

import java.util.concurrent.atomic.AtomicLong;

/**
 * How much of the heap the buffers of all connections may take together, so that clients that send without end or do not
 * read cannot exhaust it, however many they are.
 *
 * <p>An array is counted as the heap stores it: the collector gives a long array whole regions of 4 MiB, which the launcher
 * sets. Short ones are always granted, because an error reply needs one too.
 *
 * <p>Any thread.
 */
public final class BufferBudget {
    /** Arrays up to this length are counted but never refused. */
    static final int ALWAYS_GRANTED_BYTES = 4096;

    /** What an argument beyond the usual number takes: its view with a reference to it, and its position. */
    private static final int ARGUMENT_BYTES = 24 + 4 + 8;

    private static final int REGION_BYTES = 4 << 20;
    private static final int ARRAY_HEADER_BYTES = 16;

    private final AtomicLong takenBytes = new AtomicLong();
    private volatile long maxBytes = Long.MAX_VALUE;

    /** Sets how many bytes may be taken at a time; unlimited at first. */
    public void maxBytes(long bytes) {
        maxBytes = bytes;
    }

    /** How many bytes may be taken at a time. */
    public long maxBytes() {
        return maxBytes;
    }

    /** The bytes taken and not given back. */
    public long takenBytes() {
        return takenBytes.get();
    }

    /** Takes what an array of this length needs, or takes nothing and returns false. */
    boolean take(int length) {
        return takeBytes(heapBytes(length), length > ALWAYS_GRANTED_BYTES);
    }

    /** Takes what it costs to hold so many arguments of a request, or takes nothing and returns false. */
    public boolean takeArguments(int count) {
        return takeBytes((long) count * ARGUMENT_BYTES, true);
    }

    private boolean takeBytes(long bytes, boolean mayRefuse) {
        long taken = takenBytes.addAndGet(bytes);
        if (taken > maxBytes && mayRefuse) {
            takenBytes.addAndGet(-bytes);
            return false;
        }
        return true;
    }

    /** Gives back what {@link #take} took for an array of this length. */
    void give(int length) {
        takenBytes.addAndGet(-heapBytes(length));
    }

    /** Gives back what {@link #takeArguments} took. */
    public void giveArguments(int count) {
        takenBytes.addAndGet(-(long) count * ARGUMENT_BYTES);
    }

    /** An array of more than half a region has regions of its own. */
    private static long heapBytes(int length) {
        long bytes = (long) length + ARRAY_HEADER_BYTES;
        return bytes > REGION_BYTES / 2 ? (bytes + REGION_BYTES - 1) / REGION_BYTES * REGION_BYTES : bytes;
    }
}
