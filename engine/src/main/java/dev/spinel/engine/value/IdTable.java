package dev.spinel.engine.value;

import java.util.Arrays;

/**
 * Numbers by stream ID, in order: an index of nodes or of pending entries. Engine thread only.
 *
 * <p>A position names a row until the next insertion or removal.
 */
final class IdTable {
    /*
     * Rows of longs, the ID first, in chunks of up to 128 rows. Both searches are binary. New rows come at the end as a
     * rule, so a full last chunk is left full and followed by a new one; any other full chunk is split in halves. A chunk
     * that with a neighbour has no more than half of the rows that one may have is merged with it. So there is one Java
     * object for some fifty rows or more.
     *
     * A copy shares all chunks. Who changes one that is shared copies it before, whichever of the two tables that is.
     */
    static final long NONE = -1;

    private static final int CHUNK_ROWS = 128;
    private static final int FIRST_CHUNK_ROWS = 2;
    private static final int ID_LONGS = 2;
    private static final long OBJECT_BYTES = 120;
    private static final int ARRAY_BYTES = 16;
    /** Of a reference, a count and a flag. */
    private static final long BYTES_PER_CHUNK = 9;

    private static final long[] NO_ROWS = new long[0];

    private final int stride;
    private final HeapSum heap;
    private long[][] chunks = new long[1][];
    private int[] counts = new int[1];
    /** Whether another table may have the chunk, too. */
    private boolean[] shared = new boolean[1];

    private int chunkCount;
    private long size;
    private long chunkLongs;

    /**
     * Makes an empty table.
     *
     * @param numbers how many numbers a row has beside the ID
     * @param heap is told of {@link #heapBytes()}, until {@link #leave}
     */
    IdTable(int numbers, HeapSum heap) {
        stride = ID_LONGS + numbers;
        this.heap = heap;
        heap.add(heapBytes());
    }

    private IdTable(IdTable source, HeapSum heap) {
        stride = source.stride;
        this.heap = heap;
        Arrays.fill(source.shared, 0, source.chunkCount, true);
        chunks = source.chunks.clone();
        counts = source.counts.clone();
        shared = source.shared.clone();
        chunkCount = source.chunkCount;
        size = source.size;
        chunkLongs = source.chunkLongs;
        heap.add(heapBytes());
    }

    /** A table with the same rows at the same positions, of which changes of this one take nothing away. O(chunks). */
    IdTable copy(HeapSum heapOfCopy) {
        return new IdTable(this, heapOfCopy);
    }

    /** Takes the table, which is not used any more, out of the sum that it was made with. */
    void leave() {
        heap.add(-heapBytes());
    }

    long size() {
        return size;
    }

    long heapBytes() {
        return OBJECT_BYTES + chunks.length * BYTES_PER_CHUNK + bytes(chunkCount, chunkLongs);
    }

    private static long bytes(int chunkArrays, long longs) {
        return chunkArrays * (long) ARRAY_BYTES + longs * Long.BYTES;
    }

    long first() {
        return size == 0 ? NONE : 0;
    }

    long last() {
        return size == 0 ? NONE : position(chunkCount - 1, counts[chunkCount - 1] - 1);
    }

    long next(long position) {
        int chunk = chunk(position);
        return at(chunk, slot(position) + 1);
    }

    long previous(long position) {
        int chunk = chunk(position);
        int slot = slot(position);
        if (slot > 0) {
            return position(chunk, slot - 1);
        }
        return chunk == 0 ? NONE : position(chunk - 1, counts[chunk - 1] - 1);
    }

    /** The row with an ID, or {@link #NONE}. */
    long find(long millis, long sequence) {
        long position = ceiling(millis, sequence);
        return position != NONE && millis(position) == millis && sequence(position) == sequence ? position : NONE;
    }

    /** The first row with an ID or a greater one, or {@link #NONE}. */
    long ceiling(long millis, long sequence) {
        if (size == 0) {
            return NONE;
        }
        int chunk = chunkOf(millis, sequence);
        return at(chunk, slotOf(chunk, millis, sequence));
    }

    /** The last row with an ID or a smaller one, or {@link #NONE}. */
    long floor(long millis, long sequence) {
        if (size == 0) {
            return NONE;
        }
        int chunk = chunkOf(millis, sequence);
        int slot = slotOf(chunk, millis, sequence);
        if (slot < counts[chunk] && compare(chunk, slot, millis, sequence) == 0) {
            return position(chunk, slot);
        }
        return slot == 0 ? NONE : position(chunk, slot - 1);
    }

    long millis(long position) {
        return chunks[chunk(position)][slot(position) * stride];
    }

    long sequence(long position) {
        return chunks[chunk(position)][slot(position) * stride + 1];
    }

    /** A number of a row. */
    long get(long position, int index) {
        return chunks[chunk(position)][slot(position) * stride + ID_LONGS + index];
    }

    void set(long position, int index, long value) {
        own(chunk(position))[slot(position) * stride + ID_LONGS + index] = value;
    }

    /** Has changes of a row, or its removal, need no memory. */
    void makeOwn(long position) {
        own(chunk(position));
    }

    /** The rows of a chunk, to be changed. */
    private long[] own(int chunk) {
        if (shared[chunk]) {
            chunks[chunk] = chunks[chunk].clone();
            shared[chunk] = false;
        }
        return chunks[chunk];
    }

