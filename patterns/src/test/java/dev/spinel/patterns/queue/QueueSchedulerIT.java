package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.parallel.ExecutionMode.CONCURRENT;

import dev.spinel.patterns.queue.QueueSchedules.ServerTime;
import dev.spinel.patterns.queue.SchedulePlan.Upcoming;
import dev.spinel.patterns.testing.ChildJvm;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RetryPolicy;
import dev.spinel.patterns.transport.Way;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;

/**
 * What schedules promise, with each client library, also when many schedule, and replies and connections are lost. The tests wait for
 * seconds to pass, beside each other.
 */
class QueueSchedulerIT extends WorkQueueFixture {
    private static final CronExpression EVERY_SECOND = CronExpression.parse("* * * * * *");
    private static final CronExpression YEARLY = CronExpression.parse("@yearly");
    private static final Duration RUN =
            Duration.ofMillis(Math.max(4000, Long.getLong("spinel.patterns.millisPerProperty", 1000)));

    QueueSchedulerIT(ClientKind client) {
        super(client, QueueEngine.SORTED_SETS);
    }

    private WorkQueue queue() {
        return builder().build();
    }

    private static Schedule schedule(String id, CronExpression cron) {
        return Schedule.of(id, cron, ZoneOffset.UTC, Message.of("message of " + id));
    }

    private Instant serverNow() {
        List<String> time = redis.time();
        return Instant.ofEpochSecond(Long.parseLong(time.get(0)), Long.parseLong(time.get(1)) * 1000);
    }

    /** Lets a scheduler find out when everything is due. */
    private void settle(WorkQueue queue) {
        try (QueueScheduler scheduler = QueueScheduler.builder(queue).start()) {
            await().until(() -> QueueSchedules.of(queue).list().stream()
                    .allMatch(state -> state.paused() || state.next().isPresent()));
            assertThat(scheduler).isNotNull();
        }
    }

    @Nested
    @Execution(CONCURRENT)
    class Times {
        @Test
        void Q11_manySchedulers_giveOneMessageForEachTime_withLostReplies() throws InterruptedException {
            WorkQueue queue = queue();
            WorkQueue straight = WorkQueue.builder(other, name).build();
            QueueSchedules schedules = QueueSchedules.of(straight);
            schedules.put(schedule("every second", EVERY_SECOND).withMisfire(Misfire.fireAll(1000)));
            List<QueueScheduler> schedulers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                schedulers.add(QueueScheduler.builder(queue).start());
                schedulers.add(QueueScheduler.builder(straight).start());
            }
            long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
            Random random = new Random(seed);
            long end = System.nanoTime() + RUN.toNanos();
            while (System.nanoTime() < end) {
                Thread.sleep(random.nextInt(300));
                if (random.nextBoolean()) {
                    proxy.loseReplies(1);
                } else {
                    proxy.cut(false);
                }
                // Each process puts its schedules when it starts.
                schedules.put(schedule("every second", EVERY_SECOND).withMisfire(Misfire.fireAll(1000)));
            }
            Instant until = serverNow();
            await().until(() -> schedules.list().get(0).next().orElseThrow().isAfter(until));
            schedulers.forEach(QueueScheduler::close);

            assertOneMessageForEachSecond("seed " + seed, straight, until);
        }

