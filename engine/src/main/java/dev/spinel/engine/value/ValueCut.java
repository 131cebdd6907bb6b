package dev.spinel.engine.value;

import java.io.IOException;

/**
 * A large value that is told piece by piece as it was at one moment, while it goes on changing. When it is removed before
 * the last piece was told, its memory is released after that.
 *
 * <p>Engine thread only.
 */
public final class ValueCut {
    private final LargeValues values;
    private final LargeValue value;

    ValueCut(LargeValues values, LargeValue value) {
        this.values = values;
        this.value = value;
    }

    /**
     * Tells more elements, about as many as asked for.
     *
     * @return whether none is left; the cut is then over
     */
    public boolean advance(int elements) throws IOException {
        boolean over = value.advanceCut(elements);
        if (over) {
            values.cutIsOver(value);
        }
        return over;
    }
}
