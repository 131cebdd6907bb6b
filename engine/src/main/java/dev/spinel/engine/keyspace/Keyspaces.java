package dev.spinel.engine.keyspace;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import dev.spinel.engine.value.EncodingLimits;
import dev.spinel.engine.value.LazyRelease;
import java.io.IOException;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/** All databases of a server. Engine thread only. */
public final class Keyspaces {
    private static final int KEYS_PER_SLICE = 200;
    private static final int MAX_VISITS_PER_SLICE = 20_000;
    private static final int STALE_PERCENT_TO_GO_ON = 10;

    /** The part of the time of a cycle after which a walk over a large hash that finds few fields has to wait. */
    private static final int SPARSE_WALK_DIVISOR = 5;

    /** How much the last cycle counts in the estimate of keys that have expired and are still there, as in Redis. */
    private static final double CYCLE_WEIGHT = 0.05;

    private final KeyspaceContext context;
    private final Database[] databases;
    private final Database scratch;
    private final Eviction eviction;
    private final Compaction compaction;
    private int nextToExpire;
    private double stalePercent;

    /**
     * Databases without keys.
     *
     * @param nanos a steady clock in nanoseconds
     */
    public Keyspaces(
            int count,
            Arena arena,
            KeyHash keyHash,
            EncodingLimits limits,
            RandomGenerator random,
            KeyspaceListener listener,
            LongSupplier nanos) {
        this.context = new KeyspaceContext(arena, keyHash, limits, random, listener);
        this.databases = new Database[count];
        for (int i = 0; i < count; i++) {
            databases[i] = new Database(context, i);
        }
        this.scratch = new Database(context, -1);
        this.eviction = new Eviction(context, databases, nanos);
        this.compaction = new Compaction(context, databases, nanos);
    }

    /** Number of databases. */
    public int count() {
        return databases.length;
    }

    /** A database by its index. */
    public Database get(int index) {
        return databases[index];
    }

    public KeyspaceStatistics statistics() {
        return context.statistics();
    }

    /** Starts a command: sets its time and takes back the views of the one before. */
    public void begin(long nowMillis) {
        now(nowMillis);
        context.views().reset();
    }

    /** Sets the time of the command in progress, as the server's clock was set. */
    public void now(long nowMillis) {
        context.nowMillis(nowMillis);
    }

    /** Starts what {@link #endCommand} can take back. */
    public void beginCommand() {
        context.undo().begin();
    }

    /**
     * Ends a command.
     *
     * @param takesBack whether it failed in the midst of a change, and what it replaced is to be there again
     * @param isInner whether another one goes on, whose own views are not in use
     */
    public void endCommand(boolean takesBack, boolean isInner) {
        if (takesBack) {
            context.undo().takeBack();
        } else {
            context.undo().keep();
        }
        if (isInner) {
            context.views().reset();
        }
    }

    /** Whether reads move the access clock of keys; off for clients with CLIENT NO-TOUCH. */
    public void touchesKeys(boolean value) {
        context.touchesKeys(value);
    }

    /** Whether times to live have an end; off while a log is replayed, which says itself what expired. */
    public void expires(boolean value) {
        context.expires(value);
    }

    /** Whether keys whose time is over are removed; off while commands are paused. */
    public void deletesExpired(boolean value) {
        context.deletesExpired(value);
    }

    /**
     * Whether data are imported from another server ({@code import-mode}), which says itself what expires: keys whose time is
     * over then stay, unseen, until they are changed, and none go to make room.
     */
    public void imports(boolean value) {
        context.imports(value);
    }

    /** Whether data are imported. */
    public boolean imports() {
        return context.imports();
    }

    /** Takes note that a command has changed a key: it is then the last to be evicted for the age of its last change. */
    public void changed(int index, Bytes key) {
        if (context.access().tracksChanges()) {
            databases[index].touchChanged(key);
        }
    }

    /** Exchanges the contents of two databases. */
    public void swap(int first, int second) {
        Database database = databases[first];
        databases[first] = databases[second];
        databases[second] = database;
        databases[first].index(first);
        databases[second].index(second);
    }

    /** Removes all keys of a database; their memory is released now or, if lazily, later. */
    public void flush(int index, boolean lazily) {
        if (lazily) {
            databases[index].detachAll();
        } else {
            databases[index].clear();
        }
    }

    /** Whether there are hashes with fields that have a time to live. */
    public boolean hasExpiringFields() {
        for (Database database : databases) {
            if (database.hashesWithExpiringFields() > 0) {
                return true;
            }
        }
        return false;
    }

