package dev.spinel.patterns.cache;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.cache.CacheProtocol.Answer;
import dev.spinel.patterns.cache.NearEntries.Copy;
import dev.spinel.patterns.cache.NearEntries.Place;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.Names;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A cache in front of a slower source, shared by processes. A hit is one round trip; a missing entry is loaded by one caller over all
 * processes, for whom the others wait without polling. Thread-safe, and made once per application.
 *
 * <p>A load holds a lease on its entry. {@link #invalidate} and {@link #put} take it away, so that a load that read the source before
 * cannot store what it read: after {@code invalidate} returned, no call of {@code get} that begins later returns an older value,
 * from whatever process, as long as the server keeps its data. Call it after the change of the source has been committed.
 *
 * <p>An entry is fresh for a while, less a random part against entries that end together. Shortly before it stops being fresh, one
 * caller refreshes it in the background: the more likely, the nearer that is and the longer its load took. After that it may be served
 * stale while one refreshes it. That the source has no value is cached likewise, for a time of its own. A failed load is remembered for
 * a while, during which nobody asks the source again; a stale value goes on being served meanwhile.
 *
 * <p>With a {@link NearCache}, copies of entries are kept in this process, which are a bounded time behind the server at most. Values are then
 * shared by those who ask, and must not be changed.
 *
 * <p>A load keeps its lease, however long it waits for its turn at the source, for {@code maxWait} at most. One that takes longer, or whose process
 * cannot renew the lease, may be repeated by another caller. Time is the server's. Events, each with the cache's name:
 * {@code cache.nearHit}, {@code cache.nearLost} (all copies, as the server cannot tell of changes for a while), {@code cache.nearRefused} (the
 * server was not reached, or may not be asked to tell of changes; once for each cause), {@code cache.hit}, {@code cache.miss}, {@code cache.load},
 * {@code cache.refresh}, {@code cache.loadFailed}, {@code cache.loadOverdue},
 * {@code cache.refused} (a load that was overtaken), {@code cache.fillFailed}, {@code cache.bypassed} (a load whose value
 * is not stored, as the server could not be asked), {@code cache.undecodable}.
 */
public final class CacheAside<V> implements AutoCloseable {
    private static final byte[] NOTHING = {};
    private static final Duration LONGEST = Duration.ofDays(3660);
    private static final int MAX_ERROR_CHARS = 500;

    private final PatternRuntime runtime;
    private final CacheProtocol protocol;
    private final String name;
    private final Codec<V> codec;
    private final Loader<V> loader;
    private final Duration freshFor;
    private final Duration staleFor;
    private final Duration absentFor;
    private final Duration failuresFor;
    private final Duration lease;
    private final Duration maxWait;
    private final Duration pollInterval;
    private final double jitter;
    private final double earlyRefresh;
    private final WhenUnavailable whenUnavailable;
    private final @Nullable NearCopies<V> near;
    private final ConcurrentMap<String, Flight<V>> flights = new ConcurrentHashMap<>();
    private final String tokenPrefix = UUID.randomUUID().toString() + '-';
    private final AtomicLong tokens = new AtomicLong();

    private CacheAside(Builder<V> builder) {
        runtime = builder.runtime;
        name = builder.name;
        protocol = new CacheProtocol(runtime, name);
        codec = builder.codec;
        loader = builder.loader;
        freshFor = builder.freshFor;
        staleFor = builder.staleFor;
        absentFor = builder.absentFor;
        failuresFor = builder.failuresFor;
        lease = builder.lease;
        maxWait = builder.maxWait;
        pollInterval = builder.pollInterval;
        jitter = builder.jitter;
        earlyRefresh = builder.earlyRefresh;
        whenUnavailable = builder.whenUnavailable;
        NearCache settings = builder.near;
        near = settings == null ? null : new NearCopies<>(settings, runtime, name, protocol.prefix());
    }

    /**
     * A value that was loaded.
     *
     * @param encoded its bytes; without meaning if there is no value
     */
    record Loaded<V>(Optional<V> value, Reply.Bulk encoded) {}

    /**
     * A cache to be configured.
     *
     * @param name the start of its keys on the server, {@code cache:NAME:}; another one when the codec's format changes
     */
    public static <V> Builder<V> builder(PatternRuntime runtime, String name, Codec<V> codec, Loader<V> loader) {
        return new Builder<>(runtime, name, codec, loader);
    }

    /**
     * The value of a key, from the cache or else from the source. Waits for up to {@code maxWait}, or as long as a transport takes that runs
     * commands in this thread; not interruptible.
     *
     * @return empty if the source has none
     * @throws CacheLoadException if it could not be loaded, or not in time
     * @throws PatternException if the server is unavailable and {@link WhenUnavailable#FAIL} is set
     */
    public Optional<V> get(String key) {
        return runtime.call(() -> getAsync(key));
    }

    /** As {@link #get}. */
    public CompletionStage<Optional<V>> getAsync(String key) {
        if (near != null) {
            Copy<V> copy = near.find(key);
            if (copy != null) {
                event("cache.nearHit");
                return CompletableFuture.completedFuture(copy.value());
            }
        }
        CompletableFuture<Optional<V>> result = new CompletableFuture<>();
        long askedNanos = runtime.scheduler().nanoTime();
        Flight<V> flight = flights.get(key);
        if (flight != null && flight.join(result)) {
            event("cache.miss");
            bound(key, result, askedNanos);
            return result;
        }
        String token = newToken();
        Place<V> place = near == null ? null : near.reserve(key);
        var unused = ask(key, token).whenComplete((answer, failure) -> {
            if (near != null && !(answer instanceof Answer.Hit)) {
                near.giveBack(key, place);
            }
            if (failure != null) {
                unanswered(key, result, failure);
            } else {
                answered(key, token, place, result, answer);
            }
        });
        bound(key, result, askedNanos);
        return result;
    }

    private void answered(
            String key, String token, @Nullable Place<V> place, CompletableFuture<Optional<V>> result, Answer answer) {
        if (answer instanceof Answer.Hit hit) {
            Optional<V> value;
            try {
                value = decode(hit);
            } catch (Throwable e) {
                discard(key, e);
                join(key, result, (flight, member) -> flight.joinToBypass(member, e));
                return;
            }
            event("cache.hit");
            if (near != null) {
                near.keep(key, place, value, hit.freshFor());
            }
            result.complete(value);
            if (hit.refresh()) {
                refresh(key, token);
            }
        } else if (answer instanceof Answer.Failed failed) {
            result.completeExceptionally(failedElsewhere(key, failed));
        } else if (answer instanceof Answer.Wait wait) {
            join(key, result, (flight, member) -> flight.joinToWait(member, wait.atMost()));
        } else {
            join(key, result, (flight, member) -> flight.joinToLoad(member, token));
        }
    }

    private void unanswered(String key, CompletableFuture<Optional<V>> result, Throwable failure) {
        if (bypasses(failure)) {
            join(key, result, (flight, member) -> flight.joinToBypass(member, failure));
        } else {
            result.completeExceptionally(failure);
        }
    }

    private void join(
            String key,
            CompletableFuture<Optional<V>> member,
            BiPredicate<Flight<V>, CompletableFuture<Optional<V>>> how) {
        event("cache.miss");
        onFlight(key, flight -> how.test(flight, member));
    }

    /** Asks the server once for all of those whom a load could not serve. */
    void askAgain(String key, List<CompletableFuture<Optional<V>>> members) {
        if (!members.isEmpty()) {
            onFlight(key, flight -> flight.joinToAsk(members));
        }
    }

    private void onFlight(String key, Predicate<Flight<V>> join) {
        while (!join.test(flights.computeIfAbsent(key, absent -> new Flight<>(this, absent)))) {
            Thread.onSpinWait(); // a flight that ends leaves the map before anybody sees that it ended
        }
    }

    /** Fails who waits for longer than {@code maxWait}. Called after the question was sent, which by then may have been answered in this thread. */
    private void bound(String key, CompletableFuture<Optional<V>> member, long askedNanos) {
        if (member.isDone()) {
            return;
        }
        Duration left = maxWait.minusNanos(runtime.scheduler().nanoTime() - askedNanos);
        Scheduler.Task timeout = runtime.scheduler()
                .schedule(
                        left,
                        () -> member.completeExceptionally(
                                new CacheLoadException(name, "'" + key + "' was not loaded within " + maxWait, null)));
        var unused = member.whenComplete((value, failure) -> timeout.cancel());
    }

    /**
     * Forgets the value of a key, so that the next one who asks loads it. To be called after the source was changed.
     *
     * @throws PatternException if it may not have been forgotten: then it may be served until it ends by itself
     */
    public void invalidate(String key) {
        var unused = runtime.call(() -> invalidateAsync(key));
    }

    /** As {@link #invalidate}; tells whether there was anything to forget. */
    public CompletionStage<Boolean> invalidateAsync(String key) {
        return protocol.invalidate(key).whenComplete((forgotten, failure) -> dropCopy(key));
    }

    /** What this process changed, it does not serve from a copy, even before the server told of the change. */
    private void dropCopy(String key) {
        if (near != null) {
            near.drop(key);
        }
    }

    /**
     * Stores a value that was not loaded, for instance to warm the cache up. Loads under way are refused. Where processes change the
     * same thing, prefer {@link #invalidate}: two puts may come in another order than the changes that they follow.
     */
    public void put(String key, V value) {
        var unused = runtime.call(() -> putAsync(key, value));
    }

    /** As {@link #put}; always true. */
    public CompletionStage<Boolean> putAsync(String key, V value) {
        return store(key, "", new Loaded<>(Optional.of(value), new Reply.Bulk(codec.encode(value))))
                .whenComplete((stored, failure) -> dropCopy(key));
    }

    CompletionStage<Answer> ask(String key, String token) {
        double earliness = earlyRefresh > 0
                ? -earlyRefresh * Math.log1p(-ThreadLocalRandom.current().nextDouble())
                : 0;
        return protocol.get(key, token, lease, earliness);
    }

    /**
     * Runs the loader; never throws. Fails with a {@link CacheLoadException}.
     *
     * @param token of a lease, which is renewed until the load ends; empty without one
     * @param givenUp called if the load loses its lease, or is not waited for any longer: another one may begin
     */
    CompletionStage<Loaded<V>> load(String key, String token, Runnable givenUp) {
        CompletableFuture<Loaded<V>> loading = new CompletableFuture<>();
        new Watch(key, token, loading, givenUp).goOn();
        var unused = load(key).whenComplete((loaded, failure) -> {
            if (failure != null) {
                loading.completeExceptionally(unwrap(failure));
            } else {
                loading.complete(loaded);
            }
        });
        return loading;
    }

    private CompletionStage<Loaded<V>> load(String key) {
        event("cache.load");
        CompletionStage<Optional<V>> loading;
        try {
            loading = requireNonNull(loader.load(key), "The loader returned null");
        } catch (Throwable e) {
            loading = CompletableFuture.failedFuture(e);
        }
        return loading.handle((value, failure) -> {
            if (failure != null) {
                throw loadFailed(key, failure);
            }
            try {
                requireNonNull(value, "The loader returned null instead of Optional.empty()");
                return new Loaded<>(value, new Reply.Bulk(value.isPresent() ? codec.encode(value.get()) : NOTHING));
            } catch (Throwable e) {
                throw loadFailed(key, e);
            }
        });
    }

    /** Watches over a load until it ends: renews its lease, and gives it up when that is lost, or when nobody would wait any longer. */
    private final class Watch {
        private final String key;
        private final String token;
        private final CompletableFuture<?> loading;
        private final Runnable givenUp;
        private final long endNanos = runtime.scheduler().nanoTime() + maxWait.toNanos();

        Watch(String key, String token, CompletableFuture<?> loading, Runnable givenUp) {
            this.key = key;
            this.token = token;
            this.loading = loading;
            this.givenUp = givenUp;
        }

        void goOn() {
            Duration left = Duration.ofNanos(endNanos - runtime.scheduler().nanoTime());
            Duration half = lease.dividedBy(2);
            boolean last = token.isEmpty() || left.compareTo(half) <= 0;
            Scheduler.Task next = runtime.scheduler().schedule(last ? left : half, last ? this::giveUp : this::renew);
            var unused = loading.whenComplete((loaded, failure) -> next.cancel());
        }

        private void renew() {
            var unused = protocol.renew(key, token, lease).whenComplete((renewed, failure) -> {
                if (failure == null && !renewed) {
                    givenUp.run();
                } else {
                    goOn();
                }
            });
        }

        private void giveUp() {
            event("cache.loadOverdue");
            givenUp.run();
        }
    }

    private CacheLoadException loadFailed(String key, Throwable failure) {
        Throwable cause = unwrap(failure);
        failed("cache.loadFailed", cause);
        return new CacheLoadException(name, "'" + key + "' cannot be loaded: " + cause, cause);
    }

    /** The cause of a stage's failure, without the wrapping of the JDK. */
    private static Throwable unwrap(Throwable failure) {
        return failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
    }

    /** Loads an entry anew in the background, with the lease of the token. */
    void refresh(String key, String token) {
        event("cache.refresh");
        var unused = load(key, token, () -> {})
                .thenCompose(loaded -> fill(key, token, loaded, false))
                .exceptionally(failure -> {
                    abandon(key, token, unwrap(failure));
                    return false;
                });
    }

    /**
     * Stores what was loaded with the lease of the token; false, and never a failure, if that did not work.
     *
     * @param waitedFor whether others may wait for the load, whose lease then ends also if its value cannot be stored
     */
    CompletionStage<Boolean> fill(String key, String token, Loaded<V> loaded, boolean waitedFor) {
        return store(key, token, loaded).handle((accepted, failure) -> {
            if (failure != null) {
                failed("cache.fillFailed", failure);
                if (waitedFor) {
                    abandon(key, token, Duration.ZERO, "");
                }
                return false;
            }
            if (!accepted) {
                event("cache.refused");
            }
            return accepted;
        });
    }

    private CompletionStage<Boolean> store(String key, String token, Loaded<V> loaded) {
        if (loaded.value().isEmpty()) {
            return protocol.fillAbsent(key, token, shortened(absentFor));
        }
        Duration fresh = shortened(freshFor);
        return protocol.fill(key, token, loaded.encoded().bytes(), fresh, fresh.plus(staleFor));
    }

    /** Less a random part, and at least a millisecond unless it is nothing. */
    private Duration shortened(Duration time) {
        double part = 1 - jitter * ThreadLocalRandom.current().nextDouble();
        long millis = (long) (time.toMillis() * part);
        return Duration.ofMillis(time.isZero() ? 0 : Math.max(1, millis));
    }

    /** Gives up the lease of a load that failed. */
    void abandon(String key, String token, Throwable failure) {
        String text = "" + (failure.getCause() != null ? failure.getCause() : failure);
        abandon(key, token, failuresFor, text.substring(0, Math.min(text.length(), MAX_ERROR_CHARS)));
    }

    /** What cannot be given up runs out. */
    private void abandon(String key, String token, Duration noOtherFor, String error) {
        var unused = protocol.abandon(key, token, noOtherFor, error).exceptionally(unreachable -> {
            failed("cache.fillFailed", unreachable);
            return false;
        });
    }

    /** Forgets an entry that this process cannot read. */
    void discard(String key, Throwable undecodable) {
        failed("cache.undecodable", undecodable);
        var unused = invalidateAsync(key).exceptionally(unreachable -> {
            failed("cache.fillFailed", unreachable);
            return false;
        });
    }

    Optional<V> decode(Answer.Hit hit) {
        return hit.present() ? Optional.of(codec.decode(hit.value().bytes())) : Optional.empty();
    }

    CacheLoadException failedElsewhere(String key, Answer.Failed failed) {
        return new CacheLoadException(name, "'" + key + "' could not be loaded not long ago: " + failed.error(), null);
    }

    /** Whether the source is asked in place of a server that failed so. */
    boolean bypasses(Throwable failure) {
        return whenUnavailable == WhenUnavailable.LOAD && unwrap(failure) instanceof PatternException;
    }

    Scheduler.Task subscribe(String key, ChannelListener listener) {
        return runtime.subscribe(protocol.channel(key), listener);
    }

    void ended(String key, Flight<V> flight) {
        flights.remove(key, flight);
    }

    String newToken() {
        return tokenPrefix + tokens.incrementAndGet();
    }

    void event(String event) {
        runtime.listener().event(event, name);
    }

    void failed(String event, Throwable cause) {
        runtime.listener().failed(event, name, cause);
    }

    Scheduler scheduler() {
        return runtime.scheduler();
    }

    Duration pollInterval() {
        return pollInterval;
    }

    /** Forgets the copies of the {@link NearCache} and ends their connection. The cache can be used no longer; without copies there is nothing to do. */
    @Override
    public void close() {
        if (near != null) {
            near.close();
        }
    }

    /** Settings of a cache. Times count in whole milliseconds. */
    public static final class Builder<V> {
        private final PatternRuntime runtime;
        private final String name;
        private final Codec<V> codec;
        private final Loader<V> loader;
        private Duration freshFor = Duration.ofMinutes(5);
        private Duration staleFor = Duration.ZERO;
        private Duration absentFor = Duration.ofSeconds(30);
        private Duration failuresFor = Duration.ofSeconds(1);
        private Duration lease = Duration.ofSeconds(10);
        private Duration maxWait = Duration.ofSeconds(30);
        private Duration pollInterval = Duration.ofSeconds(5);
        private double jitter = 0.1;
        private double earlyRefresh = 1;
        private WhenUnavailable whenUnavailable = WhenUnavailable.LOAD;
        private @Nullable NearCache near;

        private Builder(PatternRuntime runtime, String name, Codec<V> codec, Loader<V> loader) {
            this.runtime = requireNonNull(runtime, "runtime");
            this.name = requireNonNull(name, "name");
            this.codec = requireNonNull(codec, "codec");
            this.loader = requireNonNull(loader, "loader");
        }

        /** How long a value is served without being loaded anew, 5 minutes if not set. */
        public Builder<V> freshFor(Duration value) {
            freshFor = requireNonNull(value, "freshFor");
            return this;
        }

        /** How long after that it is served while one caller refreshes it, or tries to; not at all if not set. */
        public Builder<V> staleFor(Duration value) {
            staleFor = requireNonNull(value, "staleFor");
            return this;
        }

        /** How long it is remembered that the source has no value, 30 seconds if not set; zero for not at all. */
        public Builder<V> absentFor(Duration value) {
            absentFor = requireNonNull(value, "absentFor");
            return this;
        }

        /**
         * For how long after a failed load nobody tries again, one second if not set; zero for every caller by itself. The first 500 characters of what
         * the source threw are on the server meanwhile, and in the exceptions of other processes.
         */
        public Builder<V> failuresFor(Duration value) {
            failuresFor = requireNonNull(value, "failuresFor");
            return this;
        }

        /**
         * How long others wait for a process that dies, or is cut off, while it loads; 10 seconds if not set. Loads that take longer than half of that
         * renew it.
         */
        public Builder<V> lease(Duration value) {
            lease = requireNonNull(value, "lease");
            return this;
        }

        /**
         * How long a caller waits for the server and for a load, its own or another's, 30 seconds if not set; at least the lease. A load that takes
         * longer is repeated once its lease ends, if anybody asks.
         */
        public Builder<V> maxWait(Duration value) {
            maxWait = requireNonNull(value, "maxWait");
            return this;
        }

        /** After what time those who wait ask again if they heard nothing, 5 seconds if not set: what a lost message costs. */
        public Builder<V> pollInterval(Duration value) {
            pollInterval = requireNonNull(value, "pollInterval");
            return this;
        }

        /** Up to what part entries end earlier by chance, from 0 to 1; 0.1 if not set. */
        public Builder<V> jitter(double value) {
            jitter = value;
            return this;
        }

        /**
         * How early entries are refreshed, in multiples of what their load took: with 1, as if not set, about one caller in three does when that is
         * left (exactly, with a chance of exp(-left / (factor * cost)) for each caller). Zero for not before they stop being fresh.
         */
        public Builder<V> earlyRefresh(double factor) {
            earlyRefresh = factor;
            return this;
        }

        /** What to do without the server; {@link WhenUnavailable#LOAD} if not set. */
        public Builder<V> whenUnavailable(WhenUnavailable value) {
            whenUnavailable = requireNonNull(value, "whenUnavailable");
            return this;
        }

        /** Keeps copies in this process; none if not set. */
        public Builder<V> near(NearCache value) {
            near = requireNonNull(value, "near");
            return this;
        }

        /**
         * The cache.
         *
         * @throws IllegalArgumentException if the settings make no sense together
         */
        public CacheAside<V> build() {
            Names.withoutBracesAndColons("cache", name);
            check("freshFor", freshFor, Duration.ofMillis(1));
            check("staleFor", staleFor, Duration.ZERO);
            check("absentFor", absentFor, Duration.ZERO);
            check("failuresFor", failuresFor, Duration.ZERO);
            check("lease", lease, Duration.ofMillis(100));
            runtime.checkLease("Cache '" + name + '\'', lease);
            check("maxWait", maxWait, lease);
            check("pollInterval", pollInterval, Duration.ofMillis(10));
            if (!(jitter >= 0 && jitter <= 1)) {
                throw refused("jitter is between 0 and 1, not " + jitter);
            }
            if (!(earlyRefresh >= 0 && earlyRefresh <= 1000)) {
                throw refused("earlyRefresh is between 0 and 1000, not " + earlyRefresh);
            }
            CacheAside<V> cache = new CacheAside<>(this);
            if (cache.near != null) {
                cache.near.begin();
            }
            return cache;
        }

        private void check(String setting, Duration value, Duration least) {
            if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
                throw refused(setting + " is between " + least + " and " + LONGEST.toDays() + " days, not " + value);
            }
        }

        private IllegalArgumentException refused(String reason) {
            return new IllegalArgumentException("Cache '" + name + "': " + reason);
        }
    }
}
