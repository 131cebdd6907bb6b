package dev.spinel.patterns.lock;

import dev.spinel.patterns.lock.LeaseProtocol.Attempt;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
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
 * must have ended, but at the latest after the poll interval, as a message may be lost. No thread waits. Its answers are those of all
 * who queue by then: if its request fails, so do they, and those who have no more time are told that the lock is taken.
 *
 * <p>For fair locks and for readers there is one of these per acquisition. Each has its place in the server's queue, and the server's messages name
 * the owner whose turn it is, so that only that one asks again. Readers ask all at once, as a release lets all of them in, and the server
 * keeps the next writer out until those that it knows have come.
 *
 * <p>While a request is on its way, {@code asker} is set and nobody else asks; a release that is published meanwhile makes the
 * first one ask again. All fields are guarded by the lock, callbacks to the application are made without it.
 */
final class Contenders implements ChannelListener {
    private final LeaseProtocol protocol;
    private final LeaseSettings settings;
    private final Scheduler scheduler;
    private final ReentrantLock lock = new ReentrantLock();
    private final Deque<Contender> queue = new ArrayDeque<>();
    /** Who was the first one when the request was sent that is on its way; it may have left since. */
    private @Nullable Contender asker;

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
        private final CompletableFuture<Void> withdrawn = new CompletableFuture<>();
        /** Whether a request of its own is on its way. */
        private boolean asking;
        /** Whether the server may know it, so that something may have to be undone. */
        private boolean known;
        /** Whether the last answer told that it is taken. */
        private boolean denied;
        /** Whether the last answer was a grant whose lease was over. */
        private boolean grantedTooLate;
        /** Whether it waits for the present answer only. */
        private boolean late;
        /** Whether it left the queue to ask for itself. */
        private boolean alone;
        /** Whether its future is complete without a lease from here. */
        private boolean left;

        CompletableFuture<Lease> future() {
            return future;
        }

        /**
         * Its time is over. Unless it is known that the lock is taken, an answer is awaited: that to the request on its way, or, as
         * the grant to another one tells nothing if several may hold the lock, that to a request of its own.
         */
        void giveUp() {
            lock.lock();
            try {
                late = true;
                boolean undecided = !denied && (asker != null || protocol.shared());
                alone = undecided && protocol.shared() && !asking && queue.remove(this);
                asking |= alone;
                if (!alone && (undecided || !queue.contains(this))) {
                    return;
                }
            } finally {
                lock.unlock();
            }
            if (alone) {
                ask(this);
            } else {
                future.cancel(false);
            }
        }

        /**
         * Gives back what it got or gets, in the background.
         *
         * @return complete when it is given back or cannot be; never fails
         */
        CompletionStage<Void> withdraw() {
            if (future.cancel(false) || future.isCompletedExceptionally()) {
                return withdrawn;
            }
            return future.join().closeAsync().thenAccept(result -> {});
        }

