package dev.spinel.patterns.testing;

import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Time that stands still until the test moves it. One thread. */
public final class ManualScheduler implements Scheduler {
    private record Entry(long dueNanos, Runnable task) {}

    private final List<Entry> entries = new ArrayList<>();
    private long nowNanos;

    @Override
    public long nanoTime() {
        return nowNanos;
    }

    @Override
    public Task schedule(Duration delay, Runnable task) {
        Entry entry = new Entry(nowNanos + delay.toNanos(), task);
        entries.add(entry);
        return () -> entries.remove(entry);
    }

    /** How many tasks wait. */
    public int waiting() {
        return entries.size();
    }

    /** Moves time on without running anything, as while the process is stopped. */
    public void pause(Duration time) {
        nowNanos += time.toNanos();
    }

    /** Moves time on and runs what is due, in order. */
    public void advance(Duration by) {
        long end = nowNanos + by.toNanos();
        while (true) {
            Entry next = entries.stream()
                    .filter(entry -> entry.dueNanos <= end)
                    .min(Comparator.comparingLong(Entry::dueNanos))
                    .orElse(null);
            if (next == null) {
                nowNanos = end;
                return;
            }
            entries.remove(next);
            nowNanos = Math.max(nowNanos, next.dueNanos);
            next.task.run();
        }
    }
}
