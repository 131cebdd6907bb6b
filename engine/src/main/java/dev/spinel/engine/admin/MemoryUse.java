package dev.spinel.engine.admin;

import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientMemory;
import dev.spinel.engine.client.ClientRegistry;
import dev.spinel.engine.client.PausedClients;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.memory.Arena;
import java.util.function.LongSupplier;

/**
 * Where the engine's memory goes, in bytes.
 *
 * <p>Counts what grows with data and clients exactly, and everything else as one fixed figure. Engine thread only.
 */
public final class MemoryUse {
    /** What an engine without data keeps: the command table, the connectionless services, the heap's own overhead. */
    private static final long BASE_BYTES = 1L << 20;

    private static final long SAMPLE_MILLIS = 1000;
    private static final long CLIENT_SAMPLE_MILLIS = 100;
    private static final long CLIENT_REFRESH_MILLIS = 10;

    private final Arena arena;
    private final Keyspaces keyspaces;
    private final ClientRegistry clients;
    private final PausedClients pausedClients;
    private final LongSupplier keptBytes;
    private long sampledKeptBytes;
    private long peakBytes;
    private long sampledClientBytes;
    private long sampledLargeBytes;
    private long clientsSampledMillis;
    private long sampledMillis;

    /** @param keptBytes heap of what is kept beside data and clients, as far as it counts when keys are evicted */
    public MemoryUse(
            Arena arena,
            Keyspaces keyspaces,
            ClientRegistry clients,
            PausedClients pausedClients,
            LongSupplier keptBytes) {
        this.arena = arena;
        this.keyspaces = keyspaces;
        this.clients = clients;
        this.pausedClients = pausedClients;
        this.keptBytes = keptBytes;
    }

    /** All of it, {@code used_memory}. O(number of clients and of large values). */
    public long usedBytes() {
        sample();
        return estimateBytes();
    }

    /** What the arena has reserved, and all else as of the last sample. O(number of databases). */
    public long heapBytes() {
        return estimateBytes() - arena.usedBytes() + arena.reservedBytes();
    }

    /** All of it, with clients and large values as of the last sample. O(number of databases). */
    public long estimateBytes() {
        long used =
                BASE_BYTES + keyspaces.tableHeapBytes() + sampledClientBytes + sampledLargeBytes + arena.usedBytes();
        used += sampledKeptBytes;
        peakBytes = Math.max(peakBytes, used);
        return used;
    }

    /** Samples what is not counted as it changes: clients ten times a second, large values once. */
    public void tick(long nowMillis) {
        if (nowMillis - clientsSampledMillis >= CLIENT_SAMPLE_MILLIS) {
            clientsSampledMillis = nowMillis;
            sampledClientBytes = clientBytes();
            sampledKeptBytes = keptBytes.getAsLong();
        }
        if (nowMillis - sampledMillis >= SAMPLE_MILLIS) {
            sampledMillis = nowMillis;
            sampledLargeBytes = keyspaces.largeValueBytes();
        }
    }

    /** Samples clients now. O(number of clients). */
    public void countClients() {
        sampledClientBytes = clientBytes();
    }

    /** Samples clients again unless that was just done. */
    public void refreshClients(long nowMillis) {
        if (nowMillis - clientsSampledMillis >= CLIENT_REFRESH_MILLIS) {
            clientsSampledMillis = nowMillis;
            sampledClientBytes = clientBytes();
        }
    }

    /**
     * Samples large values, but not clients: what they are told of evicted keys must not make more keys go. O(number of
     * large values).
     */
    public void recountValues() {
        sampledLargeBytes = keyspaces.largeValueBytes();
    }

    private void sample() {
        sampledKeptBytes = keptBytes.getAsLong();
        sampledClientBytes = clientBytes();
        sampledLargeBytes = keyspaces.largeValueBytes();
    }

    /** The most that {@link #estimateBytes} has answered so far. */
    public long peakBytes() {
        return peakBytes;
    }

    /** What is used without any data or client. */
    long startupBytes() {
        return BASE_BYTES;
    }

    /** Everything but the data: tables of keys, clients, what is kept for replicas, tracked keys, logs of commands. */
    long overheadBytes() {
        return BASE_BYTES + keyspaces.tableBytes() + clientBytes() + keptBytes.getAsLong();
    }

    /** Records and pages. */
    long arenaBytes() {
        return arena.usedBytes();
    }

    /** What the arena has taken from the heap. */
    long reservedBytes() {
        return arena.reservedBytes();
    }

    /** Number of clients. */
    int clientCount() {
        return clients.count();
    }

    /** Buffers and state of the clients. */
    long clientBytes() {
        long bytes = pausedClients.heapBytes();
        for (Client client : clients.all()) {
            bytes += ClientMemory.bytes(client);
        }
        return bytes;
    }
}
