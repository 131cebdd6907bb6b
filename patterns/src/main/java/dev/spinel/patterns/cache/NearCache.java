package dev.spinel.patterns.cache;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How a cache keeps copies in its process, which take no round trip. The server tells of every change of an entry, so that a copy goes with
 * the next message; a broken connection drops all copies, and one that is silent makes them useless after {@code maxLag}. So a copy is at
 * most {@code maxLag} behind the server, whatever fails, and usually as long as a message takes. In the process that invalidates, copies are gone
 * when {@link CacheAside#invalidate} returns.
 *
 * <p>Where the client library cannot be told of changes (Jedis, and Lettuce on a cluster), copies are kept for {@code keepUntracked} and
 * may be that old: not at all unless set.
 *
 * @param maxEntries how many copies are kept; those not used for longest go first
 * @param keepFor how long a copy is kept at most; never for more than half of the time that its entry is still fresh, so that early
 *     refreshes happen in time
 * @param maxLag how far a copy may be behind the server, at least 100 ms: three questions are asked in that time, to learn whether the
 *     connection still works
 * @param keepUntracked how long a copy is kept where the server cannot tell of changes; zero for not at all
 */
public record NearCache(int maxEntries, Duration keepFor, Duration maxLag, Duration keepUntracked) {
    private static final Duration SHORTEST_LAG = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofDays(3660);

    /** Requires times and a number that make sense. */
    public NearCache {
        requireNonNull(keepFor, "keepFor");
        requireNonNull(maxLag, "maxLag");
        requireNonNull(keepUntracked, "keepUntracked");
        if (maxEntries < 1) {
            throw new IllegalArgumentException("maxEntries is at least 1, not " + maxEntries);
        }
        check("keepFor", keepFor, Duration.ofNanos(1));
        check("maxLag", maxLag, SHORTEST_LAG);
        check("keepUntracked", keepUntracked, Duration.ZERO);
    }

    private static void check(String setting, Duration value, Duration least) {
        if (value.compareTo(least) < 0 || value.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    setting + " is between " + least + " and " + LONGEST.toDays() + " days, not " + value);
        }
    }

    /** Up to so many copies, each for up to a minute, at most 3 seconds behind the server, and none where it cannot tell of changes. */
    public static NearCache of(int maxEntries) {
        return new NearCache(maxEntries, Duration.ofMinutes(1), Duration.ofSeconds(3), Duration.ZERO);
    }

    /** The same with another {@code keepFor}. */
    public NearCache withKeepFor(Duration value) {
        return new NearCache(maxEntries, value, maxLag, keepUntracked);
    }

    /** The same with another {@code maxLag}. */
    public NearCache withMaxLag(Duration value) {
        return new NearCache(maxEntries, keepFor, value, keepUntracked);
    }

    /** The same with another {@code keepUntracked}. */
    public NearCache withKeepUntracked(Duration value) {
        return new NearCache(maxEntries, keepFor, maxLag, value);
    }
}
