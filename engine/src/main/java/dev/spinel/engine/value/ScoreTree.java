package dev.spinel.engine.value;

import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.ArenaExhaustedException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The records of a large sorted set in the order of score and member, with their ranks. Does not own the records. All
 * operations take O(log n). Engine thread only.
 */
final class ScoreTree {
    /*
     * A B+ tree. The leaves are pages in the arena and hold nothing but entries of 8 bytes in ascending order:
     *
     *   entry  | score, its upper 28 bits | address of the record: 36 bits |
     *
     * The part of the score stands in an order-preserving form, so that most comparisons need not follow the address,
     * which would be a cache miss each. A page grows and shrinks by 32 entries, so that pages are nearly full although a
     * split leaves half of the entries: with random insertion an entry costs 8.6 bytes, and not 11.5.
     *
     * Inner nodes are Java objects. A leaf has a hundred to 256 entries, a node a few dozen children, so there is one
     * node for thousands of members, and the collector does not notice them. A node keeps for each child the exact
     * first record below it (score and address) and the number of records, from which ranks and positions follow.
     * The root is always a node, even above a single leaf.
     *
     * A full leaf or node splits on the way to an insertion; nodes are split before their children, so a split never
     * has to go back up. Leaves below a quarter are merged with or filled from a neighbour, nodes likewise. An insertion
     * at the very end begins a new leaf instead of splitting, which leaves full pages behind an ascending load.
     *
     * All memory for an insertion is acquired before anything changes. Removals do acquire memory, to shrink a page,
     * but do without when there is none.
     */
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    private static final int ENTRY_BYTES = Long.BYTES;
    private static final int MAX_ENTRIES = 256;
    private static final int MIN_ENTRIES = 64;
    private static final int STEP_ENTRIES = 32;
    private static final int MERGED_ENTRIES = 192;
    private static final int MIN_CHILDREN = 16;
    private static final int MERGED_CHILDREN = 48;

    private static final long ADDRESS_MASK = (1L << Arena.ADDRESS_BITS) - 1;

    private final Arena arena;
    private ScoreNode root = new ScoreNode(true);
    /** Number of levels of nodes. */
    private int height = 1;

    private long size;
    private long pageBytes;

    ScoreTree(Arena arena) {
        this.arena = arena;
    }

    long size() {
        return size;
    }

    /** Bytes of the pages in the arena. */
    long pageBytes() {
        return pageBytes;
    }

    /** Bytes of the nodes on the heap, as far as can be told. */
    long heapBytes() {
        return root.heapBytes();
    }

    /** Number of records before the place that the path aims at. */
    long countBefore(ScorePath path) {
        if (size == 0) {
            return 0;
        }
        long before = descend(path) + path.index;
        path.clear(height);
        return before;
    }

    /** The rank of a record, which must be present, after which the path aims. */
    long rank(ScorePath path, long record) {
        long before = locate(path, record) + path.index;
        path.clear(height);
        return before;
    }

    /** Order of the lowest score; the tree must not be empty. */
    long firstOrder() {
        return root.firstOrder(0);
    }

    /** Leads a path to the entry at a rank from 0 to {@code size() - 1}. */
    void seek(ScorePath path, long rank) {
        long left = rank;
        ScoreNode node = root;
        for (int level = 0; level < height; level++) {
            int slot = 0;
            while (left >= node.count(slot)) {
                left -= node.count(slot++);
            }
            path.nodes[level] = node;
            path.slots[level] = slot;
            if (level < height - 1) {
                node = node.children[slot];
            }
        }
        path.index = (int) left;
    }

    /** Address of the leaf to which {@link #seek} led. */
    long leaf(ScorePath path) {
        return bottom(path).pageAddress(bottomSlot(path));
    }

    /** Number of entries of the leaf to which {@link #seek} led. */
    int leafCount(ScorePath path) {
        return (int) bottom(path).count(bottomSlot(path));
    }

    /** The record of an entry of a leaf. */
    long record(long leaf, int index) {
        return entry(arena.chunk(leaf), arena.offset(leaf), index) & ADDRESS_MASK;
    }

    /** Forgets the nodes of a path. */
    void release(ScorePath path) {
        path.clear(height);
    }

