package dev.spinel.engine;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.admin.MemoryUse;
import dev.spinel.engine.client.ClientLimits;
import dev.spinel.engine.client.KeptRequests;
import dev.spinel.engine.dispatch.Dispatcher;
import dev.spinel.engine.dispatch.EngineClock;
import dev.spinel.engine.keyspace.Compaction;
import dev.spinel.engine.keyspace.Eviction;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.Room;
import dev.spinel.engine.propagate.Propagator;
import dev.spinel.engine.snapshot.Snapshots;
import dev.spinel.engine.stats.LatencyMonitor;

/**
 * Keeps memory below its limit: evicts keys, moves records together, has commands refused that add data.
 *
 * <p>Engine thread only.
 */
final class MemoryLimit {
    /*
     * Data, tables and client buffers together stay below the smaller of maxmemory and what the heap has for data. The sum
     * is taken each turn, and within a turn whenever the arena has grown by a step. A command that runs just below the limit
     * may still need room: the headroom is for that. Half of it only commands use that add nothing, so that the arena, whose
     * gaps do not serve every record, never refuses what a command has begun.
     */
    private static final long STEP_BYTES = 1L << 20;

    private static final int VALUE_STEP_DIVISOR = 64;
    private static final long MAX_HEADROOM_BYTES = 8L << 20;
    private static final int HEADROOM_DIVISOR = 8;

    /** Below this part of the arena as room, records are moved together if a part of it lies in gaps. */
    private static final int SCARCE_DIVISOR = 8;

    private static final int GAPS_DIVISOR = 16;

    /** So much in gaps, and such a part of what is used, is worth to be given back. */
    private static final long MIN_GAP_BYTES = 64L << 20;

    private static final int UNUSED_GAPS_DIVISOR = 4;

    /** How long a turn may last for the compaction at most. */
    private static final long COMPACTION_NANOS = 250_000;

    /** How long a request waits for the compaction that would otherwise be refused, or cost keys. */
    private static final long LACK_NANOS = 20_000_000;

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long MILLIS_PER_SECOND = 1000;

    /** The parts that the limit looks at and steers. */
    record Parts(
            EngineClock clock,
            Arena arena,
            Room room,
            Keyspaces keyspaces,
            MemoryUse memory,
            KeptRequests keptRequests,
            ClientLimits clients,
            Dispatcher dispatcher,
            Snapshots snapshots,
            Propagator propagator,
            LatencyMonitor latencyMonitor,
            Runnable heapRelease) {}

    private final EngineClock clock;
    private final Arena arena;
    private final Room room;
    private final Keyspaces keyspaces;
    private final MemoryUse memory;
    private final KeptRequests keptRequests;
    private final ClientLimits clients;
    private final Dispatcher dispatcher;
    private final Snapshots snapshots;
    private final Propagator propagator;
    private final LatencyMonitor latencyMonitor;
    private final Runnable heapRelease;
    private final Compaction compaction;
    private final long heapLimitBytes;
    private final Eviction.Memory excess = new Excess();

    private long maxMemoryBytes;
    private long limitBytes;
    /** The growth of values outside the arena after which they are summed up: seldom where there are many. */
    private long valueStepBytes;

    private long uncheckedUpToBytes;
    private long countedGrowthBytes;
    private boolean evictionUnfinished;
    private boolean outOfMemory;
    private boolean givesBack;

    MemoryLimit(Parts parts) {
        this.clock = parts.clock;
        this.arena = parts.arena;
        this.room = parts.room;
        this.keyspaces = parts.keyspaces;
        this.memory = parts.memory;
        this.keptRequests = parts.keptRequests;
        this.clients = parts.clients;
        this.dispatcher = parts.dispatcher;
        this.snapshots = parts.snapshots;
        this.propagator = parts.propagator;
        this.latencyMonitor = parts.latencyMonitor;
        this.heapRelease = parts.heapRelease;
        this.compaction = keyspaces.compaction();
        this.heapLimitBytes = arena.maxBytes() == 0 ? Long.MAX_VALUE : arena.maxBytes() - headroomBytes(arena);
        limit(0);
    }

    /** What commands that add data leave alone. */
    static long keptBytes(Arena arena) {
        return headroomBytes(arena) / 2;
    }

    private static long headroomBytes(Arena arena) {
        return Math.min(MAX_HEADROOM_BYTES, arena.maxBytes() / HEADROOM_DIVISOR);
    }

    /** Sets {@code maxmemory}, in bytes; 0 for what the heap has. */
    void limit(long bytes) {
        maxMemoryBytes = bytes;
        limitBytes = bytes > 0 ? Math.min(bytes, heapLimitBytes) : heapLimitBytes;
        valueStepBytes = Math.max(STEP_BYTES, limitBytes / VALUE_STEP_DIVISOR);
        // Not now, as keys must not go while a command runs: before the next one.
        uncheckedUpToBytes = -1;
    }

    /** {@code maxmemory}, in bytes. */
    long maxMemoryBytes() {
        return maxMemoryBytes;
    }

    /** Bytes of the heap for data that nothing has claimed. */
    long unclaimedBytes() {
        if (arena.maxBytes() == 0) {
            return 0;
        }
        // Gaps between records are there above maxmemory.
        long mayClaim = Math.min(arena.maxBytes(), limitBytes + limitBytes / HEADROOM_DIVISOR);
        return Math.max(0, mayClaim - Math.max(arena.reservedBytes(), memory.estimateBytes()));
    }

    /** Whether memory may be short: always while it is, else when it grew by what was left, or by a step. */
    boolean mayBeShort() {
        return outOfMemory || room.isShort() || arena.usedBytes() > uncheckedUpToBytes || hasHeapGrown();
    }

