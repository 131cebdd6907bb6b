package dev.spinel.patterns.queue;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What an exchange did.
 *
 * @param settled for each settlement, in order, whether it took effect; false if the lease had ended and another worker got the
 *     message, or it is gone; of a stream, {@link QueueEngine#STREAM} tells more
 * @param deliveries what was claimed
 * @param next after what time there may be more to claim without anybody enqueuing, or resuming a paused queue; zero if there is more already,
 *     empty if nothing comes
 */
public record Exchange(List<Boolean> settled, List<Delivery> deliveries, Optional<Duration> next) {
    /** Keeps copies of the lists. */
    public Exchange {
        settled = List.copyOf(settled);
        deliveries = List.copyOf(deliveries);
    }
}
