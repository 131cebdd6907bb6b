package dev.spinel.engine;

/**
 * Has memory given back to the operating system after much of the data has gone. While new garbage is short-lived, the
 * collector does not look at the old generation by itself, however little of it is still in use.
 *
 * <p>Engine thread only.
 */
final class UnusedMemory {
    /** Less is not worth a collection. */
    private static final long MIN_BYTES = 64L << 20;

    /** What is in use has to fall by this part of the most that was. */
    private static final int MIN_DIVISOR = 3;

    private static final long INTERVAL_MILLIS = 10_000;

    private final Runnable release;
    private long mostBytes;
    private long nextMillis;

    /** @param release gives back what is not in use */
    UnusedMemory(Runnable release) {
        this.release = release;
    }

    /** Takes a look, ten seconds after the last one at the earliest. */
    void look(long usedBytes, long nowMillis) {
        mostBytes = Math.max(mostBytes, usedBytes);
        if (nowMillis < nextMillis) {
            return;
        }
        nextMillis = nowMillis + INTERVAL_MILLIS;
        long unusedBytes = mostBytes - usedBytes;
        if (unusedBytes >= MIN_BYTES && unusedBytes >= mostBytes / MIN_DIVISOR) {
            mostBytes = usedBytes;
            release.run();
        }
    }
}
