package dev.spinel.plugin.recipes;

import static dev.spinel.plugin.recipes.LuaNumbers.max;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.SortedSetValue;
import org.jspecify.annotations.Nullable;

/**
 * A log of what was taken within the last interval. The key is a sorted set of entries {@code token:now:cost} by their times,
 * with a member {@code total} before them whose score is the negative sum of the costs.
 */
final class LogLimit extends LimitCheck {
    private static final Bytes TOTAL = Bytes.of("total");
    private static final Bytes ABOVE_ZERO = Bytes.of("(0");

    private final Bytes token;
    private double used;

    LogLimit(RateLimit.Request request, Bytes key, double interval, double capacity) {
        super(request, key, interval, capacity);
        token = request.token();
        // Only to be told of another type before anything changes.
        SortedByTime.of(effects, key);
    }

    @Override
    void settle() {
        SortedSetValue entries = SortedByTime.pulledBack(effects, key, now);
        used = 0;
        if (entries != null) {
            removeExpired(entries);
            entries = SortedByTime.of(effects, key);
        }
        if (entries != null) {
            double total = entries.score(TOTAL);
            used = Double.isNaN(total) ? 0 : -total;
        }
        if (used == 0) {
            effects.del(key);
        }
        if (cost > capacity) {
            retry = -1;
        } else if (used + cost > capacity) {
            retry = untilFits(entries);
        }
    }

    private void removeExpired(SortedSetValue entries) {
        double latest = now - interval;
        long from = entries.countBelow(0, true);
        long to = entries.countBelow(latest, true);
        if (from >= to) {
            return;
        }
        double sum = 0;
        SortedSetValue.Cursor cursor = entries.cursor(from, false);
        for (long rank = from; rank < to; rank++) {
            cursor.next();
            sum += costOf(cursor.member());
        }
        effects.zremrangebyscore(key, entries, from, to, ABOVE_ZERO, LuaNumbers.text(latest));
        effects.zincrby(key, sum, TOTAL);
    }

    /** After how long so many of the oldest entries are over that the cost fits. */
    private double untilFits(@Nullable SortedSetValue entries) {
        double freed = 0;
        double wait = 0;
        SortedSetValue.Cursor cursor = entries == null ? null : entries.cursor(1, false);
        while (wait == 0) {
            if (cursor == null || !cursor.next()) {
                throw SortedByTime.incomplete();
            }
            freed += costOf(cursor.member());
            if (used - freed + cost <= capacity) {
                wait = cursor.score() + interval - now;
            }
        }
        return wait;
    }

    /** The cost that an entry's name ends with. */
    private static double costOf(Bytes member) {
        int start = member.length();
        while (start > 0 && member.at(start - 1) >= '0' && member.at(start - 1) <= '9') {
            start--;
        }
        if (start == member.length() || start == 0 || member.at(start - 1) != ':') {
            throw SortedByTime.incomplete();
        }
        return Numbers.parseDouble(member.array(), member.offset() + start, member.length() - start);
    }

    @Override
    double remaining(boolean taken) {
        return taken ? capacity - used - cost : used == 0 ? capacity : max(0, capacity - used);
    }

    @Override
    double reset(boolean taken) {
        if (taken) {
            return interval;
        }
        if (used == 0) {
            return 0;
        }
        SortedSetValue entries = SortedByTime.of(effects, key);
        return SortedByTime.timeAt(entries, entries == null ? 0 : entries.size() - 1) + interval - now;
    }

    @Override
    void take() {
        // What comes again in the microsecond of its entry is the same request, as for permits: it is charged once.
        if (effects.zadd(key, now, SortedByTime.member(token, now, LuaNumbers.text(cost)))) {
            effects.zincrby(key, -cost, TOTAL);
        }
        effects.pexpireat(key, expiry(interval));
    }
}
