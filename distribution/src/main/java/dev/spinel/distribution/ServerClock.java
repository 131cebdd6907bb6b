package dev.spinel.distribution;

import java.time.Instant;
import java.util.function.LongSupplier;

/**
 * The time of a server.
 *
 * @param unixMicros Unix time in microseconds
 * @param nanos a steady clock in nanoseconds
 */
record ServerClock(LongSupplier unixMicros, LongSupplier nanos) {
    static final ServerClock SYSTEM = new ServerClock(ServerClock::systemMicros, System::nanoTime);

    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MICROS_PER_MILLI = 1_000;
    private static final long NANOS_PER_MICRO = 1_000;

    /** Unix time in milliseconds, cut down. */
    long unixMillis() {
        return unixMicros.getAsLong() / MICROS_PER_MILLI;
    }

    private static long systemMicros() {
        Instant now = Instant.now();
        return now.getEpochSecond() * MICROS_PER_SECOND + now.getNano() / NANOS_PER_MICRO;
    }
}
