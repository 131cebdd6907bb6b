package dev.spinel.patterns.lock;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Names;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Script;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * A text on the server that a stale holder of a lock cannot overwrite: a write carries the {@link Lease#fence} of the writer and is
 * refused once one with a higher fence was there, atomically. Holds where a lock alone does not: for a process that was paused
 * after its last check. Thread-safe.
 *
 * <p>A database does the same with a column: {@code UPDATE account SET balance = ?, fence = ? WHERE id = ? AND fence <= ?}, and no row
 * changed means that the writer is stale.
 */
public final class FencedValue {
    private static final Operation<Boolean> SET = new Operation<>(
            "fencedvalue.set",
            Script.load(FencedValue.class, "fenced-set.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> reply.asLong() == 1);
    private static final Operation<Optional<String>> GET = new Operation<>(
            "fencedvalue.get",
            Script.load(FencedValue.class, "fenced-get.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> reply instanceof Reply.Null ? Optional.empty() : Optional.of(reply.asText()));

    private final PatternRuntime runtime;
    private final List<String> keys;

    private FencedValue(PatternRuntime runtime, String name) {
        this.runtime = requireNonNull(runtime, "runtime");
        keys = List.of("{fenced:" + Names.withoutBraces("fenced value", name) + '}');
    }

    /**
     * The value of this name.
     *
     * @throws IllegalArgumentException if it is empty or has a brace
     */
    public static FencedValue of(PatternRuntime runtime, String name) {
        return new FencedValue(runtime, name);
    }

    /**
     * Writes, unless the writer is stale. A repeated write after a lost reply reports the writer as stale if a newer one came
     * between, although the first attempt may have written.
     *
     * @return whether it was written
     */
    public boolean set(String value, long fence) {
        return runtime.call(() -> setAsync(value, fence));
    }

    /** As {@link #set}. */
    public CompletionStage<Boolean> setAsync(String value, long fence) {
        return runtime.run(SET, keys, new Arguments().add(fence).add(value));
    }

    /** What was written last; empty if nothing was. */
    public Optional<String> get() {
        return runtime.call(() -> getAsync());
    }

    /** As {@link #get}. */
    public CompletionStage<Optional<String>> getAsync() {
        return runtime.run(GET, keys, new Arguments());
    }
}
