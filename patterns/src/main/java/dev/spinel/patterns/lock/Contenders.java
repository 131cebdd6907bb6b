package dev.spinel.patterns.lock;

import dev.spinel.patterns.lock.LeaseProtocol.Attempt;
import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Those of one {@link DistributedLock} object that want it. They queue in this process, and only the first one asks the server, so
 * that a release is followed by one attempt per process however many wait. The first one asks again when a release is
 * published, when the subscription (re)started, since releases before that went unheard, and otherwise when the present lease
 * must have ended, but at the latest after the poll interval, as a message may be lost. No thread waits.
 *
 * <p>For a fair lock there is one of these per acquisition, since each has its place in the server's queue; the server's messages name
 * the owner whose turn it is, so that only that one asks again.
 *
 * <p>While a request is on its way, {@code asking} is set and nobody else asks; a release that is published meanwhile makes the
 * first one ask again. All fields are guarded by the lock, callbacks to the application are made without it.
 */
final class Contenders implements ChannelListener {
    private final LeaseProtocol protocol;
    private final LeaseSettings settings;
    private final Scheduler scheduler;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Contender> queue = new ArrayDeque<>();
    private boolean asking;
    private boolean signalled;
    private Scheduler.Task timer = () -> {};
    private Scheduler.@Nullable Task subscription;

    Contenders(LeaseProtocol protocol, LeaseSettings settings) {
        this.protocol = protocol;
        this.settings = settings;
        scheduler = protocol.runtime().scheduler();
    }

    /** One who wants a lease: its future completes with one, or exceptionally; completing it otherwise withdraws. */
    final class Contender {
        private final String owner = UUID.randomUUID().toString();
        private final CompletableFuture<Lease> future = new CompletableFuture<>();
        /** Whether a request was sent, so that something may have to be undone. */
        private boolean asked;
        /** Whether the server has denied it, so that it is known to be taken. */
        private boolean denied;
        /** Whether it waits for the present answer only. */
        private boolean late;

        CompletableFuture<Lease> future() {
            return future;
        }

        /** Its time is over: cancels the future, at once or when its first request was answered. */
        void giveUp() {
            lock.lock();
            try {
                late = true;
                if (asking && !denied && queue.peek() == this) {
                    return;
                }
            } finally {
                lock.unlock();
            }
            future.cancel(false);
        }
    }

    /** Joins the queue. Cancelling the future leaves it. */
    Contender join() {
        Contender contender = new Contender();
        boolean first;
        lock.lock();
        try {
            queue.add(contender);
            first = queue.size() == 1;
        } finally {
            lock.unlock();
        }
        var unused = contender.future.whenComplete((lease, failure) -> {
            if (lease == null) {
                leave(contender);
            }
        });
        if (first) {
            ask();
        }
        return contender;
    }

    /** Takes one out who gave up or failed, and whatever it may have got. */
    private void leave(Contender contender) {
        boolean wasFirst;
        boolean undo;
        lock.lock();
        try {
            wasFirst = queue.peek() == contender;
            queue.remove(contender);
            // If its request is on its way, the answer decides.
            undo = contender.asked && !(wasFirst && asking);
            if (queue.isEmpty()) {
                rest();
            }
        } finally {
            lock.unlock();
        }
        if (undo) {
            protocol.withdraw(contender.owner);
        }
        if (wasFirst) {
            ask();
        }
    }

    /** Nobody wants anything. */
    private void rest() {
        timer.cancel();
        if (subscription != null) {
            subscription.cancel();
            subscription = null;
        }
    }

