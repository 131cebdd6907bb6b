package dev.spinel.patterns.lock;

import dev.spinel.patterns.lock.Contenders.Contender;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;

/**
 * Something that one process at a time, or a bounded number, may hold: a lock, one side of a read-write lock, or the permits of a
 * semaphore, as made by {@link Locks}. Not bound to threads: the holder is whoever has the {@link Lease}. Thread-safe.
 *
 * <p>Taking a free lock is one round trip, releasing it another. Those who wait in one process are served in their order, but
 * for readers, who are let in together; between processes it is a race, unless the lock is fair. A failure of the server while asking, after the
 * retries of the runtime, fails the one who asks, and all who wait behind it in this process, with a {@link PatternException}; what it may have got
 * is given back or runs out. A grant that arrives when its lease is over by the local reckoning is asked for again, but for one who waits no
 * longer; if the second one is over as well, that is a {@link PatternException.TooLate}. Who waits while the runtime is closed fails when it asks
 * again, after the poll interval at the latest.
 */
public final class DistributedLock {
    /** A wait for ever, at whose end clocks have not overflowed. */
    private static final long LONGEST_WAIT_NANOS = Long.MAX_VALUE / 2;

    private final LeaseProtocol protocol;
    private final LeaseSettings settings;
    /** Of all who wait, unless the server knows each: then each acquisition has its own. */
    private final Contenders contenders;

    DistributedLock(LeaseProtocol protocol, LeaseSettings settings) {
        this.protocol = protocol;
        this.settings = settings;
        contenders = new Contenders(protocol, settings);
    }

    /** Queues for it. */
    Contender join() {
        return (protocol.knowsAll() ? new Contenders(protocol, settings) : contenders).join();
    }

    PatternRuntime runtime() {
        return protocol.runtime();
    }

    /** The name given by the application. */
    public String name() {
        return protocol.name();
    }

    /**
     * Takes it if it is free; never waits for others. Overtakes those who wait in this process, unless the lock is fair.
     *
     * @return empty if it is not free, or if its lease was over twice when the server's answer came
     */
    public Optional<Lease> tryAcquire() {
        return runtime().call(() -> tryAcquireAsync());
    }

    /** As {@link #tryAcquire()}. Nothing stays taken if the stage's future was completed otherwise, by cancelling it or by a time-out. */
    public CompletionStage<Optional<Lease>> tryAcquireAsync() {
        CompletableFuture<Optional<Lease>> result = new CompletableFuture<>();
        var unused = tryAcquire(UUID.randomUUID().toString(), true).whenComplete((lease, failure) -> {
            if (failure != null) {
                result.completeExceptionally(unwrap(failure));
            } else if (!result.complete(lease)) {
                lease.ifPresent(Lease::closeAsync);
            }
        });
        return result;
    }

    /** @param again whether to ask once more if the lease is over when its grant comes */
    private CompletionStage<Optional<Lease>> tryAcquire(String owner, boolean again) {
        long sentNanos = runtime().scheduler().nanoTime();
        return protocol.acquire(owner, settings, false)
                .whenComplete((attempt, failure) -> {
                    if (failure != null && !(again && failure instanceof PatternException.Unavailable)) {
                        var unused = protocol.withdraw(owner);
                    }
                })
                .thenCompose(attempt -> {
                    if (!attempt.granted()) {
                        return CompletableFuture.completedStage(Optional.empty());
                    }
                    if (!settings.isOver(sentNanos, runtime().scheduler().nanoTime())) {
                        return CompletableFuture.completedStage(
                                Optional.of(new Lease(protocol, settings, owner, attempt.value(), sentNanos)));
                    }
                    runtime().listener().event("lock.grantedTooLate", name());
                    if (again) {
                        return tryAcquire(owner, false);
                    }
                    var unused = protocol.withdraw(owner);
                    return CompletableFuture.completedStage(Optional.empty());
                });
    }

