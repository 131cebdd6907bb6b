package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.testing.ClientKind;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
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
        void whatOthersAdd_isDelivered() {
            WorkQueue queue = builder().maxDeliveries(2).build();
            queue.enqueue(Message.of("ours"));
            redis.xadd(key("entries"), "b", "theirs", "more", "fields");
            assertThat(texts(queue.claim(10))).containsExactly("ours");
            Delivery theirs = queue.claim(10).get(0);
            assertThat(theirs.text()).isEqualTo("theirs");
            assertThat(theirs.id()).isEqualTo(2);
            queue.settle(theirs.retry(Duration.ZERO, "for the test"));
            queue.settle(queue.claim(10).get(0).retry(Duration.ZERO, "again"));
            assertThat(queue.deadLetters(0, 10)).extracting(DeadLetter::cause).containsExactly("again");
        }

        @Test
        void whatOthersAdd_inAnotherForm_isDead() {
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
        void whatOthersDelete_isGone() throws InterruptedException {
            WorkQueue queue = builder().lease(Duration.ofMillis(100)).build();
            queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
            List<Delivery> deliveries = queue.claim(2);
            queue.settle(deliveries.get(0).giveBack());
            redis.xtrim(key("entries"), 0);
            Thread.sleep(120); // a lease ends
            Exchange exchange = queue.exchange(List.of(), 10);
            assertThat(exchange.deliveries()).isEmpty();
            assertThat(exchange.next()).isEmpty();
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 0, 0));
            assertThat(queue.settle(deliveries.get(1).acknowledge())).isFalse();
        }

        @Test
        void schedules_work() {
            WorkQueue queue = builder().build();
            QueueSchedules schedules = QueueSchedules.of(queue);
            schedules.put(
                    Schedule.of("tick", CronExpression.parse("* * * * * *"), ZoneOffset.UTC, Message.of("a tick")));
            try (QueueScheduler scheduler = QueueScheduler.builder(queue).start()) {
                await().until(() -> queue.stats().ready() >= 2);
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
        }
    }
}
