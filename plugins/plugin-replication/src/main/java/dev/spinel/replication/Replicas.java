package dev.spinel.replication;

import dev.spinel.api.error.CommandException;
import dev.spinel.engine.EnginePorts;
import dev.spinel.engine.admin.ServerIdentity;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.Connection;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.snapshot.SnapshotTarget.Contents;
import dev.spinel.replication.Replica.State;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The replicas of this server: gives each of them a snapshot where it needs one, and the changes after that.
 *
 * <p>Engine thread only.
 */
final class Replicas {
    /*
     * What a replica has not taken stays in the stream, once for all of them; a connection is given some of it at the end of a
     * turn whenever its own buffer has room. So a slow replica costs no more than what is kept of the stream for it, the
     * limit of its output closes it, and nothing of that is in the way of others.
     */
    private static final long WINDOW_BYTES = 256 << 10;

    /** A connection that had no room is looked at again after this time; its own output wakes the engine sooner, if it can. */
    private static final long RETRY_NANOS = 1_000_000;

    /** A replica may be behind by this share of the heap, whatever its limit says. */
    private static final int HEAP_DIVISOR = 8;

    private static final long MILLIS_PER_SECOND = 1_000;
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final byte[] NEW_LINE = {'\n'};

    private final EnginePorts ports;
    private final DatasetFormat format;
    private final ReplicationStream stream;
    private final long maxOwedBytes = Runtime.getRuntime().maxMemory() / HEAP_DIVISOR;
    private final Map<Long, Replica> byClient = new HashMap<>();
    /** Those that follow the stream, in the order in which they came; replaced when it changes. */
    private List<Replica> followers = List.of();

    private @Nullable FullSync running;
    private final List<FullSync> held = new ArrayList<>();
    private boolean lags;
    private long nextTickMillis;
    private long nextPingMillis;
    private long withoutReplicasSinceMillis;

    private long pingPeriodMillis;
    private long timeoutMillis;
    private long backlogBytes;
    private long backlogLifeMillis;
    private boolean disklessSync;
    private long disklessDelayMillis;
    private long disklessMaxReplicas;
    private long minReplicas;
    private long maxLagSeconds;

    private long fullSyncs;
    private long outputBytes;

    Replicas(EnginePorts ports, DatasetFormat format, ReplicationStream stream) {
        this.ports = ports;
        this.format = format;
        this.stream = stream;
    }

    // ---- Settings

    void pingPeriodSeconds(long seconds) {
        pingPeriodMillis = seconds * MILLIS_PER_SECOND;
        nextPingMillis = nowMillis() + pingPeriodMillis;
    }

    void timeoutSeconds(long seconds) {
        timeoutMillis = seconds * MILLIS_PER_SECOND;
    }

    void backlogBytes(long bytes) {
        backlogBytes = bytes;
        ports.limits().leastReplicaHardBytes(bytes);
        stream.maxTurnBytes(mostOwedBytes());
    }

    /** How many bytes of the stream may be kept for a replica that does not take them. */
    private long mostOwedBytes() {
        return Math.max(backlogBytes, maxOwedBytes);
    }

    /** Sets how long the stream is kept without replicas; 0 for as long as the server runs. */
    void backlogLifeSeconds(long seconds) {
        backlogLifeMillis = Math.min(seconds, Long.MAX_VALUE / MILLIS_PER_SECOND) * MILLIS_PER_SECOND;
    }

    void disklessSync(boolean value) {
        disklessSync = value;
    }

    void disklessDelaySeconds(long seconds) {
        disklessDelayMillis = seconds * MILLIS_PER_SECOND;
    }

    /** Sets how many replicas make a snapshot begin before its delay is over; 0 for no number. */
    void disklessMaxReplicas(long count) {
        disklessMaxReplicas = count;
    }

    void minReplicas(long count) {
        minReplicas = count;
        judge();
    }

    void maxLagSeconds(long seconds) {
        maxLagSeconds = seconds;
        judge();
    }

    // ---- The replicas

    private long nowMillis() {
        return ports.clock().nowMillis();
    }

    private void log(String line) {
        ports.log().accept(line);
    }

    /** What is known of a client as a replica. */
    Replica of(Client client) {
        return byClient.computeIfAbsent(client.id(), id -> new Replica(client));
    }

    /** What is known of a client as a replica; null when that is nothing. */
    @Nullable
    Replica find(Client client) {
        return byClient.get(client.id());
    }

    /** Those that follow the stream or are about to. */
    List<Replica> followers() {
        return followers;
    }

    /** Whether min-replicas-to-write asks for any. */
    boolean needsReplicas() {
        return minReplicas > 0 && maxLagSeconds > 0;
    }

