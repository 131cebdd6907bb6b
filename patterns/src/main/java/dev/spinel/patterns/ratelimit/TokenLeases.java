package dev.spinel.patterns.ratelimit;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.ratelimit.RateLimiter.Taken;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Tokens that the server granted in batches and that are handed out here, so that a key that is asked for all the time costs a round trip
 * per batch. Thread-safe.
 *
 * <p>A key is held here from its first request until its last batch outlives its time, or somebody else needs its place: of keys without
 * tokens, such as those that were asked for once, that which has been so for longest goes, and forgets how large its batches were. Each token is
 * handed out once, or given back once: what is left of a batch changes only under the lock of its key.
 */
final class TokenLeases {
    private static final int MAX_KEYS = 10_000;

    /** Takes the cost of a request from the server, and up to {@code most} in all if that fits. */
    @FunctionalInterface
    interface Source {
        CompletionStage<Taken> ask(RateLimitRequest request, long most);
    }

    private record Waiter(RateLimitRequest request, CompletableFuture<Decision> decision) {}

    private final Scheduler scheduler;
    private final long maxBatch;
    private final long timeNanos;
    private final Source source;
    private final Consumer<Grant> refund;
    private final Map<String, Held> keys = new ConcurrentHashMap<>();
    /** Those of the keys that have no tokens and wait for none, by {@link Held#spentSince}. */
    private final ConcurrentNavigableMap<Long, Held> spent = new ConcurrentSkipListMap<>();

    private final AtomicLong spentSoFar = new AtomicLong();

    /**
     * No leases yet.
     *
     * @param refund gives back what is left of a batch; does not block and throws nothing
     */
    TokenLeases(Scheduler scheduler, long maxBatch, Duration time, Source source, Consumer<Grant> refund) {
        this.scheduler = scheduler;
        this.maxBatch = maxBatch;
        this.timeNanos = time.toNanos();
        this.source = source;
        this.refund = refund;
    }

    /** Decides on a request, with what is held of its key or with what the server grants; fails as the server's answer does. */
    CompletionStage<Decision> take(RateLimitRequest request) {
        // A request with an id may have been granted before, and is then granted again.
        if (request.id().isPresent() || request.cost() > maxBatch / 2) {
            return source.ask(request, request.cost()).thenApply(Taken::decision);
        }
        while (true) {
            Held held = keys.get(request.key());
            if (held == null) {
                if (!hasRoom()) {
                    return source.ask(request, request.cost()).thenApply(Taken::decision);
                }
                held = keys.computeIfAbsent(request.key(), Held::new);
            }
            CompletionStage<Decision> decision = held.take(request);
            if (decision != null) {
                return decision;
            }
        }
    }

    /** Whether there is room for one more key, perhaps as another one went. */
    private boolean hasRoom() {
        while (keys.size() >= MAX_KEYS) {
            Map.Entry<Long, Held> oldest = spent.pollFirstEntry();
            if (oldest == null) {
                return false;
            }
            oldest.getValue().makeRoom();
        }
        return true;
    }

    /** Tokens of one batch, with the answer that granted it. */
    private static final class Batch {
        private final Decision.Allowed answer;
        private final Grant receipt;
        private final long askedNanos;
        private long left;

        Batch(Decision.Allowed answer, long size, long askedNanos) {
            this.answer = answer;
            this.receipt = answer.grant().orElseThrow();
            this.askedNanos = askedNanos;
            this.left = size;
        }

        /** Takes a cost off what is left. */
        Decision.Allowed hand(long cost, long nowNanos) {
            left -= cost;
            Duration age = Duration.ofNanos(nowNanos - askedNanos);
            List<LimitState> states = new ArrayList<>(answer.states().size());
            for (LimitState state : answer.states()) {
                states.add(new LimitState(
                        state.limit(),
                        state.remaining() + left,
                        Duration.ZERO,
                        LimitState.since(age, state.resetAfter()),
                        false));
            }
            return new Decision.Allowed(Optional.of(receipt(cost)), Duration.ZERO, states, false);
        }

        Grant receipt(long cost) {
            return new Grant(receipt.key(), cost, receipt.token(), receipt.takenAtMicros());
        }
    }

    /** What is held of a key. Stages are completed, and the server is asked, without the lock. */
    private final class Held {
        private final String key;
        private final ReentrantLock lock = new ReentrantLock();
        private final Deque<Waiter> waiters = new ArrayDeque<>();
        private @Nullable Batch batch;
        /** What was asked for last. */
        private long lastMost;
        /** How many waited then: the answer is newer than their requests. */
        private int waitedThen;

        private boolean asking;
        /** The place in the order of those without tokens; 0 if this is none of them. */
        private long spentSince;
        /** Whether this is out of the map, so that another one has to be found. */
        private boolean ended;

        private Scheduler.Task timer = () -> {};

        Held(String key) {
            this.key = key;
        }

        /** Decides on a request; null if this has ended. */
        @Nullable
        CompletionStage<Decision> take(RateLimitRequest request) {
            CompletableFuture<Decision> decision = new CompletableFuture<>();
            boolean askNow;
            lock.lock();
            try {
                if (ended) {
                    return null;
                }
                long now = scheduler.nanoTime();
                Batch present = batch;
                if (present != null && present.left >= request.cost() && isInTime(present, now)) {
                    Decision handed = present.hand(request.cost(), now);
                    noteWhetherSpent();
                    return CompletableFuture.completedFuture(handed);
                }
                waiters.add(new Waiter(request, decision));
                askNow = !asking;
                asking = true;
                noteWhetherSpent();
            } finally {
                lock.unlock();
            }
            if (askNow) {
                ask();
            }
            return decision;
        }