    /** Inserts a record at the place at which the path aims; its score is the one of the path, whatever it stores. */
    void insert(ScorePath path, long record) {
        if (size == 0) {
            addLeaf(root, 0);
        }
        descend(path);
        if (leafCount(path) == MAX_ENTRIES) {
            makeRoom(path);
        }
        ScoreNode node = bottom(path);
        int slot = bottomSlot(path);
        int count = (int) node.count(slot);
        if (count == node.pageCapacity(slot)) {
            resizePage(node, slot, count + STEP_ENTRIES);
        }
        byte[] chunk = arena.chunk(node.pageAddress(slot));
        int at = arena.offset(node.pageAddress(slot)) + path.index * ENTRY_BYTES;
        System.arraycopy(chunk, at, chunk, at + ENTRY_BYTES, (count - path.index) * ENTRY_BYTES);
        LONGS.set(chunk, at, entryOf(path.order, record));
        size++;
        for (int level = 0; level < height; level++) {
            path.nodes[level].addCount(path.slots[level], 1);
        }
        if (path.index == 0) {
            setFirst(path, height - 1, path.order, record);
        }
        path.clear(height);
    }

    /** Removes a record, which must be present, after which the path aims. */
    void remove(ScorePath path, long record) {
        locate(path, record);
        removeEntries(path, 1);
        path.clear(height);
    }

    /** Has the entry to which {@link #locate} led refer to a copy of its record. */
    void relocate(ScorePath path, long copy) {
        long leaf = leaf(path);
        LONGS.set(arena.chunk(leaf), arena.offset(leaf) + path.index * ENTRY_BYTES, entryOf(path.order, copy));
        if (path.index == 0) {
            setFirst(path, height - 1, path.order, copy);
        }
        path.clear(height);
    }

    /**
     * Removes the old entry of a record that has just been inserted again with the score that it now has.
     *
     * @param path aims after the member with its old score
     */
    void removeMoved(ScorePath path, long record) {
        locate(path, record);
        long leaf = leaf(path);
        byte[] chunk = arena.chunk(leaf);
        int base = arena.offset(leaf);
        // Both entries may look alike and lie in this leaf. The first one was found; the old one has the old place.
        if (order(record) < path.order) {
            long entry = entry(chunk, base, path.index);
            int last = path.index;
            for (int i = last + 1; i < leafCount(path); i++) {
                if (entry(chunk, base, i) == entry) {
                    last = i;
                }
            }
            path.index = last;
        }
        removeEntries(path, 1);
        path.clear(height);
    }

    /**
     * Gives a record another score if it keeps its rank; the record itself is not written.
     *
     * @param path aims after the member with its old score
     * @return false, with nothing changed, if the rank may change
     */
    boolean rescore(ScorePath path, long record, double score) {
        locate(path, record);
        long order = ScoredRecord.orderOf(score);
        boolean keepsRank =
                order == path.order || (order > path.order ? isBelowNext(path, order) : isAbovePrevious(path, order));
        if (keepsRank) {
            long leaf = leaf(path);
            LONGS.set(arena.chunk(leaf), arena.offset(leaf) + path.index * ENTRY_BYTES, entryOf(order, record));
            if (path.index == 0) {
                setFirst(path, height - 1, order, record);
            }
        }
        path.clear(height);
        return keepsRank;
    }

    /** Removes {@code count} entries from the place of the path on, all in one leaf. */
    void removeEntries(ScorePath path, int count) {
        ScoreNode node = bottom(path);
        int slot = bottomSlot(path);
        int left = (int) node.count(slot) - count;
        long leaf = node.pageAddress(slot);
        byte[] chunk = arena.chunk(leaf);
        int base = arena.offset(leaf);
        int to = base + path.index * ENTRY_BYTES;
        System.arraycopy(chunk, to + count * ENTRY_BYTES, chunk, to, (left - path.index) * ENTRY_BYTES);
        size -= count;
        for (int level = 0; level < height; level++) {
            path.nodes[level].addCount(path.slots[level], -count);
        }
        if (left > 0 && path.index == 0) {
            refreshFirst(path);
        }
        if (left < MIN_ENTRIES) {
            rebalanceLeaf(path);
        } else {
            shrinkPage(node, slot);
        }
    }

    /** Frees all pages. */
    void clear() {
        freePages(root);
        root = new ScoreNode(true);
        height = 1;
        size = 0;
    }

