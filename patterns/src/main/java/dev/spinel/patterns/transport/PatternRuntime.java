package dev.spinel.patterns.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What all recipes of an application share: the connection to the server, local time, the retry policy and the listener.
 *
 * <p>Runs an {@link Operation} in one round trip, in the first {@link Way} that the server has: by a native command, by a function, or by
 * the digest of its script, and with the script's text when the server does not know the digest. What failed without effect is tried
 * again as the {@link RetryPolicy} says; what may have run is tried again only if that is harmless ({@link Operation.Retry}).
 *
 * <p>What the server has is asked in the background at the first operation; until the answer, and without one, scripts are used. A way
 * that turns out to be missing, on another node or after a failover, has had no effect: the script follows within the same attempt and is
 * used from then on, until the server was asked again, at most once a second. While operations find no function of their scripts, the server is
 * asked once a minute whether it has them. Listeners are told as event {@code runtime.fellBack} with
 * the operation's name.
 *
 * <p>Stages complete on a thread of the transport, which for Lettuce is its event loop: what depends on them must not block, nor call a sync
 * form, or nothing else gets its reply. Thread-safe.
 */
public final class PatternRuntime implements AutoCloseable {
    private static final Duration SHORTEST_MEMORY = Duration.ofSeconds(1);
    private static final byte[] EMPTY = {};
    /** Codes of errors that tell that a command had no effect and may succeed soon. */
    static final Set<String> PASSING_ERRORS =
            Set.of("BUSY", "CLUSTERDOWN", "LOADING", "MASTERDOWN", "READONLY", "TRYAGAIN");

    private final RedisTransport transport;
    private final RetryPolicy retryPolicy;
    private final Scheduler scheduler;
    private final PatternListener listener;
    private final Ways ways;
    private final Channels channels;
    private volatile boolean closed;
    /** Whether a thread waits for the operation that it starts next. */
    private final ThreadLocal<Boolean> callerWaits = ThreadLocal.withInitial(() -> false);

    private PatternRuntime(Builder builder) {
        transport = builder.transport;
        retryPolicy = builder.retryPolicy;
        scheduler = builder.scheduler;
        listener = new GuardedListener(builder.listener);
        ways = new Ways(transport, scheduler, builder.ways);
        channels = new Channels(transport, scheduler, listener);
    }

    /** A runtime with default settings. Closing it closes the transport. */
    public static PatternRuntime over(RedisTransport transport) {
        return builder(transport).build();
    }

    /** A runtime to be configured. */
    public static Builder builder(RedisTransport transport) {
        return new Builder(transport);
    }

    /** The local time. */
    public Scheduler scheduler() {
        return scheduler;
    }

    /** Who is told about operations and events. */
    public PatternListener listener() {
        return listener;
    }

    /**
     * Runs an operation.
     *
     * @param keys all keys that it touches, with the same hash tag
     * @return its result, or a failure with a {@link PatternException}
     */
    public <R> CompletionStage<R> run(Operation<R> operation, List<String> keys, Arguments arguments) {
        return run(operation, keys, arguments, null);
    }

    /**
     * Runs an operation whose result is told when replicas have it.
     *
     * @param acknowledgement null if no replica need have it, as must be if the transport does not wait for replicas ({@link #checkAcknowledgement})
     * @return as the other one. If too few replicas acknowledge it in time, the outcome is unknown, and nothing is tried again: who asks again
     *     for what is idempotent is told the same result, or the same lack
     */
    public <R> CompletionStage<R> run(
            Operation<R> operation,
            List<String> keys,
            Arguments arguments,
            @Nullable ReplicaAcknowledgement acknowledgement) {
        Run<R> run = new Run<>(operation, keys, arguments.values(), acknowledgement);
        run.attempt();
        if (!closed) {
            ways.askIfDue();
        }
        return run.result;
    }

    /**
     * Refuses a lease that would be over when its grant arrives, for builders of recipes. What takes less than a round trip at the moment may take
     * longer later, which recipes find out as they run. May block for a few round trips, two seconds at most.
     *
     * @param owner what has the lease, to begin a sentence with
     * @throws IllegalArgumentException if a round trip takes as long, as far as the transport knows ({@link RedisTransport#roundTrip})
     */
    public void checkLease(String owner, Duration lease) {
        transport.roundTrip().ifPresent(trip -> {
            if (lease.compareTo(trip) <= 0) {
                throw new IllegalArgumentException(owner
                        + ": a lease is longer than a round trip to the server, which took " + trip + ", not " + lease);
            }
        });
    }

