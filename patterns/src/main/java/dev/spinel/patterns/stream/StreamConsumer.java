package dev.spinel.patterns.stream;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.stream.EventStream.Turn;
import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A member of a group of consumers that share the entries of a stream, until it or its runtime is closed. Every entry is delivered to one of
 * them at least once: what a consumer leaves unacknowledged, as it died or its handler failed, another one (or the same) takes over after the
 * lease. An entry that was delivered as often as it may is given up: moved to {@link EventStream#givenUpKey}. Thread-safe.
 *
 * <p>What the group will never get is reported: entries that were trimmed away before they were read, or while they were pending, and a group or
 * stream that vanished, which begins anew with the oldest entry that is there. A gap is reported at least once by a consumer of the group, by each
 * of them if they learn of it at the same time, and again if it is not known whether it was. What is missing is counted, and what is deleted one by
 * one (XDEL) before the group read it counts as read: it is not reported, or only when all before it was trimmed. All that read with the group read
 * with this class.
 *
 * <p>One request is on its way at a time; it carries all acknowledgements that came up meanwhile, and fetches as much as there are free
 * places. With nothing to do, the next one follows when an entry is announced ({@link EventStream#append} does that), or after the poll
 * interval. Entries are begun in the stream's order, and end as they do: with a concurrency of 1, in that order, except for those that are
 * delivered again.
 *
 * <p>Events, with the stream's key: {@code stream.gap}, {@code stream.givenUp}, and with their cause {@code stream.handlerFailed},
 * {@code stream.turnFailed} (the server was away; it is tried again), {@code stream.executorRefused}, {@code stream.closedEarly},
 * {@code stream.leaveFailed} (a closed consumer stays in the group until another one starts, an hour later or more). What the
 * executor refuses is given back, which counts as no delivery, and no more is fetched until a handler ends, or for half a second.
 */
public final class StreamConsumer implements AutoCloseable {
    private static final int MAX_IDS = 500;
    /** After a turn that failed, or work that the executor refused. */
    private static final Duration RETRY_TURN_AFTER = Duration.ofMillis(500);

    private static final String FIRST_ID = "0-0";

    private final EventStream stream;
    private final PatternRuntime runtime;
    private final String group;
    private final String consumer = UUID.randomUUID().toString();
    private final Executor executor;
    private final AsyncHandler handler;
    private final GapHandler gapHandler;
    private final String start;
    private final int concurrency;
    private final int maxDeliveries;
    private final Duration lease;
    private final Duration pollInterval;

    /** Those that are in a handler. */
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    private final ReentrantLock lock = new ReentrantLock();
    /** What is worked on, by id; guarded by the lock, as all below. */
    private final Map<String, StreamEntry> running = new LinkedHashMap<>();

    private final List<String> toAcknowledge = new ArrayList<>();
    private final List<StreamEntry> toGiveBack = new ArrayList<>();
    private final List<String> toExtend = new ArrayList<>();
    /** Complete when a turn succeeded, so that the group was there. */
    private final CompletableFuture<Void> joined = new CompletableFuture<>();

    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    /** The number of the gap that was reported last, to be taken note of; 0 for none. */
    private long reportedGap;
    /** From where on to look for what others left. */
    private String leftFrom = FIRST_ID;

    private boolean lookForLeft = true;
    private boolean turning;
    private boolean signalled;
    /** Whether the executor has just refused work, so that none is fetched. */
    private boolean refused;

    private boolean closing;
    private boolean leaving;
    /** Whether leases are not extended any more, and nothing is tried again. */
    private boolean ended;

    private Scheduler.Task timer = () -> {};
    private Scheduler.Task upkeep = () -> {};
    private Scheduler.Task subscription = () -> {};

    /** What is done with an entry. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Works on an entry, which is acknowledged when this returns; may block. Runs on the consumer's executor.
         *
         * @throws Exception to have it delivered again after the lease
         */
        void handle(StreamEntry entry) throws Exception;
    }

    /** As {@link Handler}, for work that goes on elsewhere. */
    @FunctionalInterface
    public interface AsyncHandler {
        /**
         * Begins to work on an entry. Must not block: runs on the thread that completes the request to the server.
         *
         * @return completes when the entry is to be acknowledged, whatever its value; the entry has its place among those that are worked on, and
         *     its lease is extended, until then. If the stage fails, it is delivered again after the lease
         * @throws Exception to have it delivered again after the lease, too
         */
        CompletionStage<?> handle(StreamEntry entry) throws Exception;
    }

    /** What is done about a gap. */
    @FunctionalInterface
    public interface GapHandler {
        /** Called for each gap, perhaps more than once, before entries that were fetched with it are handled. Must not block. */
        void missed(StreamGap gap);
    }

    private StreamConsumer(Builder builder) {
        stream = builder.stream;
        runtime = stream.runtime();
        group = builder.group;
        executor = builder.executor;
        handler = builder.handler;
        gapHandler = builder.gapHandler;
        start = builder.start;
        concurrency = builder.concurrency;
        maxDeliveries = builder.maxDeliveries;
        lease = builder.lease;
        pollInterval = builder.pollInterval;
    }

    private void begin() {
        lock.lock();
        try {
            subscription = runtime.subscribe(stream.channel(), ChannelListener.signalling(this::signal));
            keepUpLater();
        } finally {
            lock.unlock();
        }
        turn();
    }

    private void signal() {
        lock.lock();
        try {
            signalled = true;
        } finally {
            lock.unlock();
        }
        turn();
    }

    /** Three times per lease: extends what is worked on, and looks for what others left. */
    private void keepUpLater() {
        upkeep = runtime.scheduler().schedule(lease.dividedBy(3), this::keepUp);
    }

    private void keepUp() {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            toExtend.clear();
            toExtend.addAll(running.keySet());
            lookForLeft = true;
            keepUpLater();
        } finally {
            lock.unlock();
        }
        turn();
    }

    private void turn() {
        Arguments arguments;
        List<String> acknowledged;
        List<StreamEntry> givenBack;
        int free;
        boolean looks;
        long reported;
        lock.lock();
        try {
            free = closing || refused ? 0 : concurrency - running.size();
            if (turning || (nothingToSettle() && toExtend.isEmpty() && free <= 0)) {
                return;
            }
            turning = true;
            signalled = false;
            timer.cancel();
            acknowledged = List.copyOf(toAcknowledge.subList(0, Math.min(toAcknowledge.size(), MAX_IDS)));
            toAcknowledge.subList(0, acknowledged.size()).clear();
            givenBack = List.copyOf(toGiveBack);
            toGiveBack.clear();
            looks = lookForLeft && free > 0;
            reported = reportedGap;
            arguments = new Arguments()
                    .add(group)
                    .add(consumer)
                    .add(start)
                    .add(free)
                    .add(looks ? lease.toMillis() : 0)
                    .add(leftFrom)
                    .add(maxDeliveries)
                    .add(reported)
                    .add(joined.isDone() ? 1 : 0)
                    .add(acknowledged.size())
                    .add(givenBack.size());
            acknowledged.forEach(arguments::add);
            givenBack.forEach(entry -> arguments.add(entry.id()).add(entry.deliveries() - 1));
            toExtend.forEach(arguments::add);
            toExtend.clear();
        } finally {
            lock.unlock();
        }
        var unused = stream.turn(group, arguments).whenComplete((turn, failure) -> {
            if (failure != null) {
                failed(acknowledged, givenBack, failure);
            } else {
                turned(turn, free, looks, reported);
            }
        });
    }

    private void turned(Turn turn, int free, boolean looked, long reported) {
        for (long i = 0; i < turn.givenUp(); i++) {
            runtime.listener().event("stream.givenUp", stream.key());
        }
        if (turn.gaps() > 0) {
            report(turn.gap());
        }
        joined.complete(null);
        boolean again;
        lock.lock();
        try {
            turning = false;
            reportedGap = turn.gaps() > 0 ? turn.gaps() : reportedGap == reported ? 0 : reportedGap;
            for (StreamEntry entry : turn.entries()) {
                running.put(entry.id(), entry);
            }
            if (looked) {
                leftFrom = turn.next();
                lookForLeft = !leftFrom.equals(FIRST_ID);
            }
            boolean hungry = turn.entries().size() < free;
            again = !nothingToSettle() || signalled || !hungry || reportedGap > 0 || (looked && lookForLeft);
        } finally {
            lock.unlock();
        }
        endIfDrained();
        turn.entries().forEach(this::start);
        if (again) {
            turn();
        } else {
            wakeAfter(pollInterval);
        }
    }

    private void report(StreamGap gap) {
        runtime.listener().event("stream.gap", stream.key());
        threads.add(Thread.currentThread());
        try {
            gapHandler.missed(gap);
        } catch (Throwable e) {
            runtime.listener().failed("stream.handlerFailed", stream.key(), e);
        } finally {
            threads.remove(Thread.currentThread());
        }
    }

    private void failed(List<String> acknowledged, List<StreamEntry> givenBack, Throwable cause) {
        runtime.listener().failed("stream.turnFailed", stream.key(), cause);
        boolean leftOver;
        lock.lock();
        try {
            turning = false;
            toAcknowledge.addAll(0, acknowledged);
            toGiveBack.addAll(0, givenBack);
            if (runtime.isClosed()) {
                closing = true;
                end();
            }
            leftOver = ended && !(running.isEmpty() && nothingToSettle());
        } finally {
            lock.unlock();
        }
        endIfDrained();
        if (leftOver) { // it is not sent again
            drained.completeExceptionally(cause);
        }
        wakeAfter(RETRY_TURN_AFTER);
    }

    /** Has the next turn follow after a while, unless one is on its way, or none is to come by itself. */
    private void wakeAfter(Duration delay) {
        lock.lock();
        try {
            if (!turning && !ended) {
                timer.cancel();
                timer = runtime.scheduler().schedule(delay, this::turn);
            }
        } finally {
            lock.unlock();
        }
    }

    private void start(StreamEntry entry) {
        try {
            executor.execute(() -> work(entry));
        } catch (RuntimeException e) { // the executor is full or shut down
            runtime.listener().failed("stream.executorRefused", stream.key(), e);
            giveBack(entry);
        } catch (Error e) { // there are no more threads
            runtime.listener().failed("stream.handlerFailed", stream.key(), e);
            giveBack(entry);
        }
    }

    /** Gives an entry back that was not begun, for lack of a thread or of time, and fetches none for a while. */
    private void giveBack(StreamEntry entry) {
        lock.lock();
        try {
            if (!running.remove(entry.id(), entry)) {
                return;
            }
            toGiveBack.add(entry);
            if (!refused && !ended) {
                refused = true;
                var unused = runtime.scheduler().schedule(RETRY_TURN_AFTER, this::fetchAgain);
            }
        } finally {
            lock.unlock();
        }
        turn();
    }

    private void fetchAgain() {
        lock.lock();
        try {
            goOn();
        } finally {
            lock.unlock();
        }
        turn();
    }

    /** Fetches again if the executor had refused work, beginning with what was given back. */
    private void goOn() {
        lookForLeft |= refused;
        refused = false;
    }

    private boolean nothingToSettle() {
        return toAcknowledge.isEmpty() && toGiveBack.isEmpty();
    }

    private void work(StreamEntry entry) {
        if (hasEnded()) {
            giveBack(entry);
            return;
        }
        CompletionStage<?> handled;
        threads.add(Thread.currentThread());
        try {
            handled = requireNonNull(handler.handle(entry), "stage");
        } catch (Throwable e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            handled = CompletableFuture.failedFuture(e);
        } finally {
            threads.remove(Thread.currentThread());
        }
        var unused = handled.whenComplete((value, failure) -> {
            if (failure != null) {
                runtime.listener().failed("stream.handlerFailed", stream.key(), failure);
            }
            done(entry, failure == null);
        });
    }

    private boolean hasEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Makes room; what was not handled is left to whoever looks for it after the lease. */
    private void done(StreamEntry entry, boolean handled) {
        lock.lock();
        try {
            // A later delivery of the same entry may be here already, if this one's lease ended.
            running.remove(entry.id(), entry);
            if (handled) {
                toAcknowledge.add(entry.id());
            }
            goOn();
        } finally {
            lock.unlock();
        }
        endIfDrained();
        turn();
    }

    private void end() {
        ended = true;
        upkeep.cancel();
        timer.cancel();
    }

    /** With nothing left to do, the server forgets this consumer; a server that is away, at the start of another one. */
    private void endIfDrained() {
        lock.lock();
        try {
            if (!closing || leaving || turning || !running.isEmpty() || !nothingToSettle()) {
                return;
            }
            leaving = true;
            end();
        } finally {
            lock.unlock();
        }
        var unused = stream.leave(group, consumer).whenComplete((left, failure) -> {
            if (failure != null) {
                runtime.listener().failed("stream.leaveFailed", stream.key(), failure);
            }
            joined.completeExceptionally(new CancellationException("The consumer was closed before it joined"));
            drained.complete(null);
        });
    }

    /**
     * Completes when the consumer has joined the group: what is added after that is delivered, also if the group is a new one that does not
     * begin with the oldest entry. Fails if it is closed before. What depends on it must not block.
     */
    public CompletionStage<Void> joined() {
        return joined.minimalCompletionStage();
    }

    /** How many entries are worked on. */
    public int running() {
        lock.lock();
        try {
            return running.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Fetches nothing more; completes when all that was fetched is handled and acknowledged. Fails if a part of it cannot be acknowledged any
     * more, as the server was away when the consumer, or its runtime, was closed.
     */
    public CompletionStage<Void> drain() {
        lock.lock();
        try {
            closing = true;
            subscription.cancel();
        } finally {
            lock.unlock();
        }
        endIfDrained();
        return drained.minimalCompletionStage();
    }

    /**
     * Drains, for up to a lease. What is not acknowledged then is delivered again once its lease ends, and what is not begun is given back. In a
     * handler, which draining would wait for, this only begins to drain; what depends on a stage must not block, and drains instead.
     */
    @Override
    public void close() {
        CompletionStage<Void> draining = drain();
        if (threads.contains(Thread.currentThread())) {
            return;
        }
        try {
            draining.toCompletableFuture().get(lease.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            runtime.listener().failed("stream.closedEarly", stream.key(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            boolean leftOver;
            lock.lock();
            try {
                end();
                // Settlements that wait for a turn to be tried again; of handlers that are at work, the end brings
                // about another one.
                leftOver = !turning && running.isEmpty() && !nothingToSettle();
            } finally {
                lock.unlock();
            }
            if (leftOver) {
                drained.completeExceptionally(
                        new CancellationException("The consumer was closed before all was acknowledged"));
            }
        }
    }

    /** Settings of a consumer. Times count in whole milliseconds. */
    public static final class Builder {
        private final EventStream stream;
        private final String group;
        private final Executor executor;
        private final AsyncHandler handler;
        private GapHandler gapHandler = gap -> {};
        private String start = "$";
        private int concurrency = 10;
        private int maxDeliveries = 5;
        private Duration lease = Duration.ofSeconds(30);
        private Duration pollInterval = Duration.ofSeconds(1);

        Builder(EventStream stream, String group, Executor executor, AsyncHandler handler) {
            this.stream = stream;
            this.group = requireNonNull(group, "group");
            this.executor = requireNonNull(executor, "executor");
            this.handler = requireNonNull(handler, "handler");
        }

        /**
         * What is done about gaps; they are events in any case. A stream that is trimmed while entries of it are worked on gives gaps of entries
         * that may well be handled: keep more than consumers have in hand.
         */
        public Builder onGap(GapHandler value) {
            gapHandler = requireNonNull(value, "onGap");
            return this;
        }

        /** Has a new group begin with the oldest entry that is there, instead of with those added once it was {@link StreamConsumer#joined joined}. */
        public Builder fromTheStart() {
            start = "0";
            return this;
        }

        /** How many entries are worked on at the same time, from 1 to 1000; 10 if not set. */
        public Builder concurrency(int value) {
            concurrency = value;
            return this;
        }

        /** How often an entry is delivered before it is given up, 5 times if not set. */
        public Builder maxDeliveries(int value) {
            maxDeliveries = value;
            return this;
        }

        /** After what time an entry whose consumer died, or whose handler failed, is delivered again, up to a day; 30 seconds if not set. */
        public Builder lease(Duration value) {
            lease = requireNonNull(value, "lease");
            return this;
        }

        /** After what time an idle consumer looks for entries if it heard nothing, up to a day; a second if not set. */
        public Builder pollInterval(Duration value) {
            pollInterval = requireNonNull(value, "pollInterval");
            return this;
        }

        /**
         * Starts the consumer, which then joins the group; a server that is away is waited for, but not by the caller: {@link StreamConsumer#joined}
         * tells when what is added will be delivered. May block for a few round trips, which are measured, two seconds at most.
         *
         * @throws IllegalArgumentException if the settings make no sense
         */
        public StreamConsumer start() {
            check("a group has a name", !group.isEmpty(), group);
            check("concurrency is between 1 and 1000", concurrency >= 1 && concurrency <= 1000, concurrency);
            check("maxDeliveries is at least 1", maxDeliveries >= 1, maxDeliveries);
            check("lease is between 100 ms and a day", isBetween(lease, 100), lease);
            check("pollInterval is between 10 ms and a day", isBetween(pollInterval, 10), pollInterval);
            stream.runtime().checkLease("Stream '" + stream.key() + '\'', lease);
            StreamConsumer consumer = new StreamConsumer(this);
            consumer.begin();
            return consumer;
        }

        private static boolean isBetween(Duration value, long leastMillis) {
            return value.compareTo(Duration.ofMillis(leastMillis)) >= 0 && value.compareTo(Duration.ofDays(1)) <= 0;
        }

        private void check(String rule, boolean holds, Object value) {
            if (!holds) {
                throw new IllegalArgumentException("Stream '" + stream.key() + "': " + rule + ", not '" + value + "'");
            }
        }
    }
}
