package dev.spinel.resp.codec;

import dev.spinel.api.data.Bytes;
import java.util.Arrays;

/**
 * Room for the arguments of the request at hand, shared by the decoders of one thread, which decode one at a time.
 *
 * <p>One thread only.
 */
public final class RequestViews {
    /** Room for more arguments than this is given up after the request. */
    public static final int KEPT = 1024;

    /** Start and length of each argument, relative to the start of the request. */
    private int[] positions = new int[2 * 16];

    private Bytes[] views = {};

    int[] positions() {
        return positions;
    }

    /** Keeps a grown array for requests to come, unless it is very large. */
    void positions(int[] grown) {
        if (grown.length <= 2 * KEPT) {
            positions = grown;
        }
    }

    /**
     * Views on {@code count} arguments; the array is longer than that. Valid until the next call.
     *
     * @param argPositions start relative to {@code base} and length of each argument, those of the wanted ones from
     *     index {@code from} on
     */
    public Bytes[] point(byte[] array, int base, int[] argPositions, int from, int count) {
        Bytes[] all = views.length < count || views.length > KEPT ? resized(count) : views;
        for (int i = 0; i < count; i++) {
            all[i].set(array, base + argPositions[from + 2 * i], argPositions[from + 2 * i + 1]);
        }
        return all;
    }

    private Bytes[] resized(int count) {
        int kept = Math.min(views.length, KEPT);
        Bytes[] all = Arrays.copyOf(views, Math.max(count, Math.min(KEPT, 2 * kept + 16)));
        for (int i = kept; i < all.length; i++) {
            all[i] = new Bytes();
        }
        views = all;
        return all;
    }
}
