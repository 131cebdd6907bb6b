package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.StreamId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class IdTableTest {
    private final long seed = System.nanoTime();
    private final Random random = new Random(seed);
    private final TreeMap<StreamId, Long> model = new TreeMap<>();
    private final HeapSum heap = new HeapSum();
    private IdTable table = new IdTable(1, heap);

    private StreamId randomId() {
        // Numbers are unsigned: some of these are beyond the greatest signed one.
        return new StreamId((random.nextInt(400) - 200) * 3L, random.nextInt(3));
    }

    private static StreamId id(IdTable table, long position) {
        return new StreamId(table.millis(position), table.sequence(position));
    }

    private static List<Map.Entry<StreamId, Long>> rows(IdTable table) {
        List<Map.Entry<StreamId, Long>> rows = new ArrayList<>();
        for (long at = table.first(); at != IdTable.NONE; at = table.next(at)) {
            rows.add(Map.entry(id(table, at), table.get(at, 0)));
        }
        return rows;
    }

    private void change() {
        StreamId id = randomId();
        long found = table.find(id.millis(), id.sequence());
        assertThat(found != IdTable.NONE).isEqualTo(model.containsKey(id));
        if (found == IdTable.NONE) {
            long value = random.nextLong();
            table.set(table.insert(id.millis(), id.sequence()), 0, value);
            model.put(id, value);
        } else if (random.nextInt(3) == 0) {
            long value = random.nextLong();
            table.set(found, 0, value);
            model.put(id, value);
        } else {
            table.remove(found);
            model.remove(id);
        }
    }

    private void assertSame(StreamId expected, long position) {
        assertThat(position == IdTable.NONE ? null : id(table, position)).isEqualTo(expected);
    }

    @RepeatedTest(5)
    void randomChanges_matchTreeMap() {
        for (int i = 0; i < 20_000; i++) {
            change();
            StreamId sought = randomId();
            assertSame(model.ceilingKey(sought), table.ceiling(sought.millis(), sought.sequence()));
            assertSame(model.floorKey(sought), table.floor(sought.millis(), sought.sequence()));
            assertSame(model.isEmpty() ? null : model.lastKey(), table.last());
            assertThat(table.size()).as("seed %s", seed).isEqualTo(model.size());
            assertThat(heap.bytes()).as("seed %s", seed).isEqualTo(table.heapBytes());
        }
        assertThat(rows(table)).as("seed %s", seed).isEqualTo(List.copyOf(model.entrySet()));
        List<StreamId> backwards = new ArrayList<>();
        for (long at = table.last(); at != IdTable.NONE; at = table.previous(at)) {
            backwards.add(id(table, at));
        }
        assertThat(backwards).isEqualTo(List.copyOf(model.descendingKeySet()));
    }

    @RepeatedTest(5)
    void copies_stayAsTheyWere() {
        for (int round = 0; round < 20; round++) {
            for (int i = 0; i < 500; i++) {
                change();
            }
            List<Map.Entry<StreamId, Long>> before = rows(table);
            IdTable other = table.copy(new HeapSum());
            if (random.nextBoolean()) {
                IdTable changed = other;
                other = table;
                table = changed;
            }
            for (int i = 0; i < 500; i++) {
                change();
            }
            assertThat(rows(other)).as("seed %s", seed).isEqualTo(before);
            assertThat(rows(table)).as("seed %s", seed).isEqualTo(List.copyOf(model.entrySet()));
        }
    }

    @Test
    void removalInAnyOrder_givesMemoryBack() {
        for (int i = 0; i < 100_000; i++) {
            table.insert(i, 0);
        }
        long full = table.heapBytes();
        assertThat(full).isLessThan(100_000 * 3 * Long.BYTES * 11 / 10);
        for (int i = 0; i < 100_000; i++) {
            if (i % 50 != 0) {
                table.remove(table.find(i, 0));
            }
        }
        assertThat(table.heapBytes()).isLessThan(full / 8);
    }
}
