package dev.spinel.engine.value;

import dev.spinel.engine.memory.Arena;
import java.util.Arrays;

/**
 * An inner node of a {@link ScoreTree}. Each child has four numbers in {@code slots}: order of the first score below it,
 * address of the first record, number of records, and in a node above leaves the page, as address and capacity in
 * entries. Engine thread only.
 */
final class ScoreNode {
    /** The most children that a node has. */
    static final int MAX_CHILDREN = 64;

    private static final long ADDRESS_MASK = (1L << Arena.ADDRESS_BITS) - 1;

    /** Bytes on the Java heap of the object, and of an array's header. */
    private static final int OBJECT_BYTES = 24;

    private static final int ARRAY_BYTES = 16;

    private static final int FIRST_ORDER = 0;
    private static final int FIRST_RECORD = 1;
    private static final int COUNT = 2;
    private static final int PAGE = 3;
    private static final int WIDTH = 4;
    private static final int INITIAL_CHILDREN = 4;
    private static final ScoreNode[] NONE = {};

    private long[] slots = new long[INITIAL_CHILDREN * WIDTH];
    /** The children, none above leaves. */
    ScoreNode[] children;

    int size;

    ScoreNode(boolean aboveLeaves) {
        children = aboveLeaves ? NONE : new ScoreNode[INITIAL_CHILDREN];
    }

    boolean isAboveLeaves() {
        return children == NONE;
    }

    long firstOrder(int slot) {
        return slots[slot * WIDTH + FIRST_ORDER];
    }

    long firstRecord(int slot) {
        return slots[slot * WIDTH + FIRST_RECORD];
    }

    long count(int slot) {
        return slots[slot * WIDTH + COUNT];
    }

    long pageAddress(int slot) {
        return slots[slot * WIDTH + PAGE] & ADDRESS_MASK;
    }

    int pageCapacity(int slot) {
        return (int) (slots[slot * WIDTH + PAGE] >>> Arena.ADDRESS_BITS);
    }

    void first(int slot, long order, long record) {
        slots[slot * WIDTH + FIRST_ORDER] = order;
        slots[slot * WIDTH + FIRST_RECORD] = record;
    }

    void setCount(int slot, long records) {
        slots[slot * WIDTH + COUNT] = records;
    }

    void addCount(int slot, long change) {
        slots[slot * WIDTH + COUNT] += change;
    }

    void page(int slot, long address, int capacity) {
        slots[slot * WIDTH + PAGE] = address | (long) capacity << Arena.ADDRESS_BITS;
    }

    long totalCount() {
        long total = 0;
        for (int slot = 0; slot < size; slot++) {
            total += count(slot);
        }
        return total;
    }

    /** Makes room for {@code added} children at a slot, their numbers undefined. */
    void open(int slot, int added) {
        int grown = size + added;
        if (grown * WIDTH > slots.length) {
            int capacity = Math.min(MAX_CHILDREN, Math.max(grown, slots.length / WIDTH * 2));
            slots = Arrays.copyOf(slots, capacity * WIDTH);
            if (!isAboveLeaves()) {
                children = Arrays.copyOf(children, capacity);
            }
        }
        System.arraycopy(slots, slot * WIDTH, slots, (slot + added) * WIDTH, (size - slot) * WIDTH);
        if (!isAboveLeaves()) {
            System.arraycopy(children, slot, children, slot + added, size - slot);
        }
        size = grown;
    }

    /** Takes {@code removed} children away from a slot on. */
    void close(int slot, int removed) {
        int moved = size - slot - removed;
        System.arraycopy(slots, (slot + removed) * WIDTH, slots, slot * WIDTH, moved * WIDTH);
        if (!isAboveLeaves()) {
            System.arraycopy(children, slot + removed, children, slot, moved);
            Arrays.fill(children, size - removed, size, null);
        }
        size -= removed;
    }

    /** Moves {@code moved} children of another node, from a slot on, to a slot of this one. */
    void take(int slot, ScoreNode from, int fromSlot, int moved) {
        open(slot, moved);
        System.arraycopy(from.slots, fromSlot * WIDTH, slots, slot * WIDTH, moved * WIDTH);
        if (!isAboveLeaves()) {
            System.arraycopy(from.children, fromSlot, children, slot, moved);
        }
        from.close(fromSlot, moved);
    }

    long heapBytes() {
        long bytes = OBJECT_BYTES + ARRAY_BYTES + (long) slots.length * Long.BYTES;
        if (!isAboveLeaves()) {
            bytes += ARRAY_BYTES + (long) children.length * Integer.BYTES;
            for (int slot = 0; slot < size; slot++) {
                bytes += children[slot].heapBytes();
            }
        }
        return bytes;
    }
}
