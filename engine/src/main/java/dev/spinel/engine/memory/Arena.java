package dev.spinel.engine.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.Executor;

/**
 * Storage for records of any size inside large {@code byte[]} chunks. A record is named by its address, a number of 36
 * bits that counts granules of 8 bytes; {@link #chunk} and {@link #offset} lead from it to the bytes. A record never
 * moves, and its contents are undefined until they are written. Sizes are given back by the caller at {@link #free},
 * because a record has no header.
 *
 * <p>Engine thread only. Allocating and freeing take constant time, except where a chunk of memory is requested from the
 * JVM, which has to be zeroed: for a record above 2 MiB, or when the next chunk of 4 MiB is wanted sooner than the background
 * has made it.
 */
public final class Arena {
    /*
     * Three kinds of storage, by size:
     *
     *   up to 8 KiB     slabs       32 KiB (64 KiB above 4 KiB) of one size class, records side by side
     *   up to 2 MiB     spans       whole units of 1 KiB
     *   above           own array   the record is alone in its chunk and at offset 0
     *
     *   address  | chunk: 17 bits | granule in the chunk: 19 bits |
     *   chunk    | unit 0 | unit 1 | ...                | unit 4094 | 960 B |    an ordinary chunk, 4 MiB - 64 B
     *            | slab 0: 32 units | slab 1 | ...      | slab 127: 31 units |
     *
     * The length of a chunk leaves room for the array's header, so that the object fills 4 MiB exactly. With 16 bytes
     * more, G1 would give each chunk one region more, which may be as much as the chunk itself. Chunk 0 does not exist,
     * so no record has the address 0.
     *
     * Size classes are the multiples of 8 up to 256, then eight per doubling, each enlarged as far as the number of
     * records in a slab stays the same. Thus a record wastes at most about an eighth, the end of a slab next to nothing,
     * and the powers of two stay what they are.
     *
     * A slab knows how many records live in it. Freed records form a list inside the slab; records never used lie
     * behind a mark. Slabs with room form a list per class, and the one that was full most recently comes first, so that
     * sparse slabs have a chance to run empty. An empty slab returns its units at once. Slabs are taken from the low
     * end of a chunk and spans from the high end, so that spans seldom break up the places where slabs can lie.
     *
     * The state of a slab is two longs in an array per chunk:
     *
     *   state  | 57 evacuated | 56 listed | 48 class + 1: 8 bits | 32 mark: 16 bits | 16 first free + 1: 16 bits | 0 live: 16 bits |
     *   links  | previous slab: 32 bits | next slab: 32 bits |                              within the list of a class
     *
     * Mark and first free count granules from the start of the slab, and a slab's number is chunk * 128 + place.
     *
     * Chunks are searched from the lowest index, so that the highest run empty. Of the chunks that are entirely free
     * one is kept; the rest goes back to the JVM. When half a chunk is left, the array of the next one is made in the
     * background; it counts as reserved when it is taken, and is given up for a record that needs its bytes of the limit.
     *
     * What is free inside slabs serves records of their class only. So the room for records of any size is counted in
     * places where a slab could lie. When much is free inside slabs, sparse ones can be evacuated: they are taken out of the
     * lists, their records move into the gaps of others of the class, and the slabs run empty. An evacuated slab remains
     * marked as listed, so that records freed in it do not bring it back.
     */

    /** The address of no record. */
    public static final long NULL = 0;

    /** The number of bits that an address can have. */
    public static final int ADDRESS_BITS = 36;

    /** The largest size that can be allocated, in bytes. */
    public static final int MAX_RECORD_BYTES = Integer.MAX_VALUE & -4096;

    /** The length of an ordinary chunk, in bytes. */
    static final int CHUNK_BYTES = (4 << 20) - 64;

    static final int MAX_SLAB_RECORD_BYTES = 8 << 10;
    static final int MAX_SPAN_BYTES = 2047 << 10;

    private static final int GRANULE_SHIFT = 3;
    private static final int CHUNK_GRANULE_BITS = 19;
    private static final int CHUNK_GRANULE_MASK = (1 << CHUNK_GRANULE_BITS) - 1;
    private static final int MAX_CHUNKS = 1 << (ADDRESS_BITS - CHUNK_GRANULE_BITS);

    private static final int UNIT_BYTES = 1 << 10;
    private static final int UNIT_GRANULE_BITS = 7;
    private static final int UNITS = 1 << 12;
    private static final int BITMAP_WORDS = UNITS / Long.SIZE;
    /** The incomplete unit at the end of each ordinary chunk. It counts as used for ever. */
    private static final int LAST_UNIT = UNITS - 1;

