package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.testing.ClientKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What queues promise for messages of groups: turns, limits, cost. */
class WorkQueueGroupsIT extends WorkQueueFixture {
    WorkQueueGroupsIT(ClientKind client) {
        super(client, QueueEngine.SORTED_SETS);
    }

    private static final int SMALL_GROUPS = 100;
    private static final int SMALL_MESSAGES = 5;

    private void enqueueNoisy(WorkQueue queue, int count) {
        for (int i = 0; i < count; i += 1000) {
            queue.enqueueAll(IntStream.range(i, Math.min(count, i + 1000))
                    .mapToObj(n -> Message.of("noisy " + n).withGroup("noisy"))
                    .toList());
        }
    }

    @Test
    void Q9_aNoisyGroup_holdsUpOthersByOneMessagePerTurn() {
        int noisy = Math.max(MESSAGES, 2000);
        WorkQueue queue = builder().build();
        enqueueNoisy(queue, noisy);
        for (int group = 0; group < SMALL_GROUPS; group++) {
            String small = "small " + group;
            queue.enqueueAll(IntStream.range(0, SMALL_MESSAGES)
                    .mapToObj(n -> Message.of("s " + n).withGroup(small))
                    .toList());
        }
        List<Delivery> seen = new ArrayList<>(queue.claim(7));
        while (seen.size() < (SMALL_GROUPS + 1) * SMALL_MESSAGES) {
            seen.addAll(queue.claim(7));
        }
        // Round after round has a message of each group, the next one in its order.
        for (int round = 0; round < SMALL_MESSAGES; round++) {
            List<Delivery> served = seen.subList(round * (SMALL_GROUPS + 1), (round + 1) * (SMALL_GROUPS + 1));
            String text = "s " + round;
            assertThat(served)
                    .extracting(delivery -> delivery.group().orElseThrow())
                    .doesNotHaveDuplicates();
            assertThat(served)
                    .filteredOn(delivery -> !delivery.text().equals(text))
                    .extracting(Delivery::text)
                    .containsExactly("noisy " + round);
        }
        assertThat(queue.stats("noisy").ready())
                .isEqualTo(noisy
                        - seen.stream()
                                .filter(delivery ->
                                        delivery.group().orElseThrow().equals("noisy"))
                                .count());
        assertThat(queue.stats("small 0")).isEqualTo(new GroupStats(0, SMALL_MESSAGES));
        assertThat(queue.settle(seen.get(0).acknowledge())).isTrue();
    }

    @Test
    void Q9_whatAClaimCosts_doesNotDependOnMessages_norOnIdleGroups() {
        WorkQueue queue = builder().maxLeasedPerGroup(1).build();
        enqueueNoisy(queue, 3);
        queue.enqueue(Message.of("held").withGroup("held 0"));
        List<String> few = callsOfAClaim(queue);
        // Groups at their limit, and such as have had messages.
        for (int batch = 0; batch < 2; batch++) {
            int first = batch * 500;
            queue.enqueueAll(IntStream.range(first, first + 1000)
                    .mapToObj(n -> Message.of("h").withGroup("held " + n / 2))
                    .toList());
        }
        assertThat(queue.claim(1000)).hasSizeGreaterThan(500);
        enqueueNoisy(queue, 3000);
        assertThat(callsOfAClaim(queue)).isEqualTo(few);
    }

    /** What a claim of the noisy group's first message calls, while it alone has something to offer. */
    private List<String> callsOfAClaim(WorkQueue queue) {
        List<Settlement> settlements = new ArrayList<>();
        while (queue.stats("noisy").leased() == 0) {
            queue.claim(1000);
        }
        redis.zrange("{queue:" + name + "}:leased", 0, -1).forEach(id -> {
            String meta = redis.hget("{queue:" + name + "}:metas", id);
            if (meta.endsWith(":noisy")) {
                Delivery delivery =
                        new Delivery(id + ':' + meta.split(":")[1], Long.parseLong(id), 1, 0, new byte[0], "noisy");
                settlements.add(delivery.acknowledge());
            }
        });
        assertThat(settlements).hasSize(1);
        redis.configResetstat();
        assertThat(queue.exchange(settlements, 1).deliveries()).hasSize(1);
        return calls();
    }

    @Test
    void Q9_theLimit_holdsWithEndedLeases_redelivery_andDeadLetters() throws InterruptedException {
        int limit = 2;
        WorkQueue queue = builder()
                .lease(Duration.ofMillis(300))
                .maxDeliveries(2)
                .maxLeasedPerGroup(limit)
                .build();
        List<String> groups = List.of("a", "b", "c", "d");
        queue.enqueueAll(IntStream.range(0, 80)
                .mapToObj(n -> Message.of("m" + n).withGroup(groups.get(n % 4)))
                .toList());
        Set<Long> done = ConcurrentHashMap.newKeySet();
        Random random = new Random(5);
        AtomicInteger running = new AtomicInteger();
        List<String> exceeded = new CopyOnWriteArrayList<>();
        ConcurrentHashMap<String, AtomicInteger> perGroup = new ConcurrentHashMap<>();
        QueueWorker.Handler handler = delivery -> {
            AtomicInteger here =
                    perGroup.computeIfAbsent(delivery.group().orElseThrow(), absent -> new AtomicInteger());
            running.incrementAndGet();
            if (here.incrementAndGet() > limit) {
                exceeded.add(delivery.toString());
            }
            Thread.sleep(2 + delivery.id() % 7);
            here.decrementAndGet();
            done.add(delivery.id());
            if (delivery.id() % 5 == 0) {
                throw new IOException("for the test");
            }
            return delivery.acknowledge();
        };
        try (QueueWorker one = QueueWorker.builder(queue, executor, handler)
                        .concurrency(20)
                        .backOff(Duration.ofMillis(1), Duration.ofMillis(1))
                        .start();
                QueueWorker two = QueueWorker.builder(queue, executor, handler)
                        .concurrency(20)
                        .backOff(Duration.ofMillis(1), Duration.ofMillis(1))
                        .start()) {
            while (done.size() < 80) {
                // A worker that dies with what it claimed.
                for (Delivery abandoned : queue.claim(random.nextInt(3))) {
                    done.add(abandoned.id());
                }
                for (String group : groups) {
                    assertThat(queue.stats(group).leased()).isLessThanOrEqualTo(limit);
                }
                Thread.sleep(10);
            }
            await().until(() -> {
                QueueStats stats = queue.stats();
                return stats.ready() + stats.delayed() + stats.leased() == 0;
            });
            assertThat(one.running() + two.running()).isZero();
        }
        assertThat(exceeded).isEmpty();
        assertThat(running).hasValueGreaterThan(80);
        assertThat(queue.deadLetters(0, 100))
                .hasSizeGreaterThan(10)
                .allMatch(dead -> groups.contains(dead.group().orElseThrow()));
        assertThat(redis.exists("{queue:" + name + "}:busy", "{queue:" + name + "}:turns"))
                .isZero();
    }

