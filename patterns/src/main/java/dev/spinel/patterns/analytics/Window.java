package dev.spinel.patterns.analytics;

import dev.spinel.patterns.transport.Arguments;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * How long something is counted for: the present bucket and those before it. Buckets begin at multiples of their length since
 * 1970-01-01T00:00Z, by the server's clock; so a window of n buckets covers between n - 1 and n times the length of a bucket.
 *
 * @param bucket length of a bucket, in whole milliseconds
 * @param buckets how many there are, from 1 to 400
 */
public record Window(Duration bucket, int buckets) {
    private static final int MAX_BUCKETS = 400;
    /** What servers take as a time to live, and more than anyone waits for. */
    static final Duration LONGEST = Duration.ofDays(3660);

    /** Requires a length of 1 ms to 3660 days in whole milliseconds, and a number of buckets within bounds. */
    public Window {
        if (bucket.compareTo(Duration.ofMillis(1)) < 0 || bucket.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "A bucket is between 1 ms and " + LONGEST.toDays() + " days, not " + bucket);
        }
        if (bucket.toNanos() % 1_000_000 != 0) {
            throw new IllegalArgumentException("A bucket is in whole milliseconds, not " + bucket);
        }
        if (buckets < 1 || buckets > MAX_BUCKETS) {
            throw new IllegalArgumentException("A window has 1 to " + MAX_BUCKETS + " buckets, not " + buckets);
        }
    }

    /** So many buckets of a length. */
    public static Window of(int buckets, Duration bucket) {
        return new Window(bucket, buckets);
    }

    /** The keys of a ring with a place for each bucket, and another one. */
    List<String> ring(String tag) {
        List<String> keys = new ArrayList<>(buckets + 1);
        for (int i = 0; i <= buckets; i++) {
            keys.add(tag + ':' + i);
        }
        return keys;
    }

    /** The first argument of each script. */
    Arguments arguments() {
        return new Arguments().add(bucket.toMillis());
    }

    /**
     * Checks a number of buckets to read.
     *
     * @throws IllegalArgumentException if the window does not have so many
     */
    void check(int count) {
        if (count < 1 || count > buckets) {
            throw new IllegalArgumentException("The window has " + buckets + " buckets, not " + count);
        }
    }
}
