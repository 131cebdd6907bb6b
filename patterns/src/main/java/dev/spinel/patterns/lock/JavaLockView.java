package dev.spinel.patterns.lock;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A local re-entrant lock whose outermost hold has a lease: the local one decides among threads, the lease among processes. If several may
 * hold the distributed one, each thread has a local one of its own, and only leases decide.
 */
final class JavaLockView implements Lock {
    private final DistributedLock distributed;
    /** The hold that a thread takes part in. */
    private final Supplier<Hold> holds;

    /** @param shared whether several threads may hold it at a time */
    JavaLockView(DistributedLock distributed, boolean shared) {
        this.distributed = distributed;
        if (shared) {
            holds = ThreadLocal.withInitial(Hold::new)::get;
        } else {
            Hold only = new Hold();
            holds = () -> only;
        }
    }

    private static final class Hold {
        final ReentrantLock local = new ReentrantLock();
        /** That of the thread that holds the local lock, guarded by it. */
        @Nullable
        Lease lease;
    }

    /** How an outermost hold gets its lease. */
    @FunctionalInterface
    private interface Acquisition {
        Optional<Lease> acquire() throws InterruptedException;
    }

    @Override
    public void lock() {
        Hold hold = holds.get();
        hold.local.lock();
        try {
            var unused = enter(hold, () -> Optional.of(distributed.runtime().call(() -> distributed.acquireAsync())));
        } catch (InterruptedException e) {
            throw new IllegalStateException("Waiting for a stage is not interruptible", e);
        }
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        Hold hold = holds.get();
        hold.local.lockInterruptibly();
        var unused = enter(hold, () -> Optional.of(distributed.acquire()));
    }

    @Override
    public boolean tryLock() {
        Hold hold = holds.get();
        if (!hold.local.tryLock()) {
            return false;
        }
        try {
            return enter(hold, distributed::tryAcquire);
        } catch (InterruptedException e) {
            throw new IllegalStateException("A single attempt is not interruptible", e);
        }
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        long deadline = System.nanoTime() + unit.toNanos(time);
        Hold hold = holds.get();
        if (!hold.local.tryLock(time, unit)) {
            return false;
        }
        return enter(hold, () -> distributed.tryAcquire(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
    }

    /** Completes a hold of the local lock with a lease, or undoes it. */
    private boolean enter(Hold hold, Acquisition acquisition) throws InterruptedException {
        boolean entered = false;
        try {
            if (hold.local.getHoldCount() == 1) {
                hold.lease = acquisition.acquire().orElse(null);
            } else if (hold.lease != null && !hold.lease.isValid()) {
                throw new LockLostException(distributed.name());
            }
            entered = hold.lease != null;
            return entered;
        } finally {
            if (!entered) {
                hold.local.unlock();
            }
        }
    }

    @Override
    public void unlock() {
        Hold hold = holds.get();
        if (!hold.local.isHeldByCurrentThread()) {
            throw new IllegalMonitorStateException(
                    "'" + distributed.name() + "' is not held by " + Thread.currentThread());
        }
        try {
            Lease held = hold.lease;
            if (hold.local.getHoldCount() == 1 && held != null) {
                hold.lease = null;
                if (held.release() == ReleaseResult.LOST) {
                    throw new LockLostException(distributed.name());
                }
            }
        } finally {
            hold.local.unlock();
        }
    }

    /** Not supported: a signal would have to reach other processes. */
    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("A distributed lock has no conditions");
    }
}
