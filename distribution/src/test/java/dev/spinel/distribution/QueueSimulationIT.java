package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.distribution.Linearizability.Operation;
import dev.spinel.patterns.queue.Delivery;
import dev.spinel.patterns.queue.Enqueued;
import dev.spinel.patterns.queue.Message;
import dev.spinel.patterns.queue.QueueEngine;
import dev.spinel.patterns.queue.QueueStats;
import dev.spinel.patterns.queue.QueueWorker;
import dev.spinel.patterns.queue.WorkQueue;
import dev.spinel.patterns.transport.PatternRuntime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Queues in virtual time: what holds for any order of events and any faults between two steps. */
class QueueSimulationIT {
    /** A step of the model: what somebody asked, and what he was told. */
    private sealed interface Step {}

    /** @param id of the message, null if he was told nothing */
    private record Enqueue(@Nullable Long id) implements Step {}

    /** @param id of the message, 0 for none, null if he was told nothing */
    private record Claim(@Nullable Long id) implements Step {}

    /**
     * The end of a lease, by acknowledgement or by giving back.
     *
     * @param done null if he was told nothing
     */
    private record Settle(long id, boolean back, @Nullable Boolean done) implements Step {}

    /**
     * The messages that are ready, in order, and those that are leased.
     *
     * @param last the last id
     */
    private record State(long last, Set<Long> ready, Set<Long> leased) {
        State enqueued() {
            return new State(last + 1, with(ready, last + 1), leased);
        }

        State claimed(long id) {
            return new State(last, without(ready, id), with(leased, id));
        }

        State settled(long id, boolean back) {
            return new State(last, back ? with(ready, id) : ready, without(leased, id));
        }

        private static Set<Long> with(Set<Long> ids, long id) {
            Set<Long> more = new HashSet<>(ids);
            more.add(id);
            return more;
        }

        private static Set<Long> without(Set<Long> ids, long id) {
            Set<Long> fewer = new HashSet<>(ids);
            fewer.remove(id);
            return fewer;
        }
    }

    private static @Nullable State apply(State state, Step step) {
        if (step instanceof Enqueue enqueue) {
            return enqueue.id == null || enqueue.id == state.last + 1 ? state.enqueued() : null;
        }
        if (step instanceof Claim claim) {
            long first = state.ready.stream().mapToLong(Long::longValue).min().orElse(0);
            if (claim.id != null && claim.id != first) {
                return null;
            }
            return first == 0 ? state : state.claimed(first);
        }
        Settle settle = (Settle) step;
        boolean leased = state.leased.contains(settle.id);
        if (settle.done != null && settle.done != leased) {
            return null;
        }
        return leased ? state.settled(settle.id, settle.back) : state;
    }

    @ParameterizedTest
    @CsvSource({"SORTED_SETS, 0", "SORTED_SETS, 12", "STREAM, 0", "STREAM, 12"})
    void Q3_enqueuingClaimingAndSettling_areLinearizable(QueueEngine engine, int faults) {
        RecipeSimulation.forSeeds(run -> {
            List<Operation<Step>> history = new ArrayList<>();
            run.network.faults(faults, true);
            run.disturb(Duration.ofSeconds(5), Duration.ofMillis(100), faults > 0);
            for (int i = 0; i < 4; i++) {
                WorkQueue queue = WorkQueue.builder(run.process(), "jobs")
                        .engine(engine)
                        .lease(Duration.ofHours(23))
                        .maxDeliveries(1000)
                        .build();
                List<Delivery> held = new ArrayList<>();
                String process = "process " + i + " ";
                run.work(run.processes.get(i), 10, Duration.ofMillis(20), step -> switch (run.simulation
                        .random()
                        .nextInt(held.isEmpty() ? 2 : 4)) {
                    case 0 -> enqueue(run, queue, process + step, history);
                    case 1 -> claim(run, queue, held, history);
                    default -> settle(run, queue, held.remove(0), history);
                });
            }
            run.finish(Duration.ofMinutes(5));
            assertThat(Linearizability.holds(history, new State(0, Set.of(), Set.of()), QueueSimulationIT::apply))
                    .as(() -> history.toString())
                    .isTrue();
        });
    }

    private static CompletionStage<?> enqueue(
            RecipeSimulation run, WorkQueue queue, String key, List<Operation<Step>> history) {
        long asked = run.simulation.nowNanos();
        Message message = Message.of(key);
        return queue.enqueueAsync(run.simulation.oneIn(2) ? message.withKey(key) : message)
                .handle((enqueued, failure) ->
                        add(run, history, asked, failure, new Enqueue(failure == null ? enqueued.id() : null)));
    }

