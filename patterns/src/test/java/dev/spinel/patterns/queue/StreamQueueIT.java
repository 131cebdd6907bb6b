package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.testing.ClientKind;
import io.lettuce.core.Consumer;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XAutoClaimArgs;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Queues that are kept as streams. */
class StreamQueueIT extends WorkQueueContract {
    StreamQueueIT(ClientKind client) {
        super(client, QueueEngine.STREAM);
    }

    @Nested
    class Streams {
        @Test
        void whatIsDeliveredAgain_comesFirst_andWhatWasDelayed_last() {
            WorkQueue queue = builder().build();
            queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
            queue.enqueue(Message.of("late").withDelay(Duration.ofMillis(300)));
            queue.settle(queue.claim(1).get(0).retry(Duration.ZERO, "for the test"));
            assertThat(texts(queue.claim(1))).containsExactly("a");
            await().until(() -> {
                queue.claim(0);
                return queue.stats().delayed() == 0;
            });
            queue.enqueue(Message.of("d"));
            assertThat(texts(queue.claim(10))).containsExactly("b", "c", "late", "d");
        }

        @Test
        void whatOthersAdd_isDelivered_inItsTurn() {
            WorkQueue queue = builder().maxDeliveries(2).build();
            queue.enqueue(Message.of("ours"));
            String entry = redis.xadd(key("entries"), "b", "theirs", "more", "fields");
            queue.enqueue(Message.of("last"));
            List<Delivery> deliveries = queue.claim(10);
            assertThat(texts(deliveries)).containsExactly("ours", "theirs", "last");
            Delivery theirs = deliveries.get(1);
            assertThat(theirs.enqueuedAt().toEpochMilli()).isEqualTo(Long.parseLong(entry.split("-")[0]));
            queue.settle(theirs.retry(Duration.ZERO, "for the test"));
            Delivery again = queue.claim(10).get(0);
            assertThat(again.id()).isEqualTo(theirs.id());
            assertThat(again.attempt()).isEqualTo(2);
            queue.settle(again.retry(Duration.ZERO, "again"));
            assertThat(queue.deadLetters(0, 10)).extracting(DeadLetter::cause).containsExactly("again");
            queue.exchange(acknowledgements(List.of(deliveries.get(0), deliveries.get(2))), 0);
            assertThat(redis.exists(key("adopted"))).isZero();
        }

        /** Its first value reads as what an entry of ours has first. */
        @Test
        void whatOthersAdd_isNeverTakenForOurs() {
            WorkQueue queue = builder().build();
            redis.xadd(key("entries"), "time", "12:30:00:55");
            redis.xadd(key("entries"), "time", "12:30:00:55", "b", "theirs");
            redis.xadd(key("entries"), "m", "theirs as well", "b", "with our fields");
            queue.enqueue(Message.of("ours"));
            List<Delivery> deliveries = queue.claim(10);
            assertThat(texts(deliveries)).containsExactly("theirs", "with our fields", "ours");
            assertThat(deliveries).extracting(Delivery::attempt).containsOnly(1);
            assertThat(queue.deadLetters(0, 10)).extracting(DeadLetter::text).containsExactly("time\n12:30:00:55");
        }

        @Test
        void whatOthersAdd_withNumbersThatAreTooLong_holdsUpNoOthers() {
            WorkQueue queue = builder().build();
            String many = "9".repeat(20);
            for (String forged : List.of("%s:0:5:1", "1:%s:5:1", "1:0:%s:1", "1:0:5:%s")) {
                redis.xadd(key("entries"), "m", forged.formatted(many), "b", "theirs");
            }
            queue.enqueue(Message.of("ours"));
            List<Delivery> deliveries = queue.claim(10);
            assertThat(texts(deliveries)).containsExactly("theirs", "theirs", "theirs", "theirs", "ours");
            assertThat(deliveries).extracting(Delivery::attempt).containsOnly(1);
            assertThat(deliveries).extracting(Delivery::id).doesNotHaveDuplicates();
        }

        @Test
        void whatOthersAdd_withoutABody_isDead() {
            WorkQueue queue = builder().build();
            redis.xadd(key("entries"), "name", "value");
            assertThat(queue.claim(10)).isEmpty();
            DeadLetter dead = queue.deadLetters(0, 10).get(0);
            assertThat(dead.text()).isEqualTo("name\nvalue");
            assertThat(dead.cause()).isEqualTo("it has no field b");
            assertThat(queue.redrive(List.of(dead.id()))).isOne();
            assertThat(texts(queue.claim(10))).containsExactly("name\nvalue");
        }

