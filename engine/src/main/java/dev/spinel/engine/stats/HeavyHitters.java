package dev.spinel.engine.stats;

import dev.spinel.api.data.Bytes;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The keys with the largest sums, of more keys than could be counted one by one; the memory is bounded. Engine thread only.
 *
 * <p>Source: Metwally, Agrawal and El Abbadi, "Efficient computation of frequent and top-k elements in data streams" (2005).
 */
public final class HeavyHitters {
    /*
     * Space-Saving: there is a fixed number of counters. A key that has none takes the counter of the smallest sum and adds to
     * that, so each key with more than a counter's share of everything that was added has one. What a key has taken over is
     * remembered, and is not told as its own: the sum that is told is what was added since the key got its counter, at most
     * what the key had. A heap has the counter of the smallest sum ready.
     *
     * Keys may be long, so their bytes are bounded, too: for a long key the counters of several small sums go. One that would
     * take the counters of large sums, too, gets none.
     */
    private static final int COUNTERS_PER_RESULT = 16;

    /** Keys with more than one in so many parts of everything are found however few are asked for. */
    private static final int MIN_COUNTERS = 256;

    private static final int MAX_KEYS_BYTES = 1 << 20;
    private static final int MAX_KEY_BYTES = MAX_KEYS_BYTES / 16;

    /** What a counter takes of the heap beside the bytes of its key. */
    private static final int COUNTER_BYTES = 136;

    private final int results;
    private final Map<Bytes, Counter> counters = new HashMap<>();
    private final @Nullable Counter[] heap;
    private int size;
    private int keysBytes;

    private static final class Counter {
        private final Bytes key;
        private final long takenOver;
        private long sum;
        private int place;

        private Counter(Bytes key, long takenOver) {
            this.key = key;
            this.takenOver = takenOver;
            this.sum = takenOver;
        }
    }

    /** A key and what was added for it, or a little less. */
    public record Entry(Bytes key, long sum) {}

    /** @param results how many keys are asked for */
    public HeavyHitters(int results) {
        this.results = results;
        this.heap = new @Nullable Counter[Math.max(MIN_COUNTERS, results * COUNTERS_PER_RESULT)];
    }

    /**
     * Adds to the sum of a key, which needs to be valid during the call only; keys of more than {@value #MAX_KEY_BYTES} bytes are
     * not counted. O(log(number of counters)).
     */
    public void add(Bytes key, long amount) {
        if (amount <= 0) {
            return;
        }
        Counter counter = counters.get(key);
        if (counter == null) {
            if (key.length() > MAX_KEY_BYTES) {
                return;
            }
            counter = newCounter(key);
        }
        counter.sum += amount;
        sink(counter);
    }

    private Counter newCounter(Bytes key) {
        long takenOver = 0;
        while (size == heap.length || keysBytes + key.length() > MAX_KEYS_BYTES) {
            takenOver = removeSmallest();
        }
        Counter counter = new Counter(key.copy(), takenOver);
        counters.put(counter.key, counter);
        keysBytes += key.length();
        place(counter, size++);
        rise(counter);
        return counter;
    }

    private long removeSmallest() {
        Counter smallest = at(0);
        counters.remove(smallest.key);
        keysBytes -= smallest.key.length();
        Counter last = at(--size);
        heap[size] = null;
        if (size > 0) {
            place(last, 0);
            sink(last);
        }
        return smallest.sum;
    }

    private Counter at(int place) {
        return Objects.requireNonNull(heap[place]);
    }

    private void place(Counter counter, int place) {
        heap[place] = counter;
        counter.place = place;
    }

    /** Moves a counter up while it is smaller than the one above. */
    private void rise(Counter counter) {
        while (counter.place > 0) {
            int above = (counter.place - 1) / 2;
            if (at(above).sum <= counter.sum) {
                return;
            }
            swap(counter, above);
        }
    }

    /** Moves a counter down while one below is smaller. */
    private void sink(Counter counter) {
        while (true) {
            int below = 2 * counter.place + 1;
            if (below + 1 < size && at(below + 1).sum < at(below).sum) {
                below++;
            }
            if (below >= size || at(below).sum >= counter.sum) {
                return;
            }
            swap(counter, below);
        }
    }

    private void swap(Counter counter, int place) {
        Counter other = at(place);
        place(other, counter.place);
        place(counter, place);
    }

    /** The keys of the largest sums, the largest first; as many as are asked for, or all there are. */
    public List<Entry> largest() {
        return counters.values().stream()
                .map(counter -> new Entry(counter.key, counter.sum - counter.takenOver))
                .sorted(Comparator.comparingLong(Entry::sum).reversed())
                .limit(results)
                .toList();
    }

    /** What the counters take of the heap, in bytes. */
    public long heapBytes() {
        return (long) size * COUNTER_BYTES + keysBytes;
    }
}
