package dev.spinel.patterns.analytics;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Names;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * How many users take the steps of a way, in their order: such as visiting, ordering, paying. A step counts for a user who took all steps
 * before it; taking it again changes nothing. Exact, in a set per step. For a funnel per week, put the week into its name and have it
 * kept for some weeks. Every operation is one round trip, and repeated when its reply is lost. Thread-safe.
 */
public final class Funnel {
    private static final Operation<Boolean> STEP = new Operation<>(
            "funnel.step",
            Script.load(Funnel.class, "step.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> reply.asLong() == 1);
    private static final Operation<List<Reply>> COUNT = new Operation<>(
            "funnel.count",
            Script.load(Funnel.class, "funnel.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> reply.asItems());

    private final PatternRuntime runtime;
    private final List<String> steps;
    private final List<String> keys;
    private final Duration keepFor;

    private Funnel(PatternRuntime runtime, String name, Duration keepFor, List<String> steps) {
        this.runtime = requireNonNull(runtime, "runtime");
        this.steps = steps;
        this.keepFor = keepFor;
        keys = steps.stream().map(step -> "{funnel:" + name + "}:" + step).toList();
    }

    /**
     * How many users took a step and all before it.
     *
     * @param share of the users who took the first step, from 0 to 1; 0 if nobody did
     */
    public record Stage(String step, long users, double share) {}

    /**
     * A funnel.
     *
     * @param keepFor drops it so long after its last step, 1 ms to 3660 days; zero for never
     * @param steps in their order, at least two
     * @throws IllegalArgumentException if there are fewer, or twice the same, the name is empty or has a brace, or {@code keepFor} is out of bounds
     */
    public static Funnel of(PatternRuntime runtime, String name, Duration keepFor, String... steps) {
        List<String> all = List.of(steps);
        if (all.size() < 2 || new HashSet<>(all).size() < all.size()) {
            throw new IllegalArgumentException("Funnel '" + name + "' has two or more different steps, not " + all);
        }
        Names.withoutBraces("funnel", name);
        if (!keepFor.isZero()
                && (keepFor.compareTo(Duration.ofMillis(1)) < 0 || keepFor.compareTo(Window.LONGEST) > 0)) {
            throw new IllegalArgumentException("Funnel '" + name + "': keepFor is zero or between 1 ms and "
                    + Window.LONGEST.toDays() + " days, not " + keepFor);
        }
        return new Funnel(runtime, name, keepFor, all);
    }

    /**
     * Records that a user took a step.
     *
     * @return whether it counts, since the user took the steps before
     * @throws IllegalArgumentException if the funnel has no such step
     */
    public boolean record(String user, String step) {
        return runtime.call(() -> recordAsync(user, step));
    }

    /** As {@link #record}. */
    public CompletionStage<Boolean> recordAsync(String user, String step) {
        int index = steps.indexOf(step);
        if (index < 0) {
            throw new IllegalArgumentException("The funnel has the steps " + steps + ", not " + step);
        }
        return runtime.run(STEP, keys, new Arguments().add(index + 1).add(user).add(keepFor.toMillis()));
    }

    /** The users of each step, in the order of the steps. */
    public List<Stage> stages() {
        return runtime.call(() -> stagesAsync());
    }

    /** As {@link #stages}. */
    public CompletionStage<List<Stage>> stagesAsync() {
        return runtime.run(COUNT, keys, new Arguments()).thenApply(reply -> {
            long first = reply.get(0).asLong();
            List<Stage> stages = new ArrayList<>();
            for (int i = 0; i < steps.size(); i++) {
                long users = reply.get(i).asLong();
                stages.add(new Stage(steps.get(i), users, first == 0 ? 0 : (double) users / first));
            }
            return List.copyOf(stages);
        });
    }
}
