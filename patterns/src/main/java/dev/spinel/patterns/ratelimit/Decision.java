package dev.spinel.patterns.ratelimit;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** The answer of a {@link RateLimiter}. */
public sealed interface Decision {
    /** The state of each limit, in the limiter's order; at least one. */
    List<LimitState> states();

    /**
     * Whether the server was not asked, because it did not answer: the {@link FailureMode} decided, and {@code states} tell
     * only the settings.
     */
    boolean degraded();

    /** Whether the caller may go ahead. */
    default boolean allowed() {
        return this instanceof Allowed;
    }

    /** The limit that decides: of those that deny the one that denies longest, otherwise the scarcest one. */
    default LimitState binding() {
        LimitState binding = states().get(0);
        for (LimitState state : states()) {
            if (isTighter(state, binding)) {
                binding = state;
            }
        }
        return binding;
    }

    private static boolean isTighter(LimitState a, LimitState b) {
        if (a.neverFits() != b.neverFits()) {
            return a.neverFits();
        }
        int byWait = a.retryAfter().compareTo(b.retryAfter());
        return byWait != 0 ? byWait > 0 : a.remaining() < b.remaining();
    }

    /** The cost that still fits at once, into each of the limits. */
    default long remaining() {
        return states().stream().mapToLong(LimitState::remaining).min().orElseThrow();
    }

    /** This decision as fields of an HTTP response. */
    default RateLimitFields fields() {
        return RateLimitFields.of(this);
    }

    /**
     * The cost was taken.
     *
     * @param grant the receipt; empty after a mere look and in a degraded decision
     * @param delay when it may be used: at once, except for reservations; of a reservation that was asked for again with its id, what is
     *     left of it
     */
    record Allowed(Optional<Grant> grant, Duration delay, List<LimitState> states, boolean degraded)
            implements Decision {
        /** Keeps a copy of the list. */
        public Allowed {
            states = List.copyOf(states);
        }
    }

    /**
     * Nothing was taken.
     *
     * @param retryAfter when the same cost fits if nobody else takes any, to the microsecond; of a reservation, when that is as near as
     *     its {@code maxWait}
     * @param neverFits whether the cost is above the capacity of a limit, so that trying again is vain
     */
    record Limited(Duration retryAfter, boolean neverFits, List<LimitState> states, boolean degraded)
            implements Decision {
        /** Keeps a copy of the list. */
        public Limited {
            states = List.copyOf(states);
        }
    }
}
