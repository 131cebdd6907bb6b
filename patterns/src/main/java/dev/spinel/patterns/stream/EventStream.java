package dev.spinel.patterns.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Script;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * A stream of the server (the type that XADD writes), which other programs may write and read, too. Needs a server that knows how many
 * entries were ever added: Redis 7.0 or later. Thread-safe.
 *
 * <p>Streams whose keys differ only in the braces around them, as {@code orders} and {@code {orders}}, share what is kept beside them: use one of the
 * two. Groups of the same name would report gaps that are none, or miss some.
 */
public final class EventStream {
    private static final Operation<String> APPEND = new Operation<>(
            "stream.append",
            Script.load(EventStream.class, "append.lua"),
            Retry.NEVER,
            (reply, repeated) -> reply.asText());
    private static final Operation<Turn> TURN = new Operation<>(
            "stream.turn",
            Script.load(EventStream.class, "turn.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> Turn.read(reply.asItems()));

    private static final Operation<Boolean> LEAVE = new Operation<>(
            "stream.leave",
            Script.load(EventStream.class, "leave.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> reply.asLong() == 1);

    /** Scripts add no more in one call. */
    private static final int MAX_FIELDS = 3500;

    private final PatternRuntime runtime;
    private final String key;
    private final long keep;

    private EventStream(PatternRuntime runtime, String key, long keep) {
        this.runtime = requireNonNull(runtime, "runtime");
        this.key = requireNonNull(key, "key");
        this.keep = keep;
        if (key.isEmpty()) {
            throw new IllegalArgumentException("A stream has a key");
        }
        if (!hasTag(key) && key.indexOf('}') >= 0) {
            throw new IllegalArgumentException(
                    "No other key shares a hash slot with '" + key + "': its braces are unbalanced");
        }
    }

    /** Whether only a part of a key in braces decides its hash slot. */
    private static boolean hasTag(String key) {
        int open = key.indexOf('{');
        return open >= 0 && key.indexOf('}', open + 1) > open + 1;
    }

    /** What a turn of a consumer gave. */
    record Turn(long gaps, StreamGap gap, String next, long givenUp, List<StreamEntry> entries) {
        private static Turn read(List<Reply> items) {
            return new Turn(
                    items.get(0).asLong(),
                    new StreamGap(items.get(1).asText(), items.get(2).asLong()),
                    items.get(3).asText(),
                    items.get(4).asLong(),
                    items.get(5).asItems().stream()
                            .map(entry -> StreamEntry.read(entry.asItems()))
                            .toList());
        }
    }

    /**
     * The stream with this key, none of whose entries go when others are added.
     *
     * @throws IllegalArgumentException if the key is empty, or its braces leave it alone in its hash slot
     */
    public static EventStream of(PatternRuntime runtime, String key) {
        return new EventStream(runtime, key, 0);
    }

    /**
     * The stream with this key, of which about the newest entries are kept whenever one is added: at least so many, and up to some
     * hundred more.
     */
    public static EventStream keeping(PatternRuntime runtime, String key, long entries) {
        if (entries < 1) {
            throw new IllegalArgumentException("Stream '" + key + "' keeps at least 1 entry, not " + entries);
        }
        return new EventStream(runtime, key, entries);
    }

    /** Its key on the server. */
    public String key() {
        return key;
    }

    PatternRuntime runtime() {
        return runtime;
    }

    /** Where appended entries are announced. */
    String channel() {
        return beside("news");
    }

    /**
     * The stream of the entries that a group gave up, with the fields {@code spinel:id} and {@code spinel:deliveries} in front of their own. One
     * with more than 3500 fields, as only others add, is several there with the same {@code spinel:id}.
     */
    public String givenUpKey(String group) {
        return beside("given-up:" + group);
    }

    /** A key with the same hash slot. */
    private String beside(String what) {
        return (hasTag(key) ? key : '{' + key + '}') + ':' + what;
    }

    /**
     * Adds an entry; one round trip.
     *
     * @param fields from 1 to 3500
     * @return its id
     * @throws IllegalArgumentException if they are fewer or more
     * @throws PatternException.UnknownOutcome if it may have been added
     * @throws PatternException if it was not
     */
    public String append(Map<String, String> fields) {
        return runtime.call(() -> appendAsync(fields));
    }

    /** As {@link #append}. */
    public CompletionStage<String> appendAsync(Map<String, String> fields) {
        if (fields.isEmpty() || fields.size() > MAX_FIELDS) {
            throw new IllegalArgumentException("An entry has 1 to " + MAX_FIELDS + " fields, not " + fields.size());
        }
        Arguments arguments = new Arguments().add(keep).add(channel());
        fields.forEach((field, value) -> arguments.add(field.getBytes(UTF_8)).add(value.getBytes(UTF_8)));
        return runtime.run(APPEND, List.of(key), arguments);
    }

    CompletionStage<Turn> turn(String group, Arguments arguments) {
        return runtime.run(TURN, List.of(key, beside("groups"), givenUpKey(group)), arguments);
    }

    CompletionStage<Boolean> leave(String group, String consumer) {
        return runtime.run(LEAVE, List.of(key), new Arguments().add(group).add(consumer));
    }

    /**
     * A consumer of a group, to be configured. The group is made if it is not there.
     *
     * @param executor runs the handler, with as many threads as the consumer has places; virtual threads serve well
     */
    public StreamConsumer.Builder consumer(String group, Executor executor, StreamConsumer.Handler handler) {
        requireNonNull(handler, "handler");
        return new StreamConsumer.Builder(this, group, executor, entry -> {
            handler.handle(entry);
            return CompletableFuture.completedFuture(null);
        });
    }

    /** As {@link #consumer}, but without threads: the handler only begins the work on an entry, and tells when it is done. */
    public StreamConsumer.Builder consumerAsync(String group, StreamConsumer.AsyncHandler handler) {
        return new StreamConsumer.Builder(this, group, Runnable::run, handler);
    }
}
