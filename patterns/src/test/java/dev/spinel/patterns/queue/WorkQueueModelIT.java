package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import io.lettuce.core.ZAddArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Random programs against the model, reply by reply and place by place, with replies that are lost. Leases end and messages become due
 * when the test sets their time on the server to the past, so that nothing depends on the clock and a seed repeats a failure.
 */
class WorkQueueModelIT extends RecipeFixture {
    private static final Duration LENGTH = Duration.ofMillis(Long.getLong("spinel.patterns.millisPerProperty", 1000));
    private static final int MAX_DELIVERIES = 3;
    private static final List<String> GROUPS = List.of("", "", "a", "a", "a", "a:1", "1:a", "b", "\u00e4\u0000:");
    private static final List<String> KINDS = List.of("ack", "ack", "retry", "reject", "return", "extend");

    private QueueEngine engine = QueueEngine.SORTED_SETS;
    /** Of each message that was delivered, what settlements call its last delivery. */
    private final Map<Long, String> receipts = new HashMap<>();

    /** Of each delivery, how often its message had been leased. */
    private final Map<Delivery, Integer> leases = new HashMap<>();

    private long past;

    WorkQueueModelIT(ClientKind client) {
        super(client);
    }

    private String key(String place) {
        return QueuePlaces.prefix(engine, name) + place;
    }

    @ParameterizedTest
    @CsvSource({"SORTED_SETS, 0", "SORTED_SETS, 1", "SORTED_SETS, 3", "STREAM, 0"})
    void Q9_Q13_everyReply_equalsTheModel(QueueEngine tested, int maxLeasedPerGroup) {
        engine = tested;
        long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
        Random random = new Random(seed);
        WorkQueue queue = WorkQueue.builder(runtime, name)
                .engine(engine)
                .lease(Duration.ofHours(1))
                .maxDeliveries(MAX_DELIVERIES)
                .maxLeasedPerGroup(maxLeasedPerGroup)
                .build();
        QueueModel model = new QueueModel(engine, MAX_DELIVERIES, maxLeasedPerGroup);
        List<Delivery> deliveries = new ArrayList<>();
        // Loads the scripts, so that a lost reply is never that of an unknown one.
        queue.redrive(List.of(1L));
        queue.exchange(List.of(), 1);
        model.enqueue("", 0, false);
        queue.enqueue(Message.of("first").withKey("first"));

        long end = System.nanoTime() + LENGTH.toNanos();
        int delivered = 0;
        for (int step = 0; System.nanoTime() < end || delivered < 20; step++) {
            String context = "seed " + seed + ", step " + step;
            boolean lost = random.nextInt(25) == 0;
            switch (random.nextInt(8)) {
                case 0, 1 -> enqueue(context, random, queue, model, step, lost);
                case 2 -> {
                    set(random, "leased", model.leased.keySet(), model.ended);
                    set(random, "delayed", model.delayed.keySet(), model.due);
                }
                case 3 -> {
                    long id = 1 + random.nextInt(1 + step);
                    assertThat(queue.redrive(List.of(id))).as(context).isEqualTo(model.redrive(id) ? 1 : 0);
                }
                default -> delivered += exchange(context, random, queue, model, deliveries, lost);
            }
            if (step % 10 == 0) {
                assertPlaces(context, model, maxLeasedPerGroup);
                if (engine == QueueEngine.SORTED_SETS) {
                    assertThat(queue.stats("a"))
                            .as(context)
                            .isEqualTo(new GroupStats(model.readyOf("a").size(), model.leasedOf("a")));
                }
            }
        }
        assertPlaces("seed " + seed + ", at the end", model, maxLeasedPerGroup);
    }

    /** One of two queues that do the same. */
    private record Side(QueueEngine engine, WorkQueue queue, List<Delivery> deliveries, Map<Long, Delivery> latest) {
        Exchange exchange(List<Settlement> settlements, int most) {
            Exchange exchange = queue.exchange(settlements, most);
            deliveries.addAll(exchange.deliveries());
            exchange.deliveries().forEach(delivery -> latest.put(delivery.id(), delivery));
            return exchange;
        }

        /** What is the same for both of an exchange. */
        static String told(Exchange exchange) {
            return exchange.settled() + " "
                    + exchange.deliveries().stream()
                            .map(delivery -> delivery.id() + "/" + delivery.attempt() + "/" + delivery.text())
                            .toList()
                    + exchange.next().equals(Optional.of(Duration.ZERO));
        }
    }

