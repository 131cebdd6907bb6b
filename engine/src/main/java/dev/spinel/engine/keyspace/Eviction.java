package dev.spinel.engine.keyspace;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.memory.RecordTable;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Removes keys to make room, as the policy says, in pieces that do not hold up the server.
 *
 * <p>Engine thread only.
 */
public final class Eviction {
    /*
     * As in Redis, the best key is not searched but approximated: a few keys of each database are drawn at random and
     * compete with the best ones of earlier draws, which wait in a pool with their keys, since their records may move or
     * vanish. Redis draws neighbours in its hash table; here each key is drawn with the same probability.
     *
     * There is no table of the keys with a time to live. When they are many, drawing among all keys finds them; when
     * they are few, the table is walked instead, from where the last walk ended, in pieces.
     */
    private static final int POOL_SIZE = 16;

    /** After so many removals the time is looked at, and memory is counted that is not counted as it changes. */
    private static final int KEYS_PER_LOOK = 16;

    private static final long NANOS_PER_MICRO = 1000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final KeyspaceContext context;
    private final Database[] databases;
    private final LongSupplier nanos;
    private final @Nullable Candidate[] pool = new Candidate[POOL_SIZE];
    private int candidates;
    private EvictionPolicy policy = EvictionPolicy.NOEVICTION;
    private int samples = 5;
    private long limitNanos;
    private boolean lazily;
    private int nextDatabase;
    private long exceededSinceNanos;
    private boolean exceeded;
    private long exceededNanos;

    /** A key that may go; the higher the score, the sooner. */
    private record Candidate(Database database, Bytes key, long score) {}

    /** The memory to be freed. */
    public interface Memory {
        /** Bytes above the limit, at most 0 when there are none. O(number of databases). */
        long excessBytes();

        /** Whether memory is below the limit, but so full of gaps that little more can be stored. */
        boolean isFragmented();

        /** Counts what {@link #excessBytes} does not follow. */
        void recount();
    }

    /** What became of an attempt. */
    public enum Outcome {
        /** Memory is below its limit. */
        DONE,
        /** The time was up; there is more to remove. */
        UNFINISHED,
        /** Memory is above its limit, and no key may go. */
        EXHAUSTED
    }

    Eviction(KeyspaceContext context, Database[] databases, LongSupplier nanos) {
        this.context = context;
        this.databases = databases;
        this.nanos = nanos;
        tenacity(10);
    }

    /** Sets which keys go. */
    public void policy(EvictionPolicy value) {
        policy = value;
        context.access().order(value.order());
        // The scores of another policy say nothing.
        candidates = 0;
    }

    /** Sets how many keys of a database compete with each other ({@code maxmemory-samples}). */
    public void samples(int count) {
        samples = count;
    }

    /** Sets whether the memory of evicted values is released later ({@code lazyfree-lazy-eviction}). */
    public void lazily(boolean value) {
        lazily = value;
    }

    /**
     * Sets how long an attempt may take ({@code maxmemory-eviction-tenacity}).
     *
     * @param tenacity up to 10 for 50 microseconds each, from there on 15 % more for each; 100 for without end
     */
    public void tenacity(int tenacity) {
        if (tenacity <= 10) {
            limitNanos = 50L * tenacity * NANOS_PER_MICRO;
        } else if (tenacity < 100) {
            limitNanos = (long) (500 * NANOS_PER_MICRO * Math.pow(1.15, tenacity - 10.0));
        } else {
            limitNanos = Long.MAX_VALUE;
        }
    }

    /** For how many milliseconds in all memory was above its limit in spite of eviction. */
    public long exceededMillis() {
        return exceededNanos / NANOS_PER_MILLI;
    }

    /** For how many milliseconds memory has been above its limit by now; 0 when it is not. */
    public long currentlyExceededMillis() {
        return exceeded ? (nanos.getAsLong() - exceededSinceNanos) / NANOS_PER_MILLI : 0;
    }

    /** CONFIG RESETSTAT. */
    public void resetStatistics() {
        exceededNanos = 0;
    }

    /** Releases and removes until memory is below its limit, the time is up or nothing is left that may go. */
    public Outcome run(Memory memory) {
        Outcome outcome = free(memory);
        account(outcome);
        return outcome;
    }

    /** As {@link #run}, however long it takes, for a limit that is not that of all memory: its excess is not accounted for. */
    public void makeRoom(Memory memory) {
        Outcome outcome = Outcome.UNFINISHED;
        while (outcome == Outcome.UNFINISHED) {
            outcome = free(memory);
        }
    }