    @Test
    void aGroupOfOneAtATime_isWorkedOffInOrder() {
        WorkQueue queue = builder().maxLeasedPerGroup(1).build();
        List<String> seen = new CopyOnWriteArrayList<>();
        QueueWorker.Handler handler = delivery -> {
            Thread.sleep(1);
            seen.add(delivery.text());
            return delivery.acknowledge();
        };
        List<String> texts = IntStream.range(0, 50).mapToObj(n -> "m" + n).toList();
        try (QueueWorker one = QueueWorker.builder(queue, executor, handler).start();
                QueueWorker two = QueueWorker.builder(queue, executor, handler).start()) {
            queue.enqueueAll(texts.stream()
                    .map(text -> Message.of(text).withGroup("orders of ann"))
                    .toList());
            await().until(() -> seen.size() == 50);
            assertThat(one.running() + two.running()).isLessThanOrEqualTo(1);
        }
        assertThat(seen).isEqualTo(texts);
    }

    @Test
    void anIdleWorker_hearsThatAGroupHasRoomAgain() {
        WorkQueue queue = builder().maxLeasedPerGroup(1).build();
        queue.enqueueAll(
                List.of(Message.of("first").withGroup("a"), Message.of("second").withGroup("a")));
        Delivery first = queue.claim(2).get(0);
        List<String> seen = new CopyOnWriteArrayList<>();
        try (QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                    seen.add(delivery.text());
                    return delivery.acknowledge();
                })
                .pollInterval(Duration.ofSeconds(30))
                .start()) {
            await().during(Duration.ofMillis(200)).until(seen::isEmpty);
            assertThat(queue.settle(first.acknowledge())).isTrue();
            await().atMost(Duration.ofSeconds(5)).until(() -> seen.contains("second"));
            assertThat(worker.running()).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void messagesWithoutAGroup_haveATurnAmongGroups_andPriorityHoldsWithinEach() {
        WorkQueue queue = builder().build();
        for (int i = 0; i < 3; i++) {
            queue.enqueueAll(List.of(
                    Message.of("a" + i).withGroup("a").withPriority(i),
                    Message.of("b" + i).withGroup("b"),
                    Message.of("none" + i).withPriority(i)));
        }
        assertThat(texts(queue.claim(5))).containsExactly("a2", "b0", "none2", "a1", "b1");
        assertThat(texts(queue.claim(9))).containsExactly("none1", "a0", "b2", "none0");
    }

    @Test
    void deadLetters_keepTheirGroup() {
        WorkQueue queue = builder().maxLeasedPerGroup(1).build();
        queue.enqueueAll(List.of(Message.of("m").withGroup("a"), Message.of("n").withGroup("a"), Message.of("o")));
        List<Delivery> claimed = queue.claim(3);
        assertThat(texts(claimed)).containsExactly("m", "o");
        queue.exchange(
                claimed.stream()
                        .map(delivery -> delivery.reject("for the test"))
                        .toList(),
                0);
        List<DeadLetter> dead = queue.deadLetters(0, 10);
        assertThat(dead).extracting(DeadLetter::group).containsExactly(Optional.of("a"), Optional.empty());
        assertThat(queue.redrive(dead.stream().map(DeadLetter::id).toList())).isEqualTo(2);
        List<Delivery> again = queue.claim(3);
        assertThat(texts(again)).containsExactly("m", "o");
        assertThat(again.get(0).group()).contains("a");
        assertThat(queue.stats("a")).isEqualTo(new GroupStats(1, 1));
    }

    @Test
    void maxSize_countsThem() {
        WorkQueue queue = builder().maxSize(2).build();
        List<Enqueued> enqueued = queue.enqueueAll(List.of(
                Message.of("a").withGroup("a"), Message.of("b"), Message.of("c").withGroup("a")));
        assertThat(enqueued)
                .extracting(Enqueued::status)
                .containsExactly(Enqueued.Status.NEW, Enqueued.Status.NEW, Enqueued.Status.FULL);
    }

    @Test
    void whatMakesNoSense_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Message.of("a").withGroup(""))
                .withMessageContaining("between 1 and 256 characters");
        assertThatIllegalArgumentException().isThrownBy(() -> Message.of("a").withGroup("g".repeat(257)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().maxLeasedPerGroup(-1).build())
                .withMessageContaining("maxLeasedPerGroup");
    }
}
