package dev.spinel.engine.client;

/**
 * A connection without a peer, for clients inside the server: a log that is replayed, a script. What it is told about the
 * peer it ignores; what it tells is an address that stands for one, and that nothing is buffered.
 *
 * <p>Engine thread only.
 */
public abstract class DetachedConnection implements Connection {
    private final String address;

    /**
     * @param address what stands for the address of either side
     */
    protected DetachedConnection(String address) {
        this.address = address;
    }

    @Override
    public void send(byte[] source, int offset, int length) {}

    @Override
    public int mark() {
        return 0;
    }

    @Override
    public void rollback(int mark) {}

    @Override
    public int repliesSince(int mark) {
        return 1;
    }

    @Override
    public void protocol(int version) {}

    @Override
    public void restrictRequests(boolean restricted) {}

    @Override
    public void closeAfterReply() {
        close();
    }

    @Override
    public void close() {}

    @Override
    public void resume() {}

    @Override
    public void suspend(boolean suspended) {}

    @Override
    public final String remoteAddress() {
        return address;
    }

    @Override
    public final String localAddress() {
        return address;
    }

    @Override
    public final boolean isUnixSocket() {
        return false;
    }

    @Override
    public final int fileDescriptor() {
        return -1;
    }

    @Override
    public final long outputBytes() {
        return 0;
    }

    @Override
    public final long receivedBytes() {
        return 0;
    }

    @Override
    public final int queryBufferBytes() {
        return 0;
    }

    @Override
    public final int decodedBytes() {
        return 0;
    }

    @Override
    public final int queryBufferFreeBytes() {
        return 0;
    }
}
