package dev.spinel.engine.client;

import dev.spinel.api.data.Bytes;
import java.util.Collection;

/** What a client takes of the heap. Engine thread only. */
public final class ClientMemory {
    /** What a connection keeps beside its buffers. */
    private static final long CONNECTION_BYTES = 1L << 10;

    /** What a watched key, a subscription or a prefix takes beside its bytes, here and in the registry of it. */
    private static final long NAME_BYTES = 160;

    private ClientMemory() {}

    /** Buffers, queued and waiting requests, watched keys and subscriptions, in bytes. O(number of the latter). */
    public static long bytes(Client client) {
        Connection connection = client.connection();
        Transaction transaction = client.transaction();
        Blocked blocked = client.blocked();
        TrackingState tracking = client.tracking();
        long bytes = CONNECTION_BYTES
                + connection.outputBytes()
                + connection.queryBufferBytes()
                + connection.decodedBytes()
                + connection.queryBufferFreeBytes()
                + (transaction == null ? 0 : transaction.bytes())
                + (blocked == null ? 0 : blocked.request().heapBytes());
        for (Client.WatchedKey watched : client.watchedKeys()) {
            bytes += NAME_BYTES + watched.key().length();
        }
        if (client.is(ClientFlag.SUBSCRIBED)) {
            bytes += bytes(client.channels()) + bytes(client.patterns()) + bytes(client.shardChannels());
        }
        return tracking == null ? bytes : bytes + bytes(tracking.prefixes());
    }

    private static long bytes(Collection<Bytes> names) {
        long bytes = 0;
        for (Bytes name : names) {
            bytes += NAME_BYTES + name.length();
        }
        return bytes;
    }
}
