package dev.spinel.engine.memory;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A hash table of the records of an {@link Arena}, ordered by hash. It holds addresses only; a subclass knows where a
 * record keeps its key. About ten bytes per record, at any size.
 *
 * <p>Engine thread only. Finding, inserting and removing take constant time, and no insertion or removal touches more
 * than about two thousand entries; only the directory, eight bytes per thousand records, is copied when it doubles. The
 * table neither allocates nor frees records. Keys with equal hashes are allowed, but cost a comparison each.
 */
public abstract class RecordTable {
    /*
     * Extendible hashing (Fagin, Nievergelt, Pippenger, Strong, 1979): the first bits of the hash select an entry of the
     * directory, which names a segment. A segment has a depth, the number of hash bits that all its records share, and
     * stands in 2^(directoryDepth - depth) neighbouring entries. A full segment splits in two; no other segment moves.
     *
     * A segment is an array of longs: the number of its entries, then slots. An entry has the tag of a record, which is
     * 28 bits of its hash, and its address; a slot without entry is 0, and the last one always is.
     *
     *   segment  | count | slot 0 | slot 1 | ... | slot capacity - 1 | room for entries pushed beyond | 0 |
     *   slot     | tag: 28 bits | address: 36 bits |
     *   shape    | capacity: 20 bits | tag shift: 6 bits | depth: 6 bits |     one int per entry of the directory
     *
     * Within a segment entries are in the order of their tags, each at its home or behind it without a gap (ordered
     * linear probing: Amble and Knuth, 1974). The home is the tag, without the bits that the depth covers, scaled to
     * the capacity. Hence the order of all entries is the order of hashes whatever the capacities and depths are, which
     * makes a scan cursor a mere hash prefix, and growing, splitting and merging a copy from left to right. A search for
     * an absent key ends at the first greater tag, as early as one that succeeds.
     *
     * As the order allows any capacity, a segment grows in steps of a twelfth instead of doubling, so that its load
     * stays between 84 % and 91 % at whatever size. With powers of two it would be two thirds on average, and worse at
     * unlucky sizes, because all segments fill at the same pace. The shape is kept beside the reference to the segment,
     * so that the home is known before the segment is: the processor then waits for its slots only once.
     *
     * Tags start with the first bit of the hash, and splitting needs nothing but them, as long as enough bits remain
     * below the depth. Beyond depth 17 (100 million records) tags are those 28 bits that follow the first 8, beyond 25
     * the first 16: this is the tag shift. Only the split that changes it has to ask the records for their hashes.
     *
     * When many hashes begin alike, splitting does not help, and the directory must not grow to separate them: it may
     * double only while there are enough records for its size. Until then a segment grows as far as it must.
     */

    private static final int ADDRESS_BITS = Arena.ADDRESS_BITS;
    private static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;
    private static final long TAG_MASK = ~ADDRESS_MASK;

    private static final int COUNT = 0;
    private static final int FIRST_SLOT = 1;

    private static final int DEPTH_BITS = 6;
    private static final int SHAPE_MASK = (1 << DEPTH_BITS) - 1;
    private static final int CAPACITY_SHIFT = 2 * DEPTH_BITS;
    private static final int MAX_CAPACITY = (1 << 20) - 1;
    private static final int MIN_CAPACITY = 4;

    private static final int MAX_SEGMENT_ENTRIES = 900;
    private static final int MAX_UNSHIFTED_DEPTH = 17;
    private static final int SHIFT_STEP = 8;
    private static final int MAX_DEPTH = 28;
    /** The directory has at most this many entries for each segment that is full. */
    private static final int MAX_DIRECTORY_ENTRIES_PER_FULL_SEGMENT = 16;

    private static final long[] NO_ENTRIES = {};
    private static final int ARRAY_HEADER_BYTES = 16;
    private static final int REFERENCE_BYTES = 4;

