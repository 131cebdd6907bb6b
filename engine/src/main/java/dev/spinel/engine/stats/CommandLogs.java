package dev.spinel.engine.stats;

/** The three logs of commands that take a lot. Engine thread only. */
public final class CommandLogs {
    private static final long SLOW_MICROS = 10_000;
    private static final long LARGE_BYTES = 1 << 20;

    private final CommandLog slow = new CommandLog(SLOW_MICROS);
    private final CommandLog largeRequests = new CommandLog(LARGE_BYTES);
    private final CommandLog largeReplies = new CommandLog(LARGE_BYTES);

    /** Sets how many bytes of the heap the entries of all logs may take. */
    public void maxBytes(long bytes) {
        slow.maxBytes(bytes / 3);
        largeRequests.maxBytes(bytes / 3);
        largeReplies.maxBytes(bytes / 3);
    }

    /** What all entries take of the heap, in bytes. */
    public long heapBytes() {
        return slow.heapBytes() + largeRequests.heapBytes() + largeReplies.heapBytes();
    }

    /** Commands by microseconds of execution. */
    public CommandLog slow() {
        return slow;
    }

    /** Commands by bytes of their arguments. */
    public CommandLog largeRequests() {
        return largeRequests;
    }

    /** Commands by bytes of their replies. */
    public CommandLog largeReplies() {
        return largeReplies;
    }
}
