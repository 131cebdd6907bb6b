package dev.spinel.engine.keyspace;

import dev.spinel.api.keyspace.KeyDescription;
import dev.spinel.engine.dataset.KeyUse;
import java.util.random.RandomGenerator;

/**
 * Reads and writes the 24 bits of a record that tell how its key is used.
 *
 * <p>Engine thread only.
 */
public final class AccessClock {
    /*
     * Under a policy of use frequency the bits are, as in Redis, the minute of the last decay and a counter that grows
     * with the logarithm of the number of accesses (Morris, 1978):
     *
     *   | minute of Unix time: 16 bits | counter: 8 bits |
     *
     * Under any other policy they are Unix time in seconds: of the last access, or of the last change where its age
     * counts. A change of the policy leaves the bits of a key as they are until its next access.
     */
    private static final int MASK = 0xffffff;
    private static final int COUNTER_BITS = 8;
    private static final int MAX_COUNTER = 255;
    private static final int MINUTE_MASK = 0xffff;
    private static final int MILLIS_PER_SECOND = 1000;
    private static final int MILLIS_PER_MINUTE = 60_000;

    /** The counter of a new key: it gets a chance to be used before it is the least used. */
    private static final int INITIAL_COUNTER = 5;

    private final RandomGenerator random;
    private EvictionPolicy.Order order = EvictionPolicy.Order.NONE;
    private int logFactor = 10;
    private int decayMinutes = 1;
    private int seconds;
    private int minutes;

    AccessClock(RandomGenerator random) {
        this.random = random;
    }

    void nowMillis(long unixMillis) {
        seconds = (int) (unixMillis / MILLIS_PER_SECOND) & MASK;
        minutes = (int) (unixMillis / MILLIS_PER_MINUTE) & MINUTE_MASK;
    }

    void order(EvictionPolicy.Order value) {
        order = value;
    }

    /** Sets how slowly the counter grows ({@code lfu-log-factor}): the larger, the more accesses until it is full. */
    public void logFactor(int factor) {
        logFactor = factor;
    }

    /** Sets after how many minutes without an access the counter loses one ({@code lfu-decay-time}); 0 for never. */
    public void decayMinutes(int value) {
        decayMinutes = value;
    }

    private boolean counts() {
        return order == EvictionPolicy.Order.FREQUENCY;
    }

    /** Whether the age of a change is what counts, and reading does not. */
    boolean tracksChanges() {
        return order == EvictionPolicy.Order.MODIFICATION_AGE;
    }

    /** The bits of a new key. */
    int initial() {
        return counts() ? bits(INITIAL_COUNTER) : seconds;
    }

    /** The bits of a key that is read now. */
    int read(int bits) {
        return tracksChanges() ? bits : changed(bits);
    }

    /** The bits of a key that is changed now. */
    int changed(int bits) {
        return counts() ? bits(incremented(frequency(bits))) : seconds;
    }

    /** The bits of a key whose use is known from elsewhere; those of a new key if it is unknown or of the other kind. */
    int of(long use) {
        if (counts()) {
            return KeyUse.isFrequency(use) ? bits(KeyUse.counter(use)) : initial();
        }
        return KeyUse.isIdle(use) ? (int) (seconds - KeyUse.idleSeconds(use)) & MASK : initial();
    }

    /** What is known of the use of a key and worth saving under the policy. */
    long use(int bits) {
        return switch (order) {
            case IDLE_TIME, MODIFICATION_AGE -> KeyUse.idle(idleSeconds(bits));
            case FREQUENCY -> KeyUse.frequency(frequency(bits));
            case NONE, RANDOM, EXPIRY -> KeyUse.UNKNOWN;
        };
    }

    /**
     * Seconds since the last access, or the last change where its age counts; {@link KeyDescription#NOT_TRACKED} under a
     * policy of use frequency.
     */
    int idleSeconds(int bits) {
        return counts() ? KeyDescription.NOT_TRACKED : (seconds - bits) & MASK;
    }

    /** The counter as of now; {@link KeyDescription#NOT_TRACKED} under any policy but one of use frequency. */
    int frequency(int bits) {
        if (!counts()) {
            return KeyDescription.NOT_TRACKED;
        }
        int counter = bits & MAX_COUNTER;
        int elapsed = (minutes - (bits >>> COUNTER_BITS)) & MINUTE_MASK;
        return decayMinutes == 0 ? counter : Math.max(0, counter - elapsed / decayMinutes);
    }

    private int bits(int counter) {
        return minutes << COUNTER_BITS | counter;
    }

    private int incremented(int counter) {
        if (counter == MAX_COUNTER) {
            return MAX_COUNTER;
        }
        double aboveInitial = Math.max(0, counter - INITIAL_COUNTER);
        return random.nextDouble() < 1 / (aboveInitial * logFactor + 1) ? counter + 1 : counter;
    }
}
