package dev.spinel.plugin.recipes;

import static dev.spinel.plugin.recipes.LuaNumbers.max;
import static dev.spinel.plugin.recipes.LuaNumbers.min;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.ValueType;

/**
 * A bucket into which a batch of tokens falls at the end of each interval. The key is a hash of the tokens, below zero if some
 * are owed, and of the start of the running interval.
 */
final class BucketLimit extends LimitCheck {
    private static final Bytes TOKENS = Bytes.of("tokens");
    private static final Bytes SINCE = Bytes.of("since");

    private final double refill;
    private final double tokens;
    private final double since;
    private final boolean changed;

    /**
     * A bucket.
     *
     * @param refill tokens per interval, above 0
     * @param debt how many tokens may be owed
     */
    BucketLimit(RateLimit.Request request, Bytes key, double interval, double capacity, double refill, double debt) {
        super(request, key, interval, capacity);
        this.refill = refill;
        double present = capacity;
        double start = now;
        boolean differs = false;
        HashValue stored = effects.keys().read(ValueType.HASH, key);
        Bytes text = stored == null ? null : stored.get(TOKENS);
        if (stored != null && text != null) {
            present = LuaNumbers.parse(text);
            start = number(stored, SINCE);
            differs = start > now;
            if (differs) {
                start = now;
            }
            double steps = Math.floor((now - start) / interval);
            present = min(capacity, present + steps * refill);
            start += steps * interval;
            if (present >= capacity) {
                start = now;
            }
            // Settings that allow less debt than those that made it.
            if (present < -debt) {
                present = -debt;
                differs = true;
            }
        }
        tokens = present;
        since = start;
        changed = differs;
        retry = cost > capacity ? -1 : cost <= tokens ? 0 : untilHas(cost, tokens);
    }

    private double untilHas(double wanted, double present) {
        return max(0, Math.ceil((wanted - present) / refill) * interval - (now - since));
    }

    private double left(boolean taken) {
        return taken ? tokens - cost : tokens;
    }

    @Override
    double remaining(boolean taken) {
        return max(0, left(taken));
    }

    @Override
    double reset(boolean taken) {
        double left = left(taken);
        return left >= capacity ? 0 : untilHas(capacity, left);
    }

    @Override
    void take() {
        put(tokens - cost);
    }

    @Override
    void keep() {
        if (changed) {
            put(tokens);
        }
    }

    private void put(double value) {
        effects.hset(key, TOKENS, LuaNumbers.text(value), SINCE, LuaNumbers.text(since));
        effects.pexpireat(key, expiry(untilHas(capacity, value)));
    }
}
