package dev.spinel.engine.value;

import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.ArenaExhaustedException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The values that are too large for their record, by the handle that the record stores instead.
 *
 * <p>A large value is one Java object that owns tables and pages in the arena; there is one for hundreds of elements or
 * more, so their number does not trouble the collector. Engine thread only.
 */
public final class LargeValues {
    private static final int HANDLE_BYTES = Integer.BYTES;
    private static final int REFERENCE_BYTES = 4;
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());

    private final LazyRelease lazyRelease;
    private @Nullable LargeValue[] values = new @Nullable LargeValue[64];
    private int[] freeHandles = new int[64];
    private int freeCount;
    private int end;
    private long growthBytes;
    /** The value whose evacuation has begun and not ended. */
    private @Nullable LargeValue evacuated;
    /** The values with a cut; true for those that were removed meanwhile. */
    private final IdentityHashMap<LargeValue, Boolean> cuts = new IdentityHashMap<>();

    public LargeValues(LazyRelease lazyRelease) {
        this.lazyRelease = lazyRelease;
    }

    /** Bytes on the heap of all large values. O(number of large values), more for sorted sets. */
    public long heapBytes() {
        long bytes = (long) values.length * REFERENCE_BYTES + (long) freeHandles.length * Integer.BYTES;
        for (int handle = 0; handle < end; handle++) {
            LargeValue value = values[handle];
            if (value != null) {
                bytes += value.heapBytes();
            }
        }
        return bytes;
    }

    /** Bytes on the heap that were added by values so far, those that are gone included. */
    public long growthBytes() {
        return growthBytes;
    }

    /** A value that is here, or about to be, has so many bytes more on the heap. */
    void grew(long bytes) {
        growthBytes += bytes;
    }

    /** Keeps a value and makes its handle the content of a cell; releases the value if there is no room for that. */
    void link(ValueCell cell, LargeValue value) {
        int handle = add(value);
        try {
            cell.resize(HANDLE_BYTES);
        } catch (ArenaExhaustedException e) {
            remove(handle);
            value.release();
            throw e;
        }
        INTS.set(cell.array(), cell.offset(), handle);
    }

    /** The value whose handle is the content of a cell. */
    LargeValue linkedFrom(ValueCell cell) {
        return get((int) INTS.get(cell.array(), cell.offset()));
    }

    /** Forgets the value whose handle is the content of a cell, and releases its memory now or later. */
    void release(ValueCell cell) {
        int handle = (int) INTS.get(cell.array(), cell.offset());
        LargeValue value = get(handle);
        remove(handle);
        if (cuts.replace(value, true) == null) {
            lazyRelease.accept(value);
        }
    }

    /** Starts to tell a value piece by piece; null if it can only be told as a whole. */
    @Nullable
    ValueCut cut(LargeValue value, ValueSink sink) throws IOException {
        if (!value.startCut(sink)) {
            return null;
        }
        cuts.put(value, false);
        return new ValueCut(this, value);
    }

    /** Forgets a cut; if its value was removed meanwhile, the memory is released. */
    void cutIsOver(LargeValue value) {
        if (Boolean.TRUE.equals(cuts.remove(value))) {
            lazyRelease.add(value, 1);
        }
    }

    /** No value has this handle, or a higher one. */
    public int handleLimit() {
        return end;
    }

    /**
     * Moves a part of the value with a handle, if there is one, as {@link LargeValue#evacuate}; from its start if the handle
     * was another value's at the previous call.
     */
    public long evacuate(int handle, long position) {
        LargeValue value = values[handle];
        long next = value == null ? 0 : value.evacuate(value == evacuated ? position : 0);
        evacuated = next == 0 ? null : value;
        return next;
    }

    /** Keeps a value and returns its handle. */
    int add(LargeValue value) {
        if (freeCount == 0 && end == values.length) {
            values = Arrays.copyOf(values, values.length * 2);
        }
        int handle = freeCount > 0 ? freeHandles[--freeCount] : end++;
        values[handle] = value;
        growthBytes += value.heapBytes();
        return handle;
    }

    /** The value behind a handle. */
    LargeValue get(int handle) {
        return Objects.requireNonNull(values[handle], "large value");
    }

    /** Forgets a value; its handle is given out again. */
    void remove(int handle) {
        if (values[handle] == evacuated) {
            evacuated = null;
        }
        values[handle] = null;
        if (freeCount == freeHandles.length) {
            freeHandles = Arrays.copyOf(freeHandles, freeCount * 2);
        }
        freeHandles[freeCount++] = handle;
    }
}
