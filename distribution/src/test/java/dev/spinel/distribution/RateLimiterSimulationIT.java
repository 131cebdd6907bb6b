package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.distribution.Linearizability.Operation;
import dev.spinel.patterns.ratelimit.Decision;
import dev.spinel.patterns.ratelimit.Grant;
import dev.spinel.patterns.ratelimit.Limit;
import dev.spinel.patterns.ratelimit.RateLimitRequest;
import dev.spinel.patterns.ratelimit.RateLimiter;
import dev.spinel.patterns.transport.PatternRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Rate limits in virtual time: what holds for any order of events and any faults between two steps. */
class RateLimiterSimulationIT {
    private static final int CAPACITY = 20;

    /**
     * A step of the model.
     *
     * @param cost what was taken, below zero for a refund
     * @param granted whether it was; null if he was told nothing
     * @param remaining what he was told to be left, if not below zero
     */
    private record Step(long cost, @Nullable Boolean granted, long remaining) {}

    /** @param state how much is used */
    private static @Nullable Long apply(Long state, Step step) {
        long after = state + step.cost;
        boolean fits = after <= CAPACITY;
        if (step.granted == null) {
            return fits ? Long.valueOf(after) : state;
        }
        if (step.granted != fits) {
            return null;
        }
        long used = fits ? after : state;
        return step.remaining < 0 || step.remaining == CAPACITY - used ? Long.valueOf(used) : null;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10})
    void R2_R10_decisionsAndRefunds_areLinearizable(int faults) {
        RecipeSimulation.forSeeds(run -> {
            List<Operation<Step>> history = new ArrayList<>();
            run.network.faults(faults, false);
            run.disturb(Duration.ofSeconds(5), Duration.ofMillis(200), faults > 0);
            for (int i = 0; i < 4; i++) {
                // Nothing comes back while this runs.
                RateLimiter limiter = RateLimiter.builder(run.process())
                        .limits(
                                Limit.FixedWindow.of("window", CAPACITY, Duration.ofDays(300)),
                                Limit.SlidingLog.of("log", CAPACITY, Duration.ofDays(300)))
                        .rememberFor(Duration.ofHours(1))
                        .build();
                List<Grant> grants = new ArrayList<>();
                int process = i;
                run.work(
                        run.processes.get(i),
                        10,
                        Duration.ofMillis(20),
                        step -> grants.isEmpty() || run.simulation.oneIn(2)
                                ? take(run, limiter, process + ":" + step, grants, history)
                                : refund(run, limiter, grants.remove(0), history));
            }
            run.finish(Duration.ofMinutes(5));
            assertThat(history).hasSize(40);
            assertThat(Linearizability.holds(history, 0L, RateLimiterSimulationIT::apply))
                    .as(() -> history.toString())
                    .isTrue();
        });
    }

    private static CompletionStage<?> take(
            RecipeSimulation run, RateLimiter limiter, String id, List<Grant> grants, List<Operation<Step>> history) {
        Random random = run.simulation.random();
        long cost = 1 + random.nextInt(4);
        RateLimitRequest request = RateLimitRequest.of("key").withCost(cost);
        long asked = run.simulation.nowNanos();
        return limiter.tryAcquireAsync(random.nextBoolean() ? request.withId(id) : request)
                .handle((decision, failure) -> {
                    if (failure != null) {
                        RecipeSimulation.assertIsOfRecipe(failure);
                        history.add(new Operation<>(asked, Long.MAX_VALUE, new Step(cost, null, -1)));
                        return null;
                    }
                    grant(decision).ifPresent(grants::add);
                    return history.add(new Operation<>(
                            asked,
                            run.simulation.nowNanos(),
                            new Step(cost, decision.allowed(), decision.remaining())));
                });
    }

    private static Optional<Grant> grant(Decision decision) {
        return decision instanceof Decision.Allowed allowed ? allowed.grant() : Optional.empty();
    }

    private static CompletionStage<?> refund(
            RecipeSimulation run, RateLimiter limiter, Grant grant, List<Operation<Step>> history) {
        long asked = run.simulation.nowNanos();
        return limiter.refundAsync(grant).handle((refunded, failure) -> {
            if (failure != null) {
                RecipeSimulation.assertIsOfRecipe(failure);
                return history.add(new Operation<>(asked, Long.MAX_VALUE, new Step(-grant.cost(), null, -1)));
            }
            assertThat(refunded).isTrue();
            return history.add(new Operation<>(asked, run.simulation.nowNanos(), new Step(-grant.cost(), true, -1)));
        });
    }

    /** Nothing is given back here, so that what the server denies until some time it denies until then, whatever else happens. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void R1_whatIsDeniedLocally_theServerDeniesAtThatMoment_andForAsLong(boolean log) {
        Duration period = Duration.ofSeconds(2);
        Duration kept = Duration.ofMillis(500);
        Limit limit = log ? Limit.SlidingLog.of("limit", 5, period) : new Limit.Gcra("limit", 5, period, 1);
        RateLimitRequest request = RateLimitRequest.of("key");
        RecipeSimulation.forSeeds(run -> {
            run.network.faults(20, true);
            run.disturb(Duration.ofMinutes(1), period.multipliedBy(2), true);
            RateLimiter server = RateLimiter.builder(PatternRuntime.over(run.network.look()))
                    .limits(limit)
                    .build();
            AtomicInteger deniedLocally = new AtomicInteger();
            for (int i = 0; i < 4; i++) {
                RateLimiter limiter = RateLimiter.builder(run.process())
                        .limits(limit)
                        .denyLocally(kept)
                        .build();
                AtomicLong lastAskedNanos = new AtomicLong();
                run.work(run.processes.get(i), 100, period.dividedBy(10), step -> {
                    long now = run.simulation.nowNanos();
                    CompletableFuture<Decision> decision =
                            limiter.tryAcquireAsync(request).toCompletableFuture();
                    if (!decision.isDone()) {
                        lastAskedNanos.set(now);
                        return decision.exceptionally(failure -> {
                            RecipeSimulation.assertIsOfRecipe(failure);
                            return null;
                        });
                    }
                    deniedLocally.incrementAndGet();
                    assertThat(now - lastAskedNanos.get()).isLessThan(kept.toNanos());
                    assertThat(server.peek(request)).isInstanceOfSatisfying(Decision.Limited.class, there -> {
                        Decision.Limited here = (Decision.Limited) decision.join();
                        assertThat(here.retryAfter()).isLessThanOrEqualTo(there.retryAfter());
                    });
                    return decision;
                });
            }
            run.finish(Duration.ofMinutes(10));
            assertThat(deniedLocally).hasValueGreaterThan(10);
        });
    }

    /**
     * A clock that is set forward lets in what it would have let in meanwhile; one that is set back makes a key wait no longer than its limit does
     * when it is exhausted, for windows one period more. Whatever it does, who waits as long as he was told is let in.
     */
    @Test
    void R5_theServersClockSteps_admitNoMoreThanTheTimeWould_andFreezeNoKey() {
        Duration period = Duration.ofSeconds(2);
        int count = 5;
        List<Limit> kinds = List.of(
                Limit.Gcra.of("gcra", count, period),
                Limit.TokenBucket.of("bucket", count, period),
                Limit.SlidingWindow.of("window", count, period),
                Limit.SlidingLog.of("log", count, period),
                Limit.FixedWindow.of("fixed", count, period),
                Limit.Concurrency.of("permits", count, period));
        RecipeSimulation.forSeeds(run -> {
            for (Limit limit : kinds) {
                RateLimiter limiter = RateLimiter.builder(PatternRuntime.over(run.network.look()))
                        .limits(limit)
                        .build();
                // Since the clock was set: what a step let in is within what the limit admits at once.
                List<Long> admittedNanos = new ArrayList<>();
                boolean denied = false;
                for (int step = 0; step < 200; step++) {
                    if (run.simulation.oneIn(10)) {
                        Duration by = run.simulation.between(Duration.ofNanos(1_000), Duration.ofHours(1));
                        run.network.stepServerClock(run.simulation.oneIn(2) ? by : by.negated());
                        admittedNanos.clear();
                    }
                    Decision decision = limiter.tryAcquire("key");
                    if (decision instanceof Decision.Limited limited) {
                        denied = true;
                        assertThat(limited.retryAfter())
                                .as(limit.name())
                                .isBetween(Duration.ofNanos(1), period.multipliedBy(2));
                        if (run.simulation.oneIn(2)) {
                            run.sleep(limited.retryAfter());
                            assertThat(limiter.tryAcquire("key").allowed())
                                    .as(limit.name() + " after " + limited.retryAfter())
                                    .isTrue();
                            admittedNanos.add(run.simulation.nowNanos());
                        }
                    } else {
                        admittedNanos.add(run.simulation.nowNanos());
                    }
                    long since = run.simulation.nowNanos() - period.toNanos();
                    assertThat(admittedNanos.stream().filter(at -> at > since).count())
                            .as(limit.name())
                            .isLessThanOrEqualTo(2 * count);
                    run.sleep(run.simulation.between(Duration.ofNanos(1_000), period.dividedBy(4)));
                }
                assertThat(denied).as(limit.name()).isTrue();
            }
        });
    }

    /** A token counts when its batch was taken: after its caller asked, or before by less than a lease. */
    @Test
    void R12_leasedTokens_areNoMoreThanALimitSays_whateverFails() {
        Duration period = Duration.ofSeconds(2);
        Duration lease = Duration.ofMillis(200);
        int count = 40;
        RecipeSimulation.forSeeds(run -> {
            List<Admission> admissions = new ArrayList<>();
            run.network.faults(20, true);
            run.disturb(Duration.ofMinutes(1), period, true);
            for (int i = 0; i < 3; i++) {
                RateLimiter limiter = RateLimiter.builder(run.process())
                        .limits(Limit.SlidingLog.of("log", count, period))
                        .tokenLease(10, lease)
                        .build();
                for (int caller = 0; caller < 3; caller++) {
                    run.work(run.processes.get(i), 200, period.dividedBy(20), step -> take(run, limiter, admissions));
                }
            }
            run.finish(Duration.ofMinutes(10));
            assertThat(admissions).hasSizeGreaterThan(2 * count);
            assertThat(admissions).anyMatch(admission -> admission.askedNanos == admission.toldNanos);
            for (Admission first : admissions) {
                assertThat(within(admissions, first.askedNanos + lease.toNanos(), first.askedNanos + period.toNanos()))
                        .as("from " + first)
                        .isLessThanOrEqualTo(count);
            }
        });
    }

    /** When a caller asked, and when it was told that it may go ahead. */
    private record Admission(long askedNanos, long toldNanos) {}

    private static CompletionStage<?> take(RecipeSimulation run, RateLimiter limiter, List<Admission> admissions) {
        long asked = run.simulation.nowNanos();
        return limiter.tryAcquireAsync(RateLimitRequest.of("key")).handle((decision, failure) -> {
            if (failure != null) {
                RecipeSimulation.assertIsOfRecipe(failure);
            } else if (decision.allowed()) {
                admissions.add(new Admission(asked, run.simulation.nowNanos()));
            }
            return decision;
        });
    }

    /** How many asked from a time on, and were told before another one. */
    private static long within(List<Admission> admissions, long fromNanos, long untilNanos) {
        return admissions.stream()
                .filter(admission -> admission.askedNanos >= fromNanos && admission.toldNanos < untilNanos)
                .count();
    }

    /** In any period no more than the limit, by the times at which callers asked and were told. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void R1_noMoreIsAdmitted_thanALimitSays_whateverFails(boolean log) {
        Duration period = Duration.ofSeconds(2);
        int count = 5;
        RecipeSimulation.forSeeds(run -> {
            List<Admission> admissions = new ArrayList<>();
            run.network.faults(20, true);
            run.disturb(Duration.ofMinutes(1), period.multipliedBy(2), true);
            for (int i = 0; i < 4; i++) {
                RateLimiter limiter = RateLimiter.builder(run.process())
                        .limits(
                                log
                                        ? Limit.SlidingLog.of("log", count, period)
                                        : new Limit.Gcra("gcra", count, period, 1))
                        .denyLocally(Duration.ofMillis(500))
                        .build();
                run.work(run.processes.get(i), 100, period.dividedBy(10), step -> take(run, limiter, admissions));
            }
            run.finish(Duration.ofMinutes(10));
            assertThat(admissions).hasSizeGreaterThan(10);
            // Those that were certainly decided within a period.
            for (Admission first : admissions) {
                assertThat(within(admissions, first.askedNanos, first.askedNanos + period.toNanos()))
                        .as("from " + first)
                        .isLessThanOrEqualTo(count + (log ? 0 : 1));
            }
        });
    }
}
