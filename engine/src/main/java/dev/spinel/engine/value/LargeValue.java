package dev.spinel.engine.value;

/** A value that is too large for its record: an object with tables and pages of its own. Engine thread only. */
interface LargeValue extends Releasable {
    /** Bytes on the heap, those in the arena not counted. */
    long heapBytes();
}
