package dev.spinel.patterns.lock;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.lock.Contenders.Contender;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * One candidate for the leadership of a name, of which at most one leads at a time. A candidate that is elected leads for a {@link Term}, until
 * it resigns, dies, or cannot renew its lease; then it stands again, behind all who wait already. Thread-safe.
 *
 * <p>Leadership is a {@link Lease} of a fair lock, with its guarantees: a leader that was paused may think that it leads still, so what
 * must never be done by a former leader is done with {@link Term#number}, and refused where a higher one was seen. A term is renewed up
 * to {@link Locks.Builder#maxHold}; to let leaders lead for longer, make the locks with a longer one. Events, with the name:
 * {@code leader.elected}, {@code leader.ended}, {@code leader.candidacyFailed} (the server was away; it stands again after a second),
 * {@code leader.candidateFailed} (the callback threw, or the executor refused it; the term was resigned, and it stands again after a pause of 0.1 s,
 * which doubles with each such term in succession up to 30 s). Both failures come with their cause.
 */
public final class LeaderElection implements AutoCloseable {
    private static final Duration STAND_AGAIN_AFTER = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final PatternRuntime runtime;
    private final DistributedLock seat;
    private final Executor executor;
    private final Candidate candidate;
    private final ReentrantLock lock = new ReentrantLock();
    /** Complete when the seat is given back after all, or cannot be. */
    private final CompletableFuture<Void> closing = new CompletableFuture<>();
    /** The last candidacy, guarded by the lock, as all below. */
    private @Nullable Contender candidacy;

    private @Nullable Term term;
    /** How long it does not stand after a term that failed: longer after each one, until one lasts longer than any, or does not fail. */
    private Duration pause = FIRST_PAUSE;

    private Scheduler.Task standAgain = () -> {};
    private boolean closed;

    /** What one does when elected. */
    @FunctionalInterface
    public interface Candidate {
        /**
         * Begins to lead. Runs on the election's executor, unless the term has ended by then; may block as long as the term lasts, but need not:
         * returning does not end it. Whatever it throws, errors included, resigns.
         *
         * @throws Exception to resign
         */
        void elected(Term term) throws Exception;
    }

    private LeaderElection(DistributedLock seat, Executor executor, Candidate candidate) {
        this.seat = seat;
        runtime = seat.runtime();
        this.executor = requireNonNull(executor, "executor");
        this.candidate = requireNonNull(candidate, "candidate");
    }

    /**
     * Stands for the leadership of a name, until closed. It is not the {@link Locks#fairLock} of that name.
     *
     * @param locks decides how soon a dead leader is replaced ({@link Locks.Builder#lease}) and how long a term lasts at most
     * @param executor runs the candidate's callback
     */
    public static LeaderElection join(Locks locks, String name, Executor executor, Candidate candidate) {
        LeaderElection election = new LeaderElection(locks.seat(name), executor, candidate);
        election.stand();
        return election;
    }

    /** The time for which one leads. Thread-safe. */
    public final class Term {
        private final Lease lease;
        private final long begunNanos = runtime.scheduler().nanoTime();
        /** Guarded by the lock. */
        private boolean failed;

        private Term(Lease lease) {
            this.lease = lease;
        }

        /** Higher than that of each term before, by whomever: the {@link Lease#fence} of the leadership. */
        public long number() {
            return lease.fence();
        }

        /** Whether it lasts, by the conservative local reckoning of {@link Lease#isValid}; asks nobody. */
        public boolean isCurrent() {
            return lease.isValid();
        }

        /** Completes when it ends without a resignation. Dependents must not block. */
        public CompletionStage<LossReason> lost() {
            return lease.lost();
        }

        /** Ends it, and stands again behind all who wait. Without effect if it has ended. */
        public void resign() {
            runtime.call(this::resignAsync);
        }

        /** As {@link #resign}; complete when the seat is given back, or cannot be, as the server is away: then it ends by itself. */
        public CompletionStage<Void> resignAsync() {
            return lease.closeAsync().thenAccept(result -> ended(this));
        }
    }

    /** The name that is stood for. */
    public String name() {
        return seat.name();
    }

    /** The present term, if this candidate leads. */
    public Optional<Term> term() {
        lock.lock();
        try {
            return Optional.ofNullable(term).filter(Term::isCurrent);
        } finally {
            lock.unlock();
        }
    }

    private void stand() {
        Contender asked;
        lock.lock();
        try {
            if (closed || runtime.isClosed()) {
                return;
            }
            asked = seat.join();
            candidacy = asked;
        } finally {
            lock.unlock();
        }
        var unused = asked.future().whenComplete((lease, failure) -> {
            if (failure == null) {
                lead(lease);
            } else if (!asked.future().isCancelled()) {
                runtime.listener().failed("leader.candidacyFailed", name(), failure);
                standAfter(STAND_AGAIN_AFTER);
            }
        });
    }

    private void standAfter(Duration delay) {
        lock.lock();
        try {
            if (!closed && !runtime.isClosed()) {
                standAgain = runtime.scheduler().schedule(delay, this::stand);
            }
        } finally {
            lock.unlock();
        }
    }

    private void lead(Lease lease) {
        Term begun = new Term(lease);
        boolean late;
        lock.lock();
        try {
            late = closed;
            term = late ? null : begun;
        } finally {
            lock.unlock();
        }
        if (late) {
            var unused = lease.closeAsync();
            return;
        }
        runtime.listener().event("leader.elected", name());
        var unused = lease.lost().thenAccept(reason -> ended(begun));
        try {
            executor.execute(() -> serve(begun));
        } catch (RuntimeException | Error e) { // it is full, shut down or without threads, or runs the candidate here
            failed(begun, e);
        }
    }

    private void serve(Term begun) {
        if (!begun.isCurrent()) { // the executor came to it too late
            return;
        }
        try {
            candidate.elected(begun);
        } catch (Exception e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            failed(begun, e);
        } catch (Error e) {
            failed(begun, e);
            throw e;
        }
    }

    /** Gives the seat to somebody else, and stands again when the server knows. Blocks nobody. */
    private void failed(Term begun, Throwable cause) {
        lock.lock();
        try {
            if (begun.failed) {
                return;
            }
            begun.failed = true;
        } finally {
            lock.unlock();
        }
        runtime.listener().failed("leader.candidateFailed", name(), cause);
        var unused = begun.lease.releaseAsync().whenComplete((result, failure) -> ended(begun));
    }

    private void ended(Term over) {
        Duration delay = Duration.ZERO;
        lock.lock();
        try {
            if (term != over) {
                return;
            }
            term = null;
            Duration lasted = Duration.ofNanos(runtime.scheduler().nanoTime() - over.begunNanos);
            if (!over.failed || lasted.compareTo(LONGEST_PAUSE) > 0) {
                pause = FIRST_PAUSE;
            }
            if (over.failed) {
                delay = pause;
                Duration doubled = pause.multipliedBy(2);
                pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
            }
        } finally {
            lock.unlock();
        }
        runtime.listener().event("leader.ended", name());
        if (delay.isZero()) {
            stand();
        } else {
            standAfter(delay);
        }
    }

    /**
     * Stands no more, and resigns if this candidate leads. A seat that cannot be given back, as the server is away, ends by itself. To be closed
     * before the runtime, which ends a candidacy, too, but gives nothing back.
     */
    @Override
    public void close() {
        runtime.call(this::closeAsync);
    }

    /** As {@link #close}; complete when the seat is given back or cannot be, also if it was just about to be taken. */
    public CompletionStage<Void> closeAsync() {
        Term present;
        Contender waiting;
        lock.lock();
        try {
            if (closed) {
                return closing.minimalCompletionStage();
            }
            closed = true;
            standAgain.cancel();
            present = term;
            term = null;
            waiting = candidacy;
        } finally {
            lock.unlock();
        }
        CompletionStage<Void> given = CompletableFuture.completedStage(null);
        if (present != null) {
            given = present.lease.closeAsync().thenAccept(result -> runtime.listener()
                    .event("leader.ended", name()));
        } else if (waiting != null) {
            given = waiting.withdraw();
        }
        var unused = given.thenAccept(closing::complete);
        return closing.minimalCompletionStage();
    }
}
