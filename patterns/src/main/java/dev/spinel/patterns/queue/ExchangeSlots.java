package dev.spinel.patterns.queue;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The keys under which the server keeps what exchanges did, for those that are repeated: as many as exchanges were under way at once, and
 * each for one exchange after the other, so that keys do not pile up until they expire. Thread-safe.
 */
final class ExchangeSlots {
    private final String prefix;
    private final Queue<Slot> free = new ConcurrentLinkedQueue<>();
    private final AtomicInteger made = new AtomicInteger();

    /** @param prefix of the keys, which nobody else has */
    ExchangeSlots(String prefix) {
        this.prefix = prefix;
    }

    /**
     * The slot of one exchange.
     *
     * @param turn number of the exchange among those of the key, from 1: a request that arrives late, when another exchange has followed,
     *     is known by it
     */
    record Slot(String key, long turn) {}

    Slot take() {
        Slot last = free.poll();
        return last == null ? new Slot(prefix + made.incrementAndGet(), 1) : new Slot(last.key, last.turn + 1);
    }

    /** Says that no attempt of the exchange is made any more; one may still be on its way. */
    void giveBack(Slot slot) {
        free.add(slot);
    }
}
