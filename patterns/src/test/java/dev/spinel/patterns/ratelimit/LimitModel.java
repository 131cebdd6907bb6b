package dev.spinel.patterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.ratelimit.Limit.Concurrency;
import dev.spinel.patterns.ratelimit.Limit.FixedWindow;
import dev.spinel.patterns.ratelimit.Limit.Gcra;
import dev.spinel.patterns.ratelimit.Limit.SlidingLog;
import dev.spinel.patterns.ratelimit.Limit.SlidingWindow;
import dev.spinel.patterns.ratelimit.Limit.TokenBucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * What each kind of limit means, said as plainly as possible: from the history of what was taken, whether a cost fits at a
 * time. Exact integer arithmetic; nothing in common with the scripts.
 */
abstract class LimitModel {
    record Taken(long cost, long atMicros) {}

    private static final int HISTORY = 400;

    final List<Taken> history = new ArrayList<>();

    abstract boolean fits(long cost, long atMicros);

    /**
     * Makes the same decision at the time at which the server made it, and compares: whether the cost fits, and if not, when it does;
     * what remains; when that is all again.
     *
     * @param peek whether nothing was to be taken
     */
    void decide(String context, long cost, long now, boolean peek, Decision decision) {
        LimitState state = decision.binding();
        assertThat(decision.allowed()).as(context).isEqualTo(fits(cost, now));
        assertThat(state.neverFits()).as(context).isEqualTo(cost > state.limit().capacity());
        if (!decision.allowed() && !state.neverFits()) {
            assertFirst(context, state.retryAfter(), wait -> fits(cost, now + wait));
        }
        if (decision.allowed() && !peek) {
            history.add(new Taken(cost, now));
        }
        assertThat(fits(state.remaining(), now)).as(context).isTrue();
        assertThat(fits(state.remaining() + 1, now)).as(context).isFalse();
        assertFirst(context, state.resetAfter(), wait -> fits(state.limit().capacity(), now + wait));
        if (history.size() > HISTORY) {
            history.subList(0, HISTORY / 2).clear();
        }
    }

    /** The wait is the first microsecond at which the condition holds. */
    private static void assertFirst(String context, Duration wait, LongPredicate condition) {
        long waitMicros = wait.toNanos() / 1000;
        assertThat(condition.test(waitMicros)).as(context).isTrue();
        if (waitMicros > 0) {
            assertThat(condition.test(waitMicros - 1)).as(context).isFalse();
        }
    }

    static LimitModel of(Limit limit) {
        if (limit instanceof Gcra gcra) {
            return new Leaky(gcra.burst(), gcra.count(), gcra.period().toNanos() / 1000);
        } else if (limit instanceof TokenBucket bucket) {
            return new Bucket(
                    bucket.capacity(), bucket.refill(), bucket.period().toNanos() / 1000);
        } else if (limit instanceof SlidingWindow window) {
            return new Weighted(window.count(), window.period().toNanos() / 1000);
        } else if (limit instanceof SlidingLog log) {
            return new Recent(log.count(), log.period().toNanos() / 1000);
        } else if (limit instanceof FixedWindow window) {
            return new Calendar(window.count(), window.period().toNanos() / 1000);
        } else if (limit instanceof Concurrency concurrency) {
            return new Recent(concurrency.count(), concurrency.lease().toNanos() / 1000);
        }
        throw new IllegalArgumentException("No model of " + limit);
    }

    /** GCRA as a bucket that leaks {@code count} per period; the level is kept in units of 1 / period. */
    private static final class Leaky extends LimitModel {
        private final long burst;
        private final long count;
        private final long period;

        Leaky(long burst, long count, long period) {
            this.burst = burst;
            this.count = count;
            this.period = period;
        }

        @Override
        boolean fits(long cost, long atMicros) {
            long level = 0;
            long last = 0;
            for (Taken taken : history) {
                level = Math.max(0, level - (taken.atMicros - last) * count) + taken.cost * period;
                last = taken.atMicros;
            }
            return Math.max(0, level - (atMicros - last) * count) + cost * period <= burst * period;
        }
    }

    /** A bucket filled in steps, walked through step by step. */
    private static final class Bucket extends LimitModel {
        private final long capacity;
        private final long refill;
        private final long period;

        Bucket(long capacity, long refill, long period) {
            this.capacity = capacity;
            this.refill = refill;
            this.period = period;
        }

        @Override
        boolean fits(long cost, long atMicros) {
            long tokens = capacity;
            long nextRefill = Long.MAX_VALUE;
            for (int i = 0; i <= history.size(); i++) {
                long at = i < history.size() ? history.get(i).atMicros : atMicros;
                while (nextRefill <= at) {
                    tokens = Math.min(capacity, tokens + refill);
                    nextRefill = tokens == capacity ? Long.MAX_VALUE : nextRefill + period;
                }
                if (i < history.size()) {
                    if (tokens == capacity) {
                        nextRefill = at + period;
                    }
                    tokens -= history.get(i).cost;
                }
            }
            return cost <= tokens;
        }
    }

    /** The window of the calendar, and the covered share of the one before. */
    private static final class Weighted extends LimitModel {
        private final long count;
        private final long period;

        Weighted(long count, long period) {
            this.count = count;
            this.period = period;
        }

        @Override
        boolean fits(long cost, long atMicros) {
            long window = atMicros / period;
            long current = 0;
            long previous = 0;
            for (Taken taken : history) {
                long at = taken.atMicros / period;
                current += at == window ? taken.cost : 0;
                previous += at == window - 1 ? taken.cost : 0;
            }
            return previous * (period - atMicros % period) <= (count - current - cost) * period;
        }
    }

    /** What was taken within the last period, or is still out on a lease of that length. */
    private static final class Recent extends LimitModel {
        private final long count;
        private final long period;

        Recent(long count, long period) {
            this.count = count;
            this.period = period;
        }

        @Override
        boolean fits(long cost, long atMicros) {
            long used = 0;
            for (Taken taken : history) {
                used += taken.atMicros > atMicros - period ? taken.cost : 0;
            }
            return used + cost <= count;
        }
    }

    /** The window of the calendar alone. */
    private static final class Calendar extends LimitModel {
        private final long count;
        private final long period;

        Calendar(long count, long period) {
            this.count = count;
            this.period = period;
        }

        @Override
        boolean fits(long cost, long atMicros) {
            long used = 0;
            for (Taken taken : history) {
                used += taken.atMicros / period == atMicros / period ? taken.cost : 0;
            }
            return used + cost <= count;
        }
    }
}
