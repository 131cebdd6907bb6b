package dev.spinel.patterns.cache;

import dev.spinel.patterns.cache.NearEntries.Copy;
import dev.spinel.patterns.cache.NearEntries.Place;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RedisTransport.TrackingListener;
import dev.spinel.patterns.transport.RedisTransport.TrackingSession;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the copies of a near cache right. Copies are given and made while the server was known to track the cache's entries not longer ago
 * than the lag that is allowed; that is asked three times as often. As the answer comes after all that the server told before, it proves that
 * nothing before the question went unheard. Thread-safe.
 */
final class NearCopies<V> implements TrackingListener, AutoCloseable {
    private static final int CONFIRMATIONS_PER_LAG = 3;

    private final NearCache settings;
    private final PatternRuntime runtime;
    private final String name;
    private final String prefix;
    private final NearEntries<V> entries;
    private final @Nullable TrackingSession session;
    private final ReentrantLock lock = new ReentrantLock();
    /** When the last question was asked that the server answered. */
    private volatile long confirmedNanos;

    private volatile boolean tracked;
    /** Why the last question was not answered; empty if it was. */
    private volatile String refusal = "";

    private volatile boolean closed;
    /** Guarded by the lock. */
    private Scheduler.Task confirmation = () -> {};

    /**
     * The copies of the entries of a cache.
     *
     * @param name of the cache, for events
     * @param prefix of its keys on the server
     */
    NearCopies(NearCache settings, PatternRuntime runtime, String name, String prefix) {
        this.settings = settings;
        this.runtime = runtime;
        this.name = name;
        this.prefix = prefix;
        entries = new NearEntries<>(settings.maxEntries());
        session = runtime.track(prefix, this).orElse(null);
    }

    /** Begins to track. */
    void begin() {
        if (session != null) {
            confirm(session);
        }
    }

    /** Also if the runtime was closed before the cache. */
    private boolean over() {
        return closed || runtime.isClosed();
    }

    private void confirm(TrackingSession with) {
        if (over()) {
            return;
        }
        long askedNanos = runtime.scheduler().nanoTime();
        var unused = with.confirm().whenComplete((before, failure) -> {
            if (failure != null) {
                lost();
                refused(failure);
            } else {
                refusal = "";
                if (!before) {
                    entries.clear();
                }
                confirmedNanos = askedNanos;
                tracked = true;
            }
            confirmLater(with);
        });
    }

    private void refused(Throwable failure) {
        if (!over() && !refusal.equals(failure.toString())) {
            refusal = failure.toString();
            runtime.listener().failed("cache.nearRefused", name, failure);
        }
    }

    private void confirmLater(TrackingSession with) {
        lock.lock();
        try {
            if (!over()) {
                confirmation = runtime.scheduler()
                        .schedule(settings.maxLag().dividedBy(CONFIRMATIONS_PER_LAG), () -> confirm(with));
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean usable(long nowNanos) {
        if (session == null) {
            return !settings.keepUntracked().isZero();
        }
        return tracked && nowNanos - confirmedNanos <= settings.maxLag().toNanos();
    }

    /** The copy of an entry, or null if there is none to rely on. */
    @Nullable
    Copy<V> find(String key) {
        long now = runtime.scheduler().nanoTime();
        return usable(now) ? entries.find(key, now) : null;
    }

    /** To be called before an entry is asked for, and followed by {@link #keep} or {@link #giveBack}; null if no copy can be kept. */
    @Nullable
    Place<V> reserve(String key) {
        long now = runtime.scheduler().nanoTime();
        return usable(now) ? entries.reserve(key, now) : null;
    }

    /** Keeps a copy of an entry that is fresh for so long, unless it changed meanwhile. */
    void keep(String key, @Nullable Place<V> place, Optional<V> value, Duration freshFor) {
        if (place == null) {
            return;
        }
        Duration longest = session == null ? settings.keepUntracked() : settings.keepFor();
        Duration half = freshFor.dividedBy(2);
        Duration kept = half.compareTo(longest) < 0 ? half : longest;
        entries.fill(key, place, value, place.reservedNanos() + kept.toNanos());
    }

    /** Does without a copy. */
    void giveBack(String key, @Nullable Place<V> place) {
        if (place != null) {
            entries.giveBack(key, place);
        }
    }

    /** Forgets the copy of an entry that this process changed. */
    void drop(String key) {
        entries.drop(key);
    }

    @Override
    public void invalidated(String key) {
        entries.drop(key.substring(prefix.length()));
    }

    @Override
    public void lost() {
        boolean before = tracked;
        tracked = false;
        entries.clear();
        if (before) {
            runtime.listener().event("cache.nearLost", name);
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            confirmation.cancel();
        } finally {
            lock.unlock();
        }
        tracked = false;
        entries.clear();
        if (session != null) {
            session.close();
        }
    }
}
