package dev.spinel.patterns.transport;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** Measures how long a server takes to reply, for transports. */
public final class RoundTrip {
    /** The first one may be that of a new connection, and any one may meet a pause. */
    private static final int TRIALS = 3;

    private RoundTrip() {}

    /**
     * Sends PING, which the server need not permit, a few times, and waits for the replies.
     *
     * @param sender sends a command, as {@link RedisTransport#send} does
     * @return the shortest time until a reply; empty if one of them did not come
     */
    public static Optional<Duration> shortest(Function<Command, CompletionStage<Reply>> sender) {
        long shortest = Long.MAX_VALUE;
        for (int i = 0; i < TRIALS; i++) {
            long start = System.nanoTime();
            try {
                sender.apply(new Command("PING", List.of(), null, true))
                        .toCompletableFuture()
                        .join();
            } catch (CompletionException e) { // the server is not reached: whoever uses it will be told
                return Optional.empty();
            }
            shortest = Math.min(shortest, System.nanoTime() - start);
        }
        return Optional.of(Duration.ofNanos(shortest));
    }
}
