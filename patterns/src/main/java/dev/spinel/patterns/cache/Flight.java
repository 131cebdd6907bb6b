package dev.spinel.patterns.cache;

import dev.spinel.patterns.cache.CacheProtocol.Answer;
import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Those of this process who want an entry that is missing, until they have it. Either the load is under way here, or elsewhere;
 * then they ask again, all in one request, when its end is published, when the subscription (re)started, since what was published
 * before went unheard, and otherwise when the lease of the load must have ended, but at the latest after the poll interval.
 *
 * <p>Nobody may get a value that is older than their question. So there are two groups: those who were here before the present
 * request or load began (early), who take whatever it gives, and those who came since (late). A load that is accepted serves both,
 * as the server takes it only if nothing was invalidated meanwhile; a load that is refused serves the early ones, and the late ones
 * become the early ones of another request. Hence everybody waits for two loads at most, unless loads are given up. The flight
 * is over when the load's value is sent to the server: whoever comes after that may come after an invalidation of what was accepted, and asks
 * the server. So does whoever comes once the entry was found there, or else those of a key in demand would keep the flight going for ever.
 *
 * <p>All fields are guarded by the lock; the loader and those who wait are called without it.
 */
final class Flight<V> implements ChannelListener {
    private final CacheAside<V> cache;
    private final String key;
    private final ReentrantLock lock = new ReentrantLock();
    private List<CompletableFuture<Optional<V>>> early = new ArrayList<>();
    private List<CompletableFuture<Optional<V>>> late = new ArrayList<>();
    private @Nullable Load<V> load;
    private boolean asking;
    private boolean signalled;
    /** Whether the last answer was the entry, and only those are left who came before it. */
    private boolean found;

    private boolean ended;
    private Scheduler.Task timer = () -> {};
    private Scheduler.@Nullable Task subscription;

    Flight(CacheAside<V> cache, String key) {
        this.cache = cache;
        this.key = key;
    }

    /** A load under way here, told apart from others by identity. */
    private static final class Load<V> {
        /** That of its lease, or empty if the server could not be asked. */
        final String token;
        /** Those who were here before it began, whom it serves also if another one began since. */
        final List<CompletableFuture<Optional<V>>> served;

        Load(String token, List<CompletableFuture<Optional<V>>> served) {
            this.token = token;
            this.served = List.copyOf(served);
        }

        boolean leased() {
            return !token.isEmpty();
        }
    }

