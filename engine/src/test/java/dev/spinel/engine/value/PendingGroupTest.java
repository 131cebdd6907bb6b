package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import java.util.ArrayList;
import java.util.List;
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