    private final Arena arena;
    private final int maxSegmentEntries;
    private final int maxUnshiftedDepth;

    private int directoryDepth;
    private long[][] segments;
    private int[] shapes;

    private long size;
    private long segmentBytes;
    /** The number of segments whose depth is the directory's. */
    private int deepestSegments;
    /** An upper bound of the slots of the longest segment. */
    private int maxSlots;

    // Where the last find() succeeded.
    private int foundEntry;
    private int foundSlot;

    /** Creates an empty table of records in an arena. */
    protected RecordTable(Arena arena) {
        this(arena, MAX_SEGMENT_ENTRIES, MAX_UNSHIFTED_DEPTH);
    }

    /** Creates a table with other limits, so that tests reach all of them with few records. */
    RecordTable(Arena arena, int maxSegmentEntries, int maxUnshiftedDepth) {
        if (maxUnshiftedDepth < SHIFT_STEP) {
            throw new IllegalArgumentException("a tag must have the bit by which its segment splits");
        }
        this.arena = arena;
        this.maxSegmentEntries = maxSegmentEntries;
        this.maxUnshiftedDepth = maxUnshiftedDepth;
        segments = new long[1][];
        shapes = new int[1];
        install(0, 0, 0, NO_ENTRIES, 0, 0);
        deepestSegments = 1;
    }

    /** Tells whether the record at {@code offset} of {@code chunk} has this key. */
    protected abstract boolean keyEquals(byte[] chunk, int offset, byte[] key, int keyOffset, int keyLength);

    /** Returns the hash of the key of the record at {@code offset} of {@code chunk}. Needed in very large tables only. */
    protected abstract long hashAt(byte[] chunk, int offset);

    /**
     * Returns the address of the record with a key, or {@link Arena#NULL}. Until the next change of the table, {@link
     * #replaceFound} and {@link #removeFound} apply to the record returned.
     */
    public final long find(long hash, byte[] key, int keyOffset, int keyLength) {
        int entry = entryOf(hash);
        int shape = shapes[entry];
        long[] segment = segments[entry];
        long tag = tagOf(hash, shape);
        int index = home(tag, shape);
        long slot = segment[index];
        while (slot != 0 && Long.compareUnsigned(slot, tag) < 0) {
            slot = segment[++index];
        }
        while (slot != 0 && (slot & TAG_MASK) == tag) {
            long address = slot & ADDRESS_MASK;
            if (keyEquals(arena.chunk(address), arena.offset(address), key, keyOffset, keyLength)) {
                foundEntry = entry;
                foundSlot = index;
                return address;
            }
            slot = segment[++index];
        }
        foundSlot = 0;
        return Arena.NULL;
    }

    /** Adds a record. Its key must not be in the table, as {@link #find} tells. */
    public final void insert(long hash, long address) {
        int entry = entryOf(hash);
        int shape = shapes[entry];
        long[] segment = segments[entry];
        long tag = tagOf(hash, shape);
        int index = home(tag, shape);
        long slot = segment[index];
        while (slot != 0 && Long.compareUnsigned(slot, tag) < 0) {
            slot = segment[++index];
        }
        int end = index;
        while (slot != 0) {
            slot = segment[++end];
        }
        if (end == segment.length - 1 || segment[COUNT] >= maxEntries(shape)) {
            makeRoom(entry);
            insert(hash, address);
            return;
        }
        System.arraycopy(segment, index, segment, index + 1, end - index);
        segment[index] = tag | address;
        segment[COUNT]++;
        size++;
        foundSlot = 0;
    }

    /** Lets the record that the last {@link #find} returned be at another address. */
    public final void replaceFound(long newAddress) {
        requireFound();
        long[] segment = segments[foundEntry];
        segment[foundSlot] = (segment[foundSlot] & TAG_MASK) | newAddress;
    }

    /** Removes the record that the last {@link #find} returned. */
    public final void removeFound() {
        requireFound();
        removeAt(foundEntry, foundSlot);
    }

