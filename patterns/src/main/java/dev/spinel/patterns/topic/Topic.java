package dev.spinel.patterns.topic;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Names;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Script;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Messages to all who listen at the moment. A message is delivered at most once, as PUBLISH delivers it; but messages are numbered, so that
 * a subscriber is told when some are missing: after a lost connection, also if no message follows, and after the server lost its data.
 * Thread-safe.
 *
 * <p>Publishing is one round trip. Of a published message whose reply was lost it is not known whether it was published. Numbers rise by one per
 * message from 1, as long as the server keeps its data. All messages of a topic go through one key of the server.
 */
public final class Topic {
    private static final Operation<Long> PUBLISH = new Operation<>(
            "topic.publish", Script.load(Topic.class, "publish.lua"), Retry.NEVER, (reply, repeated) -> reply.asLong());
    private static final Operation<Boolean> POSITION = new Operation<>(
            "topic.position",
            Script.load(Topic.class, "position.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> reply.asLong() == 1);

    private final PatternRuntime runtime;
    private final String name;
    private final String key;

    private Topic(PatternRuntime runtime, String name) {
        this.runtime = requireNonNull(runtime, "runtime");
        this.name = Names.withoutBraces("topic", name);
        key = "{topic:" + name + '}';
    }

    /**
     * The topic of this name.
     *
     * @throws IllegalArgumentException if it is empty or has a brace
     */
    public static Topic of(PatternRuntime runtime, String name) {
        return new Topic(runtime, name);
    }

    /** The name given by the application. */
    public String name() {
        return name;
    }

    PatternRuntime runtime() {
        return runtime;
    }

    /** Where its messages are published. */
    String channel() {
        return key + ":messages";
    }

    /** A channel for what concerns one subscriber. */
    String ownChannel() {
        return key + ":subscriber:" + UUID.randomUUID();
    }

    /**
     * Publishes a message.
     *
     * @return its number
     * @throws PatternException.UnknownOutcome if it may have been published
     * @throws PatternException if it was not
     */
    public long publish(String body) {
        return runtime.call(() -> publishAsync(body));
    }

    /** As {@link #publish}. */
    public CompletionStage<Long> publishAsync(String body) {
        return runtime.run(PUBLISH, List.of(key), new Arguments().add(channel()).add(body));
    }

    /** Has the position of the topic published to a subscriber. */
    CompletionStage<Boolean> announcePosition(String ownChannel) {
        return runtime.run(POSITION, List.of(key), new Arguments().add(ownChannel));
    }

    /** Listens from about now on, until the subscription is closed. Does not block; a server that is away is waited for. */
    public TopicSubscription subscribe(TopicListener listener) {
        TopicSubscription subscription = new TopicSubscription(this, requireNonNull(listener, "listener"));
        subscription.begin();
        return subscription;
    }
}
