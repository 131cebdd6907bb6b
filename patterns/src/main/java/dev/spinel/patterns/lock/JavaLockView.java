package dev.spinel.patterns.lock;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A local re-entrant lock whose outermost hold has a lease: the local one decides among threads, the lease among processes. */
final class JavaLockView implements Lock {
    private final DistributedLock distributed;
    private final ReentrantLock local = new ReentrantLock();
    /** The lease of the thread that holds the local lock, guarded by it. */
    private @Nullable Lease lease;

    JavaLockView(DistributedLock distributed) {
        this.distributed = distributed;
    }

    /** How an outermost hold gets its lease. */
    @FunctionalInterface
    private interface Acquisition {
        Optional<Lease> acquire() throws InterruptedException;
    }

    @Override
    public void lock() {
        local.lock();
        try {
            var unused = enter(() -> Optional.of(distributed.runtime().call(() -> distributed.acquireAsync())));
        } catch (InterruptedException e) {
            throw new IllegalStateException("Waiting for a stage is not interruptible", e);
        }
    }

    @Override
    public void lockInterruptibly() throws InterruptedException {
        local.lockInterruptibly();
        var unused = enter(() -> Optional.of(distributed.acquire()));
    }

    @Override
    public boolean tryLock() {
        if (!local.tryLock()) {
            return false;
        }
        try {
            return enter(distributed::tryAcquire);
        } catch (InterruptedException e) {
            throw new IllegalStateException("A single attempt is not interruptible", e);
        }
    }

    @Override
    public boolean tryLock(long time, TimeUnit unit) throws InterruptedException {
        long deadline = System.nanoTime() + unit.toNanos(time);
        if (!local.tryLock(time, unit)) {
            return false;
        }
        return enter(() -> distributed.tryAcquire(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
    }

    /** Completes a hold of the local lock with a lease, or undoes it. */
    private boolean enter(Acquisition acquisition) throws InterruptedException {
        boolean entered = false;
        try {
            if (local.getHoldCount() == 1) {
                lease = acquisition.acquire().orElse(null);
            } else if (lease != null && !lease.isValid()) {
                throw new LockLostException(distributed.name());
            }
            entered = lease != null;
            return entered;
        } finally {
            if (!entered) {
                local.unlock();
            }
        }
    }

    @Override
    public void unlock() {
        if (!local.isHeldByCurrentThread()) {
            throw new IllegalMonitorStateException(
                    "'" + distributed.name() + "' is not held by " + Thread.currentThread());
        }
        try {
            Lease held = lease;
            if (local.getHoldCount() == 1 && held != null) {
                lease = null;
                if (held.release() == ReleaseResult.LOST) {
                    throw new LockLostException(distributed.name());
                }
            }
        } finally {
            local.unlock();
        }
    }

    /** Not supported: a signal would have to reach other processes. */
    @Override
    public Condition newCondition() {
        throw new UnsupportedOperationException("A distributed lock has no conditions");
    }
}
