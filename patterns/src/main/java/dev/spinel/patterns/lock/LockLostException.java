package dev.spinel.patterns.lock;

/** A {@link java.util.concurrent.locks.Lock} view found that its lease had ended while the thread thought to hold the lock. */
public final class LockLostException extends IllegalMonitorStateException {
    private static final long serialVersionUID = 1L;

    LockLostException(String name) {
        super("The lease of '" + name + "' ended while the lock was held: others may have entered");
    }
}