    private void freePages(ScoreNode node) {
        for (int slot = 0; slot < node.size; slot++) {
            if (node.isAboveLeaves()) {
                freePage(node, slot);
            } else {
                freePages(node.children[slot]);
            }
        }
    }

    private ScoreNode bottom(ScorePath path) {
        return path.nodes[height - 1];
    }

    private int bottomSlot(ScorePath path) {
        return path.slots[height - 1];
    }

    /** Leads a path to the place that it aims at. Returns the number of records before the leaf. */
    private long descend(ScorePath path) {
        long before = descendToLeaf(path);
        long leaf = leaf(path);
        path.index = lowerBound(arena.chunk(leaf), arena.offset(leaf), leafCount(path), path);
        return before;
    }

    /**
     * Leads a path, which must aim after a member that is present, to the entry of its record. Returns the number of
     * records before the leaf.
     */
    long locate(ScorePath path, long record) {
        long before = descendToLeaf(path);
        long leaf = leaf(path);
        byte[] chunk = arena.chunk(leaf);
        int base = arena.offset(leaf);
        long entry = entryOf(path.order, record);
        int low = 0;
        int high = leafCount(path);
        // The first entry with this part of the score; from there the entry itself is looked for, without its record.
        long target = entry >>> Arena.ADDRESS_BITS;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (entry(chunk, base, middle) >>> Arena.ADDRESS_BITS < target) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        while (entry(chunk, base, low) != entry) {
            low++;
        }
        path.index = low;
        return before;
    }

    private long descendToLeaf(ScorePath path) {
        long before = 0;
        ScoreNode node = root;
        for (int level = 0; level < height; level++) {
            int low = 1;
            int high = node.size;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (path.isAfter(node.firstOrder(middle), node.firstRecord(middle), arena)) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            int slot = low - 1;
            for (int i = 0; i < slot; i++) {
                before += node.count(i);
            }
            path.nodes[level] = node;
            path.slots[level] = slot;
            if (level < height - 1) {
                node = node.children[slot];
            }
        }
        return before;
    }