    /**
     * Lets a record be at another address.
     *
     * @throws IllegalStateException when the table has no record with this hash at the old address
     */
    public final void replace(long hash, long oldAddress, long newAddress) {
        int entry = entryOf(hash);
        int index = locate(entry, hash, oldAddress);
        long[] segment = segments[entry];
        segment[index] = (segment[index] & TAG_MASK) | newAddress;
    }

    /**
     * Removes a record.
     *
     * @throws IllegalStateException when the table has no record with this hash at the address
     */
    public final void remove(long hash, long address) {
        int entry = entryOf(hash);
        removeAt(entry, locate(entry, hash, address));
    }

    /** Returns the number of records. */
    public final long size() {
        return size;
    }

    /** Returns the bytes that the table holds beside the records, for references of four bytes. */
    public final long memoryBytes() {
        long entries = segments.length;
        return segmentBytes + 2 * ARRAY_HEADER_BYTES + entries * (REFERENCE_BYTES + Integer.BYTES);
    }

    /**
     * Visits a part of the table: whole hash positions from the cursor on, in the order of hashes, until at least {@code
     * count} records were visited or none is left. A record that is in the table from the first call, with cursor 0, to
     * the last one, which returns 0, is visited at least once, however the table changes between the calls.
     *
     * @param cursor 0 to start, or what the previous call returned; any other number of at least 0 is harmless
     * @return the cursor of the next call, or 0 at the end
     */
    public final long scan(long cursor, int count, Visitor visitor) {
        long position = cursor << 1;
        long visited = 0;
        while (true) {
            int entry = entryOf(position);
            int shape = shapes[entry];
            long[] segment = segments[entry];
            long tag = tagOf(position, shape);
            int index = home(tag, shape);
            while (segment[index] != 0 && Long.compareUnsigned(segment[index], tag) < 0) {
                index++;
            }
            for (; index < segment.length; index++) {
                long slot = segment[index];
                if (slot != 0) {
                    if (visited >= count && (slot & TAG_MASK) != tag) {
                        return positionOf(slot, position, shape) >>> 1;
                    }
                    tag = slot & TAG_MASK;
                    visited++;
                    visitor.visit(slot & ADDRESS_MASK);
                }
            }
            int depth = depth(shape);
            if (depth == 0) {
                return 0;
            }
            position = ((position >>> -depth) + 1) << -depth;
            if (position == 0) {
                return 0;
            }
            if (visited >= count) {
                return position >>> 1;
            }
        }
    }

    /**
     * Returns the address of a record drawn at random, each with the same probability, or {@link Arena#NULL} when the
     * table is empty. Takes a few attempts on average, more after hashes that begin alike.
     */
    public final long randomAddress(RandomGenerator random) {
        if (size == 0) {
            return Arena.NULL;
        }
        // A slot of any segment is hit with the same probability: a segment that stands in several entries of the
        // directory counts in the first one only, and slots beyond its end count as empty.
        for (int attempts = 1; ; attempts++) {
            int entry = random.nextInt(segments.length);
            long[] segment = segments[entry];
            int index = random.nextInt(maxSlots) + FIRST_SLOT;
            boolean first = firstEntry(entry) == entry;
            if (first && index < segment.length && segment[index] != 0) {
                return segment[index] & ADDRESS_MASK;
            }
            if (attempts % 256 == 0) {
                measureMaxSlots();
            }
        }
    }

    /** Visits all records in the order of their hashes. */
    public final void forEach(Visitor visitor) {
        for (int entry = 0; entry < segments.length; entry += entriesOf(entry)) {
            long[] segment = segments[entry];
            for (int index = FIRST_SLOT; index < segment.length; index++) {
                if (segment[index] != 0) {
                    visitor.visit(segment[index] & ADDRESS_MASK);
                }
            }
        }
    }

