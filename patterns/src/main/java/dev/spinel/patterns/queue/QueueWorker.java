package dev.spinel.patterns.queue;

import static java.util.Objects.requireNonNull;
import static java.util.Objects.requireNonNullElse;

import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Works a queue off: claims messages, hands them to a handler, and settles what it did, until it is closed, or its runtime is. Leases of
 * messages that are worked on are extended. Thread-safe.
 *
 * <p>One exchange with the server is on its way at a time; it carries all settlements that came up meanwhile and claims as many
 * messages as there are free places. With nothing to do, the next exchange follows when a message is announced, when one becomes due,
 * or after the poll interval, or a third of a lease if that is shorter. A retry with a delay is not announced: if its worker has no free place
 * when it becomes due, or was closed, the others find it then. So they do what a worker claimed that has died since.
 *
 * <p>Events, with the queue's name: {@code queue.handled} for each message that was acknowledged, {@code queue.redelivered} for each that a
 * handler gets for a second or later attempt, {@code queue.died} for each that was rejected, or failed at the last attempt that this queue's
 * {@link WorkQueue.Builder#maxDeliveries} allows. Those whose last lease ended, as their worker died, are found by claims, which tell nobody: they
 * are counted by {@link QueueStats#dead}. If a reply is lost for good, events may be missing.
 *
 * <p>Failures of the server are events {@code queue.exchangeFailed}; the settlements are sent again. A lease that cannot be extended, as it
 * ended before, is event {@code queue.leaseLost}: the delivery has the mark {@link Delivery#isLost}, does not begin if it waits for a thread, and
 * is settled no more. Settlements that came too late are events {@code queue.stale}, failures of the handler {@code queue.handlerFailed}, as
 * are errors of an executor that has no thread. What the executor refuses, {@code queue.executorRefused}, is given back, and no more is
 * claimed for a while.
 */
public final class QueueWorker implements AutoCloseable {
    private static final int MAX_SETTLEMENTS = 500;
    private static final int MAX_CAUSE_CHARS = 1000;
    private static final Duration RETRY_EXCHANGE_AFTER = Duration.ofMillis(500);

    private final WorkQueue queue;
    private final PatternRuntime runtime;
    private final AsyncHandler handler;
    /** Where the handler is called. */
    private final Executor executor;

    private final int concurrency;
    private final Duration firstBackOff;
    private final Duration maxBackOff;
    private final Duration pollInterval;

    /** Those that are in the handler. */
    private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

    private final ReentrantLock lock = new ReentrantLock();
    /** What has its places: what is worked on, and what waits for a thread. Guarded by the lock, as all below. */
    private final Set<Delivery> running = new LinkedHashSet<>();
    /** Those of the former that wait for a thread. */
    private final Set<Delivery> waiting = new LinkedHashSet<>();

    private final List<Settlement> toSettle = new ArrayList<>();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private boolean exchanging;
    private boolean signalled;
    /** Whether the executor has just refused work, so that none is claimed. */
    private boolean refused;

    private boolean closing;
    /** Whether nothing is scheduled any more: all is settled, or the worker was closed without that. */
    private boolean ended;

    private Scheduler.Task timer = () -> {};
    private Scheduler.Task extension = () -> {};
    private Scheduler.Task subscription = () -> {};

    /** What is done with a message. */
    @FunctionalInterface
    public interface Handler {
        /**
         * Works on a message; may block. Runs on the worker's executor.
         *
         * @return how to settle it, from the methods of the delivery
         * @throws Exception to have it delivered again after the back-off, as it is after an error, which the executor's thread has to cope with;
         *     the first {@value #MAX_CAUSE_CHARS} characters of its text are what a dead letter tells
         */
        Settlement handle(Delivery delivery) throws Exception;
    }

    /** As {@link Handler}, for work that goes on elsewhere. */
    @FunctionalInterface
    public interface AsyncHandler {
        /**
         * Begins to work on a message. Must not block: runs on the thread that completes the exchange with the server.
         *
         * @return how to settle it, from the methods of the delivery, once that is known; the message has its place among those that are
         *     worked on, and its lease is extended, until then. If the stage fails, it is delivered again after the back-off
         * @throws Exception to have it delivered again after the back-off, too
         */
        CompletionStage<Settlement> handle(Delivery delivery) throws Exception;
    }

    private QueueWorker(Builder builder) {
        queue = builder.queue;
        runtime = queue.runtime();
        handler = builder.handler;
        executor = builder.executor;
        concurrency = builder.concurrency;
        firstBackOff = builder.firstBackOff;
        maxBackOff = builder.maxBackOff;
        pollInterval = builder.pollInterval;
    }

    /**
     * A worker to be configured.
     *
     * @param executor runs the handler, with as many threads as the worker has places; virtual threads serve well
     */
    public static Builder builder(WorkQueue queue, Executor executor, Handler handler) {
        requireNonNull(handler, "handler");
        return new Builder(queue, executor, delivery -> CompletableFuture.completedFuture(handler.handle(delivery)));
    }

    /** A worker to be configured, which needs no threads: its handler only begins the work on a message, and tells when it is done. */
    public static Builder builderAsync(WorkQueue queue, AsyncHandler handler) {
        return new Builder(queue, Runnable::run, handler);
    }

    private void begin() {
        lock.lock();
        try {
            subscription = runtime.subscribe(queue.channel(), ChannelListener.signalling(this::signal));
            extendLater();
        } finally {
            lock.unlock();
        }
        exchange();
    }

    private void signal() {
        lock.lock();
        try {
            signalled = true;
        } finally {
            lock.unlock();
        }
        exchange();
    }

    /** Sends what there is to settle and claims as much as there is room for, unless an exchange is on its way. */
    private void exchange() {
        List<Settlement> settlements = List.of();
        int free;
        boolean toSend;
        lock.lock();
        try {
            free = closing || refused ? 0 : concurrency - running.size();
            toSend = !exchanging && (!toSettle.isEmpty() || free > 0);
            if (toSend) {
                exchanging = true;
                signalled = false;
                timer.cancel();
                List<Settlement> first = toSettle.subList(0, Math.min(toSettle.size(), MAX_SETTLEMENTS));
                settlements = List.copyOf(first);
                first.clear();
            }
        } finally {
            lock.unlock();
        }
        if (toSend) {
            send(settlements, free);
        } else {
            endIfDrained();
        }
    }

    private void send(List<Settlement> settlements, int free) {
        var unused = queue.exchangeAsync(settlements, free).whenComplete((done, failure) -> {
            if (failure != null) {
                failed(settlements, failure);
            } else {
                exchanged(settlements, free, done);
            }
        });
    }

    private void exchanged(List<Settlement> settlements, int free, Exchange done) {
        for (int i = 0; i < settlements.size(); i++) {
            tell(settlements.get(i), done.settled().get(i));
        }
        boolean again;
        lock.lock();
        try {
            exchanging = false;
            running.addAll(done.deliveries());
            waiting.addAll(done.deliveries());
            if (ended) {
                giveBackWaiting();
            }
            // Fewer than asked for: nothing is ready, except what comes with time or news.
            boolean hungry = done.deliveries().size() < free;
            again = !toSettle.isEmpty() || signalled || !hungry;
            if (!again) {
                Duration next = done.next().orElse(pollInterval);
                wakeAfter(next.compareTo(pollInterval) < 0 ? next : pollInterval);
            }
        } finally {
            lock.unlock();
        }
        for (Delivery delivery : done.deliveries()) {
            if (isRunning(delivery)) {
                start(delivery);
            }
        }
        if (again) {
            exchange();
        } else {
            endIfDrained();
        }
    }

    private void tell(Settlement settlement, boolean tookEffect) {
        Delivery delivery = settlement.delivery();
        String kind = settlement.kind();
        if (kind.equals("extend")) {
            if (!tookEffect && lose(delivery)) {
                tell("queue.leaseLost");
            }
        } else if (!tookEffect) {
            tell("queue.stale");
        } else if (kind.equals("ack")) {
            tell("queue.handled");
        } else if (kind.equals("reject") || (kind.equals("retry") && delivery.attempt() >= queue.maxDeliveries())) {
            tell("queue.died");
        }
    }

    private void tell(String event) {
        runtime.listener().event(event, queue.name());
    }

    /** Marks what is not ours any more; if it waits for a thread, it does not begin. */
    private boolean lose(Delivery delivery) {
        lock.lock();
        try {
            if (!running.contains(delivery) || delivery.isLost()) {
                return false;
            }
            delivery.lose();
            if (waiting.remove(delivery)) {
                running.remove(delivery);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void failed(List<Settlement> settlements, Throwable cause) {
        runtime.listener().failed("queue.exchangeFailed", queue.name(), cause);
        boolean givenUp;
        lock.lock();
        try {
            exchanging = false;
            toSettle.addAll(0, settlements);
            if (runtime.isClosed()) {
                closing = true;
                end();
            }
            wakeAfter(RETRY_EXCHANGE_AFTER);
            givenUp = ended;
        } finally {
            lock.unlock();
        }
        endIfDrained();
        if (givenUp) { // what is left will not be sent again
            drained.completeExceptionally(cause);
        }
    }

    private void wakeAfter(Duration delay) {
        timer.cancel();
        if (!ended) {
            timer = runtime.scheduler().schedule(delay.plusMillis(1), this::exchange);
        }
    }

    private void start(Delivery delivery) {
        try {
            executor.execute(() -> work(delivery));
        } catch (RuntimeException e) {
            runtime.listener().failed("queue.executorRefused", queue.name(), e);
            giveBack(delivery);
        } catch (Error e) { // no more threads, or the handler's, which is settled, if the executor runs it here
            if (isRunning(delivery)) {
                runtime.listener().failed("queue.handlerFailed", queue.name(), e);
                giveBack(delivery);
            }
        }
    }

    /** Gives a message back for which there is no thread, and claims none for a while. */
    private void giveBack(Delivery delivery) {
        lock.lock();
        try {
            if (!refused && !closing) {
                refused = true;
                var unused = runtime.scheduler().schedule(RETRY_EXCHANGE_AFTER, this::claimAgain);
            }
        } finally {
            lock.unlock();
        }
        settle(delivery, delivery.giveBack());
    }

    private void claimAgain() {
        lock.lock();
        try {
            refused = false;
        } finally {
            lock.unlock();
        }
        exchange();
    }

    private boolean isRunning(Delivery delivery) {
        lock.lock();
        try {
            return running.contains(delivery);
        } finally {
            lock.unlock();
        }
    }

    /** Errors end the executor's thread. */
    private void work(Delivery delivery) {
        if (!begin(delivery)) {
            return;
        }
        if (delivery.attempt() > 1) {
            tell("queue.redelivered");
        }
        try {
            var unused = handle(delivery)
                    .thenApply(settlement -> checked(delivery, settlement))
                    .whenComplete((settlement, failure) -> {
                        if (failure != null) {
                            retry(delivery, failure);
                        } else {
                            settle(delivery, settlement);
                        }
                    });
        } catch (Throwable e) {
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            retry(delivery, e);
            if (e instanceof Error error) {
                throw error;
            }
        }
    }

    private CompletionStage<Settlement> handle(Delivery delivery) throws Exception {
        threads.add(Thread.currentThread());
        try {
            return requireNonNull(handler.handle(delivery), "stage");
        } finally {
            threads.remove(Thread.currentThread());
        }
    }

    /** Whether the handler is to be called: not for what was lost, or given back at the end, while it waited. */
    private boolean begin(Delivery delivery) {
        lock.lock();
        try {
            return waiting.remove(delivery);
        } finally {
            lock.unlock();
        }
    }

    private static Settlement checked(Delivery delivery, Settlement settlement) {
        requireNonNull(settlement, "settlement");
        if (!settlement.delivery().equals(delivery) || settlement.kind().equals("extend")) {
            throw new IllegalStateException("A handler must settle the delivery that it was given");
        }
        return settlement;
    }

    /** Settles whatever happens, as a delivery that stays would be extended for ever. */
    private void retry(Delivery delivery, Throwable failure) {
        String cause = "the handler failed";
        try {
            Throwable thrown =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            cause = requireNonNullElse(thrown.toString(), cause);
            cause = cause.substring(0, Math.min(cause.length(), MAX_CAUSE_CHARS));
            runtime.listener().failed("queue.handlerFailed", queue.name(), thrown);
        } finally {
            settle(delivery, delivery.retry(backOff(delivery.attempt()), cause));
        }
    }

    /** Doubles with each attempt. */
    private Duration backOff(int attempt) {
        Duration delay = firstBackOff.multipliedBy(1L << Math.min(attempt - 1, 20));
        return delay.compareTo(maxBackOff) < 0 ? delay : maxBackOff;
    }

    private void settle(Delivery delivery, Settlement settlement) {
        lock.lock();
        try {
            waiting.remove(delivery);
            if (running.remove(delivery) && !delivery.isLost()) {
                toSettle.add(settlement);
            }
        } finally {
            lock.unlock();
        }
        exchange();
    }

    private void extendLater() {
        extension = runtime.scheduler().schedule(queue.lease().dividedBy(3), this::extendLeases);
    }

    /** Extends, and looks for messages in any case, as leases of those who died tell nobody that they ended. */
    private void extendLeases() {
        lock.lock();
        try {
            if (ended) {
                return;
            }
            // Those of the last time may not be on their way, as the server is away.
            toSettle.removeIf(settlement -> settlement.kind().equals("extend"));
            for (Delivery delivery : running) {
                if (!delivery.isLost()) {
                    toSettle.add(delivery.extend());
                }
            }
            extendLater();
        } finally {
            lock.unlock();
        }
        exchange();
    }

    private void end() {
        ended = true;
        timer.cancel();
        extension.cancel();
        toSettle.removeIf(settlement -> settlement.kind().equals("extend"));
        giveBackWaiting();
    }

    private void giveBackWaiting() {
        running.removeAll(waiting);
        waiting.forEach(delivery -> toSettle.add(delivery.giveBack()));
        waiting.clear();
    }

    /** Called without the lock: whoever awaits the end is told here. */
    private void endIfDrained() {
        lock.lock();
        try {
            if (!closing || !running.isEmpty() || !toSettle.isEmpty() || exchanging) {
                return;
            }
            end();
        } finally {
            lock.unlock();
        }
        drained.complete(null);
    }

    /** How many messages are worked on. */
    public int running() {
        lock.lock();
        try {
            return running.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Claims nothing more; completes when all that was claimed is settled. Fails if a settlement cannot be sent any more, because the runtime
     * or this was closed before.
     */
    public CompletionStage<Void> drain() {
        lock.lock();
        try {
            closing = true;
            subscription.cancel();
        } finally {
            lock.unlock();
        }
        endIfDrained();
        return drained.minimalCompletionStage();
    }

    /**
     * Drains, for up to a lease; in an interrupted thread it does not wait, which keeps its mark. If not all is settled by then, that is
     * event {@code queue.closedEarly}. No handler begins after that: what waits for a thread, or comes from a claim that was on its way, is given
     * back, and settlements that could not be sent are sent once more. What handlers are still at is delivered again once its lease ends: it is not
     * extended any more, and a settlement is sent once when its handler ends, but not again if that fails. In the handler, which draining would wait
     * for, this only begins to drain; what depends on a stage must not block, and drains instead.
     */
    @Override
    public void close() {
        CompletionStage<Void> draining = drain();
        if (threads.contains(Thread.currentThread())) {
            return;
        }
        try {
            draining.toCompletableFuture().get(queue.lease().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException | InterruptedException e) {
            runtime.listener().failed("queue.closedEarly", queue.name(), e);
            if (e instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
        } finally {
            boolean someLeft;
            lock.lock();
            try {
                boolean before = ended;
                end();
                someLeft = !before && !toSettle.isEmpty();
            } finally {
                lock.unlock();
            }
            if (someLeft) {
                exchange();
            }
        }
    }

    /** Settings of a worker. */
    public static final class Builder {
        private final WorkQueue queue;
        private final Executor executor;
        private final AsyncHandler handler;
        private int concurrency = 10;
        private Duration firstBackOff = Duration.ofSeconds(1);
        private Duration maxBackOff = Duration.ofMinutes(5);
        private Duration pollInterval = Duration.ofSeconds(5);

        private Builder(WorkQueue queue, Executor executor, AsyncHandler handler) {
            this.queue = requireNonNull(queue, "queue");
            this.executor = requireNonNull(executor, "executor");
            this.handler = requireNonNull(handler, "handler");
        }

        /** How many messages are worked on at the same time, from 1 to 1000; 10 if not set. */
        public Builder concurrency(int value) {
            concurrency = value;
            return this;
        }

        /** The delay after the first failure of a handler, which doubles up to the longest; a second and five minutes if not set. */
        public Builder backOff(Duration first, Duration max) {
            firstBackOff = requireNonNull(first, "first");
            maxBackOff = requireNonNull(max, "max");
            return this;
        }

        /**
         * After what time an idle worker looks for messages if it heard nothing, from 10 ms to a day; 5 seconds if not set. It looks after a
         * third of a lease at the latest. Each look sets a small key, which the server writes to its log and its replicas.
         */
        public Builder pollInterval(Duration value) {
            pollInterval = requireNonNull(value, "pollInterval");
            return this;
        }

        /**
         * Starts the worker.
         *
         * @throws IllegalArgumentException if the settings make no sense
         */
        public QueueWorker start() {
            if (concurrency < 1 || concurrency > 1000) {
                throw new IllegalArgumentException("concurrency is between 1 and 1000, not " + concurrency);
            }
            if (firstBackOff.isNegative() || firstBackOff.compareTo(maxBackOff) > 0 || maxBackOff.toDays() > 366) {
                throw new IllegalArgumentException(
                        "Back-offs are ordered and within 366 days: " + firstBackOff + ", " + maxBackOff);
            }
            if (pollInterval.compareTo(Duration.ofMillis(10)) < 0 || pollInterval.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException("pollInterval is between 10 ms and a day, not " + pollInterval);
            }
            QueueWorker worker = new QueueWorker(this);
            worker.begin();
            return worker;
        }
    }
}
