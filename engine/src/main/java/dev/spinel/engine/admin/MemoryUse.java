package dev.spinel.engine.admin;

import dev.spinel.engine.client.Blocked;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientRegistry;
import dev.spinel.engine.client.Connection;
import dev.spinel.engine.client.PausedClients;
import dev.spinel.engine.client.Transaction;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.memory.Arena;

/**
 * Where the engine's memory goes, in bytes.
 *
 * <p>Counts what grows with data and clients exactly, and everything else as one fixed figure. Engine thread only.
 */
public final class MemoryUse {
    /** What an engine without data keeps: the command table, the connectionless services, the heap's own overhead. */
    private static final long BASE_BYTES = 1L << 20;

    /** What a connection keeps beside its buffers. */
    private static final long CONNECTION_BYTES = 1L << 10;

    private final Arena arena;
    private final Keyspaces keyspaces;
    private final ClientRegistry clients;
    private final PausedClients pausedClients;
    private long peakBytes;
    private long sampledBytes;
    private long sampledSecond;

    public MemoryUse(Arena arena, Keyspaces keyspaces, ClientRegistry clients, PausedClients pausedClients) {
        this.arena = arena;
        this.keyspaces = keyspaces;
        this.clients = clients;
        this.pausedClients = pausedClients;
    }

    /** All of it, {@code used_memory}. O(number of clients and of large values). */
    public long usedBytes() {
        sample();
        return estimateBytes();
    }

    /** All of it, with clients and large values as of the last sample. O(number of databases). */
    public long estimateBytes() {
        long used = BASE_BYTES + keyspaces.tableHeapBytes() + sampledBytes + arena.usedBytes();
        peakBytes = Math.max(peakBytes, used);
        return used;
    }

    /** Samples what is not counted as it changes, once a second. */
    public void tick(long nowMillis) {
        if (nowMillis / 1000 != sampledSecond) {
            sampledSecond = nowMillis / 1000;
            sample();
        }
    }

    private void sample() {
        sampledBytes = clientBytes() + keyspaces.largeValueBytes();
    }

    /** The most that {@link #estimateBytes} has answered so far. */
    public long peakBytes() {
        return peakBytes;
    }

    /** What is used without any data or client. */
    long startupBytes() {
        return BASE_BYTES;
    }

    /** Everything but the data: tables of keys and clients. */
    long overheadBytes() {
        return BASE_BYTES + keyspaces.tableBytes() + clientBytes();
    }

    /** Records and pages. */
    long arenaBytes() {
        return arena.usedBytes();
    }

    /** What the arena has taken from the heap. */
    long reservedBytes() {
        return arena.reservedBytes();
    }

    /** Buffers and state of the clients. */
    long clientBytes() {
        long bytes = pausedClients.heapBytes();
        for (Client client : clients.all()) {
            Connection connection = client.connection();
            Transaction transaction = client.transaction();
            Blocked blocked = client.blocked();
            bytes += CONNECTION_BYTES
                    + connection.outputBytes()
                    + connection.queryBufferBytes()
                    + connection.queryBufferFreeBytes()
                    + (transaction == null ? 0 : transaction.bytes())
                    + (blocked == null ? 0 : blocked.request().heapBytes());
        }
        return bytes;
    }
}
