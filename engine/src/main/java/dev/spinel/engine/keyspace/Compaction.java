package dev.spinel.engine.keyspace;

import dev.spinel.engine.memory.Arena;
import java.util.function.LongSupplier;

/**
 * Moves records together when the gaps between them add up, so that the gaps become room for records of other sizes.
 *
 * <p>Engine thread only, and only while no command, no snapshot and no loading is in progress, as they know where records
 * are.
 */
public final class Compaction {
    /*
     * Records of keys, the tables and records of large hashes, sets and sorted sets and the pages of lists move; nodes of
     * trees and streams do not, and what is above 8 KiB leaves no gaps that only serve its like. Gaps that a pass could not
     * make use of are not tried again until as many have been added.
     */
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Arena arena;
    private final KeyspaceContext context;
    private final Database[] databases;
    private final LongSupplier nanos;
    private boolean running;
    /** What is walked: the tables of the databases, then the large values. */
    private int current;

    private long position;
    private long triedGapBytes;
    private long spentNanos;

    Compaction(KeyspaceContext context, Database[] databases, LongSupplier nanos) {
        this.arena = context.arena();
        this.context = context;
        this.databases = databases;
        this.nanos = nanos;
    }

    /** Whether a pass has begun and not ended. */
    public boolean isRunning() {
        return running;
    }

    /** The time that all passes have taken so far. */
    public long spentMillis() {
        return spentNanos / NANOS_PER_MILLI;
    }

    /**
     * Begins a pass if one is worth it and none is running. O(1), or O(slabs) when it may be worth it.
     *
     * @param worthBytes how much has to lie in gaps; half of it has to become free
     */
    public void start(long worthBytes) {
        long gapBytes = arena.gapBytes();
        triedGapBytes = Math.min(triedGapBytes, gapBytes);
        if (running || gapBytes - triedGapBytes < worthBytes) {
            return;
        }
        triedGapBytes = gapBytes;
        if (arena.startEvacuation() < worthBytes / 2) {
            arena.endEvacuation();
            return;
        }
        running = true;
        current = 0;
        position = 0;
    }

    /**
     * Goes on with the pass, if one is running.
     *
     * @param budgetNanos how long this may take, one step at least
     */
    public void run(long budgetNanos) {
        if (!running) {
            return;
        }
        context.views().reset();
        long start = nanos.getAsLong();
        long tookNanos;
        do {
            advance();
            tookNanos = nanos.getAsLong() - start;
        } while (running && tookNanos < budgetNanos);
        spentNanos += tookNanos;
    }

    /** Ends the pass, if one is running, so that all gaps are of use again; the next one need not wait for more of them. */
    public void stop() {
        if (running) {
            running = false;
            arena.endEvacuation();
            triedGapBytes = 0;
        }
    }

    private void advance() {
        int large = current - databases.length;
        if (large >= context.largeValues().handleLimit()) {
            stop();
            triedGapBytes = arena.gapBytes();
            return;
        }
        position = large < 0
                ? databases[current].evacuate(position)
                : context.largeValues().evacuate(large, position);
        if (position == 0) {
            current++;
        }
    }
}
