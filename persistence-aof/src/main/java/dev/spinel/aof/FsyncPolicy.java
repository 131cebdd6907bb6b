package dev.spinel.aof;

/** When the operating system is told to put what was written on the disk; in the order of {@code appendfsync}'s words. */
enum FsyncPolicy {
    /** Once a second, in the background. */
    EVERYSEC,
    /** Before the replies of each turn leave. */
    ALWAYS,
    /** When the operating system likes. */
    NO;

    /** The policy of a value of {@code appendfsync}. */
    static FsyncPolicy of(long number) {
        return values()[(int) number];
    }
}