    /** How many are in step as {@code min-replicas-max-lag} says. */
    int goodReplicas() {
        int good = 0;
        for (Replica replica : followers) {
            if (replica.is(State.ONLINE)
                    && (nowMillis() - replica.acknowledgedMillis()) / MILLIS_PER_SECOND <= maxLagSeconds) {
                good++;
            }
        }
        return good;
    }

    /** How many have everything up to an offset. */
    int acknowledged(long offset) {
        int count = 0;
        for (Replica replica : followers) {
            if (replica.is(State.ONLINE) && replica.acknowledgedOffset() >= offset) {
                count++;
            }
        }
        return count;
    }

    long fullSyncs() {
        return fullSyncs;
    }

    /** Bytes given to connections. */
    long outputBytes() {
        return outputBytes;
    }

    /** Heap of what is kept of the stream beyond the size of the backlog. */
    long excessBytes() {
        return stream.isActive() ? Math.max(0, stream.backlog().heapBytes() - backlogBytes - Backlog.CHUNK_BYTES) : 0;
    }

    /** How far the slowest one is behind, in bytes. */
    long owedBytes() {
        long owed = 0;
        for (Replica replica : followers) {
            if (replica.holdsStream()) {
                owed = Math.max(owed, stream.offset() - replica.sentOffset());
            }
        }
        return owed;
    }

    void resetStatistics() {
        fullSyncs = 0;
        outputBytes = 0;
    }

    /** Has a client follow the stream after it was given all data. */
    void synchronize(Replica replica) {
        fullSyncs++;
        follow(replica);
        replica.waits(nowMillis());
        FullSync sync = running;
        if (sync != null && mayJoin(replica, sync)) {
            join(replica, sync);
            log("Waiting for end of BGSAVE for SYNC");
        }
    }

    /** Whether a snapshot that is being made is one for a replica too: it has what comes after, if it takes changes. */
    private boolean mayJoin(Replica replica, FullSync sync) {
        boolean hasRest =
                replica.wantsDataOnly() || sync.offset() >= stream.backlog().start();
        return hasRest
                && sync.takesMore()
                && sync.contents().equals(replica.contents())
                && !followersOf(sync).isEmpty();
    }

    /** Has a client follow the stream from an offset on that is kept. */
    void resume(Replica replica, long offset) {
        follow(replica);
        replica.goesOnline(offset, false, nowMillis());
        judge();
    }

    private void follow(Replica replica) {
        replica.client().set(ClientFlag.REPLICA, true);
        if (followers.isEmpty()) {
            nextPingMillis = nowMillis() + pingPeriodMillis;
        }
        List<Replica> more = new ArrayList<>(followers);
        more.add(replica);
        followers = List.copyOf(more);
        if (!stream.isActive()) {
            stream.begin();
            ports.propagator().addSink(stream);
            log("Replication backlog created, my new replication IDs are '" + stream.id() + "' and '"
                    + Replication.NO_ID + "'");
        }
    }

    /** Forgets a client that is gone. */
    void disconnected(Client client) {
        Replica replica = byClient.remove(client.id());
        if (replica == null) {
            return;
        }
        replica.leaves();
        if (replica.follows()) {
            log("Connection with replica " + replica.name() + " lost.");
            List<Replica> rest = new ArrayList<>(followers);
            rest.remove(replica);
            followers = List.copyOf(rest);
            withoutReplicasSinceMillis = nowMillis();
            judge();
        }
    }

    private static void close(Replica replica) {
        replica.leaves();
        replica.client().connection().close();
    }

    /** Refuses writes or allows them, by the number of replicas that are in step. */
    private void judge() {
        ports.state().tooFewReplicas(needsReplicas() && goodReplicas() < minReplicas);
    }

    // ---- Turns

    /**
     * Ends a turn: gives every connection what it takes.
     *
     * @return for how many nanoseconds there is nothing to do
     */
    long turn() {
        if (!stream.isActive()) {
            return Long.MAX_VALUE;
        }
        long now = nowMillis();
        if (now >= nextTickMillis) {
            nextTickMillis = now + MILLIS_PER_SECOND;
            tick(now);
            if (!stream.isActive()) {
                return Long.MAX_VALUE;
            }
        }
        if (stream.isTorn()) {
            leaveTornStream();
        }
        stream.nextTurn();
        if (running == null && ports.snapshots().isIdle()) {
            startFullSync(now);
        }
        lags = false;
        List<Replica> all = followers;
        // By index, here and below, as this runs for every request at worst, and an iterator would be garbage.
        for (int i = 0; i < all.size(); i++) {
            if (!all.get(i).isGone()) {
                give(all.get(i));
            }
        }
        releaseSnapshots();
        releaseStream();
        return lags ? RETRY_NANOS : Math.max(0, nextTickMillis - now) * NANOS_PER_MILLI;
    }