        /** Of three processes one is killed and replaced, or paused over some times, again and again. */
        @Test
        void Q11_schedulersThatAreKilledAndPaused_giveOneMessageForEachTime() throws InterruptedException {
            WorkQueue queue = queue();
            QueueSchedules schedules = QueueSchedules.of(queue);
            schedules.put(schedule("every second", EVERY_SECOND).withMisfire(Misfire.fireAll(1000)));
            long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
            Random random = new Random(seed);
            ChildJvm[] processes = {start(), start(), start()};
            try {
                for (ChildJvm process : processes) {
                    process.expect("ready");
                }
                long end = System.nanoTime() + RUN.toNanos();
                for (int turn = 0; System.nanoTime() < end; turn++) {
                    int victim = turn % processes.length;
                    if (turn % 2 == 0) {
                        processes[victim].kill();
                        Thread.sleep(random.nextInt(300));
                        processes[victim] = start();
                        processes[victim].expect("ready");
                    } else {
                        processes[victim].pause();
                        Thread.sleep(500 + random.nextInt(1000)); // over a time, which others have a message for
                        processes[victim].resume();
                    }
                }
                Instant until = serverNow();
                await().until(() -> schedules.list().get(0).next().orElseThrow().isAfter(until));
                // Whoever was paused had a plan for a time that is past: were it carried out, it would be by now.
                schedules.pause("every second");
                assertOneMessageForEachSecond("seed " + seed, queue, until);
            } finally {
                for (ChildJvm process : processes) {
                    process.close();
                }
            }
        }

        private ChildJvm start() {
            return ChildJvm.run(
                    SchedulerProcess.class.getName(), client.nameElsewhere(), Integer.toString(server.port()), name);
        }

        /** What the queue has is one message for each second, up to that time at least. */
        private void assertOneMessageForEachSecond(String context, WorkQueue queue, Instant until) {
            List<Instant> times =
                    queue.claim(1000).stream().map(Delivery::enqueuedAt).toList();
            assertThat(times).as(context).hasSizeGreaterThan((int) RUN.toSeconds() - 2);
            for (int i = 0; i < times.size(); i++) {
                assertThat(times.get(i)).as(context).isEqualTo(times.get(0).plusSeconds(i));
            }
            assertThat(times.get(times.size() - 1)).as(context).isAfterOrEqualTo(until.truncatedTo(ChronoUnit.SECONDS));
        }

        /** Planners that each know the schedules as they were at some moment, and send plans of any age, also twice. */
        @Test
        void Q11_plansThatAreLate_orComeTwice_giveNoSecondMessage() {
            WorkQueue queue = queue();
            QueueSchedules schedules = QueueSchedules.of(queue);
            Misfire all = Misfire.fireAll(1000);
            schedules.put(schedule("hourly", CronExpression.parse("0 * * * *")).withMisfire(all));
            schedules.put(
                    schedule("by day", CronExpression.parse("*/20 8-11 * * *")).withMisfire(all));
            Instant start = Instant.parse("2026-01-01T08:00:00Z");
            settle(queue);
            redis.zadd(key("fires"), ServerTime.micros(start), "hourly");
            redis.zadd(key("fires"), ServerTime.micros(start), "by day");

            long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
            Random random = new Random(seed);
            List<QueueScheduler.Turn> known = new ArrayList<>(List.of(send(queue, List.of())));
            List<SchedulePlan> sent = new ArrayList<>();
            Instant now = start;
            long carriedOut = 0;
            for (int step = 0; step < 150; step++) {
                now = now.plus(random.nextInt(240), ChronoUnit.MINUTES);
                List<SchedulePlan> plans = new ArrayList<>();
                QueueScheduler.Turn view = known.get(Math.max(0, known.size() - 1 - random.nextInt(3)));
                for (Upcoming schedule : view.upcoming()) {
                    SchedulePlan plan = random.nextBoolean() || !schedule.isDue(ServerTime.micros(now))
                            ? SchedulePlan.ahead(schedule)
                            : SchedulePlan.of(schedule, ServerTime.micros(now), 0);
                    // By the server's clock all this is past, and plans would not hold any more.
                    plans.add(new SchedulePlan(
                            plan.id(),
                            plan.token(),
                            plan.due(),
                            Long.MAX_VALUE / 1000,
                            plan.next(),
                            plan.times(),
                            plan.missed()));
                }
                if (!sent.isEmpty()) {
                    plans.add(random.nextInt(plans.size()), sent.get(random.nextInt(sent.size())));
                }
                proxy.loseReplies(random.nextInt(30) == 0 ? 1 : 0);
                QueueScheduler.Turn turn = send(queue, plans);
                carriedOut += turn.done().stream().filter(done -> done == 1).count();
                known.add(turn);
                sent.addAll(plans);
            }

            assertThat(carriedOut).as("seed %d", seed).isGreaterThan(50);
            List<Delivery> deliveries = new ArrayList<>();
            for (List<Delivery> some = queue.claim(1000); !some.isEmpty(); some = queue.claim(1000)) {
                deliveries.addAll(some);
            }
            for (ScheduleState state : schedules.list()) {
                List<Instant> expected = new ArrayList<>();
                Instant time = start;
                while (time.isBefore(state.next().orElseThrow())) {
                    expected.add(time);
                    time = state.schedule().cron().next(time, ZoneOffset.UTC);
                }
                String text = "message of " + state.schedule().id();
                assertThat(deliveries)
                        .as("seed %d", seed)
                        .filteredOn(delivery -> delivery.text().equals(text))
                        .extracting(Delivery::enqueuedAt)
                        .isEqualTo(expected);
            }
        }

