package dev.spinel.distribution;

import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BooleanSupplier;

/**
 * Events in virtual time, in an order that a seed decides: the same seed, the same run. Processes of the simulation may be paused,
 * which puts off all that they would do. One thread.
 */
final class Simulation {
    private record Event(long dueNanos, long number, Process process, Runnable action) {}

    private final PriorityQueue<Event> events = new PriorityQueue<>((a, b) ->
            a.dueNanos != b.dueNanos ? Long.compare(a.dueNanos, b.dueNanos) : Long.compare(a.number, b.number));
    private final Random random;
    private volatile long nowNanos;
    private long lastNumber;
    private Runnable check = () -> {};

    Simulation(long seed) {
        random = new Random(seed);
    }

    Random random() {
        return random;
    }

    /** Virtual time. Read by the threads of the server, too, while the simulation waits for them. */
    long nowNanos() {
        return nowNanos;
    }

    /** A time between the two, most often near the first. */
    Duration between(Duration least, Duration most) {
        double part = random.nextDouble();
        return least.plusNanos((long) ((most.toNanos() - least.toNanos()) * part * part));
    }

    /** Whether something happens that does so in one of so many cases. */
    boolean oneIn(int cases) {
        return random.nextInt(cases) == 0;
    }

    /** What holds after every event. */
    void check(Runnable invariant) {
        check = invariant;
    }

    /** What the world does, rather than one of the processes. */
    void after(Duration delay, Runnable action) {
        world.schedule(delay, action);
    }

    private final Process world = new Process();

    /**
     * Runs until the condition holds.
     *
     * @throws AssertionError if it does not within the time, or nothing is left to happen
     */
    void runUntil(BooleanSupplier condition, Duration atMost) {
        long end = nowNanos + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            Event next = events.poll();
            if (next == null || next.dueNanos > end) {
                throw new AssertionError(
                        "Not reached within " + atMost + (next == null ? ", nothing left to happen" : ""));
            }
            nowNanos = Math.max(nowNanos, next.dueNanos);
            if (next.process.pausedUntilNanos > nowNanos) {
                events.add(new Event(next.process.pausedUntilNanos, next.number, next.process, next.action));
                continue;
            }
            next.action.run();
            check.run();
        }
    }

    /** A process of the application, with a steady clock that all share. */
    final class Process implements Scheduler {
        private long pausedUntilNanos;

        @Override
        public long nanoTime() {
            return nowNanos;
        }

        @Override
        public Task schedule(Duration delay, Runnable task) {
            Event event = new Event(nowNanos + Math.max(0, delay.toNanos()), ++lastNumber, this, task);
            events.add(event);
            // An event that was put off is another one.
            return () -> events.removeIf(other -> other.number == event.number);
        }

        @Override
        public long jitterNanos(long boundNanos) {
            return random.nextLong(boundNanos);
        }

        /** Lets it do nothing for a while. */
        void pause(Duration time) {
            pausedUntilNanos = Math.max(pausedUntilNanos, nowNanos + time.toNanos());
        }

        boolean isPaused() {
            return pausedUntilNanos > nowNanos;
        }
    }
}
