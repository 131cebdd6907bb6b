package dev.spinel.patterns.ratelimit;

import dev.spinel.patterns.ratelimit.Limit.Concurrency;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * What the server denied a moment ago, and would deny again: the cost of a key does not fit before the time that it told. So whoever
 * asks too often costs no round trips. Thread-safe.
 *
 * <p>Only {@link RateLimiter#refund} makes a cost fit sooner, and a clock of the server that is set forward: such news comes late by
 * the age that denials may have at most. What a {@link Concurrency} denies is not kept, as a permit may be released at any time.
 */
final class LocalDenials {
    private static final int MAX_KEYS = 10_000;
    private static final long SWEEP_NANOS = Duration.ofSeconds(1).toNanos();

    /** A denial of this cost, which holds until then. */
    private record Denial(long cost, long askedNanos, long untilNanos, Decision.Limited decision) {}

    private final Scheduler scheduler;
    private final long maxAgeNanos;
    private final Map<String, Denial> denials = new ConcurrentHashMap<>();
    private final AtomicLong nextSweepNanos;
    /** How often something was forgotten, so that no denial is kept that was asked for before. */
    private final AtomicLong forgotten = new AtomicLong();

    LocalDenials(Scheduler scheduler, Duration maxAge) {
        this.scheduler = scheduler;
        this.maxAgeNanos = maxAge.toNanos();
        nextSweepNanos = new AtomicLong(scheduler.nanoTime());
    }

    /** The answer to this request as of now; null if the server has to be asked. */
    Decision.@Nullable Limited find(RateLimitRequest request) {
        Denial denial = denials.get(request.key());
        long now = scheduler.nanoTime();
        // A request with an id may have been granted before, and is then granted again.
        if (denial == null || denial.cost != request.cost() || request.id().isPresent()) {
            return null;
        }
        if (now - denial.untilNanos >= 0) {
            denials.remove(request.key(), denial);
            return null;
        }
        Duration age = Duration.ofNanos(now - denial.askedNanos);
        Decision.Limited then = denial.decision;
        return new Decision.Limited(
                LimitState.since(age, then.retryAfter()),
                then.neverFits(),
                then.states().stream().map(state -> state.later(age)).toList(),
                false);
    }

    /**
     * Keeps a denial of the server.
     *
     * @param askedNanos the time before the server was asked, so that the denial ends here no later than there
     * @param knowledge what {@link #knowledge} was then
     */
    void add(RateLimitRequest request, long askedNanos, long knowledge, Decision.Limited decision) {
        long holdsNanos = decision.states().stream()
                .filter(state -> !(state.limit() instanceof Concurrency))
                .mapToLong(state ->
                        state.neverFits() ? Long.MAX_VALUE : state.retryAfter().toNanos())
                .max()
                .orElse(0);
        long untilNanos = askedNanos + Math.min(holdsNanos, maxAgeNanos);
        if (untilNanos - scheduler.nanoTime() <= 0 || !(denials.containsKey(request.key()) || hasRoom())) {
            return;
        }
        Denial denial = new Denial(request.cost(), askedNanos, untilNanos, decision);
        denials.put(request.key(), denial);
        if (knowledge() != knowledge) {
            denials.remove(request.key(), denial);
        }
    }

    /** Changes when something is forgotten: a denial that was asked for before does not count. */
    long knowledge() {
        return forgotten.get();
    }

    /** Forgets what was denied to a key. */
    void remove(String key) {
        forgotten.incrementAndGet();
        denials.remove(key);
    }

    /** Makes room at most once a second, as it looks at all. */
    private boolean hasRoom() {
        long now = scheduler.nanoTime();
        long due = nextSweepNanos.get();
        if (denials.size() >= MAX_KEYS
                && now - due >= 0
                && nextSweepNanos.compareAndSet(due, now + Math.min(maxAgeNanos, SWEEP_NANOS))) {
            denials.values().removeIf(denial -> now - denial.untilNanos >= 0);
        }
        return denials.size() < MAX_KEYS;
    }
}
