package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.testing.ClientKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Queues in sorted sets. */
class WorkQueueIT extends WorkQueueContract {
    WorkQueueIT(ClientKind client) {
        super(client, QueueEngine.SORTED_SETS);
    }

    @Override
    WorkQueue.Builder builder() {
        return super.builder().maxLeasedPerGroup(3);
    }

    @Override
    Message inAnotherWay(Message message, int number) {
        return message.withGroup("g" + number % 7);
    }

    @Nested
    class Priorities {
        @Test
        void Q7_byPriority_thenByAge() {
            WorkQueue queue = builder().build();
            for (int i = 0; i < 30; i++) {
                queue.enqueue(Message.of("p" + i % 3 + " " + i).withPriority(i % 3 * 4));
            }
            List<String> expected = IntStream.of(2, 1, 0)
                    .boxed()
                    .flatMap(p -> IntStream.range(0, 30).filter(i -> i % 3 == p).mapToObj(i -> "p" + p + " " + i))
                    .toList();
            List<String> seen = new ArrayList<>(texts(queue.claim(7)));
            seen.addAll(texts(queue.claim(100)));
            assertThat(seen).isEqualTo(expected);
        }
    }
}
