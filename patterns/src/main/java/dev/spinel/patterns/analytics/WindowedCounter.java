package dev.spinel.patterns.analytics;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Names;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Script;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Counts by name over a {@link Window}: exact, whole numbers below 2^53 in a bucket and in sum, as the server
 * refuses what would lead beyond. A name takes one hash with a field per bucket, which
 * goes when its last bucket does. Every operation is one round trip and costs at most O(buckets). Thread-safe.
 *
 * <p>When a reply is lost, an addition with an id is repeated and counts once; one without is an unknown outcome.
 */
public final class WindowedCounter {
    /** The largest whole number below which scripts, whose numbers are doubles, miss none. */
    static final long MAX_COUNT = (1L << 53) - 1;

    private static final Script COUNT = Script.load(WindowedCounter.class, "count.lua");
    private static final Operation<Long> ADD =
            new Operation<>("counter.add", COUNT, Retry.NEVER, (reply, repeated) -> reply.asLong());
    private static final Operation<Long> ADD_ONCE =
            new Operation<>("counter.add", COUNT, Retry.IDEMPOTENT, (reply, repeated) -> reply.asLong());
    private static final Operation<List<Reply>> BUCKETS = new Operation<>(
            "counter.buckets",
            Script.load(WindowedCounter.class, "buckets.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> reply.asItems());

    private static final Duration REMEMBER_FOR = Duration.ofMinutes(10);

    private final PatternRuntime runtime;
    private final String prefix;
    private final Window window;
    private final Duration rememberFor;

    private WindowedCounter(PatternRuntime runtime, String name, Window window, Duration rememberFor) {
        this.runtime = requireNonNull(runtime, "runtime");
        this.window = requireNonNull(window, "window");
        this.rememberFor = rememberFor;
        prefix = "{counter:" + requireNonNull(name, "name") + ':';
    }

    /**
     * The count of a bucket.
     *
     * @param start when it began, by the server's clock
     */
    public record Bucket(Instant start, long count) {}

    /**
     * Counters of a group, whose users all give the same window. The ids of additions are remembered for ten minutes, or for as long as the
     * other form asks at least, if that is longer.
     *
     * @throws IllegalArgumentException if the name has a colon or a brace
     */
    public static WindowedCounter of(PatternRuntime runtime, String group, Window window) {
        return of(runtime, group, window, runtime.memoryOf(REMEMBER_FOR));
    }

    /**
     * As {@link #of(PatternRuntime, String, Window)}.
     *
     * @param rememberFor how long the ids of additions are kept: longer than callers repeat them, at least twice as long as the runtime's
     *     {@link dev.spinel.patterns.transport.RetryPolicy#giveUpAfter}, as they are repeated that late, and at most 3660 days
     */
    public static WindowedCounter of(PatternRuntime runtime, String group, Window window, Duration rememberFor) {
        Names.withoutBracesAndColons("group", group);
        Duration least = runtime.shortestMemory();
        if (rememberFor.compareTo(least) < 0 || rememberFor.compareTo(Window.LONGEST) > 0) {
            throw new IllegalArgumentException("Counters '" + group + "': rememberFor is between " + least + " and "
                    + Window.LONGEST.toDays() + " days, not " + rememberFor);
        }
        return new WindowedCounter(runtime, group, window, rememberFor);
    }

    /**
     * Adds to a counter.
     *
     * @param amount may be negative; between -2^53 and 2^53, both excluded
     * @return its sum over the window afterwards
     * @throws PatternException.UnknownOutcome if it may have been added or not
     */
    public long add(String name, long amount) {
        return runtime.call(() -> addAsync(name, amount));
    }

    /** As {@link #add(String, long)}. */
    public CompletionStage<Long> addAsync(String name, long amount) {
        return runtime.run(ADD, List.of(key(name)), arguments(amount).add(0));
    }

    /**
     * Adds to a counter, once however often it is called with this id while that is remembered.
     *
     * @return its sum over the window afterwards
     * @throws IllegalArgumentException if the id is empty, or the amount out of the bounds of {@link #add(String, long)}
     */
    public long add(String name, long amount, String id) {
        return runtime.call(() -> addAsync(name, amount, id));
    }

    /** As {@link #add(String, long, String)}. */
    public CompletionStage<Long> addAsync(String name, long amount, String id) {
        if (id.isEmpty()) {
            throw new IllegalArgumentException("An id is not empty");
        }
        String key = key(name);
        return runtime.run(
                ADD_ONCE,
                // Counters' keys end with a brace, and only one id has this length here.
                List.of(key, key + id + ":once:" + id.length()),
                arguments(amount).add(rememberFor.toMillis()));
    }

    /** The sum over the window. */
    public long total(String name) {
        return runtime.call(() -> totalAsync(name));
    }

    /** As {@link #total}. */
    public CompletionStage<Long> totalAsync(String name) {
        return bucketsAsync(name, window.buckets())
                .thenApply(buckets -> buckets.stream().mapToLong(Bucket::count).sum());
    }

    /**
     * The latest buckets, the present one first.
     *
     * @param count how many, up to those of the window
     */
    public List<Bucket> buckets(String name, int count) {
        return runtime.call(() -> bucketsAsync(name, count));
    }

    /** As {@link #buckets}. */
    public CompletionStage<List<Bucket>> bucketsAsync(String name, int count) {
        window.check(count);
        return runtime.run(BUCKETS, List.of(key(name)), window.arguments().add(count))
                .thenApply(reply -> {
                    long number = reply.get(0).asLong();
                    List<Bucket> buckets = new ArrayList<>(count);
                    for (int i = 0; i < count; i++) {
                        Instant start = Instant.ofEpochMilli(
                                (number - i) * window.bucket().toMillis());
                        buckets.add(new Bucket(start, reply.get(i + 1).asLong()));
                    }
                    return List.copyOf(buckets);
                });
    }

    private String key(String name) {
        return prefix + requireNonNull(name, "name") + '}';
    }

    private Arguments arguments(long amount) {
        if (amount < -MAX_COUNT || amount > MAX_COUNT) {
            throw new IllegalArgumentException("Amounts are up to " + MAX_COUNT + ", not " + amount);
        }
        return window.arguments().add(window.buckets()).add(amount);
    }
}
