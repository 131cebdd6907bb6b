package dev.spinel.patterns.queue;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Names;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.ReplicaAcknowledgement;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A queue of messages that are delivered at least once: a message leaves only when it is acknowledged, or discarded as a dead letter.
 * Claimed messages are on lease; when a worker dies, they are delivered again once their lease ends. Higher priorities first, and
 * within one priority in the order of enqueuing. Thread-safe. What is said of priorities and groups is not for {@link QueueEngine#STREAM}.
 *
 * <p>Messages may belong to groups, such as tenants, of any number. Groups with ready messages are served in turn, one message each,
 * and messages without a group together as one more group; priority and order hold within each. So a message waits for as many
 * others as there are groups, times those before it in its own, however many the others have.
 * {@link Builder#maxLeasedPerGroup} bounds how many messages of a group are on lease at the same time. What a claim costs
 * depends neither on the number of messages nor on groups that have none ready or are at their limit, except as a logarithm.
 *
 * <p>Every operation is one round trip and atomic; settling and claiming are one together. No background job moves anything: due
 * messages and ended leases are found by whoever claims next. Time is the server's alone.
 *
 * <p>Duplicates: a message is delivered again if its worker took longer than its lease without extending it, or died after its work
 * and before its acknowledgement. A handler is therefore idempotent by {@link Delivery#id}, or has its effects admitted by a
 * {@link JdbcInbox}. Lost replies: an exchange is repeated and answers the same; if it fails after all, what it may have claimed is delivered
 * again once its lease ends; messages with a key are enqueued once; enqueuing without a key has then an unknown outcome. A server that loses
 * acknowledged writes, as a failover to a replica does, loses messages, or delivers acknowledged ones again; of messages that replicas
 * acknowledged ({@link Builder#replicas}), none is lost.
 */
public final class WorkQueue {
    private static final Operation<List<DeadLetter>> DEAD_LIST = new Operation<>(
            "queue.deadLetters",
            Script.load(WorkQueue.class, "dead-list.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> readDeadLetters(reply.asItems()));
    private static final Operation<Long> DEAD_DISCARD = new Operation<>(
            "queue.discard",
            Script.load(WorkQueue.class, "call-once.lua", "dead-discard.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> reply.asLong());
    private static final Operation<GroupStats> GROUP_STATS = new Operation<>(
            "queue.groupStats",
            Script.load(WorkQueue.class, "group-stats.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> new GroupStats(
                    reply.asItems().get(0).asLong(), reply.asItems().get(1).asLong()));
    private static final Operation<Boolean> PAUSE = new Operation<>(
            "queue.pause",
            Script.load(WorkQueue.class, "call-once.lua", "pause.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> reply.asLong() == 1);
    private static final int MAX_BATCH = 1000;
    private static final Duration ANSWERS_FOR = Duration.ofSeconds(10);
    /** Scripts count exactly as far. */
    private static final long MAX_SKIP = 1L << 53;

    private final PatternRuntime runtime;
    private final String name;
    private final QueueEngine engine;
    private final QueueScripts scripts;
    private final Duration lease;
    private final int maxDeliveries;
    private final long maxSize;
    private final Duration rememberFor;
    /** How long the server keeps what an exchange did: longer than the runtime repeats it. */
    private final Duration answersFor;

    private final int maxLeasedPerGroup;
    private final @Nullable ReplicaAcknowledgement acknowledgement;

    private final String prefix;
    private final List<String> queueKeys;
    /** All that an exchange has, but for the key of its own. */
    private final List<String> exchangeKeys;

    private final ExchangeSlots slots;
    private final List<String> statsKeys;
    private final String dead;
    private final String causes;
    private final String bodies;
    private final String metas;

    private WorkQueue(Builder builder) {
        runtime = builder.runtime;
        name = builder.name;
        lease = builder.lease;
        maxDeliveries = builder.maxDeliveries;
        maxSize = builder.maxSize;
        answersFor = runtime.memoryOf(ANSWERS_FOR);
        rememberFor = runtime.memoryOf(builder.rememberFor);
        maxLeasedPerGroup = builder.maxLeasedPerGroup;
        acknowledgement = builder.acknowledgement;
        engine = builder.engine;
        scripts = QueueScripts.of(engine);
        prefix = "{queue:" + name + (engine == QueueEngine.STREAM ? "}:stream:" : "}:");
        String delayed = key("delayed");
        String leased = key("leased");
        String last = key("lastid");
        String paused = key("paused");
        String lastLease = key("lastlease");
        slots = new ExchangeSlots(key("exchange:" + UUID.randomUUID() + ':'));
        bodies = key("bodies");
        metas = key("metas");
        dead = key("dead");
        causes = key("causes");
        if (engine == QueueEngine.STREAM) {
            String entries = key("entries");
            String again = key("again");
            queueKeys = List.of(entries, delayed, leased, bodies, metas, last);
            exchangeKeys = List.of(
                    entries,
                    delayed,
                    leased,
                    bodies,
                    metas,
                    dead,
                    causes,
                    again,
                    last,
                    paused,
                    key("adopted"),
                    lastLease,
                    key("looked"));
            statsKeys = List.of(entries, again, delayed, leased, dead);
        } else {
            String ready = key("ready");
            String grouped = key("grouped");
            String turns = key("turns");
            String busy = key("busy");
            queueKeys = List.of(ready, delayed, leased, bodies, metas, last, grouped, turns, busy);
            exchangeKeys = List.of(
                    ready, delayed, leased, bodies, metas, dead, causes, grouped, turns, busy, paused, lastLease);
            statsKeys = List.of(ready, grouped, delayed, leased, dead);
        }
    }

    /** A queue of this name, to be configured. */
    public static Builder builder(PatternRuntime runtime, String name) {
        return new Builder(runtime, name);
    }

    /** The name given by the application. */
    public String name() {
        return name;
    }

    QueueEngine engine() {
        return engine;
    }

    /** A key beside the others of the queue. */
    String key(String what) {
        return prefix + what;
    }

    /** The keys that come first in scripts that add messages. */
    List<String> queueKeys() {
        return queueKeys;
    }

    QueueScripts scripts() {
        return scripts;
    }

    /** How long a claim or an extension lasts. */
    Duration lease() {
        return lease;
    }

    int maxDeliveries() {
        return maxDeliveries;
    }

    /** 0 for any number. */
    long maxSize() {
        return maxSize;
    }

    /** 0 for any number. */
    int maxLeasedPerGroup() {
        return maxLeasedPerGroup;
    }

    PatternRuntime runtime() {
        return runtime;
    }

    /** Where enqueued messages are announced. */
    String channel() {
        return key("news");
    }

    /** Enqueues a message. */
    public Enqueued enqueue(Message message) {
        return enqueueAll(List.of(message)).get(0);
    }

    /** As {@link #enqueue}. */
    public CompletionStage<Enqueued> enqueueAsync(Message message) {
        return enqueueAllAsync(List.of(message)).thenApply(all -> all.get(0));
    }

    /** Enqueues up to {@value #MAX_BATCH} messages at once, in order; each has its own result. */
    public List<Enqueued> enqueueAll(List<Message> messages) {
        return runtime.call(() -> enqueueAllAsync(messages));
    }

    /** As {@link #enqueueAll}. */
    public CompletionStage<List<Enqueued>> enqueueAllAsync(List<Message> messages) {
        checkBatch(messages.size());
        if (messages.isEmpty()) {
            return CompletableFuture.completedFuture(List.of());
        }
        List<String> keys = new ArrayList<>(queueKeys);
        Arguments arguments = new Arguments()
                .add(maxLeasedPerGroup)
                .add(maxSize)
                .add(maxDeliveries)
                .add(channel())
                .add(rememberFor.toMillis());
        boolean allHaveKeys = true;
        for (Message message : messages) {
            checkSupported(message);
            message.key().ifPresent(key -> keys.add(key("once:" + key)));
            allHaveKeys &= message.key().isPresent();
            arguments
                    .add(message.body())
                    .add(message.priority())
                    .add(millisUp(message.delay()))
                    .add(message.key().isPresent() ? 1 : 0)
                    .add(message.group());
        }
        return runtime.run(allHaveKeys ? scripts.enqueueOnce() : scripts.enqueue(), keys, arguments, acknowledgement);
    }

    /** Claims up to so many messages that are ready; does not wait for any. */
    public List<Delivery> claim(int max) {
        return exchange(List.of(), max).deliveries();
    }

    /** As {@link #claim}. */
    public CompletionStage<List<Delivery>> claimAsync(int max) {
        return exchangeAsync(List.of(), max).thenApply(Exchange::deliveries);
    }

    /**
     * Settles a delivery.
     *
     * @return whether that took effect; false if the lease had ended and another worker got the message, or it is gone
     */
    public boolean settle(Settlement settlement) {
        return exchange(List.of(settlement), 0).settled().get(0);
    }

    /** As {@link #settle}. */
    public CompletionStage<Boolean> settleAsync(Settlement settlement) {
        return exchangeAsync(List.of(settlement), 0)
                .thenApply(exchange -> exchange.settled().get(0));
    }

    /** Settles deliveries and claims up to so many messages that are ready, together up to {@value #MAX_BATCH} each. */
    public Exchange exchange(List<Settlement> settlements, int max) {
        return runtime.call(() -> exchangeAsync(settlements, max));
    }

    /** As {@link #exchange}. */
    public CompletionStage<Exchange> exchangeAsync(List<Settlement> settlements, int max) {
        List<Settlement> batch = List.copyOf(settlements);
        checkBatch(batch.size());
        checkBatch(max);
        Arguments arguments = new Arguments()
                .add(lease.toMillis())
                .add(max)
                .add(channel())
                .add(engine == QueueEngine.STREAM ? maxDeliveries : maxLeasedPerGroup);
        ExchangeSlots.Slot slot = slots.take();
        arguments.add(slot.turn()).add(answersFor.toMillis());
        for (Settlement settlement : batch) {
            arguments
                    .add(settlement.delivery().receipt())
                    .add(settlement.kind())
                    .add(millisUp(settlement.delay()))
                    .add(settlement.cause());
        }
        List<String> keys = new ArrayList<>(exchangeKeys);
        keys.add(slot.key());
        CompletionStage<Exchange> exchange = runtime.run(scripts.exchange(), keys, arguments);
        var unused = exchange.whenComplete((result, failure) -> slots.giveBack(slot));
        return exchange;
    }

    /**
     * Up to so many dead letters, the oldest first, after the first {@code skip}.
     *
     * @param skip from 0 to 2^53
     * @param max from 0 to {@value #MAX_BATCH}
     */
    public List<DeadLetter> deadLetters(long skip, int max) {
        return runtime.call(() -> deadLettersAsync(skip, max));
    }

    /** As {@link #deadLetters}. */
    public CompletionStage<List<DeadLetter>> deadLettersAsync(long skip, int max) {
        checkBatch(max);
        if (skip < 0 || skip > MAX_SKIP) {
            throw new IllegalArgumentException("skip is between 0 and 2^53, not " + skip);
        }
        if (max == 0) {
            return CompletableFuture.completedFuture(List.of());
        }
        return runtime.run(
                DEAD_LIST,
                List.of(dead, causes, bodies, metas),
                new Arguments().add(skip).add(max));
    }

    /**
     * Makes dead letters ready again, as if they had never been delivered, also in a queue that is full. Repeated after a lost reply it
     * answers the same, and leaves alone what died again meanwhile.
     *
     * @return how many of the ids were dead
     */
    public long redrive(Collection<Long> ids) {
        return runtime.call(() -> redriveAsync(ids));
    }

    /** As {@link #redrive}. */
    public CompletionStage<Long> redriveAsync(Collection<Long> ids) {
        checkBatch(ids.size());
        Arguments arguments = new Arguments().add(maxLeasedPerGroup).add(channel());
        ids.forEach(arguments::add);
        List<String> keys = new ArrayList<>(queueKeys);
        keys.add(dead);
        keys.add(causes);
        keys.add(newCall());
        return runtime.run(scripts.redrive(), keys, arguments);
    }

    /**
     * Forgets dead letters. Repeated after a lost reply it answers the same, and leaves alone what died again meanwhile.
     *
     * @return how many of the ids were dead
     */
    public long discard(Collection<Long> ids) {
        return runtime.call(() -> discardAsync(ids));
    }

    /** As {@link #discard}. */
    public CompletionStage<Long> discardAsync(Collection<Long> ids) {
        checkBatch(ids.size());
        Arguments arguments = new Arguments();
        ids.forEach(arguments::add);
        return runtime.run(DEAD_DISCARD, List.of(dead, causes, bodies, metas, newCall()), arguments);
    }

    /** Counts messages. */
    public QueueStats stats() {
        return runtime.call(() -> statsAsync());
    }

    /** As {@link #stats}. */
    public CompletionStage<QueueStats> statsAsync() {
        return runtime.run(scripts.stats(), statsKeys, new Arguments());
    }

    /**
     * Counts messages of a group; a group that has none counts none.
     *
     * @throws IllegalStateException if the queue is a stream, which has no groups
     */
    public GroupStats stats(String group) {
        return runtime.call(() -> statsAsync(group));
    }

    /** As {@link #stats(String)}. */
    public CompletionStage<GroupStats> statsAsync(String group) {
        if (engine == QueueEngine.STREAM) {
            throw new IllegalStateException("Queue '" + name + "' is a stream, which has no groups");
        }
        return runtime.run(GROUP_STATS, List.of(key("grouped"), key("busy")), new Arguments().add(group));
    }

    /**
     * Lets the queue rest: nobody claims any message until it is resumed. Messages are enqueued and settled as ever, leases end.
     * Repeated after a lost reply it answers the same, and does not pause again what was resumed meanwhile.
     *
     * @return whether it was not paused before
     */
    public boolean pause() {
        return runtime.call(() -> pauseAsync());
    }

    /** As {@link #pause}. */
    public CompletionStage<Boolean> pauseAsync() {
        return change("pause");
    }

    /**
     * Ends a pause. Repeated after a lost reply it answers the same, and does not end a pause that began meanwhile.
     *
     * @return whether it was paused
     */
    public boolean resume() {
        return runtime.call(() -> resumeAsync());
    }

    /** As {@link #resume}. */
    public CompletionStage<Boolean> resumeAsync() {
        return change("resume");
    }

    private CompletionStage<Boolean> change(String what) {
        return runtime.run(
                PAUSE,
                List.of(key("paused"), newCall()),
                new Arguments().add(what).add(channel()));
    }

    /** The key under which a call leaves its answer for its repetition. */
    private String newCall() {
        return key("call:" + UUID.randomUUID());
    }

    private static List<DeadLetter> readDeadLetters(List<Reply> items) {
        List<DeadLetter> letters = new ArrayList<>(items.size() / 5);
        for (int i = 0; i < items.size(); i += 5) {
            letters.add(new DeadLetter(
                    Long.parseLong(items.get(i).asText()),
                    (int) items.get(i + 1).asLong(),
                    items.get(i + 2).asText(),
                    items.get(i + 3).asBytes(),
                    items.get(i + 4).asText()));
        }
        return letters;
    }

    private static long millisUp(Duration delay) {
        return delay.plusNanos(999_999).toMillis();
    }

    /** Refuses what the engine has not. */
    void checkSupported(Message message) {
        if (engine == QueueEngine.STREAM
                && (message.priority() > 0 || !message.group().isEmpty())) {
            throw new IllegalArgumentException("Queue '" + name
                    + "' is a stream, which has no priorities and groups; use QueueEngine.SORTED_SETS");
        }
    }

    private static void checkBatch(int size) {
        if (size < 0 || size > MAX_BATCH) {
            throw new IllegalArgumentException("A batch has up to " + MAX_BATCH + " elements, not " + size);
        }
    }

    /** Settings of a queue. */
    public static final class Builder {
        private final PatternRuntime runtime;
        private final String name;
        private QueueEngine engine = QueueEngine.SORTED_SETS;
        private Duration lease = Duration.ofSeconds(30);
        private int maxDeliveries = 5;
        private long maxSize;
        private Duration rememberFor = Duration.ofHours(1);
        private int maxLeasedPerGroup;
        private @Nullable ReplicaAcknowledgement acknowledgement;

        private Builder(PatternRuntime runtime, String name) {
            this.runtime = requireNonNull(runtime, "runtime");
            this.name = requireNonNull(name, "name");
        }

        /**
         * What the queue is made of, {@link QueueEngine#SORTED_SETS} if not set. Queues of one name and different engines are different
         * queues, of which one does not know the other.
         */
        public Builder engine(QueueEngine value) {
            engine = requireNonNull(value, "engine");
            return this;
        }

        /** How long a claim or an extension lasts, 30 seconds if not set: how long a message waits after its worker died. */
        public Builder lease(Duration value) {
            lease = requireNonNull(value, "lease");
            return this;
        }

        /** How often a message is delivered before it is a dead letter, 5 times if not set. Holds for messages enqueued with it. */
        public Builder maxDeliveries(int value) {
            maxDeliveries = value;
            return this;
        }

        /**
         * How many messages may wait or be worked on, dead ones not counted; any number if not set. Those that are redriven come on top of
         * that, and nothing is enqueued until there is room again.
         */
        public Builder maxSize(long value) {
            maxSize = value;
            return this;
        }

        /**
         * How long the keys of messages are kept, an hour if not set, 3660 days at most: longer than producers repeat them, and never less
         * than the runtime does, twice as long as {@link dev.spinel.patterns.transport.RetryPolicy#giveUpAfter}.
         */
        public Builder rememberFor(Duration value) {
            rememberFor = requireNonNull(value, "rememberFor");
            return this;
        }

        /**
         * How many messages of the same group may be on lease at the same time, any number if not set; those without a group
         * are not limited. Each claim keeps the limit of the queue that claims, so that all have the same. A lease that ended counts
         * until somebody claims again. One that is not extended frees its place although its worker may still be at it. With 1,
         * messages of a group are worked on in their order, except those that are retried with a delay.
         */
        public Builder maxLeasedPerGroup(int value) {
            maxLeasedPerGroup = value;
            return this;
        }

        /**
         * Messages count as enqueued when so many replicas of the server have them; none if not set. Such a message is delivered at least once
         * also after a failover to one of these replicas. If too few of them acknowledge it in time, enqueuing fails with {@link
         * dev.spinel.patterns.transport.PatternException.UnknownOutcome}: the message is in the queue, and workers may get it, but a failover may lose
         * it. Enqueued again with its key it stays one message, is acknowledged again, and is new if it was lost.
         *
         * <p>A replica that did not acknowledge may be promoted as well: with as many as there are, no failover loses messages, but while
         * one of them is away none is acknowledged. What else changes a queue is not waited for: if a failover undoes it, messages are delivered
         * again. Costs no further round trip of the client, but that of the server to its replicas, and needs permission for {@code SET} and {@code
         * WAIT}.
         *
         * @param timeout between 1 ms and a minute, shorter than the transport waits for replies
         * @throws IllegalArgumentException if the values are out of range
         */
        public Builder replicas(int replicas, Duration timeout) {
            acknowledgement = new ReplicaAcknowledgement(replicas, timeout);
            return this;
        }

        /**
         * The queue. May block for a few round trips, which are measured, two seconds at most.
         *
         * @throws IllegalArgumentException if the settings make no sense
         */
        public WorkQueue build() {
            Names.withoutBraces("queue", name);
            check(
                    "lease is between 100 ms and a day",
                    lease.compareTo(Duration.ofMillis(100)) >= 0 && lease.compareTo(Duration.ofDays(1)) <= 0,
                    lease);
            check("maxDeliveries is at least 1", maxDeliveries >= 1, maxDeliveries);
            check("maxSize is not negative", maxSize >= 0, maxSize);
            check("maxLeasedPerGroup is not negative", maxLeasedPerGroup >= 0, maxLeasedPerGroup);
            check(
                    "a stream has no groups, so that maxLeasedPerGroup is not set",
                    engine == QueueEngine.SORTED_SETS || maxLeasedPerGroup == 0,
                    maxLeasedPerGroup);
            check(
                    "rememberFor is between 1 ms and 3660 days",
                    rememberFor.compareTo(Duration.ofMillis(1)) >= 0
                            && rememberFor.compareTo(Duration.ofDays(3660)) <= 0,
                    rememberFor);
            runtime.checkLease("Queue '" + name + '\'', lease);
            if (acknowledgement != null) {
                runtime.checkAcknowledgement("Queue '" + name + '\'', acknowledgement);
            }
            return new WorkQueue(this);
        }

        private void check(String rule, boolean holds, Object value) {
            if (!holds) {
                throw new IllegalArgumentException("Queue '" + name + "': " + rule + ", not " + value);
            }
        }
    }
}