        private boolean isInTime(Batch some, long nowNanos) {
            return nowNanos - some.askedNanos < timeNanos;
        }

        /** Asks for the first who waits, and for as much more as is likely to be used. Only one at a time. */
        private void ask() {
            RateLimitRequest first;
            long most;
            lock.lock();
            try {
                first = waiters.element().request();
                long wanted = 0;
                for (Waiter waiter : waiters) {
                    wanted += waiter.request().cost();
                }
                // What is left stays in use until the answer comes, so that no more than a batch is held.
                long room = batch == null ? maxBatch : maxBatch - batch.left;
                most = Math.min(room, Math.max(wanted, 2 * lastMost));
                // Nothing is left over as long as all cost the same.
                most -= most % first.cost();
                lastMost = most;
                waitedThen = waiters.size();
            } finally {
                lock.unlock();
            }
            long askedNanos = scheduler.nanoTime();
            var unused = source.ask(first, most)
                    .whenComplete((taken, failure) -> answered(first.cost(), askedNanos, taken, failure));
        }

        private void answered(long cost, long askedNanos, @Nullable Taken taken, @Nullable Throwable failure) {
            List<Runnable> decisions = new ArrayList<>();
            List<Runnable> afterwards = new ArrayList<>();
            lock.lock();
            try {
                if (taken == null) {
                    Throwable cause = requireNonNull(failure);
                    waiters.forEach(waiter -> decisions.add(() -> waiter.decision.completeExceptionally(cause)));
                    waiters.clear();
                } else if (taken.decision() instanceof Decision.Allowed allowed) {
                    giveBack(afterwards);
                    Batch present = new Batch(allowed, taken.cost(), askedNanos);
                    batch = present;
                    handOut(present, decisions);
                } else {
                    deny(cost, taken.decision(), decisions);
                }
                if (waiters.isEmpty()) {
                    asking = false;
                    keepOrEnd(afterwards);
                } else {
                    // Or the server denies what nobody here can use any more.
                    if (batch != null && !isInTime(batch, scheduler.nanoTime())) {
                        giveBack(afterwards);
                    }
                    afterwards.add(this::ask);
                }
            } finally {
                lock.unlock();
            }
            // First, since whoever gets a decision may wait for the next one.
            afterwards.forEach(Runnable::run);
            decisions.forEach(Runnable::run);
        }

        /** Serves who waits, in order, as long as it suffices; of a batch that came too late, those who waited for it from the start. */
        private void handOut(Batch present, List<Runnable> decisions) {
            long now = scheduler.nanoTime();
            int served = isInTime(present, now) ? waiters.size() : waitedThen;
            while (served-- > 0 && waiters.element().request().cost() <= present.left) {
                Waiter waiter = waiters.remove();
                Decision decision = present.hand(waiter.request().cost(), now);
                decisions.add(() -> waiter.decision.complete(decision));
            }
        }

        /** Denies those who waited from the start and want as much; others are asked for next. */
        private void deny(long cost, Decision denied, List<Runnable> decisions) {
            Iterator<Waiter> oldest = waiters.iterator();
            for (int i = 0; i < waitedThen; i++) {
                Waiter waiter = oldest.next();
                if (waiter.request().cost() == cost) {
                    oldest.remove();
                    decisions.add(() -> waiter.decision.complete(denied));
                }
            }
        }

        /** Lets go of the key if there is nothing in it, and otherwise sees to it that this happens in time. */
        private void keepOrEnd(List<Runnable> afterwards) {
            timer.cancel();
            Batch present = batch;
            long leftNanos = present == null ? 0 : timeNanos - (scheduler.nanoTime() - present.askedNanos);
            if (leftNanos > 0 && endsIn(leftNanos)) {
                noteWhetherSpent();
            } else {
                end();
                giveBack(afterwards);
            }
        }

        /** False if the scheduler takes no more: then nothing would end it later. */
        private boolean endsIn(long nanos) {
            try {
                timer = scheduler.schedule(Duration.ofNanos(nanos), this::timeIsOver);
                return true;
            } catch (RuntimeException e) {
                return false;
            }
        }

        private void end() {
            ended = true;
            keys.remove(key, this);
            noteWhetherSpent();
        }

        private boolean isSpent() {
            return !ended && !asking && (batch == null || batch.left == 0);
        }

        private void noteWhetherSpent() {
            boolean isNow = isSpent();
            if (isNow && spentSince == 0) {
                spentSince = spentSoFar.incrementAndGet();
                spent.put(spentSince, this);
            } else if (!isNow && spentSince > 0) {
                spent.remove(spentSince);
                spentSince = 0;
            }
        }

        /** Ends, unless this is asked for again since it was found to be spent. */
        void makeRoom() {
            lock.lock();
            try {
                if (isSpent()) {
                    timer.cancel();
                    end();
                }
            } finally {
                lock.unlock();
            }
        }

        private void timeIsOver() {
            List<Runnable> afterwards = new ArrayList<>();
            lock.lock();
            try {
                // Otherwise what is asked for decides.
                if (!asking && !ended) {
                    keepOrEnd(afterwards);
                }
            } finally {
                lock.unlock();
            }
            afterwards.forEach(Runnable::run);
        }

        private void giveBack(List<Runnable> afterwards) {
            Batch old = batch;
            if (old != null && old.left > 0) {
                Grant rest = old.receipt(old.left);
                old.left = 0;
                afterwards.add(() -> refund.accept(rest));
            }
        }
    }
}