        private void undo() {
            var unused = protocol.withdraw(owner).thenAccept(reply -> withdrawn.complete(null));
        }
    }

    /** Joins the queue. Cancelling the future leaves it. */
    Contender join() {
        Contender contender = new Contender();
        boolean first;
        lock.lock();
        try {
            first = queue.isEmpty();
            queue.add(contender);
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
        boolean asking;
        boolean undo;
        lock.lock();
        try {
            contender.left = true;
            wasFirst = queue.peek() == contender;
            queue.remove(contender);
            // If its request is on its way, the answer decides.
            asking = contender.asking;
            undo = contender.known && !asking;
            if (queue.isEmpty()) {
                rest();
            }
        } finally {
            lock.unlock();
        }
        if (undo) {
            contender.undo();
        } else if (!asking) {
            contender.withdrawn.complete(null);
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
            if (first == null || asker != null) {
                return;
            }
            asker = first;
            first.asking = true;
            signalled = false;
            timer.cancel();
        } finally {
            lock.unlock();
        }
        ask(first);
    }

    private void ask(Contender contender) {
        long sentNanos = scheduler.nanoTime();
        var unused = send(contender)
                .thenAccept(attempt -> {
                    long nowNanos = scheduler.nanoTime();
                    if (!attempt.granted()) {
                        denied(contender, attempt);
                    } else if (settings.isOver(sentNanos, nowNanos)) {
                        grantedTooLate(contender, Duration.ofNanos(nowNanos - sentNanos));
                    } else {
                        granted(contender, attempt.value(), sentNanos);
                    }
                })
                .whenComplete((done, failure) -> {
                    if (failure != null) {
                        failed(
                                contender,
                                failure instanceof CompletionException && failure.getCause() != null
                                        ? failure.getCause()
                                        : failure);
                    }
                });
    }

    /** A request. What is thrown in its place, errors included, is its failure. */
    private CompletionStage<Attempt> send(Contender contender) {
        try {
            return protocol.acquire(contender.owner, settings, true);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedStage(e);
        }
    }

    /** Notes that a request was answered, or failed. */
    private void answered(Contender contender) {
        contender.asking = false;
        if (asker == contender) {
            asker = null;
        }
    }

    private void granted(Contender contender, long fence, long sentNanos) {
        Lease lease = new Lease(protocol, settings, contender.owner, fence, sentNanos);
        List<Contender> late;
        lock.lock();
        try {
            answered(contender);
            contender.known = true;
            queue.remove(contender);
            late = protocol.shared() || contender.left ? List.of() : takeLate();
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
            var unused = lease.closeAsync().thenAccept(result -> contender.withdrawn.complete(null));
        }
        cancel(late);
        askIfDue();
    }

    /** Its lease is over: the same owner asks again, which extends it if the server has it still. A second time in a row, it fails. */
    private void grantedTooLate(Contender contender, Duration took) {
        boolean gone;
        boolean again;
        List<Contender> late;
        lock.lock();
        try {
            answered(contender);
            contender.known = true;
            gone = contender.left;
            again = contender.grantedTooLate && !contender.late && !gone;
            contender.grantedTooLate = true;
            late = contender.alone ? List.of(contender) : again ? List.of() : takeLate();
        } finally {
            lock.unlock();
        }
        protocol.runtime().listener().event("lock.grantedTooLate", protocol.name());
        if (gone) {
            contender.undo();
        } else if (again) {
            failed(
                    contender,
                    new PatternException.TooLate(
                            "lock.acquire",
                            "'" + protocol.name() + "' was granted twice when its lease of "
                                    + settings.lease().toMillis() + " ms was over; the last answer took "
                                    + took.toMillis() + " ms"));
        }
        cancel(late);
        ask();
    }

    private void denied(Contender contender, Attempt attempt) {
        boolean gone;
        List<Contender> late;
        lock.lock();
        try {
            answered(contender);
            contender.known = true;
            contender.denied = true;
            contender.grantedTooLate = false;
            gone = contender.left;
            if (contender.alone) {
                late = List.of(contender);
            } else {
                late = takeLate();
                queue.forEach(one -> one.denied = true);
                if (!queue.isEmpty()) {
                    if (subscription == null) {
                        subscription = protocol.runtime().subscribe(protocol.channel(), this);
                    }
                    waitForNews(Duration.ofMillis(attempt.value()));
                }
            }
        } finally {
            lock.unlock();
        }
        if (gone) {
            contender.undo();
        }
        cancel(late);
        askIfDue();
    }

    /** Takes those out whose time is over, and who waited for an answer. */
    private List<Contender> takeLate() {
        List<Contender> late = queue.stream().filter(one -> one.late).toList();
        queue.removeIf(one -> one.late);
        return late;
    }

    private static void cancel(List<Contender> late) {
        late.forEach(one -> one.future.cancel(false));
    }

    /** Fails all who are here by now with one who asked for them. */
    private void failed(Contender contender, Throwable cause) {
        List<Contender> all = new ArrayList<>();
        boolean gone;
        boolean undo;
        lock.lock();
        try {
            answered(contender);
            contender.known |= !(cause instanceof PatternException.Unavailable);
            gone = contender.left;
            undo = gone && contender.known;
            all.add(contender);
            if (!contender.alone) {
                all.addAll(queue);
                queue.clear();
                rest();
            }
        } finally {
            lock.unlock();
        }
        if (undo) {
            contender.undo();
        } else if (gone) {
            contender.withdrawn.complete(null);
        }
        all.forEach(one -> one.future.completeExceptionally(cause));
    }

    /**
     * Asks again at once if there was a release since the last request was sent, if more than one may hold the lock, if
     * nothing would be heard of releases yet, or for those who wait for no more than an answer.
     */
    private void askIfDue() {
        boolean due;
        lock.lock();
        try {
            Contender first = queue.peek();
            due = first != null
                    && (signalled
                            || subscription == null
                            || (protocol.shared() && !first.known)
                            || queue.stream().anyMatch(one -> one.late));
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