    /** Adds one who wants the entry, unless the flight is over or the entry was found. */
    boolean join(CompletableFuture<Optional<V>> member) {
        lock.lock();
        try {
            if (ended || found) {
                return false;
            }
            late.add(member);
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Adds one who has got the lease of a load, unless the flight is over. */
    boolean joinToLoad(CompletableFuture<Optional<V>> member, String token) {
        Load<V> begun;
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            late.add(member);
            begun = begin(token);
        } finally {
            lock.unlock();
        }
        run(begun);
        return true;
    }

    /** As {@link #joinToLoad}, with one who was told that another process loads the entry. */
    boolean joinToWait(CompletableFuture<Optional<V>> member, Duration atMost) {
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            late.add(member);
            if (load == null && !asking) {
                waitForNews(atMost);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** As {@link #joinToLoad}, with one who could not ask the server. */
    boolean joinToBypass(CompletableFuture<Optional<V>> member, Throwable cause) {
        Load<V> begun = null;
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            late.add(member);
            if (load == null && !asking) {
                begun = begin("");
            }
        } finally {
            lock.unlock();
        }
        if (begun != null) {
            cache.failed("cache.bypassed", cause);
            run(begun);
        }
        return true;
    }

    /** As {@link #joinToLoad}, with those whom a load could not serve, for all of whom the server is asked. */
    boolean joinToAsk(List<CompletableFuture<Optional<V>>> members) {
        lock.lock();
        try {
            if (ended) {
                return false;
            }
            late.addAll(members);
        } finally {
            lock.unlock();
        }
        ask();
        return true;
    }

    /** From now on everybody here was here before. */
    private void promote() {
        early.addAll(late);
        late.clear();
        early.removeIf(CompletableFuture::isDone);
    }

    private Load<V> begin(String token) {
        promote();
        Load<V> begun = new Load<>(token, early);
        load = begun;
        signalled = false;
        found = false;
        timer.cancel();
        return begun;
    }

    private void run(Load<V> begun) {
        var unused = cache.load(key, begun.token, () -> givenUp(begun)).whenComplete((loaded, failure) -> {
            if (failure != null) {
                failed(begun, failure);
            } else {
                loaded(begun, loaded);
            }
        });
    }

    private void loaded(Load<V> done, CacheAside.Loaded<V> loaded) {
        List<CompletableFuture<Optional<V>>> since = List.of();
        lock.lock();
        try {
            if (load == done) {
                load = null;
                since = late;
                end();
            }
        } finally {
            lock.unlock();
        }
        if (!done.leased()) {
            done.served.forEach(member -> member.complete(loaded.value()));
            cache.askAgain(key, since);
            return;
        }
        List<CompletableFuture<Optional<V>>> others = since;
        // On its way before those are told who may end the process then; they do not wait for the answer.
        CompletionStage<Boolean> filled = cache.fill(key, done.token, loaded, true);
        done.served.forEach(member -> member.complete(loaded.value()));
        var unused = filled.thenAccept(accepted -> {
            if (accepted) {
                others.forEach(member -> member.complete(loaded.value()));
            } else {
                cache.askAgain(key, others);
            }
        });
    }

    private void failed(Load<V> done, Throwable failure) {
        List<CompletableFuture<Optional<V>>> all;
        lock.lock();
        try {
            if (load == done) {
                load = null;
                promote();
                all = early;
                early = new ArrayList<>();
                end();
            } else {
                all = List.of();
            }
        } finally {
            lock.unlock();
        }
        if (done.leased()) {
            cache.abandon(key, done.token, failure);
        }
        all.forEach(member -> member.completeExceptionally(failure));
    }

    /** A load lost its lease, or takes too long: its result may be refused, so that another one should begin. */
    private void givenUp(Load<V> slow) {
        lock.lock();
        try {
            if (load != slow) {
                return;
            }
            load = null;
        } finally {
            lock.unlock();
        }
        ask();
    }

    private void end() {
        ended = true;
        timer.cancel();
        if (subscription != null) {
            subscription.cancel();
            subscription = null;
        }
        cache.ended(key, this);
    }

    private void waitForNews(Duration atMost) {
        found = false;
        timer.cancel();
        if (subscription == null) {
            subscription = cache.subscribe(key, this);
        }
        Duration poll = cache.pollInterval();
        long nanos = (atMost.compareTo(poll) < 0 ? atMost : poll).toNanos();
        // A little later than the lease ends, and not all processes at once.
        long jitter = cache.scheduler().jitterNanos(nanos / 10 + 2_000_000);
        timer = cache.scheduler().schedule(Duration.ofNanos(nanos + 1_000_000 + jitter), this::ask);
    }

    /** Asks the server for all who are here, unless a request or a load is under way. */
    private void ask() {
        lock.lock();
        try {
            if (ended || asking || load != null) {
                return;
            }
            timer.cancel();
            promote();
            if (early.isEmpty()) {
                end();
                return;
            }
            asking = true;
            signalled = false;
        } finally {
            lock.unlock();
        }
        String token = cache.newToken();
        var unused = cache.ask(key, token).whenComplete((answer, failure) -> {
            if (failure != null) {
                unanswered(failure);
            } else {
                answered(token, answer);
            }
        });
    }

    private void answered(String token, Answer answer) {
        if (answer instanceof Answer.Hit hit) {
            Optional<V> value;
            try {
                value = cache.decode(hit);
            } catch (Throwable e) {
                cache.discard(key, e);
                bypass(e);
                return;
            }
            if (hit.refresh()) {
                cache.refresh(key, token);
            }
            leave(true).forEach(member -> member.complete(value));
            ask();
        } else if (answer instanceof Answer.Failed failed) {
            CacheLoadException failure = cache.failedElsewhere(key, failed);
            leave(false).forEach(member -> member.completeExceptionally(failure));
            ask();
        } else if (answer instanceof Answer.Wait wait) {
            waitOn(wait.atMost());
        } else {
            Load<V> begun;
            lock.lock();
            try {
                asking = false;
                begun = begin(token);
            } finally {
                lock.unlock();
            }
            run(begun);
        }
    }

    private void waitOn(Duration atMost) {
        boolean again;
        lock.lock();
        try {
            asking = false;
            if (ended || load != null) {
                return;
            }
            again = signalled;
            waitForNews(atMost);
        } finally {
            lock.unlock();
        }
        if (again) {
            ask();
        }
    }

    private void unanswered(Throwable failure) {
        if (cache.bypasses(failure)) {
            bypass(failure);
        } else {
            leave(false).forEach(member -> member.completeExceptionally(failure));
            ask();
        }
    }

    private void bypass(Throwable cause) {
        Load<V> begun;
        lock.lock();
        try {
            asking = false;
            if (ended || load != null) {
                return;
            }
            begun = begin("");
        } finally {
            lock.unlock();
        }
        cache.failed("cache.bypassed", cause);
        run(begun);
    }

    /** Takes out those whom a request answers: nobody if a load began since, which promoted others. */
    private List<CompletableFuture<Optional<V>>> leave(boolean withEntry) {
        lock.lock();
        try {
            asking = false;
            if (load != null) {
                return List.of();
            }
            found = withEntry;
            List<CompletableFuture<Optional<V>>> left = early;
            early = new ArrayList<>();
            return left;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void message(String channel, String message) {
        signal();
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
