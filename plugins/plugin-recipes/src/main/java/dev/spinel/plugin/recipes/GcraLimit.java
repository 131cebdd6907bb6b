package dev.spinel.plugin.recipes;

import static dev.spinel.plugin.recipes.LuaNumbers.max;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;

/**
 * The generic cell rate algorithm: one unit per interval, after a burst. The key is a string, the time at which all that was
 * taken will have drained.
 */
final class GcraLimit extends LimitCheck {
    /** Below the clock's grain and above rounding. */
    private static final double HALF_MICRO = 0.5;

    private final double span;
    private final double drained;
    private final double after;
    private final boolean pulledBack;

    /** @param reservation how far beyond the burst the time may lie, in microseconds */
    GcraLimit(RateLimit.Request request, Bytes key, double interval, double burst, double reservation) {
        super(request, key, interval, burst);
        span = interval * burst;
        StringValue stored = effects.keys().read(ValueType.STRING, key);
        double until = stored == null ? now : LuaNumbers.parse(stored.bytes());
        pulledBack = until > now + span + reservation + 1;
        if (pulledBack) {
            until = now + span + reservation;
        }
        drained = until < now ? now : until;
        after = drained + interval * cost;
        retry = cost > burst ? -1 : max(0, Math.ceil(after - span - now - HALF_MICRO));
    }

    @Override
    double remaining(boolean taken) {
        double at = taken ? after : drained;
        return max(0, Math.floor((span - (at - now) + HALF_MICRO) / interval));
    }

    @Override
    double reset(boolean taken) {
        return Math.ceil((taken ? after : drained) - now);
    }

    @Override
    void take() {
        put(after);
    }

    @Override
    void keep() {
        if (pulledBack) {
            put(drained);
        }
    }

    private void put(double until) {
        effects.set(key, LuaNumbers.text(until), expiry(until - now));
    }
}