    /** Whether what is not in the arena, and is summed up now and then, has grown by a step. */
    private boolean hasHeapGrown() {
        return keptRequests.uncountedBytes() > STEP_BYTES
                || keyspaces.heapGrowthBytes() - countedGrowthBytes > valueStepBytes;
    }

    /** Takes the sum, and evicts what is beyond the limit. */
    void check() {
        long used;
        if (hasHeapGrown()) {
            used = memory.usedBytes();
            keptRequests.counted();
            countedGrowthBytes = keyspaces.heapGrowthBytes();
        } else {
            used = memory.estimateBytes();
        }
        boolean unfinished = false;
        outOfMemory = false;
        if (used > limitBytes || room.isShort()) {
            startCompaction();
            Eviction.Outcome eviction = evict();
            outOfMemory = eviction == Eviction.Outcome.EXHAUSTED;
            unfinished = eviction == Eviction.Outcome.UNFINISHED;
            used = memory.estimateBytes();
        }
        evictionUnfinished = unfinished;
        uncheckedUpToBytes = arena.usedBytes() + Math.min(STEP_BYTES, limitBytes - used);
        dispatcher.outOfMemory(outOfMemory);
    }

    /** For the end of a turn: as {@link #check} if there may be a reason; returns whether there is more to evict. */
    boolean endTurn() {
        if (maxMemoryBytes > 0 || mayBeShort()) {
            check();
        }
        return evictionUnfinished;
    }

    private Eviction.Outcome evict() {
        if (dispatcher.isLoading()) {
            return Eviction.Outcome.EXHAUSTED;
        }
        clock.update();
        keyspaces.begin(clock.nowMillis());
        // Keys must not go for the output of clients that have gone, or are to go.
        if (clients.evictLargest(clock.nowNanos())) {
            memory.countClients();
        } else {
            memory.refreshClients(clock.nowMillis());
        }
        long start = clock.nowNanos();
        propagator.apart(true);
        Eviction.Outcome outcome = keyspaces.eviction().run(excess);
        endEviction(start);
        return outcome;
    }

    private void endEviction(long startNanos) {
        propagator.apart(false);
        latencyMonitor.add(
                "eviction-cycle",
                clock.nowMillis() / MILLIS_PER_SECOND,
                (clock.readNanos() - startNanos) / NANOS_PER_MILLI);
    }

    /**
     * Makes room in the arena for a request that lacks it though memory is below its limit: by moving records together, and if
     * that does not do by evicting keys. Not while a command runs.
     */
    void makeRoom(Bytes[] args, int argCount) {
        startCompaction();
        long begin = clock.readNanos();
        long lackingBytes = room.lackingBytes(args, argCount);
        while (lackingBytes > 0 && compaction.isRunning() && mayCompact() && clock.readNanos() - begin < LACK_NANOS) {
            compaction.run(COMPACTION_NANOS);
            lackingBytes = room.lackingBytes(args, argCount);
        }
        if (lackingBytes == 0 || lackingBytes > arena.usedBytes()) {
            // Keys would go in vain.
            return;
        }
        keyspaces.begin(clock.nowMillis());
        long start = clock.readNanos();
        propagator.apart(true);
        keyspaces.eviction().makeRoom(new Need(memory.estimateBytes() - lackingBytes));
        endEviction(start);
    }

    /** Has records moved together over the next turns, if room is scarce and much lies in gaps. */
    void startCompaction() {
        if (arena.roomBytes() < arena.maxBytes() / SCARCE_DIVISOR && mayCompact()) {
            compaction.start(arena.maxBytes() / GAPS_DIVISOR);
        }
    }

    /**
     * Has memory that is not in use go back to the operating system, over the next turns: records are moved together if much
     * lies in gaps, then the heap may shrink.
     */
    void giveBack() {
        if (mayCompact()) {
            compaction.start(Math.max(MIN_GAP_BYTES, arena.usedBytes() / UNUSED_GAPS_DIVISOR));
        }
        givesBack = true;
    }

    /** Goes on with moving records together; returns whether that has to go on. */
    boolean compact() {
        if (!snapshots.isIdle()) {
            compaction.stop();
        } else if (compaction.isRunning()) {
            if (!mayCompact()) {
                return false;
            }
            compaction.run(COMPACTION_NANOS);
        }
        if (givesBack && !compaction.isRunning()) {
            givesBack = false;
            heapRelease.run();
        }
        return compaction.isRunning();
    }

    /** Whether nobody knows where records are: neither a command nor a snapshot nor what loads. */
    private boolean mayCompact() {
        return dispatcher.caller() == null && snapshots.isIdle() && !dispatcher.isLoading();
    }

    /** What eviction has to free. */
    private final class Excess implements Eviction.Memory {
        @Override
        public long excessBytes() {
            return memory.estimateBytes() - limitBytes;
        }

        @Override
        public boolean isFragmented() {
            return room.isShort() && !compaction.isRunning();
        }

        @Override
        public void recount() {
            memory.recountValues();
        }
    }

    /** What eviction has to free for one request. */
    private final class Need implements Eviction.Memory {
        private final long untilBytes;

        private Need(long untilBytes) {
            this.untilBytes = untilBytes;
        }

        @Override
        public long excessBytes() {
            return memory.estimateBytes() - untilBytes;
        }

        @Override
        public boolean isFragmented() {
            // One request is not worth all the keys that may have to go until gaps merge.
            return false;
        }

        @Override
        public void recount() {
            memory.recountValues();
        }
    }
}
