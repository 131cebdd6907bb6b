package dev.spinel.lua.vm;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps scripts from filling the heap: what they allocate is counted before it is allocated, and a script that would take
 * more than there is room for ends with {@code not enough memory}, long before the heap is full. One thread only.
 */
public final class MemoryBudget {
    /*
     * Counting goes up only: what a script frees, nobody tells. So the count says no more than when to look. Every few
     * megabytes the heap is asked for its room, garbage counted as used, which costs less than a microsecond. Only when that
     * is short is garbage collected, and if what is left then is short, the script ends. A script that
     * lives on garbage thus goes on for ever. A script that catches the error and tries again, or one after the other that is
     * refused, does not have garbage collected each time, but once MIN_ROOM_BYTES may have become garbage, or after ten times
     * as long as the collection before took.
     *
     * G1 gives an array of more than half a region regions of its own, up to twice of its size, and the heap's figure of
     * used bytes does not tell. So arrays that waste much are remembered, weakly, and what they waste is taken off the room.
     */
    /** What is allocated before the first look, so that a server starts without one. */
    private static final long FIRST_STEP_BYTES = 1L << 20;

    /** What is allocated at most between two looks at the heap. */
    private static final long MAX_STEP_BYTES = 8L << 20;

    /** The room that there must be after a collection. */
    private static final long MIN_ROOM_BYTES = 4L << 20;

    private static final long LARGE_BYTES = 128L << 10;
    private static final long MAX_ARRAY_BYTES = Integer.MAX_VALUE - 64;
    /** Arrays larger than this share of the room may not find one piece of heap that is large enough. */
    private static final int MAX_ARRAY_DIVISOR = 2;

    private static final long MIN_PAUSE_NANOS = 50_000_000;
    private static final int PAUSE_FACTOR = 10;
    private static final long LOOPS_PER_COLLECTION = 1_000_000;
    private static final long BYTES_PER_LOOP = 1024;
    private static final int BYTES_PER_REFERENCE = 4;
    private static final int BYTES_PER_STRING = 40;

    private final HeapGauge heap;
    private final LongConsumer work;
    private final Set<Waste> wasted = new HashSet<>();
    private final ReferenceQueue<Object> freed = new ReferenceQueue<>();
    private Supplier<RuntimeException> refusal = MemoryBudget::notEnough;
    private long wastedBytes;
    private long checkedBytes;
    private long uncheckedBytes;
    private long uncheckedLimitBytes = FIRST_STEP_BYTES;
    private long sinceCollectionBytes = MIN_ROOM_BYTES;
    private long collectionNanos = System.nanoTime();
    private long pauseNanos = MIN_PAUSE_NANOS;
    /** What was counted when the current script began. */
    private long begunBytes;

    /** What a live array takes beside its bytes. */
    private static final class Waste extends WeakReference<Object> {
        final long bytes;

        Waste(Object array, long bytes, ReferenceQueue<Object> queue) {
            super(array, queue);
            this.bytes = bytes;
        }
    }

    /** @param work is told of what takes as long as some loops of a script: making arrays, and collecting garbage */
    MemoryBudget(HeapGauge heap, LongConsumer work) {
        this.heap = heap;
        this.work = work;
    }

    /**
     * Counts an allocation that is about to be made.
     *
     * @throws LuaError if there is no room for it
     */
    public void charge(long bytes) {
        uncheckedBytes += bytes;
        if (uncheckedBytes >= uncheckedLimitBytes) {
            check(bytes);
        }
    }

    /** Something else begins: what was allocated before may be garbage now, though it was not when garbage was collected. */
    public void begin() {
        sinceCollectionBytes = Math.max(sinceCollectionBytes, chargedBytes() - begunBytes);
        begunBytes = chargedBytes();
    }

    /** Scripts that were kept are garbage now. */
    public void released() {
        sinceCollectionBytes = MIN_ROOM_BYTES;
    }

    /** All that was counted so far. */
    public long chargedBytes() {
        return checkedBytes + uncheckedBytes;
    }

    /**
     * The bytes of a new string.
     *
     * @throws LuaError if there is no room for them
     */
    public byte[] newBytes(long count) {
        if (count < LARGE_BYTES) {
            charge(count + BYTES_PER_STRING);
            return new byte[(int) count];
        }
        long footprint = chargeLarge(count);
        byte[] array = new byte[(int) count];
        remember(array, footprint - count);
        return array;
    }

    /**
     * An array for values.
     *
     * @throws LuaError if there is no room for it
     */
    @Nullable
    Object[] newArray(int count) {
        long bytes = (long) count * BYTES_PER_REFERENCE;
        if (bytes < LARGE_BYTES) {
            charge(bytes);
            return new @Nullable Object[count];
        }
        long footprint = chargeLarge(bytes);
        @Nullable Object[] array = new @Nullable Object[count];
        remember(array, footprint - bytes);
        return array;
    }

    private long chargeLarge(long bytes) {
        if (bytes > MAX_ARRAY_BYTES) {
            throw refusal.get();
        }
        long footprint = heap.footprintBytes(bytes);
        uncheckedBytes += footprint;
        check(footprint);
        return footprint;
    }

    private void remember(Object array, long bytes) {
        if (bytes >= LARGE_BYTES) {
            wasted.add(new Waste(array, bytes, freed));
            wastedBytes += bytes;
        }
    }

    private long unwasted(long roomBytes) {
        for (Object found = freed.poll(); found != null; found = freed.poll()) {
            if (found instanceof Waste waste && wasted.remove(waste)) {
                wastedBytes -= waste.bytes;
            }
        }
        return roomBytes - wastedBytes;
    }

    private void check(long bytes) {
        work.accept(uncheckedBytes / BYTES_PER_LOOP);
        sinceCollectionBytes += uncheckedBytes;
        checkedBytes += uncheckedBytes;
        uncheckedBytes = 0;
        uncheckedLimitBytes = 0;
        long room = unwasted(heap.roomBytes());
        if (!suffices(room, bytes)) {
            long start = System.nanoTime();
            if (sinceCollectionBytes < MIN_ROOM_BYTES && start - collectionNanos < pauseNanos) {
                throw refusal.get();
            }
            room = unwasted(heap.roomBytesWithoutGarbage());
            sinceCollectionBytes = 0;
            collectionNanos = System.nanoTime();
            pauseNanos = Math.max(MIN_PAUSE_NANOS, PAUSE_FACTOR * (collectionNanos - start));
            work.accept(LOOPS_PER_COLLECTION);
            if (!suffices(room, bytes)) {
                throw refusal.get();
            }
        }
        uncheckedLimitBytes = Math.min(MAX_STEP_BYTES, (room - bytes) / 2);
    }

    private static boolean suffices(long room, long bytes) {
        return room - bytes >= MIN_ROOM_BYTES && (bytes <= MIN_ROOM_BYTES || bytes <= room / MAX_ARRAY_DIVISOR);
    }

    /** Has other errors than a {@link LuaError} tell that there is no room, while something else than a script allocates. */
    public void refusesWith(Supplier<RuntimeException> error) {
        refusal = error;
    }

    /** Has a {@link LuaError} tell that there is no room. */
    public void refusesScripts() {
        refusal = MemoryBudget::notEnough;
    }

    private static RuntimeException notEnough() {
        return new LuaError("not enough memory");
    }
}