    /** Index of the first entry that is not before the place that the path aims at. */
    private int lowerBound(byte[] chunk, int base, int count, ScorePath path) {
        long target = entryOf(path.order, 0) >>> Arena.ADDRESS_BITS;
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            long entry = entry(chunk, base, middle);
            long part = entry >>> Arena.ADDRESS_BITS;
            boolean isBefore;
            if (part == target) {
                long record = entry & ADDRESS_MASK;
                isBefore = path.isAfter(order(record), record, arena);
            } else {
                isBefore = part < target;
            }
            if (isBefore) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private boolean isBelowNext(ScorePath path, long order) {
        long record = record(leaf(path), path.index);
        if (path.index + 1 < leafCount(path)) {
            long next = record(leaf(path), path.index + 1);
            return isBefore(order, record, order(next), next);
        }
        for (int level = height - 1; level >= 0; level--) {
            ScoreNode node = path.nodes[level];
            int next = path.slots[level] + 1;
            if (next < node.size) {
                return isBefore(order, record, node.firstOrder(next), node.firstRecord(next));
            }
        }
        return true;
    }

    /** Whether a lower score is above that of the previous entry; false if that one is in another leaf. */
    private boolean isAbovePrevious(ScorePath path, long order) {
        if (path.index > 0) {
            long previous = record(leaf(path), path.index - 1);
            return isBefore(order(previous), previous, order, record(leaf(path), path.index));
        }
        for (int level = 0; level < height; level++) {
            if (path.slots[level] > 0) {
                return false;
            }
        }
        return true;
    }

    private boolean isBefore(long order, long record, long otherOrder, long other) {
        if (order != otherOrder) {
            return order < otherOrder;
        }
        byte[] chunk = arena.chunk(other);
        int length = ScoredRecord.memberLength(chunk, arena.offset(other));
        int from = ScoredRecord.memberOffset(arena.offset(other), length);
        return ScoredRecord.compareMember(arena.chunk(record), arena.offset(record), chunk, from, length) < 0;
    }

    /** Notes the first record below a slot, in the nodes above too where it is their first. */
    private static void setFirst(ScorePath path, int level, long order, long record) {
        int at = level;
        path.nodes[at].first(path.slots[at], order, record);
        while (at > 0 && path.slots[at] == 0) {
            at--;
            path.nodes[at].first(path.slots[at], order, record);
        }
    }

    private void refreshFirst(ScorePath path) {
        long first = record(leaf(path), 0);
        setFirst(path, height - 1, order(first), first);
    }

    // Splitting.

    /** Splits the leaf of a path and the full nodes above it, and leads the path to its place again. */
    private void makeRoom(ScorePath path) {
        for (int level = 0; level < height; level++) {
            if (path.nodes[level].size == ScoreNode.MAX_CHILDREN) {
                splitNode(path, level);
                descend(path);
            }
        }
        ScoreNode node = bottom(path);
        int slot = bottomSlot(path);
        boolean ascending = path.index == MAX_ENTRIES && isLast(path);
        addLeaf(node, slot + 1);
        if (ascending) {
            path.slots[height - 1] = slot + 1;
            path.index = 0;
            return;
        }
        moveEntries(node, slot, MAX_ENTRIES / 2, slot + 1, 0, MAX_ENTRIES / 2);
        long first = record(node.pageAddress(slot + 1), 0);
        node.first(slot + 1, order(first), first);
        shrinkPage(node, slot);
        descend(path);
    }

    private void splitNode(ScorePath path, int level) {
        ScoreNode left = path.nodes[level];
        ScoreNode parent;
        int slot;
        if (level == 0) {
            parent = new ScoreNode(false);
            slot = 0;
            parent.open(0, 1);
            parent.children[0] = left;
            parent.first(0, left.firstOrder(0), left.firstRecord(0));
            parent.setCount(0, size);
            root = parent;
            height++;
        } else {
            parent = path.nodes[level - 1];
            slot = path.slots[level - 1];
        }
        ScoreNode right = new ScoreNode(left.isAboveLeaves());
        right.take(0, left, left.size / 2, left.size - left.size / 2);
        parent.open(slot + 1, 1);
        parent.children[slot + 1] = right;
        recount(parent, slot);
        recount(parent, slot + 1);
    }

    private static void recount(ScoreNode parent, int slot) {
        ScoreNode child = parent.children[slot];
        parent.first(slot, child.firstOrder(0), child.firstRecord(0));
        parent.setCount(slot, child.totalCount());
    }

    private boolean isLast(ScorePath path) {
        for (int level = 0; level < height; level++) {
            if (path.slots[level] < path.nodes[level].size - 1) {
                return false;
            }
        }
        return true;
    }

    // Merging.

    /** Merges a leaf that has become thin with a neighbour, or fills it from there. */
    private void rebalanceLeaf(ScorePath path) {
        ScoreNode node = bottom(path);
        int slot = bottomSlot(path);
        if (node.count(slot) == 0) {
            freePage(node, slot);
            node.close(slot, 1);
            if (slot == 0 && node.size > 0) {
                setFirst(path, height - 1, node.firstOrder(0), node.firstRecord(0));
            }
        } else if (node.size > 1) {
            try {
                balanceLeaves(node, slot == node.size - 1 ? slot - 1 : slot);
            } catch (ArenaExhaustedException e) {
                // A thin leaf is correct, though wasteful.
                return;
            }
        } else {
            shrinkPage(node, slot);
        }
        for (int level = height - 1; level > 0 && path.nodes[level].size < MIN_CHILDREN; level--) {
            rebalanceNode(path.nodes[level - 1], path.slots[level - 1]);
        }
        while (height > 1 && root.size == 1) {
            root = root.children[0];
            height--;
        }
    }

    /** Makes one leaf of two neighbours, or two of about equal size. */
    private void balanceLeaves(ScoreNode node, int left) {
        int right = left + 1;
        int leftCount = (int) node.count(left);
        int rightCount = (int) node.count(right);
        int total = leftCount + rightCount;
        int target = total <= MERGED_ENTRIES ? total : total / 2;
        if (target > node.pageCapacity(left)) {
            resizePage(node, left, capacityFor(target));
        }
        if (total - target > node.pageCapacity(right)) {
            resizePage(node, right, capacityFor(total - target));
        }
        if (leftCount < target) {
            moveEntries(node, right, 0, left, leftCount, target - leftCount);
        } else {
            moveEntries(node, left, target, right, 0, leftCount - target);
        }
        if (target == total) {
            freePage(node, right);
            node.close(right, 1);
        } else {
            long first = record(node.pageAddress(right), 0);
            node.first(right, order(first), first);
            shrinkPage(node, right);
        }
        shrinkPage(node, left);
    }

    private static void rebalanceNode(ScoreNode parent, int slot) {
        if (parent.size == 1) {
            return;
        }
        int leftSlot = slot == parent.size - 1 ? slot - 1 : slot;
        ScoreNode left = parent.children[leftSlot];
        ScoreNode right = parent.children[leftSlot + 1];
        int total = left.size + right.size;
        if (total <= MERGED_CHILDREN) {
            left.take(left.size, right, 0, right.size);
            parent.close(leftSlot + 1, 1);
        } else {
            if (left.size < total / 2) {
                left.take(left.size, right, 0, total / 2 - left.size);
            } else {
                right.take(0, left, total / 2, left.size - total / 2);
            }
            recount(parent, leftSlot + 1);
        }
        recount(parent, leftSlot);
    }

    // Pages.

    private static long entryOf(long order, long record) {
        return ((order ^ Long.MIN_VALUE) & ~ADDRESS_MASK) | record;
    }

    private static long entry(byte[] chunk, int base, int index) {
        return (long) LONGS.get(chunk, base + index * ENTRY_BYTES);
    }

    private long order(long record) {
        return ScoredRecord.orderOf(ScoredRecord.score(arena.chunk(record), arena.offset(record)));
    }

    private static int capacityFor(int count) {
        return (count + (STEP_ENTRIES - 1)) & -STEP_ENTRIES;
    }

    /** Adds an empty leaf at a slot. */
    private void addLeaf(ScoreNode node, int slot) {
        int capacity = MAX_ENTRIES / 2 + STEP_ENTRIES;
        long page = arena.allocate(capacity * ENTRY_BYTES);
        node.open(slot, 1);
        node.first(slot, 0, 0);
        node.setCount(slot, 0);
        node.page(slot, page, capacity);
        pageBytes += Arena.roundUp(capacity * ENTRY_BYTES);
    }

    private void freePage(ScoreNode node, int slot) {
        arena.free(node.pageAddress(slot), node.pageCapacity(slot) * ENTRY_BYTES);
        pageBytes -= Arena.roundUp(node.pageCapacity(slot) * ENTRY_BYTES);
    }

    private void resizePage(ScoreNode node, int slot, int capacity) {
        long resized = arena.allocate(capacity * ENTRY_BYTES);
        long page = node.pageAddress(slot);
        System.arraycopy(
                arena.chunk(page),
                arena.offset(page),
                arena.chunk(resized),
                arena.offset(resized),
                (int) node.count(slot) * ENTRY_BYTES);
        freePage(node, slot);
        node.page(slot, resized, capacity);
        pageBytes += Arena.roundUp(capacity * ENTRY_BYTES);
    }

    /** Gives back room that a page does not need; not all of it, lest alternate changes resize it each time. */
    private void shrinkPage(ScoreNode node, int slot) {
        int count = (int) node.count(slot);
        if (node.pageCapacity(slot) - count >= 2 * STEP_ENTRIES) {
            try {
                resizePage(node, slot, capacityFor(count + 1));
            } catch (ArenaExhaustedException e) {
                // The page stays as large as it is, which is correct though wasteful.
                return;
            }
        }
    }

    /** Moves entries between two neighbouring leaves, whose capacities suffice, and counts them. */
    private void moveEntries(ScoreNode node, int fromSlot, int from, int toSlot, int to, int moved) {
        long source = node.pageAddress(fromSlot);
        byte[] sourceChunk = arena.chunk(source);
        int sourceAt = arena.offset(source) + from * ENTRY_BYTES;
        long target = node.pageAddress(toSlot);
        byte[] targetChunk = arena.chunk(target);
        int targetAt = arena.offset(target) + to * ENTRY_BYTES;
        int movedBytes = moved * ENTRY_BYTES;
        int behindTarget = ((int) node.count(toSlot) - to) * ENTRY_BYTES;
        System.arraycopy(targetChunk, targetAt, targetChunk, targetAt + movedBytes, behindTarget);
        System.arraycopy(sourceChunk, sourceAt, targetChunk, targetAt, movedBytes);
        int behindSource = ((int) node.count(fromSlot) - from - moved) * ENTRY_BYTES;
        System.arraycopy(sourceChunk, sourceAt + movedBytes, sourceChunk, sourceAt, behindSource);
        node.addCount(fromSlot, -moved);
        node.addCount(toSlot, moved);
    }
}
