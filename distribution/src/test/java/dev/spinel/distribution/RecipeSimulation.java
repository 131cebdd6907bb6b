package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Way;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One run of processes that use a recipe against a real server, in virtual time and with faults that a seed decides. */
final class RecipeSimulation implements AutoCloseable {
    private static final int RUNS = Integer.getInteger("spinel.simulation.runs", 10);

    final Simulation simulation;
    final SimulatedNetwork network;
    final List<Simulation.Process> processes = new ArrayList<>();
    private final Path directory;
    private int working;
    private @Nullable Throwable failed;

    private RecipeSimulation(long seed) {
        simulation = new Simulation(seed);
        try {
            directory = Files.createTempDirectory("spinel-simulation");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        network = new SimulatedNetwork(simulation, directory);
    }

    /**
     * Runs what is to hold for any seed; {@code -Dspinel.simulation.seed} repeats one, {@code -Dspinel.simulation.runs} says how many
     * there are otherwise.
     */
    static void forSeeds(Consumer<RecipeSimulation> run) {
        Long given = Long.getLong("spinel.simulation.seed");
        long first = given == null ? System.nanoTime() : given;
        for (long seed = first; seed < first + (given == null ? RUNS : 1); seed++) {
            try (RecipeSimulation simulation = new RecipeSimulation(seed)) {
                run.accept(simulation);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("-Dspinel.simulation.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }

    /** A process of its own connection: one that takes commands where the server has them, or one that only knows scripts. */
    PatternRuntime process() {
        Simulation.Process process = simulation.new Process();
        processes.add(process);
        PatternRuntime.Builder runtime =
                PatternRuntime.builder(network.connect(process)).scheduler(process);
        if (simulation.oneIn(2)) {
            runtime.ways(Way.SCRIPT);
        }
        return runtime.build();
    }

    /** From time to time, until then, pauses a process, or restarts the server if so wanted. */
    void disturb(Duration until, Duration longestPause, boolean restarts) {
        simulation.after(simulation.between(Duration.ofMillis(20), until.dividedBy(10)), () -> {
            if (simulation.nowNanos() > until.toNanos()) {
                return;
            }
            if (restarts && simulation.oneIn(4)) {
                network.restartServer();
            } else if (!longestPause.isZero()) {
                processes
                        .get(simulation.random().nextInt(processes.size()))
                        .pause(simulation.between(Duration.ofMillis(1), longestPause));
            }
            disturb(until, longestPause, restarts);
        });
    }

    /** From time to time, until then, sets the server's clock forward or back, by up to an hour. */
    void stepServerClock(Duration until) {
        simulation.after(simulation.between(Duration.ofMillis(20), until.dividedBy(5)), () -> {
            if (simulation.nowNanos() <= until.toNanos()) {
                Duration by = simulation.between(Duration.ofMillis(1), Duration.ofHours(1));
                network.stepServerClock(simulation.oneIn(2) ? by : by.negated());
                stepServerClock(until);
            }
        });
    }

    /** Lets time pass. */
    void sleep(Duration time) {
        long until = simulation.nowNanos() + time.toNanos();
        simulation.after(time, () -> {});
        simulation.runUntil(() -> simulation.nowNanos() >= until, time);
    }

    /**
     * Has a process do so many steps, one after the other.
     *
     * @param pause the longest time between two
     * @param step does something and completes, with a failure only if the test has failed
     */
    void work(Simulation.Process process, int steps, Duration pause, Function<Integer, CompletionStage<?>> step) {
        working++;
        process.schedule(simulation.between(Duration.ZERO, pause), () -> next(process, 0, steps, pause, step));
    }

    private void next(
            Simulation.Process process,
            int number,
            int steps,
            Duration pause,
            Function<Integer, CompletionStage<?>> step) {
        if (number == steps) {
            working--;
            return;
        }
        var unused = step.apply(number).whenComplete((done, failure) -> {
            if (failure != null) {
                fail(failure);
            }
            process.schedule(
                    simulation.between(Duration.ZERO, pause), () -> next(process, number + 1, steps, pause, step));
        });
    }

    /** Has the run fail, from where nobody looks at exceptions. */
    void fail(Throwable failure) {
        failed = failure;
    }

    /** Runs until all have done their steps. */
    void finish(Duration atMost) {
        simulation.runUntil(() -> working == 0 || failed != null, atMost);
        if (failed != null) {
            throw new AssertionError(failed);
        }
    }

    /** A recipe fails with one of its own exceptions, whatever fails below it. */
    static void assertIsOfRecipe(Throwable failure) {
        assertThat(failure instanceof CompletionException ? failure.getCause() : failure)
                .isInstanceOf(PatternException.class);
    }

    @Override
    public void close() {
        network.close();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