    /** Removes all records from the table; they stay in the arena. */
    public final void clear() {
        directoryDepth = 0;
        segments = new long[1][];
        shapes = new int[1];
        size = 0;
        segmentBytes = 0;
        maxSlots = 0;
        foundSlot = 0;
        install(0, 0, 0, NO_ENTRIES, 0, 0);
        deepestSegments = 1;
    }

    /** What {@link #scan} and {@link #forEach} do with a record. Must not change the table. */
    public interface Visitor {
        /** Takes the address of a record. */
        void visit(long address);
    }

    private void requireFound() {
        if (foundSlot == 0) {
            throw new IllegalStateException("the last find() found nothing, or the table has changed since");
        }
    }

    private int locate(int entry, long hash, long address) {
        int shape = shapes[entry];
        long[] segment = segments[entry];
        long tag = tagOf(hash, shape);
        long wanted = tag | address;
        int index = home(tag, shape);
        while (segment[index] != 0 && Long.compareUnsigned(segment[index], tag) < 0) {
            index++;
        }
        while (segment[index] != wanted) {
            if (segment[index] == 0 || (segment[index] & TAG_MASK) != tag) {
                throw new IllegalStateException("no record with hash " + hash + " at address " + address);
            }
            index++;
        }
        return index;
    }

    private void removeAt(int entry, int index) {
        int shape = shapes[entry];
        long[] segment = segments[entry];
        int end = index + 1;
        while (segment[end] != 0 && home(segment[end], shape) < end) {
            end++;
        }
        System.arraycopy(segment, index + 1, segment, index, end - index - 1);
        segment[end - 1] = 0;
        segment[COUNT]--;
        size--;
        foundSlot = 0;
        if (size == 0 && directoryDepth > 0) {
            clear();
        } else if (segment[COUNT] < minEntries(shape)) {
            shrink(entry);
        }
    }

    // The directory.

    private int entryOf(long hash) {
        // The first shift alone would be one by 64, hence by none, for a directory of one entry.
        return (int) (hash >>> 1 >>> (63 - directoryDepth));
    }

    private int entriesOf(int entry) {
        return 1 << (directoryDepth - depth(shapes[entry]));
    }

    private int firstEntry(int entry) {
        return entry & -entriesOf(entry);
    }

    private void doubleDirectory() {
        int length = segments.length;
        long[][] doubledSegments = new long[length * 2][];
        int[] doubledShapes = new int[length * 2];
        for (int entry = 0; entry < length; entry++) {
            doubledSegments[2 * entry] = segments[entry];
            doubledSegments[2 * entry + 1] = segments[entry];
            doubledShapes[2 * entry] = shapes[entry];
            doubledShapes[2 * entry + 1] = shapes[entry];
        }
        segments = doubledSegments;
        shapes = doubledShapes;
        directoryDepth++;
    }

    private void halveDirectory() {
        int length = segments.length / 2;
        long[][] halvedSegments = new long[length][];
        int[] halvedShapes = new int[length];
        directoryDepth--;
        for (int entry = 0; entry < length; entry++) {
            halvedSegments[entry] = segments[2 * entry];
            halvedShapes[entry] = shapes[2 * entry];
            if (depth(halvedShapes[entry]) == directoryDepth) {
                deepestSegments++;
            }
        }
        segments = halvedSegments;
        shapes = halvedShapes;
    }

    private boolean mayDoubleDirectory() {
        return directoryDepth < MAX_DEPTH
                && size * MAX_DIRECTORY_ENTRIES_PER_FULL_SEGMENT >= (long) maxSegmentEntries << (directoryDepth + 1);
    }

    // Growing, splitting, shrinking and merging.

    private void makeRoom(int entry) {
        int shape = shapes[entry];
        long[] segment = segments[entry];
        int depth = depth(shape);
        if (segment[COUNT] >= maxSegmentEntries && (depth < directoryDepth || mayDoubleDirectory())) {
            split(entry);
        } else {
            rebuild(firstEntry(entry));
        }
    }

