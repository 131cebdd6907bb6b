package dev.spinel.patterns.lock;

import dev.spinel.patterns.lock.LeaseProtocol.ReleaseReply;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A grant of a {@link DistributedLock}, held by whoever has this object: any thread, virtual or not, and asynchronous code
 * alike. Renewed in the background until it is released, lost, or its bound is reached. Thread-safe.
 *
 * <p>A lease tells early that it ended: its end is counted from before the request was sent, less a margin for the drift of
 * clocks. Yet a process that was paused between a check and an effect cannot know; what must never be done by a stale holder
 * is done with the {@link #fence}, and the resource refuses a fence lower than the highest it has seen.
 */
public final class Lease implements AutoCloseable {
    /** A renewal that gains less than this is not worth a round trip. */
    private static final Duration SHORTEST_RENEWAL = Duration.ofMillis(10);

    private enum State {
        HELD,
        RELEASED,
        LOST
    }

    private final PatternRuntime runtime;
    private final LeaseProtocol protocol;
    private final LeaseSettings settings;
    private final String owner;
    private final long fence;
    private final long boundNanos;
    private final CompletableFuture<LossReason> lost = new CompletableFuture<>();
    private final CompletionStage<LossReason> lostStage = lost.minimalCompletionStage();
    private final ReentrantLock lock = new ReentrantLock();
    private State state = State.HELD;
    private long validUntilNanos;
    private Scheduler.Task renewal = () -> {};
    private Scheduler.Task expiry = () -> {};
    private @Nullable CompletableFuture<ReleaseResult> released;

    /**
     * A lease that was just granted.
     *
     * @param sentNanos when the request for it was sent
     */
    Lease(LeaseProtocol protocol, LeaseSettings settings, String owner, long fence, long sentNanos) {
        this.runtime = protocol.runtime();
        this.protocol = protocol;
        this.settings = settings;
        this.owner = owner;
        this.fence = fence;
        boundNanos = sentNanos + settings.maxHold().toNanos();
        extend(sentNanos, settings.lease());
    }

    /**
     * The fencing token of this grant: higher than that of every earlier grant of the same lock, also by other processes and
     * after the server lost its last writes, as long as its clock was not set back. Never changes, renewals included.
     *
     * <p>It orders those who exclude each other. Holders of permits and readers hold at the same time, and each has a fence of its own: a resource that
     * refuses lower ones would refuse all of them but the latest, who are no less valid. A reader's is above those of the writers before it.
     */
    public long fence() {
        return fence;
    }

    /** The name of the lock. */
    public String name() {
        return protocol.name();
    }

    /** Whether the lease is held, by the conservative local reckoning; asks nobody. */
    public boolean isValid() {
        return !remaining().isZero();
    }

    /** How long the lease runs still if it is not renewed, by the same reckoning; zero when it ended. */
    public Duration remaining() {
        lock.lock();
        try {
            long nanos =
                    state == State.HELD ? validUntilNanos - runtime.scheduler().nanoTime() : 0;
            return Duration.ofNanos(Math.max(0, nanos));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Completes when the lease ends without having been released, with the reason; never if it is released in time. Also if a release comes too late,
     * as that of a holder that was paused. Dependents
     * must not block. The same is an event {@code lock.lost} of the listener. That the server forgot the lease, or somebody deleted it, is found by the
     * next renewal, after a third of the lease: others may have been in for as long. A lease that is as long as {@link Locks.Builder#maxHold} is not
     * renewed, so that nothing finds that before it ends.
     */
    public CompletionStage<LossReason> lost() {
        return lostStage;
    }

    /**
     * Ends the lease. Idempotent: further calls return the first one's result. Touches nobody else's lease.
     *
     * @throws PatternException if the server did not answer: the lease then ends by itself, as it is not renewed any more
     */
    public ReleaseResult release() {
        return runtime.call(() -> releaseAsync());
    }

    /** As {@link #release}. */
    public CompletionStage<ReleaseResult> releaseAsync() {
        CompletableFuture<ReleaseResult> result = new CompletableFuture<>();
        boolean wasValid;
        long untilNanos;
        lock.lock();
        try {
            if (released != null) {
                return released.minimalCompletionStage();
            }
            released = result;
            wasValid = isValid();
            untilNanos = validUntilNanos;
            if (wasValid) {
                state = State.RELEASED;
                stopTimers();
            }
        } finally {
            lock.unlock();
        }
        if (!wasValid) {
            lose(LossReason.EXPIRED); // unless that is known
        }
        var unused = protocol.release(owner).whenComplete((reply, failure) -> {
            if (failure != null) {
                result.completeExceptionally(failure);
                return;
            }
            ReleaseResult told = resultOf(reply, wasValid);
            if (told == ReleaseResult.LOST && wasValid) {
                tellLoss(runtime.scheduler().nanoTime() - untilNanos < 0 ? LossReason.GONE : LossReason.EXPIRED);
            }
            result.complete(told);
        });
        return result.minimalCompletionStage();
    }

    /** If a repeated release finds nothing, it was the first attempt that ended the lease, provided that it had not run out. */
    private static ReleaseResult resultOf(ReleaseReply reply, boolean wasValid) {
        return reply.held() || (reply.repeated() && wasValid) ? ReleaseResult.RELEASED : ReleaseResult.LOST;
    }

    /** Releases, and ignores both its result and an unreachable server: for try-with-resources. */
    @Override
    public void close() {
        runtime.call(this::closeAsync);
    }

    /** As {@link #close}; fails never. */
    CompletionStage<ReleaseResult> closeAsync() {
        return releaseAsync().exceptionally(failure -> {
            runtime.listener().failed("lock.releaseFailed", name(), failure);
            return ReleaseResult.LOST;
        });
    }

    private void stopTimers() {
        renewal.cancel();
        expiry.cancel();
    }

    /** The lease runs anew for the given length from when that was asked for. */
    private void extend(long sentNanos, Duration length) {
        lock.lock();
        try {
            if (state != State.HELD) {
                return;
            }
            stopTimers();
            validUntilNanos = LeaseSettings.validUntilNanos(sentNanos, length);
            long now = runtime.scheduler().nanoTime();
            expiry = runtime.scheduler().schedule(Duration.ofNanos(validUntilNanos - now), this::checkExpiry);
            if (boundNanos - (sentNanos + length.toNanos()) >= SHORTEST_RENEWAL.toNanos()) {
                renewal = runtime.scheduler()
                        .schedule(Duration.ofNanos(sentNanos + length.toNanos() / 3 - now), this::renew);
            }
        } finally {
            lock.unlock();
        }
    }

    private void renew() {
        long sentNanos = runtime.scheduler().nanoTime();
        Duration length = settings.lease();
        Duration left = Duration.ofNanos(boundNanos - sentNanos);
        if (left.compareTo(length) < 0) {
            // The server takes whole milliseconds: a fraction must not count here either.
            length = Duration.ofMillis(left.toMillis());
        }
        if (length.compareTo(SHORTEST_RENEWAL) < 0) {
            return;
        }
        Duration asked = length;
        var unused = protocol.renew(owner, asked, settings).whenComplete((held, failure) -> {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            if (cause == null && held) {
                extend(sentNanos, asked);
            } else if (cause == null) {
                lose(LossReason.GONE);
            } else {
                runtime.listener().failed("lock.renewalFailed", name(), cause);
                renewSoon();
            }
        });
    }

    /** Tries again until the lease ends; the retry policy of the runtime has waited already. */
    private void renewSoon() {
        lock.lock();
        try {
            if (state == State.HELD) {
                renewal = runtime.scheduler().schedule(settings.lease().dividedBy(20), this::renew);
            }
        } finally {
            lock.unlock();
        }
    }

    private void checkExpiry() {
        if (!isValid()) {
            lose(LossReason.EXPIRED);
        }
    }

    private void lose(LossReason reason) {
        lock.lock();
        try {
            if (state != State.HELD) {
                return;
            }
            state = State.LOST;
            stopTimers();
        } finally {
            lock.unlock();
        }
        tellLoss(reason);
    }

    private void tellLoss(LossReason reason) {
        runtime.listener().event("lock.lost", name());
        lost.complete(reason);
    }

    @Override
    public String toString() {
        return "Lease[" + name() + ", fence " + fence + ", " + remaining() + " left]";
    }
}
