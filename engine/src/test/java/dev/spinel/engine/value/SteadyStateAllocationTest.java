package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** Sorted sets and lists that no longer grow leave the Java heap alone. */
class SteadyStateAllocationTest {
    private static final int MEMBERS = 5000;
    private static final int OPERATIONS = 100_000;
    /** What the measurement itself may cost, far below one object per operation. */
    private static final long MAX_BYTES = 20_000;

    private final EncodingLimits limits = new EncodingLimits();
    private final ArrayCell cell = new ArrayCell();
    private final ValueContext context =
            new ValueContext(new Arena(0), new KeyHash(1), new LargeValues(new LazyRelease()), limits);

    @Test
    void sortedSet_whenUpdatedAndRead() {
        SortedSetView set = new SortedSetView(context, cell);
        set.bind(cell);
        set.init();
        byte[] array = new byte[4];
        Bytes member = Bytes.of(array);
        for (int i = 0; i < MEMBERS; i++) {
            set.put(number(array, member, i), i * 7919 % MEMBERS);
        }
        useSortedSet(set, array, member);
        long before = allocatedBytes();
        useSortedSet(set, array, member);
        assertThat(allocatedBytes() - before).isLessThan(MAX_BYTES);
    }

    private static void useSortedSet(SortedSetView set, byte[] array, Bytes member) {
        for (int i = 0; i < OPERATIONS; i++) {
            number(array, member, i % MEMBERS);
            set.put(member, set.score(member) + i % 3);
            long rank = set.rank(member);
            SortedSetValue.Cursor cursor = set.cursor(rank, i % 2 == 0);
            for (int j = 0; j < 5 && cursor.next(); j++) {
                rank += cursor.member().length() + set.countBelow(cursor.score(), true);
            }
            assertOrFail(rank > 0);
        }
    }

    @Test
    void list_whenUsedAsQueue() {
        ListView list = new ListView(context, cell);
        list.bind(cell);
        list.init();
        byte[] array = new byte[4];
        Bytes element = Bytes.of(array);
        for (int i = 0; i < MEMBERS; i++) {
            list.pushTail(number(array, element, i));
        }
        useList(list, array, element);
        long before = allocatedBytes();
        useList(list, array, element);
        assertThat(allocatedBytes() - before).isLessThan(MAX_BYTES);
    }

    private static void useList(ListView list, byte[] array, Bytes element) {
        for (int i = 0; i < OPERATIONS; i++) {
            assertOrFail(list.popHead().length() == 4);
            list.pushTail(number(array, element, i % MEMBERS));
            assertOrFail(list.popTail().length() == 4);
            list.pushHead(element);
            assertOrFail(list.get(i % MEMBERS).length() == 4);
        }
    }

    private static Bytes number(byte[] array, Bytes view, int number) {
        int rest = number;
        for (int i = array.length - 1; i >= 0; i--) {
            // Letters, as digits would make the element an integer.
            array[i] = (byte) ('a' + rest % 26);
            rest /= 26;
        }
        return view;
    }

    private static void assertOrFail(boolean condition) {
        if (!condition) {
            throw new AssertionError();
        }
    }

    private static long allocatedBytes() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }
}
