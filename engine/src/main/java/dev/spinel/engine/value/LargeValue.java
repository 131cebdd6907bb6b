package dev.spinel.engine.value;

import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;

/** A value that is too large for its record: an object with tables and pages of its own. Engine thread only. */
interface LargeValue extends Releasable {
    /** Bytes on the heap, those in the arena not counted. */
    long heapBytes();

    /** Tells the whole value. */
    void tell(ValueSink sink) throws IOException;

    /**
     * Starts to tell the value as it is now, piece by piece: what comes with {@link #advanceCut}, and each element that is
     * about to change before that.
     *
     * @return false, and nothing was told, if the value can only be told as a whole
     */
    boolean startCut(ValueSink sink) throws IOException;

    /** Tells about so many more elements of the cut; true when none is left. */
    boolean advanceCut(int elements) throws IOException;

    /**
     * Moves a part of the value out of the slabs that the arena wants to run empty, as far as the value can move at all.
     *
     * @param position 0 to start, or what the previous call returned
     * @return the position of the next call, or 0 at the end
     */
    default long evacuate(long position) {
        return 0;
    }
}
