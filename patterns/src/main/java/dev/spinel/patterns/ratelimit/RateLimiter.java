package dev.spinel.patterns.ratelimit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.ratelimit.Limit.Concurrency;
import dev.spinel.patterns.ratelimit.Limit.FixedWindow;
import dev.spinel.patterns.ratelimit.Limit.Gcra;
import dev.spinel.patterns.ratelimit.Limit.SlidingLog;
import dev.spinel.patterns.ratelimit.Limit.SlidingWindow;
import dev.spinel.patterns.ratelimit.Limit.TokenBucket;
import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Names;
import dev.spinel.patterns.transport.NativeCommand;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Script;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Decides who may go ahead, over any number of limits: the cost is taken from all of them or from none, atomically and in one
 * round trip. Thread-safe, and made once per application; the state of each key lives on the server and expires by itself.
 *
 * <p>Guarantees. Limits hold over all clients together, as each {@link Limit} states. Time is the server's alone: clocks of
 * clients do not matter. When the server's clock steps forward by J, a limit admits what it would have during J more; when it
 * steps back, a key waits no longer than its limits would make it wait when exhausted (one more period for windows).
 *
 * <p>A lost reply takes a cost of unknown outcome: limits err towards admitting less. The {@link FailureMode} says what the
 * caller is told; with a request {@link RateLimitRequest#id id} a limiter that would fail repeats the request instead, which takes
 * the cost once. When the server loses its last writes (failover, restart without persistence), what they took may be admitted again.
 *
 * <p>Changed settings take effect at the next request of a key; while limiters with different settings run, each applies its own
 * to the shared state. So a {@link Gcra} or {@link TokenBucket} that was tightened holds once no limiter with the old settings asks
 * any more, and where their periods differ, each pulls the state back to what its own settings could have made. A limit of another
 * name or kind, or a {@link FixedWindow} or {@link SlidingWindow} of another period, is another limit: it counts from nothing, beside
 * the old one.
 *
 * <p>Events: {@code ratelimit.limited}, {@code ratelimit.degraded}, {@code ratelimit.leaseLost}, each with the
 * limiter's name.
 */
public final class RateLimiter {
    private static final Script ACQUIRE_SCRIPT = Script.load(RateLimiter.class, "acquire.lua");
    private static final Operation<Answer> ACQUIRE = acquire("ratelimit.acquire", Retry.NEVER);
    private static final Operation<Answer> ACQUIRE_ONCE = acquire("ratelimit.acquire", Retry.IDEMPOTENT);
    private static final Operation<Answer> PEEK = acquire("ratelimit.peek", Retry.IDEMPOTENT);
    private static final Operation<Answer> PEEK_NOW = acquire("ratelimit.peek", Retry.NEVER);
    private static final Operation<Boolean> REFUND = new Operation<>(
            "ratelimit.refund",
            Script.load(RateLimiter.class, "refund.lua"),
            Retry.NEVER,
            (reply, repeated) -> reply.asLong() > 0);
    private static final Operation<Boolean> RELEASE = new Operation<>(
            "ratelimit.release",
            Script.load(RateLimiter.class, "release.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> repeated || reply.asLong() > 0);
    private static final Duration CLOSED_RETRY_AFTER = Duration.ofSeconds(1);

    private final PatternRuntime runtime;
    private final String name;
    private final List<Limit> limits;
    private final FailureMode failureMode;
    private final Duration maxReservation;
    private final long rememberMillis;
    /** Whether requests with an id are repeated: their answers are kept for longer than a repeated one may take. */
    private final boolean repeats;
    /** Tells these limits from others in the names of remembered answers. */
    private final String digest;

    private final @Nullable LocalDenials denials;
    private final @Nullable TokenLeases leases;

    private RateLimiter(Builder builder) {
        runtime = builder.runtime;
        name = builder.name;
        limits = List.copyOf(builder.limits);
        failureMode = builder.failureMode;
        maxReservation = builder.maxReservation;
        rememberMillis = limits.stream()
                .filter(Concurrency.class::isInstance)
                .mapToLong(limit -> Math.max(1, limit.period().toMillis() - 1))
                .reduce(builder.rememberFor.toMillis(), Math::min);
        repeats = failureMode == FailureMode.FAIL
                && rememberMillis >= runtime.shortestMemory().toMillis();
        digest = digest(limits);
        denials = builder.denyLocally.isZero() ? null : new LocalDenials(runtime.scheduler(), builder.denyLocally);
        leases = builder.leaseTokens == 0
                ? null
                : new TokenLeases(
                        runtime.scheduler(), builder.leaseTokens, builder.leaseTime, this::ask, this::giveBack);
    }

    private static Operation<Answer> acquire(String operation, Retry retry) {
        return new Operation<>(operation, ACQUIRE_SCRIPT, retry, (reply, repeated) -> Answer.read(reply))
                .withCommand(NativeCommand.RATELIMIT_ACQUIRE);
    }

    /** A limiter to be configured; it needs at least one limit. */
    public static Builder builder(PatternRuntime runtime) {
        return new Builder(runtime);
    }

    /** Takes a cost of 1 if it fits. Never waits for permits. */
    public Decision tryAcquire(String key) {
        return tryAcquire(RateLimitRequest.of(key));
    }

    /** Takes a cost if it fits. Never waits for permits. */
    public Decision tryAcquire(RateLimitRequest request) {
        return runtime.call(() -> tryAcquireAsync(request));
    }

    /** As {@link #tryAcquire(String)}. */
    public CompletionStage<Decision> tryAcquireAsync(String key) {
        return tryAcquireAsync(RateLimitRequest.of(key));
    }

    /** As {@link #tryAcquire(RateLimitRequest)}. */
    public CompletionStage<Decision> tryAcquireAsync(RateLimitRequest request) {
        Decision.Limited denied = denials == null ? null : denials.find(request);
        if (denied != null) {
            return told(CompletableFuture.<Decision>completedFuture(denied));
        }
        return told(guarded(
                leases == null ? ask(request, request.cost()).thenApply(Taken::decision) : leases.take(request)));
    }

    /** Asks the server for a cost now, and for up to {@code most} in all, as far as that fits; keeps a denial. */
    private CompletionStage<Taken> ask(RateLimitRequest request, long most) {
        if (denials == null) {
            return take(request, Duration.ZERO, most);
        }
        long askedNanos = runtime.scheduler().nanoTime();
        long knowledge = denials.knowledge();
        return take(request, Duration.ZERO, most).thenApply(taken -> {
            if (taken.decision() instanceof Decision.Limited limited) {
                denials.add(request, askedNanos, knowledge, limited);
            }
            return taken;
        });
    }

    /**
     * Takes a cost now that may be used later: {@link Decision.Allowed#delay} tells when. Denied if that is more than
     * {@code maxWait} away.
     *
     * <p>A limit counts a cost as soon as it has room for it, also if another limit delays the use. So with several limits, as much is used
     * in any time D as a limit otherwise admits in {@code D + maxReservation}, at most.
     *
     * @throws IllegalArgumentException if {@code maxWait} is above {@link Builder#maxReservation}
     */
    public Decision reserve(RateLimitRequest request, Duration maxWait) {
        return runtime.call(() -> reserveAsync(request, maxWait));
    }

    /** As {@link #reserve}. */
    public CompletionStage<Decision> reserveAsync(RateLimitRequest request, Duration maxWait) {
        if (maxWait.isNegative() || maxWait.compareTo(maxReservation) > 0) {
            throw new IllegalArgumentException("This limiter reserves up to " + maxReservation + ", not " + maxWait);
        }
        return told(guarded(take(request, maxWait, request.cost()).thenApply(Taken::decision)));
    }

    /** Tells whether a cost would fit, and takes nothing. */
    public Decision peek(RateLimitRequest request) {
        return runtime.call(() -> peekAsync(request));
    }

    /** As {@link #peek}. */
    public CompletionStage<Decision> peekAsync(RateLimitRequest request) {
        Arguments arguments = new Arguments()
                .add("peek")
                .add(request.cost())
                .add("")
                .add(0)
                .add(0)
                .add(request.cost());
        addLimits(arguments);
        return guarded(
                runtime.run(failureMode == FailureMode.FAIL ? PEEK : PEEK_NOW, keys(request.key(), limits), arguments)
                        .thenApply(answer -> decide(answer, Optional.empty(), Duration.ZERO)));
    }

    /**
     * Gives back a cost that was not used, as far as it has not drained or expired since: a limit never admits more for it, if its settings are those
     * with which the cost was taken.
     * Counts from when the cost was taken, also for reservations. To be called once per grant; permits are released with it, and
     * a request that comes again with the id of this one is charged again.
     *
     * @return whether anything was given back
     */
    public boolean refund(Grant grant) {
        return runtime.call(() -> refundAsync(grant));
    }

    /** As {@link #refund}. */
    public CompletionStage<Boolean> refundAsync(Grant grant) {
        Arguments arguments =
                new Arguments().add(grant.cost()).add(grant.token()).add(grant.takenAtMicros());
        addLimits(arguments);
        List<String> keys = keys(grant.key(), limits);
        keys.add(answerKey(grant.key(), grant.token()));
        CompletionStage<Boolean> refunded = runtime.run(REFUND, keys, arguments);
        return denials == null ? refunded : refunded.whenComplete((done, failure) -> denials.remove(grant.key()));
    }

    /** Gives back what remains of a lease. If that fails it is lost: the limits admit so much less. */
    private void giveBack(Grant rest) {
        var unused = refundAsync(rest).whenComplete((done, failure) -> {
            if (failure != null) {
                runtime.listener().failed("ratelimit.leaseLost", name, failure);
            }
        });
    }

    /**
     * Returns the permits of {@link Concurrency} limits; what other limits took stays taken. Calling it again is harmless. A
     * request that comes again with the id of this one is charged again.
     *
     * @return whether they were still out; false if their lease had ended; true also if a reply was lost and they are not out any more
     * @throws IllegalStateException if the limiter has no such limit
     */
    public boolean release(Grant grant) {
        return runtime.call(() -> releaseAsync(grant));
    }

    /** As {@link #release}. */
    public CompletionStage<Boolean> releaseAsync(Grant grant) {
        List<Limit> concurrency =
                limits.stream().filter(Concurrency.class::isInstance).toList();
        if (concurrency.isEmpty()) {
            throw new IllegalStateException("Limiter '" + name + "' has no concurrency limit to release");
        }
        List<String> keys = keys(grant.key(), concurrency);
        keys.add(answerKey(grant.key(), grant.token()));
        return runtime.run(
                RELEASE,
                keys,
                new Arguments().add(grant.cost()).add(grant.token()).add(grant.takenAtMicros()));
    }

    /**
     * What the server answered to a limiter.
     *
     * @param cost how much was taken, if it was
     */
    record Taken(Decision decision, long cost) {}

    private CompletionStage<Taken> take(RateLimitRequest request, Duration maxWait, long most) {
        // A repeated request has the same token, so that the receipt matches what the first one took.
        String token = request.id().orElseGet(() -> UUID.randomUUID().toString());
        List<String> keys = keys(request.key(), limits);
        boolean remembered = request.id().isPresent();
        if (remembered) {
            keys.add(answerKey(request.key(), token));
        }
        Arguments arguments = new Arguments()
                .add("take")
                .add(request.cost())
                .add(token)
                .add(micros(maxWait))
                .add(remembered ? rememberMillis : 0)
                .add(most);
        addLimits(arguments);
        return runtime.run(remembered && repeats ? ACQUIRE_ONCE : ACQUIRE, keys, arguments)
                .thenApply(answer -> {
                    long granted = answer.granted();
                    Optional<Grant> grant = granted == 0
                            ? Optional.empty()
                            // What the first one took, if a request comes again with another cost.
                            : Optional.of(new Grant(request.key(), granted, token, answer.serverMicros()));
                    return new Taken(decide(answer, grant, maxWait), granted);
                });
    }

    /** Tells the listener of denials. */
    private CompletionStage<Decision> told(CompletionStage<Decision> decision) {
        return decision.thenApply(decided -> {
            if (!decided.allowed() && !decided.degraded()) {
                runtime.listener().event("ratelimit.limited", name);
            }
            return decided;
        });
    }

    /** Applies the failure mode. */
    private CompletionStage<Decision> guarded(CompletionStage<Decision> decision) {
        return decision.handle((decided, failure) -> failure == null ? decided : degrade(failure));
    }

    private Decision degrade(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!(cause instanceof PatternException) || failureMode == FailureMode.FAIL) {
            throw failure instanceof CompletionException wrapped ? wrapped : new CompletionException(cause);
        }
        runtime.listener().failed("ratelimit.degraded", name, cause);
        boolean open = failureMode == FailureMode.OPEN;
        List<LimitState> states = new ArrayList<>(limits.size());
        for (Limit limit : limits) {
            states.add(new LimitState(limit, 0, open ? Duration.ZERO : CLOSED_RETRY_AFTER, Duration.ZERO, false));
        }
        return open
                ? new Decision.Allowed(Optional.empty(), Duration.ZERO, states, true)
                : new Decision.Limited(CLOSED_RETRY_AFTER, false, states, true);
    }

    /**
     * Reads a decision.
     *
     * @param grant the receipt if the cost was granted; empty for a mere look
     * @param maxWait how long before it fits it would have been granted
     */
    private Decision decide(Answer answer, Optional<Grant> grant, Duration maxWait) {
        List<LimitState> states = new ArrayList<>(limits.size());
        boolean neverFits = false;
        long retryMicros = 0;
        for (int i = 0; i < limits.size(); i++) {
            long retry = answer.retryMicros(i);
            neverFits |= retry < 0;
            retryMicros = Math.max(retryMicros, retry);
            states.add(new LimitState(
                    limits.get(i),
                    answer.remaining(i),
                    duration(Math.max(0, retry)),
                    duration(answer.resetMicros(i)),
                    retry < 0));
        }
        if (answer.granted() > 0) {
            return new Decision.Allowed(grant, duration(answer.waitMicros()), states, false);
        }
        return new Decision.Limited(duration(neverFits ? 0 : retryMicros - micros(maxWait)), neverFits, states, false);
    }

    private String tagged(String key) {
        return '{' + name + ':' + key + '}';
    }

    /** The keys of some limits for one key of the application: they share a hash tag, whatever the key contains. */
    private List<String> keys(String key, List<Limit> some) {
        List<String> keys = new ArrayList<>(some.size() + 1);
        for (Limit limit : some) {
            keys.add(tagged(key) + ':' + stateName(limit));
        }
        return keys;
    }

    /**
     * The key of what was answered to a request with an id: an answer of other limits, or in another order, is not this one. It has no brace behind
     * the one that ends the tag, so that no other key's tag ends within the id.
     */
    private String answerKey(String key, String token) {
        return tagged(key) + ":once:" + digest + ':' + token.replace("%", "%25").replace("}", "%7D");
    }

    private static String digest(List<Limit> limits) {
        CRC32 crc = new CRC32();
        limits.forEach(limit -> crc.update((stateName(limit) + '\n').getBytes(UTF_8)));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    /** What a limit keeps, another kind cannot read, and of windows not one of another length. */
    private static String stateName(Limit limit) {
        String state = kind(limit) + ':' + limit.name();
        return limit instanceof FixedWindow || limit instanceof SlidingWindow
                ? state + ':' + micros(limit.period())
                : state;
    }

    private static String kind(Limit limit) {
        if (limit instanceof Gcra) {
            return "gcra";
        } else if (limit instanceof TokenBucket) {
            return "bucket";
        } else if (limit instanceof SlidingWindow) {
            return "counter";
        } else if (limit instanceof SlidingLog) {
            return "log";
        }
        return limit instanceof FixedWindow ? "fixed" : "concurrent";
    }

    private void addLimits(Arguments arguments) {
        for (Limit limit : limits) {
            arguments.add(kind(limit));
            if (limit instanceof Gcra gcra) {
                double intervalMicros = (double) micros(gcra.period()) / gcra.count();
                arguments
                        .add(Double.toString(intervalMicros))
                        .add(gcra.burst())
                        .add(micros(maxReservation))
                        .add(0);
            } else if (limit instanceof TokenBucket bucket) {
                arguments
                        .add(micros(bucket.period()))
                        .add(bucket.capacity())
                        .add(bucket.refill())
                        .add(owedIntervals(bucket, maxReservation) * bucket.refill());
            } else {
                arguments
                        .add(micros(limit.period()))
                        .add(limit.capacity())
                        .add(0)
                        .add(0);
            }
        }
    }

    /** The refills of how many intervals a bucket may owe. */
    private static long owedIntervals(TokenBucket bucket, Duration maxReservation) {
        long periodMicros = micros(bucket.period());
        return (micros(maxReservation) + periodMicros - 1) / periodMicros;
    }

    private static long micros(Duration duration) {
        return duration.toNanos() / 1_000;
    }

    private static Duration duration(long micros) {
        return Duration.of(micros, ChronoUnit.MICROS);
    }

    /** What the script answers, as its head describes it. */
    private record Answer(List<Reply> values) {
        static Answer read(Reply reply) {
            return new Answer(reply.asItems());
        }

        /** How much fits, or was taken; 0 if the cost does not fit. */
        long granted() {
            return values.get(0).asLong();
        }

        long serverMicros() {
            return values.get(1).asLong();
        }

        long waitMicros() {
            return values.get(2).asLong();
        }

        long remaining(int limit) {
            return values.get(3 + 3 * limit).asLong();
        }

        long retryMicros(int limit) {
            return values.get(4 + 3 * limit).asLong();
        }

        long resetMicros(int limit) {
            return values.get(5 + 3 * limit).asLong();
        }
    }

    /** Settings of a limiter. */
    public static final class Builder {
        private final PatternRuntime runtime;
        private final List<Limit> limits = new ArrayList<>();
        private String name = "ratelimit";
        private FailureMode failureMode = FailureMode.FAIL;
        private Duration maxReservation = Duration.ZERO;
        private Duration rememberFor;
        private Duration denyLocally = Duration.ZERO;
        private long leaseTokens;
        private Duration leaseTime = Duration.ZERO;

        private Builder(PatternRuntime runtime) {
            this.runtime = requireNonNull(runtime, "runtime");
            rememberFor = runtime.memoryOf(Duration.ofMinutes(1));
        }

        /**
         * The start of all keys on the server, {@code ratelimit} if not set. Without braces, which are for the hash tag, and without
         * colons, where it ends.
         */
        public Builder name(String value) {
            name = requireNonNull(value, "name");
            return this;
        }

        /** Adds limits; all of them hold. */
        public Builder limits(Limit... more) {
            limits.addAll(List.of(more));
            return this;
        }

        /** What to answer when the server does not; {@link FailureMode#FAIL} if not set. */
        public Builder onFailure(FailureMode value) {
            failureMode = requireNonNull(value, "failureMode");
            return this;
        }

        /**
         * Allows {@link RateLimiter#reserve} up to this long ahead; needs {@link Gcra} or {@link TokenBucket} limits only. All limiters of a
         * name give the same: one with less forgets what others reserved beyond that when it takes or denies a cost.
         */
        public Builder maxReservation(Duration value) {
            maxReservation = requireNonNull(value, "maxReservation");
            return this;
        }

        /**
         * Lets the limiter itself answer {@link RateLimiter#tryAcquire} for a cost that the server has denied to the key, until the time
         * that the server told, at most this long; not unless set. A second is enough to keep those away who ask in a loop. A
         * refund in another process then makes a cost fit so much later at most. Holds for up to 10,000 keys.
         */
        public Builder denyLocally(Duration atMost) {
            denyLocally = requireNonNull(atMost, "atMost");
            return this;
        }

        /**
         * Lets the limiter take tokens from the server in batches, and hand them out without a round trip until a batch is used up or its
         * time is over; not unless set. Meant for keys that are asked for hundreds of times a second and more.
         *
         * <p>A batch is what was asked for at first, and twice the one before as long as that was used up in time. One call per key is under
         * way at a time; who asks meanwhile waits for it. What is not used in time is given back as by {@link RateLimiter#refund}.
         * Costs above half of {@code tokens} and requests with an id are asked for by themselves, and so are keys beyond 10,000 at a time.
         *
         * <p>What it changes. A token counts when its batch is taken: in any time D, a limit admits what it does in {@code D + time}
         * without leases, and never more in all than the server granted. If the server loses its last writes, what was leased then is admitted
         * as well: up to {@code tokens} for each limiter that leases from the key. Meanwhile others, and higher costs, may be denied what one
         * holds and does not use: up to as much, for {@code time}; of a process that dies, and by a lost reply, for as long as the limit takes to
         * recover by itself.
         *
         * <p>Of a leased answer, {@link LimitState#remaining} is what the server had left when the batch was taken and what is left of that,
         * {@link LimitState#resetAfter} is that of the whole batch, and the {@link Grant} can be refunded as any other. Denials are the server's.
         * {@link RateLimiter#peek} does not see what is leased. A batch that cannot be given back is lost: {@code ratelimit.leaseLost}.
         *
         * @param tokens the largest batch, at least 2 and no more than any limit's capacity
         * @param time at least 1 ms and no more than any limit's period
         */
        public Builder tokenLease(long tokens, Duration time) {
            if (tokens < 2) {
                throw new IllegalArgumentException("A lease of " + tokens + " saves no round trip: 2 are the least");
            }
            leaseTokens = tokens;
            leaseTime = requireNonNull(time, "time");
            return this;
        }

        /**
         * How long the answer to a request with an id is kept; a minute if not set, or as long as it has to be. Longer than callers repeat it.
         * With {@link Concurrency} limits it ends before the shortest lease does; where that is less than twice what the retry policy gives,
         * requests are not repeated.
         *
         * @param value at least twice as long as the runtime's {@link dev.spinel.patterns.transport.RetryPolicy#giveUpAfter}, as requests are
         *     repeated that late, and at most 366 days
         */
        public Builder rememberFor(Duration value) {
            rememberFor = requireNonNull(value, "rememberFor");
            return this;
        }

        /**
         * The limiter.
         *
         * @throws IllegalArgumentException if the settings make no sense together
         */
        public RateLimiter build() {
            Names.withoutBracesAndColons("limiter", name);
            if (limits.isEmpty()) {
                throw new IllegalArgumentException("Limiter '" + name + "' has no limit");
            }
            checkDuration("maxReservation", maxReservation, Duration.ZERO);
            checkDuration("denyLocally", denyLocally, Duration.ZERO);
            checkDuration("rememberFor", rememberFor, runtime.shortestMemory());
            if (!denyLocally.isZero() && limits.stream().allMatch(Concurrency.class::isInstance)) {
                throw new IllegalArgumentException(
                        "Limiter '" + name
                                + "' cannot deny locally: it has concurrency limits only, whose permits may come back at any time");
            }
            Set<String> names = new HashSet<>();
            for (Limit limit : limits) {
                if (!names.add(limit.name())) {
                    throw new IllegalArgumentException("Limiter '" + name + "' has two limits '" + limit.name() + "'");
                }
                if (!maxReservation.isZero() && !(limit instanceof Gcra) && !(limit instanceof TokenBucket)) {
                    throw new IllegalArgumentException("Limiter '" + name + "' cannot reserve ahead: limit '"
                            + limit.name() + "' is neither Gcra nor TokenBucket");
                }
                if (limit instanceof TokenBucket bucket
                        && owedIntervals(bucket, maxReservation) > Limit.MAX_COUNT / bucket.refill()) {
                    throw new IllegalArgumentException(
                            "Limiter '" + name + "' cannot reserve " + maxReservation + " ahead: limit '" + limit.name()
                                    + "' would owe more than " + Limit.MAX_COUNT + " tokens");
                }
                if (limit instanceof Concurrency permits) {
                    runtime.checkLease("Limiter '" + name + "': limit '" + limit.name() + '\'', permits.lease());
                }
                if (leaseTokens > 0) {
                    checkLease(limit);
                    runtime.checkLease("Limiter '" + name + '\'', leaseTime);
                }
            }
            return new RateLimiter(this);
        }

        private void checkLease(Limit limit) {
            if (!maxReservation.isZero()) {
                throw cannotLease("what is reserved ahead cannot be handed out now");
            }
            if (limit instanceof Concurrency) {
                throw cannotLease("a permit of limit '" + limit.name()
                        + "' is in use until it is released, not when it is taken");
            }
            if (leaseTokens > limit.capacity()) {
                throw cannotLease(
                        leaseTokens + " never fit into the " + limit.capacity() + " of limit '" + limit.name() + "'");
            }
            if (leaseTime.compareTo(Duration.ofMillis(1)) < 0 || leaseTime.compareTo(limit.period()) > 0) {
                throw cannotLease("a lease lasts between 1 ms and the period of limit '" + limit.name() + "', "
                        + limit.period() + ", not " + leaseTime);
            }
        }

        private IllegalArgumentException cannotLease(String reason) {
            return new IllegalArgumentException("Limiter '" + name + "' cannot lease tokens: " + reason);
        }

        private void checkDuration(String setting, Duration value, Duration least) {
            if (value.compareTo(least) < 0 || value.compareTo(Duration.ofDays(366)) > 0) {
                throw new IllegalArgumentException(
                        "Limiter '" + name + "': " + setting + " is between " + least + " and 366 days, not " + value);
            }
        }
    }
}
