package dev.spinel.engine.admin;

import dev.spinel.engine.stats.ServerStatistics;

/** Commands and bytes per second over the last 16 samples, as INFO shows them. Engine thread only. */
public final class InstantaneousRates {
    private static final int SAMPLES = 16;
    private static final int MILLIS_PER_SECOND = 1000;

    private final ServerStatistics statistics;
    private final long[] millis = new long[SAMPLES];
    private final long[] commands = new long[SAMPLES];
    private final long[] inputBytes = new long[SAMPLES];
    private final long[] outputBytes = new long[SAMPLES];
    private long taken;

    public InstantaneousRates(ServerStatistics statistics) {
        this.statistics = statistics;
    }

    /** Takes a sample; to be called about ten times a second. */
    public void sample(long nowMillis) {
        int slot = (int) (taken++ % SAMPLES);
        millis[slot] = nowMillis;
        commands[slot] = statistics.commands();
        inputBytes[slot] = statistics.network().inputBytes();
        outputBytes[slot] = statistics.network().outputBytes();
    }

    long commandsPerSecond() {
        return (long) perSecond(commands);
    }

    double inputKibibytesPerSecond() {
        return perSecond(inputBytes) / 1024;
    }

    double outputKibibytesPerSecond() {
        return perSecond(outputBytes) / 1024;
    }

    private double perSecond(long[] totals) {
        if (taken < 2) {
            return 0;
        }
        int newest = (int) ((taken - 1) % SAMPLES);
        int oldest = taken < SAMPLES ? 0 : (int) (taken % SAMPLES);
        long elapsed = millis[newest] - millis[oldest];
        long grown = totals[newest] - totals[oldest];
        return elapsed <= 0 || grown <= 0 ? 0 : (double) grown * MILLIS_PER_SECOND / elapsed;
    }
}
