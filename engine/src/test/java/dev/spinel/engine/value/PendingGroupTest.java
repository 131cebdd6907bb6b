package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

final class PendingGroupTest {
    private final PendingGroup group = new PendingGroup(Bytes.of("g"), StreamId.MIN, 0, new HeapSum());
    private final StreamGroup.Consumer alice = group.createConsumer(Bytes.of("alice"), 0);
    private final List<StreamId> askedFor = new ArrayList<>();

    private StreamGroup.Idle idle(long deliveredUntil, StreamId gone) {
        askedFor.clear();
        return group.idle(StreamId.MIN, deliveredUntil, 10, id -> {
            askedFor.add(id);
            return !id.equals(gone);
        });
    }

    private static StreamId id(long millis) {
        return new StreamId(millis, 1);
    }

    @Test
    void entryThatIsGone_isLookedAtOnce_untilItMayReturn() {
        group.deliver(id(1), alice, 100, 1);
        group.deliver(id(2), alice, 500, 1);
        assertThat(idle(300, id(1))).isEqualTo(new StreamGroup.Idle(List.of(), 500));
        assertThat(askedFor).containsExactly(id(1));
        assertThat(idle(300, id(1))).isEqualTo(new StreamGroup.Idle(List.of(), 500));
        assertThat(askedFor).isEmpty();
        assertThat(idle(500, id(1)).ids()).containsExactly(id(2));
        group.entriesMayReturn();
        assertThat(idle(300, id(9)).ids()).containsExactly(id(1));
    }

    /** Against a sorted list: claims of some, deliveries at any time, acknowledgements, entries that go. */
    @RepeatedTest(3)
    void randomClaims_areOfThoseThatAreIdleForTheLongestTime() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        TreeMap<StreamId, Long> model = new TreeMap<>();
        Set<StreamId> gone = new HashSet<>();
        long now = 1000;
        for (int i = 0; i < 20_000; i++) {
            now += random.nextInt(3);
            StreamId some = id(random.nextInt(600));
            switch (random.nextInt(20)) {
                case 0 -> {
                    long delivered = now - random.nextInt(random.nextInt(10) == 0 ? 1000 : 1);
                    group.deliver(some, alice, delivered, 1);
                    model.put(some, delivered);
                }
                case 1 -> assertThat(group.acknowledge(some)).isEqualTo(model.remove(some) != null);
                case 2 -> {
                    if (random.nextInt(20) == 0) {
                        gone.add(some);
                    }
                }
                case 3 -> {
                    for (int j = 0; j < 50; j++) {
                        StreamId read = id(random.nextInt(600));
                        group.deliver(read, alice, now, 1);
                        model.put(read, now);
                    }
                }
                default -> claim(model, gone, now, 1 + random.nextInt(4), now - random.nextInt(300), seed);
            }
        }
    }

    private void claim(
            TreeMap<StreamId, Long> model, Set<StreamId> gone, long now, int limit, long deliveredUntil, long seed) {
        List<StreamId> expected = model.entrySet().stream()
                .filter(entry -> entry.getValue() <= deliveredUntil && !gone.contains(entry.getKey()))
                .sorted(Map.Entry.comparingByValue())
                .limit(limit)
                .map(Map.Entry::getKey)
                .toList();
        List<StreamId> found = group.idle(StreamId.MIN, deliveredUntil, limit, id -> !gone.contains(id))
                .ids();
        assertThat(found).as("seed %s", seed).isEqualTo(expected);
        for (StreamId id : found) {
            group.deliver(id, alice, now, 2);
            model.put(id, now);
        }
    }

    @Test
    void someOfManyIdleOnes_areFoundWithoutLookingAtAll() {
        for (int i = 1; i <= 100_000; i++) {
            group.deliver(id(i), alice, i, 1);
        }
        int asked = 0;
        for (int i = 0; i < 1000; i++) {
            askedFor.clear();
            StreamGroup.Idle idle = idle(100_000, id(0));
            asked += askedFor.size();
            assertThat(idle.ids()).hasSize(10).startsWith(id(10 * i + 1));
            idle.ids().forEach(id -> group.deliver(id, alice, 200_000, 2));
        }
        assertThat(asked).isLessThan(25_000);
    }

    @Test
    void consumers_areThoseWithAName() {
        group.createConsumer(Bytes.of("bob"), 0);
        assertThat(group.consumers()).hasSize(2);
        group.deliver(id(1), alice, 100, 1);
        group.release(id(1), 1);
        assertThat(group.consumers().size()).isEqualTo(2);
        assertThat(group.consumers())
                .extracting(consumer -> consumer.name().toString())
                .containsExactly("alice", "bob");
    }
}