    /** Gives a segment the capacity that befits its number of entries. */
    private void rebuild(int firstEntry) {
        int shape = shapes[firstEntry];
        long[] entries = gather(segments[firstEntry]);
        discard(firstEntry);
        install(firstEntry, depth(shape), tagShift(shape), entries, 0, entries.length);
    }

    private void split(int fullEntry) {
        int shape = shapes[fullEntry];
        int depth = depth(shape) + 1;
        long[] entries = gather(segments[fullEntry]);
        int entry = firstEntry(fullEntry);
        if (depth > directoryDepth) {
            doubleDirectory();
            deepestSegments = 0;
            entry *= 2;
        }
        int tagShift = tagShiftAt(depth);
        if (tagShift != tagShift(shape)) {
            readTags(entries, tagShift);
        }
        long upperHalf = 1L << (63 - (depth - 1 - tagShift));
        int middle = 0;
        while (middle < entries.length && (entries[middle] & upperHalf) == 0) {
            middle++;
        }
        discard(entry);
        int half = 1 << (directoryDepth - depth);
        install(entry, depth, tagShift, entries, 0, middle);
        install(entry + half, depth, tagShift, entries, middle, entries.length);
        if (depth == directoryDepth) {
            deepestSegments += 2;
        }
    }

    private void shrink(int sparseEntry) {
        int shape = shapes[sparseEntry];
        int depth = depth(shape);
        int entry = firstEntry(sparseEntry);
        if (depth > 0) {
            int buddy = entry ^ (1 << (directoryDepth - depth));
            if (depth(shapes[buddy]) == depth
                    && segments[entry][COUNT] + segments[buddy][COUNT] <= maxSegmentEntries / 2) {
                merge(Math.min(entry, buddy), Math.max(entry, buddy), depth - 1);
                return;
            }
        }
        rebuild(entry);
    }

    private void merge(int lower, int upper, int depth) {
        int lowerShape = shapes[lower];
        int tagShift = tagShiftAt(depth);
        long[] lowerEntries = gather(segments[lower]);
        long[] upperEntries = gather(segments[upper]);
        long[] entries = Arrays.copyOf(lowerEntries, lowerEntries.length + upperEntries.length);
        System.arraycopy(upperEntries, 0, entries, lowerEntries.length, upperEntries.length);
        if (tagShift != tagShift(lowerShape)) {
            // The bits that the old tags left out are those of the entry's place in the directory.
            long prefix = (long) lower << (Long.SIZE - directoryDepth);
            for (int i = 0; i < entries.length; i++) {
                long position = positionOf(entries[i], prefix, lowerShape);
                entries[i] = ((position << tagShift) & TAG_MASK) | (entries[i] & ADDRESS_MASK);
            }
        }
        discard(upper);
        discard(lower);
        install(lower, depth, tagShift, entries, 0, entries.length);
        if (depth + 1 == directoryDepth) {
            deepestSegments -= 2;
            while (deepestSegments == 0 && directoryDepth > 0) {
                halveDirectory();
            }
        }
    }

    private void readTags(long[] entries, int tagShift) {
        for (int i = 0; i < entries.length; i++) {
            long address = entries[i] & ADDRESS_MASK;
            long hash = hashAt(arena.chunk(address), arena.offset(address));
            entries[i] = ((hash << tagShift) & TAG_MASK) | address;
        }
        sortUnsigned(entries);
    }

    private static void sortUnsigned(long[] entries) {
        for (int i = 0; i < entries.length; i++) {
            entries[i] ^= Long.MIN_VALUE;
        }
        Arrays.sort(entries);
        for (int i = 0; i < entries.length; i++) {
            entries[i] ^= Long.MIN_VALUE;
        }
    }

    private static long[] gather(long[] segment) {
        long[] entries = new long[(int) segment[COUNT]];
        int count = 0;
        for (int index = FIRST_SLOT; count < entries.length; index++) {
            if (segment[index] != 0) {
                entries[count++] = segment[index];
            }
        }
        return entries;
    }

