package dev.spinel.engine.admin;

import dev.spinel.engine.dispatch.EngineClock;
import dev.spinel.engine.dispatch.HotKeys;
import dev.spinel.engine.stats.NetworkTotals;

/** A search for the keys that take most, from HOTKEYS START to HOTKEYS RESET. Engine thread only. */
public final class HotKeysSession {
    private static final long NO_END = Long.MAX_VALUE;

    private final HotKeys recorder;
    private final ServerProcess process;
    private final EngineClock clock;
    private State state = State.NONE;
    private int sampleRatio;
    private long startMillis;
    private long endMillis;
    private long stoppedMillis;
    private Totals atStart = Totals.NONE;
    private Totals atStop = Totals.NONE;

    private enum State {
        /** There is nothing to tell. */
        NONE,
        ACTIVE,
        STOPPED
    }

    /** What the process has used. */
    private record Totals(double userSeconds, double systemSeconds, long networkBytes) {
        static final Totals NONE = new Totals(0, 0, 0);

        static Totals of(ServerProcess process) {
            NetworkTotals network = process.networkTotals();
            return new Totals(
                    process.userCpuSeconds(), process.systemCpuSeconds(), network.inputBytes() + network.outputBytes());
        }
    }

    public HotKeysSession(HotKeys recorder, ServerProcess process, EngineClock clock) {
        this.recorder = recorder;
        this.process = process;
        this.clock = clock;
    }

    /**
     * Starts a search; there must not be an active one.
     *
     * @param durationMillis how long it takes, 0 for until it is stopped
     */
    void start(boolean byTime, boolean byBytes, int results, int ratio, long durationMillis) {
        recorder.start(byTime, byBytes, results, ratio);
        state = State.ACTIVE;
        sampleRatio = ratio;
        startMillis = clock.nowMillis();
        endMillis = durationMillis == 0 ? NO_END : startMillis + durationMillis;
        atStart = Totals.of(process);
    }

    /** Ends an active search. */
    void stop() {
        stopAt(clock.nowMillis());
    }

    /** Ends an active search whose time is over; to be called regularly. */
    public void stopWhenOver() {
        if (isActive() && clock.nowMillis() >= endMillis) {
            stopAt(endMillis);
        }
    }

    private void stopAt(long unixMillis) {
        recorder.stop();
        state = State.STOPPED;
        stoppedMillis = unixMillis;
        atStop = Totals.of(process);
    }

    /** Forgets what was found. */
    void reset() {
        recorder.reset();
        state = State.NONE;
    }

    boolean isActive() {
        return state == State.ACTIVE;
    }

    /** Whether there is something to tell: a search is active, or has ended. */
    boolean exists() {
        return state != State.NONE;
    }

    HotKeys recorder() {
        return recorder;
    }

    int sampleRatio() {
        return sampleRatio;
    }

    /** When the search started, in milliseconds of Unix time. */
    long startMillis() {
        return startMillis;
    }

    /** How long the search took, or takes so far. */
    long durationMillis() {
        return (isActive() ? clock.nowMillis() : stoppedMillis) - startMillis;
    }

    private Totals latest() {
        return isActive() ? Totals.of(process) : atStop;
    }

    /** CPU time of the process during the search, in user mode. */
    long userMillis() {
        return Math.round((latest().userSeconds() - atStart.userSeconds()) * 1000);
    }

    /** CPU time of the process during the search, in the kernel. */
    long systemMillis() {
        return Math.round((latest().systemSeconds() - atStart.systemSeconds()) * 1000);
    }

    /** Bytes read from and written to all connections during the search. */
    long networkBytes() {
        return latest().networkBytes() - atStart.networkBytes();
    }
}
