package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamValue;
import dev.spinel.engine.dataset.IgnoringSink;
import dev.spinel.engine.dataset.StreamState;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class StreamViewTest {
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final EncodingLimits limits = new EncodingLimits();
    private final Arena arena = new Arena(0);
    private final LazyRelease lazyRelease = new LazyRelease();
    private final ValueContext context = new ValueContext(arena, new KeyHash(3), new LargeValues(lazyRelease), limits);
    private final ArrayCell cell = new ArrayCell();
    private final StreamView stream = new StreamView(context, cell);
    private final TreeMap<StreamId, List<String>> model = new TreeMap<>();

    @BeforeEach
    void init() {
        stream.bind(cell);
        stream.init();
        limits.streamNodeMaxEntries(random.nextBoolean() ? 100 : 1 + random.nextInt(10));
    }

    private void append() {
        StreamId last = stream.lastId();
        StreamId id = random.nextInt(3) == 0
                ? new StreamId(last.millis() + random.nextInt(1000), last.sequence() + 1)
                : Objects.requireNonNull(last.next());
        List<String> strings = new ArrayList<>();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            strings.add(random.nextInt(5) == 0 ? "field" + random.nextInt(9) : "field");
            strings.add(random.nextBoolean() ? "value" + random.nextInt(100_000) : Integer.toString(random.nextInt()));
        }
        Bytes[] bytes = strings.stream().map(Bytes::of).toArray(Bytes[]::new);
        stream.append(id, bytes, 0, bytes.length);
        model.put(id, strings);
    }

    private StreamId someId() {
        StreamId last = stream.lastId();
        StreamId drawn = new StreamId((long) (random.nextDouble() * last.millis()), random.nextInt(20));
        StreamId near = random.nextBoolean() ? model.ceilingKey(drawn) : null;
        return near == null ? drawn : near;
    }

    private void change() {
        switch (random.nextInt(12)) {
            case 0, 1 -> {
                StreamId id = someId();
                assertThat(stream.delete(id)).as("seed %s", seed).isEqualTo(model.remove(id) != null);
            }
            case 2 -> trim();
            default -> append();
        }
    }

    private void trim() {
        boolean whole = random.nextBoolean();
        long removed;
        NavigableMap<StreamId, List<String>> due;
        if (random.nextBoolean()) {
            int keep = model.size() - random.nextInt(30);
            removed = stream.trimToSize(Math.max(0, keep), whole, 0);
            due = model;
        } else {
            StreamId least = someId();
            removed = stream.trimBelow(least, whole, 0);
            due = model.headMap(least, false);
            assertThat(removed).isLessThanOrEqualTo(due.size());
            if (!whole) {
                assertThat(removed).isEqualTo(due.size());
            }
        }
        for (long i = 0; i < removed; i++) {
            due.pollFirstEntry();
        }
    }

    private static List<String> strings(StreamValue.Cursor cursor) {
        List<String> strings = new ArrayList<>();
        cursor.strings(string -> strings.add(string.toString()));
        assertThat(strings).hasSize(2 * cursor.fields());
        return strings;
    }

    private static Map<StreamId, List<String>> range(StreamView of, StreamId from, StreamId to, boolean reversed) {
        Map<StreamId, List<String>> found = new TreeMap<>();
        StreamId before = null;
        StreamValue.Cursor cursor = of.cursor(from, to, reversed);
        while (cursor.next()) {
            assertThat(before == null || before.compareTo(cursor.id()) < 0 != reversed)
                    .isTrue();
            before = cursor.id();
            found.put(before, strings(cursor));
        }
        return found;
    }

    private void assertMatchesModel() {
        assertThat(stream.size()).as("seed %s", seed).isEqualTo(model.size());
        assertThat(stream.firstId()).isEqualTo(model.isEmpty() ? StreamId.MIN : model.firstKey());
        StreamId from = someId();
        StreamId to = someId();
        for (boolean reversed : new boolean[] {false, true}) {
            assertThat(range(stream, StreamId.MIN, StreamId.MAX, reversed))
                    .as("seed %s", seed)
                    .isEqualTo(model);
            assertThat(range(stream, from, to, reversed))
                    .as("seed %s, %s to %s", seed, from, to)
                    .isEqualTo(from.compareTo(to) > 0 ? Map.of() : model.subMap(from, true, to, true));
        }
    }

    @RepeatedTest(10)
    void randomChanges_matchTreeMap() {
        for (int round = 0; round < 30; round++) {
            for (int i = 0; i < 100; i++) {
                change();
            }
            assertMatchesModel();
        }
        stream.free();
        assertThat(arena.usedBytes()).as("seed %s", seed).isZero();
    }

    /** A stream that is built from what it is told. */
    private final class Rebuilt extends IgnoringSink {
        private final ArrayCell copyCell = new ArrayCell();
        private final StreamView copy = new StreamView(context, copyCell);
        private long nodesLeft;

        @Override
        public void stream(long nodes) {
            copy.bind(copyCell);
            copy.init();
            nodesLeft = nodes;
        }

        @Override
        public void streamNode(long millis, long sequence, Bytes listpack) {
            assertThat(copy.loadNode(new StreamId(millis, sequence), listpack))
                    .as("seed %s", seed)
                    .isTrue();
            nodesLeft--;
        }

        @Override
        public void streamState(StreamState state) {
            assertThat(nodesLeft).isZero();
            assertThat(copy.loadState(state)).as("seed %s", seed).isTrue();
        }

        @Override
        public void streamGroup(Bytes name, StreamId lastId, long entriesRead, long pending) {
            assertThat(copy.loadGroup(name.copy(), lastId, entriesRead)).isTrue();
        }

        @Override
        public void streamPending(long millis, long sequence, long deliveredMillis, long deliveries) {
            assertThat(copy.loadPending(millis, sequence, deliveredMillis, deliveries))
                    .isTrue();
        }

        @Override
        public void streamConsumer(Bytes name, long seenMillis, long pending) {
            assertThat(copy.loadConsumer(name.copy(), seenMillis)).isTrue();
        }

        @Override
        public void streamOwned(long millis, long sequence) {
            assertThat(copy.loadOwned(millis, sequence)).isTrue();
        }
    }

    private void changeGroups() {
        Bytes name = Bytes.of("group" + random.nextInt(3));
        StreamGroup group = stream.group(name);
        if (group == null) {
            group = stream.createGroup(name, someId(), random.nextInt(100) - 1);
        } else if (random.nextInt(400) == 0) {
            stream.removeGroup(name);
            return;
        }
        Bytes consumerName = Bytes.of("consumer" + random.nextInt(4));
        StreamGroup.Consumer consumer = group.consumer(consumerName);
        if (consumer == null) {
            consumer = group.createConsumer(consumerName, random.nextInt(1000));
        } else if (random.nextInt(200) == 0) {
            group.removeConsumer(consumer);
            return;
        }
        if (random.nextInt(3) == 0) {
            group.acknowledge(someId());
        } else {
            group.deliver(someId(), consumer, random.nextInt(1000), random.nextInt(10));
            consumer.seenMillis(random.nextInt(1000));
        }
    }

    private static String groups(StreamView of) {
        StringBuilder text = new StringBuilder();
        for (StreamGroup group : of.groups()) {
            text.append('\n').append(group.name()).append(' ').append(group.lastId());
            text.append(' ').append(group.entriesRead()).append(' ').append(group.pendingCount());
            describe(group, null, text);
            for (StreamGroup.Consumer consumer : group.consumers()) {
                text.append('\n').append(consumer.name()).append(' ').append(consumer.seenMillis());
                text.append(' ').append(consumer.pendingCount());
                describe(group, consumer, text);
            }
        }
        return text.toString();
    }

    private static void describe(StreamGroup group, StreamGroup.@Nullable Consumer consumer, StringBuilder text) {
        StreamGroup.Pending pending = group.pending(StreamId.MIN, consumer);
        while (pending.next()) {
            text.append(' ')
                    .append(pending.id())
                    .append(' ')
                    .append(pending.consumer().name());
            text.append(' ').append(pending.deliveredMillis()).append(' ').append(pending.deliveries());
        }
    }

    @RepeatedTest(10)
    void cut_tellsWhatWasThereWhenItBegan() throws IOException {
        for (int i = 0; i < 3000; i++) {
            change();
            changeGroups();
        }
        int pieces = 0;
        for (int round = 0; round < 5; round++) {
            Map<StreamId, List<String>> entries = new TreeMap<>(model);
            String groups = groups(stream);
            StreamId lastId = stream.lastId();
            Rebuilt rebuilt = new Rebuilt();
            ValueCut cut = Objects.requireNonNull(stream.cut(rebuilt));
            do {
                for (int i = random.nextInt(200); i > 0; i--) {
                    change();
                    changeGroups();
                    if (random.nextInt(500) == 0) {
                        useIdsAgain();
                    }
                }
                pieces++;
            } while (!cut.advance(1 + random.nextInt(300)));
            assertThat(range(rebuilt.copy, StreamId.MIN, StreamId.MAX, false))
                    .as("seed %s", seed)
                    .isEqualTo(entries);
            assertThat(groups(rebuilt.copy)).as("seed %s", seed).isEqualTo(groups);
            assertThat(rebuilt.copy.lastId()).isEqualTo(lastId);
            rebuilt.copy.free();
            assertMatchesModel();
        }
        assertThat(pieces).isGreaterThan(10);
    }

    /** What XTRIM to nothing and XSETID do. */
    private void useIdsAgain() {
        stream.trimToSize(0, false, 0);
        model.clear();
        stream.lastId(new StreamId(stream.lastId().millis() / 2, 0));
    }

    @Test
    void valueRemovedDuringACut_isToldAndThenReleased() throws IOException {
        for (int i = 0; i < 5000; i++) {
            append();
        }
        Rebuilt rebuilt = new Rebuilt();
        ValueCut cut = Objects.requireNonNull(stream.cut(rebuilt));
        cut.advance(500);
        stream.free();
        while (!cut.advance(500)) {}
        assertThat(range(rebuilt.copy, StreamId.MIN, StreamId.MAX, true))
                .as("seed %s", seed)
                .isEqualTo(model);
        rebuilt.copy.free();
        lazyRelease.run(Long.MAX_VALUE);
        assertThat(arena.usedBytes()).isZero();
    }

    @Test
    void copy_isIndependent() {
        for (int i = 0; i < 2000; i++) {
            change();
            changeGroups();
        }
        ArrayCell copyCell = new ArrayCell();
        StreamView copy = new StreamView(context, copyCell);
        copy.bind(copyCell);
        copy.copyFrom(stream);
        Map<StreamId, List<String>> entries = new TreeMap<>(model);
        String groups = groups(stream);
        for (int i = 0; i < 2000; i++) {
            change();
            changeGroups();
        }
        assertThat(range(copy, StreamId.MIN, StreamId.MAX, false)).isEqualTo(entries);
        assertThat(groups(copy)).as("seed %s", seed).isEqualTo(groups);
        stream.free();
        assertThat(groups(copy)).isEqualTo(groups);
    }

    @RepeatedTest(5)
    void pendingEntries_matchMaps() {
        StreamGroup group = stream.createGroup(Bytes.of("g"), StreamId.MIN, 0);
        TreeMap<StreamId, String> owners = new TreeMap<>();
        Map<StreamId, Long> deliveries = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            StreamId id = new StreamId(random.nextInt(3000), 0);
            Bytes name = Bytes.of("c" + random.nextInt(5));
            StreamGroup.Consumer found = group.consumer(name);
            StreamGroup.Consumer consumer = found == null ? group.createConsumer(name, 0) : found;
            if (random.nextInt(2000) == 0) {
                long owned =
                        owners.values().stream().filter(name.toString()::equals).count();
                assertThat(group.removeConsumer(consumer)).isEqualTo(owned);
                owners.values().removeIf(name.toString()::equals);
            } else if (random.nextInt(3) == 0) {
                assertThat(group.acknowledge(id)).isEqualTo(owners.remove(id) != null);
            } else {
                group.deliver(id, consumer, i, i);
                owners.put(id, name.toString());
                deliveries.put(id, (long) i);
            }
        }
        assertThat(group.pendingCount()).as("seed %s", seed).isEqualTo(owners.size());
        assertThat(group.firstPendingId()).isEqualTo(owners.firstKey());
        assertThat(group.lastPendingId()).isEqualTo(owners.lastKey());
        TreeMap<StreamId, String> found = new TreeMap<>();
        StreamGroup.Pending pending = group.pending(StreamId.MIN, null);
        while (pending.next()) {
            found.put(pending.id(), pending.consumer().name().toString());
            assertThat(pending.deliveries()).isEqualTo(deliveries.get(pending.id()));
            assertThat(pending.deliveredMillis()).isEqualTo(pending.deliveries());
        }
        assertThat(found).as("seed %s", seed).isEqualTo(owners);
        for (StreamGroup.Consumer consumer : group.consumers()) {
            List<StreamId> own = new ArrayList<>();
            StreamGroup.Pending walk = group.pending(StreamId.MIN, consumer);
            while (walk.next()) {
                own.add(walk.id());
            }
            assertThat(own)
                    .isEqualTo(owners.entrySet().stream()
                            .filter(entry ->
                                    entry.getValue().equals(consumer.name().toString()))
                            .map(Map.Entry::getKey)
                            .toList());
            assertThat(consumer.pendingCount()).isEqualTo(own.size());
        }
    }

    @Test
    void millionPendingEntries_areNumbersInArrays() {
        StreamGroup group = stream.createGroup(Bytes.of("g"), StreamId.MIN, 0);
        StreamGroup.Consumer consumer = group.createConsumer(Bytes.of("c"), 0);
        long before = stream.externalBytes();
        for (int i = 1; i <= 1_000_000; i++) {
            group.deliver(new StreamId(i, 0), consumer, 0, 1);
        }
        // Five numbers, and both of the ID once more; an object each would have 16 bytes on top of that, and its
        // reference.
        assertThat(stream.externalBytes() - before).isLessThan(1_000_000 * 7L * Long.BYTES * 102 / 100);
    }
}
