package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamValue;
import dev.spinel.engine.dataset.IgnoringSink;
import dev.spinel.engine.dataset.StreamState;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.memory.KeyHash;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
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

    @Test
    void copyWithoutMemory_leavesNothing() {
        for (int i = 0; i < 500; i++) {
            append();
        }
        Arena full = new Arena(1 << 22);
        long used = arena.usedBytes();
        long heap = context.large.heapBytes();
        StreamView copy = new StreamView(context, new FullCell(full));
        assertThatThrownBy(() -> copy.copyFrom(stream)).isInstanceOf(ArenaExhaustedException.class);
        assertThat(arena.usedBytes()).isEqualTo(used);
        assertThat(context.large.heapBytes()).isEqualTo(heap);
    }

    /** A cell that cannot grow. */
    private static final class FullCell implements ValueCell {
        private final Arena full;

        private FullCell(Arena full) {
            this.full = full;
        }

        @Override
        public byte[] array() {
            return new byte[0];
        }

        @Override
        public int offset() {
            return 0;
        }

        @Override
        public int length() {
            return 0;
        }

        @Override
        public int capacity() {
            return 0;
        }

        @Override
        public int encoding() {
            return 0;
        }

        @Override
        public void encoding(int encoding) {}

        @Override
        public void resize(int length) {
            full.allocate(1 << 23);
        }
    }

    /** With so many entries in a node the numbers of live and deleted ones need up to three bytes. */
    @Test
    void deletion_needsNoMemory() {
        Arena small = new Arena(1 << 23);
        limits.streamNodeMaxEntries(10_000);
        limits.streamNodeMaxBytes(0);
        ArrayCell smallCell = new ArrayCell();
        StreamView full = new StreamView(
                new ValueContext(small, new KeyHash(3), new LargeValues(lazyRelease), limits), smallCell);
        full.bind(smallCell);
        full.init();
        Bytes[] strings = {Bytes.of("f"), Bytes.of("v")};
        for (int i = 1; i <= 25_000; i++) {
            full.append(new StreamId(i, 0), strings, 0, 2);
        }
        for (int bytes = 1 << 20; bytes >= 8; bytes /= 2) {
            while (allocates(small, bytes)) {}
        }
        for (int i = 1; i <= 25_000; i += 2) {
            assertThat(full.delete(new StreamId(i, 0))).isTrue();
        }
        assertThat(full.trimToSize(1000, false, 0)).isEqualTo(11_500);
        assertThat(full.size()).isEqualTo(1000);
        assertThat(full.firstId()).isEqualTo(new StreamId(23_002, 0));
    }

    private static boolean allocates(Arena from, int bytes) {
        try {
            from.allocate(bytes);
            return true;
        } catch (ArenaExhaustedException e) {
            return false;
        }
    }

    /** A node as in the format of Redis; an entry is flags and both differences of its ID, fields are none. */
    private static Bytes node(long live, long deleted, long... entries) {
        byte[] array = new byte[4096];
        Listpack.init(array, 0);
        for (long number : new long[] {live, deleted, 0, 0}) {
            Listpack.append(array, 0, number);
        }
        for (int i = 0; i < entries.length; i += 3) {
            for (int part = 0; part < 3; part++) {
                Listpack.append(array, 0, entries[i + part]);
            }
            Listpack.append(array, 0, 3);
        }
        Bytes node = new Bytes();
        node.set(array, 0, Listpack.totalBytes(array, 0));
        return node;
    }

    private boolean loads(Bytes... nodes) {
        ArrayCell loadedCell = new ArrayCell();
        StreamView loaded = new StreamView(context, loadedCell);
        loaded.bind(loadedCell);
        loaded.init();
        for (int i = 0; i < nodes.length; i++) {
            if (!loaded.loadNode(new StreamId(100 * i, 0), nodes[i])) {
                return false;
            }
        }
        return loaded.loadState(new StreamState(
                loaded.size(), new StreamId(1000, 0), loaded.firstId(), StreamId.MIN, loaded.size(), 0));
    }

    @Test
    void loadedNodes_areChecked() {
        assertThat(loads(node(1, 1, 2, 1, 0, 3, 2, 0), node(1, 0, 2, 0, 0))).isTrue();
        assertThat(loads(node(0, 0))).as("no entry").isFalse();
        assertThat(loads(node(1, 0, 6, 1, 0))).as("unknown flag").isFalse();
        assertThat(loads(node(1, 0, 258, 1, 0))).as("longer flags").isFalse();
        assertThat(loads(node(1, 0, 2, 0, 0))).as("live 0-0").isFalse();
        assertThat(loads(node(2, 0, 2, 2, 0, 2, 2, 0))).as("same ID twice").isFalse();
        assertThat(loads(node(1, 1, 2, 2, 0, 3, 1, 0)))
                .as("deleted entry before a live one")
                .isFalse();
        assertThat(loads(node(1, 1, 3, 2, 0, 2, 1, 0)))
                .as("live entry before a deleted one")
                .isTrue();
        assertThat(loads(node(1, 0, 2, 150, 0), node(1, 0, 2, 0, 0)))
                .as("nodes that overlap")
                .isFalse();
        assertThat(loads(node(1, 0, 2, 50, 0), node(1, 1, 3, 0, 0, 2, -40, 0)))
                .as("ID behind that of the node")
                .isTrue();
        assertThat(loads(node(1, 0, 2, 50, 0), node(1, 1, 3, 0, 0, 2, -60, 0)))
                .as("ID behind the node before")
                .isFalse();
    }

    @Test
    void flagsInALongerEncoding_areRefused() {
        String master = "0101" + "0001" + "0001" + "0001";
        String rest = "0101" + "0001" + "0301" + "ff";
        assertThat(loads(Bytes.of(HexFormat.of().parseHex("17000000" + "0800" + master + "0201" + rest))))
                .isTrue();
        assertThat(loads(Bytes.of(HexFormat.of().parseHex("18000000" + "0800" + master + "c00202" + rest))))
                .isFalse();
    }

    @Test
    void negativeNumbers_areRefused() {
        assertThat(stream.loadState(new StreamState(0, StreamId.MIN, StreamId.MIN, StreamId.MIN, -1, 0)))
                .isFalse();
    }

    /** The node 100-0 of redis-server 7.0.15 after XADD 100-0, 200-0, XDEL 200-0, XTRIM MINID 150, XSETID 40-0, XADD 50-0. */
    @Test
    void idsBehindThatOfTheirNode_areFound() {
        assertThat(stream.loadNode(new StreamId(100, 0), node(1, 2, 3, 0, 0, 3, 100, 0, 2, -50, 0)))
                .isTrue();
        assertThat(stream.loadState(
                        new StreamState(1, new StreamId(50, 0), new StreamId(50, 0), new StreamId(200, 0), 3, 0)))
                .isTrue();
        Bytes[] strings = {Bytes.of("f"), Bytes.of("v")};
        stream.append(new StreamId(60, 0), strings, 0, 2);
        stream.append(new StreamId(150, 0), strings, 0, 2);
        for (boolean reversed : new boolean[] {false, true}) {
            assertThat(range(stream, new StreamId(45, 0), new StreamId(70, 0), reversed))
                    .containsOnlyKeys(new StreamId(50, 0), new StreamId(60, 0));
        }
        ArrayCell copyCell = new ArrayCell();
        StreamView copy = new StreamView(context, copyCell);
        copy.bind(copyCell);
        copy.copyFrom(stream);
        assertThat(range(copy, new StreamId(45, 0), new StreamId(55, 0), true)).containsOnlyKeys(new StreamId(50, 0));
        assertThat(stream.trimBelow(new StreamId(60, 0), false, 0)).isEqualTo(1);
        assertThat(stream.delete(new StreamId(60, 0))).isTrue();
        assertThat(stream.firstId()).isEqualTo(new StreamId(150, 0));
    }

    @Test
    void heapOfGroupsAndOfKeptNodes_isCounted() throws IOException {
        limits.streamNodeMaxEntries(100);
        for (int i = 0; i < 3000; i++) {
            append();
        }
        long before = context.large.heapBytes();
        for (int i = 0; i < 3000; i++) {
            changeGroups();
        }
        assertThat(context.large.heapBytes()).as("seed %s", seed).isGreaterThan(before);
        List<Bytes> names = stream.groups().stream().map(StreamGroup::name).toList();
        names.forEach(stream::removeGroup);
        assertThat(context.large.heapBytes()).as("seed %s", seed).isEqualTo(before);
        ValueCut cut = Objects.requireNonNull(stream.cut(new Rebuilt()));
        StreamValue.Cursor cursor = stream.cursor(StreamId.MIN, StreamId.MAX, false);
        assertThat(cursor.next()).isTrue();
        stream.delete(cursor.id());
        assertThat(context.large.heapBytes()).as("a node is kept").isGreaterThan(before);
        while (!cut.advance(1000)) {}
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
