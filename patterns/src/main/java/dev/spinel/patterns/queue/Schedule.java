package dev.spinel.patterns.queue;

import static java.util.Objects.requireNonNull;

import java.time.ZoneId;

/** A message that recurs. Immutable, apart from the body's bytes. */
public final class Schedule {
    private final String id;
    private final CronExpression cron;
    private final ZoneId zone;
    private final Message message;
    private final Misfire misfire;

    private Schedule(String id, CronExpression cron, ZoneId zone, Message message, Misfire misfire) {
        this.id = requireNonNull(id, "id");
        this.cron = requireNonNull(cron, "cron");
        this.zone = requireNonNull(zone, "zone");
        this.message = requireNonNull(message, "message");
        this.misfire = requireNonNull(misfire, "misfire");
        check("its id has between 1 and 256 characters", !id.isEmpty() && id.length() <= 256);
        check(
                "its message has no delay: it is enqueued when it is due",
                message.delay().isZero());
        check(
                "its message has no key: each time has one message anyway",
                message.key().isEmpty());
    }

    /**
     * A schedule that makes up for missed times with one message ({@link Misfire#fireOnce}).
     *
     * @param id of the schedule in its queue, from 1 to 256 characters
     * @param zone whose local time the expression is about
     * @param message what is enqueued each time; with priority and group, without delay and key
     * @throws IllegalArgumentException if that makes no sense
     */
    public static Schedule of(String id, CronExpression cron, ZoneId zone, Message message) {
        return new Schedule(id, cron, zone, message, Misfire.fireOnce());
    }

    /** The same with another rule for missed times. */
    public Schedule withMisfire(Misfire value) {
        return new Schedule(id, cron, zone, message, value);
    }

    private void check(String rule, boolean holds) {
        if (!holds) {
            throw new IllegalArgumentException("Schedule '" + id + "': " + rule);
        }
    }

    /** Its name in the queue. */
    public String id() {
        return id;
    }

    /** When it recurs. */
    public CronExpression cron() {
        return cron;
    }

    /** Whose local time that is. */
    public ZoneId zone() {
        return zone;
    }

    /** What becomes of missed times. */
    public Misfire misfire() {
        return misfire;
    }

    /** What is enqueued. */
    public Message message() {
        return message;
    }

    @Override
    public String toString() {
        return "Schedule[" + id + ", " + cron + ", " + zone + ']';
    }
}
