package dev.spinel.engine.value;

import org.jspecify.annotations.Nullable;

/** How many bytes on the heap several objects have in all, as they tell it themselves. Engine thread only. */
final class HeapSum {
    private final @Nullable LargeValues values;
    private long bytes;

    /** A sum that nobody is told of. */
    HeapSum() {
        values = null;
    }

    /** A sum that is part of a large value, which grows with it. */
    HeapSum(LargeValues values) {
        this.values = values;
    }

    /** Tells of so many bytes more, or, negative, less. */
    void add(long difference) {
        bytes += difference;
        if (difference > 0 && values != null) {
            values.grew(difference);
        }
    }

    long bytes() {
        return bytes;
    }
}