        private QueueScheduler.Turn send(WorkQueue queue, List<SchedulePlan> plans) {
            return PatternRuntime.await(QueueScheduler.send(queue, plans, QueueScheduler.TOLD));
        }

        @Test
        void Q11_aTime_isOneRoundTrip_andOnTime() throws InterruptedException {
            WorkQueue queue = queue();
            QueueSchedules.of(queue).put(schedule("every second", EVERY_SECOND));
            long missedAtFirst;
            try (QueueScheduler scheduler = QueueScheduler.builder(queue).start()) {
                WorkQueue straight = WorkQueue.builder(other, name).build();
                // The first turns load classes, which may take longer than a second.
                await().until(() -> !straight.claim(1).isEmpty());
                await().until(() -> !straight.claim(1).isEmpty());
                missedAtFirst = events.count("schedule.missed");
                transport.takeCommands();
                Thread.sleep(3000); // three times
                assertThat(transport.takeCommands()).hasSizeBetween(2, 4).containsOnly("EVALSHA");
                assertThat(scheduler).isNotNull();
                await().until(() -> straight.stats().ready() == 4);
                Instant seen = serverNow();
                assertThat(straight.claim(4).get(3).enqueuedAt()).isBetween(seen.minusMillis(900), seen);
            }
            assertThat(events.count("schedule.fired")).isGreaterThanOrEqualTo(4);
            assertThat(events.count("schedule.missed")).isEqualTo(missedAtFirst);
            assertThat(events.names()).doesNotContain("schedule.turnFailed");
        }

        @Test
        void messages_areThoseOfTheSchedule() {
            WorkQueue queue = queue();
            Message message = Message.of("report").withPriority(7).withGroup("tenant");
            QueueSchedules.of(queue).put(Schedule.of("report", EVERY_SECOND, ZoneOffset.UTC, message));
            queue.enqueue(Message.of("less").withGroup("tenant"));
            try (QueueScheduler scheduler = QueueScheduler.builder(queue).start()) {
                await().until(() -> queue.stats("tenant").ready() == 2);
                assertThat(scheduler).isNotNull();
            }
            Delivery delivery = queue.claim(1).get(0);
            assertThat(delivery.text()).isEqualTo("report");
            assertThat(delivery.group()).contains("tenant");
            assertThat(delivery.attempt()).isOne();
            assertThat(queue.settle(delivery.acknowledge())).isTrue();
        }

