package dev.spinel.patterns.queue;

import dev.spinel.patterns.queue.QueueScheduler.Turn;
import dev.spinel.patterns.transport.NativeCommand;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The operations that depend on the engine of a queue. Their keys and arguments are described in the scripts.
 *
 * @param enqueue of messages some of which have no key
 * @param enqueueOnce of messages that all have keys
 */
record QueueScripts(
        Operation<List<Enqueued>> enqueue,
        Operation<List<Enqueued>> enqueueOnce,
        Operation<Exchange> exchange,
        Operation<Long> redrive,
        Operation<QueueStats> stats,
        Operation<Turn> turn) {
    private static final QueueScripts SORTED_SETS = of(
            "ready-sorted-sets.lua",
            NativeCommand.QUEUE_ENQUEUE,
            "exchange.lua",
            NativeCommand.QUEUE_EXCHANGE,
            "stats.lua");
    private static final QueueScripts STREAM =
            of("ready-stream.lua", null, "stream-exchange.lua", null, "stream-stats.lua");

    static QueueScripts of(QueueEngine engine) {
        return switch (engine) {
            case SORTED_SETS -> SORTED_SETS;
            case STREAM -> STREAM;
        };
    }

    private static QueueScripts of(
            String ready,
            @Nullable NativeCommand enqueueCommand,
            String exchange,
            @Nullable NativeCommand exchangeCommand,
            String stats) {
        Script enqueue = Script.load(WorkQueue.class, "adds.lua", ready, "enqueue.lua");
        return new QueueScripts(
                new Operation<>(
                        "queue.enqueue",
                        enqueueCommand,
                        enqueue,
                        Retry.NEVER,
                        (reply, repeated) -> readEnqueued(reply.asItems())),
                new Operation<>(
                        "queue.enqueue",
                        enqueueCommand,
                        enqueue,
                        Retry.IDEMPOTENT,
                        (reply, repeated) -> readEnqueued(reply.asItems())),
                new Operation<>(
                        "queue.exchange",
                        exchangeCommand,
                        Script.load(WorkQueue.class, exchange, "exchange-answer.lua"),
                        Retry.IDEMPOTENT,
                        (reply, repeated) -> readExchange(reply.asItems())),
                new Operation<>(
                        "queue.redrive",
                        Script.load(WorkQueue.class, "call-once.lua", "adds.lua", ready, "dead-redrive.lua"),
                        Retry.IDEMPOTENT,
                        (reply, repeated) -> reply.asLong()),
                new Operation<>(
                        "queue.stats",
                        Script.load(WorkQueue.class, stats),
                        Retry.IDEMPOTENT,
                        (reply, repeated) -> readStats(reply.asItems())),
                new Operation<>(
                        "queue.schedules.turn",
                        Script.load(WorkQueue.class, "adds.lua", ready, "schedule-turn.lua"),
                        Retry.IDEMPOTENT,
                        (reply, repeated) -> Turn.read(reply.asItems())));
    }

    private static List<Enqueued> readEnqueued(List<Reply> items) {
        List<Enqueued> enqueued = new ArrayList<>(items.size() / 2);
        for (int i = 0; i < items.size(); i += 2) {
            long state = items.get(i).asLong();
            enqueued.add(new Enqueued(
                    state > 0 ? Enqueued.Status.NEW : state == 0 ? Enqueued.Status.DUPLICATE : Enqueued.Status.FULL,
                    items.get(i + 1).asLong()));
        }
        return enqueued;
    }

    private static Exchange readExchange(List<Reply> reply) {
        long wait = reply.get(0).asLong();
        List<Boolean> settled = reply.get(1).asItems().stream()
                .map(result -> result.asLong() == 1)
                .toList();
        List<Reply> items = reply.get(2).asItems();
        List<Delivery> deliveries = new ArrayList<>(items.size() / 6);
        for (int i = 0; i < items.size(); i += 6) {
            deliveries.add(new Delivery(
                    items.get(i).asText(),
                    Long.parseLong(items.get(i + 1).asText()),
                    (int) items.get(i + 2).asLong(),
                    items.get(i + 3).asLong(),
                    items.get(i + 4).asBytes(),
                    items.get(i + 5).asText()));
        }
        return new Exchange(settled, deliveries, wait < 0 ? Optional.empty() : Optional.of(Duration.ofMillis(wait)));
    }

    private static QueueStats readStats(List<Reply> counts) {
        return new QueueStats(
                counts.get(0).asLong(),
                counts.get(1).asLong(),
                counts.get(2).asLong(),
                counts.get(3).asLong());
    }
}