    private Side side(QueueEngine of) {
        WorkQueue queue = WorkQueue.builder(runtime, name)
                .engine(of)
                .lease(Duration.ofHours(1))
                .maxDeliveries(MAX_DELIVERIES)
                .build();
        queue.exchange(List.of(), 1); // loads the script
        queue.enqueue(Message.of("first").withKey("first"));
        return new Side(of, queue, new ArrayList<>(), new HashMap<>());
    }

    /**
     * Both engines tell the same of the same random program, also when replies are lost: without priorities and groups, and without
     * delays and redriving, after which messages are the last ones of a stream, and by their age in sorted sets.
     */
    @Test
    void Q13_bothEngines_tellTheSame() {
        long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
        Random random = new Random(seed);
        Side sets = side(QueueEngine.SORTED_SETS);
        Side stream = side(QueueEngine.STREAM);
        long end = System.nanoTime() + LENGTH.toNanos();
        for (int step = 0; System.nanoTime() < end || sets.latest.size() < 50; step++) {
            String context = "seed " + seed + ", step " + step;
            switch (random.nextInt(4)) {
                case 0 -> {
                    List<Message> messages = new ArrayList<>();
                    for (int i = random.nextInt(4); i >= 0; i--) {
                        messages.add(Message.of("m" + step + " " + i).withKey(step + " " + i));
                    }
                    assertThat(stream.queue.enqueueAll(messages))
                            .as(context)
                            .isEqualTo(sets.queue.enqueueAll(messages));
                }
                case 1 -> {
                    List<Long> ids = List.copyOf(sets.latest.keySet());
                    if (!ids.isEmpty()) {
                        long id = ids.get(random.nextInt(ids.size()));
                        endLease(QueueEngine.SORTED_SETS, Long.toString(id));
                        endLease(QueueEngine.STREAM, stream.latest.get(id).receipt());
                    }
                }
                default -> {
                    List<Settlement> ofSets = new ArrayList<>();
                    List<Settlement> ofStream = new ArrayList<>();
                    for (int i = random.nextInt(4); i > 0 && !sets.deliveries.isEmpty(); i--) {
                        int index = random.nextInt(sets.deliveries.size());
                        String kind = KINDS.get(random.nextInt(KINDS.size()));
                        ofSets.add(new Settlement(sets.deliveries.get(index), kind, Duration.ZERO, "for the test"));
                        ofStream.add(new Settlement(stream.deliveries.get(index), kind, Duration.ZERO, "for the test"));
                        if (random.nextInt(4) > 0) {
                            sets.deliveries.remove(index);
                            stream.deliveries.remove(index);
                        }
                    }
                    int most = random.nextInt(6);
                    proxy.loseReplies(random.nextInt(25) == 0 ? 1 : 0);
                    Exchange told = sets.exchange(ofSets, most);
                    proxy.loseReplies(random.nextInt(25) == 0 ? 1 : 0);
                    assertThat(Side.told(stream.exchange(ofStream, most)))
                            .as(context)
                            .isEqualTo(Side.told(told));
                }
            }
            if (step % 10 == 0) {
                assertThat(QueuePlaces.read(stream.engine, redis, name))
                        .as(context)
                        .isEqualTo(QueuePlaces.read(sets.engine, redis, name));
                assertThat(stream.queue.stats()).as(context).isEqualTo(sets.queue.stats());
            }
        }
    }

    /** Ends a lease, unless it has. */
    private void endLease(QueueEngine of, String member) {
        redis.zadd(QueuePlaces.prefix(of, name) + "leased", ZAddArgs.Builder.xx(), ++past, member);
    }