    /** Adds a row with an ID that none has; its numbers are yet to be set. */
    long insert(long millis, long sequence) {
        if (chunkCount == 0) {
            insertChunk(0, new long[FIRST_CHUNK_ROWS * stride], 0);
        }
        int chunk = chunkOf(millis, sequence);
        int slot = slotOf(chunk, millis, sequence);
        if (counts[chunk] == CHUNK_ROWS) {
            if (chunk == chunkCount - 1 && slot == CHUNK_ROWS) {
                insertChunk(++chunk, new long[CHUNK_ROWS * stride], 0);
                slot = 0;
            } else {
                split(chunk);
                if (slot > CHUNK_ROWS / 2) {
                    chunk++;
                    slot -= CHUNK_ROWS / 2;
                }
            }
        }
        int end = counts[chunk] * stride;
        long[] rows = ownWithRoom(chunk, end + stride);
        int at = slot * stride;
        System.arraycopy(rows, at, rows, at + stride, end - at);
        rows[at] = millis;
        rows[at + 1] = sequence;
        counts[chunk]++;
        size++;
        return position(chunk, slot);
    }

    /** The rows of a chunk, to be changed, with room for so many longs. */
    private long[] ownWithRoom(int chunk, int longs) {
        long[] rows = chunks[chunk];
        if (longs <= rows.length) {
            return own(chunk);
        }
        long[] grown = Arrays.copyOf(rows, Math.min(CHUNK_ROWS * stride, Math.max(longs, 2 * rows.length)));
        count(0, grown.length - rows.length);
        chunks[chunk] = grown;
        shared[chunk] = false;
        return grown;
    }

    private void count(int chunkArrays, long longs) {
        chunkLongs += longs;
        heap.add(bytes(chunkArrays, longs));
    }

    void remove(long position) {
        int chunk = chunk(position);
        if (counts[chunk] == 1) {
            size--;
            removeChunk(chunk);
            return;
        }
        long[] rows = own(chunk);
        size--;
        counts[chunk]--;
        int at = slot(position) * stride;
        System.arraycopy(rows, at + stride, rows, at, counts[chunk] * stride - at);
        if (chunk + 1 < chunkCount && counts[chunk] + counts[chunk + 1] <= CHUNK_ROWS / 2) {
            mergeWithNext(chunk);
        } else if (chunk > 0 && counts[chunk - 1] + counts[chunk] <= CHUNK_ROWS / 2) {
            mergeWithNext(chunk - 1);
        }
    }

    private void mergeWithNext(int chunk) {
        int end = counts[chunk] * stride;
        int added = counts[chunk + 1] * stride;
        long[] rows = ownWithRoom(chunk, end + added);
        System.arraycopy(chunks[chunk + 1], 0, rows, end, added);
        counts[chunk] += counts[chunk + 1];
        removeChunk(chunk + 1);
    }

    private void removeChunk(int chunk) {
        count(-1, -chunks[chunk].length);
        int moved = chunkCount - chunk - 1;
        System.arraycopy(chunks, chunk + 1, chunks, chunk, moved);
        System.arraycopy(counts, chunk + 1, counts, chunk, moved);
        System.arraycopy(shared, chunk + 1, shared, chunk, moved);
        chunks[--chunkCount] = NO_ROWS;
    }

    private void split(int chunk) {
        int half = CHUNK_ROWS / 2;
        long[] upper = new long[CHUNK_ROWS * stride];
        System.arraycopy(chunks[chunk], half * stride, upper, 0, half * stride);
        insertChunk(chunk + 1, upper, half);
        counts[chunk] = half;
    }

    private void insertChunk(int chunk, long[] rows, int count) {
        if (chunkCount == chunks.length) {
            boolean[] moreShared = Arrays.copyOf(shared, 2 * chunkCount);
            int[] moreCounts = Arrays.copyOf(counts, 2 * chunkCount);
            chunks = Arrays.copyOf(chunks, 2 * chunkCount);
            counts = moreCounts;
            shared = moreShared;
            heap.add(chunkCount * BYTES_PER_CHUNK);
        }
        System.arraycopy(chunks, chunk, chunks, chunk + 1, chunkCount - chunk);
        System.arraycopy(counts, chunk, counts, chunk + 1, chunkCount - chunk);
        System.arraycopy(shared, chunk, shared, chunk + 1, chunkCount - chunk);
        chunks[chunk] = rows;
        counts[chunk] = count;
        shared[chunk] = false;
        chunkCount++;
        count(1, rows.length);
    }

    /** The last chunk that begins at or before an ID, or the first one. */
    private int chunkOf(long millis, long sequence) {
        int low = 0;
        int high = chunkCount - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (compare(middle, 0, millis, sequence) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** The first slot of a chunk with an ID or a greater one, or the number of its rows. */
    private int slotOf(int chunk, long millis, long sequence) {
        int low = 0;
        int high = counts[chunk];
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (compare(chunk, middle, millis, sequence) < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private int compare(int chunk, int slot, long millis, long sequence) {
        long[] rows = chunks[chunk];
        int order = Long.compareUnsigned(rows[slot * stride], millis);
        return order != 0 ? order : Long.compareUnsigned(rows[slot * stride + 1], sequence);
    }

    private long at(int chunk, int slot) {
        if (slot < counts[chunk]) {
            return position(chunk, slot);
        }
        return chunk + 1 < chunkCount ? position(chunk + 1, 0) : NONE;
    }

    private static long position(int chunk, int slot) {
        return (long) chunk << Integer.SIZE | slot;
    }

    private static int chunk(long position) {
        return (int) (position >>> Integer.SIZE);
    }

    private static int slot(long position) {
        return (int) position;
    }
}