    /** Closes the replicas that lack a part of the stream which is not kept. */
    private void leaveTornStream() {
        log("More changes came at once than the heap has room for, so replicas have to take all data again.");
        for (Replica replica : followers) {
            if (replica.holdsStream() && !replica.isGone()) {
                close(replica);
            }
        }
    }

    /** What is due every second. */
    private void tick(long now) {
        if (followers.isEmpty()) {
            if (backlogLifeMillis > 0 && now - withoutReplicasSinceMillis > backlogLifeMillis) {
                ports.propagator().removeSink(stream);
                stream.end();
                log("Replication backlog freed after " + backlogLifeMillis / MILLIS_PER_SECOND
                        + " seconds without connected replicas.");
            }
            return;
        }
        if (now >= nextPingMillis) {
            nextPingMillis = now + pingPeriodMillis;
            stream.ping();
        }
        for (Replica replica : followers) {
            replica.heard(replica.client().connection().receivedBytes(), now);
            if (replica.is(State.WAITING) || replica.is(State.SAVING)) {
                keepAlive(replica);
            } else if (hasTakenAll(replica)) {
                replica.progressed(now);
            } else if (isTimedOut(replica, now)) {
                log("Disconnecting timedout replica (" + (replica.is(State.ONLINE) ? "streaming" : "full") + " sync): "
                        + replica.name());
                close(replica);
            }
        }
        judge();
    }

    /** Whether a replica has taken what there is of its snapshot, which others may keep from going on. */
    private static boolean hasTakenAll(Replica replica) {
        FullSync sync = replica.fullSync();
        return sync != null
                && sync.hasGivenAll(replica)
                && replica.client().connection().outputBytes() == 0;
    }

    /**
     * Whether a replica that is to tell what it has, or that it loads, has not for too long, or one keeps others from getting a
     * snapshot.
     */
    private boolean isTimedOut(Replica replica, long now) {
        FullSync sync = replica.fullSync();
        boolean isDue = sync == null ? replica.acknowledges() : replica.is(State.SENDING) && sync.endsWithMark();
        return isDue && !replica.isGone() && now - replica.acknowledgedMillis() > timeoutMillis;
    }

    /** Sends a replica that waits for its snapshot what it takes for a sign of life. */
    private static void keepAlive(Replica replica) {
        try {
            replica.client().connection().send(NEW_LINE, 0, NEW_LINE.length);
        } catch (CommandException noMemory) {
            close(replica);
        }
    }

    /** Starts a snapshot for the replica that waits first, and others that want the same, if that is due. */
    private void startFullSync(long now) {
        Replica first = firstWaiting();
        if (first == null) {
            return;
        }
        Contents contents = first.contents();
        List<Replica> waiting = new ArrayList<>();
        boolean diskless = disklessSync;
        long oldestMillis = now;
        for (Replica replica : followers) {
            if (isWaiting(replica) && replica.contents().equals(contents)) {
                waiting.add(replica);
                diskless &= replica.readsToMark();
                oldestMillis = Math.min(oldestMillis, replica.waitingSinceMillis());
            }
        }
        boolean enough = disklessMaxReplicas > 0 && waiting.size() >= disklessMaxReplicas;
        long dueMillis = oldestMillis + disklessDelayMillis;
        if (diskless && !enough && now < dueMillis) {
            nextTickMillis = Math.min(nextTickMillis, dueMillis);
            return;
        }
        log("Starting BGSAVE for SYNC with target: " + (diskless ? "replicas sockets" : "disk"));
        long offset = stream.offset();
        FullSync sync = diskless
                ? new StreamSync(
                        format,
                        contents,
                        offset,
                        ServerIdentity.id(ports.random()),
                        ports.wakeUp(),
                        this::snapshotEnded)
                : new FileSync(
                        format, Path.of(ports.config().get("dir").text()), contents, offset, this::snapshotEnded);
        running = sync;
        held.add(sync);
        stream.selectAgain();
        waiting.forEach(replica -> join(replica, sync));
        ports.snapshots().start(sync);
    }

    private @Nullable Replica firstWaiting() {
        List<Replica> all = followers;
        for (int i = 0; i < all.size(); i++) {
            if (isWaiting(all.get(i))) {
                return all.get(i);
            }
        }
        return null;
    }

    private static boolean isWaiting(Replica replica) {
        return replica.is(State.WAITING) && !replica.isGone();
    }

