package dev.spinel.plugin.recipes;

import static dev.spinel.plugin.recipes.LuaNumbers.max;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.ValueType;

/**
 * A sliding window that counts per window of the calendar, and of the previous one the share that the sliding one still covers.
 * The key is a hash of the present window's number and of both counts.
 */
final class CounterLimit extends LimitCheck {
    private static final Bytes WINDOW = Bytes.of("window");
    private static final Bytes CURRENT = Bytes.of("current");
    private static final Bytes PREVIOUS = Bytes.of("previous");

    private final double window;
    private final double elapsed;
    private final double current;
    private final double previous;
    private final boolean pulledBack;

    CounterLimit(RateLimit.Request request, Bytes key, double interval, double capacity) {
        super(request, key, interval, capacity);
        window = Math.floor(now / interval);
        elapsed = now - window * interval;
        double count = 0;
        double before = 0;
        boolean back = false;
        HashValue stored = effects.keys().read(ValueType.HASH, key);
        Bytes text = stored == null ? null : stored.get(WINDOW);
        if (stored != null && text != null) {
            double at = LuaNumbers.parse(text);
            back = at > window;
            if (back || at == window) {
                count = number(stored, CURRENT);
                before = number(stored, PREVIOUS);
            } else if (at == window - 1) {
                before = number(stored, CURRENT);
            }
        }
        current = count;
        previous = before;
        pulledBack = back;
        retry = retryOf();
    }

    private double used(double count) {
        return count + previous * (interval - elapsed) / interval;
    }

    private double retryOf() {
        if (cost > capacity) {
            return -1;
        }
        if (used(current) + cost <= capacity) {
            return 0;
        }
        double free = capacity - current - cost;
        return free >= 0
                ? max(1, Math.ceil(interval - interval * free / previous - elapsed))
                : interval - elapsed + max(0, Math.ceil(interval - interval * (capacity - cost) / current));
    }

    @Override
    double remaining(boolean taken) {
        return max(0, Math.floor(capacity - used(count(taken))));
    }

    @Override
    double reset(boolean taken) {
        return count(taken) > 0 ? 2 * interval - elapsed : previous > 0 ? interval - elapsed : 0;
    }

    private double count(boolean taken) {
        return taken ? current + cost : current;
    }

    @Override
    void take() {
        put(current + cost);
    }

    @Override
    void keep() {
        if (pulledBack) {
            put(current);
        }
    }

    private void put(double count) {
        effects.hset(
                key,
                WINDOW,
                LuaNumbers.text(window),
                CURRENT,
                LuaNumbers.text(count),
                PREVIOUS,
                LuaNumbers.text(previous));
        effects.pexpireat(key, expiry(2 * interval - elapsed));
    }
}