    /** The first one asks the server, unless a request is on its way already. */
    private void ask() {
        Contender first;
        lock.lock();
        try {
            first = queue.peek();
            if (first == null || asking) {
                return;
            }
            asking = true;
            signalled = false;
            first.asked = true;
            timer.cancel();
        } finally {
            lock.unlock();
        }
        long sentNanos = scheduler.nanoTime();
        var unused = send(first)
                .thenAccept(attempt -> {
                    if (!attempt.granted()) {
                        denied(first, attempt);
                    } else if (settings.isOver(sentNanos, scheduler.nanoTime())) {
                        grantedTooLate(first);
                    } else {
                        granted(first, attempt.value(), sentNanos);
                    }
                })
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        failed(first, failure);
                    }
                });
    }

    /** A request. What is thrown in its place, errors included, is its failure. */
    private CompletionStage<Attempt> send(Contender contender) {
        try {
            return protocol.acquire(contender.owner, settings.lease(), true);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedStage(e);
        }
    }

    private void granted(Contender contender, long fence, long sentNanos) {
        Lease lease = new Lease(protocol, settings, contender.owner, fence, sentNanos);
        lock.lock();
        try {
            asking = false;
            queue.remove(contender);
            if (queue.isEmpty()) {
                rest();
            } else if (!protocol.shared() && !signalled) {
                waitForNews(settings.lease());
            }
        } finally {
            lock.unlock();
        }
        if (!contender.future.complete(lease)) {
            protocol.runtime().listener().event("lock.grantedTooLate", protocol.name());
            var unused = lease.releaseAsync().exceptionally(failure -> ReleaseResult.LOST);
        }
        askIfDue();
    }

    /** Its lease is over: the same owner asks again, which extends it if the server has it still. */
    private void grantedTooLate(Contender contender) {
        boolean gone;
        lock.lock();
        try {
            asking = false;
            gone = queue.peek() != contender;
        } finally {
            lock.unlock();
        }
        protocol.runtime().listener().event("lock.grantedTooLate", protocol.name());
        if (gone) {
            protocol.withdraw(contender.owner);
        }
        ask();
    }

    private void denied(Contender contender, Attempt attempt) {
        boolean gone;
        boolean late;
        lock.lock();
        try {
            asking = false;
            gone = queue.peek() != contender;
            contender.denied = true;
            late = contender.late && !gone;
            if (!queue.isEmpty() && !late) {
                if (subscription == null) {
                    subscription = protocol.runtime().subscribe(protocol.channel(), this);
                }
                waitForNews(Duration.ofMillis(attempt.value()));
            }
        } finally {
            lock.unlock();
        }
        if (gone) {
            protocol.withdraw(contender.owner);
        } else if (late) {
            contender.future.cancel(false);
        }
        askIfDue();
    }

    /**
     * The next one asks by way of the scheduler: without a connection, requests of all who wait may fail before they return, and the stack must not
     * grow with them.
     */
    private void failed(Contender contender, Throwable failure) {
        lock.lock();
        try {
            asking = false;
            queue.remove(contender);
            if (queue.isEmpty()) {
                rest();
            } else {
                timer.cancel();
                timer = scheduler.schedule(Duration.ZERO, this::ask);
            }
        } finally {
            lock.unlock();
        }
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (!contender.future.completeExceptionally(cause) && contender.future.isCompletedExceptionally()) {
            protocol.withdraw(contender.owner);
        }
    }

    /**
     * Asks again at once if there was a release since the last request was sent, if more than one may hold the lock, or if
     * nothing would be heard of releases yet.
     */
    private void askIfDue() {
        boolean due;
        lock.lock();
        try {
            Contender first = queue.peek();
            due = first != null && (signalled || subscription == null || (protocol.shared() && !first.asked));
        } finally {
            lock.unlock();
        }
        if (due) {
            ask();
        }
    }

    private void waitForNews(Duration atMost) {
        timer.cancel();
        Duration poll = settings.pollInterval();
        long nanos = (atMost.compareTo(poll) < 0 ? atMost : poll).toNanos();
        // A little later than the lease ends, and not all at once.
        long jitter = scheduler.jitterNanos(nanos / 10 + 2_000_000);
        timer = scheduler.schedule(Duration.ofNanos(nanos + 1_000_000 + jitter), this::ask);
    }

    @Override
    public void message(String channel, String message) {
        boolean concerned;
        lock.lock();
        try {
            Contender first = queue.peek();
            concerned = first != null && protocol.concerns(first.owner, message);
        } finally {
            lock.unlock();
        }
        if (concerned) {
            signal();
        }
    }

    @Override
    public void subscribed(String channel) {
        signal();
    }

    private void signal() {
        lock.lock();
        try {
            signalled = true;
        } finally {
            lock.unlock();
        }
        ask();
    }
}
