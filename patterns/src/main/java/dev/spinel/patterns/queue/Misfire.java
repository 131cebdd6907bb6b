package dev.spinel.patterns.queue;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What becomes of the times of a schedule that had passed when a scheduler came to look, because none ran, or the queue was full. Of the latest ones
 * up to {@code most} each gets its message, unless it is older than {@code maxAge}; the others get none. If a queue has room for some of these, the
 * latest ones get theirs; if for none, all wait until there is.
 *
 * @param most from 1 to 1000
 * @param maxAge from a second to 3660 days
 */
public record Misfire(int most, Duration maxAge) {
    private static final Duration ANY_AGE = Duration.ofDays(3660);

    /** Requires both to be in range. */
    public Misfire {
        requireNonNull(maxAge, "maxAge");
        if (most < 1 || most > 1000) {
            throw new IllegalArgumentException("most is between 1 and 1000, not " + most);
        }
        if (maxAge.compareTo(Duration.ofSeconds(1)) < 0 || maxAge.compareTo(ANY_AGE) > 0) {
            throw new IllegalArgumentException("maxAge is between a second and 3660 days, not " + maxAge);
        }
    }

    /** Missed times are skipped: there is no message unless the latest time is less than a minute ago. */
    public static Misfire skip() {
        return new Misfire(1, Duration.ofMinutes(1));
    }

    /** One message for all missed times, that of the latest one. */
    public static Misfire fireOnce() {
        return new Misfire(1, ANY_AGE);
    }

    /** A message for each missed time, up to so many: those of the latest ones, in order. */
    public static Misfire fireAll(int most) {
        return new Misfire(most, ANY_AGE);
    }
}