    /**
     * Takes it, waiting for others up to the given time. One attempt is made in any case, and its answer awaited: without time to wait this is
     * {@link #tryAcquire()}. Of those who wait in this process for what one may hold at a time, the first one's attempt is that of all.
     *
     * @return empty if it did not become free in time, or if its lease was over when it was granted and the time too
     * @throws InterruptedException if interrupted before, or while waiting; nothing stays taken
     */
    public Optional<Lease> tryAcquire(Duration wait) throws InterruptedException {
        long nanos = TimeUnit.NANOSECONDS.convert(wait);
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (nanos <= 0) {
            return tryAcquire();
        }
        Contender contender = join();
        CompletableFuture<Lease> future = contender.future();
        try {
            return Optional.of(future.get(nanos, TimeUnit.NANOSECONDS));
        } catch (TimeoutException e) {
            contender.giveUp();
            return awaitAnswer(contender);
        } catch (InterruptedException e) {
            var unused = contender.withdraw();
            throw e;
        } catch (ExecutionException e) {
            throw rethrown(e);
        }
    }

    private static Optional<Lease> awaitAnswer(Contender contender) throws InterruptedException {
        try {
            return Optional.of(contender.future().get());
        } catch (CancellationException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            var unused = contender.withdraw();
            throw e;
        } catch (ExecutionException e) {
            throw rethrown(e);
        }
    }

    /**
     * As {@link #tryAcquire(Duration)}. Completing the stage's future otherwise, by cancelling it or by a time-out, ends the wait; nothing stays
     * taken.
     */
    public CompletionStage<Optional<Lease>> tryAcquireAsync(Duration wait) {
        long nanos = Math.min(TimeUnit.NANOSECONDS.convert(wait), LONGEST_WAIT_NANOS);
        if (nanos <= 0) {
            return tryAcquireAsync();
        }
        CompletableFuture<Optional<Lease>> result = new CompletableFuture<>();
        Contender contender = join();
        Scheduler.Task end = runtime().scheduler().schedule(Duration.ofNanos(nanos), contender::giveUp);
        var unused = contender.future().whenComplete((lease, failure) -> {
            end.cancel();
            if (failure == null) {
                if (!result.complete(Optional.of(lease))) {
                    var unusedWithdrawal = contender.withdraw();
                }
            } else if (contender.future().isCancelled()) {
                result.complete(Optional.empty());
            } else {
                result.completeExceptionally(failure);
            }
        });
        var unusedEnd =
                result.whenComplete((lease, failure) -> contender.future().cancel(false));
        return result;
    }

    /**
     * Takes it, waiting for others as long as it takes.
     *
     * @throws InterruptedException if interrupted before, or while waiting for others; nothing stays taken
     */
    public Lease acquire() throws InterruptedException {
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        Contender contender = runtime().start(this::join);
        try {
            return contender.future().get();
        } catch (InterruptedException e) {
            var unused = contender.withdraw();
            throw e;
        } catch (ExecutionException e) {
            throw rethrown(e);
        }
    }

    /**
     * Takes it, waiting for others as long as it takes. Completing the stage's future otherwise, by cancelling it or by a
     * time-out, ends the wait; nothing stays taken.
     */
    public CompletionStage<Lease> acquireAsync() {
        return join().future();
    }

    /**
     * A view for code that needs the JDK's interface: re-entrant, owned by a thread. Each call makes another view with threads and
     * holds of its own; of a read side or a semaphore, threads hold it beside each other, with a lease each. {@code unlock} throws a {@link
     * LockLostException} if the lease had ended before, and so does a nested {@code lock}; if the server does not answer, a {@link PatternException},
     * after which the thread does not hold it either. Of what one may hold at a time, one thread of a view asks for all that wait, so that of a fair
     * lock the order is that of processes, not of threads. Conditions are not supported.
     */
    public Lock asJavaLock() {
        return new JavaLockView(this, protocol.shared());
    }

    private static RuntimeException rethrown(ExecutionException e) {
        Throwable cause = unwrap(e);
        return cause instanceof RuntimeException failure ? failure : new CompletionException(cause);
    }

    private static Throwable unwrap(Throwable failure) {
        boolean wrapped = failure instanceof ExecutionException || failure instanceof CompletionException;
        Throwable cause = failure.getCause();
        return wrapped && cause != null ? unwrap(cause) : failure;
    }
}
