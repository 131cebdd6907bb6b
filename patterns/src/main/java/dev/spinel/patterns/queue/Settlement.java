package dev.spinel.patterns.queue;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** What to do with a delivery, as made by its methods. Immutable. */
public final class Settlement {
    private final Delivery delivery;
    private final String kind;
    private final Duration delay;
    private final String cause;

    Settlement(Delivery delivery, String kind, Duration delay, String cause) {
        this.delivery = delivery;
        this.kind = kind;
        this.delay = delay;
        this.cause = requireNonNull(cause, "cause");
    }

    /** Of which delivery. */
    public Delivery delivery() {
        return delivery;
    }

    /** What the script calls it. */
    String kind() {
        return kind;
    }

    Duration delay() {
        return delay;
    }

    String cause() {
        return cause;
    }
}
