package dev.spinel.patterns.queue;

import dev.spinel.patterns.queue.QueueSchedules.Lines;
import dev.spinel.patterns.queue.QueueSchedules.ServerTime;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * What is to happen to a schedule: which times have a message, and when it is due next. Made without asking any clock, from what the server
 * told; the server carries it out only as long as it holds.
 *
 * @param due when the schedule is due as it is, in microseconds since 2020, like all below; since when it counts, if it is new
 * @param until up to when the plan holds: before the next time, and as long as the rule for missed times has it
 * @param next when it is due afterwards
 * @param times those that have a message, in order; only the latest of them if there is no room for more in the queue
 * @param missed whether there are times that have none
 */
record SchedulePlan(String id, String token, long due, long until, long next, List<Long> times, boolean missed) {
    /** A schedule as the server tells it; its lines may be anything that somebody wrote there. */
    record Upcoming(String id, String text, long due) {
        /**
         * Its lines.
         *
         * @throws IllegalArgumentException if they are not those of a schedule
         */
        Lines lines() {
            return Lines.read(text);
        }

        /** Whether there is something to do about it at that time, by the server's clock; throws as {@link #lines}. */
        boolean isDue(long now) {
            Lines lines = lines();
            if (lines.isPaused()) {
                throw new IllegalArgumentException("It is paused, and has a time all the same");
            }
            return !lines.isSet() || due <= now;
        }
    }

    /** For a schedule that is due: its times up to now are past. */
    static SchedulePlan of(Upcoming schedule, long nowMicros, long maxSize) {
        Lines lines = schedule.lines();
        CronExpression cron = lines.readCron();
        ZoneId zone = lines.readZone();
        Misfire misfire = lines.readMisfire();
        Instant now = ServerTime.instant(nowMicros);
        Instant due = ServerTime.instant(schedule.due());
        Instant first = lines.isSet() ? due : cron.next(due, zone);
        Instant oldest = now.minus(misfire.maxAge());
        int most = maxSize > 0 ? (int) Math.min(maxSize, misfire.most()) : misfire.most();
        List<Instant> times = latest(cron, zone, first.isBefore(oldest) ? oldest : first, now, most);
        boolean missed = !first.isAfter(now) && (times.isEmpty() || times.get(0).isAfter(first));
        long next = ServerTime.micros(cron.next(now, zone));
        return new SchedulePlan(
                schedule.id(),
                lines.token(),
                schedule.due(),
                next - 1,
                next,
                times.stream().map(ServerTime::micros).toList(),
                missed);
    }

    /** For one that will be due: it is carried out as soon as it is, without another round trip. */
    static SchedulePlan ahead(Upcoming schedule) {
        Lines lines = schedule.lines();
        Instant due = ServerTime.instant(schedule.due());
        long next = ServerTime.micros(lines.readCron().next(due, lines.readZone()));
        long maxAge = lines.readMisfire().maxAge().toMillis() * 1000;
        return new SchedulePlan(
                schedule.id(),
                lines.token(),
                schedule.due(),
                Math.min(next - 1, schedule.due() + maxAge),
                next,
                List.of(schedule.due()),
                false);
    }

    /** The latest times of a span, both ends included, in order. */
    private static List<Instant> latest(CronExpression cron, ZoneId zone, Instant from, Instant to, int most) {
        Deque<Instant> times = new ArrayDeque<>();
        Instant time = cron.previous(to.plusNanos(1), zone);
        while (times.size() < most && !time.isBefore(from)) {
            times.addFirst(time);
            time = cron.previous(time, zone);
        }
        return List.copyOf(times);
    }
}