    private static CompletionStage<?> claim(
            RecipeSimulation run, WorkQueue queue, List<Delivery> held, List<Operation<Step>> history) {
        long asked = run.simulation.nowNanos();
        return queue.exchangeAsync(List.of(), 1).handle((exchange, failure) -> {
            Long id = null;
            if (failure == null) {
                held.addAll(exchange.deliveries());
                id = exchange.deliveries().isEmpty()
                        ? 0
                        : exchange.deliveries().get(0).id();
            }
            return add(run, history, asked, failure, new Claim(id));
        });
    }

    private static CompletionStage<?> settle(
            RecipeSimulation run, WorkQueue queue, Delivery delivery, List<Operation<Step>> history) {
        long asked = run.simulation.nowNanos();
        boolean back = run.simulation.oneIn(2);
        return queue.exchangeAsync(List.of(back ? delivery.giveBack() : delivery.acknowledge()), 0)
                .handle((exchange, failure) -> add(
                        run,
                        history,
                        asked,
                        failure,
                        new Settle(
                                delivery.id(),
                                back,
                                failure == null ? exchange.settled().get(0) : null)));
    }

    private static boolean add(
            RecipeSimulation run, List<Operation<Step>> history, long asked, @Nullable Throwable failure, Step step) {
        if (failure != null) {
            RecipeSimulation.assertIsOfRecipe(failure);
        }
        return history.add(new Operation<>(asked, failure == null ? run.simulation.nowNanos() : Long.MAX_VALUE, step));
    }

    @ParameterizedTest
    @EnumSource
    void Q1_everyMessageIsHandled_andNoneIsLeftBehind(QueueEngine engine) {
        Duration lease = Duration.ofSeconds(2);
        RecipeSimulation.forSeeds(run -> {
            Set<Long> enqueued = new HashSet<>();
            Set<Long> handled = new HashSet<>();
            run.network.faults(25, true);
            run.disturb(Duration.ofMinutes(2), lease.multipliedBy(3), true);
            PatternRuntime producer = run.process();
            WorkQueue queue = WorkQueue.builder(producer, "jobs")
                    .engine(engine)
                    .maxDeliveries(1000)
                    .build();
            run.work(
                    run.processes.get(0), 100, Duration.ofMillis(300), step -> queue.enqueueAsync(Message.of("m" + step)
                                    .withKey("m" + step)
                                    .withDelay(run.simulation.between(Duration.ZERO, lease)))
                            .handle((result, failure) -> {
                                if (failure == null && result.status() != Enqueued.Status.FULL) {
                                    enqueued.add(result.id());
                                }
                                return null;
                            }));
            List<QueueWorker> workers = new ArrayList<>();
            for (int i = 1; i < 4; i++) {
                WorkQueue there = WorkQueue.builder(run.process(), "jobs")
                        .engine(engine)
                        .lease(lease)
                        .maxDeliveries(1000)
                        .build();
                // A handler begins some time after its message was claimed, often when its lease had to be extended, or
                // has ended.
                Simulation.Process process = run.processes.get(i);
                Executor busy =
                        task -> process.schedule(run.simulation.between(Duration.ZERO, lease.multipliedBy(2)), task);
                workers.add(QueueWorker.builder(there, busy, delivery -> {
                            handled.add(delivery.id());
                            return run.simulation.oneIn(4)
                                    ? delivery.retry(run.simulation.between(Duration.ZERO, lease), "for the test")
                                    : delivery.acknowledge();
                        })
                        .start());
            }
            run.finish(Duration.ofMinutes(10));
            run.network.faults(0, false);
            QueueStats[] stats = {null};
            ask(run, queue, stats);
            run.simulation.runUntil(() -> new QueueStats(0, 0, 0, 0).equals(stats[0]), Duration.ofMinutes(10));
            assertThat(handled).containsAll(enqueued);
            assertThat(enqueued).hasSizeGreaterThan(50);
            workers.forEach(QueueWorker::drain);
        });
    }

    private static void ask(RecipeSimulation run, WorkQueue queue, QueueStats[] stats) {
        run.simulation.after(Duration.ofSeconds(1), () -> {
            CompletableFuture<QueueStats> asked = queue.statsAsync().toCompletableFuture();
            var unused = asked.whenComplete((now, failure) -> {
                stats[0] = now;
                ask(run, queue, stats);
            });
        });
    }
}
