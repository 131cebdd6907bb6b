package dev.spinel.plugin.recipes;

import static dev.spinel.plugin.recipes.LuaNumbers.max;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.ValueType;

/** A count per window of the calendar. The key is a hash of the window's number and of its count. */
final class FixedLimit extends LimitCheck {
    private static final Bytes WINDOW = Bytes.of("window");
    private static final Bytes COUNT = Bytes.of("count");

    private final double window;
    private final double left;
    private final double count;
    private final boolean pulledBack;

    FixedLimit(RateLimit.Request request, Bytes key, double interval, double capacity) {
        super(request, key, interval, capacity);
        window = Math.floor(now / interval);
        left = (window + 1) * interval - now;
        double present = 0;
        boolean back = false;
        HashValue stored = effects.keys().read(ValueType.HASH, key);
        Bytes text = stored == null ? null : stored.get(WINDOW);
        if (stored != null && text != null) {
            double at = LuaNumbers.parse(text);
            back = at > window;
            if (at >= window) {
                present = number(stored, COUNT);
            }
        }
        count = present;
        pulledBack = back;
        retry = cost > capacity ? -1 : count + cost <= capacity ? 0 : left;
    }

    private double count(boolean taken) {
        return taken ? count + cost : count;
    }

    @Override
    double remaining(boolean taken) {
        return max(0, capacity - count(taken));
    }

    @Override
    double reset(boolean taken) {
        return count(taken) > 0 ? left : 0;
    }

    @Override
    void take() {
        put(count + cost);
    }

    @Override
    void keep() {
        if (pulledBack) {
            put(count);
        }
    }

    private void put(double value) {
        effects.hset(key, WINDOW, LuaNumbers.text(window), COUNT, LuaNumbers.text(value));
        effects.pexpireat(key, expiry(left));
    }
}