        @Test
        void aZone_isKept() {
            WorkQueue queue = queue();
            ZoneId zone = ZoneId.of("America/New_York");
            CronExpression cron = CronExpression.parse("30 2 * * *");
            QueueSchedules.of(queue).put(Schedule.of("nightly", cron, zone, Message.of("m")));
            Instant before = serverNow();
            settle(queue);
            assertThat(QueueSchedules.of(queue).list().get(0).next()).contains(cron.next(before, zone));
        }
    }

    @Nested
    @Execution(CONCURRENT)
    class Missed {
        /** Half an hour away from any time. */
        private final CronExpression hourly =
                CronExpression.parse((serverNow().atOffset(ZoneOffset.UTC).getMinute() + 30) % 60 + " * * * *");

        private List<Instant> afterFiveHours(Misfire misfire) {
            return afterFiveHours(queue(), misfire);
        }

        /** Five times pass without a scheduler; then what the queue has. */
        private List<Instant> afterFiveHours(WorkQueue queue, Misfire misfire) {
            QueueSchedules.of(queue).put(schedule("hourly", hourly).withMisfire(misfire));
            settle(queue);
            redis.zincrby(key("fires"), -5 * 3600e6, "hourly");
            try (QueueScheduler scheduler = QueueScheduler.builder(queue).start()) {
                await().until(() -> QueueSchedules.of(queue)
                        .list()
                        .get(0)
                        .next()
                        .orElseThrow()
                        .isAfter(serverNow()));
                assertThat(scheduler).isNotNull();
            }
            return queue.claim(10).stream().map(Delivery::enqueuedAt).toList();
        }

        private Instant hoursAgo(int hours) {
            return hourly.next(serverNow(), ZoneOffset.UTC).minus(hours, ChronoUnit.HOURS);
        }

        @Test
        void Q11_skip_leavesThemOut() {
            assertThat(afterFiveHours(Misfire.skip())).isEmpty();
            assertThat(events.count("schedule.missed")).isOne();
        }

        @Test
        void Q11_fireOnce_makesUpWithOne() {
            assertThat(afterFiveHours(Misfire.fireOnce())).containsExactly(hoursAgo(1));
            assertThat(events.count("schedule.missed")).isOne();
        }

        @Test
        void Q11_fireAll_makesUpForTheLatest() {
            assertThat(afterFiveHours(Misfire.fireAll(3))).containsExactly(hoursAgo(3), hoursAgo(2), hoursAgo(1));
        }

        @Test
        void Q11_fireAll_makesUpForAll() {
            assertThat(afterFiveHours(Misfire.fireAll(100))).hasSize(5);
            assertThat(events.names()).doesNotContain("schedule.missed");
        }

        @Test
        void Q11_fireAll_makesUpForTheLatest_thatThereIsRoomFor() {
            WorkQueue queue = WorkQueue.builder(runtime, name).maxSize(3).build();
            queue.enqueue(Message.of("in the way").withDelay(Duration.ofHours(1)));
            assertThat(afterFiveHours(queue, Misfire.fireAll(5))).containsExactly(hoursAgo(2), hoursAgo(1));
            assertThat(events.count("schedule.fired")).isEqualTo(2);
            assertThat(events.count("schedule.missed")).isOne();
            assertThat(events.names()).doesNotContain("schedule.queueFull");
        }

        @Test
        void whatCannotBeEnqueued_isMadeUpFor() {
            WorkQueue queue = queue();
            QueueSchedules.of(queue).put(schedule("hourly", hourly).withMisfire(Misfire.fireAll(100)));
            settle(queue);
            redis.set(key("ready"), "text");
            redis.zincrby(key("fires"), -5 * 3600e6, "hourly");
            try (QueueScheduler scheduler = QueueScheduler.builder(queue)
                    .pollInterval(Duration.ofMillis(100))
                    .start()) {
                await().until(() -> events.names().contains("schedule.turnFailed"));
                redis.del(key("ready"));
                await().until(() -> queue.stats().ready() == 5);
                assertThat(scheduler).isNotNull();
            }
        }

        @Test
        void aFullQueue_isWaitedFor() {
            WorkQueue queue = WorkQueue.builder(runtime, name).maxSize(1).build();
            queue.enqueue(Message.of("in the way"));
            QueueSchedules.of(queue).put(schedule("every second", EVERY_SECOND).withMisfire(Misfire.fireOnce()));
            try (QueueScheduler scheduler = QueueScheduler.builder(queue).start()) {
                await().until(() -> events.count("schedule.queueFull") > 1);
                assertThat(queue.stats().ready()).isOne();
                assertThat(queue.settle(queue.claim(1).get(0).acknowledge())).isTrue();
                await().until(() -> queue.stats().ready() == 1);
                assertThat(scheduler).isNotNull();
            }
            assertThat(queue.claim(1).get(0).text()).isEqualTo("message of every second");
        }

        @Test
        void whatCannotBeRead_isLeftToOthers() {
            WorkQueue queue = queue();
            QueueSchedules.of(queue).put(schedule("odd", EVERY_SECOND));
            String lines = redis.hget(key("schedules"), "odd");
            redis.hset(key("schedules"), "odd", lines.replace("\nZ\n", "\nMars/Olympus\n"));
            QueueSchedules.of(queue).put(schedule("even", EVERY_SECOND));
            try (QueueScheduler scheduler = QueueScheduler.builder(queue).start()) {
                await().until(() -> queue.stats().ready() > 1);
                assertThat(scheduler).isNotNull();
            }
            assertThat(queue.claim(10)).extracting(Delivery::text).containsOnly("message of even");
            assertThat(events.cause("schedule.notUnderstood"))
                    .hasMessageContaining("odd")
                    .hasMessageContaining("Mars/Olympus");
        }

        /** Not what {@code put} writes: too few lines, a priority that is none, no lines, no body. */
        @Test
        void whatOthersWroteWrong_isToldOnce_andHoldsUpNobody() {
            WorkQueue queue = queue();
            QueueSchedules schedules = QueueSchedules.of(queue);
            List<String> wrong =
                    List.of("short", "priority", "no lines", "no body", "state", "paused", "fraction", "never");
            wrong.forEach(id -> schedules.put(schedule(id, EVERY_SECOND)));
            String lines = redis.hget(key("schedules"), "priority");
            redis.hset(key("schedules"), "short", "token\nset\n");
            redis.hset(key("schedules"), "priority", lines.replace("\n0\n", "\nhigh\n"));
            redis.hset(key("schedules"), "state", lines.replaceFirst("\n(new|set)\n", "\nodd\n"));
            redis.hset(key("schedules"), "paused", lines.replaceFirst("\n(new|set)\n", "\npaused\n"));
            redis.zadd(key("fires"), 1.5, "fraction");
            redis.zadd(key("fires"), Double.NEGATIVE_INFINITY, "never");
            redis.hdel(key("schedules"), "no lines");
            redis.hdel(key("schedule-bodies"), "no body");
            schedules.put(schedule("even", EVERY_SECOND));
            try (QueueScheduler scheduler = QueueScheduler.builder(queue)
                    .pollInterval(Duration.ofMillis(100))
                    .start()) {
                await().until(() -> queue.stats().ready() > 1);
                assertThat(events.count("schedule.notUnderstood")).isEqualTo(wrong.size());
                // Another version is told, one that can be read is carried out.
                redis.hset(key("schedules"), "short", "token\nset\nmore");
                redis.hset(key("schedules"), "priority", lines);
                await().until(() ->
                        queue.claim(100).stream().anyMatch(m -> m.text().equals("message of priority")));
                assertThat(events.count("schedule.notUnderstood")).isEqualTo(wrong.size() + 1);
                assertThat(scheduler).isNotNull();
            }
            assertThat(events.names()).doesNotContain("schedule.turnFailed");
        }

        /** More than a turn tells: they are due before all others, and stay so. */
        @Test
        void manyThatCannotBeRead_doNotHoldUpOthers() {
            WorkQueue queue = queue();
            QueueSchedules.of(queue).put(schedule("odd", EVERY_SECOND));
            String lines = redis.hget(key("schedules"), "odd").replace("\nZ\n", "\nMars/Olympus\n");
            double due = redis.zscore(key("fires"), "odd");
            for (int i = 0; i < 2 * QueueScheduler.TOLD; i++) {
                redis.hset(key("schedules"), "odd" + i, lines);
                redis.zadd(key("fires"), due, "odd" + i);
            }
            QueueSchedules.of(queue).remove("odd");
            QueueSchedules.of(queue).put(schedule("even", EVERY_SECOND));
            try (QueueScheduler scheduler = QueueScheduler.builder(queue).start()) {
                await().until(() -> queue.stats().ready() > 1);
                assertThat(scheduler).isNotNull();
            }
        }
    }

    @Nested
    @Execution(CONCURRENT)
    class Changes {
        @Test
        void lostReplies_doNotPauseAgain_norResumeAgain() {
            QueueSchedules schedules = patientSchedules();
            QueueSchedules elsewhere =
                    QueueSchedules.of(WorkQueue.builder(other, name).build());
            elsewhere.put(schedule("a", YEARLY));
            assertThat(schedules.resume("a")).isTrue(); // loads the script

            CompletionStage<Boolean> paused = loseReplyOf(() -> schedules.pauseAsync("a"));
            elsewhere.resume("a");
            assertThat(PatternRuntime.await(paused)).isTrue();
            assertThat(elsewhere.list().get(0).paused()).isFalse();

            elsewhere.pause("a");
            CompletionStage<Boolean> resumed = loseReplyOf(() -> schedules.resumeAsync("a"));
            elsewhere.pause("a");
            assertThat(PatternRuntime.await(resumed)).isTrue();
            assertThat(elsewhere.list().get(0).paused()).isTrue();
        }

        /** Whatever the first attempt found: a repeated one comes after others have gone on. */
        /** Those of a runtime that waits for the client to connect again. */
        private QueueSchedules patientSchedules() {
            PatternRuntime patient = PatternRuntime.builder(transport)
                    .ways(Way.SCRIPT)
                    .retryPolicy(
                            new RetryPolicy(20, Duration.ofMillis(500), Duration.ofMillis(500), Duration.ofSeconds(10)))
                    .build();
            return QueueSchedules.of(WorkQueue.builder(patient, name).build());
        }

        @Test
        void lostReplies_doNotPutAgain_norRemoveAgain() {
            QueueSchedules schedules = patientSchedules();
            QueueSchedules elsewhere =
                    QueueSchedules.of(WorkQueue.builder(other, name).build());
            assertThat(schedules.put(schedule("a", EVERY_SECOND))).isTrue(); // loads the scripts
            assertThat(schedules.remove("a")).isTrue();

            CompletionStage<Boolean> put = loseReplyOf(() -> schedules.putAsync(schedule("a", EVERY_SECOND)));
            assertThat(elsewhere.put(schedule("a", YEARLY))).isTrue();
            assertThat(PatternRuntime.await(put)).isTrue();
            assertThat(elsewhere.list().get(0).schedule().cron()).isEqualTo(YEARLY);

            CompletionStage<Boolean> nothingNew = loseReplyOf(() -> schedules.putAsync(schedule("a", YEARLY)));
            assertThat(elsewhere.put(schedule("a", EVERY_SECOND))).isTrue();
            assertThat(PatternRuntime.await(nothingNew)).isFalse();
            assertThat(elsewhere.list().get(0).schedule().cron()).isEqualTo(EVERY_SECOND);

            CompletionStage<Boolean> removed = loseReplyOf(() -> schedules.removeAsync("a"));
            assertThat(elsewhere.put(schedule("a", YEARLY))).isTrue();
            assertThat(PatternRuntime.await(removed)).isTrue();
            assertThat(elsewhere.list()).hasSize(1);
        }

        @Test
        void eachOperation_isOneRoundTrip() {
            QueueSchedules schedules = QueueSchedules.of(queue());
            for (int round = 0; round < 2; round++) {
                transport.takeCommands();
                schedules.put(schedule("a", YEARLY));
                schedules.pause("a");
                schedules.resume("a");
                schedules.list();
                schedules.remove("a");
            }
            assertThat(transport.takeCommands()).hasSize(5).containsOnly("EVALSHA");
        }

        @Test
        void put_again_changesNothing() {
            WorkQueue queue = queue();
            QueueSchedules schedules = QueueSchedules.of(queue);
            assertThat(schedules.put(schedule("a", YEARLY))).isTrue();
            assertThat(schedules.list().get(0).next()).isEmpty();
            settle(queue);
            Optional<Instant> next = schedules.list().get(0).next();
            assertThat(next).isPresent();
            assertThat(schedules.put(schedule("a", YEARLY))).isFalse();
            // Another message or rule leaves the time as it is; another expression does not.
            assertThat(schedules.put(schedule("a", YEARLY).withMisfire(Misfire.skip())))
                    .isTrue();
            assertThat(schedules.put(Schedule.of("a", YEARLY, ZoneOffset.UTC, Message.of("new"))))
                    .isTrue();
            ScheduleState state = schedules.list().get(0);
            assertThat(state.next()).isEqualTo(next);
            assertThat(state.schedule().message().body()).asString().isEqualTo("new");
            assertThat(schedules.put(schedule("a", EVERY_SECOND))).isTrue();
            assertThat(schedules.list().get(0).next()).isEmpty();
        }

        @Test
        void list_tellsWhatWasPut() {
            QueueSchedules schedules = QueueSchedules.of(queue());
            assertThat(schedules.list()).isEmpty();
            ZoneId zone = ZoneId.of("Europe/Berlin");
            Message message = Message.of(new byte[] {0, 10, -1}).withPriority(3).withGroup("a\nb");
            schedules.put(schedule("b\n\u00e4", YEARLY));
            schedules.put(Schedule.of("a", CronExpression.parse("0 9 * * MON"), zone, message)
                    .withMisfire(Misfire.fireAll(7)));
            schedules.pause("b\n\u00e4");
            List<ScheduleState> states = schedules.list();
            assertThat(states).extracting(ScheduleState::paused).containsExactly(false, true);
            Schedule first = states.get(0).schedule();
            assertThat(first.id()).isEqualTo("a");
            assertThat(first.cron()).hasToString("0 9 * * MON");
            assertThat(first.zone()).isEqualTo(zone);
            assertThat(first.misfire()).isEqualTo(Misfire.fireAll(7));
            assertThat(first.message().body()).containsExactly(0, 10, -1);
            assertThat(first.message().priority()).isEqualTo(3);
            assertThat(first.message().group()).isEqualTo("a\nb");
            assertThat(states.get(1).schedule().id()).isEqualTo("b\n\u00e4");
        }

        @Test
        void aListWithOneThatCannotBeRead_tellsWhich() {
            QueueSchedules schedules = QueueSchedules.of(queue());
            schedules.put(schedule("a", YEARLY));
            schedules.put(schedule("odd", YEARLY));
            String lines = redis.hget(key("schedules"), "odd");
            redis.hset(key("schedules"), "odd", lines.replace("\nZ\n", "\nMars/Olympus\n"));
            assertThatThrownBy(schedules::list)
                    .isInstanceOf(IllegalStateException.class)
                    .cause()
                    .hasMessageContainingAll("Schedule 'odd'", "Mars/Olympus");
            assertThat(schedules.remove("odd")).isTrue();
            assertThat(schedules.list())
                    .extracting(state -> state.schedule().id())
                    .containsExactly("a");
        }

        @Test
        void put_again_healsWhatTheServerLost() {
            WorkQueue queue = queue();
            QueueSchedules schedules = QueueSchedules.of(queue);
            schedules.put(schedule("a", YEARLY));
            schedules.put(schedule("paused", YEARLY));
            settle(queue);
            schedules.pause("paused");
            Optional<Instant> next = schedules.list().get(0).next();
            redis.del(key("fires"));
            assertThat(schedules.list().get(0).next()).isEmpty();
            assertThat(schedules.put(schedule("a", YEARLY))).isTrue();
            assertThat(schedules.put(schedule("paused", YEARLY))).isFalse();
            settle(queue);
            assertThat(schedules.list().get(0).next()).isEqualTo(next);
            assertThat(schedules.list().get(1).paused()).isTrue();
        }

        @Test
        void pausedOnes_rest_alsoWhenPutAgain_andAreNotMadeUpFor() throws InterruptedException {
            WorkQueue queue = queue();
            QueueSchedules schedules = QueueSchedules.of(queue);
            assertThat(schedules.pause("a")).isFalse();
            assertThat(schedules.resume("a")).isFalse();
            schedules.put(schedule("a", EVERY_SECOND).withMisfire(Misfire.fireAll(100)));
            try (QueueScheduler scheduler = QueueScheduler.builder(queue)
                    .pollInterval(Duration.ofSeconds(30))
                    .start()) {
                await().until(() -> !queue.claim(1).isEmpty());
                assertThat(schedules.pause("a")).isTrue();
                assertThat(schedules.pause("a")).isTrue();
                queue.claim(10);
                schedules.put(schedule("a", EVERY_SECOND).withMisfire(Misfire.fireAll(99)));
                Thread.sleep(2500); // two times
                assertThat(queue.stats().ready()).isZero();
                Instant resumed = serverNow();
                assertThat(schedules.resume("a")).isTrue();
                assertThat(schedules.resume("a")).isTrue();
                await().until(() -> queue.stats().ready() > 0);
                assertThat(queue.claim(1).get(0).enqueuedAt()).isAfter(resumed);
                assertThat(scheduler).isNotNull();
            }
        }

        @Test
        void removedOnes_areGone() {
            WorkQueue queue = queue();
            QueueSchedules schedules = QueueSchedules.of(queue);
            schedules.put(schedule("a", YEARLY));
            settle(queue);
            assertThat(schedules.remove("a")).isTrue();
            assertThat(schedules.remove("a")).isFalse();
            assertThat(schedules.list()).isEmpty();
            assertThat(redis.keys(key("*"))).allMatch(key -> key.contains(":call:"));
        }

        @Test
        void lostReplies_areAnsweredAgain() {
            QueueSchedules schedules = patientSchedules();
            schedules.put(schedule("warm up", YEARLY));
            schedules.pause("warm up");
            proxy.loseReplies(1);
            assertThat(schedules.put(schedule("a", YEARLY))).isTrue();
            proxy.loseReplies(1);
            assertThat(schedules.pause("a")).isTrue();
            proxy.loseReplies(1);
            assertThat(schedules.resume("a")).isTrue();
            assertThat(proxy.repliesLost()).isEqualTo(3);
        }

        @Test
        void whatMakesNoSense_isRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> schedule("", YEARLY))
                    .withMessage("Schedule '': its id has between 1 and 256 characters");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Schedule.of(
                            "a", YEARLY, ZoneOffset.UTC, Message.of("m").withDelay(Duration.ofSeconds(1))))
                    .withMessageContaining("no delay");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Schedule.of(
                            "a", YEARLY, ZoneOffset.UTC, Message.of("m").withKey("k")))
                    .withMessageContaining("no key");
            assertThatIllegalArgumentException().isThrownBy(() -> Misfire.fireAll(0));
            assertThatIllegalArgumentException().isThrownBy(() -> Misfire.fireAll(1001));
            assertThatIllegalArgumentException().isThrownBy(() -> new Misfire(1, Duration.ZERO));
            assertThatIllegalArgumentException().isThrownBy(() -> QueueScheduler.builder(queue())
                    .pollInterval(Duration.ZERO)
                    .start());
        }
    }
}