    /** Takes the segment at an entry out of the accounts, before others take its place. */
    private void discard(int entry) {
        segmentBytes -= bytesOf(segments[entry]);
    }

    /** Makes a segment of sorted entries and puts it in the place that its first directory entry and depth determine. */
    private void install(int entry, int depth, int tagShift, long[] entries, int from, int to) {
        int count = to - from;
        int capacity = Math.min(MAX_CAPACITY, Math.max(MIN_CAPACITY, count + (count >> 3) + (count >> 4) + 2));
        int shape = capacity << CAPACITY_SHIFT | tagShift << DEPTH_BITS | depth;
        int end = FIRST_SLOT;
        for (int i = from; i < to; i++) {
            end = Math.max(end, home(entries[i], shape)) + 1;
        }
        int room = 2 + Math.min(capacity >> 3, 8 + (capacity >> 6));
        int length = Math.max(FIRST_SLOT + capacity + room, end + room / 2 + 1) + 1;
        long[] segment = new long[length];
        segment[COUNT] = count;
        int index = FIRST_SLOT;
        for (int i = from; i < to; i++) {
            index = Math.max(index, home(entries[i], shape));
            segment[index++] = entries[i];
        }
        int copies = 1 << (directoryDepth - depth);
        Arrays.fill(segments, entry, entry + copies, segment);
        Arrays.fill(shapes, entry, entry + copies, shape);
        segmentBytes += bytesOf(segment);
        maxSlots = Math.max(maxSlots, length - FIRST_SLOT);
    }

    private void measureMaxSlots() {
        maxSlots = 0;
        for (int entry = 0; entry < segments.length; entry += entriesOf(entry)) {
            maxSlots = Math.max(maxSlots, segments[entry].length - FIRST_SLOT);
        }
    }

    private int tagShiftAt(int depth) {
        int excess = depth - maxUnshiftedDepth;
        return excess <= 0 ? 0 : (excess + SHIFT_STEP - 1) / SHIFT_STEP * SHIFT_STEP;
    }

    // Shapes and positions.

    private static int depth(int shape) {
        return shape & SHAPE_MASK;
    }

    private static int tagShift(int shape) {
        return shape >>> DEPTH_BITS & SHAPE_MASK;
    }

    private static int capacity(int shape) {
        return shape >>> CAPACITY_SHIFT;
    }

    private static long tagOf(long hash, int shape) {
        return (hash << tagShift(shape)) & TAG_MASK;
    }

    /** Returns the number of entries from which on a segment grows. */
    private static int maxEntries(int shape) {
        int capacity = capacity(shape);
        return capacity == MAX_CAPACITY ? Integer.MAX_VALUE : capacity - (capacity >> 4) - (capacity >> 5);
    }

    /** Returns the number of entries below which a segment shrinks. */
    private static int minEntries(int shape) {
        int capacity = capacity(shape);
        return capacity == MIN_CAPACITY ? 0 : (capacity >> 1) + (capacity >> 3);
    }

    /** Returns the index in a segment from which on an entry with the tag of {@code slot} may stand. */
    private static int home(long slot, int shape) {
        long fraction = (slot & TAG_MASK) << (depth(shape) - tagShift(shape)) >>> 32;
        return FIRST_SLOT + (int) ((fraction * capacity(shape)) >>> 32);
    }

    /** Returns the hash prefix of an entry, its first bits taken from another position in the same segment. */
    private static long positionOf(long slot, long neighbour, int shape) {
        int tagShift = tagShift(shape);
        return (neighbour & ~(-1L >>> tagShift)) | ((slot & TAG_MASK) >>> tagShift);
    }

    private static long bytesOf(long[] segment) {
        return ARRAY_HEADER_BYTES + (long) Long.BYTES * segment.length;
    }
}