    private void enqueue(
            String context, Random random, WorkQueue queue, QueueModel model, int step, boolean loseReply) {
        List<Message> messages = new ArrayList<>();
        List<Enqueued> expected = new ArrayList<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            boolean plain = engine == QueueEngine.STREAM;
            String group = plain ? "" : GROUPS.get(random.nextInt(GROUPS.size()));
            int priority = plain ? 0 : random.nextInt(3) * 4;
            boolean later = random.nextInt(6) == 0;
            Message message = Message.of("m" + step)
                    .withKey(step + " " + i)
                    .withPriority(priority)
                    .withDelay(later ? Duration.ofHours(1) : Duration.ZERO);
            messages.add(group.isEmpty() ? message : message.withGroup(group));
            expected.add(new Enqueued(Enqueued.Status.NEW, model.enqueue(group, priority, later)));
        }
        proxy.loseReplies(loseReply ? 1 : 0);
        List<Enqueued> enqueued = queue.enqueueAll(messages);
        if (loseReply) {
            assertThat(enqueued)
                    .as(context)
                    .extracting(Enqueued::id)
                    .containsExactlyElementsOf(
                            expected.stream().map(Enqueued::id).toList());
        } else {
            assertThat(enqueued).as(context).isEqualTo(expected);
        }
    }

    /** Lets the time of one of these messages come. */
    private void set(Random random, String place, Collection<Long> ids, Collection<Long> come) {
        List<Long> left = ids.stream().filter(id -> !come.contains(id)).toList();
        if (!left.isEmpty()) {
            long id = left.get(random.nextInt(left.size()));
            boolean byReceipt = engine == QueueEngine.STREAM && place.equals("leased");
            redis.zadd(key(place), ++past, byReceipt ? receipts.get(id) : Long.toString(id));
            come.add(id);
        }
    }

    private int exchange(
            String context,
            Random random,
            WorkQueue queue,
            QueueModel model,
            List<Delivery> deliveries,
            boolean loseReply) {
        List<Settlement> settlements = new ArrayList<>();
        List<Boolean> settled = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0 && !deliveries.isEmpty(); i--) {
            Delivery delivery = deliveries.get(random.nextInt(deliveries.size()));
            String kind = KINDS.get(random.nextInt(KINDS.size()));
            boolean later = random.nextInt(3) == 0;
            settlements.add(
                    new Settlement(delivery, kind, later ? Duration.ofHours(1) : Duration.ZERO, "for the test"));
            settled.add(model.settle(delivery.id(), leases.get(delivery), kind, later));
            if (random.nextInt(4) > 0) {
                deliveries.remove(delivery); // otherwise it is settled again, too late
            }
        }
        int most = random.nextInt(6);
        List<QueueModel.Entry> expected = model.claim(most);
        proxy.loseReplies(loseReply ? 1 : 0);
        Exchange exchange = queue.exchange(settlements, most);
        assertThat(exchange.settled()).as(context).isEqualTo(settled);
        assertThat(exchange.deliveries())
                .as(context)
                .extracting(delivery -> delivery.id() + " " + delivery.attempt()
                        + delivery.group().orElse(""))
                .isEqualTo(expected.stream()
                        .map(entry -> entry.id + " " + entry.attempts + entry.group)
                        .toList());
        assertThat(exchange.next().equals(Optional.of(Duration.ZERO)))
                .as(context)
                .isEqualTo(model.hasMore());
        for (Delivery delivery : exchange.deliveries()) {
            leases.put(delivery, model.leased.get(delivery.id()).leases);
            receipts.put(delivery.id(), delivery.receipt());
        }
        deliveries.addAll(exchange.deliveries());
        return exchange.deliveries().size();
    }

    /** Every message is where the model has it, and only there; what is counted per group is what is there. */
    private void assertPlaces(String context, QueueModel model, int maxLeasedPerGroup) {
        Map<Long, String> expected = new HashMap<>();
        model.ready.values().forEach(entries -> entries.forEach(entry -> expected.put(entry.id, "ready")));
        model.delayed.keySet().forEach(id -> expected.put(id, "delayed"));
        model.leased.keySet().forEach(id -> expected.put(id, "leased"));
        model.dead.keySet().forEach(id -> expected.put(id, "dead"));
        assertThat(QueuePlaces.read(engine, redis, name)).as(context).isEqualTo(expected);
        assertThat(redis.zrange(key("turns"), 0, -1)).as(context).isEqualTo(List.copyOf(model.turns));
        Map<String, String> busy = redis.hgetall(key("busy"));
        for (String group : GROUPS) {
            long leased = group.isEmpty() ? 0 : model.leasedOf(group);
            assertThat(busy.getOrDefault(group, "0")).as(context).isEqualTo(Long.toString(leased));
            assertThat(leased).as(context).isLessThanOrEqualTo(maxLeasedPerGroup == 0 ? leased : maxLeasedPerGroup);
        }
        assertThat(busy).as(context).doesNotContainValue("0");
    }
}