    /**
     * Refuses an acknowledgement that this runtime cannot have, for builders of recipes. May block until there is a connection.
     *
     * @param owner what asks for it, to begin a sentence with
     * @throws IllegalArgumentException if the transport does not wait for replicas, or for replies no longer than for these, as far as it knows
     *     ({@link RedisTransport#timeout})
     */
    public void checkAcknowledgement(String owner, ReplicaAcknowledgement acknowledgement) {
        if (!transport.waitsForReplicas()) {
            throw new IllegalArgumentException(
                    owner
                            + ": its transport does not wait for replicas, as those over Lettuce or Jedis to a single server do");
        }
        transport.timeout().ifPresent(timeout -> {
            if (acknowledgement.timeout().compareTo(timeout) >= 0) {
                throw new IllegalArgumentException(owner
                        + ": replicas have less time to acknowledge than the transport waits for replies, which is "
                        + timeout + ", not " + acknowledgement.timeout());
            }
        });
    }

    /**
     * Subscribes a listener to a channel. All channels of a runtime share one connection, opened at the first call. The listener is told when the
     * channel and all that were subscribed before it take effect, and after each reconnect; one that comes to a channel that others have already, at
     * once, and if the connection is down at that moment, once more when it is up; what it throws is told as event
     * {@code runtime.channelListenerFailed}, and a channel that the server refuses as {@code runtime.channelRefused}, once until it takes effect
     * or has another listener. Such a channel is asked for again every {@value Channels#REFUSED_AGAIN_SECONDS} seconds.
     *
     * @return what ends the subscription
     */
    public Scheduler.Task subscribe(String channel, RedisTransport.ChannelListener channelListener) {
        return channels.add(channel, channelListener);
    }

    /**
     * Opens a session of the transport that tells which keys of a prefix change, as {@link RedisTransport#openTracking} does. Whoever
     * opens it closes it.
     */
    public Optional<RedisTransport.TrackingSession> track(
            String prefix, RedisTransport.TrackingListener trackingListener) {
        return transport.openTracking(prefix, trackingListener);
    }

    /**
     * Starts an operation of this runtime in a thread that then waits for it, for the sync forms of recipes that begin with one command.
     * A transport over a blocking client runs that command in this thread, for which it has to wake no other ({@link Command#callerWaits}).
     * What follows from its reply runs as ever: it may be the business of others, whom this thread must not serve before it returns.
     *
     * @return what {@code operation} returned, which may be complete by now
     */
    public <T> T start(Supplier<T> operation) {
        boolean before = callerWaits.get();
        callerWaits.set(true);
        try {
            return operation.get();
        } finally {
            callerWaits.set(before);
        }
    }

    /** Starts an operation by {@link #start}, and waits for it as {@link #await} does. */
    public <T extends @Nullable Object> T call(Supplier<CompletionStage<T>> operation) {
        return await(start(operation));
    }

