package dev.spinel.engine;

import dev.spinel.engine.dispatch.EngineClock;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.propagate.Propagator;
import dev.spinel.engine.stats.LatencyMonitor;
import dev.spinel.engine.stats.ServerStatistics;
import java.util.ArrayList;
import java.util.List;

/** What the engine does by the clock, {@code hz} times a second, between turns. Engine thread only. */
final class Cron {
    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MILLIS_PER_SECOND = 1000;

    /** Share of the time that active expiry may take, as in Redis with effort 1. */
    private static final int EXPIRE_PERCENT = 25;

    private final EngineClock clock;
    private final Keyspaces keyspaces;
    private final ServerStatistics statistics;
    private final Propagator propagator;
    private final LatencyMonitor latencyMonitor;
    private final List<Runnable> tasks = new ArrayList<>();
    private int hz = 10;
    private boolean activeExpire = true;
    private boolean paused;
    private long nextNanos;

    Cron(
            EngineClock clock,
            Keyspaces keyspaces,
            ServerStatistics statistics,
            Propagator propagator,
            LatencyMonitor latencyMonitor) {
        this.clock = clock;
        this.keyspaces = keyspaces;
        this.statistics = statistics;
        this.propagator = propagator;
        this.latencyMonitor = latencyMonitor;
        this.nextNanos = clock.nowNanos();
    }

    void hz(int perSecond) {
        hz = perSecond;
    }

    void activeExpire(boolean on) {
        activeExpire = on;
    }

    /** Stops or resumes all of it, for DEBUG PAUSE-CRON. */
    void paused(boolean value) {
        paused = value;
    }

    /** Has a task run at every tick from now on. */
    void add(Runnable task) {
        tasks.add(task);
    }

    /** Runs what is due; returns the nanoseconds until something is due again. */
    long run() {
        long now = clock.nowNanos();
        if (now - nextNanos < 0) {
            return nextNanos - now;
        }
        long period = NANOS_PER_SECOND / hz;
        nextNanos = now + period;
        clock.anchor();
        if (paused) {
            return period;
        }
        if (activeExpire) {
            expire(period * EXPIRE_PERCENT / 100);
        }
        for (Runnable task : tasks) {
            task.run();
        }
        return period;
    }

    private void expire(long budgetNanos) {
        keyspaces.begin(clock.nowMillis());
        long start = clock.readNanos();
        propagator.apart(true);
        if (keyspaces.expireCycle(budgetNanos)) {
            statistics.expireTimeLimitWasReached();
        }
        propagator.apart(false);
        long tookNanos = clock.readNanos() - start;
        statistics.expiryTook(tookNanos);
        latencyMonitor.add("expire-cycle", clock.nowMillis() / MILLIS_PER_SECOND, tookNanos / NANOS_PER_MILLI);
    }
}