    private static final int SLABS = 128;
    private static final int SLAB_GRANULE_BITS = 12;
    private static final int SLAB_UNITS = 32;
    private static final int WIDE_SLAB_UNITS = 64;
    /** Records above this size lie in slabs of the double width. */
    private static final int MAX_NARROW_RECORD_BYTES = 4 << 10;

    private static final long LIVE_MASK = 0xFFFF;
    private static final int FREE_SHIFT = 16;
    private static final long FREE_MASK = 0xFFFFL << FREE_SHIFT;
    private static final int MARK_SHIFT = 32;
    private static final int CLASS_SHIFT = 48;
    private static final long LISTED = 1L << 56;
    private static final long EVACUATED = 1L << 57;

    /** How finely slabs are told apart by how full they are, and how full those are at most that are evacuated. */
    private static final int FILL_STEPS = 32;

    private static final int MAX_EVACUATED_STEPS = 28;

    private static final int LARGE_STEP_BYTES = 4 << 10;
    private static final int MAX_EMPTY_CHUNKS = 1;
    /** With so few free places for slabs, the next chunk is made. */
    private static final int PREPARING_PLACES = SLABS / 2;

    private static final byte[] NO_BYTES = {};
    private static final long[] NO_LONGS = {};

    /** Sizes of the classes in ascending order, in bytes. */
    private static final int[] CLASS_BYTES = classSizes();
    /** The class of a record, by its size in granules rounded up. */
    private static final byte[] CLASS_OF_GRANULES = classesOfGranules();

    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.nativeOrder());

    private final long maxBytes;
    private final SpareChunk spare;
    private boolean beyondLimit;
    /** The first slab with room of each class, or 0. */
    private final int[] roomySlabs = new int[CLASS_BYTES.length];
    /**
     * For each power of two of units, a chunk index below which no chunk has a run of so many free units.
     */
    private final int[] firstChunkWithRun = new int[Integer.numberOfTrailingZeros(UNITS)];

    // The following are indexed by chunk. An index without a chunk has the empty arrays.
    private byte[][] chunks;
    private long[][] slabs;
    private long[][] usedUnitMaps;
    private int[] usedUnits;
    /** An upper bound of the free units that lie side by side, 0 for large chunks. */
    private int[] longestRuns;

    /** One above the highest chunk index in use. */
    private int chunkLimit;
    /** No chunk index below this one is vacant. */
    private int firstVacant;

    private int emptyChunks;
    /** Places for slabs in all ordinary chunks where nothing lies. */
    private long freePlaces;

    private long usedBytes;
    private long reservedBytes;

    /** As {@link #Arena(long, Executor)}, and the thread that uses the arena makes its chunks. */
    public Arena(long maxBytes) {
        this(maxBytes, Runnable::run);
    }

    /**
     * Creates an arena that holds no memory yet.
     *
     * @param maxBytes the most bytes to reserve, 0 for no limit
     * @param background runs what takes milliseconds and need not be waited for; it throws {@link OutOfMemoryError} where
     *     there is no thread to be had
     */
    public Arena(long maxBytes, Executor background) {
        if (maxBytes < 0) {
            throw new IllegalArgumentException("maxBytes must not be negative: " + maxBytes);
        }
        this.maxBytes = maxBytes;
        spare = new SpareChunk(background);
        chunks = new byte[][] {NO_BYTES};
        slabs = new long[][] {NO_LONGS};
        usedUnitMaps = new long[][] {NO_LONGS};
        usedUnits = new int[1];
        longestRuns = new int[1];
        forgetChunks();
    }

    /**
     * Allocates a record of at least {@code sizeBytes}; {@link #roundUp} tells how many it really has.
     *
     * @return its address, never {@link #NULL}
     * @throws ArenaExhaustedException when the limit, the heap or the range of addresses does not allow it
     * @throws IllegalArgumentException when the size is negative or above {@link #MAX_RECORD_BYTES}
     */
    public long allocate(int sizeBytes) {
        if (sizeBytes < 0 || sizeBytes > MAX_SLAB_RECORD_BYTES) {
            return allocateSpan(sizeBytes);
        }
        int sizeClass = CLASS_OF_GRANULES[(sizeBytes + 7) >>> GRANULE_SHIFT];
        int slab = roomySlabs[sizeClass];
        if (slab == 0) {
            slab = openSlab(sizeClass);
        }
        int classBytes = CLASS_BYTES[sizeClass];
        long[] states = slabs[slab / SLABS];
        int index = slab % SLABS * 2;
        long state = states[index] + 1;
        int free = (int) (state >>> FREE_SHIFT) & 0xFFFF;
        int mark = (int) (state >>> MARK_SHIFT) & 0xFFFF;
        long address;
        if (free != 0) {
            address = ((long) slab << SLAB_GRANULE_BITS) + free - 1;
            free = (short) SHORTS.get(chunk(address), offset(address)) & 0xFFFF;
            state = (state & ~FREE_MASK) | ((long) free << FREE_SHIFT);
        } else {
            address = ((long) slab << SLAB_GRANULE_BITS) + mark;
            int granules = classBytes >>> GRANULE_SHIFT;
            mark += granules;
            state += (long) granules << MARK_SHIFT;
        }
        if (free == 0 && (mark << GRANULE_SHIFT) + classBytes > slabBytes(slab, classBytes)) {
            state &= ~LISTED;
            unlink(slab, sizeClass);
        }
        states[index] = state;
        usedBytes += classBytes;
        return address;
    }

    /**
     * Frees a record. Its contents become undefined at once.
     *
     * @param sizeBytes the size asked for at its allocation, or any that {@link #roundUp} maps to the same
     * @throws IllegalArgumentException when no record of that size can be at the address
     */
    public void free(long address, int sizeBytes) {
        if (sizeBytes < 0 || sizeBytes > MAX_SLAB_RECORD_BYTES) {
            freeSpan(address, sizeBytes);
            return;
        }
        int sizeClass = CLASS_OF_GRANULES[(sizeBytes + 7) >>> GRANULE_SHIFT];
        int classBytes = CLASS_BYTES[sizeClass];
        int slab = (int) (address >>> SLAB_GRANULE_BITS);
        if (classBytes > MAX_NARROW_RECORD_BYTES) {
            slab &= ~1;
        }
        long[] states = slabs[slab / SLABS];
        int index = slab % SLABS * 2;
        if (states.length == 0 || ((int) (states[index] >>> CLASS_SHIFT) & 0xFF) != sizeClass + 1) {
            throw new IllegalArgumentException("no record of " + sizeBytes + " bytes at address " + address);
        }
        long state = states[index] - 1;
        if ((state & LIVE_MASK) == 0) {
            usedBytes -= classBytes;
            closeSlab(slab, sizeClass);
            return;
        }
        SHORTS.set(chunk(address), offset(address), (short) (state >>> FREE_SHIFT));
        long free = address - ((long) slab << SLAB_GRANULE_BITS) + 1;
        state = (state & ~FREE_MASK) | (free << FREE_SHIFT);
        if ((state & LISTED) == 0) {
            state |= LISTED;
            link(slab, sizeClass);
        }
        states[index] = state;
        usedBytes -= classBytes;
    }

    /** Returns the array that holds a record. Valid until the record is freed. */
    public byte[] chunk(long address) {
        return chunks[(int) (address >>> CHUNK_GRANULE_BITS)];
    }

    /** Returns the index of a record's first byte in its {@link #chunk}: a multiple of 8. */
    public int offset(long address) {
        return ((int) address & CHUNK_GRANULE_MASK) << GRANULE_SHIFT;
    }

    /**
     * Returns the number of bytes that a record allocated with {@code sizeBytes} really has.
     *
     * @throws IllegalArgumentException when the size is negative or above {@link #MAX_RECORD_BYTES}
     */
    public static int roundUp(int sizeBytes) {
        if (sizeBytes >= 0 && sizeBytes <= MAX_SLAB_RECORD_BYTES) {
            return CLASS_BYTES[CLASS_OF_GRANULES[(sizeBytes + 7) >>> GRANULE_SHIFT]];
        }
        if (sizeBytes < 0 || sizeBytes > MAX_RECORD_BYTES) {
            throw new IllegalArgumentException("size not within 0 to " + MAX_RECORD_BYTES + ": " + sizeBytes);
        }
        int step = sizeBytes <= MAX_SPAN_BYTES ? UNIT_BYTES : LARGE_STEP_BYTES;
        return (sizeBytes + step - 1) & -step;
    }

    /**
     * As {@link #allocate}, whatever the limit: for the tables, which must be able to take in a record that exists, and for
     * what takes the place of a larger record.
     */
    public long allocateBeyondLimit(int sizeBytes) {
        beyondLimit = true;
        try {
            return allocate(sizeBytes);
        } finally {
            beyondLimit = false;
        }
    }

    /** Returns the limit of {@link #reservedBytes()}, 0 for none. */
    public long maxBytes() {
        return maxBytes;
    }

    /** Returns the bytes of all records, each with its size rounded up by {@link #roundUp}. */
    public long usedBytes() {
        return usedBytes;
    }

    /** Returns the bytes of all chunks that the arena holds. */
    public long reservedBytes() {
        return reservedBytes;
    }

    /** Returns the bytes reserved per byte used: 1 when all memory serves, 1 also when there is none. */
    public double fragmentationRatio() {
        return usedBytes == 0 ? 1 : (double) reservedBytes / usedBytes;
    }

    /**
     * Tells whether {@link #allocate} with this size would succeed now, as far as limit and addresses are concerned.
     * The heap may still be too small.
     *
     * @throws IllegalArgumentException when the size is negative or above {@link #MAX_RECORD_BYTES}
     */
    public boolean canAllocate(int sizeBytes) {
        int roundedBytes = roundUp(sizeBytes);
        if (roundedBytes > MAX_SPAN_BYTES) {
            return mayReserve(roundedBytes - (emptyChunks == 0 ? 0L : CHUNK_BYTES));
        }
        if (mayReserve(CHUNK_BYTES)) {
            return true;
        }
        if (roundedBytes > MAX_SLAB_RECORD_BYTES) {
            int units = roundedBytes / UNIT_BYTES;
            return !isOverdrawn(units) && findUnits(units, false) >= 0;
        }
        int units = slabUnits(roundedBytes);
        return roomySlabs[CLASS_OF_GRANULES[roundedBytes >>> GRANULE_SHIFT]] != 0
                || (!isOverdrawn(units) && findUnits(units, true) >= 0);
    }

    /**
     * Returns the bytes that records of any size can still take: what may still be reserved, and where the chunks have
     * room for whole slabs. Gaps inside slabs do not count, and what is reserved beyond the limit counts as negative room.
     * {@link Long#MAX_VALUE} without a limit. O(1).
     */
    public long roomBytes() {
        if (maxBytes == 0) {
            return Long.MAX_VALUE;
        }
        long chunksToCome = Math.floorDiv(maxBytes - reservedBytes, CHUNK_BYTES);
        return (chunksToCome * SLABS + freePlaces) * SLAB_UNITS * UNIT_BYTES;
    }

    /** Returns the bytes that may still be reserved for records with a chunk of their own; as {@link #roomBytes}. */
    public long unreservedBytes() {
        return maxBytes == 0
                ? Long.MAX_VALUE
                : Math.max(0, maxBytes - reservedBytes + (long) emptyChunks * CHUNK_BYTES);
    }

    /**
     * Returns the bytes that are reserved but neither used nor counted as room: the gaps inside slabs and between spans.
     * O(1).
     */
    public long gapBytes() {
        return reservedBytes - usedBytes - freePlaces * SLAB_UNITS * UNIT_BYTES;
    }

    /**
     * Chooses sparse slabs to run empty, whose records all find room in others: the highest ones, so that whole chunks go
     * back to the JVM. No record is allocated in them until {@link #endEvacuation}. O(slabs).
     *
     * @return their bytes
     */
    public long startEvacuation() {
        SlabCensus census = new SlabCensus();
        for (int chunk = 1; chunk < chunkLimit; chunk++) {
            for (int place = 0; place < slabs[chunk].length / 2; place++) {
                census.count(chunk * SLABS + place);
            }
        }
        census.plan();
        long bytes = 0;
        for (int chunk = chunkLimit - 1; chunk > 0; chunk--) {
            for (int place = slabs[chunk].length / 2 - 1; place >= 0; place--) {
                int slab = chunk * SLABS + place;
                if (census.chooses(slab)) {
                    unlink(slab, classOf(slab));
                    slabs[chunk][place * 2] |= EVACUATED;
                    bytes += (long) slabUnits(CLASS_BYTES[classOf(slab)]) * UNIT_BYTES;
                }
            }
        }
        return bytes;
    }

    /** Whether a record lies in a slab that is to run empty. */
    public boolean isEvacuated(long address) {
        long[] states = slabs[(int) (address >>> CHUNK_GRANULE_BITS)];
        if (states.length == 0) {
            return false;
        }
        int index = (int) (address >>> SLAB_GRANULE_BITS) % SLABS * 2;
        if (states[index] != 0) {
            return (states[index] & EVACUATED) != 0;
        }
        // The second half of a wide slab has no state of its own, but neither has a place without a slab.
        int slab = (int) (address >>> SLAB_GRANULE_BITS) & ~1;
        return (stateOf(slab) & EVACUATED) != 0 && CLASS_BYTES[classOf(slab)] > MAX_NARROW_RECORD_BYTES;
    }

    /**
     * Moves a record out of a slab that is to run empty, with its contents.
     *
     * @param sizeBytes as for {@link #free}
     * @return its new address, or the same one if there is no gap for it
     */
    public long evacuate(long address, int sizeBytes) {
        int sizeClass = CLASS_OF_GRANULES[(sizeBytes + 7) >>> GRANULE_SHIFT];
        if (roomySlabs[sizeClass] == 0) {
            return address;
        }
        long copy = allocate(sizeBytes);
        System.arraycopy(chunk(address), offset(address), chunk(copy), offset(copy), CLASS_BYTES[sizeClass]);
        free(address, sizeBytes);
        return copy;
    }

    /** Lets records be allocated everywhere again. O(slabs). */
    public void endEvacuation() {
        for (int chunk = 1; chunk < chunkLimit; chunk++) {
            long[] states = slabs[chunk];
            for (int index = 0; index < states.length; index += 2) {
                if ((states[index] & EVACUATED) != 0) {
                    states[index] &= ~EVACUATED;
                    int slab = chunk * SLABS + index / 2;
                    link(slab, classOf(slab));
                }
            }
        }
    }

    /** Frees all records and all memory. */
    public void clear() {
        for (int chunk = 1; chunk < chunkLimit; chunk++) {
            vacate(chunk);
        }
        Arrays.fill(roomySlabs, 0);
        spare.drop();
        forgetChunks();
    }

    private void forgetChunks() {
        Arrays.fill(firstChunkWithRun, 1);
        chunkLimit = 1;
        firstVacant = 1;
        emptyChunks = 0;
        freePlaces = 0;
        usedBytes = 0;
        reservedBytes = 0;
    }

    private int openSlab(int sizeClass) {
        int place = takeUnits(slabUnits(CLASS_BYTES[sizeClass]), true);
        int slab = place / SLAB_UNITS;
        slabs[slab / SLABS][slab % SLABS * 2] = LISTED | (long) (sizeClass + 1) << CLASS_SHIFT;
        link(slab, sizeClass);
        return slab;
    }

    private void closeSlab(int slab, int sizeClass) {
        if ((stateOf(slab) & EVACUATED) == 0) {
            unlink(slab, sizeClass);
        }
        slabs[slab / SLABS][slab % SLABS * 2] = 0;
        int units = slabUnits(CLASS_BYTES[sizeClass]);
        returnUnits(slab * SLAB_UNITS, units);
    }

    private long stateOf(int slab) {
        return slabs[slab / SLABS][slab % SLABS * 2];
    }

    /** The class of the records of a slab, negative where no slab begins. */
    private int classOf(int slab) {
        return ((int) (stateOf(slab) >>> CLASS_SHIFT) & 0xFF) - 1;
    }

    private void link(int slab, int sizeClass) {
        int next = roomySlabs[sizeClass];
        slabs[slab / SLABS][slab % SLABS * 2 + 1] = next;
        if (next != 0) {
            setPrevious(next, slab);
        }
        roomySlabs[sizeClass] = slab;
    }

    private void unlink(int slab, int sizeClass) {
        long links = slabs[slab / SLABS][slab % SLABS * 2 + 1];
        int previous = (int) (links >>> 32);
        int next = (int) links;
        if (previous == 0) {
            roomySlabs[sizeClass] = next;
        } else {
            long[] states = slabs[previous / SLABS];
            int index = previous % SLABS * 2 + 1;
            states[index] = states[index] >>> 32 << 32 | next;
        }
        if (next != 0) {
            setPrevious(next, previous);
        }
    }

    private void setPrevious(int slab, int previous) {
        long[] states = slabs[slab / SLABS];
        int index = slab % SLABS * 2 + 1;
        states[index] = ((long) previous << 32) | (states[index] & 0xFFFF_FFFFL);
    }

    private static int slabUnits(int classBytes) {
        return classBytes > MAX_NARROW_RECORD_BYTES ? WIDE_SLAB_UNITS : SLAB_UNITS;
    }

    private static int slabBytes(int slab, int classBytes) {
        int units = slabUnits(classBytes);
        boolean last = slab % SLABS == SLABS - units / SLAB_UNITS;
        return (last ? units - 1 : units) * UNIT_BYTES;
    }

    private long allocateSpan(int sizeBytes) {
        int roundedBytes = roundUp(sizeBytes);
        long address;
        if (roundedBytes <= MAX_SPAN_BYTES) {
            address = (long) takeUnits(roundedBytes / UNIT_BYTES, false) << UNIT_GRANULE_BITS;
        } else {
            if (emptyChunks > 0 && !mayReserve(roundedBytes)) {
                dropEmptyChunk();
            }
            address = (long) reserve(roundedBytes) << CHUNK_GRANULE_BITS;
        }
        usedBytes += roundedBytes;
        return address;
    }

    private void freeSpan(long address, int sizeBytes) {
        int roundedBytes = roundUp(sizeBytes);
        if (roundedBytes <= MAX_SPAN_BYTES) {
            returnUnits((int) (address >>> UNIT_GRANULE_BITS), roundedBytes / UNIT_BYTES);
        } else {
            int chunk = (int) (address >>> CHUNK_GRANULE_BITS);
            if (chunks[chunk].length != roundedBytes || offset(address) != 0 || slabs[chunk].length != 0) {
                throw new IllegalArgumentException("no record of " + sizeBytes + " bytes at address " + address);
            }
            vacate(chunk);
        }
        usedBytes -= roundedBytes;
    }

    /** Takes free units from some chunk, a new one if need be. Returns their place: chunk * UNITS + first unit. */
    private int takeUnits(int units, boolean slab) {
        if (isOverdrawn(units)) {
            throw new ArenaExhaustedException(reservedBytes + " bytes are reserved, beyond the limit of " + maxBytes);
        }
        int place = findUnits(units, slab);
        if (place < 0) {
            reserve(CHUNK_BYTES);
            emptyChunks++;
            place = findUnits(units, slab);
        }
        int chunk = place / UNITS;
        if (usedUnits[chunk] == 0) {
            emptyChunks--;
        }
        usedUnits[chunk] += usableUnits(place, units);
        setUsed(usedUnitMaps[chunk], place % UNITS, usableUnits(place, units), true);
        if (freePlaces <= PREPARING_PLACES && isWithinLimit(CHUNK_BYTES)) {
            spare.prepare();
        }
        return place;
    }

    /**
     * Whether free units are not to be taken: a chunk that tables had to take beyond the limit would otherwise give room to
     * records, these would make the tables grow, and so on until the heap is full.
     */
    private boolean isOverdrawn(int units) {
        return maxBytes != 0 && reservedBytes > maxBytes && !beyondLimit && roomBytes() < (long) units * UNIT_BYTES;
    }

    /** Returns the place of free units as {@link #takeUnits} does, but takes none; -1 if no chunk has them. */
    private int findUnits(int units, boolean slab) {
        int power = 31 - Integer.numberOfLeadingZeros(units - (slab ? 1 : 0));
        boolean shortRunsOnly = true;
        for (int chunk = firstChunkWithRun[power]; chunk < chunkLimit; chunk++) {
            int longestRun = longestRuns[chunk];
            if (longestRun >> power != 0) {
                shortRunsOnly = false;
            } else if (shortRunsOnly) {
                firstChunkWithRun[power] = chunk + 1;
            }
            if (longestRun >= units - (slab ? 1 : 0)) {
                int unit = slab ? findSlab(chunk, units) : findSpan(chunk, units);
                if (unit >= 0) {
                    return chunk * UNITS + unit;
                }
            }
        }
        return -1;
    }

    /** Returns the lowest place in the chunk where a slab of 32 or 64 units can lie, or -1 after it learnt the longest run. */
    private int findSlab(int chunk, int units) {
        long[] map = usedUnitMaps[chunk];
        for (int i = 0; i < BITMAP_WORDS; i++) {
            long word = usedBesidesLast(map, i);
            if (units == WIDE_SLAB_UNITS) {
                if (word == 0) {
                    return i * 64;
                }
            } else if ((int) word == 0) {
                return i * 64;
            } else if (word >>> 32 == 0) {
                return i * 64 + 32;
            }
        }
        longestRuns[chunk] = longestRun(map);
        return -1;
    }

    /** Returns the highest place in the chunk with so many free units, or -1 after it learnt the longest run. */
    private int findSpan(int chunk, int units) {
        long[] map = usedUnitMaps[chunk];
        int last = previous(map, LAST_UNIT - 1, false);
        while (last >= 0) {
            int before = previous(map, last, true);
            if (last - before >= units) {
                return last - units + 1;
            }
            last = previous(map, before, false);
        }
        longestRuns[chunk] = longestRun(map);
        return -1;
    }

    private static int longestRun(long[] map) {
        int longest = 0;
        int last = previous(map, LAST_UNIT - 1, false);
        while (last >= 0) {
            int before = previous(map, last, true);
            longest = Math.max(longest, last - before);
            last = previous(map, before, false);
        }
        return longest;
    }

    private void returnUnits(int place, int units) {
        int chunk = place / UNITS;
        int unit = place % UNITS;
        int count = usableUnits(place, units);
        long[] map = usedUnitMaps[chunk];
        if (map.length == 0 || unit + count > LAST_UNIT || previous(map, unit + count - 1, false) >= unit) {
            throw new IllegalArgumentException(
                    "no record of " + units + " units at unit " + unit + " of chunk " + chunk);
        }
        setUsed(map, unit, count, false);
        usedUnits[chunk] -= count;
        if (usedUnits[chunk] == 0 && emptyChunks == MAX_EMPTY_CHUNKS) {
            vacate(chunk);
            return;
        }
        if (usedUnits[chunk] == 0) {
            emptyChunks++;
            spare.drop();
        }
        noteRun(chunk, nextUsed(map, unit + count) - previous(map, unit, true) - 1);
    }

    /** Returns the units of a slab or span at a place that exist: a slab at the end of a chunk lacks the last one. */
    private static int usableUnits(int place, int units) {
        return Math.min(units, LAST_UNIT - place % UNITS);
    }

    private void noteRun(int chunk, int run) {
        longestRuns[chunk] = Math.max(longestRuns[chunk], run);
        for (int power = 31 - Integer.numberOfLeadingZeros(run); power >= 0; power--) {
            firstChunkWithRun[power] = Math.min(firstChunkWithRun[power], chunk);
        }
    }

    private boolean mayReserve(long bytes) {
        return (beyondLimit || isWithinLimit(bytes)) && firstVacant < MAX_CHUNKS;
    }

    private boolean isWithinLimit(long bytes) {
        return maxBytes == 0 || reservedBytes + bytes <= maxBytes;
    }

    /** Adds a chunk of some length and returns its index. An ordinary one is all free units. */
    private int reserve(int lengthBytes) {
        if (!mayReserve(lengthBytes)) {
            throw new ArenaExhaustedException(
                    "cannot reserve " + lengthBytes + " bytes: " + reservedBytes + " of " + maxBytes + " are reserved");
        }
        boolean ordinary = lengthBytes == CHUNK_BYTES;
        if (!ordinary && spare.exists() && !isWithinLimit((long) lengthBytes + CHUNK_BYTES)) {
            spare.drop();
        }
        int chunk = firstVacant;
        try {
            if (chunk == chunks.length) {
                growIndex();
            }
            long[] states = ordinary ? new long[SLABS * 2] : NO_LONGS;
            long[] map = ordinary ? new long[BITMAP_WORDS] : NO_LONGS;
            chunks[chunk] = ordinary ? spare.take() : new byte[lengthBytes];
            slabs[chunk] = states;
            usedUnitMaps[chunk] = map;
        } catch (OutOfMemoryError e) {
            // The only place where the heap grows with the data; the command is refused and the server lives on.
            throw new ArenaExhaustedException("the heap has no " + lengthBytes + " bytes left");
        }
        if (ordinary) {
            mark(usedUnitMaps[chunk], LAST_UNIT, 1, true);
            noteRun(chunk, LAST_UNIT);
            freePlaces += SLABS;
        }
        reservedBytes += lengthBytes;
        chunkLimit = Math.max(chunkLimit, chunk + 1);
        do {
            firstVacant++;
        } while (firstVacant < chunkLimit && chunks[firstVacant].length != 0);
        return chunk;
    }

    private void growIndex() {
        int length = Math.min(MAX_CHUNKS, chunks.length + Math.max(3, chunks.length / 2));
        int oldLength = chunks.length;
        byte[][] grownChunks = Arrays.copyOf(chunks, length);
        long[][] grownSlabs = Arrays.copyOf(slabs, length);
        long[][] grownMaps = Arrays.copyOf(usedUnitMaps, length);
        int[] grownUnits = Arrays.copyOf(usedUnits, length);
        int[] grownRuns = Arrays.copyOf(longestRuns, length);
        Arrays.fill(grownChunks, oldLength, length, NO_BYTES);
        Arrays.fill(grownSlabs, oldLength, length, NO_LONGS);
        Arrays.fill(grownMaps, oldLength, length, NO_LONGS);
        chunks = grownChunks;
        slabs = grownSlabs;
        usedUnitMaps = grownMaps;
        usedUnits = grownUnits;
        longestRuns = grownRuns;
    }

    private void dropEmptyChunk() {
        for (int chunk = 1; chunk < chunkLimit; chunk++) {
            if (usedUnits[chunk] == 0 && usedUnitMaps[chunk].length != 0) {
                vacate(chunk);
                emptyChunks--;
                return;
            }
        }
    }

    /** Gives a chunk back to the JVM. */
    private void vacate(int chunk) {
        reservedBytes -= chunks[chunk].length;
        freePlaces -= slabs[chunk].length == 0 ? 0 : SLABS;
        chunks[chunk] = NO_BYTES;
        slabs[chunk] = NO_LONGS;
        usedUnitMaps[chunk] = NO_LONGS;
        usedUnits[chunk] = 0;
        longestRuns[chunk] = 0;
        firstVacant = Math.min(firstVacant, chunk);
        while (chunkLimit > 1 && chunks[chunkLimit - 1].length == 0) {
            chunkLimit--;
        }
    }

    private void setUsed(long[] map, int from, int count, boolean used) {
        int end = from + count;
        int before = freePlaces(map, from, end);
        mark(map, from, count, used);
        freePlaces += freePlaces(map, from, end) - before;
    }

    /** Returns the free places for slabs that units of a range lie in, and maybe the one beside. */
    private static int freePlaces(long[] map, int from, int end) {
        int places = 0;
        for (int i = from / 64; i <= (end - 1) / 64; i++) {
            long word = usedBesidesLast(map, i);
            places += ((int) word == 0 ? 1 : 0) + (word >>> 32 == 0 ? 1 : 0);
        }
        return places;
    }

    /** Returns a word of a map without the unit at the end of a chunk, where a slab may lie. */
    private static long usedBesidesLast(long[] map, int i) {
        return i == BITMAP_WORDS - 1 ? map[i] & ~(1L << 63) : map[i];
    }

    private static void mark(long[] map, int from, int count, boolean used) {
        int unit = from;
        int end = from + count;
        while (unit < end) {
            int bits = Math.min(64 - unit % 64, end - unit);
            long mask = -1L >>> (64 - bits) << unit % 64;
            map[unit / 64] = used ? map[unit / 64] | mask : map[unit / 64] & ~mask;
            unit += bits;
        }
    }

    /** Returns the highest unit not above {@code from} that is used, or free, as asked; -1 if there is none. */
    private static int previous(long[] map, int from, boolean used) {
        if (from < 0) {
            return -1;
        }
        int word = from / 64;
        long bits = (used ? map[word] : ~map[word]) & (-1L >>> (63 - from % 64));
        while (bits == 0) {
            if (--word < 0) {
                return -1;
            }
            bits = used ? map[word] : ~map[word];
        }
        return word * 64 + 63 - Long.numberOfLeadingZeros(bits);
    }

    /** Returns the lowest used unit from {@code from} on. The last unit of a chunk always is. */
    private static int nextUsed(long[] map, int from) {
        int word = from / 64;
        long bits = map[word] & (-1L << from % 64);
        while (bits == 0) {
            bits = map[++word];
        }
        return word * 64 + Long.numberOfTrailingZeros(bits);
    }

    private static int[] classSizes() {
        int[] sizes = new int[MAX_SLAB_RECORD_BYTES / 8];
        int count = 0;
        for (int size = 8; size <= 256; size += 8) {
            sizes[count++] = size;
        }
        for (int power = 256; power < MAX_SLAB_RECORD_BYTES; power *= 2) {
            for (int step = 1; step <= 8; step++) {
                int size = power + power / 8 * step;
                int slabBytes = slabUnits(size) * UNIT_BYTES;
                // Where a slab holds no more than sixteen records, the classes are its divisors.
                int records = slabBytes / power <= 16 ? 16 - step : slabBytes / size;
                sizes[count++] = (slabBytes / records) & -8;
            }
        }
        return Arrays.copyOf(sizes, count);
    }

    private static byte[] classesOfGranules() {
        byte[] classes = new byte[MAX_SLAB_RECORD_BYTES / 8 + 1];
        int sizeClass = 0;
        for (int granules = 0; granules < classes.length; granules++) {
            if (granules * 8 > CLASS_BYTES[sizeClass]) {
                sizeClass++;
            }
            classes[granules] = (byte) sizeClass;
        }
        return classes;
    }

    /** Counts the records and the gaps of all slabs by class and by how full the slabs are, and chooses among them. */
    private final class SlabCensus {
        private final long[][] records = new long[CLASS_BYTES.length][FILL_STEPS + 1];
        private final long[][] gaps = new long[CLASS_BYTES.length][FILL_STEPS + 1];
        /** Per class: slabs less full than this go; of those as full, as long as there are gaps for their records. */
        private final int[] limits = new int[CLASS_BYTES.length];
        /** Per class: gaps in slabs that stay, less the records that move. */
        private final long[] spareGaps = new long[CLASS_BYTES.length];

        void count(int slab) {
            int sizeClass = classOf(slab);
            if (sizeClass >= 0) {
                records[sizeClass][fill(slab)] += live(slab);
                gaps[sizeClass][fill(slab)] += capacity(slab) - live(slab);
            }
        }

        void plan() {
            for (int sizeClass = 0; sizeClass < limits.length; sizeClass++) {
                long spare = Arrays.stream(gaps[sizeClass]).sum();
                int step = 0;
                while (step <= MAX_EVACUATED_STEPS && spare >= records[sizeClass][step] + gaps[sizeClass][step]) {
                    spare -= records[sizeClass][step] + gaps[sizeClass][step];
                    step++;
                }
                limits[sizeClass] = step;
                spareGaps[sizeClass] = spare;
            }
        }

        boolean chooses(int slab) {
            int sizeClass = classOf(slab);
            if (sizeClass < 0 || fill(slab) > Math.min(limits[sizeClass], MAX_EVACUATED_STEPS)) {
                return false;
            }
            if (fill(slab) == limits[sizeClass]) {
                if (spareGaps[sizeClass] < capacity(slab)) {
                    return false;
                }
                spareGaps[sizeClass] -= capacity(slab);
            }
            return true;
        }

        private int live(int slab) {
            return (int) (stateOf(slab) & LIVE_MASK);
        }

        private int capacity(int slab) {
            int classBytes = CLASS_BYTES[classOf(slab)];
            return slabBytes(slab, classBytes) / classBytes;
        }

        private int fill(int slab) {
            return live(slab) * FILL_STEPS / capacity(slab);
        }
    }
}
