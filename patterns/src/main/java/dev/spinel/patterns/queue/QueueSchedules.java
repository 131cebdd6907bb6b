package dev.spinel.patterns.queue;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Script;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;

/**
 * The schedules of a queue: messages that recur. They are kept on the server beside the messages, and a {@link QueueScheduler} that
 * runs in any number of processes enqueues them in time. Thread-safe.
 *
 * <p>Every operation is one round trip and atomic. All are repeated if a reply is lost, and then answer as the first time, and change
 * nothing again, whatever others did meanwhile.
 */
public final class QueueSchedules {
    private static final Operation<Boolean> PUT = changing("queue.schedules.put", "call-once.lua", "schedule-put.lua");
    private static final Operation<Boolean> PAUSE =
            changing("queue.schedules.pause", "call-once.lua", "schedule-pause.lua");
    private static final Operation<Boolean> RESUME =
            changing("queue.schedules.resume", "call-once.lua", "schedule-pause.lua");
    private static final Operation<Boolean> REMOVE =
            changing("queue.schedules.remove", "call-once.lua", "schedule-remove.lua");
    private static final Operation<List<ScheduleState>> LIST = new Operation<>(
            "queue.schedules.list",
            Script.load(QueueSchedules.class, "schedule-list.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> readStates(reply.asItems()));

    private final WorkQueue queue;

    private QueueSchedules(WorkQueue queue) {
        this.queue = requireNonNull(queue, "queue");
    }

    /** The schedules of a queue. */
    public static QueueSchedules of(WorkQueue queue) {
        return new QueueSchedules(queue);
    }

    private static Operation<Boolean> changing(String name, String... scripts) {
        return new Operation<>(
                name,
                Script.load(QueueSchedules.class, scripts),
                Retry.IDEMPOTENT,
                (reply, repeated) -> reply.asLong() == 1);
    }

    /**
     * Adds a schedule, or changes the one with its id. What is due stays due unless expression or zone change, so that each process may put
     * its schedules when it starts; otherwise, and if the server lost when it is due, times count from now on. A paused schedule stays paused.
     *
     * @return whether that changed anything
     */
    public boolean put(Schedule schedule) {
        return queue.runtime().call(() -> putAsync(schedule));
    }

    /** As {@link #put}. */
    public CompletionStage<Boolean> putAsync(Schedule schedule) {
        queue.checkSupported(schedule.message());
        Misfire misfire = schedule.misfire();
        String token = UUID.randomUUID().toString();
        return queue.runtime()
                .run(
                        PUT,
                        List.of(schedules(queue), bodies(queue), fires(queue), call(token)),
                        new Arguments()
                                .add(schedule.id())
                                .add(token)
                                .add(misfire.most() + ":" + misfire.maxAge().toMillis())
                                .add(schedule.cron().toString())
                                .add(schedule.zone().getId())
                                .add(schedule.message().priority())
                                .add(schedule.message().group())
                                .add(schedule.message().body())
                                .add(channel(queue)));
    }

    /**
     * Lets a schedule rest, however often it is put, until it is resumed.
     *
     * @return whether there is one with this id
     */
    public boolean pause(String id) {
        return queue.runtime().call(() -> pauseAsync(id));
    }

    /** As {@link #pause}. */
    public CompletionStage<Boolean> pauseAsync(String id) {
        return change(PAUSE, id, "pause");
    }

    /**
     * Ends a pause: times count from now on, those within the pause are not made up for.
     *
     * @return whether there is one with this id
     */
    public boolean resume(String id) {
        return queue.runtime().call(() -> resumeAsync(id));
    }

    /** As {@link #resume}. */
    public CompletionStage<Boolean> resumeAsync(String id) {
        return change(RESUME, id, "resume");
    }

    private CompletionStage<Boolean> change(Operation<Boolean> operation, String id, String what) {
        String token = UUID.randomUUID().toString();
        return queue.runtime()
                .run(
                        operation,
                        List.of(schedules(queue), fires(queue), call(token)),
                        new Arguments().add(id).add(token).add(what).add(channel(queue)));
    }

    /** The key of what the call with this token answered. */
    private String call(String token) {
        return queue.key("call:" + token);
    }

    /**
     * Removes a schedule; messages that it brought stay in the queue.
     *
     * @return whether there was one with this id
     */
    public boolean remove(String id) {
        return queue.runtime().call(() -> removeAsync(id));
    }

    /** As {@link #remove}. */
    public CompletionStage<Boolean> removeAsync(String id) {
        return queue.runtime()
                .run(
                        REMOVE,
                        List.of(
                                schedules(queue),
                                bodies(queue),
                                fires(queue),
                                call(UUID.randomUUID().toString())),
                        new Arguments().add(id));
    }

    /**
     * All schedules by id; meant for up to some thousand.
     *
     * @throws IllegalStateException if this platform cannot read one, such as one in a time zone that it does not know; its cause tells
     *     which, and {@link #remove} still removes it
     */
    public List<ScheduleState> list() {
        return queue.runtime().call(() -> listAsync());
    }

    /** As {@link #list}. */
    public CompletionStage<List<ScheduleState>> listAsync() {
        return queue.runtime().run(LIST, List.of(schedules(queue), bodies(queue), fires(queue)), new Arguments());
    }

    private static List<ScheduleState> readStates(List<Reply> items) {
        List<ScheduleState> states = new ArrayList<>(items.size() / 4);
        for (int i = 0; i < items.size(); i += 4) {
            String id = items.get(i).asText();
            try {
                states.add(readState(id, items.get(i + 1), items.get(i + 2), items.get(i + 3)));
            } catch (RuntimeException e) {
                throw new IllegalStateException("Schedule '" + id + "': " + e.getMessage(), e);
            }
        }
        states.sort(Comparator.comparing(state -> state.schedule().id()));
        return states;
    }

    private static ScheduleState readState(String id, Reply text, Reply body, Reply dueMicros) {
        Lines lines = Lines.read(text.asText());
        Message message = Message.of(body.asBytes()).withPriority(Integer.parseInt(lines.priority()));
        Schedule schedule = Schedule.of(
                        id,
                        lines.readCron(),
                        lines.readZone(),
                        lines.group().isEmpty() ? message : message.withGroup(lines.group()))
                .withMisfire(lines.readMisfire());
        return new ScheduleState(
                schedule,
                lines.isPaused(),
                lines.isSet() && dueMicros.asLong() >= 0
                        ? Optional.of(ServerTime.instant(dueMicros.asLong()))
                        : Optional.empty());
    }

    static String schedules(WorkQueue queue) {
        return queue.key("schedules");
    }

    static String bodies(WorkQueue queue) {
        return queue.key("schedule-bodies");
    }

    static String fires(WorkQueue queue) {
        return queue.key("fires");
    }

    /** Where changes of schedules are announced. */
    static String channel(WorkQueue queue) {
        return queue.key("schedule-news");
    }

    /** What the server keeps about a schedule, apart from its body: the lines that {@code schedule-put.lua} describes. */
    record Lines(String token, String state, String misfire, String cron, String zone, String priority, String group) {
        private static final List<String> STATES = List.of("new", "set", "paused");
        private static final Pattern PRIORITY = Pattern.compile("[0-9]");

        /**
         * Takes the lines apart.
         *
         * @throws IllegalArgumentException if they are not those of a schedule
         */
        static Lines read(String text) {
            String[] lines = text.split("\n", 7);
            if (lines.length < 7
                    || !STATES.contains(lines[1])
                    || !PRIORITY.matcher(lines[5]).matches()) {
                throw new IllegalArgumentException("A schedule has seven lines, its state (" + String.join(", ", STATES)
                        + ") in the second and a priority from 0 to 9 in the sixth; here are " + lines.length);
            }
            return new Lines(lines[0], lines[1], lines[2], lines[3], lines[4], lines[5], lines[6]);
        }

        boolean isPaused() {
            return state.equals("paused");
        }

        /** Whether it is known when it is due. */
        boolean isSet() {
            return state.equals("set");
        }

        CronExpression readCron() {
            return CronExpression.parse(cron);
        }

        ZoneId readZone() {
            return ZoneId.of(zone);
        }

        Misfire readMisfire() {
            int colon = misfire.indexOf(':');
            return new Misfire(
                    Integer.parseInt(misfire.substring(0, colon)),
                    Duration.ofMillis(Long.parseLong(misfire.substring(colon + 1))));
        }
    }

    /** The server's time as scripts have it: microseconds since 2020. */
    static final class ServerTime {
        private static final long SECONDS_TO_2020 = 1_577_836_800;
        private static final long MOST_SECONDS = Long.MAX_VALUE / 1_000_000 - 1;

        private ServerTime() {}

        static Instant instant(long micros) {
            return Instant.ofEpochSecond(
                    SECONDS_TO_2020 + Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1000L);
        }

        /** A time that is too far away is as far as can be told. */
        static long micros(Instant instant) {
            long seconds = instant.getEpochSecond() - SECONDS_TO_2020;
            return Math.max(-MOST_SECONDS, Math.min(MOST_SECONDS, seconds)) * 1_000_000 + instant.getNano() / 1000;
        }
    }
}
