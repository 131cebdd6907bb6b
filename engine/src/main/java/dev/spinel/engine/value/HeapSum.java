package dev.spinel.engine.value;

/** How many bytes on the heap several objects have in all, as they tell it themselves. Engine thread only. */
final class HeapSum {
    private long bytes;

    /** Tells of so many bytes more, or, negative, less. */
    void add(long difference) {
        bytes += difference;
    }

    long bytes() {
        return bytes;
    }
}