    /** Starts to tell all keys as they are now; the cut before must have been told to its end. */
    public KeyspaceCut cut(KeyspaceCut.Receiver receiver) {
        return context.startCut(databases, receiver);
    }

    /** Tells all keys with their values at once. */
    public void tell(DatasetSink sink) throws IOException {
        for (Database database : databases) {
            database.tellAll(sink);
        }
    }

    /** A database that no client can select, for values under construction. */
    public Database scratch() {
        return scratch;
    }

    /** What makes room when memory is short. */
    public Eviction eviction() {
        return eviction;
    }

    /** What turns gaps between records into room. */
    public Compaction compaction() {
        return compaction;
    }

    /** How records tell the use of their keys. */
    public AccessClock access() {
        return context.access();
    }

    /** What was removed but still holds memory. */
    public LazyRelease lazyRelease() {
        return context.lazyRelease();
    }

    /** Whether the memory of expired values is released later ({@code lazyfree-lazy-expire}). */
    public void expiresLazily(boolean value) {
        context.expiresLazily(value);
    }

    /** Whether the memory of values that commands replace is released later ({@code lazyfree-lazy-server-del}). */
    public void removesLazily(boolean value) {
        context.removesLazily(value);
    }

    /** Bytes on the heap of values too large for their records. O(number of such values). */
    public long largeValueBytes() {
        return context.largeValues().heapBytes();
    }

    /** Bytes on the heap that were added by such values so far, those that are gone included. */
    public long heapGrowthBytes() {
        return context.largeValues().growthBytes();
    }

    /** Bytes of the tables of all databases. */
    public long tableBytes() {
        long bytes = 0;
        for (Database database : databases) {
            bytes += database.tableBytes();
        }
        return bytes;
    }

    /** Bytes of the tables of all databases on the Java heap, beside the arena. */
    public long tableHeapBytes() {
        long bytes = 0;
        for (Database database : databases) {
            bytes += database.tableHeapBytes();
        }
        return bytes;
    }

    /**
     * Removes keys and fields of hashes whose time is over until few are left or the time is up; unless
     * {@link #deletesExpired} is off, or data are imported. Slices of the keys take turns with slices of a large hash.
     *
     * @param budgetNanos how long this may take
     * @return whether it stopped because of the time
     */
    public boolean expireCycle(long budgetNanos) {
        if (!context.removesExpired(false)) {
            return false;
        }
        long start = System.nanoTime();
        long removedKeys = 0;
        long visitedKeys = 0;
        boolean timeIsUp = false;
        for (int i = 0; i < databases.length && !timeIsUp; i++) {
            Database database = databases[nextToExpire];
            nextToExpire = (nextToExpire + 1) % databases.length;
            boolean manyKeys = true;
            boolean walks = true;
            while (!timeIsUp && (manyKeys || walks) && database.hasTimesToLive()) {
                if (manyKeys) {
                    visitedKeys +=
                            Math.min(KEYS_PER_SLICE, database.keysWithExpiry() + database.hashesWithExpiringFields());
                    int removed = database.expireSlice(visits(database));
                    removedKeys += removed;
                    manyKeys = isMany(removed);
                }
                boolean manyFields = isMany(database.expireWalkedHash());
                long tookNanos = System.nanoTime() - start;
                timeIsUp = tookNanos > budgetNanos;
                walks = database.walksHash() && (manyFields || tookNanos < budgetNanos / SPARSE_WALK_DIVISOR);
            }
        }
        double percent = visitedKeys == 0 ? 0 : 100.0 * Math.min(removedKeys, visitedKeys) / visitedKeys;
        stalePercent += (percent - stalePercent) * CYCLE_WEIGHT;
        return timeIsUp;
    }

    private static boolean isMany(int removed) {
        return removed * 100 > KEYS_PER_SLICE * STALE_PERCENT_TO_GO_ON;
    }

    /** An estimate of the share of keys with a time to live that have expired and are still there, in percent. */
    public double stalePercent() {
        return stalePercent;
    }

    /** How many keys to visit so that about {@link #KEYS_PER_SLICE} of them have a time to live, or fields with one. */
    private static int visits(Database database) {
        long volatileKeys = database.keysWithExpiry() + database.hashesWithExpiringFields();
        return (int) Math.min(MAX_VISITS_PER_SLICE, KEYS_PER_SLICE * database.size() / volatileKeys);
    }
}
