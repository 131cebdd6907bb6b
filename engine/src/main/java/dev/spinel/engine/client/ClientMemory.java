package dev.spinel.engine.client;

/** What a client takes of the heap. Engine thread only. */
public final class ClientMemory {
    /** What a connection keeps beside its buffers. */
    private static final long CONNECTION_BYTES = 1L << 10;

    /** What each key takes that a client waits for, here and in the registry of those. */
    private static final long WAITED_KEY_BYTES = 400;

    private ClientMemory() {}

    /** Buffers, queued and waiting requests, watched keys and subscriptions, in bytes. */
    public static long bytes(Client client) {
        Connection connection = client.connection();
        Transaction transaction = client.transaction();
        Blocked blocked = client.blocked();
        long bytes = CONNECTION_BYTES
                + connection.outputBytes()
                + connection.queryBufferBytes()
                + connection.decodedBytes()
                + connection.queryBufferFreeBytes()
                + (transaction == null ? 0 : transaction.bytes())
                + client.keptBytes();
        return blocked == null
                ? bytes
                : bytes
                        + blocked.request().heapBytes()
                        + waitedBytes(blocked.keys().size());
    }

    /** What the registry of those who wait needs for so many keys of a client. */
    public static long waitedBytes(int keyCount) {
        return keyCount * WAITED_KEY_BYTES;
    }
}
