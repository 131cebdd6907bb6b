package dev.spinel.plugin.recipes;

import static dev.spinel.plugin.recipes.LuaNumbers.max;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import java.util.ArrayList;
import java.util.List;

/**
 * So many permits at the same time. The key is a sorted set of those that are out, {@code token:now:number} by the ends of their
 * leases.
 */
final class ConcurrentLimit extends LimitCheck {
    private static final Bytes LOWEST = Bytes.of("-inf");

    private final Bytes token;
    private double used;

    /** @param lease after how long a permit comes back by itself */
    ConcurrentLimit(RateLimit.Request request, Bytes key, double lease, double capacity) {
        super(request, key, lease, capacity);
        token = request.token();
        // Only to be told of another type before anything changes.
        SortedByTime.of(effects, key);
    }

    @Override
    void settle() {
        SortedSetValue permits = SortedByTime.pulledBack(effects, key, now + interval);
        if (permits != null) {
            effects.zremrangebyscore(key, permits, 0, permits.countBelow(now, true), LOWEST, LuaNumbers.text(now));
            permits = SortedByTime.of(effects, key);
        }
        used = permits == null ? 0 : permits.size();
        if (cost > capacity) {
            retry = -1;
        } else if (used + cost > capacity) {
            retry = SortedByTime.timeAt(permits, (long) (used + cost - capacity - 1)) - now;
        }
    }

    @Override
    double remaining(boolean taken) {
        return taken ? capacity - used - cost : max(0, capacity - used);
    }

    @Override
    double reset(boolean taken) {
        if (taken) {
            return interval;
        }
        SortedSetValue permits = used > 0 ? SortedByTime.of(effects, key) : null;
        return permits == null ? 0 : SortedByTime.timeAt(permits, permits.size() - 1) - now;
    }

    @Override
    void take() {
        List<Bytes> permits = new ArrayList<>((int) cost);
        for (int i = 1; i <= cost; i++) {
            permits.add(SortedByTime.member(token, now, LuaNumbers.text(i)));
        }
        effects.zadd(key, now + interval, permits);
        effects.pexpireat(key, expiry(interval));
    }
}