    /**
     * Waits for a stage, for sync forms of recipes that send several commands at once. Not interruptible: the wait is bounded by the transport's
     * time-out and the retry policy, and an operation that was given up half-way would leave its outcome unknown.
     *
     * @throws PatternException if the stage failed with one
     */
    public static <T extends @Nullable Object> T await(CompletionStage<T> stage) {
        try {
            return stage.toCompletableFuture().join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Whether this was closed, for recipes that act by themselves. */
    public boolean isClosed() {
        return closed;
    }

    /**
     * The shortest time for which an answer is kept so that it makes a repeated operation harmless: twice as long as operations are repeated
     * ({@link RetryPolicy#giveUpAfter}), which leaves the last attempt as much time to arrive; at least a second.
     */
    public Duration shortestMemory() {
        Duration twice = retryPolicy.giveUpAfter().multipliedBy(2);
        return twice.compareTo(SHORTEST_MEMORY) < 0 ? SHORTEST_MEMORY : twice;
    }

    /** As long as the given time, but at least {@link #shortestMemory}. */
    public Duration memoryOf(Duration time) {
        Duration shortest = shortestMemory();
        return time.compareTo(shortest) < 0 ? shortest : time;
    }

    /**
     * Closes the transport. Operations that begin or are tried again after that are not sent, and fail as unavailable. May block until the
     * transport's threads have ended: not to be called on one of them, so not by what depends on a stage.
     */
    @Override
    public void close() {
        closed = true;
        channels.close();
        transport.close();
    }

    /** The cause of a stage's failure, without the wrapping of the JDK. */
    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** One operation on its way: its attempts follow each other, so that its fields need no lock. */
    private final class Run<R> {
        private final Operation<R> operation;
        private final List<byte[]> arguments;
        private final @Nullable ReplicaAcknowledgement acknowledgement;
        private final CompletableFuture<R> result = new CompletableFuture<>();
        private final long startNanos = scheduler.nanoTime();
        /** Whether the thread that made this waits for it, and has not been left to wait. */
        private boolean callerWaits;

        private int attempts;
        private boolean mayHaveRun;

        Run(
                Operation<R> operation,
                List<String> keys,
                List<byte[]> values,
                @Nullable ReplicaAcknowledgement acknowledgement) {
            if (keys.isEmpty()) {
                throw new IllegalArgumentException(operation.name() + " needs at least one key");
            }
            this.operation = operation;
            this.acknowledgement = acknowledgement;
            callerWaits = PatternRuntime.this.callerWaits.get();
            if (callerWaits) {
                PatternRuntime.this.callerWaits.set(false);
            }
            arguments = new ArrayList<>(2 + keys.size() + values.size());
            arguments.add(EMPTY); // the function's name, or the script by digest or text
            arguments.add(Integer.toString(keys.size()).getBytes(US_ASCII));
            for (String key : keys) {
                arguments.add(key.getBytes(UTF_8));
            }
            arguments.addAll(values);
        }

        void attempt() {
            attempts++;
            if (closed) {
                giveUp(TransportException.notSent(new IllegalStateException("The runtime is closed")));
            } else {
                send(ways.choose(operation));
            }
        }

        private void send(Way way) {
            Script script = operation.script();
            send(
                    way,
                    switch (way) {
                        case COMMAND ->
                            command(
                                    requireNonNull(operation.command()).wireName(),
                                    arguments.subList(1, arguments.size()));
                        case FUNCTION -> call("FCALL", script.function().getBytes(US_ASCII));
                        case SCRIPT -> call("EVALSHA", script.sha1());
                    });
        }

        private Command call(String name, byte[] script) {
            arguments.set(0, script);
            return command(name, arguments);
        }

        private Command command(String name, List<byte[]> all) {
            return new Command(name, all, arguments.get(2), callerWaits).acknowledgedBy(acknowledgement);
        }

        private void send(Way way, Command command) {
            CompletionStage<Reply> sent;
            try {
                sent = transport.send(command);
            } catch (Throwable e) {
                finishExceptionally(PatternListener.Outcome.FAILED, e);
                return;
            }
            var unused = sent.whenComplete((reply, failure) -> {
                if (failure != null) {
                    failed(unwrap(failure));
                } else {
                    replied(way, command, reply);
                }
            });
        }

        private void replied(Way way, Command command, Reply reply) {
            if (!(reply instanceof Reply.Failure error)) {
                decode(reply);
            } else if (Ways.isMissing(way, command, error)) {
                ways.missing(operation, way);
                listener.event("runtime.fellBack", operation.name());
                send(Way.SCRIPT);
            } else if (Ways.isRefused(way, operation, error)) {
                send(Way.SCRIPT);
            } else if (error.code().equals("NOSCRIPT") && command.name().equals("EVALSHA")) {
                ways.askAgain();
                send(Way.SCRIPT, call("EVAL", operation.script().body()));
            } else if (PASSING_ERRORS.contains(error.code())) {
                tryAgain(new PatternException.ServerError(operation.name(), error.message()));
            } else {
                refused(new PatternException.ServerError(operation.name(), error.message()));
            }
        }

        /** An error says nothing of an earlier attempt whose reply was lost. */
        private void refused(PatternException.ServerError error) {
            if (mayHaveRun) {
                giveUp(error);
            } else {
                finishExceptionally(PatternListener.Outcome.FAILED, error);
            }
        }

        private void decode(Reply reply) {
            R decoded;
            try {
                decoded = operation.decoder().decode(reply, mayHaveRun);
            } catch (Throwable e) {
                finishExceptionally(
                        PatternListener.Outcome.FAILED,
                        new IllegalStateException(operation.name() + " cannot read the reply " + reply, e));
                return;
            }
            ended(PatternListener.Outcome.COMPLETED);
            result.complete(decoded);
        }

        private void failed(Throwable failure) {
            if (!(failure instanceof TransportException lost)) {
                finishExceptionally(PatternListener.Outcome.FAILED, failure);
                return;
            }
            mayHaveRun |= lost.mayHaveRun();
            if (lost.hasRun() || (mayHaveRun && operation.retry() == Operation.Retry.NEVER)) {
                giveUp(failure);
            } else {
                tryAgain(failure);
            }
        }

        private void tryAgain(Throwable failure) {
            Duration delay = retryPolicy.delayAfter(attempts, scheduler);
            if (attempts >= retryPolicy.maxAttempts()
                    || elapsed().plus(delay).compareTo(retryPolicy.giveUpAfter()) > 0) {
                giveUp(failure);
            } else {
                callerWaits = false;
                try {
                    scheduler.schedule(delay, this::attempt);
                } catch (RuntimeException e) { // its executor is full or shut down
                    failure.addSuppressed(e);
                    giveUp(failure);
                }
            }
        }

        private void giveUp(Throwable failure) {
            if (mayHaveRun) {
                finishExceptionally(
                        PatternListener.Outcome.UNKNOWN,
                        failure instanceof TransportException lost && lost.hasRun()
                                ? new PatternException.UnknownOutcome(operation.name(), lost)
                                : new PatternException.UnknownOutcome(operation.name(), failure));
            } else {
                finishExceptionally(
                        PatternListener.Outcome.UNAVAILABLE,
                        new PatternException.Unavailable(operation.name(), failure));
            }
        }

        private void finishExceptionally(PatternListener.Outcome outcome, Throwable failure) {
            ended(outcome);
            result.completeExceptionally(failure);
        }

        private void ended(PatternListener.Outcome outcome) {
            listener.operationEnded(operation.name(), outcome, attempts, elapsed());
        }

        private Duration elapsed() {
            return Duration.ofNanos(scheduler.nanoTime() - startNanos);
        }
    }

    /** Keeps the failures of a listener away from operations, which would never end. */
    private record GuardedListener(PatternListener listener) implements PatternListener {
        @Override
        public void operationEnded(String operation, Outcome outcome, int attempts, Duration elapsed) {
            guard(() -> listener.operationEnded(operation, outcome, attempts, elapsed));
        }

        @Override
        public void event(String event, String subject) {
            guard(() -> listener.event(event, subject));
        }

        @Override
        public void failed(String event, String subject, Throwable cause) {
            guard(() -> listener.failed(event, subject, unwrap(cause)));
        }

        private static void guard(Runnable call) {
            try {
                call.run();
            } catch (Throwable e) {
                System.getLogger(PatternListener.class.getName())
                        .log(System.Logger.Level.WARNING, "A listener failed", e);
            }
        }
    }

    /** Settings of a runtime. */
    public static final class Builder {
        private final RedisTransport transport;
        private RetryPolicy retryPolicy = RetryPolicy.DEFAULT;
        private Scheduler scheduler = Scheduler.system();
        private PatternListener listener = PatternListener.NONE;
        private Set<Way> ways = EnumSet.allOf(Way.class);

        private Builder(RedisTransport transport) {
            this.transport = requireNonNull(transport, "transport");
        }

        /** When to try again; {@link RetryPolicy#DEFAULT} if not set. */
        public Builder retryPolicy(RetryPolicy value) {
            retryPolicy = requireNonNull(value, "retryPolicy");
            return this;
        }

        /** The local time; {@link Scheduler#system} if not set. */
        public Builder scheduler(Scheduler value) {
            scheduler = requireNonNull(value, "scheduler");
            return this;
        }

        /** Who is told about operations and events; nobody if not set. */
        public Builder listener(PatternListener value) {
            listener = requireNonNull(value, "listener");
            return this;
        }

        /**
         * Which ways operations may take, beside scripts, which they always may; all if not set. With scripts alone the server is asked
         * nothing, as suits a proxy before it that ends connections with commands that it does not know.
         */
        public Builder ways(Way first, Way... more) {
            ways = EnumSet.of(first, more);
            return this;
        }

        /** The runtime. */
        public PatternRuntime build() {
            return new PatternRuntime(this);
        }
    }
}
