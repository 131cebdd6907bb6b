package dev.spinel.patterns.queue;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.queue.SchedulePlan.Upcoming;
import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Enqueues the messages of a queue's schedules when they are due, until it is closed, or its runtime is. Any number of processes may run one,
 * none of them leads: each time of a schedule has exactly one message, or none if it was missed and {@link Misfire} says so, as long as the
 * server keeps its data. What is due while no scheduler runs is missed until one does. Thread-safe, without threads of its own: it computes on
 * the one that completes a reply.
 *
 * <p>Due is due by the server's clock. When one is, a round trip enqueues the message and sets the next time. The scheduler asks when
 * the first schedule is due, when one is put or resumed, and at least once per poll interval. A message tells its time as
 * {@link Delivery#enqueuedAt}. If the server's clock steps forward, times are missed; if it steps back, none comes twice, and the next
 * is as much later.
 *
 * <p>Events, with the queue's name: {@code schedule.fired} for each message, {@code schedule.missed} if times had none,
 * {@code schedule.queueFull} if a schedule has to wait for room; and with their cause {@code schedule.turnFailed} for failures of the server,
 * after which it goes on, and {@code schedule.notUnderstood} for a schedule that this platform cannot read, which is left to others; that is
 * told once, and again when the schedule was changed or has not been among the next ones for a while. If a reply is lost, events may be missing.
 */
public final class QueueScheduler implements AutoCloseable {
    /** How many schedules a turn tells, beside those that this platform could not read the last time, which may be due for ever. */
    static final int TOLD = 100;
    /** How many messages a turn enqueues at most, unless a single schedule has more to make up for. */
    private static final int MAX_MESSAGES = 1000;

    private static final Duration RETRY_AFTER = Duration.ofMillis(500);

    private final WorkQueue queue;
    private final PatternRuntime runtime;
    private final Duration pollInterval;

    private final ReentrantLock lock = new ReentrantLock();
    /** Whether a turn is on its way; guarded by the lock, as all below. */
    private boolean turning;

    private boolean signalled;
    private boolean closed;
    /** The schedules of the last turn that could not be read, and their lines, by id. */
    private Map<String, String> notUnderstood = Map.of();

    private Scheduler.Task timer = () -> {};
    private Scheduler.Task subscription = () -> {};

    /**
     * What the server answers.
     *
     * @param now its time, in microseconds since 2020
     * @param done for each plan 1 if it was carried out, and 1 more for each of its times that there was no room for; 0 if it did not
     *     hold, -1 if the queue is full
     * @param upcoming the schedules that are due first
     */
    record Turn(long now, List<Long> done, List<Upcoming> upcoming) {
        static Turn read(List<Reply> items) {
            List<Long> done = items.get(1).asItems().stream().map(Reply::asLong).toList();
            List<Reply> first = items.get(2).asItems();
            List<Upcoming> upcoming = new ArrayList<>(first.size() / 3);
            for (int i = 0; i < first.size(); i += 3) {
                upcoming.add(new Upcoming(
                        first.get(i).asText(),
                        first.get(i + 1).asText(),
                        first.get(i + 2).asLong()));
            }
            return new Turn(items.get(0).asLong(), done, upcoming);
        }
    }

    private QueueScheduler(Builder builder) {
        queue = builder.queue;
        runtime = queue.runtime();
        pollInterval = builder.pollInterval;
    }

    /** A scheduler to be configured; messages are enqueued with the settings that this queue object has. */
    public static Builder builder(WorkQueue queue) {
        return new Builder(queue);
    }

    private void begin() {
        lock.lock();
        try {
            subscription = runtime.subscribe(QueueSchedules.channel(queue), ChannelListener.signalling(this::signal));
        } finally {
            lock.unlock();
        }
        turn(List.of());
    }

    private void signal() {
        lock.lock();
        try {
            signalled = true;
        } finally {
            lock.unlock();
        }
        turn(List.of());
    }

    /** Sends plans and asks what comes next, unless such a turn is on its way. */
    private void turn(List<SchedulePlan> plans) {
        Map<String, String> known;
        lock.lock();
        try {
            if (turning || closed) {
                return;
            }
            turning = true;
            signalled = false;
            timer.cancel();
            known = notUnderstood;
        } finally {
            lock.unlock();
        }
        int told = TOLD + known.size();
        var unused = send(queue, plans, told).whenComplete((turn, failure) -> {
            if (failure != null) {
                runtime.listener().failed("schedule.turnFailed", queue.name(), failure);
                if (runtime.isClosed()) {
                    close();
                }
                endTurn(List.of(), RETRY_AFTER, List.of());
            } else {
                turned(plans, told, known, turn);
            }
        });
    }

    /** Has the server carry plans out, as far as they hold, and tell what comes next: so many schedules at most. */
    static CompletionStage<Turn> send(WorkQueue queue, List<SchedulePlan> plans, int told) {
        List<String> keys = new ArrayList<>(queue.queueKeys());
        keys.addAll(
                List.of(QueueSchedules.schedules(queue), QueueSchedules.bodies(queue), QueueSchedules.fires(queue)));
        Arguments arguments = new Arguments()
                .add(queue.maxLeasedPerGroup())
                .add(queue.maxSize())
                .add(queue.maxDeliveries())
                .add(queue.channel())
                .add(told);
        for (SchedulePlan plan : plans) {
            arguments
                    .add(plan.id())
                    .add(plan.token())
                    .add(plan.due())
                    .add(plan.until())
                    .add(plan.next())
                    .add(plan.times().size());
            plan.times().forEach(arguments::add);
        }
        return queue.runtime().run(queue.scripts().turn(), keys, arguments);
    }

    private void turned(List<SchedulePlan> plans, int told, Map<String, String> known, Turn turn) {
        boolean full = false;
        for (int i = 0; i < plans.size(); i++) {
            full |= turn.done().get(i) < 0;
            tell(plans.get(i), turn.done().get(i));
        }
        List<SchedulePlan> now = new ArrayList<>();
        List<SchedulePlan> ahead = new ArrayList<>();
        long first = Long.MAX_VALUE;
        int messages = 0;
        Map<String, String> unreadable = new HashMap<>();
        for (Upcoming schedule : turn.upcoming()) {
            if (schedule.text().equals(known.get(schedule.id()))) {
                unreadable.put(schedule.id(), schedule.text());
                continue;
            }
            try {
                if (schedule.isDue(turn.now())) {
                    SchedulePlan plan = SchedulePlan.of(schedule, turn.now(), queue.maxSize());
                    if (now.isEmpty() || messages + plan.times().size() <= MAX_MESSAGES) {
                        now.add(plan);
                        messages += plan.times().size();
                    }
                } else if (schedule.due() <= first) {
                    ahead.add(SchedulePlan.ahead(schedule));
                    first = schedule.due();
                }
            } catch (RuntimeException e) {
                unreadable.put(schedule.id(), schedule.text());
                runtime.listener()
                        .failed(
                                "schedule.notUnderstood",
                                queue.name(),
                                new IllegalStateException("Schedule '" + schedule.id() + "': " + e.getMessage(), e));
            }
        }
        // Nothing but what cannot be read: the next ones are told at once.
        Duration wait = unreadable.size() == told ? Duration.ZERO : pollInterval;
        if (full && RETRY_AFTER.compareTo(wait) < 0) {
            wait = RETRY_AFTER;
        }
        if (first != Long.MAX_VALUE && (first - turn.now()) / 1000 < wait.toMillis()) {
            wait = Duration.ofNanos((first - turn.now()) * 1000);
        } else {
            ahead.clear();
        }
        lock.lock();
        try {
            notUnderstood = unreadable;
        } finally {
            lock.unlock();
        }
        endTurn(full ? List.of() : now, wait, ahead);
    }

    private void tell(SchedulePlan plan, long done) {
        if (done < 0) {
            runtime.listener().event("schedule.queueFull", queue.name());
        } else if (done > 0) {
            long fired = plan.times().size() - (done - 1);
            for (long i = 0; i < fired; i++) {
                runtime.listener().event("schedule.fired", queue.name());
            }
            if (plan.missed() || done > 1) {
                runtime.listener().event("schedule.missed", queue.name());
            }
        }
    }

    /** Goes on at once with what is due, or waits and then sends the plans made ahead. */
    private void endTurn(List<SchedulePlan> now, Duration wait, List<SchedulePlan> ahead) {
        lock.lock();
        try {
            turning = false;
            if (now.isEmpty() && !signalled && !closed) {
                timer = runtime.scheduler().schedule(wait, () -> turn(ahead));
                return;
            }
        } finally {
            lock.unlock();
        }
        turn(now);
    }

    /** Enqueues nothing more, apart from what is on its way. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            timer.cancel();
            subscription.cancel();
        } finally {
            lock.unlock();
        }
    }

    /** Settings of a scheduler. */
    public static final class Builder {
        private final WorkQueue queue;
        private Duration pollInterval = Duration.ofSeconds(5);

        private Builder(WorkQueue queue) {
            this.queue = requireNonNull(queue, "queue");
        }

        /** After what time it looks for schedules if it heard nothing and none is due before, from 10 ms to a day; 5 seconds if not set. */
        public Builder pollInterval(Duration value) {
            pollInterval = requireNonNull(value, "pollInterval");
            return this;
        }

        /**
         * Starts the scheduler.
         *
         * @throws IllegalArgumentException if the settings make no sense
         */
        public QueueScheduler start() {
            if (pollInterval.compareTo(Duration.ofMillis(10)) < 0 || pollInterval.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException("pollInterval is between 10 ms and a day, not " + pollInterval);
            }
            QueueScheduler scheduler = new QueueScheduler(this);
            scheduler.begin();
            return scheduler;
        }
    }
}
