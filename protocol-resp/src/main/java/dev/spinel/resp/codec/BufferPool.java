package dev.spinel.resp.codec;

import dev.spinel.api.error.CommandException;
import java.util.Arrays;

/**
 * A stock of byte arrays whose lengths are powers of two, shared by the writers of one thread.
 *
 * <p>One thread only. Taking and giving back are O(1); an array comes with whatever its last user left in it.
 */
public final class BufferPool {
    /** Length of the smallest array. */
    public static final int MIN_LENGTH = 4096;

    private static final int MIN_SHIFT = Integer.numberOfTrailingZeros(MIN_LENGTH);
    private static final int CLASSES = 10;
    /** Longer arrays are not kept: 2 MiB. */
    private static final int MAX_KEPT_LENGTH = MIN_LENGTH << (CLASSES - 1);
    /** The share of the budget up to which arrays are kept. */
    private static final int KEPT_DIVISOR = 8;
    /** What every JVM grants. */
    private static final int MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 8;

    private final byte[][][] kept = new byte[CLASSES][16][];
    private final int[] counts = new int[CLASSES];
    private final long maxKeptBytes;
    private final BufferBudget budget;
    private long keptBytes;
    private int maxLength = MAX_ARRAY_LENGTH;

    /**
     * @param maxKeptBytes how much the pool holds at most
     * @param budget what pays for the arrays that are taken and not given back
     */
    public BufferPool(long maxKeptBytes, BufferBudget budget) {
        this.maxKeptBytes = maxKeptBytes;
        this.budget = budget;
    }

    /** The longest array that a writer may ask for. */
    public int maxLength() {
        return maxLength;
    }

    /** Sets {@link #maxLength}, so that one reply cannot exhaust the heap; more than an array can hold counts as that. */
    public void maxLength(long bytes) {
        maxLength = (int) Math.min(MAX_ARRAY_LENGTH, bytes);
    }

    /**
     * An array of the smallest power of two that is at least {@code minLength}, or of {@code minLength} itself if it is not
     * going to be kept.
     *
     * @throws CommandException if the budget does not allow it
     */
    public byte[] take(int minLength) {
        int length = minLength;
        if (minLength <= MAX_KEPT_LENGTH) {
            length = minLength <= MIN_LENGTH ? MIN_LENGTH : Integer.highestOneBit(minLength - 1) << 1;
        }
        if (!budget.take(length)) {
            throw outOfMemory();
        }
        if (length > MAX_KEPT_LENGTH) {
            return new byte[length];
        }
        int sizeClass = sizeClass(length);
        if (counts[sizeClass] == 0) {
            return new byte[length];
        }
        keptBytes -= length;
        return kept[sizeClass][--counts[sizeClass]];
    }

    /** Takes back an array that {@link #take} gave; its former owner no longer uses it. */
    public void give(byte[] array) {
        budget.give(array.length);
        long mayKeepBytes = Math.min(maxKeptBytes, budget.maxBytes() / KEPT_DIVISOR);
        if (array.length > MAX_KEPT_LENGTH || keptBytes + array.length > mayKeepBytes) {
            return;
        }
        int sizeClass = sizeClass(array.length);
        byte[][] stack = kept[sizeClass];
        if (counts[sizeClass] == stack.length) {
            stack = Arrays.copyOf(stack, stack.length * 2);
            kept[sizeClass] = stack;
        }
        stack[counts[sizeClass]++] = array;
        keptBytes += array.length;
    }

    /** What a command is answered whose reply finds no room. */
    static CommandException outOfMemory() {
        return new CommandException("OOM not enough memory for the reply");
    }

    private static int sizeClass(int length) {
        return Integer.numberOfTrailingZeros(length) - MIN_SHIFT;
    }
}
