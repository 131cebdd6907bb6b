package dev.spinel.engine.memory;

import dev.spinel.api.data.Bytes;

/**
 * Whether an arena has room for what a command adds, so that memory does not end in the midst of one and leave it half
 * done. Engine thread only.
 */
public final class Room {
    /*
     * A command that only stores its arguments, however it cuts them into records and tables, takes little more than
     * their bytes. It may start while so much can be had, and beside it what is kept for commands that make their values
     * smaller or move them, and for what removes keys. A command that stores more than it is given (a copy, a union,
     * a long run of zeros) makes sure of the memory before it changes anything.
     */
    private static final int ARGUMENT_BYTES = 32;

    /** Arguments above lie, unlike smaller ones, in chunks of their own. */
    private static final int LARGE_BYTES = 1 << 20;

    private final Arena arena;
    private final long keptBytes;
    private final long ampleBytes;

    /**
     * Watches over an arena.
     *
     * @param keptBytes what commands that add data leave alone
     */
    public Room(Arena arena, long keptBytes) {
        this.arena = arena;
        this.keptBytes = keptBytes;
        this.ampleBytes = keptBytes + 2 * (long) Integer.MAX_VALUE;
    }

    /** Whether there is little more room than what is to be kept. */
    public boolean isShort() {
        return arena.roomBytes() < keptBytes + keptBytes / 2;
    }

    /** Bytes that have to become free before a command with these arguments may add them. */
    public long lackingBytes(Bytes[] args, int argCount) {
        return lackingBytes(args, argCount, 0, 0);
    }

    /**
     * As {@link #lackingBytes(Bytes[], int)} for a command that stores more than its arguments.
     *
     * @param moreStrings how many strings, such as fields and values, it stores beside them
     * @param moreBytes the length of these together
     */
    public long lackingBytes(Bytes[] args, int argCount, long moreStrings, long moreBytes) {
        long room = arena.roomBytes();
        if (room >= ampleBytes) {
            return 0;
        }
        long bytes = moreBytes + moreStrings * ARGUMENT_BYTES;
        for (int i = 0; i < argCount; i++) {
            bytes += args[i].length() + ARGUMENT_BYTES;
        }
        bytes += bytes / 4;
        if (bytes >= LARGE_BYTES) {
            room = Math.min(room, arena.unreservedBytes());
        }
        return Math.max(0, keptBytes + bytes - room);
    }
}