    private Outcome free(Memory memory) {
        long start = nanos.getAsLong();
        int removed = 0;
        while (memory.excessBytes() > 0) {
            if (context.lazyRelease().isPending()) {
                // What was removed before counts until it is released; more need not go for it.
                context.lazyRelease().run(Math.min(limitNanos, NANOS_PER_MILLI));
            } else if (!mayRemove()) {
                return Outcome.EXHAUSTED;
            } else if (!hasCandidates()) {
                memory.recount();
                return memory.excessBytes() > 0 ? Outcome.EXHAUSTED : Outcome.DONE;
            } else if (evictOne() && ++removed % KEYS_PER_LOOK != 0) {
                continue;
            }
            memory.recount();
            if (nanos.getAsLong() - start > limitNanos) {
                return memory.excessBytes() > 0 ? Outcome.UNFINISHED : Outcome.DONE;
            }
        }
        if (mayRemove()) {
            makeGaps(memory, start);
        }
        return Outcome.DONE;
    }

    private boolean mayRemove() {
        return policy != EvictionPolicy.NOEVICTION && !context.imports();
    }

    /** Removes keys until gaps merge into room for what comes, or the time is up; what comes then may find none. */
    private void makeGaps(Memory memory, long start) {
        while (memory.isFragmented() && hasCandidates() && nanos.getAsLong() - start <= limitNanos) {
            for (int i = 0; i < KEYS_PER_LOOK; i++) {
                evictOne();
            }
            context.lazyRelease().run(limitNanos);
        }
    }

    private void account(Outcome outcome) {
        if (outcome == Outcome.DONE && !exceeded) {
            return;
        }
        long now = nanos.getAsLong();
        if (exceeded) {
            exceededNanos += now - exceededSinceNanos;
        }
        exceeded = outcome != Outcome.DONE;
        exceededSinceNanos = now;
    }

    private boolean hasCandidates() {
        for (Database database : databases) {
            if (eligibleKeys(database) > 0) {
                return true;
            }
        }
        return false;
    }

    private long eligibleKeys(Database database) {
        return policy.volatileOnly() ? database.keysWithExpiry() : database.size();
    }

    /** Removes a key; false when none was found this time. */
    private boolean evictOne() {
        if (policy.order() == EvictionPolicy.Order.RANDOM) {
            return evictAny();
        }
        for (Database database : databases) {
            if (eligibleKeys(database) > 0) {
                database.sample(samples, policy.volatileOnly(), address -> offer(database, address));
            }
        }
        while (candidates > 0) {
            Candidate best = Objects.requireNonNull(pool[--candidates]);
            pool[candidates] = null;
            if (best.database.evict(best.key, policy.volatileOnly(), lazily)) {
                return true;
            }
        }
        return false;
    }

    private boolean evictAny() {
        for (int i = 0; i < databases.length; i++) {
            Database database = databases[nextDatabase];
            nextDatabase = (nextDatabase + 1) % databases.length;
            if (eligibleKeys(database) > 0) {
                AnyKey drawn = new AnyKey(database);
                database.sample(1, policy.volatileOnly(), drawn);
                Bytes key = drawn.key;
                return key != null && database.evict(key, policy.volatileOnly(), lazily);
            }
        }
        return false;
    }

    /** Keeps the key that was drawn last. */
    private static final class AnyKey implements RecordTable.Visitor {
        private final Database database;
        private @Nullable Bytes key;

        private AnyKey(Database database) {
            this.database = database;
        }

        @Override
        public void visit(long address) {
            key = Bytes.of(database.keyCopy(address));
        }
    }

    private void offer(Database database, long address) {
        long score = database.evictionScore(address, policy.order());
        if (candidates == POOL_SIZE && score <= Objects.requireNonNull(pool[0]).score) {
            return;
        }
        int place = candidates;
        while (place > 0 && Objects.requireNonNull(pool[place - 1]).score >= score) {
            place--;
        }
        if (candidates == POOL_SIZE) {
            place--;
            System.arraycopy(pool, 1, pool, 0, place);
        } else {
            System.arraycopy(pool, place, pool, place + 1, candidates - place);
            candidates++;
        }
        pool[place] = new Candidate(database, Bytes.of(database.keyCopy(address)), score);
    }
}