        @Test
        void whatOthersAdd_isHeardOf() throws InterruptedException {
            CountDownLatch handled = new CountDownLatch(1);
            try (QueueWorker worker = QueueWorker.builder(builder().build(), executor, delivery -> {
                        handled.countDown();
                        return delivery.acknowledge();
                    })
                    .pollInterval(Duration.ofSeconds(30))
                    .start()) {
                await().until(() -> redis.pubsubNumsub(key("news")).get(key("news")) == 1);
                redis.xadd(key("entries"), "b", "theirs");
                redis.publish(key("news"), "added");
                assertThat(handled.await(5, TimeUnit.SECONDS)).isTrue();
                assertThat(worker.running()).isLessThanOrEqualTo(1);
            }
        }

        @Test
        void whatOthersDelete_isGone() throws InterruptedException {
            WorkQueue queue = builder().lease(Duration.ofMillis(100)).build();
            queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
            List<Delivery> deliveries = queue.claim(2);
            queue.settle(deliveries.get(0).giveBack());
            redis.xtrim(key("entries"), 0);
            queue.enqueue(Message.of("d"));
            assertThat(queue.stats().ready()).isNotNegative();
            Thread.sleep(120); // a lease ends
            Exchange exchange = queue.exchange(List.of(), 10);
            assertThat(texts(exchange.deliveries())).containsExactly("d");
            assertThat(queue.settle(deliveries.get(1).acknowledge())).isFalse();
            assertThat(queue.settle(exchange.deliveries().get(0).acknowledge())).isTrue();
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 0, 0));
            assertThat(redis.xpending(key("entries"), "workers").getCount()).isZero();
        }

        @Test
        void whatOthersDelete_isNotRetried() {
            WorkQueue queue = builder().build();
            queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
            List<Delivery> deliveries = queue.claim(3);
            redis.xtrim(key("entries"), 0);
            assertThat(queue.exchange(
                                    List.of(
                                            deliveries.get(0).retry(Duration.ofSeconds(1), "for the test"),
                                            deliveries.get(1).reject("for the test"),
                                            deliveries.get(2).giveBack()),
                                    0)
                            .settled())
                    .containsExactly(false, false, false);
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 0, 0));
            assertThat(redis.xpending(key("entries"), "workers").getCount()).isZero();
        }

        /** Whoever reads in the queue's own group takes messages from it, but does not have workers ask for ever. */
        @Test
        void whatOthersTakeFromTheGroup_isNotToldToBeReady() {
            WorkQueue queue = builder().build();
            queue.enqueue(Message.of("a"));
            assertThat(queue.claim(1)).hasSize(1);
            queue.enqueue(Message.of("b"));
            assertThat(readInTheGroup()).hasSize(1);
            Exchange exchange = queue.exchange(List.of(), 10);
            assertThat(exchange.deliveries()).isEmpty();
            assertThat(exchange.next()).isNotEqualTo(Optional.of(Duration.ZERO));
            assertThat(queue.stats().ready()).isZero();
        }

        @Test
        void whatOthersTakeFromTheGroup_isDeliveredAfterALease() throws InterruptedException {
            WorkQueue queue =
                    builder().lease(Duration.ofMillis(600)).maxDeliveries(2).build();
            queue.claim(1); // makes the group
            queue.enqueue(Message.of("a"));
            redis.xadd(key("entries"), "b", "theirs");
            redis.xadd(key("entries"), "name", "value");
            assertThat(readInTheGroup()).hasSize(1);
            assertThat(queue.claim(10)).isEmpty();
            Thread.sleep(650);
            List<Delivery> deliveries = queue.claim(10);
            assertThat(texts(deliveries)).containsExactly("a", "theirs");
            assertThat(deliveries).extracting(Delivery::attempt).containsOnly(2);
            assertThat(queue.deadLetters(0, 10)).extracting(DeadLetter::text).containsExactly("name\nvalue");
            assertThat(queue.exchange(acknowledgements(deliveries), 0).settled())
                    .containsExactly(true, true);
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 0, 1));
        }

        /** As the server goes through all that a consumer has pending, which may be much. */
        @Test
        void whatOthersTakeFromTheGroup_isLookedForOnceInAWhile() throws InterruptedException {
            WorkQueue queue = builder().lease(Duration.ofMillis(100)).build();
            queue.claim(1); // makes the group
            assertThat(redis.exists(key("looked"))).as("nobody has anything").isZero();
            queue.enqueue(Message.of("a"));
            assertThat(readInTheGroup()).hasSize(1);
            assertThat(builder().lease(Duration.ofMinutes(5)).build().claim(1)).isEmpty();
            assertThat(redis.pttl(key("looked")))
                    .isBetween(-2L, 1000L)
                    .isNotEqualTo(-1); // -2 on a machine that is busy for a second
            redis.set(key("looked"), "1");
            Thread.sleep(120); // a lease
            assertThat(queue.claim(1)).isEmpty();
            redis.del(key("looked"));
            assertThat(texts(queue.claim(1))).containsExactly("a");
        }

        /** As tools do that look for entries that are pending for long. */
        @Test
        void whatOthersClaimFromWorkers_staysTheirs() throws InterruptedException {
            WorkQueue queue = builder().lease(Duration.ofMillis(600)).build();
            queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
            List<Delivery> deliveries = queue.claim(3);
            queue.settle(deliveries.get(2).giveBack());
            redis.xautoclaim(
                    key("entries"),
                    XAutoClaimArgs.Builder.xautoclaim(Consumer.from("workers", "somebody"), Duration.ZERO, "0"));
            Thread.sleep(400);
            assertThat(queue.settle(deliveries.get(0).extend())).isTrue();
            Thread.sleep(250); // as long as a lease since they were claimed
            List<Delivery> again = queue.claim(10);
            assertThat(texts(again)).containsExactly("b", "c");
            assertThat(queue.settle(deliveries.get(0).acknowledge())).isTrue();
            assertThat(queue.exchange(acknowledgements(again), 10).deliveries()).isEmpty();
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 0, 0));
        }

        @Test
        void ifTheGroupIsDestroyed_allIsDeliveredAgain_andFormerReceiptsDoNotHold() {
            WorkQueue queue = builder().build();
            queue.enqueueAll(
                    IntStream.range(0, 6).mapToObj(i -> Message.of("m" + i)).toList());
            List<Delivery> former = queue.claim(5);
            queue.settle(former.get(0).giveBack());
            assertThat(readInTheGroup()).hasSize(1);
            redis.xgroupDestroy(key("entries"), "workers");

            Exchange exchange = queue.exchange(
                    List.of(
                            former.get(1).acknowledge(),
                            former.get(2).reject("for the test"),
                            former.get(3).retry(Duration.ofHours(1), "for the test")),
                    10);
            assertThat(exchange.settled()).containsExactly(true, true, true);
            assertThat(texts(exchange.deliveries())).containsExactly("m0", "m4", "m5");
            assertThat(queue.settle(former.get(4).acknowledge())).isFalse();
            assertThat(queue.exchange(acknowledgements(exchange.deliveries()), 0)
                            .settled())
                    .containsOnly(true);
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 1, 0, 1));
            assertThat(QueuePlaces.read(engine, redis, name)).hasSize(2);
        }

        /** What somebody else gets who reads in the queue's group. */
        private List<?> readInTheGroup() {
            return redis.eval(
                    "return redis.call('XREADGROUP', 'GROUP', 'workers', 'somebody', 'STREAMS', KEYS[1], '>')",
                    ScriptOutputType.MULTI,
                    key("entries"));
        }

        @Test
        void entriesWithoutABody_holdUpNoOthers() {
            WorkQueue queue = builder().build();
            for (int i = 0; i < 3; i++) {
                redis.xadd(key("entries"), "other", "text");
            }
            queue.enqueue(Message.of("a"));
            assertThat(texts(queue.claim(2))).containsExactly("a");
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 1, 3));
        }

        /** A server without memory takes what frees some. */
        @Test
        void aFullServer_takesAcknowledgements() {
            WorkQueue queue = builder().build();
            queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
            List<Delivery> deliveries = queue.claim(3);
            withoutMemory(() -> {
                assertThat(queue.exchange(
                                        List.of(
                                                deliveries.get(0).extend(),
                                                deliveries.get(1).retry(Duration.ZERO, "for the test"),
                                                deliveries.get(2).acknowledge()),
                                        0)
                                .settled())
                        .containsExactly(true, true, true);
            });
            assertThat(queue.stats()).isEqualTo(new QueueStats(1, 0, 1, 0));
        }

        @Test
        void schedules_work() {
            WorkQueue queue = builder().build();
            QueueSchedules schedules = QueueSchedules.of(queue);
            schedules.put(
                    Schedule.of("tick", CronExpression.parse("* * * * * *"), ZoneOffset.UTC, Message.of("a tick")));
            try (QueueScheduler scheduler = QueueScheduler.builder(queue).start()) {
                await().until(() -> queue.stats().ready() >= 1);
                assertThat(scheduler).isNotNull();
            }
            Delivery delivery = queue.claim(1).get(0);
            assertThat(delivery.text()).isEqualTo("a tick");
            assertThat(delivery.enqueuedAt().getNano()).isZero();
        }

        @Test
        void prioritiesAndGroups_areRefused() {
            WorkQueue queue = builder().build();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> queue.enqueue(Message.of("a").withPriority(1)))
                    .withMessageContaining("which has no priorities and groups");
            assertThatIllegalArgumentException().isThrownBy(() -> QueueSchedules.of(queue)
                    .put(Schedule.of(
                            "tick",
                            CronExpression.parse("@daily"),
                            ZoneOffset.UTC,
                            Message.of("a").withGroup("g"))));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder().maxLeasedPerGroup(1).build());
            assertThatIllegalStateException().isThrownBy(() -> queue.stats("g"));
        }
    }
}
