package dev.spinel.engine.stats;

/** The three logs of commands that take a lot. Engine thread only. */
public final class CommandLogs {
    private static final long SLOW_MICROS = 10_000;
    private static final long LARGE_BYTES = 1 << 20;

    private final CommandLog slow = new CommandLog(SLOW_MICROS);
    private final CommandLog largeRequests = new CommandLog(LARGE_BYTES);
    private final CommandLog largeReplies = new CommandLog(LARGE_BYTES);

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
