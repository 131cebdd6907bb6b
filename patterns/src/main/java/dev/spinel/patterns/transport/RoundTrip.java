package dev.spinel.patterns.transport;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/** Measures how long a server takes to reply, for transports. */
public final class RoundTrip {
    /** The first one may be that of a new connection, and any one may meet a pause. */
    private static final int TRIALS = 3;

    private static final Duration MOST = Duration.ofSeconds(2);

    private RoundTrip() {}

    /**
     * Sends PING, which the server need not permit, a few times, and waits for the replies: two seconds in all at most.
     *
     * @param sender sends a command, as {@link RedisTransport#send} does
     * @return the shortest time until a reply; empty if one of them did not come by then
     */
    public static Optional<Duration> shortest(Function<Command, CompletionStage<Reply>> sender) {
        long shortest = Long.MAX_VALUE;
        long begin = System.nanoTime();
        try {
            for (int i = 0; i < TRIALS; i++) {
                long start = System.nanoTime();
                sender.apply(new Command("PING", List.of(), null))
                        .toCompletableFuture()
                        .get(MOST.toNanos() - (start - begin), TimeUnit.NANOSECONDS);
                shortest = Math.min(shortest, System.nanoTime() - start);
            }
        } catch (ExecutionException | TimeoutException e) { // the server is not reached: whoever uses it will be told
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        return Optional.of(Duration.ofNanos(shortest));
    }
}