    private void join(Replica replica, FullSync sync) {
        replica.joins(sync);
        try {
            if (replica.acknowledges()) {
                replica.client().reply().simple("FULLRESYNC " + stream.id() + " " + sync.offset());
            }
        } catch (CommandException noMemory) {
            close(replica);
        }
    }

    private List<Replica> followersOf(FullSync sync) {
        return followers.stream()
                .filter(replica -> replica.fullSync() == sync && !replica.isGone())
                .toList();
    }

    private void snapshotEnded(FullSync sync, @Nullable Throwable failure) {
        running = null;
        // There is something to give now, and no request may come that begins a turn.
        ports.wakeUp().run();
        if (failure != null) {
            for (Replica replica : followersOf(sync)) {
                log("SYNC failed. BGSAVE child returned an error: " + failure.getMessage());
                close(replica);
            }
        }
    }

    /** Gives a connection some of what it lacks, if it has room. */
    private void give(Replica replica) {
        Connection connection = replica.client().connection();
        long window = WINDOW_BYTES - connection.outputBytes();
        try {
            if (replica.fullSync() != null) {
                giveData(replica, window);
            }
            if (replica.takesChanges()) {
                giveChanges(replica, WINDOW_BYTES - connection.outputBytes());
            }
        } catch (CommandException noMemory) {
            lags = true;
        } catch (IOException e) {
            log("Error sending the snapshot to replica " + replica.name() + ": " + e.getMessage());
            close(replica);
            return;
        }
        long owed = replica.holdsStream() ? stream.offset() - replica.sentOffset() : 0;
        replica.client().owedBytes(owed);
        if (ports.limits().closeIfOverHardLimit(replica.client())) {
            replica.leaves();
        } else if (owed > mostOwedBytes()) {
            log("Replica " + replica.name() + " is behind by more than the heap has room for.");
            close(replica);
        }
    }

    private void giveData(Replica replica, long window) throws IOException {
        FullSync sync = replica.fullSync();
        if (sync == null) {
            return;
        }
        long before = replica.is(State.SENDING) ? replica.syncedBytes() : -1;
        boolean hasAll = sync.send(replica, window);
        if (replica.is(State.SENDING) && replica.syncedBytes() > before) {
            outputBytes += replica.syncedBytes() - Math.max(0, before);
            replica.progressed(nowMillis());
        }
        if (!hasAll) {
            lags |= replica.is(State.SENDING);
            return;
        }
        log("Synchronization with replica " + replica.name() + " succeeded");
        if (replica.wantsDataOnly()) {
            log("RDB transfer completed, rdb only replica " + replica.name() + " is disconnected");
            replica.leaves();
            replica.client().connection().closeAfterReply();
            return;
        }
        replica.goesOnline(sync.offset(), sync.endsWithMark(), nowMillis());
        judge();
    }

    private void giveChanges(Replica replica, long window) {
        Backlog backlog = stream.backlog();
        long left = window;
        while (left > 0 && replica.sentOffset() < backlog.end()) {
            long from = replica.sentOffset();
            int count = (int) Math.min(left, backlog.contiguous(from));
            replica.client().connection().send(backlog.chunk(from), backlog.index(from), count);
            replica.sent(count);
            outputBytes += count;
            left -= count;
        }
        lags |= replica.sentOffset() < backlog.end();
    }

    private void releaseSnapshots() {
        for (int i = held.size() - 1; i >= 0; i--) {
            FullSync sync = held.get(i);
            List<Replica> takers = followersOf(sync);
            if (!takers.isEmpty()) {
                sync.slowestReplica(
                        takers.stream().mapToLong(Replica::syncedBytes).min().getAsLong());
                continue;
            }
            if (running == sync) {
                if (sync.isComplete()) {
                    // Its end has yet to be told here.
                    continue;
                }
                log("No replica waits for the snapshot any more, so it is not completed");
                sync.abandon();
                ports.snapshots().cancel();
            }
            sync.close();
            held.remove(i);
        }
    }

    /** Forgets of the stream what is neither to be kept nor needed by a replica. */
    private void releaseStream() {
        Backlog backlog = stream.backlog();
        long keepFrom = Math.max(backlog.start(), backlog.end() - backlogBytes);
        List<Replica> all = followers;
        for (int i = 0; i < all.size(); i++) {
            if (all.get(i).holdsStream() && !all.get(i).isGone()) {
                keepFrom = Math.min(keepFrom, all.get(i).sentOffset());
            }
        }
        backlog.discardBefore(keepFrom);
    }

    /** Ends what is under way. */
    void close() {
        held.forEach(FullSync::abandon);
        held.forEach(FullSync::close);
        held.clear();
    }
}
