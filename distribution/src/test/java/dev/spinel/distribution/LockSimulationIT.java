package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.distribution.Linearizability.Operation;
import dev.spinel.patterns.lock.DistributedLock;
import dev.spinel.patterns.lock.Lease;
import dev.spinel.patterns.lock.Locks;
import dev.spinel.patterns.lock.ReleaseResult;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Locks in virtual time: what holds for any order of events and any faults between two steps. */
class LockSimulationIT {
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final Duration DISTURBED = Duration.ofMinutes(2);

    /** A lease that somebody got, between its request and its grant. */
    private record Grant(int process, long askedNanos, long grantedNanos, Lease lease) {}

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void L1_leasesNeverOverlap_fencesRise_andAllGetTheirTurn(boolean fair) {
        RecipeSimulation.forSeeds(run -> {
            List<Grant> grants = new ArrayList<>();
            disturb(run);
            contend(run, fair, 12, grants);
            run.simulation.check(() -> assertThat(grants.stream()
                            .filter(grant -> grant.lease.isValid())
                            .count())
                    .as("leases at once")
                    .isLessThanOrEqualTo(1));
            run.finish(Duration.ofMinutes(30));
            assertFencesRise(grants);
            assertThat(grants).hasSizeGreaterThan(20);
            assertThat(grants).extracting(Grant::process).contains(0, 1, 2, 3);
        });
    }

    /**
     * A clock that is set forward ends leases early, and one that is set back makes those of the dead last longer by as much: for an hour, in which
     * those who wait meet with faults.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void L7_whileTheServersClockSteps_fencesRise_andAllGetTheirTurn(boolean fair) {
        RecipeSimulation.forSeeds(run -> {
            List<Grant> grants = new ArrayList<>();
            disturb(run);
            run.stepServerClock(DISTURBED);
            contend(run, fair, 12, grants);
            run.finish(Duration.ofHours(12));
            run.network.faults(0, false);
            run.sleep(DISTURBED);
            contend(run, fair, 1, grants);
            run.finish(Duration.ofHours(12));
            assertFencesRise(grants);
            assertThat(grants).extracting(Grant::process).contains(4, 5, 6, 7);
        });
    }

    private static void disturb(RecipeSimulation run) {
        run.network.faults(25, true);
        run.disturb(DISTURBED, LEASE.multipliedBy(3), true);
    }

    /** Has four more processes take the lock, so many times each, and collects what they get. */
    private static void contend(RecipeSimulation run, boolean fair, int times, List<Grant> grants) {
        Simulation simulation = run.simulation;
        for (int i = 0; i < 4; i++) {
            int number = run.processes.size();
            Locks locks = Locks.builder(run.process()).lease(LEASE).build();
            DistributedLock lock = fair ? locks.fairLock("job") : locks.lock("job");
            Simulation.Process process = run.processes.get(number);
            run.work(process, times, LEASE, step -> {
                long asked = simulation.nowNanos();
                return lock.acquireAsync()
                        .thenCompose(lease -> {
                            grants.add(new Grant(number, asked, simulation.nowNanos(), lease));
                            CompletableFuture<ReleaseResult> released = new CompletableFuture<>();
                            process.schedule(simulation.between(Duration.ZERO, LEASE.multipliedBy(2)), () -> {
                                var unused = lease.releaseAsync().whenComplete((result, failure) -> {
                                    released.complete(ReleaseResult.LOST);
                                });
                            });
                            return released;
                        })
                        .handle((released, failure) -> {
                            if (failure != null) {
                                RecipeSimulation.assertIsOfRecipe(failure);
                            }
                            return released;
                        });
            });
        }
    }

    /** Each grant that was asked for when another one was there already is higher. */
    private static void assertFencesRise(List<Grant> grants) {
        for (Grant one : grants) {
            for (Grant other : grants) {
                if (one.grantedNanos < other.askedNanos) {
                    assertThat(one.lease.fence()).isLessThan(other.lease.fence());
                }
            }
        }
        assertThat(grants).extracting(grant -> grant.lease.fence()).doesNotHaveDuplicates();
    }

    /** A step of the model: what somebody asked, and what he was told. */
    private sealed interface Step {}

    /**
     * @param grant distinguishes acquisitions
     * @param fence of the lease, 0 if it was not free; null if he was told nothing
     */
    private record TryAcquire(int grant, @Nullable Long fence) implements Step {}

    /** @param result null if he was told nothing */
    private record Release(int grant, @Nullable ReleaseResult result) implements Step {}

    /** @param holder the grant that holds the lock, 0 for none */
    private record State(int holder, long fence) {}

    private static @Nullable State apply(State state, Step step) {
        if (step instanceof Release release) {
            boolean held = state.holder == release.grant;
            if (release.result != null && (release.result == ReleaseResult.RELEASED) != held) {
                return null;
            }
            return held ? new State(0, state.fence) : state;
        }
        TryAcquire acquire = (TryAcquire) step;
        boolean free = state.holder == 0;
        if (acquire.fence == null) {
            return free ? new State(acquire.grant, state.fence) : state;
        }
        if (acquire.fence == 0) {
            return free ? null : state;
        }
        return free && acquire.fence > state.fence ? new State(acquire.grant, acquire.fence) : null;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 12})
    void acquisitionsAndReleases_areLinearizable(int faults) {
        RecipeSimulation.forSeeds(run -> {
            Simulation simulation = run.simulation;
            List<Operation<Step>> history = new ArrayList<>();
            run.network.faults(faults, false);
            run.disturb(Duration.ofSeconds(5), Duration.ofMillis(100), faults > 0);
            int[] lastGrant = {0};
            for (int i = 0; i < 4; i++) {
                DistributedLock lock = Locks.builder(run.process())
                        .lease(Duration.ofHours(1))
                        .build()
                        .lock("job");
                run.work(run.processes.get(i), 8, Duration.ofMillis(20), step -> {
                    int grant = ++lastGrant[0];
                    long asked = simulation.nowNanos();
                    return lock.tryAcquireAsync()
                            .handle((lease, failure) -> tried(simulation, history, grant, asked, lease, failure))
                            .thenCompose(stage -> stage);
                });
            }
            run.finish(Duration.ofMinutes(5));
            assertThat(Linearizability.holds(history, new State(0, 0), LockSimulationIT::apply))
                    .as(() -> history.toString())
                    .isTrue();
        });
    }

    private static CompletionStage<?> tried(
            Simulation simulation,
            List<Operation<Step>> history,
            int grant,
            long asked,
            @Nullable Optional<Lease> lease,
            @Nullable Throwable failure) {
        long now = simulation.nowNanos();
        if (failure != null) {
            // It may hold the lock now, until it is withdrawn.
            RecipeSimulation.assertIsOfRecipe(failure);
            history.add(new Operation<>(asked, Long.MAX_VALUE, new TryAcquire(grant, null)));
            history.add(new Operation<>(now, Long.MAX_VALUE, new Release(grant, null)));
            return CompletableFuture.completedFuture(null);
        }
        history.add(new Operation<>(
                asked, now, new TryAcquire(grant, lease.map(Lease::fence).orElse(0L))));
        if (lease.isEmpty()) {
            return CompletableFuture.completedFuture(null);
        }
        return lease.get()
                .releaseAsync()
                .handle((result, lost) -> history.add(new Operation<>(
                        now, lost == null ? simulation.nowNanos() : Long.MAX_VALUE, new Release(grant, result))));
    }
}
