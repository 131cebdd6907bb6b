package dev.spinel.patterns.session;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.session.SessionStore.Lane;
import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Scheduler;
import dev.spinel.patterns.transport.Script;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reports the sessions of a store that expired, each at least once, as long as a reaper runs at least once a day. What no reaper got to within a
 * day, for all that came before it, may be forgotten. Any number of processes may run one: a session is reported by one of them, and again by
 * another if that one died or its handler failed. Thread-safe.
 *
 * <p>A session is leased to the reaper that reports it, and the lease is renewed until its handler is done, however long others keep the executor
 * busy. Of each lane of the store up to 1,000 are handed to the executor and not done yet; further ones wait on the server, also for other
 * reapers. What the executor refuses, up to 100 of a lane, is offered to it again whenever a handler is done, after growing times if it has
 * nothing of this lane, and once per interval; until it takes them, no more are asked for. After half of the lease they are left to whoever
 * finds it over.
 *
 * <p>The sessions are found by asking, when the next one is due and at least once per interval. With {@link Builder#notifications} the
 * server's messages about expired keys make it ask at once; messages that do not come cost no more than the interval. Events, with the
 * store's name: {@code session.expired}, and with their cause {@code session.sweepFailed} and {@code session.handlerFailed}.
 */
public final class SessionReaper implements AutoCloseable {
    private static final Operation<List<Reply>> SWEEP = new Operation<>(
            "session.sweep",
            Script.load(SessionReaper.class, "sweep.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> reply.asItems());
    private static final int BATCH = 100;
    private static final int MAX_UNDER_WAY = 1000;
    /** By what time after its handler an executor usually has room. */
    private static final Duration ROOM_AFTER = Duration.ofMillis(1);

    private final PatternRuntime runtime;
    private final String store;
    private final Executor executor;
    private final AsyncHandler handler;
    private final Duration interval;
    private final Duration lease;
    private final List<Sweeper> sweepers;
    private Scheduler.Task subscription = () -> {};

    /** What is done about an expired session. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Called for each expired session, perhaps more than once; may block. Runs on the reaper's executor. A session whose handler never
         * returns is not reported again while the reaper runs.
         *
         * @throws Exception to be called again for it after the lease
         */
        void expired(ExpiredSession session) throws Exception;
    }

    /** As {@link Handler}, for work that goes on elsewhere. */
    @FunctionalInterface
    public interface AsyncHandler {
        /**
         * Begins to do what is done about an expired session. Must not block: runs on the thread that completes the request to the server.
         *
         * @return completes when that is done, whatever its value; until then the session's lease is renewed. If the stage fails, it is called again
         *     for the session after the lease
         * @throws Exception to be called again for it after the lease, too
         */
        CompletionStage<?> expired(ExpiredSession session) throws Exception;
    }

    private SessionReaper(Builder builder) {
        runtime = builder.store.runtime();
        store = builder.store.name();
        executor = builder.executor;
        handler = builder.handler;
        interval = builder.interval;
        lease = builder.lease;
        sweepers = builder.store.lanes().stream().map(Sweeper::new).toList();
    }

    /**
     * A reaper to be configured.
     *
     * @param executor on which the handler runs; it runs what it is given or refuses it, but does not drop it
     */
    public static Builder builder(SessionStore<?> store, Executor executor, Handler handler) {
        requireNonNull(handler, "handler");
        return new Builder(store, executor, session -> {
            handler.expired(session);
            return CompletableFuture.completedFuture(null);
        });
    }

    /** A reaper to be configured, which needs no threads: its handler only begins what it does, and tells when that is done. */
    public static Builder builderAsync(SessionStore<?> store, AsyncHandler handler) {
        return new Builder(store, Runnable::run, handler);
    }

    private void begin(int database) {
        sweepers.forEach(Sweeper::sweep);
        if (database >= 0) {
            subscription = runtime.subscribe("__keyevent@" + database + "__:expired", new ChannelListener() {
                @Override
                public void message(String channel, String message) {
                    if (message.startsWith(Lane.prefix(store))) {
                        sweepers.forEach(sweeper -> sweeper.expired(message));
                    }
                }

                @Override
                public void subscribed(String channel) {}
            });
        }
    }

    /** Stops: no further handler is called. What is being reported and not done yet is reported again after its lease. */
    @Override
    public void close() {
        subscription.cancel();
        sweepers.forEach(Sweeper::stop);
    }

    /** Sweeps one lane: one request at a time, which confirms what was reported meanwhile and renews the leases of what is being reported. */
    private final class Sweeper {
        private final Lane lane;
        private final ReentrantLock lock = new ReentrantLock();
        /** Handed to the executor and not done yet; guarded by the lock, as all below. */
        private final Set<String> underWay = new HashSet<>();
        /** Reported and not confirmed yet. */
        private final Set<String> reported = new LinkedHashSet<>();
        /** To be handed to the executor, all from one request. Their leases are not renewed. */
        private final Deque<ExpiredSession> waiting = new ArrayDeque<>();

        private long waitingUntilNanos;
        /** Whether the executor refused one, so that it is to be asked again when a handler is done. */
        private boolean refused;

        /** After what time to ask an executor again that has none of this lane, whose end would tell. */
        private Duration patience = ROOM_AFTER;

        private Scheduler.Task nextOffer = () -> {};

        private boolean sweeping;
        private boolean again;
        private boolean stopped;
        private Scheduler.Task timer = () -> {};

        Sweeper(Lane lane) {
            this.lane = lane;
        }

        /** A key expired: a session of this lane, or something else. */
        void expired(String key) {
            if (key.startsWith(lane.session("")) && !isFull()) {
                sweep();
            }
        }

        /** Whether more that expired would have to wait. */
        private boolean isFull() {
            lock.lock();
            try {
                return underWay.size() >= MAX_UNDER_WAY || !waiting.isEmpty();
            } finally {
                lock.unlock();
            }
        }

        void sweep() {
            leaveWhatWaitsTooLong();
            offer();
            long askedNanos = runtime.scheduler().nanoTime();
            List<String> confirmed;
            List<String> renewed;
            int atMost;
            lock.lock();
            try {
                if (sweeping || (stopped && reported.isEmpty())) {
                    again = sweeping;
                    return;
                }
                sweeping = true;
                again = false;
                timer.cancel();
                confirmed = List.copyOf(reported);
                reported.clear();
                renewed = stopped ? List.of() : List.copyOf(underWay);
                atMost = stopped || isFull() ? 0 : Math.min(BATCH, MAX_UNDER_WAY - renewed.size());
            } finally {
                lock.unlock();
            }
            Arguments arguments =
                    new Arguments().add(atMost).add(lease.toMillis()).add(confirmed.size());
            confirmed.forEach(arguments::add);
            renewed.forEach(arguments::add);
            var unused = runtime.run(
                            SWEEP, List.of(lane.expiry(), lane.owners(), lane.principals(), lane.ending()), arguments)
                    .whenComplete((reply, failure) -> {
                        if (failure != null) {
                            runtime.listener().failed("session.sweepFailed", store, failure);
                            swept(confirmed, interval, false);
                        } else {
                            report(reply, askedNanos + lease.dividedBy(2).toNanos());
                        }
                    });
        }

        private void report(List<Reply> reply, long untilNanos) {
            List<ExpiredSession> sessions = new ArrayList<>();
            for (int i = 1; i < reply.size(); i += 2) {
                String principal = reply.get(i + 1).asText();
                sessions.add(new ExpiredSession(
                        reply.get(i).asText(), principal.isEmpty() ? Optional.empty() : Optional.of(principal)));
            }
            int received = receive(sessions, untilNanos);
            for (int i = 0; i < received; i++) {
                runtime.listener().event("session.expired", store);
            }
            Throwable refusal = received == 0 ? null : offer();
            if (refusal != null) {
                runtime.listener().failed("session.handlerFailed", store, refusal);
            }
            long dueMillis = reply.get(0).asLong();
            Duration due = dueMillis < 0 ? interval : Duration.ofMillis(dueMillis + 1);
            swept(List.of(), due, reply.size() > 2 * BATCH);
        }

        /**
         * Lets them wait for the executor; how many. Those whose lease ended before it was renewed are taken again, though their handlers are at
         * it.
         */
        private int receive(List<ExpiredSession> sessions, long untilNanos) {
            lock.lock();
            try {
                if (stopped || sessions.isEmpty()) {
                    return 0;
                }
                int before = waiting.size();
                for (ExpiredSession session : sessions) {
                    if (!underWay.contains(session.id()) && !reported.contains(session.id())) {
                        waiting.add(session);
                    }
                }
                waitingUntilNanos = untilNanos;
                return waiting.size() - before;
            } finally {
                lock.unlock();
            }
        }

        private void leaveWhatWaitsTooLong() {
            lock.lock();
            try {
                if (runtime.scheduler().nanoTime() - waitingUntilNanos >= 0) {
                    waiting.clear();
                }
            } finally {
                lock.unlock();
            }
        }

        /** Hands those that wait to the executor, until it refuses one; why it did, or null. */
        private @Nullable Throwable offer() {
            for (ExpiredSession next = begin(); next != null; next = begin()) {
                ExpiredSession session = next;
                try {
                    executor.execute(() -> handle(session));
                } catch (Throwable e) { // it is full or shut down, or cannot have another thread
                    putBack(session);
                    return e;
                }
            }
            return null;
        }

        private @Nullable ExpiredSession begin() {
            lock.lock();
            try {
                ExpiredSession next = waiting.poll();
                if (next != null) {
                    underWay.add(next.id());
                }
                return next;
            } finally {
                lock.unlock();
            }
        }

        private void putBack(ExpiredSession session) {
            lock.lock();
            try {
                if (underWay.remove(session.id()) && !stopped) {
                    waiting.addFirst(session);
                    refused = true;
                    if (underWay.isEmpty()) {
                        offerAfter(patience);
                        Duration longer = patience.multipliedBy(2);
                        patience = longer.compareTo(interval) < 0 ? longer : interval;
                    }
                }
            } finally {
                lock.unlock();
            }
        }

        private void offerAfter(Duration time) {
            nextOffer.cancel();
            nextOffer = runtime.scheduler().schedule(time, this::offerAgain);
        }

        private void offerAgain() {
            leaveWhatWaitsTooLong();
            offer();
            if (!isFull()) {
                sweep();
            }
        }

        private void swept(List<String> unconfirmed, Duration due, boolean more) {
            boolean now;
            lock.lock();
            try {
                sweeping = false;
                reported.addAll(unconfirmed);
                boolean full = isFull();
                now = again || (more && !full);
                if (!now && !stopped && !runtime.isClosed()) {
                    boolean sooner = !full && due.compareTo(interval) < 0;
                    timer = runtime.scheduler().schedule(sooner ? due : interval, this::sweep);
                }
            } finally {
                lock.unlock();
            }
            if (now) {
                sweep();
            }
        }

        private void handle(ExpiredSession session) {
            if (isStopped()) {
                done(session.id(), false);
                return;
            }
            CompletionStage<?> handled;
            try {
                handled = requireNonNull(handler.expired(session), "stage");
            } catch (Throwable e) {
                if (e instanceof InterruptedException) {
                    Thread.currentThread().interrupt();
                }
                handled = CompletableFuture.failedFuture(e);
            }
            var unused = handled.whenComplete((value, failure) -> {
                if (failure != null) {
                    runtime.listener().failed("session.handlerFailed", store, failure);
                }
                done(session.id(), failure == null);
            });
        }

        private boolean isStopped() {
            lock.lock();
            try {
                return stopped;
            } finally {
                lock.unlock();
            }
        }

        /** A session that was not reported to the end is left to whoever finds its lease over. */
        private void done(String id, boolean handled) {
            boolean roomAgain;
            lock.lock();
            try {
                underWay.remove(id);
                if (handled) {
                    reported.add(id);
                }
                roomAgain = underWay.size() == MAX_UNDER_WAY / 2;
                patience = ROOM_AFTER;
                if (refused) {
                    refused = false;
                    offerAfter(ROOM_AFTER);
                }
            } finally {
                lock.unlock();
            }
            if (roomAgain) {
                sweep();
            }
        }

        /** A last request confirms what was reported. */
        void stop() {
            lock.lock();
            try {
                stopped = true;
                waiting.clear();
                nextOffer.cancel();
                timer.cancel();
            } finally {
                lock.unlock();
            }
            sweep();
        }
    }

    /** Settings of a reaper. */
    public static final class Builder {
        private final SessionStore<?> store;
        private final Executor executor;
        private final AsyncHandler handler;
        private Duration interval = Duration.ofSeconds(1);
        private Duration lease = Duration.ofSeconds(30);
        private int database = -1;

        private Builder(SessionStore<?> store, Executor executor, AsyncHandler handler) {
            this.store = requireNonNull(store, "store");
            this.executor = requireNonNull(executor, "executor");
            this.handler = requireNonNull(handler, "handler");
        }

        /** After what time to look for expired sessions at the latest, a second if not set. */
        public Builder interval(Duration value) {
            interval = requireNonNull(value, "interval");
            return this;
        }

        /**
         * After what time a session is reported again whose handler failed or whose reaper died, 30 seconds if not set: at least twice the
         * interval, and up to a day.
         */
        public Builder lease(Duration value) {
            lease = requireNonNull(value, "lease");
            return this;
        }

        /**
         * Listens to the server's messages about expired keys, which it sends if its {@code notify-keyspace-events} has {@code Ex}.
         * In a cluster a node tells of its own keys only.
         *
         * @param value the number of the database that the store is in
         * @throws IllegalArgumentException if it is negative
         */
        public Builder notifications(int value) {
            if (value < 0) {
                throw new IllegalArgumentException("The number of a database is not negative: " + value);
            }
            database = value;
            return this;
        }

        /**
         * Starts the reaper. May block for a few round trips, which are measured, two seconds at most.
         *
         * @throws IllegalArgumentException if the settings make no sense together
         */
        public SessionReaper start() {
            if (interval.compareTo(Duration.ofMillis(10)) < 0
                    || interval.compareTo(lease.dividedBy(2)) > 0
                    || lease.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException(
                        "The interval is at least 10 ms, and the lease at least twice the interval, up to a day: "
                                + interval + ", " + lease);
            }
            store.runtime().checkLease("Reaper of '" + store.name() + '\'', lease);
            SessionReaper reaper = new SessionReaper(this);
            reaper.begin(database);
            return reaper;
        }
    }
}
