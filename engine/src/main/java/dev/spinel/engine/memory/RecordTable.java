package dev.spinel.engine.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A hash table of the records of an {@link Arena}, ordered by hash. It holds addresses only; a subclass knows where a
 * record keeps its key. About ten bytes per record, at any size.
 *
 * <p>Engine thread only. Finding, inserting and removing take constant time, and no insertion or removal touches more
 * than about two thousand entries; only the directory, twenty bytes per thousand records, is copied when it doubles. The
 * table neither allocates nor frees records; its own segments stand in the arena too, until {@link #clear}. Keys with
 * equal hashes are allowed, but cost a comparison each.
 */
public abstract class RecordTable {
    /*
     * Extendible hashing (Fagin, Nievergelt, Pippenger, Strong, 1979): the first bits of the hash select an entry of the
     * directory, which names a segment. A segment has a depth, the number of hash bits that all its records share, and
     * stands in 2^(directoryDepth - depth) neighbouring entries. A full segment splits in two; no other segment moves.
     *
     * A segment is a block of longs in the arena: the numbers of its entries and of its longs, then slots. An entry has the
     * tag of a record, which is 27 bits of its hash, its address, and between them a bit for cuts, see below; a slot
     * without entry is 0, and the last one always is.
     *
     *   segment  | length: 32 bits, count: 32 bits | slot 0 | slot 1 | ... | slot capacity - 1 | room for entries pushed beyond | 0 |
     *   slot     | tag: 27 bits | taken: 1 bit | address: 36 bits |
     *   shape    | capacity: 20 bits | tag shift: 6 bits | depth: 6 bits |     one int per entry of the directory
     *
     * Within a segment entries are in the order of their tags, each at its home or behind it without a gap (ordered
     * linear probing: Amble and Knuth, 1974). The home is the tag, without the bits that the depth covers, scaled to
     * the capacity. Hence the order of all entries is the order of hashes whatever the capacities and depths are, which
     * makes a scan cursor a mere hash prefix, and growing, splitting and merging a copy from left to right. A search for
     * an absent key ends at the first greater tag, as early as one that succeeds.
     *
     * Segments are not Java arrays, because growing leaves so many behind that they would survive into the old
     * generation: at 2 million records the dead ones took more memory than table and records together.
     *
     * As the order allows any capacity, a segment grows by a size class of the arena instead of doubling, so that a
     * record costs less than 11 bytes at whatever size from a thousand records on. With powers of two it would be two thirds on average, and worse at
     * unlucky sizes, because all segments fill at the same pace. The shape is kept beside the reference to the segment,
     * so that the home is known before the segment is: the processor then waits for its slots only once.
     *
     * Tags start with the first bit of the hash, and splitting needs nothing but them, as long as enough bits remain
     * below the depth. Beyond depth 16 (50 million records) tags are those 27 bits that follow the first 8, beyond 24
     * the first 16: this is the tag shift. Only the split that changes it has to ask the records for their hashes.
     *
     * When many hashes begin alike, splitting does not help, and the directory must not grow to separate them: it may
     * double only while there are enough records for its size. Until then a segment grows as far as it must.
     *
     * A cut is the set of the records that are in the table at one moment, visited piece by piece while the table goes on
     * changing. As the walk follows the order of hashes, a position splits the table: records below it are done with.
     * Above it, the bit in its slot marks a record that does not belong to the walk any more, because it was added after
     * the cut, or because its owner asked for it before changing it. The walk clears the bits that it meets, so that
     * none is left when it ends. It thus costs no memory and, without a cut, an insertion one comparison.
     */

    private static final int ADDRESS_BITS = Arena.ADDRESS_BITS;
    private static final long ADDRESS_MASK = (1L << ADDRESS_BITS) - 1;
    private static final long TAKEN = 1L << ADDRESS_BITS;
    private static final long TAG_MASK = ~(ADDRESS_MASK | TAKEN);

    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final int HEAD = 0;
    private static final int FIRST_SLOT = 1;

    private static final int DEPTH_BITS = 6;
    private static final int SHAPE_MASK = (1 << DEPTH_BITS) - 1;
    private static final int CAPACITY_SHIFT = 2 * DEPTH_BITS;
    private static final int MAX_CAPACITY = (1 << 20) - 1;
    private static final int MIN_CAPACITY = 4;

    /** The segment of an empty part of the table: no room, one slot that ends every search. Never written. */
    private static final byte[] EMPTY_SEGMENT = emptySegment();

    private static final int EMPTY_CAPACITY = 1;

    private static final int MAX_SEGMENT_ENTRIES = 900;
    private static final long MAX_RESERVED_RECORDS = 1 << 22;
    private static final int MAX_UNSHIFTED_DEPTH = 16;
    private static final int SHIFT_STEP = 8;
    private static final int MAX_DEPTH = 28;
    /** The directory has at most this many entries for each segment that is full. */
    private static final int MAX_DIRECTORY_ENTRIES_PER_FULL_SEGMENT = 16;

    private static final int ARRAY_HEADER_BYTES = 16;
    private static final int DIRECTORY_ENTRY_BYTES = 4 + Integer.BYTES + Long.BYTES + Integer.BYTES;
    private static final int DIRECTORY_ARRAYS = 4;

    private final Arena arena;
    private final int maxSegmentEntries;
    private final int maxUnshiftedDepth;

    private int directoryDepth;
    // The directory: per entry the array of the segment, its place there, its address for the arena, and its shape.
    private byte[][] arrays;
    private int[] bases;
    private long[] addresses;
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
    /** Entries of the directory whose segments {@link #drain} has freed. */
    private int drainedEntries;

    /** Whether a cut is being visited, and the hash from which on it was not yet. */
    private boolean cut;

    private long cutPosition;

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
        arrays = new byte[1][];
        bases = new int[1];
        addresses = new long[1];
        shapes = new int[1];
        reset();
    }

    private static byte[] emptySegment() {
        byte[] segment = new byte[(FIRST_SLOT + 1) * Long.BYTES];
        LONGS.set(segment, 0, head(0, FIRST_SLOT + 1));
        return segment;
    }

    private void reset() {
        drainedEntries = 0;
        directoryDepth = 0;
        arrays = new byte[1][];
        bases = new int[1];
        addresses = new long[1];
        shapes = new int[1];
        size = 0;
        segmentBytes = 0;
        maxSlots = 0;
        foundSlot = 0;
        install(0, 0, FIRST_SLOT + 1, Arena.NULL, EMPTY_CAPACITY << CAPACITY_SHIFT);
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
        byte[] array = arrays[entry];
        int base = bases[entry];
        long tag = tagOf(hash, shape);
        int index = home(tag, shape);
        long slot = word(array, base, index);
        while (slot != 0 && Long.compareUnsigned(slot, tag) < 0) {
            slot = word(array, base, ++index);
        }
        while (slot != 0 && (slot & TAG_MASK) == tag) {
            long address = slot & ADDRESS_MASK;
            if (keyEquals(arena.chunk(address), arena.offset(address), key, keyOffset, keyLength)) {
                foundEntry = entry;
                foundSlot = index;
                return address;
            }
            slot = word(array, base, ++index);
        }
        foundSlot = 0;
        return Arena.NULL;
    }

    /**
     * Makes an empty table as large as so many records need, so that adding them moves none; they may be more or fewer. Up
     * to 40 MB are taken.
     */
    public final void reserve(long records) {
        long expected = Math.min(records, MAX_RESERVED_RECORDS);
        if (size > 0 || expected <= maxSegmentEntries) {
            return;
        }
        clear();
        while (expected >>> directoryDepth > maxSegmentEntries * 3L / 4) {
            doubleDirectory();
        }
        deepestSegments = shapes.length;
        int perSegment = (int) (expected >>> directoryDepth);
        // The number of records in a segment varies with the square root of the mean.
        int room = (int) (perSegment + 3 * Math.sqrt(perSegment));
        for (int entry = 0; entry < shapes.length; entry++) {
            build(entry, directoryDepth, tagShiftAt(directoryDepth), new long[0], 0, 0, room);
        }
    }

    /** Gives back what {@link #reserve} took for records that did not come. */
    public final void trim() {
        for (int entry = 0; entry < shapes.length; entry += entriesOf(entry)) {
            if (countAt(entry) < minEntries(shapes[entry])) {
                rebuild(entry, 0);
            }
        }
        measureMaxSlots();
    }

    /** Adds a record. Its key must not be in the table, as {@link #find} tells. */
    public final void insert(long hash, long address) {
        int entry = entryOf(hash);
        int shape = shapes[entry];
        byte[] array = arrays[entry];
        int base = bases[entry];
        long tag = tagOf(hash, shape);
        int index = home(tag, shape);
        long slot = word(array, base, index);
        while (slot != 0 && Long.compareUnsigned(slot, tag) < 0) {
            slot = word(array, base, ++index);
        }
        int end = index;
        while (slot != 0) {
            slot = word(array, base, ++end);
        }
        long head = word(array, base, HEAD);
        if (end == length(head) - 1 || count(head) >= maxEntries(shape)) {
            makeRoom(entry);
            insert(hash, address);
            return;
        }
        move(array, base, index, index + 1, end - index);
        word(array, base, index, isAheadOfCut(hash) ? tag | TAKEN | address : tag | address);
        word(array, base, HEAD, head + 1);
        size++;
        foundSlot = 0;
    }

    /** Lets the record that the last {@link #find} returned be at another address. */
    public final void replaceFound(long newAddress) {
        requireFound();
        relocate(foundEntry, foundSlot, newAddress);
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
        relocate(entry, locate(entry, hash, oldAddress), newAddress);
    }

    private void relocate(int entry, int index, long newAddress) {
        byte[] array = arrays[entry];
        int base = bases[entry];
        word(array, base, index, (word(array, base, index) & ~ADDRESS_MASK) | newAddress);
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

    /** Returns the bytes of the directory on the Java heap, for references of four bytes. */
    public final long directoryBytes() {
        return (long) DIRECTORY_ARRAYS * ARRAY_HEADER_BYTES + (long) shapes.length * DIRECTORY_ENTRY_BYTES;
    }

    /** Returns the bytes that the table holds beside the records, on the heap and in the arena. */
    public final long memoryBytes() {
        return directoryBytes() + segmentBytes;
    }

    /** Returns the bytes of the segments in the arena, which counts them as used. */
    public final long segmentBytes() {
        return segmentBytes;
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
        return walk(cursor << 1, count, visitor, false) >>> 1;
    }

    /**
     * Starts a cut: the records that are in the table now are what {@link #advanceCut} and {@link #takeFromCut} give,
     * each once, whatever becomes of them.
     *
     * @throws IllegalStateException if the one before has not ended
     */
    public final void startCut() {
        if (cut) {
            throw new IllegalStateException("the cut before has not been visited to its end");
        }
        cut = size > 0;
        cutPosition = 0;
    }

    /** Whether records of a cut are left. */
    public final boolean isCut() {
        return cut;
    }

    /**
     * Visits the next records of the cut as they are now: whole hash positions until at least {@code count} records were
     * passed.
     *
     * @return whether none is left
     */
    public final boolean advanceCut(int count, Visitor visitor) {
        if (cut) {
            cutPosition = walk(cutPosition, count, visitor, true);
            cut = cutPosition != 0;
        }
        return !cut;
    }

    /**
     * Takes a record that is about to change, to move or to be removed out of the cut. O(1).
     *
     * @return whether it belonged to what is left of the cut; the caller then treats it as visited
     */
    public final boolean takeFromCut(long hash, long address) {
        if (!isAheadOfCut(hash)) {
            return false;
        }
        int entry = entryOf(hash);
        int index = locate(entry, hash, address);
        byte[] array = arrays[entry];
        int base = bases[entry];
        long slot = word(array, base, index);
        word(array, base, index, slot | TAKEN);
        return (slot & TAKEN) == 0;
    }

    private boolean isAheadOfCut(long hash) {
        return cut && Long.compareUnsigned(hash, cutPosition) >= 0;
    }

    /**
     * Visits whole hash positions from one on until at least {@code count} records were passed; with a cut, only those
     * that are not taken, and clears the bits of the others.
     *
     * @return the position to go on from, or 0 at the end
     */
    private long walk(long from, int count, Visitor visitor, boolean ofCut) {
        long position = from;
        long visited = 0;
        while (true) {
            int entry = entryOf(position);
            int shape = shapes[entry];
            byte[] array = arrays[entry];
            int base = bases[entry];
            int length = length(word(array, base, HEAD));
            long tag = tagOf(position, shape);
            int index = firstNotBelow(array, base, tag, shape);
            for (; index < length; index++) {
                long slot = word(array, base, index);
                if (slot != 0) {
                    if (visited >= count && (slot & TAG_MASK) != tag) {
                        return positionOf(slot, position, shape);
                    }
                    tag = slot & TAG_MASK;
                    visited++;
                    if (ofCut && (slot & TAKEN) != 0) {
                        word(array, base, index, slot & ~TAKEN);
                    } else {
                        visitor.visit(slot & ADDRESS_MASK);
                    }
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
                return position;
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
            int entry = random.nextInt(shapes.length);
            int index = random.nextInt(maxSlots) + FIRST_SLOT;
            if (firstEntry(entry) == entry && index < lengthAt(entry)) {
                long slot = word(arrays[entry], bases[entry], index);
                if (slot != 0) {
                    return slot & ADDRESS_MASK;
                }
            }
            if (attempts % 256 == 0) {
                measureMaxSlots();
            }
        }
    }

    /** Visits all records in the order of their hashes. */
    public final void forEach(Visitor visitor) {
        for (int entry = 0; entry < shapes.length; entry += entriesOf(entry)) {
            int end = lengthAt(entry);
            for (int index = FIRST_SLOT; index < end; index++) {
                long slot = word(arrays[entry], bases[entry], index);
                if (slot != 0) {
                    visitor.visit(slot & ADDRESS_MASK);
                }
            }
        }
    }

    /** Removes all records from the table and frees its segments; the records stay in the arena. */
    public final void clear() {
        for (int entry = 0; entry < shapes.length; entry += entriesOf(entry)) {
            discard(addresses[entry], lengthAt(entry));
        }
        reset();
    }

    /**
     * Visits the records of the first segment that has not been drained and frees it, as the first of many steps to empty
     * a table piece by piece. Until the last step has answered true, the table must not be used otherwise. O(records of a
     * segment).
     *
     * @return whether the table is empty now
     */
    public final boolean drain(Visitor visitor) {
        int end = lengthAt(drainedEntries);
        for (int index = FIRST_SLOT; index < end; index++) {
            long slot = word(arrays[drainedEntries], bases[drainedEntries], index);
            if (slot != 0) {
                visitor.visit(slot & ADDRESS_MASK);
            }
        }
        int entries = entriesOf(drainedEntries);
        discard(addresses[drainedEntries], end);
        drainedEntries += entries;
        if (drainedEntries < shapes.length) {
            return false;
        }
        reset();
        return true;
    }

    /**
     * Moves a segment and its records out of the slabs that the arena wants to run empty.
     *
     * @param position 0 to start, or what the previous call returned
     * @param mover called for each record in such a slab
     * @return the position of the next call, or 0 at the end
     */
    public final long evacuate(long position, Mover mover) {
        int entry = firstEntry(entryOf(position));
        int shape = shapes[entry];
        int length = lengthAt(entry);
        if (addresses[entry] != Arena.NULL && arena.isEvacuated(addresses[entry])) {
            long address = arena.evacuate(addresses[entry], length * Long.BYTES);
            install(entry, depth(shape), length, address, shape);
        }
        for (int index = FIRST_SLOT; index < length; index++) {
            long slot = word(arrays[entry], bases[entry], index);
            if (slot != 0 && arena.isEvacuated(slot & ADDRESS_MASK)) {
                relocate(entry, index, mover.move(slot & ADDRESS_MASK));
            }
        }
        foundSlot = 0;
        return depth(shape) == 0 ? 0 : ((position >>> -depth(shape)) + 1) << -depth(shape);
    }

    /** What {@link #evacuate} has done with a record. */
    public interface Mover {
        /** Moves a record; returns its new address, or the same one if it stays. */
        long move(long address);
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
        byte[] array = arrays[entry];
        int base = bases[entry];
        long tag = tagOf(hash, shape);
        int index = firstNotBelow(array, base, tag, shape);
        long slot = word(array, base, index);
        while ((slot & ~TAKEN) != (tag | address)) {
            if (slot == 0 || (slot & TAG_MASK) != tag) {
                throw new IllegalStateException("no record with hash " + hash + " at address " + address);
            }
            slot = word(array, base, ++index);
        }
        return index;
    }

    /** Returns the index of the first entry whose tag is not below a tag, or of the free slot that ends the search. */
    private static int firstNotBelow(byte[] array, int base, long tag, int shape) {
        int index = home(tag, shape);
        long slot = word(array, base, index);
        while (slot != 0 && Long.compareUnsigned(slot, tag) < 0) {
            slot = word(array, base, ++index);
        }
        return index;
    }

    private void removeAt(int entry, int index) {
        int shape = shapes[entry];
        byte[] array = arrays[entry];
        int base = bases[entry];
        int end = index + 1;
        long slot = word(array, base, end);
        while (slot != 0 && home(slot, shape) < end) {
            slot = word(array, base, ++end);
        }
        move(array, base, index + 1, index, end - index - 1);
        word(array, base, end - 1, 0);
        long head = word(array, base, HEAD) - 1;
        word(array, base, HEAD, head);
        size--;
        foundSlot = 0;
        if (size == 0) {
            clear();
        } else if (count(head) < minEntries(shape)) {
            shrink(entry);
        }
    }

    // Segments.

    private static long word(byte[] array, int base, int index) {
        return (long) LONGS.get(array, base + (index << 3));
    }

    private static void word(byte[] array, int base, int index, long value) {
        LONGS.set(array, base + (index << 3), value);
    }

    private static void move(byte[] array, int base, int from, int to, int words) {
        System.arraycopy(array, base + (from << 3), array, base + (to << 3), words << 3);
    }

    private static long head(int count, int length) {
        return (long) length << 32 | count;
    }

    private static int count(long head) {
        return (int) head;
    }

    private static int length(long head) {
        return (int) (head >>> 32);
    }

    private int countAt(int entry) {
        return count(word(arrays[entry], bases[entry], HEAD));
    }

    private int lengthAt(int entry) {
        return length(word(arrays[entry], bases[entry], HEAD));
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
        resizeDirectory(shapes.length * 2);
        directoryDepth++;
    }

    private void halveDirectory() {
        resizeDirectory(shapes.length / 2);
        directoryDepth--;
        for (int shape : shapes) {
            if (depth(shape) == directoryDepth) {
                deepestSegments++;
            }
        }
    }

    private void resizeDirectory(int length) {
        byte[][] newArrays = new byte[length][];
        int[] newBases = new int[length];
        long[] newAddresses = new long[length];
        int[] newShapes = new int[length];
        for (int entry = 0; entry < length; entry++) {
            int old = (int) ((long) entry * shapes.length / length);
            newArrays[entry] = arrays[old];
            newBases[entry] = bases[old];
            newAddresses[entry] = addresses[old];
            newShapes[entry] = shapes[old];
        }
        arrays = newArrays;
        bases = newBases;
        addresses = newAddresses;
        shapes = newShapes;
    }

    private boolean mayDoubleDirectory() {
        return directoryDepth < MAX_DEPTH
                && size * MAX_DIRECTORY_ENTRIES_PER_FULL_SEGMENT >= (long) maxSegmentEntries << (directoryDepth + 1);
    }

    // Growing, splitting, shrinking and merging.

    private void makeRoom(int entry) {
        int depth = depth(shapes[entry]);
        if (countAt(entry) >= maxSegmentEntries && (depth < directoryDepth || mayDoubleDirectory())) {
            split(entry);
        } else {
            rebuild(firstEntry(entry), 1);
        }
    }

    /** Gives a segment the capacity that befits its number of entries and so many more. */
    private void rebuild(int firstEntry, int more) {
        int shape = shapes[firstEntry];
        long[] entries = gather(firstEntry);
        long old = addresses[firstEntry];
        int oldLength = lengthAt(firstEntry);
        build(firstEntry, depth(shape), tagShift(shape), entries, 0, entries.length, more);
        discard(old, oldLength);
    }

    private void split(int fullEntry) {
        int shape = shapes[fullEntry];
        int depth = depth(shape) + 1;
        long[] entries = gather(fullEntry);
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
        discard(addresses[entry], lengthAt(entry));
        int half = 1 << (directoryDepth - depth);
        build(entry, depth, tagShift, entries, 0, middle, 0);
        build(entry + half, depth, tagShift, entries, middle, entries.length, 0);
        if (depth == directoryDepth) {
            deepestSegments += 2;
        }
    }

    private void shrink(int sparseEntry) {
        int depth = depth(shapes[sparseEntry]);
        int entry = firstEntry(sparseEntry);
        if (depth > 0) {
            int buddy = entry ^ (1 << (directoryDepth - depth));
            if (depth(shapes[buddy]) == depth && countAt(entry) + countAt(buddy) <= maxSegmentEntries / 2) {
                merge(Math.min(entry, buddy), Math.max(entry, buddy), depth - 1);
                return;
            }
        }
        rebuild(entry, 0);
    }

    private void merge(int lower, int upper, int depth) {
        int lowerShape = shapes[lower];
        int tagShift = tagShiftAt(depth);
        long[] lowerEntries = gather(lower);
        long[] upperEntries = gather(upper);
        long[] entries = Arrays.copyOf(lowerEntries, lowerEntries.length + upperEntries.length);
        System.arraycopy(upperEntries, 0, entries, lowerEntries.length, upperEntries.length);
        if (tagShift != tagShift(lowerShape)) {
            // The bits that the old tags left out are those of the entry's place in the directory.
            long prefix = (long) lower << (Long.SIZE - directoryDepth);
            for (int i = 0; i < entries.length; i++) {
                long position = positionOf(entries[i], prefix, lowerShape);
                entries[i] = ((position << tagShift) & TAG_MASK) | (entries[i] & ~TAG_MASK);
            }
        }
        discard(addresses[upper], lengthAt(upper));
        discard(addresses[lower], lengthAt(lower));
        build(lower, depth, tagShift, entries, 0, entries.length, 0);
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
            entries[i] = ((hash << tagShift) & TAG_MASK) | (entries[i] & ~TAG_MASK);
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

    private long[] gather(int entry) {
        byte[] array = arrays[entry];
        int base = bases[entry];
        long[] entries = new long[countAt(entry)];
        int count = 0;
        for (int index = FIRST_SLOT; count < entries.length; index++) {
            long slot = word(array, base, index);
            if (slot != 0) {
                entries[count++] = slot;
            }
        }
        return entries;
    }

    /** Frees a segment that others replace. */
    private void discard(long address, int length) {
        if (address != Arena.NULL) {
            segmentBytes -= Arena.roundUp(length * Long.BYTES);
            arena.free(address, length * Long.BYTES);
        }
    }

    /**
     * Makes a segment of sorted entries, with room for so many more, and puts it in the place that its first directory
     * entry and depth determine.
     */
    private void build(int entry, int depth, int tagShift, long[] entries, int from, int to, int more) {
        int count = to - from;
        if (count + more == 0) {
            int shape = EMPTY_CAPACITY << CAPACITY_SHIFT | tagShift << DEPTH_BITS | depth;
            install(entry, depth, FIRST_SLOT + 1, Arena.NULL, shape);
            return;
        }
        int capacity = capacityFor(count + more);
        int shape = capacity << CAPACITY_SHIFT | tagShift << DEPTH_BITS | depth;
        int end = FIRST_SLOT;
        for (int i = from; i < to; i++) {
            end = Math.max(end, home(entries[i], shape)) + 1;
        }
        int length = Math.max(FIRST_SLOT + capacity + room(capacity), end + room(capacity) / 2 + 1) + 1;
        length = Arena.roundUp(length * Long.BYTES) / Long.BYTES;
        long address = arena.allocateBeyondLimit(length * Long.BYTES);
        byte[] array = arena.chunk(address);
        int base = arena.offset(address);
        Arrays.fill(array, base, base + length * Long.BYTES, (byte) 0);
        word(array, base, HEAD, head(count, length));
        int index = FIRST_SLOT;
        for (int i = from; i < to; i++) {
            index = Math.max(index, home(entries[i], shape));
            word(array, base, index++, entries[i]);
        }
        segmentBytes += (long) length * Long.BYTES;
        install(entry, depth, length, address, shape);
    }

    /** Returns a capacity that leaves room to grow and fills a size class of the arena. */
    private static int capacityFor(int count) {
        int wanted = Math.max(MIN_CAPACITY, count + (count >> 4) + (count >> 5) + (count >> 6) + 2);
        int length = Arena.roundUp((FIRST_SLOT + wanted + room(wanted) + 1) * Long.BYTES) / Long.BYTES;
        int capacity = length - FIRST_SLOT - 1 - room(wanted);
        return Math.min(MAX_CAPACITY, Math.max(wanted, capacity));
    }

    /** Returns the number of slots behind the homes, for entries pushed beyond the last one. */
    private static int room(int capacity) {
        return 2 + Math.min(capacity >> 3, 8 + (capacity >> 6));
    }

    private void install(int entry, int depth, int length, long address, int shape) {
        byte[] array = address == Arena.NULL ? EMPTY_SEGMENT : arena.chunk(address);
        int base = address == Arena.NULL ? 0 : arena.offset(address);
        int end = entry + (1 << (directoryDepth - depth));
        Arrays.fill(arrays, entry, end, array);
        Arrays.fill(bases, entry, end, base);
        Arrays.fill(addresses, entry, end, address);
        Arrays.fill(shapes, entry, end, shape);
        maxSlots = Math.max(maxSlots, length - FIRST_SLOT);
    }

    private void measureMaxSlots() {
        maxSlots = 0;
        for (int entry = 0; entry < shapes.length; entry += entriesOf(entry)) {
            maxSlots = Math.max(maxSlots, lengthAt(entry) - FIRST_SLOT);
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
        return capacity <= MIN_CAPACITY ? 0 : (capacity >> 1) + (capacity >> 3);
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
}
